//! One caller's way to the result: drives the work, or follows who does.
//!
//! | phase | `poll` | dropping it |
//! | --- | --- | --- |
//! | `Start` | joins the flight of its key, or begins one | nothing |
//! | `Following` | the result? the work? | leaves; if it was called, calls the next |
//! | `Driving` | polls the work | leaves the work to one of the others; with the last, it goes |
//! | `Done` | panics | nothing |

use std::fmt;
use std::future::Future;
use std::hash::{BuildHasher, Hash};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use taut_core::coop;
use taut_core::sync::Arc;

use super::SingleFlight;
use super::boarding::Boarding;
use super::error::{FlightError, panicked};
use super::flight::{Boxed, Flight};
use super::follower::{Call, Follower};
use super::landed::Outcome;
use super::table::Found;
use crate::panicked::Panicked;
use crate::polled::{case_by_polling, polled_after_completion};
use taut_core::reentry;

pin_project! {
    /// Runs work, or waits for the same work of somebody else: [`SingleFlight::run`], which gives it as
    /// `impl Future + Case`, for the reason told in `once::future`.
    pub(super) struct Run<'a, K, V, S, F> {
        flights: &'a SingleFlight<K, V, S>,
        #[pin]
        phase: Phase<'a, K, V, F>,
    }

    impl<'a, K, V, S, F> PinnedDrop for Run<'a, K, V, S, F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            match this.phase.project() {
                Stage::Driving { work, flight } => {
                    if let Some(work) = work.take() {
                        this.flights.hand_over(flight, work);
                    }
                }
                Stage::Following { follower } => this.flights.leave(follower.flight()),
                Stage::Start { .. } | Stage::Done => {}
            }
        }
    }
}

pin_project! {
    #[project = Stage]
    enum Phase<'a, K, V, F> {
        Start {
            start: Option<(K, F)>,
        },
        Following {
            #[pin]
            follower: Follower<'a, K, V>,
        },
        Driving {
            work: Option<Boxed<V>>,
            flight: Arc<Flight<K, V>>,
        },
        Done,
    }
}

impl<'a, K, V, S, F> Run<'a, K, V, S, F> {
    pub(super) const fn new(flights: &'a SingleFlight<K, V, S>, key: K, work: F) -> Self {
        Self { flights, phase: Phase::Start { start: Some((key, work)) } }
    }
}

impl<K, V, S, F, Fut> Future for Run<'_, K, V, S, F>
where
    K: Hash + Eq,
    V: Clone,
    S: BuildHasher,
    F: FnOnce() -> Fut,
    Fut: Future<Output = V> + Send + 'static,
{
    type Output = Outcome<V>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome<V>> {
        if let Phase::Start { .. } = self.phase {
            ready!(coop::proceed(cx));
            if let Err(early) = self.as_mut().start() {
                return Poll::Ready(early);
            }
        }
        let mut this = self.as_mut().project();
        if let Stage::Following { mut follower } = this.phase.as_mut().project() {
            let call = ready!(follower.as_mut().poll(cx));
            let flight = Arc::clone(follower.flight());
            match call {
                Call::Drive(work) => this.phase.set(Phase::Driving { work: Some(work), flight }),
                Call::Land => {
                    this.phase.set(Phase::Done);
                    return Poll::Ready(flight.outcome());
                }
            }
        }
        self.drive(cx)
    }
}

case_by_polling!([
    K: Hash + Eq,
    V: Clone,
    S: BuildHasher,
    F: FnOnce() -> Fut,
    Fut: Future<Output = V> + Send + 'static
] Run<'_, K, V, S, F>);

impl<K, V: Clone, S, F> Run<'_, K, V, S, F> {
    /// From `Start`: into a flight, or to an early end.
    fn start<Fut>(self: Pin<&mut Self>) -> Result<(), Outcome<V>>
    where
        K: Hash + Eq,
        S: BuildHasher,
        F: FnOnce() -> Fut,
        Fut: Future<Output = V> + Send + 'static,
    {
        let mut this = self.project();
        let Stage::Start { start } = this.phase.as_mut().project() else {
            polled_after_completion()
        };
        // None: hashing or comparing its key panicked.
        let Some((key, work)) = start.take() else { polled_after_completion() };
        match this.flights.board(key) {
            Boarding::First(flight) => {
                this.phase.set(Phase::Done);
                match begin(&flight, work) {
                    Ok(work) => this.phase.set(Phase::Driving { work: Some(work), flight }),
                    Err(panicked) => return Err(this.flights.land(&flight, Err(panicked))),
                }
            }
            Boarding::Found(Found::Joined(flight), unused) => {
                this.phase.set(Phase::Following { follower: Follower::new(flight) });
                drop((unused, work));
            }
            Boarding::Found(Found::Within, unused) => {
                this.phase.set(Phase::Done);
                drop((unused, work));
                return Err(Err(FlightError::Reentrant));
            }
        }
        Ok(())
    }

    /// In `Driving`: polls the work.
    fn drive(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome<V>> {
        let mut this = self.project();
        let Stage::Driving { work, flight } = this.phase.as_mut().project() else {
            polled_after_completion()
        };
        let result = ready!(step(flight, work, cx));
        let flight = Arc::clone(flight);
        // Before anybody is told: a waker that panics finds a caller that is done.
        this.phase.set(Phase::Done);
        Poll::Ready(this.flights.land(&flight, result))
    }
}

/// Calls what makes the work.
fn begin<K, V, F, Fut>(flight: &Flight<K, V>, work: F) -> Result<Boxed<V>, Panicked>
where
    F: FnOnce() -> Fut,
    Fut: Future<Output = V> + Send + 'static,
{
    let _inside = reentry::enter(flight, 0);
    let work: Boxed<V> = catch(|| Box::pin(work()))?;
    Ok(work)
}

/// Polls the work; what is done is dropped.
fn step<K, V>(
    flight: &Flight<K, V>,
    work: &mut Option<Boxed<V>>,
    cx: &mut Context<'_>,
) -> Poll<Result<V, Panicked>> {
    let _inside = reentry::enter(flight, 0);
    let Some(polled) = work else { polled_after_completion() };
    let result = match catch(|| polled.as_mut().poll(cx)) {
        Ok(Poll::Pending) => return Poll::Pending,
        Ok(Poll::Ready(value)) => Ok(value),
        Err(panicked) => Err(panicked),
    };
    // All that it holds goes before anybody has the value. If that panics, so did the work.
    let done = work.take();
    let dropped = catch(|| drop(done));
    Poll::Ready(result.and_then(|value| dropped.map(|()| value)))
}

fn catch<T>(program: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(program)).map_err(panicked)
}

impl<K, V, S, F> fmt::Debug for Run<'_, K, V, S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.phase {
            Phase::Start { .. } => "Run(Start)",
            Phase::Following { .. } => "Run(Following)",
            Phase::Driving { .. } => "Run(Driving)",
            Phase::Done => "Run(Done)",
        })
    }
}

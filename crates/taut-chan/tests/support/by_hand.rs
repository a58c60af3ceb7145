//! What the tests of all crates share: futures polled by hand, wake-ups that are counted, values that
//! are counted, threads that start together.

use std::error::Error;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::resume_unwind;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// A waker that counts.
#[derive(Default)]
pub struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Wakes {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// How often it was woken since it was made.
    pub fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// A future that is polled by hand, with its own counted waker.
pub struct Task<F> {
    future: Pin<Box<F>>,
    wakes: Arc<Wakes>,
    /// How many wakes there had been when it was polled last.
    answered: usize,
}

/// Takes `future` into hand. Nothing is polled yet.
pub fn task<F: Future>(future: F) -> Task<F> {
    Task { future: Box::pin(future), wakes: Wakes::new(), answered: 0 }
}

/// Takes `future` into hand and polls it once, which must leave it pending.
#[track_caller]
pub fn parked<F: Future>(future: F) -> Task<F>
where
    F::Output: fmt::Debug,
{
    let mut task = task(future);
    match task.poll() {
        Poll::Pending => task,
        Poll::Ready(output) => panic!("ready at its first poll: {output:?}"),
    }
}

impl<F: Future> Task<F> {
    pub fn poll(&mut self) -> Poll<F::Output> {
        let waker = Waker::from(Arc::clone(&self.wakes));
        self.answered = self.wakes();
        self.poll_with(&waker)
    }

    /// Polls with another waker.
    pub fn poll_with(&mut self, waker: &Waker) -> Poll<F::Output> {
        self.future.as_mut().poll(&mut Context::from_waker(waker))
    }

    /// Polls, which must complete it.
    #[track_caller]
    pub fn ready(&mut self) -> F::Output {
        match self.poll() {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("still pending"),
        }
    }

    /// Polls, which must leave it pending.
    #[track_caller]
    pub fn pending(&mut self) {
        assert!(self.poll().is_pending(), "completed");
    }

    /// How often its own waker was woken.
    pub fn wakes(&self) -> usize {
        self.wakes.count()
    }

    /// Polls as an executor would: only if it was woken since it was polled last.
    pub fn answer(&mut self) -> Option<F::Output> {
        while self.wakes() > self.answered {
            if let Poll::Ready(output) = self.poll() {
                return Some(output);
            }
        }
        None
    }
}

/// Counts the values of [`Counted`] that are alive.
#[derive(Clone, Debug, Default)]
pub struct Census(Arc<AtomicUsize>);

/// A value that counts itself.
#[derive(Debug)]
pub struct Counted {
    pub id: u64,
    alive: Arc<AtomicUsize>,
}

impl Census {
    pub fn value(&self, id: u64) -> Counted {
        self.0.fetch_add(1, Ordering::SeqCst);
        Counted { id, alive: Arc::clone(&self.0) }
    }

    pub fn alive(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        assert!(self.alive.fetch_sub(1, Ordering::SeqCst) > 0, "dropped twice");
    }
}

impl PartialEq<u64> for Counted {
    fn eq(&self, id: &u64) -> bool {
        self.id == *id
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "number {}", self.id)
    }
}

impl Error for Counted {}

/// How often a race is run: Miri needs fewer and is slower.
pub const ROUNDS: u64 = if cfg!(miri) { 3 } else { 400 };

/// More than what is woken in one batch.
pub const MANY: usize = if cfg!(miri) { 34 } else { 70 };

/// The output of a future that must be ready at its first poll.
#[track_caller]
pub fn now<F: Future>(future: F) -> F::Output {
    task(future).ready()
}

/// A program of [`race`].
pub type Program<'a, R> = Box<dyn FnOnce() -> R + Send + 'a>;

/// Runs the programs at the same time, each on its thread, all let go at once.
pub fn race<R: Send>(programs: Vec<Program<'_, R>>) -> Vec<R> {
    let start = std::sync::Barrier::new(programs.len());
    std::thread::scope(|scope| {
        let start = &start;
        let threads: Vec<_> = programs
            .into_iter()
            .map(|program| {
                scope.spawn(move || {
                    start.wait();
                    program()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|e| resume_unwind(e)))
            .collect()
    })
}

/// Runs `round` again and again in a task, far more often than a task may in one turn: it must give way
/// before it is done.
pub async fn gives_way(name: &str, round: impl AsyncFn()) {
    let mut endless = pin!(async {
        for _ in 0..200_000 {
            round().await;
        }
    });
    let turn = poll_fn(|cx| Poll::Ready(endless.as_mut().poll(cx))).await;
    assert!(turn.is_pending(), "{name}: it never gave way");
}

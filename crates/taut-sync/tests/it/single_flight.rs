//! `SingleFlight`: one execution per key, who shares it, and who does not.

use std::cell::Cell;
use std::error::Error;
use std::future::{Future, poll_fn, ready};
use std::hash::{BuildHasher, Hasher};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Poll, Waker};

use taut::sync::{FlightError, Landed, Panicked, SingleFlight};
use taut::{chan, select};

use crate::not_impl::assert_not_impl;
use crate::once::{Gate, never};
use crate::support::{Census, MANY, ROUNDS, Task, Wakes, gives_way, now, parked, race, task};

pub(crate) type Flights = SingleFlight<&'static str, u32>;
pub(crate) type Outcome = Result<Landed<u32>, FlightError>;

/// Nobody else joined.
pub(crate) const fn alone(value: u32) -> Outcome {
    Ok(Landed { value, shared: false })
}

/// Somebody else joined.
pub(crate) const fn shared(value: u32) -> Outcome {
    Ok(Landed { value, shared: true })
}

/// A caller whose flight lands when the gate is opened; who joins one brings work that must not run.
#[track_caller]
pub(crate) fn driving<'a>(
    flights: &'a Flights,
    gate: &Gate,
    value: u32,
) -> Task<impl Future<Output = Outcome> + use<'a>> {
    let gate = gate.clone();
    parked(flights.run("key", move || gate.then(value)))
}

/// A caller that joins.
#[track_caller]
pub(crate) fn joined(flights: &Flights) -> Task<impl Future<Output = Outcome> + use<'_>> {
    parked(flights.run("key", never))
}

#[test]
fn sf_01_sf_04_all_share_one_execution() {
    let (flights, gate) = (Flights::new(), Gate::default());
    let mut first = driving(&flights, &gate, 7);
    let mut others: Vec<_> = (0..MANY).map(|_| joined(&flights)).collect();
    assert!(flights.contains(&"key") && flights.in_flight() == 1);
    gate.open();
    assert_eq!(first.ready(), shared(7));
    for other in &mut others {
        assert_eq!((other.wakes(), other.ready()), (1, shared(7)));
    }
    assert!(!flights.contains(&"key") && flights.in_flight() == 0);
}

#[test]
fn sf_04_nobody_shared_what_nobody_joined() {
    let flights = Flights::new();
    assert_eq!(now(flights.run("key", || ready(1))), alone(1));
    assert_eq!(now(flights.run("key", || ready(2))), alone(2));
}

#[test]
fn sf_04_who_joined_and_left_had_joined() {
    let (flights, gate) = (Flights::new(), Gate::default());
    let mut first = driving(&flights, &gate, 7);
    drop(joined(&flights));
    gate.open();
    assert_eq!(first.ready(), shared(7));
}

#[test]
fn sf_03_what_those_who_join_bring_is_dropped_unrun() {
    let (flights, gate, census) = (Flights::new(), Gate::default(), Census::default());
    let first = driving(&flights, &gate, 7);
    let captured = census.value(1);
    let other = parked(flights.run("key", move || async move { unreachable!("{captured:?}") }));
    assert_eq!(census.alive(), 0, "as soon as it has joined");
    drop((first, other));
}

#[test]
fn nothing_runs_before_the_first_poll() {
    let flights = Flights::new();
    drop(flights.run("key", never));
    assert_eq!(flights.in_flight(), 0);
}

#[test]
fn sf_05_errors_are_shared_like_values() {
    let (flights, gate) = (SingleFlight::new(), Gate::default());
    let opened = gate.clone();
    let work = move || opened.then(Err::<u32, Arc<str>>("no".into()));
    let mut first = parked(flights.run(1, work));
    let mut other = parked(flights.run(1, never));
    gate.open();
    let (one, two) = (first.ready().unwrap().value, other.ready().unwrap().value);
    assert!(Arc::ptr_eq(&one.unwrap_err(), &two.unwrap_err()));
}

#[test]
fn sf_06_who_comes_when_it_is_done_begins_anew() {
    let (flights, gate) = (Arc::new(Flights::new()), Gate::default());
    let mut first = driving(&flights, &gate, 1);
    // Those who are told meet no trace of it.
    let theirs = Arc::clone(&flights);
    let waker = crate::support::hooks::hooked(move |event| {
        if event == crate::support::hooks::Event::Wake {
            assert_eq!(now(theirs.run("key", || ready(2))), alone(2));
        }
    });
    let mut other = task(flights.run("key", never));
    assert!(other.poll_with(&waker).is_pending());
    gate.open();
    assert_eq!((first.ready(), other.ready()), (shared(1), shared(1)));
}

#[test]
fn sf_07_who_comes_after_forget_begins_anew_and_the_old_one_serves_its_own() {
    let flights = Flights::new();
    let (old, new) = (Gate::default(), Gate::default());
    assert!(!flights.forget(&"key"));
    let (mut first, mut second) = (driving(&flights, &old, 1), joined(&flights));
    assert!(flights.forget(&"key") && !flights.forget(&"key"));
    let (mut third, mut fourth) = (driving(&flights, &new, 2), joined(&flights));
    new.open();
    assert_eq!((third.ready(), fourth.ready()), (shared(2), shared(2)));
    assert_eq!(second.wakes(), 0);
    old.open();
    assert_eq!((first.ready(), second.ready()), (shared(1), shared(1)));
}

#[test]
fn sf_07_a_forgotten_flight_that_nobody_joined() {
    let (flights, old) = (Flights::new(), Gate::default());
    let mut first = driving(&flights, &old, 1);
    assert!(flights.forget(&"key"));
    old.open();
    assert_eq!(first.ready(), alone(1));
}

#[test]
fn sf_08_what_ends_does_not_touch_a_newer_one_of_its_key() {
    // Goal: E12. Two executions at once are what a removal without a check leads to.
    type End = fn(Task<Box<dyn Future<Output = Outcome> + Unpin + '_>>, &Gate);
    let lands: End = |mut old, gate| {
        gate.open();
        assert_eq!(old.ready(), alone(1));
    };
    let leaves: End = |old, _| drop(old);
    for end in [lands, leaves] {
        let flights = Flights::new();
        let (old, new) = (Gate::default(), Gate::default());
        let gate = old.clone();
        let first: Box<dyn Future<Output = Outcome> + Unpin> =
            Box::new(Box::pin(flights.run("key", move || gate.then(1))));
        let first = parked(first);
        flights.forget(&"key");
        let mut second = driving(&flights, &new, 2);
        end(first, &old);
        assert!(flights.contains(&"key"));
        let mut third = joined(&flights);
        new.open();
        assert_eq!((second.ready(), third.ready()), (shared(2), shared(2)));
    }
}

#[test]
fn sf_14_work_that_asks_for_its_own_key_has_an_error() {
    let flights = Arc::new(Flights::new());
    let (inner, other) = (Arc::clone(&flights), Arc::clone(&flights));
    let asks = move || async move {
        assert_eq!(inner.run("other", || ready(2)).await, alone(2));
        let nested = Box::pin(async { inner.run("key", never).await });
        assert_eq!(nested.await, Err(FlightError::Reentrant));
        7
    };
    assert_eq!(now(flights.run("key", asks)), alone(7), "and nobody joined");
    // Through the work of another key.
    let asks = move || async move {
        let inner = Arc::clone(&other);
        let deep = other.run("other", || async move {
            assert_eq!(inner.run("key", never).await, Err(FlightError::Reentrant));
            8
        });
        deep.await.unwrap().value
    };
    assert_eq!(now(flights.run("key", asks)), alone(8));
    // Where the work is made.
    let inner = Arc::clone(&flights);
    let asks = move || {
        assert_eq!(now(inner.run("key", never)), Err(FlightError::Reentrant));
        ready(9)
    };
    assert_eq!(now(flights.run("key", asks)), alone(9));
}

#[test]
fn sf_17_keys_are_of_any_type_and_may_collide() {
    #[derive(Default)]
    struct Zero;
    impl Hasher for Zero {
        fn finish(&self) -> u64 {
            0
        }
        fn write(&mut self, _: &[u8]) {}
    }
    #[derive(Default)]
    struct AllTheSame;
    impl BuildHasher for AllTheSame {
        type Hasher = Zero;
        fn build_hasher(&self) -> Zero {
            Zero
        }
    }
    let flights = SingleFlight::<(u8, String), u32, AllTheSame>::default();
    let key = |n: u8| (n, n.to_string());
    let gates: Vec<Gate> = (0..4).map(|_| Gate::default()).collect();
    let mut first: Vec<_> = (0..4_u8)
        .map(|n| {
            let gate = gates[usize::from(n)].clone();
            parked(flights.run(key(n), move || gate.then(n.into())))
        })
        .collect();
    let mut other: Vec<_> = (0..4).map(|n| parked(flights.run(key(n), never))).collect();
    assert_eq!(flights.in_flight(), 4);
    for n in [0, 2, 1, 3] {
        gates[n].open();
        let value = u32::try_from(n).unwrap();
        assert_eq!((first[n].ready(), other[n].ready()), (shared(value), shared(value)));
        assert!(!flights.contains(&key(u8::try_from(n).unwrap())));
    }
    assert_eq!(flights.in_flight(), 0);
    assert!(!flights.forget(&key(0)));
}

#[test]
fn sf_17_a_key_may_be_asked_for_in_a_borrowed_form() {
    let (flights, gate) = (SingleFlight::<String, u32>::new(), Gate::default());
    let opened = gate.clone();
    let mut first = parked(flights.run("key".to_owned(), move || opened.then(7)));
    assert!(flights.contains("key") && flights.contains(&"key".to_owned()));
    assert!(!flights.contains("other") && !flights.forget("other"));
    assert!(flights.forget("key") && !flights.contains("key"));
    gate.open();
    assert_eq!(first.ready(), alone(7));
}

#[test]
fn values_are_cloned_once_for_each_who_joined() {
    #[derive(Debug)]
    struct Value(Arc<AtomicUsize>);
    impl Clone for Value {
        fn clone(&self) -> Self {
            self.0.fetch_add(1, Ordering::SeqCst);
            Self(Arc::clone(&self.0))
        }
    }
    let (flights, clones) = (SingleFlight::<u8, Value>::new(), Arc::new(AtomicUsize::new(0)));
    let value = Value(Arc::clone(&clones));
    now(flights.run(1, || ready(value))).unwrap();
    assert_eq!(clones.load(Ordering::SeqCst), 0, "there is nobody to clone for");
}

#[tokio::test]
async fn an_arm_that_loses_leaves_the_flight_to_others() {
    let (flights, gate) = (Flights::new(), Gate::default());
    let (tx, rx) = chan::bounded(1);
    tx.send(1).await.unwrap();
    let opened = gate.clone();
    let mut other = task(flights.run("key", never));
    select! {
        biased;
        _ = flights.run("key", move || opened.then(7)) => unreachable!(),
        _ = async { other.pending(); std::future::pending::<()>().await } => unreachable!(),
        received = rx.recv() => assert_eq!(received, Ok(1)),
    }
    gate.open();
    assert_eq!(other.answer(), Some(shared(7)));
}

#[tokio::test]
#[cfg_attr(miri, ignore = "it takes long, and is about scheduling")]
async fn a_loop_of_flights_gives_way() {
    let flights = Flights::new();
    gives_way("run", async || drop(flights.run("key", || ready(1)).await)).await;
}

#[test]
fn they_print_their_state() {
    let (flights, gate) = (Flights::new(), Gate::default());
    assert_eq!(format!("{flights:?}"), "SingleFlight { in_flight: 0, .. }");
    let opened = gate.clone();
    let mut first = Box::pin(flights.run("key", move || opened.then(7)));
    let mut other = Box::pin(flights.run("key", never));
    assert_eq!(format!("{first:?}"), "Run(Start)");
    task(first.as_mut()).pending();
    task(other.as_mut()).pending();
    assert_eq!(format!("{flights:?}"), "SingleFlight { in_flight: 1, .. }");
    assert_eq!(format!("{first:?} {other:?}"), "Run(Driving) Run(Following)");
    gate.open();
    task(first.as_mut()).ready().unwrap();
    assert_eq!(format!("{first:?}"), "Run(Done)");
}

const fn is_shared<T: Send + Sync>() {}
const fn is_error<T: Error + Clone + Eq + Send + Sync + 'static>() {}

#[test]
fn g_08_flights_are_shared() {
    is_shared::<Flights>();
    is_error::<FlightError>();
    is_error::<Panicked>();
    assert_not_impl!(SingleFlight<u32, Rc<u32>>: Send);
    assert_not_impl!(SingleFlight<u32, Cell<u32>>: Sync);
    assert_not_impl!(SingleFlight<Cell<u32>, u32>: Sync);
    assert_not_impl!(SingleFlight<Rc<u32>, u32>: Send);
}

#[test]
fn hb_22_what_the_work_did_is_seen_by_all() {
    let flights = SingleFlight::<u8, Arc<Vec<u64>>>::new();
    for round in 0..ROUNDS {
        let runs = Arc::new(AtomicUsize::new(0));
        let program = || -> Box<dyn FnOnce() -> u64 + Send + '_> {
            let runs = Arc::clone(&runs);
            Box::new(|| {
                let wakes = Wakes::new();
                let mut polls = 0;
                let work = move || {
                    poll_fn(move |cx| {
                        polls += 1;
                        if polls < 3 {
                            cx.waker().wake_by_ref();
                            return Poll::Pending;
                        }
                        runs.fetch_add(1, Ordering::Relaxed);
                        Poll::Ready(Arc::new(vec![round; 3]))
                    })
                };
                let mut asks = task(flights.run(1, work));
                loop {
                    match asks.poll_with(&Waker::from(Arc::clone(&wakes))) {
                        Poll::Ready(landed) => return landed.unwrap().value[2],
                        Poll::Pending => std::thread::yield_now(),
                    }
                }
            })
        };
        assert_eq!(race(vec![program(), program(), program()]), [round; 3]);
        assert!(runs.load(Ordering::Relaxed) <= 3);
        assert_eq!(flights.in_flight(), 0);
    }
}

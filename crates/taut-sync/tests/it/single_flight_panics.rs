//! Work, keys and values that panic: everybody is told, nobody hangs.

use std::cell::Cell;
use std::future::{poll_fn, ready};
use std::hash::{Hash, Hasher};
use std::panic::panic_any;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use taut::sync::{FlightError, SingleFlight};

use crate::once::{Gate, never};
use crate::single_flight::{Flights, Outcome, alone, driving, joined, shared};
use crate::support::hooks::{OnDrop, panics};
use crate::support::{MANY, now, parked, task};

#[track_caller]
fn message(outcome: Outcome) -> String {
    match outcome {
        Err(FlightError::Panicked(panicked)) => panicked.message().to_owned(),
        other => panic!("it should have panicked: {other:?}"),
    }
}

/// Work that waits for the gate and then panics.
fn bad(
    gate: &Gate,
) -> impl FnOnce() -> std::pin::Pin<Box<dyn Future<Output = u32> + Send>> + use<> {
    let gate = gate.clone();
    move || {
        Box::pin(async move {
            gate.passed().await;
            panic!("the {}", "work")
        })
    }
}

#[test]
fn sf_09_sf_10_a_panic_of_the_work_goes_to_everybody() {
    let (flights, gate) = (Flights::new(), Gate::default());
    let mut first = parked(flights.run("key", bad(&gate)));
    let mut others: Vec<_> = (0..MANY).map(|_| joined(&flights)).collect();
    gate.open();
    assert_eq!(message(first.ready()), "the work");
    for other in &mut others {
        assert_eq!((other.wakes(), message(other.ready()).as_str()), (1, "the work"));
    }
    assert_eq!(now(flights.run("key", || ready(1))), alone(1), "the next is a new flight");
}

#[test]
fn sf_09_a_panic_of_who_makes_the_work() {
    let flights = Flights::new();
    let seen = now(flights.run("key", || -> std::future::Ready<u32> { panic!("no work") }));
    assert_eq!(message(seen), "no work");
    assert_eq!(flights.in_flight(), 0);
}

#[test]
fn sf_09_a_panic_with_something_else_than_a_text() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("its drop");
        }
    }
    let (flights, gate) = (Flights::new(), Gate::default());
    let opened = gate.clone();
    let mut first = parked(flights.run("key", move || async move {
        opened.passed().await;
        panic_any(Bomb)
    }));
    let mut other = joined(&flights);
    gate.open();
    let first = first.ready();
    assert_eq!(message(first.clone()), "(not a text)");
    assert_eq!((other.wakes(), other.ready()), (1, first.clone()));
    let text = "the work of a flight panicked: (not a text)";
    assert_eq!(first.unwrap_err().to_string(), text);
}

#[test]
fn sf_09_a_panic_after_the_driver_left() {
    let (flights, gate) = (Flights::new(), Gate::default());
    let first = parked(flights.run("key", bad(&gate)));
    let (mut second, mut third) = (joined(&flights), joined(&flights));
    drop(first);
    gate.open();
    assert_eq!(message(second.ready()), "the work");
    assert_eq!((third.wakes(), message(third.ready()).as_str()), (1, "the work"));
}

#[test]
fn sf_09_work_that_panics_as_it_is_dropped_has_panicked() {
    let (flights, gate) = (Flights::new(), Gate::default());
    let opened = Arc::new(AtomicBool::new(false));
    let theirs = Arc::clone(&opened);
    let mut first = parked(flights.run("key", move || {
        let bomb = OnDrop(|| panic!("its drop"));
        poll_fn(move |_| {
            let _held = &bomb;
            if theirs.load(Ordering::SeqCst) { Poll::Ready(7) } else { Poll::Pending }
        })
    }));
    let mut other = joined(&flights);
    opened.store(true, Ordering::SeqCst);
    gate.open();
    assert_eq!(message(first.ready()), "its drop");
    assert_eq!((other.wakes(), message(other.ready()).as_str()), (1, "its drop"));
}

#[test]
fn work_that_panics_as_it_is_given_up_frees_its_key() {
    let flights = Flights::new();
    let first = parked(flights.run("key", move || {
        let bomb = OnDrop(|| panic!("its drop"));
        poll_fn(move |_| {
            let _held = &bomb;
            Poll::Pending
        })
    }));
    panics("its drop", || drop(first));
    assert_eq!(now(flights.run("key", || ready(1))), alone(1));
}

#[test]
fn what_is_brought_in_vain_may_panic_as_it_is_dropped() {
    let (flights, gate) = (Flights::new(), Gate::default());
    let mut first = driving(&flights, &gate, 7);
    let bomb = OnDrop(|| panic!("its drop"));
    let mut other = task(flights.run("key", move || {
        let _held = &bomb;
        ready(1)
    }));
    panics("its drop", || drop(other.poll()));
    // It has joined all the same.
    gate.open();
    assert_eq!(first.ready(), shared(7));
    assert_eq!(other.ready(), shared(7));
}

thread_local! {
    static IS_BAD: Cell<bool> = const { Cell::new(false) };
}

/// A key whose comparison, or hash, panics when it is told to.
#[derive(Debug)]
struct Key<const HASH: bool>(u8);

impl<const HASH: bool> Hash for Key<HASH> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        assert!(!HASH || !IS_BAD.get(), "a key");
        self.0.hash(hasher);
    }
}

impl<const HASH: bool> PartialEq for Key<HASH> {
    fn eq(&self, other: &Self) -> bool {
        assert!(HASH || !IS_BAD.get(), "a key");
        self.0 == other.0
    }
}

impl<const HASH: bool> Eq for Key<HASH> {}

fn bad_keys_harm_nobody_else<const HASH: bool>() {
    let (flights, gate) = (SingleFlight::<Key<HASH>, u32>::new(), Gate::default());
    let opened = gate.clone();
    let first = parked(flights.run(Key(1), move || opened.then(7)));
    let mut second = parked(flights.run(Key(1), never));
    IS_BAD.set(true);
    let mut bad = task(flights.run(Key(1), never));
    panics("a key", || drop(bad.poll()));
    panics("polled after completion", || drop(bad.poll()));
    panics("a key", || _ = flights.forget(&Key(1)));
    panics("a key", || _ = flights.contains(&Key(1)));
    // Nobody looks at keys to leave, to go on, or to land.
    drop(bad);
    drop(first);
    gate.open();
    assert_eq!(second.ready(), shared(7));
    IS_BAD.set(false);
    assert_eq!((flights.in_flight(), flights.contains(&Key(1))), (0, false));
    assert_eq!(now(flights.run(Key(1), || ready(1))), alone(1));
}

#[test]
fn a_key_whose_hash_panics_harms_nobody_else() {
    bad_keys_harm_nobody_else::<true>();
}

#[test]
fn a_key_whose_comparison_panics_harms_nobody_else() {
    bad_keys_harm_nobody_else::<false>();
}

#[test]
fn a_value_whose_clone_panics_harms_nobody_else() {
    #[derive(Debug)]
    struct Value;
    impl Clone for Value {
        fn clone(&self) -> Self {
            assert!(!IS_BAD.get(), "a clone");
            Self
        }
    }
    let (flights, gate) = (SingleFlight::<u8, Value>::new(), Gate::default());
    let opened = gate.clone();
    let mut first = parked(flights.run(1, move || opened.then(Value)));
    let (mut second, mut third) = (parked(flights.run(1, never)), parked(flights.run(1, never)));
    gate.open();
    IS_BAD.set(true);
    panics("a clone", || drop(first.poll()));
    panics("a clone", || drop(second.poll()));
    IS_BAD.set(false);
    assert!(third.ready().is_ok());
    assert_eq!(flights.in_flight(), 0);
}

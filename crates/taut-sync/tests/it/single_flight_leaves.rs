//! Callers of a flight that leave: who goes on, and what becomes of work that nobody wants.

use std::future::{Future, pending, poll_fn, ready};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use taut::sync::{FlightError, SingleFlight};

use crate::once::{Gate, never};
use crate::single_flight::{Flights, alone, driving, joined, shared};
use crate::support::hooks::{bomb, panics};
use crate::support::{Census, Counted, MANY, ROUNDS, Wakes, now, parked, race, task};

/// Work that counts how often it was begun, holds a value, and never ends.
fn endless(census: &Census) -> impl FnOnce() -> Pin<Box<dyn Future<Output = u32> + Send>> + use<> {
    let held = census.value(1);
    move || {
        Box::pin(async move {
            let _held: Counted = held;
            pending().await
        })
    }
}

#[test]
fn sf_02_sf_11_when_the_driver_leaves_another_goes_on_with_the_same_work() {
    let (flights, gate, begun) = (Flights::new(), Gate::default(), Arc::new(AtomicUsize::new(0)));
    let (opened, count) = (gate.clone(), Arc::clone(&begun));
    let first = parked(flights.run("key", move || async move {
        count.fetch_add(1, Ordering::SeqCst);
        opened.passed().await;
        7
    }));
    let (mut second, mut third) = (joined(&flights), joined(&flights));
    drop(first);
    assert_eq!((second.wakes(), third.wakes()), (1, 0), "one goes on");
    second.pending();
    let mut fourth = joined(&flights);
    gate.open();
    assert_eq!(second.ready(), shared(7));
    assert_eq!((third.wakes(), third.ready()), (1, shared(7)));
    assert_eq!((fourth.wakes(), fourth.ready()), (1, shared(7)));
    assert_eq!(begun.load(Ordering::SeqCst), 1);
}

#[test]
fn who_goes_on_is_woken_by_the_work() {
    // Goal: the work forgets the waker of a driver that left.
    let flights = Flights::new();
    let slot = Arc::new((Mutex::new(None::<Waker>), AtomicBool::new(false)));
    let theirs = Arc::clone(&slot);
    let first = parked(flights.run("key", move || {
        poll_fn(move |cx| {
            if theirs.1.load(Ordering::SeqCst) {
                return Poll::Ready(7);
            }
            *theirs.0.lock().unwrap() = Some(cx.waker().clone());
            Poll::Pending
        })
    }));
    let mut second = joined(&flights);
    drop(first);
    second.pending();
    slot.1.store(true, Ordering::SeqCst);
    slot.0.lock().unwrap().take().unwrap().wake();
    assert_eq!((second.wakes(), second.answer()), (2, Some(shared(7))));
}

#[test]
fn sf_02_who_was_to_go_on_and_leaves_calls_the_next() {
    let (flights, gate) = (Flights::new(), Gate::default());
    let first = driving(&flights, &gate, 7);
    let (second, third, mut fourth) = (joined(&flights), joined(&flights), joined(&flights));
    drop(first);
    drop(second);
    assert_eq!((third.wakes(), fourth.wakes()), (1, 0));
    drop(third);
    assert_eq!(fourth.wakes(), 1);
    gate.open();
    assert_eq!(fourth.ready(), shared(7));
}

#[test]
fn sf_02_a_newcomer_goes_on_if_it_comes_first() {
    let (flights, gate) = (Flights::new(), Gate::default());
    let first = driving(&flights, &gate, 7);
    let mut called = joined(&flights);
    drop(first);
    // It drives now: it meets the work before who was called for it.
    let mut newcomer = joined(&flights);
    called.pending();
    gate.open();
    assert_eq!(newcomer.ready(), shared(7));
    assert_eq!((called.wakes(), called.ready()), (2, shared(7)));
}

#[test]
fn sf_15_sf_16_with_the_last_the_work_goes_and_its_key_is_free() {
    // Goal: whoever is last: the driver, who joined, or who was called to go on.
    type Leave = fn(&Flights, &Census);
    let alone_in_it: Leave = |flights, census| {
        let only = parked(flights.run("key", endless(census)));
        drop(only);
    };
    let driver_last: Leave = |flights, census| {
        let only = parked(flights.run("key", endless(census)));
        drop(joined(flights));
        assert_eq!(census.alive(), 1);
        drop(only);
    };
    let called_last: Leave = |flights, census| {
        let first = parked(flights.run("key", endless(census)));
        let second = joined(flights);
        drop(first);
        assert_eq!((census.alive(), flights.in_flight()), (1, 1));
        drop(second);
    };
    let second_driver_last: Leave = |flights, census| {
        let first = parked(flights.run("key", endless(census)));
        let mut second = joined(flights);
        drop(first);
        second.pending();
        assert_eq!((census.alive(), flights.in_flight()), (1, 1));
        drop(second);
    };
    let forgotten: Leave = |flights, census| {
        let first = parked(flights.run("key", endless(census)));
        let second = joined(flights);
        assert!(flights.forget(&"key"));
        drop(first);
        assert_eq!(census.alive(), 1);
        drop(second);
    };
    for leave in [alone_in_it, driver_last, called_last, second_driver_last, forgotten] {
        let (flights, census) = (Flights::new(), Census::default());
        leave(&flights, &census);
        assert_eq!((census.alive(), flights.in_flight()), (0, 0));
        assert_eq!(now(flights.run("key", || ready(2))), alone(2), "a flight of its own");
    }
}

#[test]
fn sf_13_a_caller_may_leave_at_any_time() {
    let (flights, gate) = (Flights::new(), Gate::default());
    let mut first = driving(&flights, &gate, 7);
    let (second, mut third) = (joined(&flights), joined(&flights));
    gate.open();
    assert_eq!(first.ready(), shared(7));
    assert_eq!(second.wakes(), 1);
    drop(second);
    assert_eq!(third.ready(), shared(7));
    assert_eq!(flights.in_flight(), 0);
}

#[test]
fn sf_16_nobody_joins_a_flight_that_is_given_up() {
    // Goal: work whose drop asks for the same key begins anew.
    struct Asks(Arc<SingleFlight<u8, u32>>);
    impl Drop for Asks {
        fn drop(&mut self) {
            assert_eq!(now(self.0.run(1, || ready(2))), alone(2));
        }
    }
    let flights = Arc::new(SingleFlight::new());
    let asks = Asks(Arc::clone(&flights));
    let first = parked(flights.run(1, move || async move {
        let _asks = asks;
        pending().await
    }));
    drop(first);
    assert_eq!(flights.in_flight(), 0);
}

#[test]
fn a_flight_may_outlive_who_began_it_in_a_panic() {
    let (flights, gate) = (Flights::new(), Gate::default());
    let first = driving(&flights, &gate, 7);
    let mut second = joined(&flights);
    panics("of its own", || {
        let _first = first;
        panic!("of its own");
    });
    gate.open();
    assert_eq!((second.wakes(), second.ready()), (1, shared(7)));
}

#[test]
fn g_07_a_waker_that_panics_is_not_felt_by_the_others() {
    let (flights, gate) = (Flights::new(), Gate::default());
    let mut first = driving(&flights, &gate, 7);
    let mut bad = task(flights.run("key", never));
    assert!(bad.poll_with(&bomb()).is_pending());
    let mut others: Vec<_> = (0..MANY).map(|_| joined(&flights)).collect();
    gate.open();
    panics("a waker panics", || drop(first.poll()));
    drop(first);
    assert!(others.iter_mut().all(|one| one.wakes() == 1 && one.ready() == shared(7)));
    assert_eq!((bad.ready(), flights.in_flight()), (shared(7), 0));
}

#[test]
fn g_07_a_waker_that_panics_as_it_is_called_to_go_on() {
    let (flights, gate) = (Flights::new(), Gate::default());
    let first = driving(&flights, &gate, 7);
    let mut bad = task(flights.run("key", never));
    assert!(bad.poll_with(&bomb()).is_pending());
    let mut other = joined(&flights);
    panics("a waker panics", || drop(first));
    drop(bad);
    assert_eq!(other.wakes(), 1);
    gate.open();
    assert_eq!((other.ready(), flights.in_flight()), (shared(7), 0));
}

#[test]
fn sf_16_a_flight_is_never_lost_between_those_who_leave_and_those_who_come() {
    let flights = SingleFlight::<u8, u64>::new();
    for round in 0..ROUNDS {
        let (flights, live) = (&flights, Arc::new(AtomicUsize::new(0)));
        let asks = |polls: usize| -> Box<dyn FnOnce() -> Option<u64> + Send + '_> {
            let live = Arc::clone(&live);
            Box::new(move || {
                let work = move || {
                    assert_eq!(live.fetch_add(1, Ordering::SeqCst), 0, "two at once");
                    let end = crate::support::hooks::OnDrop(move || {
                        live.fetch_sub(1, Ordering::SeqCst);
                    });
                    let mut left = 3;
                    poll_fn(move |_| {
                        let _end = &end;
                        left -= 1;
                        if left == 0 { Poll::Ready(round) } else { Poll::Pending }
                    })
                };
                let wakes = Wakes::new();
                let waker = Waker::from(Arc::clone(&wakes));
                let mut future = Box::pin(flights.run(1, work));
                for _ in 0..polls {
                    match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                        Poll::Ready(landed) => return Some(landed.unwrap().value),
                        Poll::Pending => std::thread::yield_now(),
                    }
                }
                None
            })
        };
        let seen = race(vec![asks(1), asks(2), asks(usize::MAX), asks(usize::MAX)]);
        assert!(seen.iter().flatten().all(|value| *value == round));
        assert!(seen[2].is_some() && seen[3].is_some());
        assert_eq!(flights.in_flight(), 0);
    }
}

#[test]
fn sf_14_is_about_the_nesting_of_polls_only() {
    // Goal: who is polled after the work, in the same task, joins.
    let (flights, gate) = (Flights::new(), Gate::default());
    let mut both = task(async {
        let first = flights.run("key", || gate.clone().then(7));
        tokio::join!(first, flights.run("key", never))
    });
    both.pending();
    gate.open();
    let seen = (0..2).find_map(|_| match both.poll() {
        Poll::Ready(seen) => Some(seen),
        Poll::Pending => None,
    });
    assert_eq!(seen, Some((shared(7), shared(7))));
    assert_ne!(shared(7), Err(FlightError::Reentrant));
}

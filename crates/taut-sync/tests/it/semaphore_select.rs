//! `Semaphore`: acquires as arms of a select.

use std::pin::pin;

use taut::chan;
use taut::select::{self, OneOf2, Select};
use taut::sync::{AcquireError, Permit, Semaphore};

use crate::support::{now, parked, task};

/// The units of `slots`, or what comes from `other`.
async fn either<'a>(
    slots: &'a Semaphore,
    units: usize,
    other: &chan::Receiver<u32>,
) -> Result<Permit<'a>, u32> {
    select::select! {
        biased;
        permit = slots.acquire(units) => permit.map_err(|_| 0),
        got = other.recv() => Err(got.unwrap_or(0)),
    }
}

#[test]
fn an_acquire_wins_or_loses() {
    let (slots, (tx, rx)) = (Semaphore::new(2), chan::bounded(1));
    let both = now(either(&slots, 2, &rx)).unwrap();
    assert_eq!((both.units(), slots.available()), (2, 0));
    tx.try_send(5).unwrap();
    assert_eq!(now(either(&slots, 1, &rx)).err(), Some(5));
    assert_eq!(slots.waiters(), 0);

    let mut wins = parked(either(&slots, 1, &rx));
    let mut loses = parked(either(&slots, 2, &rx));
    drop(both);
    assert_eq!(wins.answer().unwrap().unwrap().units(), 1);
    let both = loses.answer().unwrap().unwrap();
    assert_eq!((both.units(), slots.waiters()), (2, 0));
    drop(both);

    let both = slots.try_acquire(2).unwrap();
    let mut loses = parked(either(&slots, 1, &rx));
    tx.try_send(6).unwrap();
    assert_eq!(loses.answer().unwrap().err(), Some(6));
    drop(both);
    assert_eq!((slots.available(), slots.waiters()), (2, 0));
}

#[test]
fn sm_09_a_select_that_loses_at_the_head_admits_those_behind() {
    let (slots, (tx, rx)) = (Semaphore::new(3), chan::bounded(1));
    let held = slots.try_acquire(2).unwrap();
    let mut head = parked(either(&slots, 2, &rx));
    let mut behind = parked(slots.acquire(1));
    assert_eq!((slots.available(), slots.waiters(), behind.wakes()), (1, 2, 0));
    tx.try_send(7).unwrap();
    assert_eq!(head.answer().unwrap().err(), Some(7));
    assert_eq!((behind.answer().unwrap().unwrap().units(), slots.waiters()), (1, 0));
    // The same if it is just dropped.
    let held_too = slots.try_acquire(1).unwrap();
    let head = parked(either(&slots, 3, &rx));
    let mut behind = parked(slots.acquire(1));
    drop(held_too);
    assert_eq!((slots.available(), behind.wakes()), (1, 0));
    drop(head);
    assert!(behind.answer().unwrap().is_ok());
    drop(held);
}

#[test]
fn one_that_was_decided_elsewhere_holds_up_nobody() {
    // Goal: its task was not polled yet; whoever comes by passes it: a release, an acquire, a try.
    let (slots, (tx, rx)) = (Semaphore::new(3), chan::bounded(3));
    let held = slots.try_acquire(3).unwrap();
    let mut head = parked(either(&slots, 3, &rx));
    let mut behind = parked(slots.acquire(1));
    tx.try_send(1).unwrap();
    assert_eq!(slots.waiters(), 2, "nobody has met it");
    let mut held = held;
    drop(held.split(1));
    let one = behind.answer().unwrap().unwrap();
    assert_eq!((one.units(), slots.waiters()), (1, 0));
    assert_eq!(head.answer().unwrap().err(), Some(1));

    let (mut first, mut second) = (parked(either(&slots, 3, &rx)), parked(either(&slots, 2, &rx)));
    drop(one);
    for n in 2..4 {
        tx.try_send(n).unwrap();
    }
    let one = slots.try_acquire(1).unwrap();
    assert_eq!(slots.waiters(), 0);
    assert!(first.answer().unwrap().is_err() && second.answer().unwrap().is_err());

    let mut head = parked(either(&slots, 3, &rx));
    drop(one);
    tx.try_send(4).unwrap();
    assert_eq!(now(slots.acquire(1)).unwrap().units(), 1);
    assert!(head.answer().unwrap().is_err());
    drop(held);
    assert_eq!((slots.available(), slots.in_use(), slots.waiters()), (3, 0, 0));
}

#[test]
fn sm_11_a_select_that_was_granted_and_never_looked_passes_the_units_on() {
    let (slots, (_tx, rx)) = (Semaphore::new(2), chan::bounded(1));
    let held = slots.try_acquire(2).unwrap();
    let granted = parked(either(&slots, 2, &rx));
    let mut next = parked(slots.acquire(2));
    drop(held);
    assert_eq!((slots.in_use(), next.wakes()), (2, 0));
    drop(granted);
    assert_eq!(next.answer().unwrap().unwrap().units(), 2);
}

#[test]
fn two_acquires_of_one_semaphore_are_two_in_line() {
    // Goal: one of them takes effect, and of the other no trace is left; in line they stand as any two.
    let slots = Semaphore::new(3);
    let two_of = || async {
        select::select! {
            biased;
            permit = slots.acquire(2) => permit,
            permit = slots.acquire(1) => permit,
        }
    };
    let mut held = now(two_of()).unwrap();
    assert_eq!((held.units(), slots.available(), slots.waiters()), (2, 1, 0));
    let one = now(two_of()).unwrap();
    assert_eq!((one.units(), slots.available()), (1, 0));
    drop(one);

    let one = slots.try_acquire(1).unwrap();
    let mut waits = parked(two_of());
    let mut behind = parked(slots.acquire(1));
    assert_eq!(slots.waiters(), 3);
    drop(one);
    waits.pending();
    assert_eq!((waits.wakes(), slots.available()), (0, 1), "the first in line asks for two");
    drop(held.split(1));
    assert_eq!((slots.available(), slots.waiters(), behind.wakes()), (0, 1, 0));
    let two = waits.answer().unwrap().unwrap();
    assert_eq!((two.units(), slots.waiters()), (2, 1));
    drop(two);
    assert_eq!(behind.answer().unwrap().unwrap().units(), 1);
    drop(held);

    // The other way round, the second of them is passed over.
    let mut held = slots.try_acquire(3).unwrap();
    let waits = parked(async {
        select::select! {
            biased;
            permit = slots.acquire(1) => permit,
            permit = slots.acquire(2) => permit,
        }
    });
    let mut behind = parked(slots.acquire(2));
    drop(held.split(1));
    assert_eq!((waits.wakes(), slots.waiters(), slots.available()), (1, 1, 0));
    drop(held);
    assert_eq!(behind.answer().unwrap().unwrap().units(), 2);
    assert_eq!((slots.available(), slots.in_use()), (2, 1), "the select has not looked yet");
    drop(waits);
    assert_eq!((slots.available(), slots.waiters()), (3, 0));
}

#[test]
fn default_is_taken_if_nothing_can_be_acquired() {
    let slots = Semaphore::new(2);
    let attempt = || {
        now(async {
            select::select! { permit = slots.acquire(1) => Some(permit), default => None }
        })
    };
    let both = [attempt(), attempt()].map(|permit| permit.unwrap().unwrap());
    assert!(attempt().is_none());
    drop(both);
    let held = slots.try_acquire(1).unwrap();
    let waits = parked(slots.acquire(2));
    assert!(attempt().is_none(), "one is free, but somebody waits");
    drop(waits);
    assert!(attempt().unwrap().is_ok());
    slots.resize(0);
    assert!(attempt().unwrap().is_err_and(|error| error.is_too_large()));
    slots.close();
    assert!(attempt().unwrap().is_err_and(|error| error.is_closed()));
    assert_eq!((slots.waiters(), held.units()), (0, 1));
}

#[test]
fn a_closed_semaphore_is_an_arm_that_is_ready() {
    let (slots, idle) = (Semaphore::new(1), chan::never::<u32>());
    let held = slots.try_acquire(1).unwrap();
    let mut waits = parked(select::first((idle.recv(), slots.acquire(1))));
    slots.close();
    assert!(matches!(waits.answer(), Some(OneOf2::B(Err(AcquireError::Closed)))));
    let both = now(select::first((idle.recv(), slots.acquire(1))));
    assert!(matches!(both, OneOf2::B(Err(AcquireError::Closed))));
    drop(held);
}

#[test]
fn one_that_waited_as_a_future_becomes_an_arm() {
    // Goal: it loses its place by that, and nothing else; what it was granted before is its output.
    let (slots, idle) = (Semaphore::new(1), chan::never::<u32>());
    let polled = || {
        let mut acquire = Box::pin(slots.acquire(1));
        task(acquire.as_mut()).pending();
        acquire
    };
    let held = slots.try_acquire(1).unwrap();
    let acquire = polled();
    let mut behind = parked(slots.acquire(1));
    let mut select = parked(select::first((acquire, idle.recv())));
    drop(held);
    assert_eq!((select.wakes(), slots.waiters()), (0, 1));
    drop(behind.answer().unwrap());
    assert!(matches!(select.answer(), Some(OneOf2::A(Ok(_)))));
    drop(select);

    let held = slots.try_acquire(1).unwrap();
    let acquire = polled();
    drop(held);
    let OneOf2::A(permit) = now(select::first((acquire, idle.recv()))) else { unreachable!() };
    assert_eq!(permit.unwrap().units(), 1);
}

#[test]
fn one_that_is_selected_by_reference_keeps_its_place_when_it_loses() {
    let (slots, (tx, rx)) = (Semaphore::new(1), chan::bounded(1));
    let held = slots.try_acquire(1).unwrap();
    let mut acquire = pin!(slots.acquire(1));
    for is_decided in [true, false] {
        let mut select = parked(async {
            select::select! {
                biased;
                permit = acquire.as_mut() => Some(permit),
                _ = rx.recv() => None,
            }
        });
        if is_decided {
            tx.try_send(1).unwrap();
            assert!(select.answer().unwrap().is_none());
        }
        drop(select);
        assert_eq!(slots.waiters(), 1, "{is_decided}");
    }
    let mut behind = parked(slots.acquire(1));
    drop(held);
    drop(task(acquire.as_mut()).ready());
    assert!(behind.answer().unwrap().is_ok());
}

#[test]
fn a_select_of_any_number_of_arms() {
    let slots = Semaphore::new(4);
    let held = slots.try_acquire(4).unwrap();
    let mut all: Select<_, _> = (0..4_u32).map(|n| (n, slots.acquire(1))).collect();
    let mut next = parked(all.next());
    drop(held);
    let (first, permit) = next.answer().unwrap().unwrap();
    drop(next);
    assert_eq!((permit.unwrap().units(), first < 4), (1, true));
    let mut rest = Vec::new();
    while let Some((n, permit)) = now(all.next()) {
        rest.push((n, permit.unwrap()));
    }
    assert_eq!((rest.len(), slots.in_use()), (3, 3));
    drop(rest);
    assert_eq!((slots.available(), slots.waiters()), (4, 0));
}

//! Models of a semaphore whose capacity changes: units that are owed, and that are no longer owed.
//!
//! Run by `cargo x loom`.

#![cfg(all(taut_loom, feature = "semaphore"))]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "support/semaphore_models.rs"]
mod models;

// Owned permits are held by an `Arc` of the standard library.
use std::sync::Arc;

use std::task::Poll;

use loom::future::block_on;
use loom::thread;
use models::{assert_settled, in_use, in_use_by, model, once, poll};
use taut_sync::{AcquireError, Semaphore, TryAcquireError};

#[test]
fn sm_17_a_reduction_and_a_release() {
    model(|| {
        let (slots, held) = in_use(3);
        let other = thread::spawn(move || drop(held));
        slots.resize(1);
        other.join().unwrap();
        assert_settled(&slots, 1);
        assert!(slots.try_acquire(2).is_err());
    });
}

#[test]
fn sm_17_a_try_during_a_reduction_is_before_it_or_after() {
    model(|| {
        let slots = Arc::new(Semaphore::new(2));
        let own = slots.clone();
        let other = thread::spawn(move || own.resize(1));
        match slots.try_acquire(2) {
            Ok(permit) => drop(permit),
            Err(error) => {
                assert_eq!(error, TryAcquireError::TooLarge { requested: 2, capacity: 1 });
            }
        }
        other.join().unwrap();
        assert_settled(&slots, 1);
    });
}

#[test]
fn sm_17_two_resizes_and_a_release() {
    model(|| {
        let (slots, held) = in_use(2);
        let own = slots.clone();
        let releases = thread::spawn(move || drop(held));
        let resizes = thread::spawn(move || own.resize(0));
        slots.resize(3);
        releases.join().unwrap();
        resizes.join().unwrap();
        assert_settled(&slots, slots.capacity());
    });
}

#[test]
fn sm_17_all_that_can_be_counted_comes_back_during_a_resize() {
    // Goal: everything is owed, and comes back as it is no longer owed: the count does not overflow.
    model(|| {
        let (slots, held) = in_use(Semaphore::MAX_CAPACITY);
        slots.resize(0);
        let other = thread::spawn(move || drop(held));
        slots.resize(Semaphore::MAX_CAPACITY);
        other.join().unwrap();
        assert_settled(&slots, Semaphore::MAX_CAPACITY);
    });
}

#[test]
fn sm_17_units_that_are_owed_are_not_taken_by_a_try() {
    // Goal: three in use, of which one is left: two come back, and are nobody's.
    model(|| {
        let (slots, [one, two, three]) = in_use_by();
        slots.resize(1);
        let other = thread::spawn(move || drop((one, two)));
        assert_eq!(slots.try_acquire(1).err(), Some(TryAcquireError::NoPermits));
        other.join().unwrap();
        drop(three);
        assert_settled(&slots, 1);
    });
}

#[test]
fn sm_17_units_that_are_owed_are_not_taken_by_who_begins_to_wait() {
    model(|| {
        let (slots, [one, two, three]) = in_use_by();
        slots.resize(1);
        let other = thread::spawn(move || drop((one, two)));
        assert!(once(slots.acquire(1)).is_none());
        other.join().unwrap();
        drop(three);
        assert_settled(&slots, 1);
    });
}

#[test]
fn sm_17_units_that_are_owed_are_not_granted_to_who_waits() {
    model(|| {
        let (slots, [one, two, three]) = in_use_by();
        slots.resize(1);
        let mut waits = Box::pin(slots.acquire(1));
        assert!(poll(waits.as_mut()).is_pending());
        let other = thread::spawn(move || drop(one));
        drop(two);
        other.join().unwrap();
        assert_eq!((slots.waiters(), slots.in_use()), (1, 1));
        drop(three);
        let Poll::Ready(Ok(permit)) = poll(waits.as_mut()) else { panic!("it is the only one") };
        drop(permit);
        assert_settled(&slots, 1);
    });
}

#[test]
fn sm_17_units_that_are_added_reach_who_begins_to_wait() {
    model(|| {
        let (slots, held) = in_use(1);
        let own = slots.clone();
        let other = thread::spawn(move || own.resize(2));
        drop(block_on(slots.acquire(1)).unwrap());
        other.join().unwrap();
        drop(held);
        assert_settled(&slots, 2);
    });
}

#[test]
fn sm_17_who_waits_for_too_much_is_refused_or_served() {
    model(|| {
        let (slots, [one, two]) = in_use_by();
        let own = slots.clone();
        let other = thread::spawn(move || own.resize(1));
        drop(one);
        drop(two);
        match block_on(slots.acquire(2)) {
            Ok(permit) => drop(permit),
            Err(error) => assert_eq!(error, AcquireError::TooLarge { requested: 2, capacity: 1 }),
        }
        other.join().unwrap();
        assert_settled(&slots, 1);
    });
}

#[test]
fn to_forget_and_to_give_back() {
    model(|| {
        let (slots, [one, two]) = in_use_by();
        let other = thread::spawn(move || one.forget());
        drop(two);
        let error = block_on(slots.acquire(2)).err();
        other.join().unwrap();
        assert!(error.is_some_and(|error| error.is_too_large()));
        assert_settled(&slots, 1);
    });
}

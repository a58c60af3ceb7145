//! Models of the semaphore: two or three threads, every interleaving within the preemption bound, one
//! question each; at the end all units are accounted for.
//!
//! Run by `cargo x loom`.

#![cfg(all(taut_loom, feature = "semaphore"))]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "support/semaphore_models.rs"]
mod models;
#[path = "../../taut-chan/tests/support/select.rs"]
mod select;

// Owned permits are held by an `Arc` of the standard library.
use std::sync::Arc;

use loom::future::block_on;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;
use models::{assert_settled, in_use, in_use_by, model, model_of_three, once, poll};
use select::{Either, select};
use taut_sync::{AcquireError, Semaphore, TryAcquireError};

#[test]
fn sm_02_hb_21_who_begins_to_wait_as_units_come_back_gets_them() {
    model(|| {
        let (slots, held) = in_use(1);
        let note = Arc::new(AtomicUsize::new(0));
        let theirs = note.clone();
        let other = thread::spawn(move || {
            theirs.store(1, Ordering::Relaxed);
            drop(held);
        });
        let permit = block_on(slots.acquire(1)).unwrap();
        assert_eq!(note.load(Ordering::Relaxed), 1);
        drop(permit);
        other.join().unwrap();
        assert_settled(&slots, 1);
    });
}

#[test]
fn hb_21_a_try_that_succeeds_sees_what_was_done_before() {
    model(|| {
        let (slots, held) = in_use(1);
        let note = Arc::new(AtomicUsize::new(0));
        let theirs = note.clone();
        let other = thread::spawn(move || {
            theirs.store(1, Ordering::Relaxed);
            drop(held);
        });
        if let Ok(permit) = slots.try_acquire(1) {
            assert_eq!(note.load(Ordering::Relaxed), 1);
            drop(permit);
        }
        other.join().unwrap();
        assert_settled(&slots, 1);
    });
}

#[test]
fn hb_21_what_is_passed_on_by_one_that_gives_up_is_passed_with_its_past() {
    // Goal: the units are granted, given back by a drop, and taken by a third.
    model_of_three(|| {
        let (slots, held) = in_use(1);
        let note = Arc::new(AtomicUsize::new(0));
        let theirs = note.clone();
        let releases = thread::spawn(move || {
            theirs.store(1, Ordering::Relaxed);
            drop(held);
        });
        let own = slots.clone();
        let gives_up = thread::spawn(move || drop(once(own.acquire(1))));
        drop(block_on(slots.acquire(1)).unwrap());
        assert_eq!(note.load(Ordering::Relaxed), 1);
        releases.join().unwrap();
        gives_up.join().unwrap();
        assert_settled(&slots, 1);
    });
}

#[test]
fn sm_11_a_release_and_one_that_gives_up() {
    model(|| {
        let (slots, held) = in_use(1);
        let other = thread::spawn(move || drop(held));
        drop(once(slots.acquire(1)));
        other.join().unwrap();
        assert_settled(&slots, 1);
    });
}

#[test]
fn sm_09_the_head_gives_up_as_units_come_back() {
    // Goal: who stands behind is granted, by the release or by the one that leaves.
    model_of_three(|| {
        let (slots, [one, two]) = in_use_by();
        let own = slots.clone();
        let releases = thread::spawn(move || drop(one));
        let gives_up = thread::spawn(move || drop(once(own.acquire(2))));
        drop(block_on(slots.acquire(1)).unwrap());
        releases.join().unwrap();
        gives_up.join().unwrap();
        drop(two);
        assert_settled(&slots, 2);
    });
}

#[test]
fn sm_05_two_who_wait_and_two_releases() {
    model_of_three(|| {
        let (slots, [one, two]) = in_use_by();
        let own = slots.clone();
        let releases = thread::spawn(move || drop(one));
        let waits = thread::spawn(move || drop(block_on(own.acquire(2)).unwrap()));
        drop(two);
        drop(block_on(slots.acquire(1)).unwrap());
        releases.join().unwrap();
        waits.join().unwrap();
        assert_settled(&slots, 2);
    });
}

#[test]
fn sm_07_a_try_a_release_and_one_who_waits() {
    // Goal: the try may come first, or not at all; who waits gets the unit in the end.
    model(|| {
        let (slots, held) = in_use(1);
        let own = slots.clone();
        let waits = thread::spawn(move || drop(block_on(own.acquire(1)).unwrap()));
        let releases = thread::spawn(move || drop(held));
        match slots.try_acquire(1) {
            Ok(permit) => drop(permit),
            Err(error) => assert_eq!(error, TryAcquireError::NoPermits),
        }
        waits.join().unwrap();
        releases.join().unwrap();
        assert_settled(&slots, 1);
    });
}

#[test]
fn sm_04_who_waits_is_not_passed_by_a_try() {
    // Goal: one waits for two; whatever comes back meanwhile is not to be had.
    model(|| {
        let (slots, [one, two]) = in_use_by();
        let mut waits = Box::pin(slots.acquire(2));
        assert!(poll(waits.as_mut()).is_pending());
        let other = thread::spawn(move || drop(one));
        assert_eq!(slots.try_acquire(1).err(), Some(TryAcquireError::NoPermits));
        drop(two);
        assert_eq!(slots.try_acquire(1).err(), Some(TryAcquireError::NoPermits));
        drop(block_on(waits).unwrap());
        other.join().unwrap();
        assert_settled(&slots, 2);
    });
}

#[test]
fn a_close_reaches_who_begins_to_wait() {
    model(|| {
        let (slots, held) = in_use(1);
        let own = slots.clone();
        let other = thread::spawn(move || own.close());
        assert_eq!(block_on(slots.acquire(1)).err(), Some(AcquireError::Closed));
        assert!(other.join().unwrap());
        drop(held);
        assert_eq!((slots.available(), slots.in_use(), slots.waiters()), (1, 0, 0));
    });
}

#[test]
fn a_close_and_a_release() {
    // Goal: who waits is granted or refused, and the unit comes back.
    model(|| {
        let (slots, held) = in_use(1);
        let own = slots.clone();
        let releases = thread::spawn(move || drop(held));
        let closes = thread::spawn(move || own.close());
        drop(block_on(slots.acquire(1)));
        releases.join().unwrap();
        assert!(closes.join().unwrap());
        assert_eq!((slots.available(), slots.in_use(), slots.waiters()), (1, 0, 0));
        assert_eq!(slots.try_acquire(0).err(), Some(TryAcquireError::Closed));
    });
}

#[test]
fn a_select_takes_from_one_of_two() {
    model(|| {
        let ((left, one), (right, two)) = (in_use(1), in_use(1));
        let releases = [one, two].map(|held| thread::spawn(move || drop(held)));
        block_on(async {
            match select(left.acquire(1), right.acquire(1)).await {
                Either::A(permit) => assert_eq!(permit.unwrap().units(), 1),
                Either::B(permit) => assert_eq!(permit.unwrap().units(), 1),
            }
        });
        releases.into_iter().for_each(|thread| thread.join().unwrap());
        assert_settled(&left, 1);
        assert_settled(&right, 1);
    });
}

#[test]
fn a_select_that_loses_at_the_head_keeps_nobody_waiting() {
    // Goal: it waits for two of `slots`, of which one is free, or for another; who comes behind wants one.
    model(|| {
        let (slots, [one, two]) = in_use_by();
        let (other, held) = in_use(1);
        let (own, theirs) = (slots.clone(), other.clone());
        drop(one);
        let selects = thread::spawn(move || {
            block_on(async {
                assert!(matches!(select(own.acquire(2), theirs.acquire(1)).await, Either::B(_)));
            });
        });
        let releases = thread::spawn(move || drop(held));
        drop(block_on(slots.acquire(1)).unwrap());
        selects.join().unwrap();
        releases.join().unwrap();
        drop(two);
        assert_settled(&slots, 2);
        assert_settled(&other, 1);
    });
}

#[test]
fn a_select_at_the_head_that_is_too_large_by_now_keeps_nobody_waiting() {
    // Goal: wherever it stands when the capacity shrinks, also if it is just looking.
    model(|| {
        let (slots, idle) = (Arc::new(Semaphore::new(3)), in_use(1));
        let held = slots.try_acquire_owned(1).unwrap();
        let (own, theirs) = (slots.clone(), idle.0.clone());
        let selects = thread::spawn(move || {
            block_on(async {
                match select(own.acquire(3), theirs.acquire(1)).await {
                    Either::A(refused) => assert!(refused.is_err()),
                    Either::B(_) => unreachable!("it is in use"),
                }
            });
        });
        let own = slots.clone();
        let resizes = thread::spawn(move || own.resize(2));
        drop(block_on(slots.acquire(1)).unwrap());
        selects.join().unwrap();
        resizes.join().unwrap();
        drop(held);
        assert_settled(&slots, 2);
    });
}

#[test]
fn selects_behind_each_other_get_on() {
    // Goal: both look at both semaphores, in either order, while the units come back.
    model(|| {
        let ((left, one), (right, two)) = (in_use(1), in_use(1));
        let (a, b) = (left.clone(), right.clone());
        let other = thread::spawn(move || {
            drop(one);
            block_on(async { drop(select(b.acquire(1), a.acquire(1)).await) });
        });
        block_on(async { drop(select(left.acquire(1), right.acquire(1)).await) });
        other.join().unwrap();
        drop(two);
        assert_settled(&left, 1);
        assert_settled(&right, 1);
    });
}

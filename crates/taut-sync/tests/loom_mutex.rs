//! Models of a mutex: two or three threads, every interleaving within the preemption bound, one question
//! each. What it guards is loom's, so that two at a time are a fault.
//!
//! Run by `cargo x loom`.

#![cfg(taut_loom)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "../../taut-chan/tests/support/models.rs"]
mod models;
#[path = "../../taut-chan/tests/support/select.rs"]
mod select;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use loom::cell::UnsafeCell;
use loom::future::block_on;
use loom::thread::{self, JoinHandle};
use models::{model, model_of_three, once};
use select::{Either, select};
use taut_core::Case;
use taut_sync::future::LockOwned;
use taut_sync::{Mutex, OwnedMutexGuard};

type Shared = Arc<Mutex<UnsafeCell<u32>>>;
type Guard = OwnedMutexGuard<UnsafeCell<u32>>;
type Waiting = Pin<Box<LockOwned<UnsafeCell<u32>>>>;

fn shared() -> Shared {
    Arc::new(Mutex::new(UnsafeCell::new(0)))
}

/// Counts, under the lock.
fn count(guard: Guard) {
    // SAFETY: it is locked, which is what the model is about.
    guard.with_mut(|p| unsafe { *p += 1 });
}

fn total(mutex: &Shared) -> u32 {
    // SAFETY: as above.
    block_on(mutex.lock()).with(|p| unsafe { *p })
}

fn lock_and_count(mutex: &Shared) -> JoinHandle<()> {
    let mutex = mutex.clone();
    thread::spawn(move || count(block_on(mutex.lock_owned())))
}

fn try_and_count(mutex: &Shared) -> bool {
    mutex.try_lock_owned().map(count).is_some()
}

fn poll(waiter: &mut Waiting) -> bool {
    let polled = waiter.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    polled.map(count).is_ready()
}

/// One who waits behind whoever holds it.
fn queued(mutex: &Shared) -> Waiting {
    let mut waiter = Box::pin(mutex.lock_owned());
    assert!(!poll(&mut waiter));
    waiter
}

/// It is held, and one waits.
fn held() -> (Shared, Guard, Waiting) {
    let mutex = shared();
    let guard = mutex.try_lock_owned().unwrap();
    let waiter = queued(&mutex);
    (mutex, guard, waiter)
}

/// It is free, and one was called.
fn called() -> (Shared, Waiting) {
    let (mutex, guard, waiter) = held();
    drop(guard);
    (mutex, waiter)
}

/// It is held, and one waits who was beaten.
fn lost() -> (Shared, Guard, Waiting) {
    let (mutex, waiter) = called();
    let guard = mutex.try_lock_owned().unwrap();
    let mut waiter = waiter;
    assert!(!poll(&mut waiter));
    (mutex, guard, waiter)
}

/// The three of them, each on a thread, and how they end.
fn all(threads: impl IntoIterator<Item = JoinHandle<()>>) {
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn mu_01_hb_10_one_at_a_time() {
    model(|| {
        let mutex = shared();
        let others = [(); 2].map(|()| lock_and_count(&mutex));
        count(block_on(mutex.lock_owned()));
        all(others);
        assert_eq!(total(&mutex), 3);
    });
}

#[test]
fn hb_10_a_try_lock_that_succeeds_sees_what_came_before() {
    model(|| {
        let mutex = shared();
        let other = lock_and_count(&mutex);
        let is_ours = try_and_count(&mutex);
        other.join().unwrap();
        assert_eq!(total(&mutex), 1 + u32::from(is_ours));
    });
}

#[test]
fn x4_an_unlock_meets_one_who_comes_to_wait() {
    model(|| {
        let mutex = shared();
        let guard = mutex.try_lock_owned().unwrap();
        let other = lock_and_count(&mutex);
        count(guard);
        other.join().unwrap();
        assert_eq!(total(&mutex), 2);
    });
}

#[test]
fn x4_an_unlock_meets_one_who_gives_up() {
    // One gives up as the lock is released; another comes to wait.
    model(|| {
        let (mutex, guard, waiter) = held();
        let other = lock_and_count(&mutex);
        let quitter = thread::spawn(move || drop(waiter));
        count(guard);
        all([other, quitter]);
        assert_eq!(total(&mutex), 2);
    });
}

#[test]
fn x4_of_two_who_wait_the_first_gives_up() {
    model(|| {
        let (mutex, guard, first) = held();
        let second = queued(&mutex);
        let second = thread::spawn(move || count(block_on(second)));
        let quitter = thread::spawn(move || drop(first));
        count(guard);
        all([second, quitter]);
        assert_eq!(total(&mutex), 2);
    });
}

#[test]
fn x4_one_who_was_called_gives_up_as_another_comes() {
    model(|| {
        let (mutex, waiter) = called();
        let second = lock_and_count(&mutex);
        let quitter = thread::spawn(move || drop(waiter));
        let is_ours = try_and_count(&mutex);
        all([second, quitter]);
        assert_eq!(total(&mutex), 1 + u32::from(is_ours));
    });
}

#[test]
fn x3_one_who_was_called_gives_up_as_a_newcomer_unlocks_to_another() {
    model(|| {
        let (mutex, guard, first) = held();
        let second = queued(&mutex);
        drop(guard);
        let newcomer = mutex.try_lock_owned().unwrap();
        let second = thread::spawn(move || count(block_on(second)));
        let quitter = thread::spawn(move || drop(first));
        count(newcomer);
        all([second, quitter]);
        assert_eq!(total(&mutex), 2);
    });
}

#[test]
fn x3_one_who_was_called_meets_newcomers() {
    model(|| {
        let (mutex, waiter) = called();
        let waiter = thread::spawn(move || count(block_on(waiter)));
        let other = lock_and_count(&mutex);
        let is_ours = try_and_count(&mutex);
        all([waiter, other]);
        assert_eq!(total(&mutex), 2 + u32::from(is_ours));
    });
}

#[test]
fn mu_07_one_who_was_beaten_meets_newcomers() {
    model(|| {
        let (mutex, guard, waiter) = lost();
        let waiter = thread::spawn(move || count(block_on(waiter)));
        let other = lock_and_count(&mutex);
        count(guard);
        let is_ours = try_and_count(&mutex);
        all([waiter, other]);
        assert_eq!(total(&mutex), 3 + u32::from(is_ours));
    });
}

#[test]
fn mu_07_one_who_was_beaten_gives_up_as_it_is_handed_the_lock() {
    model(|| {
        let (mutex, guard, waiter) = lost();
        let second = queued(&mutex);
        let second = thread::spawn(move || count(block_on(second)));
        let quitter = thread::spawn(move || drop(waiter));
        count(guard);
        all([second, quitter]);
        assert_eq!(total(&mutex), 2);
    });
}

#[test]
fn x3_one_loses_as_the_lock_is_released_and_another_waits() {
    // Called, beaten, and not yet back in the queue when the newcomer unlocks.
    model(|| {
        let (mutex, guard, first) = held();
        let second = queued(&mutex);
        drop(guard);
        let newcomer = mutex.try_lock_owned().unwrap();
        let waiters = [first, second];
        let waiters = waiters.map(|waiter| thread::spawn(move || count(block_on(waiter))));
        count(newcomer);
        all(waiters);
        assert_eq!(total(&mutex), 3);
    });
}

#[test]
fn g_05_one_who_moved_to_another_thread_is_woken_there() {
    model(|| {
        let (mutex, guard, mut waiter) = held();
        let waiter = thread::spawn(move || {
            if !poll(&mut waiter) {
                count(block_on(waiter));
            }
        });
        count(guard);
        waiter.join().unwrap();
        assert_eq!(total(&mutex), 2);
    });
}

#[test]
fn one_who_waited_tries_without_waiting() {
    // As an arm of a select does it: called, it answers; else it gives up its place.
    model(|| {
        let (mutex, guard, mut first) = held();
        let second = queued(&mutex);
        let second = thread::spawn(move || count(block_on(second)));
        let first = thread::spawn(move || {
            let mut cx = Context::from_waker(Waker::noop());
            if first.as_mut().attempt(&mut cx).map(count).is_pending() && !poll(&mut first) {
                drop(first);
            }
        });
        drop(guard);
        all([first, second]);
        assert!(total(&mutex) > 0);
    });
}

#[test]
fn x3_one_loses_and_is_gone_before_it_waits_again() {
    // It answers as the newcomer unlocks, and gives up if it has lost: the next is called all the same.
    model(|| {
        let (mutex, guard, mut first) = held();
        let second = queued(&mutex);
        drop(guard);
        let newcomer = mutex.try_lock_owned().unwrap();
        let second = thread::spawn(move || count(block_on(second)));
        let first = thread::spawn(move || {
            let mut cx = Context::from_waker(Waker::noop());
            _ = first.as_mut().attempt(&mut cx).map(count);
        });
        count(newcomer);
        all([first, second]);
        assert!(total(&mutex) > 1);
    });
}

#[test]
fn polled_once_and_dropped_it_takes_nothing() {
    model_of_three(|| {
        let (mutex, guard, waiter) = held();
        let waiter = thread::spawn(move || count(block_on(waiter)));
        let (theirs, other) = (mutex.clone(), mutex.clone());
        let other = thread::spawn(move || drop(block_on(once(other.lock()))));
        drop(guard);
        drop(block_on(once(theirs.lock())));
        all([waiter, other]);
        assert_eq!(total(&mutex), 1);
    });
}

#[test]
fn an_arm_meets_an_unlock_and_another_decision() {
    // Whichever arm wins, the lock is there for the one behind.
    model(|| {
        let mutex = shared();
        let guard = mutex.try_lock_owned().unwrap();
        let (tx, rx) = taut_chan::bounded(1);
        let arm = mutex.clone();
        let select = thread::spawn(move || {
            block_on(async {
                match select(arm.lock_owned(), rx.recv()).await {
                    Either::A(guard) => count(guard),
                    Either::B(got) => got.unwrap(),
                }
            });
        });
        let sender = thread::spawn(move || _ = tx.try_send(()));
        drop(guard);
        count(block_on(mutex.lock_owned()));
        all([select, sender]);
        assert!(total(&mutex) > 0);
    });
}

#[test]
fn an_arm_behind_another_meets_an_unlock() {
    model(|| {
        let (mutex, guard, first) = held();
        let idle = taut_chan::bounded::<()>(1);
        let arm = mutex.clone();
        let select = thread::spawn(move || {
            block_on(async {
                match select(arm.lock_owned(), idle.1.recv()).await {
                    Either::A(guard) => count(guard),
                    Either::B(_) => unreachable!("nobody sends"),
                }
            });
            drop(idle.0);
        });
        let quitter = thread::spawn(move || drop(first));
        count(guard);
        all([select, quitter]);
        assert_eq!(total(&mutex), 2);
    });
}

#[test]
fn two_arms_of_two_selects_meet_an_unlock() {
    model(|| {
        let mutex = shared();
        let guard = mutex.try_lock_owned().unwrap();
        let selects = [(); 2].map(|()| {
            let mutex = mutex.clone();
            thread::spawn(move || {
                let won = select(mutex.lock_owned(), mutex.lock_owned());
                block_on(async {
                    match won.await {
                        Either::A(guard) | Either::B(guard) => count(guard),
                    }
                });
            })
        });
        count(guard);
        all(selects);
        assert_eq!(total(&mutex), 3);
    });
}

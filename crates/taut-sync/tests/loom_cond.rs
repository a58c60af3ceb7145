//! Models of a condition variable: two or three threads, every interleaving within the preemption bound,
//! one question each. Run by `cargo x loom`.

#![cfg(all(taut_loom, feature = "cond"))]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};

use loom::future::block_on;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;
use taut_sync::future::CondWait;
use taut_sync::{Cond, Mutex, MutexGuard};

#[path = "../../taut-core/tests/support/explore.rs"]
mod explore;

use explore::model;

/// A lock and a condition variable, leaked: they are borrowed by what goes to threads.
struct State {
    cond: Cond,
    lock: Mutex<u32>,
}

type Wait = Pin<Box<CondWait<'static, MutexGuard<'static, u32>>>>;

impl State {
    fn new() -> &'static Self {
        Box::leak(Box::new(Self { cond: Cond::new(), lock: Mutex::new(0) }))
    }

    /// One who waits by now, with no waker that matters.
    fn waiting(&'static self) -> Wait {
        let mut wait = Box::pin(self.cond.wait(self.lock.try_lock().unwrap()));
        assert!(wait.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        wait
    }
}

#[test]
fn co_01_hb_14_no_notification_gets_between_unlocking_and_waiting() {
    model(|| {
        let (state, note) = (State::new(), Arc::new(AtomicUsize::new(0)));
        let theirs = note.clone();
        let other = thread::spawn(move || {
            *block_on(state.lock.lock()) = 1;
            theirs.store(1, Ordering::Relaxed);
            state.cond.notify_one();
        });
        let mut guard = block_on(state.lock.lock());
        let has_waited = *guard == 0;
        while *guard == 0 {
            guard = block_on(state.cond.wait(guard));
        }
        if has_waited {
            assert_eq!(note.load(Ordering::Relaxed), 1);
        }
        drop(guard);
        other.join().unwrap();
    });
}

#[test]
fn co_07_wait_while_hears_of_the_last_change() {
    model(|| {
        let state = State::new();
        let other = thread::spawn(move || {
            for _ in 0..2 {
                *block_on(state.lock.lock()) += 1;
                state.cond.notify_all();
            }
        });
        let guard = block_on(state.lock.lock());
        let guard = block_on(state.cond.wait_while(guard, |n| *n < 2));
        assert_eq!(*guard, 2);
        drop(guard);
        other.join().unwrap();
        assert_eq!(state.cond.waiters(), 0);
    });
}

#[test]
fn co_13_one_that_is_dropped_as_it_is_notified_passes_it_on() {
    // Two wait. The first is dropped before, while or after it is notified; the second gets it anyway.
    model(|| {
        let state = State::new();
        let (first, second) = (state.waiting(), state.waiting());
        let notifies = thread::spawn(move || assert!(state.cond.notify_one()));
        let drops = thread::spawn(move || drop(first));
        drop(block_on(second));
        notifies.join().unwrap();
        drops.join().unwrap();
        assert_eq!(state.cond.waiters(), 0);
    });
}

#[test]
fn co_13_of_two_that_are_dropped_neither_keeps_it() {
    model(|| {
        let state = State::new();
        let waiters = [state.waiting(), state.waiting()];
        let last = state.waiting();
        assert!(state.cond.notify_one());
        let drops = waiters.map(|waiter| thread::spawn(move || drop(waiter)));
        drop(block_on(last));
        drops.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(state.cond.waiters(), 0);
    });
}

#[test]
fn co_13_one_that_is_dropped_while_it_locks_passes_both_on() {
    // It was notified, and waits for the lock that another holds and gives back just then.
    model(|| {
        let state = State::new();
        let (mut first, second) = (state.waiting(), state.waiting());
        let guard = state.lock.try_lock().unwrap();
        assert!(state.cond.notify_one());
        assert!(first.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        let drops = thread::spawn(move || drop(first));
        drop(guard);
        drop(block_on(second));
        drops.join().unwrap();
        assert!(!state.lock.is_locked());
    });
}

#[test]
fn co_04_all_are_notified_and_one_that_comes_meanwhile_or_not() {
    // The newcomer may be one of all or not; then it is notified by the second call. Nobody is lost.
    model(|| {
        let state = State::new();
        let early = state.waiting();
        let late = thread::spawn(move || {
            let mut guard = block_on(state.lock.lock());
            while *guard == 0 {
                guard = block_on(state.cond.wait(guard));
            }
        });
        assert!(state.cond.notify_all() >= 1);
        *block_on(early) = 1;
        state.cond.notify_all();
        late.join().unwrap();
        assert_eq!(state.cond.waiters(), 0);
    });
}

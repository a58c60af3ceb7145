//! Models of a cell that is initialised once: two or three threads, every interleaving within the
//! preemption bound, one question each.
//!
//! Run by `cargo x loom`. A caller that hangs is a deadlock, which loom reports.

#![cfg(taut_loom)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

use std::future::{Future, pending, ready};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use loom::future::block_on;
use loom::sync::Arc;
use loom::thread;
use taut_sync::{OnceCell, OnceValue, SetError};

#[path = "../../taut-core/tests/support/explore.rs"]
mod explore;

use explore::explore;

/// So few choices a run has here.
const BRANCHES: usize = 1_000;

/// Every interleaving within the preemption bound (`LOOM_MAX_PREEMPTIONS`, else 3).
fn model(check: impl Fn() + Sync + Send + 'static) {
    explore(usize::MAX, BRANCHES, check);
}

/// The same for three threads, which at a bound of 3 takes minutes.
fn model_of_three(check: impl Fn() + Sync + Send + 'static) {
    explore(2, BRANCHES, check);
}

/// Polls once, and drops what is pending.
fn once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

#[test]
fn on_01_of_two_one_runs_and_both_have_its_value() {
    model(|| {
        let (cell, runs) = (Arc::new(OnceCell::new()), Arc::new(AtomicUsize::new(0)));
        let (other, theirs) = (Arc::clone(&cell), Arc::clone(&runs));
        let init = async |runs: &AtomicUsize| {
            thread::yield_now();
            runs.fetch_add(1, Ordering::Relaxed)
        };
        let thread = thread::spawn(move || *block_on(other.get_or_init(|| init(&theirs))));
        let ours = *block_on(cell.get_or_init(|| init(&runs)));
        assert_eq!((ours, thread.join().unwrap()), (0, 0));
        assert_eq!(runs.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn on_11_an_initialiser_is_dropped_and_the_next_takes_over() {
    model(|| {
        let cell = Arc::new(OnceCell::new());
        let other = Arc::clone(&cell);
        let gone = thread::spawn(move || once(other.get_or_init(pending)).copied());
        assert_eq!(block_on(cell.get_or_init(|| ready(7))), &7);
        assert!(gone.join().unwrap().is_none_or(|value| value == 7));
    });
}

#[test]
fn on_11_an_initialiser_and_who_is_told_leave_and_the_third_takes_over() {
    model(|| {
        let cell = Arc::new(OnceCell::new());
        let caller = |value: Option<u32>| {
            let cell = Arc::clone(&cell);
            let init = async move || match value {
                Some(value) => value,
                None => pending().await,
            };
            Box::pin(async move { *cell.get_or_init(init).await })
        };
        let mut callers = [None, None, Some(7)].map(caller);
        for caller in &mut callers {
            assert!(once(caller.as_mut()).is_none());
        }
        let [first, second, third] = callers;
        let leaves = thread::spawn(move || drop(second));
        drop(first);
        assert_eq!(block_on(third), 7);
        leaves.join().unwrap();
    });
}

#[test]
fn on_11_who_is_told_leaves_as_another_comes() {
    model(|| {
        let cell = Arc::new(OnceCell::new());
        let other = Arc::clone(&cell);
        let leaves = thread::spawn(move || {
            let mut first = Box::pin(other.get_or_init(pending));
            let mut second = Box::pin(other.get_or_init(pending));
            let _begun = (once(first.as_mut()), once(second.as_mut()));
            drop(first);
        });
        assert_eq!(block_on(cell.get_or_init(|| ready(7))), &7);
        leaves.join().unwrap();
    });
}

#[test]
fn a_set_is_seen_by_who_waits() {
    model(|| {
        let cell = Arc::new(OnceCell::new());
        let other = Arc::clone(&cell);
        let thread = thread::spawn(move || other.set(7));
        assert_eq!(block_on(cell.wait()), &7);
        assert_eq!(thread.join().unwrap(), Ok(()));
    });
}

#[test]
fn a_set_and_an_initialiser_that_fails() {
    model(|| {
        let cell = Arc::new(OnceCell::new());
        let other = Arc::clone(&cell);
        let thread = thread::spawn(move || other.set(1));
        let failed = block_on(cell.get_or_try_init(|| ready(Err(()))));
        let was_set = match thread.join().unwrap() {
            Ok(()) => true,
            Err(SetError::Initializing(1)) => false,
            Err(error) => panic!("{error}"),
        };
        assert_eq!(cell.get().is_some(), was_set);
        assert!(was_set || failed.is_err());
        assert_eq!(block_on(cell.get_or_init(|| ready(2))), &if was_set { 1 } else { 2 });
    });
}

#[test]
fn a_set_is_seen_by_who_would_initialise_and_who_waits() {
    model_of_three(|| {
        let cell = Arc::new(OnceCell::new());
        let (one, two) = (Arc::clone(&cell), Arc::clone(&cell));
        let one = thread::spawn(move || *block_on(one.wait()));
        let two = thread::spawn(move || *block_on(two.get_or_init(|| ready(2))));
        let set = cell.set(1);
        let value = *block_on(cell.wait());
        assert_eq!((one.join().unwrap(), two.join().unwrap()), (value, value));
        assert_eq!(value, if set.is_ok() { 1 } else { 2 });
    });
}

#[test]
fn on_08_the_function_of_a_value_is_there_for_the_next() {
    model(|| {
        let runs = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&runs);
        let function = move || {
            let run = theirs.fetch_add(1, Ordering::Relaxed);
            async move { if run == 0 { pending().await } else { run } }
        };
        let value = Arc::new(OnceValue::new(function));
        let other = Arc::clone(&value);
        let gone = thread::spawn(move || _ = once(other.get()));
        // The first may be ours, too.
        while once(value.get()).is_none() {
            thread::yield_now();
        }
        gone.join().unwrap();
        assert!(value.try_get().is_some_and(|run| *run > 0));
    });
}

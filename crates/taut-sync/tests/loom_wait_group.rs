//! Models of a wait group: two or three threads, every interleaving within the preemption bound, one
//! question each. Run by `cargo x loom`.

#![cfg(all(taut_loom, feature = "wait-group"))]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

use std::future::{Future, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Waker};

use loom::future::block_on;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;
use taut_core::select::{Fixed, Out, Race};
use taut_sync::{Token, WaitGroup};

#[path = "../../taut-core/tests/support/explore.rs"]
mod explore;

use explore::model;

/// Adds one without order, then gives the token back, on a thread.
fn work(token: Token, done: &Arc<AtomicUsize>) -> thread::JoinHandle<()> {
    let done = done.clone();
    thread::spawn(move || {
        done.fetch_add(1, Ordering::Relaxed);
        drop(token);
    })
}

fn is_pending(future: Pin<&mut impl Future>) -> bool {
    future.poll(&mut Context::from_waker(Waker::noop())).is_pending()
}

#[test]
fn hb_13_the_last_token_and_one_who_comes_to_wait() {
    model(|| {
        let (wg, done) = (WaitGroup::new(), Arc::new(AtomicUsize::new(0)));
        let worker = work(wg.token(), &done);
        block_on(wg.wait());
        assert_eq!((done.load(Ordering::Relaxed), wg.waiters()), (1, 0));
        worker.join().unwrap();
    });
}

#[test]
fn hb_13_of_two_tokens_one_is_the_last() {
    model(|| {
        let (wg, done) = (WaitGroup::new(), Arc::new(AtomicUsize::new(0)));
        let workers = [(); 2].map(|()| work(wg.token(), &done));
        block_on(wg.wait());
        assert_eq!(done.load(Ordering::Relaxed), 2);
        workers.into_iter().for_each(|worker| worker.join().unwrap());
    });
}

#[test]
fn wg_07_the_end_of_a_round_releases_nobody_of_the_next() {
    // Our token is out before we wait, so we never wait for the old round alone.
    model(|| {
        let (wg, done) = (WaitGroup::new(), Arc::new(AtomicUsize::new(0)));
        let worker = work(wg.token(), &done);
        let token = wg.token();
        let mut wait = pin!(wg.wait());
        assert!(is_pending(wait.as_mut()));
        assert!(is_pending(wait.as_mut()));
        drop(token);
        block_on(wait);
        assert_eq!(done.load(Ordering::Relaxed), 1);
        worker.join().unwrap();
    });
}

#[test]
fn wg_07_two_rounds_that_touch_are_kept_apart() {
    // One waits for the first round. If that is over when we look, our token is of the next, and so is
    // who waits then; else there is but one round. Told or not, the first has what it waited for.
    model(|| {
        let (wg, done) = (WaitGroup::new(), Arc::new(AtomicUsize::new(0)));
        let first = wg.token();
        let mut early = pin!(wg.wait());
        assert!(is_pending(early.as_mut()));
        let worker = work(first, &done);
        // Loom tries what comes of the one order from the other; without this it is never over.
        thread::yield_now();
        let is_over = wg.count() == 0;
        let token = wg.token();
        let mut late = pin!(wg.wait());
        assert!(is_pending(late.as_mut()));
        if is_over {
            block_on(early);
            assert_eq!(done.load(Ordering::Relaxed), 1);
            worker.join().unwrap();
            assert!(is_pending(late.as_mut()));
            drop(token);
        } else {
            drop(token);
            block_on(early);
            worker.join().unwrap();
        }
        block_on(late);
        assert_eq!((done.load(Ordering::Relaxed), wg.waiters()), (1, 0));
    });
}

#[test]
fn wg_19_one_that_gives_up_takes_nothing_from_another() {
    model(|| {
        let (wg, done) = (WaitGroup::new(), Arc::new(AtomicUsize::new(0)));
        let worker = work(wg.token(), &done);
        let other = wg.clone();
        let quitter = thread::spawn(move || {
            let _polled = is_pending(pin!(other.wait()));
        });
        block_on(wg.wait());
        worker.join().unwrap();
        quitter.join().unwrap();
        assert_eq!((wg.count(), wg.waiters()), (0, 0));
    });
}

#[test]
fn whoever_is_last_frees_the_group_once() {
    // What it keeps of a panic is in an `Arc` of loom, whose leak or double drop fails the model.
    model(|| {
        let wg = WaitGroup::new();
        let failed = pin!(wg.track(async { std::panic::resume_unwind(Box::new("quietly")) }));
        drop(catch_unwind(AssertUnwindSafe(|| is_pending(failed))));
        let (token, waited) = (wg.token(), wg.wait_owned());
        let one = thread::spawn(move || drop(token));
        let other =
            thread::spawn(move || drop(catch_unwind(AssertUnwindSafe(|| block_on(waited)))));
        drop(wg);
        one.join().unwrap();
        other.join().unwrap();
    });
}

#[test]
fn wg_10_nobody_who_waits_misses_a_panic() {
    model(|| {
        let wg = WaitGroup::new();
        let fails = wg.track(async { std::panic::resume_unwind(Box::new("quietly")) });
        let other = thread::spawn(move || {
            drop(catch_unwind(AssertUnwindSafe(|| is_pending(pin!(fails)))));
        });
        let waited = catch_unwind(AssertUnwindSafe(|| block_on(wg.wait())));
        assert_eq!(waited.unwrap_err().downcast_ref(), Some(&"quietly"));
        other.join().unwrap();
    });
}

#[test]
fn an_arm_of_a_select_hears_of_the_last_token() {
    model(|| {
        let (wg, done, idle) = (WaitGroup::new(), Arc::new(AtomicUsize::new(0)), WaitGroup::new());
        let stuck = idle.token();
        let worker = work(wg.token(), &done);
        {
            let mut race = pin!(Race::new(Fixed::new((wg.wait(), idle.wait())), true));
            let won = block_on(std::future::poll_fn(|cx| race.as_mut().poll_next(cx)));
            assert!(matches!(won, Out::A(())));
        }
        assert_eq!((done.load(Ordering::Relaxed), idle.waiters()), (1, 0));
        worker.join().unwrap();
        drop(stuck);
        block_on(idle.track(ready(())));
    });
}

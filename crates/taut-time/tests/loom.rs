//! Models of a timer: two or three threads, every interleaving within the preemption bound, one question
//! each.
//!
//! Run by `cargo x loom`. The clock is no part of them: a timer is due from the start, stopped, or set
//! further than time goes, so nobody waits for an instant and every run is the same.

#![cfg(taut_loom)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use loom::future::block_on;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;
use taut_core::select::{Fixed, Out, Race};
use taut_time::Timer;
use tokio::time::Instant;

#[path = "../../taut-core/tests/support/explore.rs"]
mod explore;

use explore::{model, model_of_three};

/// A timer, and an instant that has passed.
fn set_up(make: fn(Instant) -> Timer) -> (Arc<Timer>, Instant) {
    let past = Instant::now();
    (Arc::new(make(past)), past)
}

const DUE: fn(Instant) -> Timer = Timer::at;
const STOPPED: fn(Instant) -> Timer = |_| Timer::stopped();
const NEVER: fn(Instant) -> Timer = |_| Timer::new(Duration::MAX);

#[test]
fn tm_14_one_expiry_is_received_once() {
    model(|| {
        let (timer, _) = set_up(DUE);
        let other = timer.clone();
        let other = thread::spawn(move || other.try_fired().is_some());
        let is_ours = timer.try_fired().is_some();
        assert_ne!(other.join().unwrap(), is_ours);
    });
}

#[test]
fn tm_12_a_stop_and_a_receive_agree() {
    model(|| {
        let (timer, _) = set_up(DUE);
        let other = timer.clone();
        let other = thread::spawn(move || other.try_fired().is_some());
        let is_prevented = timer.stop();
        assert_ne!(other.join().unwrap(), is_prevented);
        assert!(!timer.stop() && timer.try_fired().is_none());
    });
}

#[test]
fn tm_12_of_two_resets_and_a_receive_each_setting_is_accounted_for() {
    model_of_three(|| {
        let (timer, past) = set_up(DUE);
        let (one, other) = (timer.clone(), timer.clone());
        let one = thread::spawn(move || usize::from(one.reset_at(past)));
        let other = thread::spawn(move || usize::from(other.reset_at(past)));
        let mut ended = usize::from(timer.try_fired().is_some());
        ended += one.join().unwrap() + other.join().unwrap();
        assert_eq!(ended + usize::from(timer.stop()), 3);
    });
}

#[test]
fn tm_31_hb_18_who_waits_hears_of_a_reset_and_sees_what_came_before_it() {
    for make in [STOPPED, NEVER] {
        model(move || {
            let (timer, past) = set_up(make);
            let note = Arc::new(AtomicUsize::new(0));
            let (other, theirs) = (timer.clone(), note.clone());
            let other = thread::spawn(move || {
                theirs.store(1, Ordering::Relaxed);
                other.reset_at(past);
            });
            assert_eq!(block_on(timer.fired()), past);
            assert_eq!(note.load(Ordering::Relaxed), 1);
            other.join().unwrap();
        });
    }
}

#[test]
fn tm_31_of_many_changes_the_last_is_heard() {
    // One change may release who waits for the next one already: it looks again, and waits again.
    model_of_three(|| {
        let (timer, past) = set_up(STOPPED);
        let setters = [(); 2].map(|()| {
            let timer = timer.clone();
            thread::spawn(move || {
                timer.reset(Duration::MAX);
                timer.reset_at(past);
            })
        });
        assert_eq!(block_on(timer.fired()), past);
        setters.into_iter().for_each(|setter| setter.join().unwrap());
    });
}

#[test]
fn g_04_one_that_waits_and_is_dropped_takes_nothing_from_another() {
    // The first is dropped before, as or after it is woken. If it received, it sets the timer anew.
    model_of_three(|| {
        let (timer, past) = set_up(STOPPED);
        let (setter, quitter) = (timer.clone(), timer.clone());
        let setter = thread::spawn(move || assert!(!setter.reset_at(past)));
        let quitter = thread::spawn(move || {
            let mut cx = Context::from_waker(Waker::noop());
            if pin!(quitter.fired()).poll(&mut cx).is_ready() {
                assert!(!quitter.reset_at(past));
            }
        });
        assert_eq!(block_on(timer.fired()), past);
        setter.join().unwrap();
        quitter.join().unwrap();
        assert!(!timer.stop());
    });
}

#[test]
fn an_arm_of_a_select_hears_of_a_reset() {
    // Attempted, enrolled and polled again, as a select does it; the other arm is never ready.
    model(|| {
        let (timer, past) = set_up(STOPPED);
        let other = timer.clone();
        let other = thread::spawn(move || other.reset_at(past));
        let idle = Timer::stopped();
        let mut race = pin!(Race::new(Fixed::new((timer.fired(), idle.fired())), true));
        let won = block_on(std::future::poll_fn(|cx| race.as_mut().poll_next(cx)));
        assert!(matches!(won, Out::A(due) if due == past));
        assert!(!other.join().unwrap());
    });
}

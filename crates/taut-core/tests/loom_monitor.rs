//! Models of the monitor: a condition that comes true against those who begin to wait for it, and who
//! cease to. Goal: M2, nobody who waits is overlooked; M1, nobody is told who has left.
//!
//! Run by `cargo x loom`, one at a time.

#![cfg(taut_loom)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "support/explore.rs"]
mod explore;

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering as Std};
use std::task::{Context, Poll, Wake, Waker};

use explore::model;
use loom::future::block_on;
use loom::sync::atomic::{AtomicU64, Ordering};
use loom::thread;
use taut_core::monitor::{Condition, Glance, Monitor};
use taut_core::wake::in_batches;

/// A gate, and a number that is there once it is open.
struct Gate {
    inside: Monitor<Inside>,
    /// What can be seen of it without the lock: how often it was opened or shut.
    version: AtomicU64,
}

#[derive(Default)]
struct Inside {
    is_open: bool,
    number: u32,
}

struct IsOpen;

impl Condition<Inside> for IsOpen {
    fn is_met(&self, inside: &Inside) -> bool {
        inside.is_open
    }
}

/// The same, and it looks before it takes the lock.
struct IsOpenAtAGlance<'a>(&'a Gate);

impl Condition<Inside> for IsOpenAtAGlance<'_> {
    fn glance(&self) -> Glance {
        match self.0.version.load(Ordering::Acquire) {
            0 => Glance::Unmet(0),
            _ => Glance::Met,
        }
    }

    fn is_met(&self, inside: &Inside) -> bool {
        inside.is_open
    }
}

impl Gate {
    fn new() -> Arc<Self> {
        Arc::new(Self { inside: Monitor::new(Inside::default()), version: AtomicU64::new(0) })
    }

    /// Opens it, then tells, in two steps: M2 asks for no more.
    fn open(&self) {
        *self.inside.lock() = Inside { is_open: true, number: 7 };
        self.version.store(1, Ordering::Release);
        in_batches(|wakes| self.inside.lock().release(wakes));
    }

    fn number(&self) -> u32 {
        self.inside.lock().number
    }

    fn waiting(&self) -> usize {
        self.inside.lock().waiting()
    }
}

/// Opens it on a thread of its own.
fn opening(gate: &Arc<Gate>) -> thread::JoinHandle<()> {
    let gate = Arc::clone(gate);
    thread::spawn(move || gate.open())
}

/// A waker that counts. No part of the model.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Std::Relaxed);
    }
}

impl Wakes {
    fn count(&self) -> usize {
        self.0.load(Std::Relaxed)
    }

    fn poll<F: Future>(self: &Arc<Self>, future: Pin<&mut F>) -> Poll<F::Output> {
        let waker = Waker::from(Arc::clone(self));
        future.poll(&mut Context::from_waker(&waker))
    }
}

#[test]
fn who_waits_while_it_comes_true_is_told() {
    model(|| {
        let gate = Gate::new();
        let open = opening(&gate);
        block_on(gate.inside.until(IsOpen));
        assert_eq!(gate.number(), 7);
        open.join().unwrap();
        assert_eq!(gate.waiting(), 0);
    });
}

#[test]
fn who_glances_while_it_comes_true_is_told() {
    model(|| {
        let gate = Gate::new();
        let open = opening(&gate);
        block_on(gate.inside.until(IsOpenAtAGlance(&gate)));
        assert_eq!(gate.number(), 7);
        open.join().unwrap();
        assert_eq!(gate.waiting(), 0);
    });
}

#[test]
fn who_was_not_told_sees_it_at_once() {
    model(|| {
        let gate = Gate::new();
        let open = opening(&gate);
        let wakes = Arc::<Wakes>::default();
        let mut until = pin!(gate.inside.until(IsOpen));
        let first = wakes.poll(until.as_mut());
        open.join().unwrap();
        assert_eq!(wakes.count(), usize::from(first.is_pending()));
        if first.is_pending() {
            assert!(wakes.poll(until).is_ready());
        }
    });
}

#[test]
fn two_that_wait_are_both_told() {
    model(|| {
        let gate = Gate::new();
        let other = Arc::clone(&gate);
        let wait = thread::spawn(move || block_on(other.inside.until(IsOpen)));
        let wakes = Arc::<Wakes>::default();
        let mut until = pin!(gate.inside.until(IsOpen));
        assert!(wakes.poll(until.as_mut()).is_pending());
        gate.open();
        assert_eq!(wakes.count(), 1);
        assert!(wakes.poll(until).is_ready());
        wait.join().unwrap();
        assert_eq!(gate.waiting(), 0);
    });
}

#[test]
fn who_leaves_while_others_are_told() {
    // M1: it is told, or has left, and is not touched after that.
    model(|| {
        let gate = Gate::new();
        let wakes: [Arc<Wakes>; 3] = Default::default();
        let mut untils = [(); 3].map(|()| Box::pin(gate.inside.until(IsOpen)));
        for (until, wakes) in untils.iter_mut().zip(&wakes) {
            assert!(wakes.poll(until.as_mut()).is_pending());
        }
        let open = opening(&gate);
        let [mut first, middle, mut last] = untils;
        drop(middle);
        open.join().unwrap();
        assert_eq!((wakes[0].count(), wakes[2].count()), (1, 1));
        assert!(wakes[1].count() <= 1);
        assert!(wakes[0].poll(first.as_mut()).is_ready());
        assert!(wakes[2].poll(last.as_mut()).is_ready());
        assert_eq!(gate.waiting(), 0);
    });
}

#[test]
fn who_gives_up_was_told_or_waits_anew() {
    model(|| {
        let gate = Gate::new();
        let wakes = Arc::<Wakes>::default();
        let mut until = Box::pin(gate.inside.until(IsOpen));
        assert!(wakes.poll(until.as_mut()).is_pending());
        let open = opening(&gate);
        if until.as_mut().cancel().is_none() {
            block_on(until);
        }
        assert_eq!(gate.number(), 7);
        open.join().unwrap();
    });
}

#[test]
fn a_condition_that_was_true_for_a_moment_may_be_missed_but_not_the_telling() {
    // Who is told waited at that time; who comes between waits for the next.
    model(|| {
        let gate = Gate::new();
        let other = Arc::clone(&gate);
        let open = thread::spawn(move || {
            other.open();
            other.inside.lock().is_open = false;
            other.open();
        });
        block_on(gate.inside.until(IsOpen));
        open.join().unwrap();
        assert_eq!(gate.waiting(), 0);
    });
}

#[test]
fn the_last_that_waits_may_free_it() {
    // The monitor is shared by those who use it; who comes last frees it with nobody in it.
    model(|| {
        let gate = loom::sync::Arc::new(Monitor::new(Inside::default()));
        let other = loom::sync::Arc::clone(&gate);
        let open = thread::spawn(move || {
            other.lock().is_open = true;
            in_batches(|wakes| other.lock().release(wakes));
        });
        block_on(gate.until(IsOpen));
        drop(gate);
        open.join().unwrap();
    });
}

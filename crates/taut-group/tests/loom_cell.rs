//! Models of the cell of a task: it is killed while it is polled, while it is being started, while it ends, while the
//! runtime drops it, by two at once. Every interleaving within the preemption bound.
//!
//! The file of the cell is compiled into this one, above a runtime of ours which polls when and where the model says. That
//! the future is dropped exactly once, and touched by one thread at a time, is what its own cell and counter check.
//!
//! Run by `cargo x loom`, one at a time.

#![cfg(taut_loom)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "../../taut-core/tests/support/explore.rs"]
mod explore;

#[path = "../src/group/cell.rs"]
mod cell;

#[path = "../src/depth.rs"]
mod depth;

/// What stands for the runtime: it keeps the one task that was started until somebody takes it.
mod spawn {
    use std::cell::RefCell;
    use std::future::Future;
    use std::marker::PhantomData;
    use std::pin::Pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// What the runtime would poll, of whatever type.
    pub(crate) type Shell = Pin<Box<dyn Future<Output = ()> + Send>>;

    /// The handle of a task: it counts how often it was told to end it.
    pub(crate) struct JoinHandle<T>(Arc<AtomicUsize>, PhantomData<fn() -> T>);

    impl JoinHandle<()> {
        pub(crate) fn abort(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[derive(Clone, Copy)]
    pub(crate) struct Site;

    impl Site {
        pub(crate) fn name<F: Future>(self, future: F) -> F {
            future
        }
    }

    type Take = Box<dyn FnOnce(Shell, Arc<AtomicUsize>)>;

    std::thread_local! {
        /// Who takes the next task, called within `start`: as a runtime may begin with it before that returns.
        static TAKE: RefCell<Option<Take>> = const { RefCell::new(None) };
    }

    pub(crate) fn on_start(take: impl FnOnce(Shell, Arc<AtomicUsize>) + 'static) {
        TAKE.with(|slot| *slot.borrow_mut() = Some(Box::new(take)));
    }

    pub(crate) fn start<F>(future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let aborts = Arc::new(AtomicUsize::new(0));
        let take = TAKE.with(|slot| slot.borrow_mut().take()).expect("somebody is there to run it");
        take(Box::pin(future), Arc::clone(&aborts));
        JoinHandle(aborts, PhantomData)
    }
}

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use loom::cell::UnsafeCell;
use loom::thread;

use self::cell::Kill;
use self::explore::model;
use self::spawn::{Shell, Site};

/// A future that goes on for so many polls. All it does is seen by loom as plain accesses of one cell.
struct Steps {
    left: UnsafeCell<u32>,
    ends: bool,
    drops: Arc<AtomicUsize>,
}

// SAFETY: it has no other parts than a number; that it is used by one thread at a time is what loom checks.
unsafe impl Send for Steps {}

impl Future for Steps {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        let is_last = self.left.with_mut(|left| {
            // SAFETY: as above.
            let left = unsafe { &mut *left };
            *left = left.saturating_sub(1);
            *left == 0
        });
        if is_last && self.ends { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        self.left.with_mut(|_| ());
        self.drops.fetch_add(1, Ordering::Relaxed);
    }
}

/// What a model looks at.
#[derive(Clone, Default)]
struct Seen {
    drops: Arc<AtomicUsize>,
    aborts: Arc<Mutex<Option<Arc<AtomicUsize>>>>,
}

impl Seen {
    fn drops(&self) -> usize {
        self.drops.load(Ordering::Relaxed)
    }

    fn aborts(&self) -> usize {
        self.aborts.lock().unwrap().as_ref().map_or(0, |aborts| aborts.load(Ordering::Relaxed))
    }
}

/// A thread of the runtime: polls so often, as long as it goes on, and then drops the task or gives it back.
fn worker(mut shell: Shell, polls: u32) -> thread::JoinHandle<Option<Shell>> {
    thread::spawn(move || {
        for _ in 0..polls {
            if shell.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                return None;
            }
        }
        Some(shell)
    })
}

type Worker = Arc<Mutex<Option<thread::JoinHandle<Option<Shell>>>>>;

/// A task that has been started.
fn start(future: impl Future<Output = ()> + Send + 'static) -> Arc<dyn Kill> {
    let (task, start) = cell::task(Site, future);
    start();
    task
}

/// Starts a task which a worker polls at once, maybe before it is attached.
fn started(steps: u32, ends: bool, polls: u32) -> (Arc<dyn Kill>, Worker, Seen) {
    let (seen, slot) = (Seen::default(), Worker::default());
    let (aborts, theirs) = (Arc::clone(&seen.aborts), Arc::clone(&slot));
    spawn::on_start(move |shell, count| {
        *aborts.lock().unwrap() = Some(count);
        *theirs.lock().unwrap() = Some(worker(shell, polls));
    });
    let steps = Steps { left: UnsafeCell::new(steps), ends, drops: Arc::clone(&seen.drops) };
    (start(steps), slot, seen)
}

fn joined(worker: &Worker) -> Option<Shell> {
    let thread = worker.lock().unwrap().take().unwrap();
    thread.join().unwrap()
}

#[test]
fn k2_killed_while_it_is_polled_it_is_dropped_once_by_one_of_them() {
    model(|| {
        let (task, worker, seen) = started(9, false, 2);
        task.kill();
        let at_once = seen.drops();
        let rest = joined(&worker);
        assert_eq!(seen.drops(), 1, "by who killed it, or by who polled it");
        // K3: whoever is left with the shell finds it ready; or the runtime was told.
        if let Some(mut shell) = rest {
            assert_eq!((at_once, seen.aborts()), (1, 1));
            assert!(shell.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
        }
        assert_eq!(seen.drops(), 1);
    });
}

#[test]
fn k2_killed_while_it_ends_it_is_dropped_once() {
    model(|| {
        let (task, worker, seen) = started(1, true, 1);
        task.kill();
        assert!(joined(&worker).is_none(), "it ended, or was killed");
        assert_eq!(seen.drops(), 1);
        task.kill();
        drop(task);
        assert_eq!(seen.drops(), 1);
    });
}

#[test]
fn k2_killed_by_two_and_polled_by_a_third() {
    explore::model_of_three(|| {
        let (task, worker, seen) = started(9, false, 1);
        let other = Arc::clone(&task);
        let thread = thread::spawn(move || other.kill());
        task.kill();
        thread.join().unwrap();
        drop(joined(&worker));
        assert_eq!(seen.drops(), 1);
    });
}

#[test]
fn k2_dropped_by_the_runtime_while_it_is_killed() {
    model(|| {
        let (task, worker, seen) = started(9, false, 0);
        let shell = joined(&worker).unwrap();
        let thread = thread::spawn(move || drop(shell));
        task.kill();
        thread.join().unwrap();
        assert_eq!(seen.drops(), 1);
    });
}

#[test]
fn k3_killed_before_the_runtime_has_given_its_handle() {
    // Goal: a worker that drops it at once: the handle that comes later is not kept.
    model(|| {
        let (seen, slot) = (Seen::default(), Worker::default());
        let (aborts, theirs) = (Arc::clone(&seen.aborts), Arc::clone(&slot));
        spawn::on_start(move |shell, count| {
            *aborts.lock().unwrap() = Some(count);
            *theirs.lock().unwrap() = Some(thread::spawn(move || {
                drop(shell);
                None
            }));
        });
        let steps = Steps { left: UnsafeCell::new(9), ends: false, drops: Arc::clone(&seen.drops) };
        let task = start(steps);
        assert!(joined(&slot).is_none());
        assert_eq!((seen.drops(), seen.aborts()), (1, 1));
        drop(task);
        assert_eq!(seen.drops(), 1);
    });
}

#[test]
fn k1_what_a_poll_wrote_is_seen_by_the_next_on_another_thread_and_by_who_kills_it() {
    explore::model_of_three(|| {
        let (task, first, seen) = started(9, false, 1);
        let killer = thread::spawn(move || task.kill());
        // The runtime moves it to another worker, with a lock in between as it has.
        let rest = joined(&first);
        let second = rest.map(|shell| worker(shell, 1));
        killer.join().unwrap();
        drop(second.map(|second| second.join().unwrap()));
        assert_eq!(seen.drops(), 1);
    });
}

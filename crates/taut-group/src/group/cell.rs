//! A task of the runtime whose future can be dropped from outside, at once: Tokio's `abort` only asks for
//! that.
//!
//! The runtime polls a [`Shell`], which is a handle to the future and nothing else. Whoever aborts the task
//! drops the future itself, unless it is being polled just then; in that case the worker that polls it does
//! so, when the poll returns.
//!
//! # Invariants
//!
//! - K1. The future is touched only by who has moved the state from `IDLE` to `POLLING`, or from `IDLE` or
//!   `POLLING` to `GONE`; before the first poll that is nobody.
//! - K2. It is dropped exactly once, by who makes the state `GONE`, and is not moved before.
//! - K3. A shell whose future is gone is ready: whoever killed it has the runtime poll or drop it.

use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
// TIDY-ALLOW: of a trait object, which loom's cannot be; what is shared is behind atomics and locks of ours.
use std::sync::Arc;
use std::task::{self, Poll};

use taut_core::sync::{AtomicU8, Lock, Ordering, UnsafeCell};

use crate::depth::Depth;
use crate::spawn::{self, JoinHandle, Site};

const IDLE: u8 = 0;
const POLLING: u8 = 1;
/// Killed, and it is up to who polls it.
const KILLED: u8 = 2;
const GONE: u8 = 3;

/// To end a task from outside.
pub(crate) trait Kill: Send + Sync {
    /// Drops the future, or has who polls it do so, or the runtime.
    fn kill(&self);
}

struct Cell<F> {
    state: AtomicU8,
    future: UnsafeCell<ManuallyDrop<F>>,
    hold: Lock<Hold>,
}

/// The hold on the runtime's task.
enum Hold {
    /// It is being started.
    Awaited,
    Had(JoinHandle<()>),
    /// There is nothing left to hold, or it was made use of.
    Released,
}

// SAFETY: K1: the future is reached by one thread at a time, and may be sent; the rest is made for sharing.
unsafe impl<F: Send> Send for Cell<F> {}
// SAFETY: as above.
unsafe impl<F: Send> Sync for Cell<F> {}

/// A task of the runtime that can be killed, and what starts it.
pub(crate) fn task<F>(site: Site, future: F) -> (Arc<dyn Kill>, impl FnOnce())
where
    F: Future<Output = ()> + Send + 'static,
{
    let cell = Arc::new(Cell::new(future));
    let shell = Shell(Arc::clone(&cell));
    let kill: Arc<dyn Kill> = Arc::<Cell<F>>::clone(&cell);
    let start = move || {
        // ORDERING: Relaxed: if it is killed later than this, then `attach` sees to it.
        if cell.state.load(Ordering::Relaxed) != GONE {
            cell.attach(spawn::start(site.name(shell)));
        }
    };
    (kill, start)
}

impl<F> Cell<F> {
    fn new(future: F) -> Self {
        Self {
            state: AtomicU8::new(IDLE),
            future: UnsafeCell::new(ManuallyDrop::new(future)),
            hold: Lock::new(Hold::Awaited),
        }
    }

    /// The task was started. If it has been killed meanwhile, it may wait for nothing any more: K3.
    fn attach(&self, handle: JoinHandle<()>) {
        let mut hold = self.hold.lock();
        if matches!(*hold, Hold::Awaited) {
            *hold = Hold::Had(handle);
        } else {
            drop(hold);
            handle.abort();
        }
    }

    /// Asks the runtime to drop the shell.
    fn ask(&self) {
        if let Some(handle) = self.release() {
            handle.abort();
        }
    }

    fn release(&self) -> Option<JoinHandle<()>> {
        match std::mem::replace(&mut *self.hold.lock(), Hold::Released) {
            Hold::Had(handle) => Some(handle),
            Hold::Awaited | Hold::Released => None,
        }
    }

    /// Drops the future.
    ///
    /// # Safety
    ///
    /// The caller has made the state `GONE`.
    unsafe fn bury(&self) {
        self.future.with_mut(|future| {
            // SAFETY: K1.
            let future = unsafe { &mut *future };
            // SAFETY: K2.
            unsafe { ManuallyDrop::drop(future) };
        });
    }
}

impl<F: Future<Output = ()>> Cell<F> {
    fn poll(&self, cx: &mut task::Context<'_>) -> Poll<()> {
        // ORDERING: Acquire pairs with the Release of the last who polled it.
        let begun =
            self.state.compare_exchange(IDLE, POLLING, Ordering::Acquire, Ordering::Relaxed);
        if begun.is_err() {
            return Poll::Ready(());
        }
        let mut poll = Polling { cell: self, is_last: true };
        let polled = self.future.with_mut(|future| {
            // SAFETY: K1.
            let future = unsafe { &mut *future };
            // SAFETY: K2: it is not moved.
            unsafe { Pin::new_unchecked(&mut **future) }.poll(cx)
        });
        if polled.is_pending() {
            // ORDERING: Release hands the future to who polls or kills it next.
            let ended =
                self.state.compare_exchange(POLLING, IDLE, Ordering::Release, Ordering::Relaxed);
            poll.is_last = ended.is_err(); // killed meanwhile
        }
        if poll.is_last { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// A poll. It is the last one by its result, by its panic, or because the task was killed meanwhile.
struct Polling<'a, F> {
    cell: &'a Cell<F>,
    is_last: bool,
}

impl<F> Drop for Polling<'_, F> {
    fn drop(&mut self) {
        if !self.is_last {
            return;
        }
        // ORDERING: nobody touches it after this, so there is nobody to hand anything to.
        self.cell.state.store(GONE, Ordering::Relaxed);
        drop(self.cell.release());
        // SAFETY: it was `POLLING` or `KILLED`, by us, and is `GONE` now.
        unsafe { self.cell.bury() };
    }
}

impl<F: Send> Kill for Cell<F> {
    fn kill(&self) {
        // In a chain of groups, each in a task of another, what is deep down is left to the runtime, which
        // drops the shell on a stack of its own.
        match Depth::enter() {
            Some(_deeper) => self.end(),
            None => self.ask(),
        }
    }
}

impl<F> Cell<F> {
    /// Drops the future, or has who polls it do so.
    fn end(&self) {
        // ORDERING: Acquire, as in `poll`.
        let idle = self.state.compare_exchange(IDLE, GONE, Ordering::Acquire, Ordering::Relaxed);
        let state = match idle {
            Ok(_) => return Killed(self).finish(),
            Err(state) => state,
        };
        if state == POLLING {
            // ORDERING: Relaxed on success: who polls it does the rest. It may have just become idle.
            let told =
                self.state.compare_exchange(POLLING, KILLED, Ordering::Relaxed, Ordering::Relaxed);
            if told == Err(IDLE) {
                self.end();
            }
        }
    }
}

/// Has the runtime drop the shell too, though a destructor panics.
struct Killed<'a, F>(&'a Cell<F>);

impl<F> Killed<'_, F> {
    fn finish(self) {
        // SAFETY: whoever makes this has made the state `GONE`.
        unsafe { self.0.bury() };
    }
}

impl<F> Drop for Killed<'_, F> {
    fn drop(&mut self) {
        self.0.ask();
    }
}

/// What the runtime polls.
struct Shell<F: Send>(Arc<Cell<F>>);

impl<F: Future<Output = ()> + Send> Future for Shell<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<()> {
        self.0.poll(cx)
    }
}

impl<F: Send> Drop for Shell<F> {
    /// The runtime drops its tasks when it is asked to, and when it shuts down.
    fn drop(&mut self) {
        self.0.end();
    }
}

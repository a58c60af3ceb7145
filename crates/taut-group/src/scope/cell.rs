//! A task of a scope: one allocation with its future, what came of it, and what queues and lists it.
//!
//! The scope, the handle and every waker have a share in it. The future and the output live for `'env`
//! only, the allocation as long as the last waker. So nothing but the header is dropped with the
//! allocation: future and output are dropped by the scope or the handle, which are bound to `'env`, or not
//! at all.
//!
//! # Invariants
//!
//! - T1. While a task is not `DONE`, its stage is touched only by who drives its scope: one at a time.
//! - T2. `DONE` is set once. Who sets it has left an output in the stage, or else it sets `ABORTED` with it
//!   and drops the future afterwards.
//! - T3. An output that was left belongs to the handle; if that was gone before (`DETACHED`), to who set
//!   `DONE`.
//! - T4. Whoever sets `QUEUED` first, on a task that is not `DONE`, puts it in the queue of its scope.
//!   Until it is taken from there, or the queue is closed, the scope keeps its share.

use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{self, Poll, Waker};

use taut_core::sync::{Arc, AtomicUsize, Lock, UnsafeCell};

use super::queue::Queue;

/// It is in the queue: T4.
pub(super) const QUEUED: usize = 1;
/// See T2.
pub(super) const DONE: usize = 1 << 1;
/// It is done, and there is no output.
pub(super) const ABORTED: usize = 1 << 2;
/// The handle is gone.
pub(super) const DETACHED: usize = 1 << 3;
/// It is to be dropped as soon as that can be done.
pub(super) const DOOMED: usize = 1 << 4;

/// What is known of a task whatever its future is. It is the first field of every [`Task`].
pub(super) struct Header {
    pub(super) shares: AtomicUsize,
    pub(super) state: AtomicUsize,
    /// The next in the queue, while it is in it.
    pub(super) next: UnsafeCell<Option<NonNull<Header>>>,
    /// Its neighbours in the list of the scope, for who drives that.
    pub(super) links: UnsafeCell<Links>,
    /// Whoever waits for it to be done.
    pub(super) joiner: Lock<Option<Waker>>,
    pub(super) queue: Arc<Queue>,
    pub(super) vtable: &'static VTable,
}

/// See [`Header::links`].
#[derive(Default)]
pub(super) struct Links {
    pub(super) is_linked: bool,
    /// It is counted among those that live.
    pub(super) is_live: bool,
    pub(super) previous: Option<NonNull<Header>>,
    pub(super) next: Option<NonNull<Header>>,
}

/// What depends on the future. All take the header of a task of their own, and touch its stage: by T1 to T3
/// it is to be the caller's alone.
pub(super) struct VTable {
    /// Polls the future, and leaves its output in its place.
    pub(super) poll: unsafe fn(NonNull<Header>, &mut task::Context<'_>) -> Poll<()>,
    /// Drops what is in the stage.
    pub(super) clear: unsafe fn(NonNull<Header>),
    /// Moves the output to the place pointed to. False: there is none.
    pub(super) take_output: unsafe fn(NonNull<Header>, NonNull<()>) -> bool,
    /// Frees the task, whose last share is gone. What is in the stage is not dropped.
    pub(super) free: unsafe fn(NonNull<Header>),
}

#[repr(C)]
struct Task<F: Future> {
    header: Header,
    stage: UnsafeCell<Stage<F>>,
}

enum Stage<F: Future> {
    Future(ManuallyDrop<F>),
    Output(ManuallyDrop<F::Output>),
    Empty,
}

/// A task with two shares, which is to be queued: `QUEUED` is set.
pub(super) fn new<F: Future>(queue: &Arc<Queue>, future: F, state: usize) -> NonNull<Header> {
    let header = Header {
        shares: AtomicUsize::new(2),
        state: AtomicUsize::new(state | QUEUED),
        next: UnsafeCell::new(None),
        links: UnsafeCell::new(Links::default()),
        joiner: Lock::new(None),
        queue: Arc::clone(queue),
        vtable: Task::<F>::VTABLE,
    };
    let stage = UnsafeCell::new(Stage::Future(ManuallyDrop::new(future)));
    NonNull::from(Box::leak(Box::new(Task { header, stage }))).cast()
}

impl<F: Future> Task<F> {
    const VTABLE: &'static VTable = &VTable {
        poll: Self::poll,
        clear: Self::clear,
        take_output: Self::take_output,
        free: Self::free,
    };

    /// # Safety
    ///
    /// The header of such a task; the stage is the caller's alone, by T1 to T3, while `f` runs.
    unsafe fn with_stage<R>(header: NonNull<Header>, f: impl FnOnce(&mut Stage<F>) -> R) -> R {
        // SAFETY: `repr(C)`, and the pointer is to the whole task.
        let task = unsafe { header.cast::<Self>().as_ref() };
        // SAFETY: by the caller.
        task.stage.with_mut(|stage| f(unsafe { &mut *stage }))
    }

    unsafe fn poll(header: NonNull<Header>, cx: &mut task::Context<'_>) -> Poll<()> {
        let poll = |stage: &mut Stage<F>| {
            let Stage::Future(future) = stage else { return Poll::Ready(()) };
            // SAFETY: it is in the allocation of the task, and is dropped there.
            let polled = unsafe { Pin::new_unchecked(&mut **future) }.poll(cx);
            polled.map(|output| {
                // The output is dropped if the future's destructor panics.
                Self::drop_in_stage(stage);
                *stage = Stage::Output(ManuallyDrop::new(output));
            })
        };
        // SAFETY: by the caller.
        unsafe { Self::with_stage(header, poll) }
    }

    unsafe fn clear(header: NonNull<Header>) {
        // SAFETY: by the caller.
        unsafe { Self::with_stage(header, Self::drop_in_stage) };
    }

    /// Drops what is there, where it is. Also if that panics the stage is empty then.
    fn drop_in_stage(stage: &mut Stage<F>) {
        struct Emptied<'a, F: Future>(&'a mut Stage<F>);
        impl<F: Future> Drop for Emptied<'_, F> {
            fn drop(&mut self) {
                *self.0 = Stage::Empty;
            }
        }
        let emptied = Emptied(stage);
        match &mut *emptied.0 {
            // SAFETY: the stage is empty afterwards.
            Stage::Future(future) => unsafe { ManuallyDrop::drop(future) },
            // SAFETY: as above.
            Stage::Output(output) => unsafe { ManuallyDrop::drop(output) },
            Stage::Empty => {}
        }
    }

    unsafe fn take_output(header: NonNull<Header>, to: NonNull<()>) -> bool {
        let take = |stage: &mut Stage<F>| {
            let Stage::Output(output) = std::mem::replace(stage, Stage::Empty) else {
                return false;
            };
            let output = ManuallyDrop::into_inner(output);
            // SAFETY: by the caller.
            unsafe { to.cast::<F::Output>().write(output) };
            true
        };
        // SAFETY: by the caller.
        unsafe { Self::with_stage(header, take) }
    }

    unsafe fn free(header: NonNull<Header>) {
        // SAFETY: it came from a box, and the last share is gone.
        drop(unsafe { Box::from_raw(header.cast::<Self>().as_ptr()) });
    }
}

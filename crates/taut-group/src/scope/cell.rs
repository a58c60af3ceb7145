//! A task of a scope: one allocation with its future, what came of it, and what queues and lists it.
//!
//! Three have a share in it: the scope, until the task is done and no more in the queue; the handle; and every waker. The future and the output live for `'env` only, the allocation as long as the last waker. So
//! nothing but the header is dropped with the allocation: future and output are dropped by the scope or the handle,
//! which are bound to `'env`, or not at all.
//!
//! # Invariants
//!
//! - T1. While a task is not `DONE`, its stage is touched only by who drives its scope: one at a time.
//! - T2. `DONE` is set once. Who sets it has left an output in the stage, or else it sets `ABORTED` with it and
//!   drops the future afterwards.
//! - T3. An output that was left belongs to the handle; if that was gone before (`DETACHED`), to who set `DONE`.
//! - T4. Whoever sets `QUEUED` first, on a task that is not `DONE`, puts it in the queue of its scope. Until it is taken
//!   from there, or the queue is closed, the scope keeps its share.

use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{self, Poll, RawWaker, RawWakerVTable, Waker};

use taut_core::sync::{Arc, AtomicUsize, Lock, Ordering, UnsafeCell};

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

/// More shares than there can be.
const TOO_MANY: usize = usize::MAX >> 1;

/// What is known of a task whatever its future is. It is the first field of every [`Task`].
pub(super) struct Header {
    shares: AtomicUsize,
    pub(super) state: AtomicUsize,
    /// The next in the queue, while it is in it.
    pub(super) next: UnsafeCell<Option<NonNull<Header>>>,
    /// Its neighbours in the list of the scope, for who drives that.
    pub(super) links: UnsafeCell<Links>,
    joiner: Lock<Option<Waker>>,
    queue: Arc<Queue>,
    vtable: &'static VTable,
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

/// What depends on the future.
struct VTable {
    poll: unsafe fn(NonNull<Header>, &mut task::Context<'_>) -> Poll<()>,
    drop_future: unsafe fn(NonNull<Header>),
    drop_output: unsafe fn(NonNull<Header>),
    /// Moves the output to the place pointed to.
    take_output: unsafe fn(NonNull<Header>, NonNull<()>),
    free: unsafe fn(NonNull<Header>),
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

/// A share in a task.
pub(super) struct Share(NonNull<Header>);

// SAFETY: what a share reaches is made for several threads, or guarded by T1 to T3; a scope takes only futures and
// outputs that may be sent.
unsafe impl Send for Share {}
// SAFETY: as above.
unsafe impl Sync for Share {}

impl Share {
    /// A task with two shares, which is to be queued: `QUEUED` is set.
    pub(super) fn pair<F: Future>(queue: &Arc<Queue>, future: F, state: usize) -> (Self, Self) {
        let task = Box::new(Task {
            header: Header {
                shares: AtomicUsize::new(2),
                state: AtomicUsize::new(state | QUEUED),
                next: UnsafeCell::new(None),
                links: UnsafeCell::new(Links::default()),
                joiner: Lock::new(None),
                queue: Arc::clone(queue),
                vtable: Task::<F>::VTABLE,
            },
            stage: UnsafeCell::new(Stage::Future(ManuallyDrop::new(future))),
        });
        let header = NonNull::from(Box::leak(task)).cast();
        (Self(header), Self(header))
    }

    /// Whose share this is.
    pub(super) const fn header(&self) -> NonNull<Header> {
        self.0
    }

    /// Takes a share that was [given away](Self::into_raw).
    ///
    /// # Safety
    ///
    /// It was, and is taken once.
    pub(super) const unsafe fn from_raw(header: NonNull<Header>) -> Self {
        Self(header)
    }

    /// Gives the share away, to be taken back by [`from_raw`](Self::from_raw).
    pub(super) fn into_raw(self) -> NonNull<Header> {
        ManuallyDrop::new(self).0
    }

    fn get(&self) -> &Header {
        // SAFETY: it lives as long as there is a share.
        unsafe { self.0.as_ref() }
    }

    /// Polls the future, and leaves its output in its place. If it panics the future is as it was.
    ///
    /// # Safety
    ///
    /// The caller drives the scope, and the task is not done.
    pub(super) unsafe fn poll(&self) -> Poll<()> {
        // SAFETY: by the caller.
        unsafe { (self.get().vtable.poll)(self.0, &mut task::Context::from_waker(&self.waker())) }
    }

    /// A waker that borrows this share.
    pub(super) fn waker(&self) -> ManuallyDrop<Waker> {
        let pointer = self.0.as_ptr().cast_const().cast();
        // SAFETY: the functions of the table keep what `RawWakerVTable` asks for, and the header may be reached from
        // any thread.
        ManuallyDrop::new(unsafe { Waker::from_raw(RawWaker::new(pointer, &WAKER)) })
    }

    /// Its links in the list of the scope, for who drives that.
    pub(super) fn with_links<R>(&self, f: impl FnOnce(&mut Links) -> R) -> R {
        // SAFETY: see the field.
        self.get().links.with_mut(|links| f(unsafe { &mut *links }))
    }

    /// It was taken out of the queue. Which flags were set.
    pub(super) fn unqueue(&self) -> usize {
        // ORDERING: Acquire for what was done before it was woken; a read-modify-write, so that the next who wakes it
        // is either seen by the poll that follows or queues it again.
        self.get().state.fetch_and(!QUEUED, Ordering::AcqRel)
    }

    /// Says that the output is there, and tells who waits for it. If nobody will, drops it. Which flags were set.
    ///
    /// # Safety
    ///
    /// The caller drives the scope; [`poll`](Self::poll) has been ready, and this is called once.
    pub(super) unsafe fn complete(&self) -> usize {
        // ORDERING: Release hands the output to the handle; Acquire is for the case that it is gone.
        let state = self.get().state.fetch_or(DONE, Ordering::AcqRel);
        if state & DETACHED != 0 {
            // SAFETY: T3.
            unsafe { (self.get().vtable.drop_output)(self.0) };
        } else {
            self.tell();
        }
        state
    }

    /// Drops the future, unless the task is done. Which flags were set.
    ///
    /// # Safety
    ///
    /// The caller drives the scope, and the task is not being polled.
    pub(super) unsafe fn abort(&self) -> usize {
        if self.state() & DONE != 0 {
            return DONE;
        }
        // ORDERING: who drives the scope next is ordered after us by that; the rest is for nobody.
        let state = self.get().state.fetch_or(DONE | ABORTED, Ordering::AcqRel);
        self.tell();
        // SAFETY: T2: only who drives the scope sets it, so we are the first.
        unsafe { (self.get().vtable.drop_future)(self.0) };
        state
    }

    fn tell(&self) {
        let joiner = self.get().joiner.lock().take();
        taut_core::wake(joiner);
    }

    /// Which of the flags are set.
    pub(super) fn state(&self) -> usize {
        // ORDERING: Acquire, so that who sees `DONE` sees the output.
        self.get().state.load(Ordering::Acquire)
    }

    /// Ends the task, if it is not done: now, if this thread drives the scope and is not just polling it. Else whoever
    /// drives the scope does it, before it is polled again.
    pub(super) fn kill(&self) {
        // ORDERING: as in `wake_by_ref`.
        let state = self.get().state.fetch_or(DOOMED | QUEUED, Ordering::AcqRel);
        if state & (QUEUED | DONE) == 0 {
            // SAFETY: T4.
            unsafe { self.get().queue.push(self.0) };
        }
        if self.get().queue.is_at_rest_here(self.0) {
            // SAFETY: that is so.
            unsafe { self.abort() };
        }
    }

    /// For the handle: waits for the task to be done. False: not yet.
    pub(super) fn poll_done(&self, cx: &task::Context<'_>) -> bool {
        if self.state() & DONE != 0 {
            return true;
        }
        let mut fresh = None;
        loop {
            let mut joiner = self.get().joiner.lock();
            if joiner.as_ref().is_some_and(|kept| kept.will_wake(cx.waker())) {
                break;
            }
            if let Some(new) = fresh.take() {
                let old = joiner.replace(new);
                drop(joiner);
                drop(old);
                break;
            }
            drop(joiner);
            fresh = Some(cx.waker().clone());
        }
        // It may have been done before the waker was there. Whoever is done after it finds it.
        self.state() & DONE != 0
    }

    /// For the handle: moves the output out. `None`: there is none, for the task was aborted.
    ///
    /// # Safety
    ///
    /// The task is done, `T` is its output, and nobody has taken or dropped it.
    pub(super) unsafe fn take_output<T>(&self) -> Option<T> {
        if self.state() & ABORTED != 0 {
            return None;
        }
        let mut output = std::mem::MaybeUninit::<T>::uninit();
        let place = NonNull::from(&mut output).cast();
        // SAFETY: T3, and by the caller.
        unsafe { (self.get().vtable.take_output)(self.0, place) };
        // SAFETY: it was moved there.
        Some(unsafe { output.assume_init() })
    }

    /// For the handle: nobody will ask for the output.
    ///
    /// # Safety
    ///
    /// Called once, and the output has not been taken.
    pub(super) unsafe fn detach(&self) {
        // ORDERING: Acquire for an output that is there; Release for who drops it else.
        let state = self.get().state.fetch_or(DETACHED, Ordering::AcqRel);
        if state & (DONE | ABORTED) == DONE {
            // SAFETY: T3.
            unsafe { (self.get().vtable.drop_output)(self.0) };
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        // ORDERING: as of any count of shares: Release for what was done with it, Acquire for who frees it.
        if self.get().shares.fetch_sub(1, Ordering::AcqRel) == 1 {
            // SAFETY: it was the last.
            unsafe { (self.get().vtable.free)(self.0) };
        }
    }
}

impl<F: Future> Task<F> {
    const VTABLE: &'static VTable = &VTable {
        poll: Self::poll,
        drop_future: Self::drop_future,
        drop_output: Self::drop_output,
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

    unsafe fn drop_future(header: NonNull<Header>) {
        // SAFETY: by the caller.
        unsafe { Self::with_stage(header, Self::drop_in_stage) };
    }

    unsafe fn drop_output(header: NonNull<Header>) {
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

    unsafe fn take_output(header: NonNull<Header>, to: NonNull<()>) {
        let take = |stage: &mut Stage<F>| {
            if let Stage::Output(output) = std::mem::replace(stage, Stage::Empty) {
                let output = ManuallyDrop::into_inner(output);
                // SAFETY: by the caller.
                unsafe { to.cast::<F::Output>().write(output) };
            }
        };
        // SAFETY: by the caller.
        unsafe { Self::with_stage(header, take) };
    }

    unsafe fn free(header: NonNull<Header>) {
        // SAFETY: it came from a box, and the last share is gone. What is in the stage is not dropped.
        drop(unsafe { Box::from_raw(header.cast::<Self>().as_ptr()) });
    }
}

static WAKER: RawWakerVTable = RawWakerVTable::new(clone_waker, wake, wake_by_ref, drop_waker);

/// # Safety
///
/// The pointer of a waker.
unsafe fn of_waker<'a>(pointer: *const ()) -> &'a Header {
    // SAFETY: a waker has a share.
    unsafe { &*pointer.cast::<Header>() }
}

unsafe fn clone_waker(pointer: *const ()) -> RawWaker {
    // SAFETY: by the caller.
    let header = unsafe { of_waker(pointer) };
    // ORDERING: Relaxed, as whoever clones has a share.
    if header.shares.fetch_add(1, Ordering::Relaxed) > TOO_MANY {
        std::process::abort();
    }
    RawWaker::new(pointer, &WAKER)
}

unsafe fn wake(pointer: *const ()) {
    // SAFETY: by the caller.
    unsafe { wake_by_ref(pointer) };
    // SAFETY: by the caller.
    unsafe { drop_waker(pointer) };
}

unsafe fn wake_by_ref(pointer: *const ()) {
    // SAFETY: by the caller.
    let header = unsafe { of_waker(pointer) };
    // ORDERING: Release, so that the poll which this asks for sees what was done before, also when it was asked for
    // already; Acquire, for what the push does.
    if header.state.fetch_or(QUEUED, Ordering::AcqRel) & (QUEUED | DONE) == 0 {
        // SAFETY: T4; and the pointer of a waker is to the whole task, which the header alone would not be.
        unsafe { header.queue.push(NonNull::new_unchecked(pointer.cast_mut().cast())) };
    }
}

unsafe fn drop_waker(pointer: *const ()) {
    // SAFETY: a waker has a share, and gives it up here.
    drop(unsafe { Share::from_raw(NonNull::new_unchecked(pointer.cast_mut().cast())) });
}

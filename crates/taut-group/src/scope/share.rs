//! A share in a task of a scope: what its holders do with it.

use std::future::Future;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr::NonNull;
use std::task::{self, Poll, Waker};

use taut_core::panics::FirstPanic;

use taut_core::sync::{Arc, Ordering};

use super::cell::{self, ABORTED, DETACHED, DONE, DOOMED, Header, Links, QUEUED};
use super::queue::Queue;
use super::waker;
use crate::depth::Depth;

/// A share in a task.
pub(super) struct Share(NonNull<Header>);

// SAFETY: what a share reaches is made for several threads, or guarded by T1 to T3; a scope takes only
// futures and outputs that may be sent.
unsafe impl Send for Share {}
// SAFETY: as above.
unsafe impl Sync for Share {}

impl Share {
    /// Both shares of a new task, which is to be queued.
    pub(super) fn pair<F: Future>(queue: &Arc<Queue>, future: F, state: usize) -> (Self, Self) {
        let task = cell::new(queue, future, state);
        (Self(task), Self(task))
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
        ManuallyDrop::new(waker::of(self.0))
    }

    /// Reaches its links in the list of the scope.
    ///
    /// # Safety
    ///
    /// The caller drives the scope.
    pub(super) unsafe fn with_links<R>(&self, f: impl FnOnce(&mut Links) -> R) -> R {
        // SAFETY: by the caller.
        self.get().links.with_mut(|links| f(unsafe { &mut *links }))
    }

    /// It was taken out of the queue. Which flags were set.
    pub(super) fn unqueue(&self) -> usize {
        // ORDERING: Acquire for what was done before it was woken; a read-modify-write, so that the next
        // who wakes it is either seen by the poll that follows or queues it again.
        self.get().state.fetch_and(!QUEUED, Ordering::AcqRel)
    }

    /// Says that the output is there, and tells who waits for it. If nobody will, drops it. Which flags
    /// were set.
    ///
    /// # Safety
    ///
    /// The caller drives the scope; [`poll`](Self::poll) has been ready, and this is called once.
    pub(super) unsafe fn complete(&self) -> usize {
        // ORDERING: Release hands the output to the handle; Acquire is for the case that it is gone.
        let state = self.get().state.fetch_or(DONE, Ordering::AcqRel);
        if state & DETACHED != 0 {
            // SAFETY: T3.
            unsafe { (self.get().vtable.clear)(self.0) };
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
        // Whoever starts a task as the scope ends, and finds it closed, may be doing the same just now.
        // ORDERING: who drives the scope next is ordered after us by that; the rest is for nobody.
        let set = |state| (state & DONE == 0).then_some(state | DONE | ABORTED);
        let ended = self.get().state.fetch_update(Ordering::AcqRel, Ordering::Acquire, set);
        let Ok(state) = ended else { return DONE };
        let mut panics = FirstPanic::default();
        // SAFETY: T2, and we are the first.
        panics.of(|| unsafe { (self.get().vtable.clear)(self.0) });
        panics.of(|| self.tell());
        panics.raise();
        state
    }

    fn tell(&self) {
        let joiner = self.get().joiner.lock().take();
        taut_core::wake(joiner);
    }

    /// Nobody waits for it to be done any more.
    fn forget_joiner(&self) {
        let joiner = self.get().joiner.lock().take();
        drop(joiner);
    }

    /// Which of the flags are set.
    pub(super) fn state(&self) -> usize {
        // ORDERING: Acquire, so that who sees `DONE` sees the output.
        self.get().state.load(Ordering::Acquire)
    }

    /// Ends the task, if it is not done: now, if this thread drives the scope and is not just polling it.
    /// Else whoever drives the scope does it, before it is polled again.
    pub(super) fn kill(&self) {
        // ORDERING: as in `wake_by_ref`.
        let state = self.get().state.fetch_or(DOOMED | QUEUED, Ordering::AcqRel);
        if state & (QUEUED | DONE) == 0 {
            // SAFETY: T4.
            unsafe { self.get().queue.push(self.0) };
        }
        if self.get().queue.is_at_rest_here(self.0) {
            // In a chain of groups, each in a task of another, what is deep down is left to the scope.
            let depth = Depth::enter();
            if depth.is_some() {
                // SAFETY: it is at rest.
                unsafe { self.abort() };
            }
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

    /// For the handle: moves the output out, and waits no more. `None`: there is none, for the task was
    /// aborted.
    ///
    /// # Safety
    ///
    /// The task is done, `T` is its output, and nobody has taken or dropped it.
    pub(super) unsafe fn take_output<T>(&self) -> Option<T> {
        if self.state() & ABORTED != 0 {
            // T2: who has set it may be dropping the future just now.
            self.forget_joiner();
            return None;
        }
        let mut output = MaybeUninit::<T>::uninit();
        let place = NonNull::from(&mut output).cast();
        // SAFETY: T3, and by the caller.
        let is_taken = unsafe { (self.get().vtable.take_output)(self.0, place) };
        // SAFETY: it was moved there.
        let output = is_taken.then(|| unsafe { output.assume_init() });
        self.forget_joiner();
        output
    }

    /// For the handle: nobody will ask for the output.
    ///
    /// # Safety
    ///
    /// Called once, and the output has not been taken.
    pub(super) unsafe fn detach(&self, is_listening: bool) {
        // ORDERING: Acquire for an output that is there; Release for who drops it else.
        let state = self.get().state.fetch_or(DETACHED, Ordering::AcqRel);
        let mut panics = FirstPanic::default();
        if state & (DONE | ABORTED) == DONE {
            // SAFETY: T3.
            panics.of(|| unsafe { (self.get().vtable.clear)(self.0) });
        }
        if is_listening {
            // The waker may be that of a task of the scope, which would keep this one, and this one it.
            panics.of(|| self.forget_joiner());
        }
        panics.raise();
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

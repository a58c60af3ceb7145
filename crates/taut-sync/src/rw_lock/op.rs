//! Waiting for an [`RwLock`](super::RwLock), as the core drives it.

use std::marker::PhantomData;
use std::pin::Pin;

use taut_core::{Attempt, Enrolled, Offer, Operation, Peek, Slot, Verdict, Visit, Waiter, Waiting};

use super::raw::RawRwLock;
use crate::held::{Held, Reach, Release};

/// What a lock is wanted for.
///
/// # Safety
///
/// `enroll` and `leave` go by one list.
pub(crate) unsafe trait Mode {
    fn try_lock(raw: &RawRwLock) -> bool;

    /// # Safety
    ///
    /// The waiter is queued, and is only ever enrolled here.
    unsafe fn enroll(raw: &RawRwLock, waiter: Pin<&Waiter<()>>, visit: &mut Visit<'_>) -> Enrolled;

    /// # Safety
    ///
    /// It was enrolled here.
    unsafe fn leave(raw: &RawRwLock, waiter: &Waiter<()>);

    /// # Safety
    ///
    /// The lock is held in this mode.
    unsafe fn unlock(raw: &RawRwLock);
}

/// To read, beside others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading;

/// To write, alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writing;

// SAFETY: the list of readers.
unsafe impl Mode for Reading {
    #[inline(always)]
    fn try_lock(raw: &RawRwLock) -> bool {
        raw.try_read()
    }

    unsafe fn enroll(raw: &RawRwLock, waiter: Pin<&Waiter<()>>, visit: &mut Visit<'_>) -> Enrolled {
        // SAFETY: by the caller.
        unsafe { raw.enroll_read(waiter, visit) }
    }

    unsafe fn leave(raw: &RawRwLock, waiter: &Waiter<()>) {
        // SAFETY: by the caller.
        unsafe { raw.leave_read(waiter) };
    }

    #[inline(always)]
    unsafe fn unlock(raw: &RawRwLock) {
        // SAFETY: by the caller.
        unsafe { raw.unlock_read() };
    }
}

// SAFETY: the list of writers.
unsafe impl Mode for Writing {
    #[inline(always)]
    fn try_lock(raw: &RawRwLock) -> bool {
        raw.try_write()
    }

    unsafe fn enroll(raw: &RawRwLock, waiter: Pin<&Waiter<()>>, visit: &mut Visit<'_>) -> Enrolled {
        // SAFETY: by the caller.
        unsafe { raw.enroll_write(waiter, visit) }
    }

    unsafe fn leave(raw: &RawRwLock, waiter: &Waiter<()>) {
        // SAFETY: by the caller.
        unsafe { raw.leave_write(waiter) };
    }

    #[inline(always)]
    unsafe fn unlock(raw: &RawRwLock) {
        // SAFETY: by the caller.
        unsafe { raw.unlock_write() };
    }
}

/// A lock that is held in a mode.
pub(crate) struct By<L, M> {
    pub(crate) lock: L,
    mode: PhantomData<M>,
}

impl<L, M> By<L, M> {
    #[inline(always)]
    pub(crate) const fn new(lock: L) -> Self {
        Self { lock, mode: PhantomData }
    }
}

impl<L: Reach<Raw = RawRwLock>, M: Mode> Release for By<L, M> {
    #[inline(always)]
    unsafe fn release(&self) {
        // SAFETY: by the caller.
        unsafe { M::unlock(self.lock.raw()) };
    }
}

/// Takes the lock in a mode.
pub(crate) struct LockOp<L, M> {
    lock: L,
    mode: PhantomData<M>,
}

impl<L: Reach<Raw = RawRwLock>, M: Mode> LockOp<L, M> {
    #[inline(always)]
    pub(crate) fn waiting(lock: L) -> Waiting<Self> {
        Waiting::new(Self { lock, mode: PhantomData }, Slot::empty())
    }
}

// SAFETY: the waiter is enrolled with one lock, which keeps one list for each mode; `leave` takes the
// lock around it.
unsafe impl<L: Reach<Raw = RawRwLock>, M: Mode> Operation for LockOp<L, M> {
    type Slot = ();
    type Output = Held<By<L, M>>;

    const OFFER: Offer = Offer::Place;

    #[inline(always)]
    fn peek(&self) -> Peek {
        Peek::Unknown
    }

    #[inline(always)]
    fn attempt(&mut self, _: &Slot<()>) -> Attempt {
        if M::try_lock(self.lock.raw()) { Attempt::Done(None) } else { Attempt::Unready }
    }

    fn enroll(&mut self, waiter: Pin<&Waiter<()>>, visit: &mut Visit<'_>) -> Enrolled {
        // SAFETY: the core enrols queued waiters only.
        unsafe { M::enroll(self.lock.raw(), waiter, visit) }
    }

    #[inline(always)]
    fn conclude(&mut self, _: &Slot<()>, _: Verdict) -> Self::Output {
        // SAFETY: it was taken, or handed over, in this mode.
        unsafe { Held::new(By::new(self.lock.clone())) }
    }

    fn leave(&mut self, waiter: &Waiter<()>) {
        // SAFETY: it was enrolled here.
        unsafe { M::leave(self.lock.raw(), waiter) };
    }

    fn undo(&mut self, _: &Waiter<()>, _: Verdict) {
        // SAFETY: the lock was handed over, and this is its end.
        unsafe { M::unlock(self.lock.raw()) };
    }
}

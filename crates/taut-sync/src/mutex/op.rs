//! Waiting for a [`Mutex`](super::Mutex), as the core drives it.

use std::pin::Pin;

use taut_core::{Attempt, Enrolled, Offer, Operation, Peek, Slot, Verdict, Visit, Waiter, Waiting};

use super::raw::{RawMutex, Standing};
use crate::held::{Held, Reach};

/// Takes the lock.
pub(crate) struct LockOp<M> {
    mutex: M,
    standing: Standing,
}

impl<M: Reach<Raw = RawMutex>> LockOp<M> {
    #[inline(always)]
    pub(crate) fn waiting(mutex: M) -> Waiting<Self> {
        Waiting::new(Self { mutex, standing: Standing::Waits }, Slot::empty())
    }
}

// SAFETY: the waiter is enrolled with one mutex, which has one list; `leave` takes its lock.
unsafe impl<M: Reach<Raw = RawMutex>> Operation for LockOp<M> {
    type Slot = Standing;
    type Output = Held<M>;

    const OFFER: Offer = Offer::Place;

    #[inline(always)]
    fn peek(&self) -> Peek {
        Peek::Unknown
    }

    #[inline(always)]
    fn attempt(&mut self, _: &Slot<Standing>) -> Attempt {
        if self.mutex.raw().try_lock() { Attempt::Done(None) } else { Attempt::Unready }
    }

    fn enroll(&mut self, waiter: Pin<&Waiter<Standing>>, visit: &mut Visit<'_>) -> Enrolled {
        // SAFETY: the core enrols queued waiters only.
        unsafe { self.mutex.raw().enroll(self.standing, waiter, visit) }
    }

    fn confirm(&mut self, slot: &Slot<Standing>, _: Verdict) -> bool {
        // SAFETY: it was enrolled, so it has a standing; with a verdict the slot is ours.
        let is_called = unsafe { slot.filled() }.take() == Standing::Called;
        if is_called && !self.mutex.raw().answer() {
            self.standing = Standing::Lost;
            return false;
        }
        true
    }

    #[inline(always)]
    fn conclude(&mut self, _: &Slot<Standing>, _: Verdict) -> Held<M> {
        // SAFETY: it was taken, or handed over.
        unsafe { Held::new(self.mutex.clone()) }
    }

    fn leave(&mut self, waiter: &Waiter<Standing>) {
        // SAFETY: it was enrolled here.
        unsafe { self.mutex.raw().leave(self.standing, waiter) };
        // What it had lost goes with its place.
        self.standing = Standing::Waits;
    }

    fn undo(&mut self, waiter: &Waiter<Standing>, _: Verdict) {
        // SAFETY: it has a verdict, so its slot is ours.
        unsafe { self.mutex.raw().undo(waiter.slot()) };
    }
}

//! Waiting for a [`Mutex`](super::Mutex), as the core drives it.

use std::pin::Pin;

use taut_core::{Attempt, Enrolled, Offer, Operation, Peek, Slot, Verdict, Visit, Waiter, Waiting};

use super::raw::{Line, RawMutex, Summons};
use crate::held::{Held, Reach};

/// Takes the lock.
pub(crate) struct LockOp<M> {
    mutex: M,
    line: Line,
}

impl<M: Reach<Raw = RawMutex>> LockOp<M> {
    #[inline(always)]
    pub(crate) fn waiting(mutex: M) -> Waiting<Self> {
        Waiting::new(Self { mutex, line: Line::Waiting }, Slot::empty())
    }
}

// SAFETY: the waiter is enrolled with one mutex, which has one list; `leave` takes its lock.
unsafe impl<M: Reach<Raw = RawMutex>> Operation for LockOp<M> {
    type Slot = Summons;
    type Output = Held<M>;

    const OFFER: Offer = Offer::Place;

    #[inline(always)]
    fn peek(&self) -> Peek {
        Peek::Unknown
    }

    #[inline(always)]
    fn attempt(&mut self, _: &Slot<Summons>) -> Attempt {
        if self.mutex.raw().try_lock() { Attempt::Done(None) } else { Attempt::Unready }
    }

    fn enroll(&mut self, waiter: Pin<&Waiter<Summons>>, visit: &mut Visit<'_>) -> Enrolled {
        // SAFETY: the core enrols queued waiters only.
        unsafe { self.mutex.raw().enroll(self.line, waiter, visit) }
    }

    fn confirm(&mut self, slot: &Slot<Summons>, _: Verdict) -> bool {
        // SAFETY: it was enrolled, so it has a summons; with a verdict the slot is ours.
        match unsafe { slot.filled() }.take() {
            Summons::Handed => true,
            Summons::Called if self.mutex.raw().answer() => true,
            Summons::Called => {
                self.line = Line::Beaten;
                false
            }
        }
    }

    #[inline(always)]
    fn conclude(&mut self, _: &Slot<Summons>, _: Verdict) -> Held<M> {
        // SAFETY: it was taken, or handed over.
        unsafe { Held::new(self.mutex.clone()) }
    }

    fn leave(&mut self, waiter: &Waiter<Summons>) {
        // SAFETY: it was enrolled here.
        unsafe { self.mutex.raw().leave(self.line, waiter) };
        // That it was beaten goes with its place.
        self.line = Line::Waiting;
    }

    fn undo(&mut self, waiter: &Waiter<Summons>, _: Verdict) {
        // SAFETY: it has a verdict, so its slot is ours.
        unsafe { self.mutex.raw().undo(waiter.slot()) };
    }
}

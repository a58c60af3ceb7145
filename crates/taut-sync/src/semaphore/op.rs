//! Waiting for a [`Semaphore`](super::Semaphore), as the core drives it.

use std::mem;
use std::pin::Pin;

use taut_core::{Attempt, Enrolled, Offer, Operation, Peek, Slot, Verdict, Visit, Waiter, Waiting};

use super::error::{AcquireError, TryAcquireError};
use super::permit::Units;
use super::petition::Petition;
use super::raw::RawSemaphore;
use crate::held::{Held, Reach};

/// Acquires so many units.
pub(crate) struct AcquireOp<S> {
    semaphore: S,
    asked: usize,
    /// It got its units as the first of those who wait, and the next may get theirs.
    is_followed: bool,
}

impl<S: Reach<Raw = RawSemaphore>> AcquireOp<S> {
    #[inline(always)]
    pub(crate) fn waiting(semaphore: S, asked: usize) -> Waiting<Self> {
        let op = Self { semaphore, asked, is_followed: false };
        Waiting::new(op, Slot::holding(Petition::Asks(asked)))
    }

    /// What was granted just now.
    #[inline(always)]
    fn granted(&self) -> Held<Units<S>> {
        // SAFETY: granted, and made once, as the output.
        unsafe { Held::new(Units { semaphore: self.semaphore.clone(), count: self.asked }) }
    }
}

// SAFETY: the waiter is enrolled with one semaphore, which has one list; `leave` takes its lock.
unsafe impl<S: Reach<Raw = RawSemaphore>> Operation for AcquireOp<S> {
    type Slot = Petition;
    type Output = Result<Held<Units<S>>, AcquireError>;

    const OFFER: Offer = Offer::Place;

    #[inline(always)]
    fn peek(&self) -> Peek {
        Peek::Unknown
    }

    #[inline(always)]
    fn attempt(&mut self, slot: &Slot<Petition>) -> Attempt {
        match self.semaphore.raw().try_acquire(self.asked) {
            Ok(()) => Attempt::Done(None),
            Err(TryAcquireError::NoPermits) => Attempt::Unready,
            Err(TryAcquireError::Closed) => Attempt::Closed,
            Err(TryAcquireError::TooLarge { capacity, .. }) => {
                // SAFETY: not begun, so the slot is ours.
                let _ = unsafe { slot.vacant() }.put(Petition::Refused(capacity));
                Attempt::Closed
            }
        }
    }

    fn enroll(&mut self, waiter: Pin<&Waiter<Petition>>, visit: &mut Visit<'_>) -> Enrolled {
        // SAFETY: the core enrols queued waiters only; its slot was filled when it was made.
        let (enrolled, is_followed) =
            unsafe { self.semaphore.raw().enroll(self.asked, waiter, visit) };
        self.is_followed = is_followed;
        enrolled
    }

    #[inline(always)]
    fn conclude(&mut self, slot: &Slot<Petition>, verdict: Verdict) -> Self::Output {
        match verdict {
            Verdict::Done => {
                // First, so that it is given back if a waker panics.
                let units = self.granted();
                if mem::take(&mut self.is_followed) {
                    self.semaphore.raw().see_to();
                }
                Ok(units)
            }
            // SAFETY: it was filled when it was made, and with the verdict it is ours.
            Verdict::Closed => match unsafe { slot.filled() }.take() {
                Petition::Asks(_) => Err(AcquireError::Closed),
                Petition::Refused(capacity) => {
                    Err(AcquireError::TooLarge { requested: self.asked, capacity })
                }
            },
        }
    }

    fn leave(&mut self, waiter: &Waiter<Petition>) {
        // SAFETY: it was enrolled here.
        unsafe { self.semaphore.raw().leave(waiter) };
    }

    fn undo(&mut self, _: &Waiter<Petition>, verdict: Verdict) {
        match verdict {
            // SAFETY: they were granted, and this is their end.
            Verdict::Done => unsafe { self.semaphore.raw().release(self.asked) },
            Verdict::Closed => {}
        }
    }
}

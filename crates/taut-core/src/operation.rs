//! What a primitive says of one of its waiting operations: how to try it, how to queue, how to undo it.
//!
//! [`Waiting`](crate::Waiting) makes a future of that, and is the only place that knows the order of
//! the steps.

use std::pin::Pin;
use std::task::{Poll, Waker};

use crate::case::Peek;
use crate::claim::{Claim, Seeker};
use crate::list::WaitList;
use crate::slot::Slot;
use crate::waiter::{Offer, Verdict, Waiter};
use crate::wake::WakeBatch;

/// What came of trying an operation without queueing.
#[derive(Debug)]
#[must_use = "wake after releasing the lock"]
pub enum Attempt {
    /// It took effect; the waker, if any, is to be woken after unlocking.
    Done(Option<Waker>),
    /// It cannot: the primitive is closed.
    Closed,
    /// Not now.
    Unready,
}

/// What came of queueing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enrolled {
    /// The waiter is in its list.
    Queued,
    /// There is a verdict: given just now, or by somebody else before. The waiter is in no list.
    Decided(Verdict),
    /// It is in its list with another waker than the visitor's: come again with a copy of that.
    Stale,
}

impl Enrolled {
    /// Whether there is a verdict.
    #[inline(always)]
    #[must_use]
    pub const fn is_decided(self) -> bool {
        matches!(self, Self::Decided(_))
    }
}

/// A primitive's side of a waiting operation.
///
/// # Safety
///
/// - `enroll` links the waiter in one list only, always the same, and only through [`Visit::queue`].
/// - After `leave` returned the waiter is in no list, and nobody is at work on it.
/// - After `Decided` no list knows the waiter.
pub unsafe trait Operation {
    /// What travels through the waiter's slot.
    type Slot;
    /// What the operation gives.
    type Output;

    /// What its waiter brings or asks for.
    const OFFER: Offer;

    /// What can be said without a lock about the chance to proceed.
    fn peek(&self) -> Peek {
        Peek::Unknown
    }

    /// Tries without queueing. `Done` leaves the slot as a verdict by somebody else would.
    fn attempt(&mut self, slot: &Slot<Self::Slot>) -> Attempt;

    /// Under the lock: tries again, or queues. Called with a waiter that is queued already, it looks
    /// again and keeps the place.
    fn enroll(&mut self, waiter: Pin<&Waiter<Self::Slot>>, visit: &mut Visit<'_>) -> Enrolled;

    /// Whether a verdict that somebody else gave stands. False: it was word that the operation's turn had
    /// come, no more, and now that it tried again it was in vain. It queues anew.
    ///
    /// Only a task's waiter may be given such a verdict: a select that is claimed is decided.
    #[inline(always)]
    fn confirm(&mut self, slot: &Slot<Self::Slot>, verdict: Verdict) -> bool {
        let _ = (slot, verdict);
        true
    }

    /// Makes the output of a verdict.
    fn conclude(&mut self, slot: &Slot<Self::Slot>, verdict: Verdict) -> Self::Output;

    /// Takes the waiter out of its list, if it is in (O2).
    fn leave(&mut self, waiter: &Waiter<Self::Slot>);

    /// The operation is dropped with a verdict that nobody saw: puts things right.
    fn undo(&mut self, waiter: &Waiter<Self::Slot>, verdict: Verdict);

    /// The operation is dropped, or lost its select, and never took effect.
    #[inline(always)]
    fn abandon(&mut self, slot: &Slot<Self::Slot>) {
        let _ = slot;
    }
}

/// One look at a primitive under its lock, on behalf of a waiting operation.
#[derive(Debug)]
pub struct Visit<'a> {
    seeker: Seeker<'a>,
    waker: Option<&'a Waker>,
    /// A copy of `waker` to leave with the waiter; what it replaces comes back here, to be dropped
    /// without the lock.
    copy: Option<Waker>,
    /// To be woken when the lock is gone.
    pub wakes: WakeBatch,
}

impl<'a> Visit<'a> {
    #[inline(always)]
    pub(crate) fn task(waker: &'a Waker) -> Self {
        Self { seeker: Seeker::TASK, waker: Some(waker), copy: None, wakes: WakeBatch::new() }
    }

    #[inline(always)]
    pub(crate) fn select(claim: &'a Claim) -> Self {
        let seeker = Seeker::select(claim);
        Self { seeker, waker: None, copy: None, wakes: WakeBatch::new() }
    }

    /// On whose behalf to claim.
    #[inline]
    #[must_use]
    pub const fn seeker(&self) -> Seeker<'a> {
        self.seeker
    }

    /// What was given a turn while it was on its way here, in vain: it is to be polled again.
    pub(crate) fn come_again<T>(&self) -> Poll<T> {
        self.waker.inspect(|waker| waker.wake_by_ref());
        Poll::Pending
    }

    /// After `Stale`: leaves a copy of the waker on the next visit.
    pub(crate) fn copy_waker(&mut self) {
        self.copy = self.waker.cloned();
    }

    /// Puts the waiter at the end of `list`, or makes sure that the right waker is in it if it has a
    /// place there already.
    ///
    /// # Safety
    ///
    /// `list` is the one list this waiter is ever on, and its lock is held.
    pub unsafe fn queue<S>(&mut self, list: &mut WaitList, waiter: Pin<&Waiter<S>>) -> Enrolled {
        // SAFETY: by the caller, and an operation that enrols is queued.
        if !unsafe { list.contains(waiter.header()) } {
            // SAFETY: as above; its owner leaves before it goes (W3).
            unsafe { list.push_back(waiter) };
            return Enrolled::Queued;
        }
        let Some(waker) = self.waker else { return Enrolled::Queued };
        // SAFETY: the lock of its list is held, by the caller.
        if unsafe { waiter.header().would_wake(waker) } {
            return Enrolled::Queued;
        }
        let Some(copy) = &mut self.copy else { return Enrolled::Stale };
        // SAFETY: as above, and it is linked, so there is no verdict.
        unsafe { waiter.header().swap_waker(copy) };
        Enrolled::Queued
    }
}

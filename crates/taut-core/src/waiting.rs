//! One waiting operation as a future, and as an arm of a select: the life that all of them share.
//!
//! | stage | `poll` | dropping it |
//! | --- | --- | --- |
//! | `Start` | charge the budget, attempt, else enroll | `abandon` |
//! | `Queued` | verdict? conclude; else look at the primitive again | leave; verdict? `undo`, else `abandon` |
//! | `Done` | panics | nothing |
//!
//! # Invariants
//!
//! - O1. Output and stage are settled before anything is woken: a waker that panics finds an operation
//!   that is over, not one that would be undone a second time.
//! - O2. `leave` takes the lock of the list even if the waiter seems to be out of it: a claimer gives
//!   its verdict under that lock, so afterwards either there is a verdict or there never will be.
//! - O3. A waker that was not used is dropped last: its destructor may panic too.

use std::fmt;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{self, Poll, Waker};

use crate::case::{Case, Peek};
use crate::claim::Claim;
use crate::coop;
use crate::operation::{Attempt, Enrolled, Operation, Visit};
use crate::slot::Slot;
use crate::waiter::{Header, Owner, Stage, Verdict, Waiter};
use crate::wake::wake;

/// An [`Operation`] as a future, and as an arm of a select.
pub struct Waiting<O: Operation> {
    operation: O,
    waiter: Waiter<O::Slot>,
}

impl<O: Operation> Waiting<O> {
    /// The operation, not begun.
    #[inline(always)]
    pub fn new(operation: O, slot: Slot<O::Slot>) -> Self {
        Self { operation, waiter: Waiter::new(slot) }
    }

    /// The primitive's side of it.
    #[inline(always)]
    pub const fn operation(&self) -> &O {
        &self.operation
    }

    #[inline(always)]
    fn project(self: Pin<&mut Self>) -> (&mut O, Pin<&Waiter<O::Slot>>) {
        // SAFETY: the operation is not pinned, the waiter is not moved.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: it is part of something pinned, and nothing here ever gives `&mut` to it.
        (&mut this.operation, unsafe { Pin::new_unchecked(&this.waiter) })
    }

    /// Settles output and stage, then wakes: O1.
    #[inline(always)]
    fn settle(
        operation: &mut O,
        waiter: &Waiter<O::Slot>,
        verdict: Verdict,
        woken: Option<Waker>,
    ) -> O::Output {
        let output = operation.conclude(waiter.slot(), verdict);
        waiter.header().set_stage(Stage::Done);
        wake(woken);
        output
    }

    /// Tries without queueing. In `Stage::Start`.
    #[inline(always)]
    fn poll_start(self: Pin<&mut Self>) -> Poll<O::Output> {
        let (operation, waiter) = self.project();
        match operation.attempt(waiter.slot()) {
            Attempt::Done(woken) => {
                Poll::Ready(Self::settle(operation, &waiter, Verdict::Done, woken))
            }
            Attempt::Closed => Poll::Ready(Self::settle(operation, &waiter, Verdict::Closed, None)),
            Attempt::Unready => Poll::Pending,
        }
    }

    #[inline(never)]
    fn poll_first_wait(self: Pin<&mut Self>, waker: &Waker) -> Poll<O::Output> {
        let (operation, waiter) = self.project();
        let owner = Owner::Task(ManuallyDrop::new(waker.clone()));
        // SAFETY: we are the owner, in `Stage::Start`.
        unsafe { waiter.header().begin(O::OFFER, owner, 0) };
        Self::visit(operation, waiter, &mut Visit::task(waker))
    }

    #[inline(never)]
    fn poll_queued(mut self: Pin<&mut Self>, waker: &Waker) -> Poll<O::Output> {
        let (operation, waiter) = self.as_mut().project();
        // SAFETY: queued.
        match unsafe { waiter.header().verdict() } {
            None => Self::visit(operation, waiter, &mut Visit::task(waker)),
            Some(verdict) => match Self::confirm(operation, &waiter, verdict) {
                Some(output) => Poll::Ready(output),
                None => self.poll_first_wait(waker),
            },
        }
    }

    /// Looks at the primitive under its lock, and queues or goes on.
    fn visit(
        operation: &mut O,
        waiter: Pin<&Waiter<O::Slot>>,
        visit: &mut Visit<'_>,
    ) -> Poll<O::Output> {
        let mut enrolled = operation.enroll(waiter, visit);
        if enrolled == Enrolled::Stale {
            visit.copy_waker();
            enrolled = operation.enroll(waiter, visit);
        }
        match enrolled {
            Enrolled::Decided(verdict) => {
                let output = Self::confirm(operation, &waiter, verdict);
                visit.wakes.wake_all();
                output.map_or_else(|| visit.come_again(), Poll::Ready)
            }
            Enrolled::Queued | Enrolled::Stale => {
                visit.wakes.wake_all();
                Poll::Pending
            }
        }
    }

    /// From `Queued`, with a verdict and out of every list: the output, or back in `Stage::Start`.
    #[inline(always)]
    fn confirm(operation: &mut O, waiter: &Waiter<O::Slot>, verdict: Verdict) -> Option<O::Output> {
        if operation.confirm(waiter.slot(), verdict) {
            return Some(Self::finish(operation, waiter, verdict));
        }
        // SAFETY: queued, and nobody knows the waiter any more.
        drop(unsafe { waiter.header().end(Stage::Start) });
        None
    }

    /// From `Queued`, with a verdict that stands, out of every list.
    fn finish(operation: &mut O, waiter: &Waiter<O::Slot>, verdict: Verdict) -> O::Output {
        let output = operation.conclude(waiter.slot(), verdict);
        // SAFETY: queued, and nobody knows the waiter any more.
        drop(unsafe { waiter.header().end(Stage::Done) });
        output
    }

    /// Leaves the list. The verdict, if there was one after all; else it is back in `Stage::Start`, with
    /// a waker to drop when all is settled.
    fn withdraw(operation: &mut O, waiter: &Waiter<O::Slot>) -> Result<Verdict, Option<Waker>> {
        match Self::leave(operation, waiter) {
            Some(verdict) => Ok(verdict),
            // SAFETY: queued; O2, nobody knows the waiter any more.
            None => Err(unsafe { waiter.header().end(Stage::Start) }),
        }
    }

    /// From `Queued`: leaves the list. The verdict, if there was one after all: O2.
    fn leave(operation: &mut O, waiter: &Waiter<O::Slot>) -> Option<Verdict> {
        // SAFETY: queued.
        if unsafe { waiter.header().verdict() }.is_none() {
            operation.leave(waiter);
        }
        // SAFETY: as above.
        unsafe { waiter.header().verdict() }
    }

    /// From `Queued`, for good: as if it had never been, or with its effect undone.
    #[cold]
    #[inline(never)]
    fn give_up(operation: &mut O, waiter: &Waiter<O::Slot>) {
        /// Ends the waiter, also if the primitive wakes somebody who panics: O3.
        struct End<'a>(&'a Header);

        impl Drop for End<'_> {
            fn drop(&mut self) {
                // SAFETY: queued; it has left its list or has a verdict: nobody knows it any more.
                drop(unsafe { self.0.end(Stage::Done) });
            }
        }

        let _end = End(waiter.header());
        match Self::leave(operation, waiter) {
            Some(verdict) => operation.undo(waiter, verdict),
            None => operation.abandon(waiter.slot()),
        }
    }

    /// Tries without queueing. It gives up the place that it has, if it was polled before.
    #[inline(always)]
    pub fn try_now(mut self: Pin<&mut Self>) -> Poll<O::Output> {
        match self.stage() {
            Stage::Start => {}
            Stage::Queued => {
                if let Some(output) = self.as_mut().cancel() {
                    return Poll::Ready(output);
                }
            }
            Stage::Done => polled_after_completion(),
        }
        self.poll_start()
    }

    /// Gives up waiting. The output, if the operation was decided before it could be given up;
    /// otherwise nothing happened and it stands as before its first poll.
    #[must_use = "an operation that was decided has an output"]
    pub fn cancel(self: Pin<&mut Self>) -> Option<O::Output> {
        let (operation, waiter) = self.project();
        match waiter.header().stage() {
            Stage::Start | Stage::Done => None,
            Stage::Queued => match Self::withdraw(operation, &waiter) {
                Ok(verdict) => Self::confirm(operation, &waiter, verdict),
                Err(_unused) => None,
            },
        }
    }

    /// Ends an operation that has not begun, or was cancelled, and gives its slot with what is in it.
    /// None: it has begun.
    #[must_use = "what is in the slot is leaked otherwise"]
    pub fn end_unbegun(self: Pin<&mut Self>) -> Option<&Slot<O::Slot>> {
        let (_, waiter) = self.project();
        if waiter.header().stage() != Stage::Start {
            return None;
        }
        waiter.header().set_stage(Stage::Done);
        Some(waiter.get_ref().slot())
    }

    /// Makes an operation that gave its output ready to be polled from the start.
    ///
    /// # Safety
    ///
    /// Only for operations that begin with an empty slot.
    pub unsafe fn rearm(self: Pin<&mut Self>) {
        let (_, waiter) = self.project();
        if waiter.header().stage() == Stage::Done {
            waiter.header().rearm();
        }
    }

    /// Where it is in its life.
    #[inline(always)]
    pub fn stage(&self) -> Stage {
        self.waiter.header().stage()
    }
}

impl<O: Operation> Future for Waiting<O> {
    type Output = O::Output;

    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<O::Output> {
        match self.stage() {
            Stage::Start => {
                if coop::proceed(cx).is_pending() {
                    return Poll::Pending;
                }
                match self.as_mut().poll_start() {
                    Poll::Ready(output) => Poll::Ready(output),
                    Poll::Pending => self.poll_first_wait(cx.waker()),
                }
            }
            Stage::Queued => self.poll_queued(cx.waker()),
            Stage::Done => polled_after_completion(),
        }
    }
}

/// What a future does that is polled once more after its output was given.
///
/// # Panics
///
/// Always.
///
/// # Examples
///
/// ```should_panic
/// taut_core::waiting::polled_after_completion();
/// ```
#[cold]
#[inline(never)]
pub fn polled_after_completion() -> ! {
    panic!("a future of taut was polled after completion")
}

// SAFETY: the waiter is known to one list only, that of the operation, and the claim is looked at only
// through it; `enroll` and `collect` leave it in no list when they give an output.
unsafe impl<O: Operation> Case for Waiting<O> {
    type Output = O::Output;

    #[inline(always)]
    fn peek(&self) -> Peek {
        match self.stage() {
            Stage::Start => self.operation.peek(),
            // It was polled as a future before it became an arm: there may be a verdict for it, and no
            // claim can decide over the place that it has.
            Stage::Queued | Stage::Done => Peek::Unknown,
        }
    }

    #[inline(always)]
    fn attempt(self: Pin<&mut Self>, _: &mut task::Context<'_>) -> Poll<O::Output> {
        // A select tries arms of which most are not ready: no lock for those.
        match self.peek() {
            Peek::Unready(_) => Poll::Pending,
            Peek::Maybe(_) | Peek::Unknown => self.try_now(),
        }
    }

    unsafe fn enroll(self: Pin<&mut Self>, claim: Pin<&Claim>, arm: u32) -> Poll<O::Output> {
        let (operation, waiter) = self.project();
        match waiter.header().stage() {
            Stage::Start => {
                let owner = Owner::Select(NonNull::from(claim.get_ref()));
                // SAFETY: the caller keeps the claim where it is until we have left.
                unsafe { waiter.header().begin(O::OFFER, owner, arm) };
            }
            Stage::Queued => {}
            Stage::Done => polled_after_completion(),
        }
        Self::visit(operation, waiter, &mut Visit::select(claim.get_ref()))
    }

    fn collect(self: Pin<&mut Self>) -> Option<O::Output> {
        self.cancel()
    }
}

impl<O: Operation> Drop for Waiting<O> {
    #[inline(always)]
    fn drop(&mut self) {
        match self.stage() {
            Stage::Start => self.operation.abandon(self.waiter.slot()),
            Stage::Queued => Self::give_up(&mut self.operation, &self.waiter),
            Stage::Done => {}
        }
    }
}

impl<O: Operation> fmt::Debug for Waiting<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting").field("stage", &self.stage()).finish_non_exhaustive()
    }
}

//! One arm of a select: an operation on offer.
//!
//! A select drives its cases in rounds, and a [`Claim`] decides between them:
//!
//! 1. *Look.* `attempt` each case, in random order; the first that is ready wins, nothing was
//!    registered. A `default` is taken if none was and every [`Peek`] is the same afterwards as it was
//!    before: then there was one instant at which none was ready.
//! 2. *Register.* `enroll` each case. One that finds it can proceed after all wins; the select
//!    `decide`s and collects the others.
//! 3. *Wait.* [`Claim::wait`]. If something came by in the meantime, register again: the cases keep
//!    their places and look again.
//! 4. *Woken.* [`Claim::resume`]; the arm that was claimed is `collect`ed, and so are the others, which
//!    gives nothing and takes them out of their lists. If none was claimed, futures that are not ours
//!    are polled again, and it goes on with 3.
//!
//! A case that lost has had no effect, and stands as before its first round. `crate::select` is the
//! select that does this.

use std::pin::Pin;
use std::task::{self, Poll};

use crate::claim::Claim;

/// What can be said about a case without a lock.
///
/// A version changes with everything that could make the case ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peek {
    /// Nothing: attempt it. It is no part of the instant that a `default` goes by.
    Unknown,
    /// It may be ready: attempt it. If that was in vain, it was not ready then, nor has it been since,
    /// for as long as this version stays the same.
    Maybe(u64),
    /// It is not ready, nor has it been since, for as long as this version stays the same.
    Unready(u64),
}

/// One arm of a select.
///
/// Implemented by the futures of `taut` that wait, by [`Polled`](crate::select::Polled) for all other
/// futures, and by `Option`, whose `None` is an arm that is disabled: Go's nil channel. All methods are
/// for the select that owns the case.
///
/// # Examples
///
/// ```
/// use taut::select::{self, Case};
///
/// fn only_if<C: Case>(condition: bool, arm: C) -> impl Case<Output = C::Output> {
///     condition.then_some(arm)
/// }
///
/// let arm = || select::future(std::future::ready(7));
/// assert!(only_if(true, arm()).is_enabled());
/// assert!(!only_if(false, arm()).is_enabled(), "Go's nil channel");
/// ```
///
/// # Safety
///
/// - A case that is enrolled is claimed only through the claim it was enrolled with, under its arm.
/// - Once `collect` has returned, `enroll` gave an output, or the case was dropped, nobody uses the
///   claim on its behalf any more.
pub unsafe trait Case {
    /// What the operation gives.
    type Output;

    /// Whether it takes part at all.
    #[inline(always)]
    fn is_enabled(&self) -> bool {
        true
    }

    /// What can be said about it without a lock.
    fn peek(&self) -> Peek;

    /// Tries without registering. The context is for futures that are polled; what waits in a list of
    /// ours makes no use of it.
    fn attempt(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output>;

    /// Tries again under the lock, or takes a place in the list of those who wait. Called again, it
    /// keeps the place and looks again.
    ///
    /// # Safety
    ///
    /// Until the case was collected, gave its output here or was dropped: `claim` is neither moved nor
    /// dropped, and the case is enrolled with no other claim or arm. While somebody else may claim
    /// (`Claim::wait`) it is not called.
    unsafe fn enroll(self: Pin<&mut Self>, claim: Pin<&Claim>, arm: u32) -> Poll<Self::Output>;

    /// Polls what waits in no list of ours, so that only polling tells whether it is ready. While
    /// nobody else may claim. Nothing, for all others.
    #[inline(always)]
    fn repoll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        let _ = cx;
        Poll::Pending
    }

    /// Takes it back out of its list. The output, if it was claimed; otherwise another arm won, and it
    /// stands as before it was enrolled, having had no effect. (To *undo* a case that was claimed, drop
    /// it.)
    fn collect(self: Pin<&mut Self>) -> Option<Self::Output>;
}

// SAFETY: the case inside, which is pinned with us, or nothing at all.
unsafe impl<C: Case> Case for Option<C> {
    type Output = C::Output;

    #[inline(always)]
    fn is_enabled(&self) -> bool {
        self.as_ref().is_some_and(C::is_enabled)
    }

    #[inline(always)]
    fn peek(&self) -> Peek {
        self.as_ref().map_or(Peek::Unready(0), C::peek)
    }

    #[inline(always)]
    fn attempt(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<C::Output> {
        self.as_pin_mut().map_or(Poll::Pending, |case| case.attempt(cx))
    }

    #[inline]
    unsafe fn enroll(self: Pin<&mut Self>, claim: Pin<&Claim>, arm: u32) -> Poll<C::Output> {
        // SAFETY: by the caller.
        self.as_pin_mut().map_or(Poll::Pending, |case| unsafe { case.enroll(claim, arm) })
    }

    #[inline]
    fn repoll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<C::Output> {
        self.as_pin_mut().map_or(Poll::Pending, |case| case.repoll(cx))
    }

    #[inline]
    fn collect(self: Pin<&mut Self>) -> Option<C::Output> {
        self.as_pin_mut()?.collect()
    }
}

// SAFETY: the case inside, which the box owns: it goes when we go, and if we are leaked it stays.
unsafe impl<C: Case + ?Sized> Case for Pin<Box<C>> {
    type Output = C::Output;

    fn is_enabled(&self) -> bool {
        self.as_ref().get_ref().is_enabled()
    }

    fn peek(&self) -> Peek {
        self.as_ref().get_ref().peek()
    }

    fn attempt(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<C::Output> {
        self.as_mut().as_deref_mut().attempt(cx)
    }

    unsafe fn enroll(mut self: Pin<&mut Self>, claim: Pin<&Claim>, arm: u32) -> Poll<C::Output> {
        // SAFETY: by the caller.
        unsafe { self.as_mut().as_deref_mut().enroll(claim, arm) }
    }

    fn repoll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<C::Output> {
        self.as_mut().as_deref_mut().repoll(cx)
    }

    fn collect(mut self: Pin<&mut Self>) -> Option<C::Output> {
        self.as_mut().as_deref_mut().collect()
    }
}

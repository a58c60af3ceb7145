//! One arm of a select: an operation on offer.
//!
//! A select drives its cases in rounds, and a [`Claim`] decides between them:
//!
//! 1. *Look.* `attempt` each case, in random order; the first that is ready wins, nothing was
//!    registered. A `default` is taken if none was and every [`Peek`] is the same afterwards as it was
//!    before: then there was one instant at which none was ready.
//! 2. *Register.* `enroll` each case. One that finds it can proceed after all wins; the select
//!    `decide`s and withdraws the others.
//! 3. *Wait.* [`Claim::wait`]. If something came by in the meantime, register again: the cases keep
//!    their places and look again.
//! 4. *Woken.* [`Claim::resume`]; the arm that was claimed is `collect`ed, the others withdraw.
//!
//! A case that lost has had no effect.

use std::pin::Pin;
use std::task::Poll;

use crate::claim::Claim;

/// What can be said about a case without a lock.
///
/// A version changes with everything that could make the case ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peek {
    /// Nothing: attempt it. No `default` can go by it.
    Unknown,
    /// It may be ready: attempt it. If that was in vain, it was not ready then, nor has it been since,
    /// for as long as this version stays the same.
    Maybe(u64),
    /// It is not ready, nor has it been since, for as long as this version stays the same.
    Unready(u64),
}

/// One arm of a select.
///
/// Implemented by the futures of `taut` that wait. All methods are for the select that owns the case.
///
/// # Safety
///
/// - A case that is enrolled is claimed only through the claim it was enrolled with, under its arm.
/// - Once `withdraw` or `collect` has returned, or the case was dropped, nobody uses the claim on its
///   behalf any more.
pub unsafe trait Case {
    /// What the operation gives.
    type Output;

    /// What can be said about it without a lock.
    fn peek(&self) -> Peek;

    /// Tries without registering.
    fn attempt(self: Pin<&mut Self>) -> Poll<Self::Output>;

    /// Tries again under the lock, or takes a place in the list of those who wait. Called again, it
    /// keeps the place and looks again.
    ///
    /// # Safety
    ///
    /// Until the case has withdrawn, was collected, gave its output here or was dropped: `claim` is
    /// neither moved nor dropped, and the case is enrolled with no other claim or arm. While somebody
    /// else may claim (`Claim::wait`) it is not called.
    unsafe fn enroll(self: Pin<&mut Self>, claim: Pin<&Claim>, arm: u32) -> Poll<Self::Output>;

    /// Leaves, having had no effect: another arm won. If this arm was claimed nevertheless, its effect
    /// is undone as if it had been dropped.
    fn withdraw(self: Pin<&mut Self>);

    /// The output of the arm that was claimed. None: it was not.
    fn collect(self: Pin<&mut Self>) -> Option<Self::Output>;
}

//! What the engine asks of a set of arms.

use std::pin::Pin;
use std::task::{self, Poll};

use super::dice::Dice;
use crate::case::{Case, Peek};
use crate::claim::Claim;

/// In which order arms are looked at.
#[derive(Clone, Debug)]
pub enum Order {
    /// As they were written.
    Source,
    /// At random, by these dice.
    Random(Dice),
}

/// What is done to an arm: a method of [`Case`], as a value, so that a set of arms has to find the arm
/// in one place only.
#[derive(Debug)]
pub enum Step<'a, 'w> {
    /// [`Case::attempt`].
    Attempt(&'a mut task::Context<'w>),
    /// [`Case::enroll`].
    Enroll(Pin<&'a Claim>),
    /// [`Case::repoll`].
    Repoll(&'a mut task::Context<'w>),
    /// [`Case::collect`].
    Collect,
}

impl Step<'_, '_> {
    /// Does it to `case`, which is arm number `arm`.
    ///
    /// # Safety
    ///
    /// That of [`Case::enroll`].
    #[inline(always)]
    pub unsafe fn of<C: Case>(self, case: Pin<&mut C>, arm: u32) -> Poll<C::Output> {
        match self {
            Self::Attempt(cx) => case.attempt(cx),
            // SAFETY: by the caller.
            Self::Enroll(claim) => unsafe { case.enroll(claim, arm) },
            Self::Repoll(cx) => case.repoll(cx),
            Self::Collect => case.collect().map_or(Poll::Pending, Poll::Ready),
        }
    }
}

/// A set of arms, numbered from 0.
///
/// # Safety
///
/// - Each number stands for one arm, which is pinned with the set, from its first step until it gives
///   its output, is removed, or the set is dropped; before that it is dropped by nothing else.
/// - `drive` does the step, and nothing but the step, to that arm.
pub unsafe trait Arms {
    /// What the arm that wins gives, and which it was.
    type Output;
    /// A pass over the arms: those still to come.
    type Turn;

    /// Whether [`narrow`](Self::narrow) does anything.
    const NARROWS: bool = false;

    /// Whether no arm takes part any more.
    fn is_over(&self) -> bool;

    /// Whether a glance shows that there was one instant at which no case was ready. Most selects with
    /// a `default` need no more. False says nothing.
    #[inline(always)]
    fn is_unready(&self) -> bool {
        false
    }

    /// A pass over all arms that are enabled.
    fn turn(&self) -> Self::Turn;

    /// The next arm of the pass: the first in order, or any, each as likely as the others.
    fn draw(self: Pin<&mut Self>, turn: &mut Self::Turn, order: &mut Order) -> Option<u32>;

    /// Takes arms out of the pass that a glance shows not to be ready, as far as that is cheap.
    #[inline(always)]
    fn narrow(&self, turn: &mut Self::Turn) {
        let _ = turn;
    }

    /// What can be said of an arm without a lock.
    fn peek(&self, arm: u32) -> Peek;

    /// Does `step` to an arm. One that gives its output takes no part any more.
    ///
    /// # Safety
    ///
    /// That of [`Case::enroll`].
    unsafe fn drive(self: Pin<&mut Self>, arm: u32, step: Step<'_, '_>) -> Poll<Self::Output>;
}

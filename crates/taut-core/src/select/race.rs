//! The engine of all selects: it takes a set of arms through its rounds.
//!
//! ```text
//!            look: an arm is ready ──▶ its output          drop: nothing to undo
//!   Start ───┤
//!     ▲      └ none: enroll all ──▶ Parked                 drop: nobody may claim any more, then the
//!     │                              │                           arms go, each undoing what it did
//!     └── an arm was claimed, or ────┘
//!         is ready after all
//! ```
//!
//! After an output it is in `Start` again, with one arm less, so that a pattern that did not match or a
//! `Select` in a loop goes on with the same nodes.

mod now;

use std::fmt;
use std::pin::Pin;
use std::task::{self, Poll};

use pin_project_lite::pin_project;

use super::arms::{Arms, Order, Step};
use super::dice::Dice;
use crate::claim::{Claim, From, Missed};
use crate::coop;
use crate::sync::pause;

/// Looks that a select takes on end while others keep coming by, before it lets its task give way.
const LOOKS: u32 = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing is registered (S2).
    Start,
    /// Arms are registered with the claim.
    Parked,
    /// Nothing is registered, and this arm has an output that nobody has collected yet.
    Claimed(u32),
}

pin_project! {
    /// A set of arms, of which one wins, and then another.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::pin::pin;
    /// use std::task::{Context, Poll, Waker};
    /// use taut_core::select::{Fixed, Out, Polled, Race};
    ///
    /// let arms = (Polled::new(std::future::pending::<()>()), Polled::new(std::future::ready(7)));
    /// let race = pin!(Race::new(Fixed::new(arms), false));
    /// let mut cx = Context::from_waker(Waker::noop());
    /// assert!(matches!(race.poll_next(&mut cx), Poll::Ready(Out::B(7))));
    /// ```
    pub struct Race<A: Arms> {
        #[pin]
        arms: A,
        is_biased: bool,
        stage: Stage,
        // S1: last, so that it outlives the arms.
        #[pin]
        claim: Claim,
    }

    impl<A: Arms> PinnedDrop for Race<A> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if *this.stage == Stage::Parked && this.claim.resume().is_ok() {
                this.claim.decide();
            }
        }
    }
}

impl<A: Arms> Race<A> {
    /// A select of these arms. Biased: the first that is ready wins; otherwise any of those.
    #[inline(always)]
    pub fn new(arms: A, is_biased: bool) -> Self {
        Self { arms, is_biased, stage: Stage::Start, claim: Claim::new() }
    }

    /// The same, looking at its arms in order.
    #[must_use]
    pub fn biased(mut self) -> Self {
        self.is_biased = true;
        self
    }

    /// The arms. Only between rounds is there anything to be done with them.
    #[inline(always)]
    pub const fn arms(&self) -> &A {
        &self.arms
    }

    /// The arms, with none of them registered.
    #[must_use]
    pub fn arms_mut(mut self: Pin<&mut Self>) -> Pin<&mut A> {
        self.as_mut().leave();
        self.project().arms
    }

    #[inline(always)]
    fn order(&self) -> Order {
        if self.is_biased { Order::Source } else { Order::Random(Dice::new()) }
    }

    /// Whether no arm takes part any more.
    #[inline(always)]
    pub fn is_over(&self) -> bool {
        self.arms.is_over()
    }

    /// Waits for an arm to win; for ever, if none takes part.
    // The output is written once, to where the caller wants it: no other type may come in between, on
    // either path. A copy through memory would cost more than the choice of the arm.
    #[inline(always)]
    pub fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<A::Output> {
        if self.stage != Stage::Start {
            return self.poll_again(cx);
        }
        if coop::proceed(cx).is_pending() {
            return Poll::Pending;
        }
        match self.as_mut().look(cx, |_| true) {
            Poll::Ready(output) => Poll::Ready(output),
            Poll::Pending => self.park(cx),
        }
    }

    /// Tries one arm after the other, without registering any.
    ///
    /// One drawn blindly; if that is not ready, one of those that a glance shows to be. Each arm that is
    /// ready has the same chance: of `n` arms of which `r` are ready it is `1/n + (1 - r/n) · 1/r`, or
    /// `1/r`. To draw on blindly would be as fair, and mispredict a jump for each idle arm.
    #[inline(always)]
    fn look(
        self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
        is_wanted: impl Fn(u32) -> bool,
    ) -> Poll<A::Output> {
        let mut order = self.order();
        let mut this = self.project();
        let mut turn = this.arms.turn();
        let mut is_first = A::NARROWS && !*this.is_biased;
        while let Some(arm) = this.arms.as_mut().draw(&mut turn, &mut order) {
            if !is_wanted(arm) {
                continue;
            }
            // SAFETY: nothing is enrolled.
            let attempt = unsafe { this.arms.as_mut().drive(arm, Step::Attempt(cx)) };
            if attempt.is_ready() {
                return attempt;
            }
            if std::mem::take(&mut is_first) {
                this.arms.narrow(&mut turn);
            }
        }
        Poll::Pending
    }

    /// From `Start`, when none was ready.
    #[inline(never)]
    fn park(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<A::Output> {
        let this = self.as_mut().project();
        this.claim.restart();
        // SAFETY: nothing is enrolled, so nobody knows the claim.
        unsafe { this.claim.set_waker(cx.waker()) };
        // From here on a drop must take the claim back first.
        *this.stage = Stage::Parked;
        self.register(cx)
    }

    /// Registers all arms, or lets them look again, until all are registered and nothing came by.
    fn register(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<A::Output> {
        for _ in 0..LOOKS {
            if let Poll::Ready(output) = self.as_mut().enroll_all() {
                return Poll::Ready(self.finish(output));
            }
            match self.claim.wait(From::Looking) {
                Ok(()) => return Poll::Pending,
                // Between two looks: another select must get on.
                Err(Missed) => pause(),
            }
        }
        // Whoever keeps coming by may need this CPU.
        self.claim.step_away();
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn enroll_all(self: Pin<&mut Self>) -> Poll<A::Output> {
        let order = self.order();
        let this = self.project();
        let claim = this.claim.into_ref();
        // SAFETY: S1: the claim is pinned beside the arms, which go first, and it is theirs only. Nobody
        // may claim while we look.
        pass(this.arms, order, |arms, arm| unsafe { arms.drive(arm, Step::Enroll(claim)) })
    }

    /// Polls what waits in no list. Nobody can claim meanwhile, but whoever comes by leaves word.
    fn repoll_all(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<A::Output> {
        let order = self.order();
        // SAFETY: this enrolls nothing.
        pass(self.project().arms, order, |arms, arm| unsafe { arms.drive(arm, Step::Repoll(cx)) })
    }

    /// Parked, or with an output from before.
    #[inline(never)]
    fn poll_again(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<A::Output> {
        match self.stage {
            Stage::Parked => self.woken(cx),
            Stage::Start | Stage::Claimed(_) => match self.as_mut().take_claimed() {
                Some(output) => Poll::Ready(output),
                None => self.poll_next(cx),
            },
        }
    }

    fn woken(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<A::Output> {
        if let Err(arm) = self.claim.resume() {
            let output = self.as_mut().collect(arm);
            // The claimer committed it, and only we collect.
            let Some(output) = output else { unreachable!("arm {arm} was claimed") };
            self.as_mut().withdraw(None);
            return Poll::Ready(output);
        }
        // SAFETY: taken back, so nobody can claim.
        unsafe { self.claim.set_waker(cx.waker()) };
        if let Poll::Ready(output) = self.as_mut().repoll_all(cx) {
            return Poll::Ready(self.finish(output));
        }
        match self.claim.wait(From::Away) {
            Ok(()) => Poll::Pending,
            Err(Missed) => self.register(cx),
        }
    }

    /// An arm won while others are registered, and nobody can claim.
    fn finish(self: Pin<&mut Self>, output: A::Output) -> A::Output {
        self.claim.decide();
        self.withdraw(None);
        output
    }

    /// Takes all arms out of their lists, but for one that was claimed and is not collected yet. Nobody
    /// can claim.
    fn withdraw(mut self: Pin<&mut Self>, claimed: Option<u32>) {
        let mut turn = self.arms.turn();
        while let Some(arm) = self.as_mut().project().arms.draw(&mut turn, &mut Order::Source) {
            if claimed != Some(arm) {
                let none = self.as_mut().collect(arm);
                debug_assert!(none.is_none(), "an arm that was not claimed has an output");
            }
        }
        *self.project().stage = claimed.map_or(Stage::Start, Stage::Claimed);
    }

    fn collect(self: Pin<&mut Self>, arm: u32) -> Option<A::Output> {
        // SAFETY: this enrolls nothing.
        match unsafe { self.project().arms.drive(arm, Step::Collect) } {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }

    /// Stops waiting: nothing is registered afterwards, and nobody is to be woken. What was claimed
    /// before keeps its output.
    pub fn leave(mut self: Pin<&mut Self>) {
        if self.stage == Stage::Parked {
            let claimed = self.claim.resume().err();
            if claimed.is_none() {
                self.claim.decide();
            }
            self.as_mut().withdraw(claimed);
        }
        if self.stage == Stage::Start {
            // SAFETY: S2: nothing is enrolled.
            unsafe { self.claim.clear_waker() };
        }
    }

    /// The output of an arm that was claimed before it was left. None if it was removed since.
    fn take_claimed(mut self: Pin<&mut Self>) -> Option<A::Output> {
        self.as_mut().leave();
        let stage = std::mem::replace(self.as_mut().project().stage, Stage::Start);
        match stage {
            Stage::Claimed(arm) => self.collect(arm),
            Stage::Start | Stage::Parked => None,
        }
    }
}

/// Drives each arm, in this order, until one has an output.
fn pass<A: Arms>(
    mut arms: Pin<&mut A>,
    mut order: Order,
    mut drive: impl FnMut(Pin<&mut A>, u32) -> Poll<A::Output>,
) -> Poll<A::Output> {
    let mut turn = arms.turn();
    while let Some(arm) = arms.as_mut().draw(&mut turn, &mut order) {
        let driven = drive(arms.as_mut(), arm);
        if driven.is_ready() {
            return driven;
        }
    }
    Poll::Pending
}

impl<A: Arms> fmt::Debug for Race<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Race")
            .field("stage", &self.stage)
            .field("is_biased", &self.is_biased)
            .finish_non_exhaustive()
    }
}

//! Deadlines without tasks: one timer for each, whose waker is the context itself.
//!
//! A deadline is a number until somebody waits. Then the scope that it belongs to, its *owner*, gets a
//! timer of Tokio's, polled once with a waker that ends the owner and all below it.
//!
//! # Invariants
//!
//! - A1. `ARMED` is set under the lock of the owner, by who then makes the timer; it is taken back if
//!   that fails, or if the timer goes without having fired because its runtime shuts down.
//! - A2. A timer is made, polled and dropped with no lock held.

use std::mem;
use std::pin::Pin;
use std::task::{self, Poll};

use crate::kind::Kind;
use crate::node::NodeRef;
use crate::state::Flags;
use crate::time::{Instant, Timer, is_at_hand, poll_timer, timer};
use crate::weak::Tether;

/// The deadline that a scope goes by.
#[derive(Clone, Copy)]
pub(crate) struct Due<'a> {
    pub(crate) at: Instant,
    /// The scope that ends when it passes.
    pub(crate) owner: NodeRef<'a>,
}

impl Due<'_> {
    pub(crate) fn has_passed(&self) -> bool {
        self.at <= Instant::now()
    }
}

/// The timer of a scope.
#[derive(Default)]
pub(crate) enum Alarm {
    #[default]
    Off,
    Set {
        _timer: Option<Pin<Box<Timer>>>,
    },
}

impl<'a> NodeRef<'a> {
    /// The deadline of a scope.
    #[inline]
    pub(crate) fn due(self) -> Option<Due<'a>> {
        let owner = self.get().due.of(self)?;
        Some(Due { at: owner.get().kind.deadline()?, owner })
    }

    /// Whether it has a deadline that only the clock tells of: it lives, and no timer runs.
    #[inline(always)]
    pub(crate) fn needs_alarm(self) -> bool {
        let word = self.state.load();
        !word.is_ended() && word.flags().has(Flags::TIMED) && self.owner_needs_alarm()
    }

    fn owner_needs_alarm(self) -> bool {
        self.due.of(self).is_some_and(|owner| {
            let word = owner.state.load();
            !word.is_ended() && !word.flags().has(Flags::ARMED)
        })
    }

    /// Sees to it that a timer runs, if the scope has a deadline.
    ///
    /// # Panics
    ///
    /// If there is no Tokio runtime with time enabled.
    #[inline(always)]
    pub(crate) fn arm(self) {
        if self.needs_alarm() {
            self.arm_owner();
        }
    }

    /// As [`arm`](Self::arm), where a timer can be made.
    #[inline(always)]
    pub(crate) fn arm_if_at_hand(self) {
        if self.needs_alarm() && is_at_hand() {
            self.arm_owner();
        }
    }

    #[cold]
    fn arm_owner(self) {
        match self.due() {
            // Nobody needs to wait for that, nor a runtime to do it.
            Some(due) if due.has_passed() => due.owner.expire(),
            Some(due) => due.owner.set_alarm(due.at),
            None => {}
        }
    }

    fn set_alarm(self, at: Instant) {
        /// A1: it failed.
        struct Failed<'a>(NodeRef<'a>);

        impl Drop for Failed<'_> {
            fn drop(&mut self) {
                self.0.state.unset(Flags::ARMED);
            }
        }

        // First, since it panics where there is no runtime: nobody may rely on it before. None: it never
        // comes, and there is nothing to be set.
        let mut timer = timer(at).map(Box::pin);
        if !self.claim_alarm() {
            return;
        }
        let failed = Failed(self);
        let waker = Tether::to(self).waker();
        let mut cx = task::Context::from_waker(&waker);
        let fired =
            timer.as_mut().map_or(Poll::Pending, |timer| poll_timer(timer.as_mut(), &mut cx));
        let _done = mem::ManuallyDrop::new(failed);
        if fired.is_ready() {
            self.expire();
            return;
        }
        let alarm = Alarm::Set { _timer: timer };
        let unused = self.with_rare(|rare| {
            let word = self.state.load();
            // It may have been lost already, and somebody else may have set another.
            let is_ours = !word.is_ended() && word.flags().has(Flags::ARMED);
            if is_ours { mem::replace(&mut rare.alarm, alarm) } else { alarm }
        });
        drop(unused);
    }

    /// True: it is up to us to make the timer.
    fn claim_alarm(self) -> bool {
        let _inner = self.inner.lock();
        let word = self.state.load();
        // Watched, since at the end there is a timer to take.
        !word.is_ended()
            && !word.flags().has(Flags::ARMED)
            && self.state.set(Flags::ARMED.with(Flags::WATCHED)).is_ok()
    }

    /// The timer has fired, or goes; or the token was cancelled.
    pub(crate) fn ring(self) {
        match &self.kind {
            Kind::Token(source) => {
                if source.is_cancelled() {
                    self.cancel(None);
                }
            }
            kind if kind.deadline().is_some_and(|at| at <= Instant::now()) => self.expire(),
            _ => self.lose_alarm(),
        }
    }

    /// A1. Whoever waits from now on makes another.
    #[cold]
    fn lose_alarm(self) {
        let lost = self.with_rare(|rare| {
            self.state.unset(Flags::ARMED);
            mem::take(&mut rare.alarm)
        });
        drop(lost);
    }
}

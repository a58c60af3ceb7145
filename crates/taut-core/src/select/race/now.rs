//! A select that does not wait: what a `default` goes by.
//!
//! All arms are noted, then those that may be ready are tried, then all are noted once more. If nothing
//! changed, there was one instant in between at which no case was ready. This is the double collect of
//! Afek, Attiya, Dolev, Gafni, Merritt and Shavit, "Atomic snapshots of shared memory" (1993), without
//! the help that they give a reader: what keeps us from the snapshot is progress of others.

use std::pin::Pin;
use std::task::{self, Poll};

use super::{Race, Stage};
use crate::case::Peek;
use crate::coop;
use crate::select::{Arms, Order};
use crate::sync::pause;

/// Of what power of two is the longest pause between two looks: a microsecond or two. A model under loom
/// lets others get on at the first.
const MOST_PAUSES: u32 = if cfg!(taut_loom) { 0 } else { 6 };

/// What a glance at all arms showed.
#[derive(Clone, Copy, Debug)]
struct Noted {
    count: u32,
    may_be_ready: bool,
}

impl<A: Arms> Race<A> {
    /// Whether a glance is enough to say what [`poll_now`](Self::poll_now) would: that there was one
    /// instant at which no case was ready. False says nothing. Before the first poll.
    #[inline(always)]
    pub fn is_unready(&self) -> bool {
        self.arms.is_unready() && coop::passes()
    }

    /// Takes an arm that is ready now, as [`take_now`](Self::take_now), once the task's budget allows.
    #[inline(always)]
    pub fn poll_now(
        self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
        peeks: &mut [Peek],
    ) -> Poll<Option<A::Output>> {
        if coop::proceed(cx).is_pending() {
            return Poll::Pending;
        }
        Poll::Ready(self.take_now(cx, peeks))
    }

    /// Takes an arm that is ready now. None: there was one instant at which no case was ready, or none
    /// takes part. Futures that are not ours are polled once. `peeks` has room for each arm.
    #[inline(always)]
    pub fn take_now(
        mut self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
        peeks: &mut [Peek],
    ) -> Option<A::Output> {
        if self.stage != Stage::Start {
            if let Some(output) = self.as_mut().take_claimed() {
                return Some(output);
            }
        }
        let mut looks = 0_u32;
        loop {
            let noted = self.as_mut().note(peeks);
            if noted.may_be_ready {
                // Polled again, a future that uses the channels of this very select would keep them
                // from ever being as they were noted.
                let is_wanted = |arm| looks == 0 || peeks[arm as usize] != Peek::Unknown;
                if let Poll::Ready(output) = self.as_mut().look(cx, is_wanted) {
                    return Some(output);
                }
            }
            match noted {
                // One that was not ready when it was noted is enough by itself.
                Noted { count: 0 | 1, may_be_ready: false } => return None,
                _ if self.is_as_noted(peeks) => return None,
                // Longer each time: a select that looks at the same moment is told of every look of ours,
                // and looks again, which is what keeps us here.
                _ => (0..1 << looks.min(MOST_PAUSES)).for_each(|_: u32| pause()),
            }
            looks = looks.saturating_add(1);
        }
    }

    /// Peeks at all arms.
    #[inline(always)]
    fn note(self: Pin<&mut Self>, peeks: &mut [Peek]) -> Noted {
        let mut this = self.project();
        let mut noted = Noted { count: 0, may_be_ready: false };
        let mut turn = this.arms.turn();
        while let Some(arm) = this.arms.as_mut().draw(&mut turn, &mut Order::Source) {
            let peek = this.arms.peek(arm);
            noted.may_be_ready |= !matches!(peek, Peek::Unready(_));
            noted.count += 1;
            peeks[arm as usize] = peek;
        }
        noted
    }

    /// Whether all arms are as they were noted, so that in between was an instant at which none was
    /// ready.
    #[inline(always)]
    fn is_as_noted(&self, peeks: &[Peek]) -> bool {
        (0..).zip(peeks).all(|(arm, noted)| match noted {
            Peek::Unknown => true,
            noted => self.arms.peek(arm) == *noted,
        })
    }
}

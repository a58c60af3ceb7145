//! The claim of a select: one word that decides, once, which arm wins.
//!
//! A select that waits has a waiter on every list its arms wait on. Whoever could serve one of them
//! must first win the word; the waiters of the other arms are then of no use to anybody and are passed
//! over until the select takes them back.
//!
//! ```text
//!                     wait                     try_claim
//!   ┌──▶ Looking ───────────────▶ Waiting ────────────────▶ Claimed(arm)
//!   │       │ somebody passes      │    ▲
//!   │       ▼                      │    │ wait
//!   └──── Missed ◀── Away ◀────────┘    │
//!    wait            │  └───────────────┘        decide: Looking | Missed | Away ──▶ Decided
//!                    └ resume                    restart: Claimed | Decided ──▶ Looking
//!                                                step_away: Looking ──▶ Missed, to look again later
//! ```
//!
//! | word | who may change it |
//! | --- | --- |
//! | `Looking`: the owner looks at its cases, in our code only, so briefly | others, to `Missed` |
//! | `Away`: the owner polls futures that are not ours, for any length of time | others, to `Missed` |
//! | `Missed`: as those two, but something came by; the owner will look again | the owner |
//! | `Waiting`: every case is registered | others, to `Claimed`; the owner, to `Away` |
//! | `Claimed(arm)`: somebody else committed this arm | the owner, when no case is enrolled |
//! | `Decided`: the owner committed an arm by itself, or is gone | the owner, when no case is enrolled |
//!
//! # Invariants
//!
//! - C1. `Claimed` is reached from `Waiting` only, by one exchange; the owner decides only where nobody
//!   can claim. So one commit at most.
//! - C2. Who meets a waiter of this select under its list's lock either claims it, or learns that it is
//!   decided, or leaves `Missed`. So nothing that happens after a look is overlooked: `wait` fails, and
//!   the next look takes the same lock later.
//! - C3. Of two selects that look at the same time the one at the higher address marks *itself*, so one
//!   of them gets to wait. The order of addresses admits no cycle, so a ring of selects gets on too.
//! - C4. The waker is the owner's, except in `Claimed`, where it is the claimer's until the verdict of
//!   the claimed waiter.

use std::fmt;
use std::marker::PhantomPinned;
use std::ptr;
use std::task::Waker;

use crate::sync::{AtomicU32, Ordering, Rank, UnsafeCell};

/// The states of the word. `Claimed` carries the arm in the upper bits.
///
/// ```text
/// | 31 ........ 3 | 2 .. 0 |
/// | arm           | state  |
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Looking,
    Away,
    Missed,
    Waiting,
    Claimed(u32),
    Decided,
}

impl Word {
    const ARM_SHIFT: u32 = 3;
    const STATE_MASK: u32 = (1 << Self::ARM_SHIFT) - 1;

    #[inline(always)]
    const fn encode(self) -> u32 {
        match self {
            Self::Looking => 0,
            Self::Away => 1,
            Self::Missed => 2,
            Self::Waiting => 3,
            Self::Decided => 4,
            Self::Claimed(arm) => 5 | arm << Self::ARM_SHIFT,
        }
    }

    #[inline(always)]
    const fn decode(word: u32) -> Self {
        match word & Self::STATE_MASK {
            0 => Self::Looking,
            1 => Self::Away,
            2 => Self::Missed,
            3 => Self::Waiting,
            4 => Self::Decided,
            _ => Self::Claimed(word >> Self::ARM_SHIFT),
        }
    }
}

/// What came of an attempt to claim a select.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is ours to finish.
    Won,
    /// It was decided elsewhere.
    Lost,
    /// It is deciding at this moment, and will see what it missed.
    Busy,
}

/// From where the owner of a claim goes to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// From looking at its cases.
    Looking,
    /// From polling foreign futures.
    Away,
}

/// Something came by while the owner of a claim was not waiting: it has to look at all cases again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed;

/// The decision of one select, and the waker of its task.
///
/// # Examples
///
/// ```
/// use std::pin::pin;
/// use taut_core::claim::{Claim, From};
///
/// let claim = pin!(Claim::new());
/// // SAFETY: it is ours, and does not wait yet.
/// unsafe { claim.set_waker(std::task::Waker::noop()) };
/// assert_eq!(claim.wait(From::Looking), Ok(()));
/// assert_eq!(claim.resume(), Ok(()), "nobody claimed an arm");
/// claim.decide();
/// ```
pub struct Claim {
    word: AtomicU32,
    waker: UnsafeCell<Option<Waker>>,
    /// C3.
    rank: Rank,
    /// Waiters know it by address.
    _pinned: PhantomPinned,
}

// SAFETY: C4: the waker has one user at a time, and the word says who.
unsafe impl Send for Claim {}
// SAFETY: as above. The owner's methods are the owner's by the contract of `Case::enroll`.
unsafe impl Sync for Claim {}

impl Claim {
    /// The claim of a select that is looking at its cases for the first time.
    #[inline]
    #[must_use]
    pub fn new() -> Self {
        Self {
            word: AtomicU32::new(Word::Looking.encode()),
            waker: UnsafeCell::new(None),
            rank: Rank::new(),
            _pinned: PhantomPinned,
        }
    }

    /// Says whom to wake, and drops the waker it replaces.
    ///
    /// # Safety
    ///
    /// By the owner, while nobody can claim: before `wait` or after `resume` succeeded.
    pub unsafe fn set_waker(&self, waker: &Waker) {
        let known = self.waker.with(|p| {
            // SAFETY: C4: nobody can claim, so it is ours.
            unsafe { &*p }.as_ref().is_some_and(|known| known.will_wake(waker))
        });
        if !known {
            let new = waker.clone();
            // SAFETY: C4, as above.
            let old = self.waker.with_mut(|p| unsafe { (*p).replace(new) });
            drop(old);
        }
    }

    /// Lets others claim. For the owner, with every case registered.
    ///
    /// # Errors
    ///
    /// If something came by since the look began: look again.
    #[inline]
    pub fn wait(&self, from: From) -> Result<(), Missed> {
        let from = match from {
            From::Looking => Word::Looking,
            From::Away => Word::Away,
        };
        // ORDERING: Release pairs with the Acquire of a claimer: it may use our waker.
        match self.exchange(from, Word::Waiting, Ordering::Release) {
            Ok(()) => Ok(()),
            Err(_) => {
                // Before the new look, so that what happens during it marks us again.
                // ORDERING: Relaxed, the locks of the lists order the look.
                self.word.store(Word::Looking.encode(), Ordering::Relaxed);
                Err(Missed)
            }
        }
    }

    /// Takes the right to claim back, to poll futures that are not ours. For the owner, while waiting.
    ///
    /// # Errors
    ///
    /// With the arm that was claimed in the meantime.
    #[inline]
    pub fn resume(&self) -> Result<(), u32> {
        // ORDERING: Acquire pairs with the claimer's Release.
        match self.exchange(Word::Waiting, Word::Away, Ordering::Acquire) {
            Err(Word::Claimed(arm)) => Err(arm),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Ends it: the owner committed an arm by itself, or is going. Not while others may claim.
    #[inline]
    pub fn decide(&self) {
        // ORDERING: Release, so that who finds us decided sees what we did before.
        self.word.store(Word::Decided.encode(), Ordering::Release);
    }

    /// Goes away without waiting, having missed something again and again, the last look included: to
    /// come back by `wait` from [`From::Away`], which will say so.
    pub fn step_away(&self) {
        // ORDERING: Relaxed, the locks of the lists order the next look.
        self.word.store(Word::Missed.encode(), Ordering::Relaxed);
    }

    /// Forgets whom to wake: nobody is kept alive between two rounds.
    ///
    /// # Safety
    ///
    /// By the owner, when no case is enrolled.
    pub unsafe fn clear_waker(&self) {
        // SAFETY: C4: nobody knows the claim, by the caller.
        let old = self.waker.with_mut(|p| unsafe { (*p).take() });
        drop(old);
    }

    /// Begins anew, for the next round of the same select. Not while a case is enrolled.
    #[inline]
    pub fn restart(&self) {
        // ORDERING: Relaxed, nobody else knows it: the locks of the lists order what comes.
        self.word.store(Word::Looking.encode(), Ordering::Relaxed);
    }

    #[inline(always)]
    fn exchange(&self, from: Word, to: Word, success: Ordering) -> Result<(), Word> {
        self.word
            .compare_exchange(from.encode(), to.encode(), success, Ordering::Acquire)
            .map(drop)
            .map_err(Word::decode)
    }

    /// Tries to commit `arm` from the other side, under the lock of the list that its waiter is on.
    #[inline]
    fn try_claim(&self, arm: u32, yields: Option<&Self>) -> Outcome {
        // No load first: it would be one access more, and would hide races from loom.
        self.meet(Word::Waiting, Some(arm), yields)
    }

    /// Whether it could be claimed; if it is deciding it is told, as by an attempt.
    fn probe(&self, yields: Option<&Self>) -> Outcome {
        // ORDERING: Acquire, as where an attempt fails.
        self.meet(Word::decode(self.word.load(Ordering::Acquire)), None, yields)
    }

    #[inline(always)]
    fn meet(&self, mut seen: Word, arm: Option<u32>, yields: Option<&Self>) -> Outcome {
        loop {
            let (to, outcome) = match seen {
                Word::Waiting => match arm {
                    Some(arm) => (Word::Claimed(arm), Outcome::Won),
                    None => return Outcome::Won,
                },
                Word::Looking => match yields {
                    Some(me) if me.rank.of(me) > self.rank.of(self) => {
                        // C3. ORDERING: Relaxed, we are its owner.
                        me.word.store(Word::Missed.encode(), Ordering::Relaxed);
                        return Outcome::Busy;
                    }
                    _ => (Word::Missed, Outcome::Busy),
                },
                Word::Away => (Word::Missed, Outcome::Busy),
                Word::Missed => return Outcome::Busy,
                Word::Claimed(_) | Word::Decided => return Outcome::Lost,
            };
            // ORDERING: AcqRel pairs with `wait` (its waker is ours now) and with `resume`.
            match self.exchange(seen, to, Ordering::AcqRel) {
                Ok(()) => return outcome,
                Err(other) => seen = other,
            }
        }
    }

    /// # Safety
    ///
    /// C4: by who claimed it, before the verdict of the claimed waiter.
    #[inline]
    pub(crate) unsafe fn take_waker(&self) -> Option<Waker> {
        // SAFETY: by the caller.
        self.waker.with_mut(|p| unsafe { (*p).take() })
    }
}

impl Default for Claim {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Word::decode(self.word.load(Ordering::Relaxed));
        f.debug_struct("Claim").field("word", &word).finish_non_exhaustive()
    }
}

/// On whose behalf a waiter is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Seeker<'a> {
    me: Option<&'a Claim>,
    commits: bool,
}

impl<'a> Seeker<'a> {
    /// A plain operation.
    pub const TASK: Self = Self { me: None, commits: true };

    /// An arm of the select of this claim, which waits if nobody can be claimed.
    #[inline]
    #[must_use]
    pub const fn select(claim: &'a Claim) -> Self {
        Self { me: Some(claim), commits: false }
    }

    /// The same, for one that takes effect even if nobody can be claimed (by filling a buffer, say).
    /// A select that is looking must then be told, whatever its address.
    #[inline(always)]
    #[must_use]
    pub const fn committing(self) -> Self {
        Self { me: self.me, commits: true }
    }

    /// Whether it is an arm of a select, which is never found by its own search. (A plain operation in
    /// the list that is searched is.)
    #[must_use]
    pub const fn is_select(self) -> bool {
        self.me.is_some()
    }

    #[inline]
    pub(crate) fn claim(self, claim: &Claim, arm: u32) -> Outcome {
        if self.is(claim) { Outcome::Busy } else { claim.try_claim(arm, self.yields()) }
    }

    /// What [`claim`](Self::claim) would come to, without doing it.
    pub(crate) fn probe(self, claim: &Claim) -> Outcome {
        if self.is(claim) { Outcome::Busy } else { claim.probe(self.yields()) }
    }

    #[inline(always)]
    fn is(self, claim: &Claim) -> bool {
        self.me.is_some_and(|me| ptr::eq(me, claim))
    }

    #[inline(always)]
    fn yields(self) -> Option<&'a Claim> {
        if self.commits { None } else { self.me }
    }
}

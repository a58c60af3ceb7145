//! The word and the queue of a [`Mutex`](super::Mutex): who holds it, and who comes next.
//!
//! Barging with a bound. An unlock lets go of the lock first and *calls* the one who has waited longest;
//! until that one has been polled, any newcomer may take the lock. Handing it over instead would leave
//! it unused until its new owner is polled, and on several threads that makes a queue of what would
//! otherwise be a short collision. But who was called and found the lock taken has *lost*: it gets its
//! place at the front back, and the next unlock hands the lock over to it. So each waiter is passed by
//! those who come between one call and one poll, and by nobody else.
//!
//! An arm of a select is never called, since a select that is claimed is decided: the lock is handed
//! over to it.
//!
//! ```text
//!            lock                    unlock, nobody waits
//!   free ────────────▶ held ──────────────────────────────▶ free
//!                       │ unlock, a task waits
//!                       ├────────▶ free, called ──── the called one or a newcomer ────▶ held
//!                       │ unlock, one who has lost or a select waits
//!                       └────────▶ held (handed over)
//! ```
//!
//! # Invariants
//!
//! - X1. `HELD` is set by whoever takes the lock, and it is cleared by the holder only.
//! - X2. `QUEUED` and `OWED` change under the lock of the queue. `QUEUED` is set before anybody is in the
//!   queue, so that an unlock comes by; it is cleared when nobody is. `OWED` is set when a task in the
//!   queue has lost.
//! - X3. `CALLED` is set when somebody is called, who clears it: by taking the lock, by losing, or by
//!   going. At most one is on its way but for the moment in which one that lost takes its place again.
//! - X4. When the lock is free and somebody is in the queue, then somebody was called, or is a select
//!   that is just looking and was told to look again. Either of them, when it goes, lets the next know.

use std::pin::Pin;

use taut_core::sync::{AtomicU32, Lock, Ordering};
use taut_core::{End, Enrolled, Seeker, Slot, Verdict, Visit, WaitList, Waiter, Wanted, wake};

const HELD: u32 = 1;
const QUEUED: u32 = 2;
const CALLED: u32 = 4;
const OWED: u32 = 8;

/// How a waiter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It waits, or was handed the lock.
    Waits,
    /// It was called before, in vain: the next unlock hands the lock over to it.
    Lost,
    /// It is called: the lock may be free.
    Called,
}

/// A mutex without what it guards.
pub(crate) struct RawMutex {
    word: AtomicU32,
    queue: Lock<Queue>,
}

struct Queue {
    waiters: WaitList,
    /// How many of them have lost.
    owed: usize,
}

impl Queue {
    fn bits(&self) -> u32 {
        bits(self.waiters.is_empty(), self.owed)
    }
}

const fn bits(is_empty: bool, owed: usize) -> u32 {
    (if is_empty { 0 } else { QUEUED }) | (if owed == 0 { 0 } else { OWED })
}

impl RawMutex {
    taut_core::const_fn! {
        pub(crate) fn new() -> Self {
            let queue = Queue { waiters: WaitList::new(), owed: 0 };
            Self { word: AtomicU32::new(0), queue: Lock::new(queue) }
        }
    }

    /// Whether somebody holds it, just now.
    pub(crate) fn is_held(&self) -> bool {
        // ORDERING: Relaxed, it is a hint.
        self.word.load(Ordering::Relaxed) & HELD != 0
    }

    /// How many wait in the queue. A select that was decided elsewhere counts until somebody meets it.
    pub(crate) fn waiters(&self) -> usize {
        self.queue.lock().waiters.len()
    }

    /// Takes the lock if it is free.
    #[inline(always)]
    pub(crate) fn try_lock(&self) -> bool {
        // ORDERING: Acquire pairs with the Release of who unlocked last.
        match self.word.compare_exchange(0, HELD, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => true,
            Err(word) => self.take(word, 0),
        }
    }

    /// Takes the lock if it is free, and clears `clearing`.
    #[inline]
    fn take(&self, mut word: u32, clearing: u32) -> bool {
        while word & HELD == 0 {
            let held = (word | HELD) & !clearing;
            // ORDERING: as in `try_lock`.
            match self.word.compare_exchange_weak(word, held, Ordering::Acquire, Ordering::Relaxed)
            {
                Ok(_) => return true,
                Err(other) => word = other,
            }
        }
        false
    }

    /// Unlocks.
    ///
    /// # Safety
    ///
    /// The lock is ours.
    #[inline(always)]
    pub(crate) unsafe fn unlock(&self) {
        // ORDERING: Release pairs with the Acquire of who locks next.
        let swapped = self.word.compare_exchange(HELD, 0, Ordering::Release, Ordering::Relaxed);
        if let Err(word) = swapped {
            self.unlock_contended(word);
        }
    }

    #[cold]
    #[inline(never)]
    fn unlock_contended(&self, mut word: u32) {
        // Nobody waits, or somebody is on the way already and nobody has lost.
        while word & OWED == 0 && (word & CALLED != 0 || word & QUEUED == 0) {
            let free = word & !HELD;
            // ORDERING: as in `unlock`.
            match self.word.compare_exchange_weak(word, free, Ordering::Release, Ordering::Relaxed)
            {
                Ok(_) => return,
                Err(other) => word = other,
            }
        }
        let mut queue = self.queue.lock();
        let woken = self.pass_on(&mut queue);
        drop(queue);
        wake(woken);
    }

    /// Hands our lock over, or lets go of it and calls somebody.
    fn pass_on(&self, queue: &mut Queue) -> Option<std::task::Waker> {
        let (mut standing, mut is_select) = (Standing::Waits, false);
        // Who loses goes to the front, so of those who have lost the hindmost lost first.
        let mut before = queue.owed;
        let found = queue.waiters.claim_where(Seeker::TASK, |one| {
            // SAFETY: who is in the queue has a standing in its slot.
            standing = unsafe { one.value() };
            is_select = one.is_select();
            before = before.saturating_sub(usize::from(standing == Standing::Lost));
            if before == 0 && (queue.owed == 0 || standing == Standing::Lost) {
                Wanted::Yes
            } else {
                Wanted::No
            }
        });
        let Some(waiter) = found else {
            self.settle(HELD, queue.bits());
            return None;
        };
        if standing == Standing::Lost {
            queue.owed -= 1;
        }
        let left = bits(waiter.is_last(), queue.owed);
        if is_select || standing == Standing::Lost {
            self.settle(0, left);
        } else {
            // SAFETY: who is in the queue has a standing in its slot, which needs no drop.
            let _ = unsafe { waiter.room() }.put(Standing::Called);
            self.settle(HELD, left | CALLED);
        }
        // The verdict comes last: who has it goes by the word.
        waiter.finish(Verdict::Done)
    }

    /// Clears `clearing`, and brings up to date what the word says of the queue, whose lock we hold.
    fn settle(&self, clearing: u32, queue: u32) {
        let change = |word: u32| Some(word & !(clearing | QUEUED | OWED) | queue);
        // ORDERING: Release, since this may unlock. It cannot fail.
        let _word = self.word.fetch_update(Ordering::Release, Ordering::Relaxed, change);
    }

    /// The lock may be free with nobody on the way: takes it and unlocks it, which calls the next.
    fn nudge(&self) {
        // ORDERING: Relaxed, what is read here decides nothing.
        let word = self.word.load(Ordering::Relaxed);
        if word & (HELD | CALLED) == 0 && word & QUEUED != 0 && self.take(word, 0) {
            // SAFETY: just taken.
            unsafe { self.unlock() };
        }
    }

    /// One who was called tries to take the lock. False: it has lost.
    pub(crate) fn answer(&self) -> bool {
        // ORDERING: Relaxed, the exchanges decide.
        let mut word = self.word.load(Ordering::Relaxed);
        while !self.take(word, CALLED) {
            // In one step with seeing that it is held: the unlock that comes after this calls another.
            let lost = |word: u32| (word & HELD != 0).then_some(word & !CALLED);
            // ORDERING: Relaxed, nothing is passed on by losing.
            match self.word.fetch_update(Ordering::Relaxed, Ordering::Relaxed, lost) {
                Ok(_) => return false,
                Err(free) => word = free,
            }
        }
        true
    }

    /// Takes the lock or a place in the queue: `standing` is `Waits` or `Lost`.
    ///
    /// # Safety
    ///
    /// The waiter is queued, and is only ever enrolled here.
    pub(crate) unsafe fn enroll(
        &self,
        standing: Standing,
        waiter: Pin<&Waiter<Standing>>,
        visit: &mut Visit<'_>,
    ) -> Enrolled {
        let queue = &mut *self.queue.lock();
        // SAFETY: queued, by the caller.
        if let Some(verdict) = unsafe { waiter.header().verdict() } {
            return Enrolled::Decided(verdict);
        }
        // SAFETY: queued, by the caller, and this is its list.
        let is_new = !unsafe { queue.waiters.contains(waiter.header()) };
        // An arm is handed the lock in any case, and is not counted: one that was decided elsewhere may
        // be taken out by who meets it, who cannot tell.
        let is_owed = standing == Standing::Lost && !visit.seeker().is_select();
        if is_new {
            let standing = if is_owed { Standing::Lost } else { Standing::Waits };
            // SAFETY: it is in no list and has no verdict, so its slot is ours.
            let _ = unsafe { waiter.slot().vacant() }.put(standing);
        }
        // X2. ORDERING: Relaxed, taking the lock is what orders.
        let word = self.word.fetch_or(QUEUED, Ordering::Relaxed) | QUEUED;
        if self.take(word, 0) {
            queue.leave(standing, &waiter);
            self.settle(0, queue.bits());
            return Enrolled::Decided(Verdict::Done);
        }
        let end = match standing {
            Standing::Lost => End::Front,
            Standing::Waits | Standing::Called => End::Back,
        };
        if is_new && is_owed {
            queue.owed += 1;
            // ORDERING: Relaxed, who sees it takes the lock of the queue.
            self.word.fetch_or(OWED, Ordering::Relaxed);
        }
        // SAFETY: by the caller; under the lock of the list.
        unsafe { visit.queue_at(end, &mut queue.waiters, waiter) }
    }

    /// Gives up the place in the queue.
    ///
    /// # Safety
    ///
    /// As [`enroll`](Self::enroll), with the same standing.
    pub(crate) unsafe fn leave(&self, standing: Standing, waiter: &Waiter<Standing>) {
        let mut queue = self.queue.lock();
        queue.leave(standing, waiter);
        self.settle(0, queue.bits());
        drop(queue);
        self.nudge();
    }

    /// What a waiter was given is not wanted any more.
    ///
    /// # Safety
    ///
    /// It has a verdict, and its slot is ours.
    pub(crate) unsafe fn undo(&self, slot: &Slot<Standing>) {
        // SAFETY: by the caller.
        match unsafe { slot.filled() }.take() {
            Standing::Called => {
                // ORDERING: Relaxed, nothing is passed on.
                self.word.fetch_and(!CALLED, Ordering::Relaxed);
                self.nudge();
            }
            // SAFETY: it was handed over.
            Standing::Waits | Standing::Lost => unsafe { self.unlock() },
        }
    }
}

impl Queue {
    fn leave(&mut self, standing: Standing, waiter: &Waiter<Standing>) {
        // SAFETY: queued, and this is the only list it is ever on, by those who call.
        let was_in = unsafe { self.waiters.remove(waiter.header()) };
        if was_in && standing == Standing::Lost {
            // SAFETY: it was in the list, so it has a standing, and its slot is ours again.
            let counted = unsafe { waiter.slot().filled() }.take();
            self.owed -= usize::from(counted == Standing::Lost);
        }
    }
}

//! The word and the queue of a [`Mutex`](super::Mutex): who holds it, and who comes next.
//!
//! Barging with a bound. An unlock lets go of the lock first and *calls* the one who has waited longest;
//! until that one has been polled, any newcomer may take the lock. Handing it over instead would leave
//! it unused until its new owner is polled, and on several threads that makes a queue of what would
//! otherwise be a short collision. But who was called and found the lock taken is *beaten*, and waits in
//! a line of its own: as long as anybody is in that, an unlock hands the lock over to the first of them.
//! So each waiter is passed by those who come between one call and one poll, and by nobody else.
//!
//! An arm of a select is never called, since a select that is claimed is decided: the lock is handed
//! over to it.
//!
//! ```text
//!            lock                    unlock, nobody waits
//!   free ────────────▶ held ──────────────────────────────▶ free
//!                       │ unlock, a task waits
//!                       ├────────▶ free, called ──── the called one or a newcomer ────▶ held
//!                       │ unlock, one who was beaten or a select waits
//!                       └────────▶ held (handed over)
//! ```
//!
//! The word:
//!
//! ```text
//! | 31 .. 4 | 3    | 2      | 1      | 0    |
//! | –       | OWED | CALLED | QUEUED | HELD |
//! ```
//!
//! # Invariants
//!
//! - X1. `HELD` is set by whoever takes the lock, and it is cleared by the holder only.
//! - X2. `QUEUED` is set, under the lock of the queue, before anybody is in either line, so that an
//!   unlock comes by, and `OWED` before anybody is in that of the beaten; they are cleared when nobody is.
//! - X3. `CALLED` is set when somebody is called, who clears it: by taking the lock, by being beaten, or
//!   by going.
//! - X4. When the lock is free and somebody is in the queue, then somebody was called, or is a select
//!   that is just looking and was told to look again. Either of them, when it goes, lets the next know.

use std::pin::Pin;
use std::task::Waker;

use taut_core::sync::{AtomicU32, Lock, Ordering};
use taut_core::{Enrolled, Seeker, Slot, Verdict, Visit, WaitList, Waiter, Wanted, wake};

const HELD: u32 = 1;
const QUEUED: u32 = 2;
const CALLED: u32 = 4;
const OWED: u32 = 8;

/// What the verdict of a waiter means: what stands in its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Summons {
    /// The lock is its own.
    Handed,
    /// The lock may be free.
    Called,
}

/// In which line a waiter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// Until it is called.
    Waiting,
    /// Until it is handed the lock.
    Beaten,
}

/// A mutex without what it guards.
pub(crate) struct RawMutex {
    word: AtomicU32,
    queue: Lock<Queue>,
}

struct Queue {
    waiting: WaitList,
    beaten: WaitList,
}

impl Queue {
    const fn line(&mut self, line: Line) -> &mut WaitList {
        match line {
            Line::Waiting => &mut self.waiting,
            Line::Beaten => &mut self.beaten,
        }
    }

    const fn bits(&self) -> u32 {
        bits(!self.waiting.is_empty(), !self.beaten.is_empty())
    }
}

/// What the word says of the two lines.
const fn bits(are_waiting: bool, are_beaten: bool) -> u32 {
    (if are_waiting || are_beaten { QUEUED } else { 0 }) | (if are_beaten { OWED } else { 0 })
}

impl RawMutex {
    taut_core::const_fn! {
        pub(crate) fn new() -> Self {
            let queue = Queue { waiting: WaitList::new(), beaten: WaitList::new() };
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
        let queue = self.queue.lock();
        queue.waiting.len() + queue.beaten.len()
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
        // Nobody waits, or somebody is on the way already and nobody was beaten.
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

    /// Hands our lock over, or lets go of it and calls somebody. A verdict comes last: who has it goes by
    /// the word.
    fn pass_on(&self, queue: &mut Queue) -> Option<Waker> {
        let Queue { waiting, beaten } = queue;
        if let Some(waiter) = beaten.claim_first(Seeker::TASK) {
            self.settle(0, bits(!waiting.is_empty(), !waiter.is_last()));
            return waiter.finish(Verdict::Done);
        }
        let mut is_select = false;
        let found = waiting.claim_where(Seeker::TASK, |one| {
            is_select = one.is_select();
            Wanted::Yes
        });
        let Some(waiter) = found else {
            self.settle(HELD, queue.bits());
            return None;
        };
        let left = bits(!waiter.is_last(), !beaten.is_empty());
        if is_select {
            self.settle(0, left);
        } else {
            // SAFETY: who is in the queue has a summons in its slot, which needs no drop.
            let _ = unsafe { waiter.room() }.put(Summons::Called);
            self.settle(HELD, left | CALLED);
        }
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

    /// One who was called tries to take the lock. False: it is beaten.
    pub(crate) fn answer(&self) -> bool {
        // ORDERING: Relaxed, the exchanges decide.
        let mut word = self.word.load(Ordering::Relaxed);
        while !self.take(word, CALLED) {
            // In one step with seeing that it is held: the unlock that comes after this calls another.
            let beaten = |word: u32| (word & HELD != 0).then_some(word & !CALLED);
            // ORDERING: Relaxed, nothing is passed on by that.
            match self.word.fetch_update(Ordering::Relaxed, Ordering::Relaxed, beaten) {
                Ok(_) => return false,
                Err(free) => word = free,
            }
        }
        true
    }

    /// Takes the lock, or a place in a line.
    ///
    /// # Safety
    ///
    /// The waiter is queued, and while it is it is only ever enrolled here, in this line.
    pub(crate) unsafe fn enroll(
        &self,
        line: Line,
        waiter: Pin<&Waiter<Summons>>,
        visit: &mut Visit<'_>,
    ) -> Enrolled {
        let queue = &mut *self.queue.lock();
        // SAFETY: queued, by the caller.
        if let Some(verdict) = unsafe { waiter.header().verdict() } {
            return Enrolled::Decided(verdict);
        }
        // SAFETY: queued, by the caller, and this is its list.
        if !unsafe { queue.line(line).contains(waiter.header()) } {
            // SAFETY: it is in no list and has no verdict, so its slot is ours.
            let _ = unsafe { waiter.slot().vacant() }.put(Summons::Handed);
        }
        let announced = bits(true, line == Line::Beaten);
        // X2. ORDERING: Relaxed, taking the lock is what orders.
        let word = self.word.fetch_or(announced, Ordering::Relaxed) | announced;
        if self.take(word, 0) {
            // SAFETY: as above.
            unsafe { queue.line(line).remove(waiter.header()) };
            self.settle(0, queue.bits());
            return Enrolled::Decided(Verdict::Done);
        }
        // SAFETY: by the caller; under the lock of the list.
        unsafe { visit.queue(queue.line(line), waiter) }
    }

    /// Gives up the place in a line.
    ///
    /// # Safety
    ///
    /// It was enrolled in this line.
    pub(crate) unsafe fn leave(&self, line: Line, waiter: &Waiter<Summons>) {
        let mut queue = self.queue.lock();
        // SAFETY: by the caller.
        unsafe { queue.line(line).remove(waiter.header()) };
        self.settle(0, queue.bits());
        drop(queue);
        self.nudge();
    }

    /// What a waiter was given is not wanted any more.
    ///
    /// # Safety
    ///
    /// It has a verdict, and its slot is ours.
    pub(crate) unsafe fn undo(&self, slot: &Slot<Summons>) {
        // SAFETY: by the caller.
        match unsafe { slot.filled() }.take() {
            Summons::Called => {
                // ORDERING: Relaxed, nothing is passed on.
                self.word.fetch_and(!CALLED, Ordering::Relaxed);
                self.nudge();
            }
            // SAFETY: it was handed over.
            Summons::Handed => unsafe { self.unlock() },
        }
    }
}

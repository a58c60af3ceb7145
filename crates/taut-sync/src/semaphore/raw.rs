//! The word and the queue of a [`Semaphore`](super::Semaphore): how many units are free, and who comes
//! next.
//!
//! Units are given back by a single addition. Whoever does that while somebody waits, or while units are
//! owed, goes to the queue then and sees to it: units that are owed are withheld, and the waiters at the
//! front are granted what they ask for, until one asks for more than there is.
//!
//! The word:
//!
//! ```text
//! | .. 2       | 1      | 0    |
//! | free units | CLOSED | BUSY |
//! ```
//!
//! # Invariants
//!
//! - S1. Units that are free, plus those in permits, make `capacity + debt`; while anything is owed
//!   nothing is free, but for a moment: then those that are owed are nobody's.
//! - S2. `BUSY` is set, under the lock of the queue, before anybody is in it, or `debt` is not zero, or it
//!   is closed; it is cleared when none of that is so. While it is set, units are taken under that lock
//!   only. Who gives units back and finds it set comes by.
//! - S3. Whenever the lock is free: the first who waits asks for more than is free, or is a select that
//!   is just looking and was told to look again, or somebody is about to come by. Nobody is passed:
//!   behind a select that is just looking the others wait until it has looked.

use std::pin::Pin;

use taut_core::sync::{AtomicUsize, Lock, Ordering};
use taut_core::{
    Enrolled, Seeker, Verdict, Visit, WaitList, Waiter, WakeBatch, Wanted, in_batches,
};

use super::error::TryAcquireError;
use super::petition::Petition;

const BUSY: usize = 1;
const CLOSED: usize = 2;
const UNIT: usize = 4;

/// More is not counted.
pub(super) const MAX_CAPACITY: usize = usize::MAX / UNIT;

const fn units(word: usize) -> usize {
    word / UNIT
}

/// A semaphore without its public face.
pub(crate) struct RawSemaphore {
    word: AtomicUsize,
    /// Written under the lock of the queue.
    capacity: AtomicUsize,
    queue: Lock<Queue>,
}

struct Queue {
    waiters: WaitList,
    /// Units in permits that are withheld when they come back: the capacity was reduced.
    debt: usize,
    /// The capacity was reduced, and not everybody who waits has been looked at since.
    shrunk: bool,
}

impl Queue {
    /// How many of the units that are free are not owed. While there is debt, some may have come back that
    /// nobody has withheld yet.
    const fn spare(&self, word: usize) -> usize {
        units(word).saturating_sub(self.debt)
    }
}

/// How a semaphore stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct State {
    pub(crate) capacity: usize,
    pub(crate) available: usize,
    pub(crate) in_use: usize,
    pub(crate) waiters: usize,
}

impl RawSemaphore {
    taut_core::const_fn! {
        pub(crate) fn new(capacity: usize) -> Self {
            let capacity = if capacity < MAX_CAPACITY { capacity } else { MAX_CAPACITY };
            let queue = Queue { waiters: WaitList::new(), debt: 0, shrunk: false };
            Self {
                word: AtomicUsize::new(capacity * UNIT),
                capacity: AtomicUsize::new(capacity),
                queue: Lock::new(queue),
            }
        }
    }

    pub(crate) fn capacity(&self) -> usize {
        // ORDERING: Relaxed, a number by itself.
        self.capacity.load(Ordering::Relaxed)
    }

    pub(crate) fn is_closed(&self) -> bool {
        // ORDERING: Relaxed, a flag by itself.
        self.word.load(Ordering::Relaxed) & CLOSED != 0
    }

    pub(crate) fn available(&self) -> usize {
        // ORDERING: Relaxed, it is a hint.
        units(self.word.load(Ordering::Relaxed))
    }

    pub(crate) fn state(&self) -> State {
        let queue = self.queue.lock();
        let (capacity, available) = (self.capacity(), self.available());
        // Units that come back are counted before what is owed is taken out of them: S1.
        let in_use = (capacity + queue.debt).saturating_sub(available);
        State { capacity, available, in_use, waiters: queue.waiters.len() }
    }

    /// Takes so many units, if they are free and nobody waits.
    #[inline(always)]
    pub(crate) fn try_acquire(&self, asked: usize) -> Result<(), TryAcquireError> {
        // ORDERING: Relaxed, the exchange decides.
        let mut word = self.word.load(Ordering::Relaxed);
        while word & (BUSY | CLOSED) == 0 && units(word) >= asked {
            let left = word - asked * UNIT;
            // ORDERING: Acquire pairs with the Release of who gave units back: HB-21.
            match self.word.compare_exchange_weak(word, left, Ordering::Acquire, Ordering::Relaxed)
            {
                Ok(_) => return Ok(()),
                Err(other) => word = other,
            }
        }
        self.try_acquire_busy(asked)
    }

    #[cold]
    #[inline(never)]
    fn try_acquire_busy(&self, asked: usize) -> Result<(), TryAcquireError> {
        // ORDERING: Acquire pairs with the Release of a resize: the capacity is no older.
        let word = self.word.load(Ordering::Acquire);
        self.could_grant(word, asked)?;
        if units(word) < asked {
            return Err(TryAcquireError::NoPermits);
        }
        // Somebody waits, or those who did were decided elsewhere.
        let mut queue = self.queue.lock();
        // It may have been closed or resized since. ORDERING: Relaxed, both are done under the lock.
        let could_grant = self.could_grant(self.word.load(Ordering::Relaxed), asked);
        let is_first = !queue.waiters.has_more_than(0, Seeker::TASK) && queue.waiters.is_empty();
        let taken = could_grant.is_ok() && is_first && self.take(&queue, asked);
        self.settle(&queue);
        could_grant?;
        if taken { Ok(()) } else { Err(TryAcquireError::NoPermits) }
    }

    /// Whether so many units could ever be granted, as things stand.
    fn could_grant(&self, word: usize, asked: usize) -> Result<(), TryAcquireError> {
        let capacity = self.capacity();
        if word & CLOSED != 0 {
            Err(TryAcquireError::Closed)
        } else if asked > capacity {
            Err(TryAcquireError::TooLarge { requested: asked, capacity })
        } else {
            Ok(())
        }
    }

    /// Takes so many units, if they are free. Leaves `BUSY` set.
    fn take(&self, queue: &Queue, asked: usize) -> bool {
        // S2. ORDERING: Acquire, as in `try_acquire`.
        let word = self.word.fetch_or(BUSY, Ordering::Acquire);
        if queue.spare(word) < asked {
            return false;
        }
        // ORDERING: Relaxed, what comes in between are additions.
        self.word.fetch_sub(asked * UNIT, Ordering::Relaxed);
        true
    }

    /// Clears `BUSY` if nothing calls for it.
    fn settle(&self, queue: &Queue) {
        if queue.waiters.is_empty() && queue.debt == 0 && !self.is_closed() {
            // ORDERING: Relaxed, it passes nothing on.
            self.word.fetch_and(!BUSY, Ordering::Relaxed);
        }
    }

    /// Gives so many units back.
    ///
    /// # Safety
    ///
    /// They were taken, and are given back once: S1.
    #[inline(always)]
    pub(crate) unsafe fn release(&self, units: usize) {
        // ORDERING: Release pairs with the Acquire of who takes them.
        let word = self.word.fetch_add(units * UNIT, Ordering::Release);
        if word & BUSY != 0 {
            self.see_to();
        }
    }

    /// Changes something under the lock of the queue, and then sees to whatever follows.
    #[cold]
    #[inline(never)]
    fn change(&self, change: impl FnOnce(&mut Queue, &AtomicUsize)) {
        let mut change = Some(change);
        in_batches(|wakes| {
            let queue = &mut *self.queue.lock();
            // S2. ORDERING: Relaxed, see `grant`.
            self.word.fetch_or(BUSY, Ordering::Relaxed);
            if let Some(change) = change.take() {
                change(queue, &self.word);
            }
            self.withhold(queue);
            // Those whom a close has not come to yet are its own.
            let is_done = self.is_closed() || self.refuse(queue, wakes) && self.grant(queue, wakes);
            self.settle(queue);
            is_done
        });
    }

    /// Takes what is owed out of what is free.
    fn withhold(&self, queue: &mut Queue) {
        if queue.debt > 0 {
            let paid = queue.debt.min(self.available());
            // What comes in between are additions: S2. ORDERING: Release, see `try_acquire_busy`.
            self.word.fetch_sub(paid * UNIT, Ordering::Release);
            queue.debt -= paid;
        }
    }

    /// After the capacity was reduced: refuses those who ask for more, while the batch has space.
    fn refuse(&self, queue: &mut Queue, wakes: &mut WakeBatch) -> bool {
        if !queue.shrunk {
            return true;
        }
        let capacity = self.capacity();
        let is_done = queue.waiters.finish_where(
            wakes,
            // SAFETY: who is in the queue has a petition in its slot.
            |one| unsafe { one.value::<Petition>() }.asks() > capacity,
            |waiter| {
                // SAFETY: as above, and it needs no drop.
                let _ = unsafe { waiter.room() }.put(Petition::Refused(capacity));
                waiter.finish(Verdict::Closed)
            },
        );
        queue.shrunk = !is_done;
        is_done
    }

    /// Grants those at the front what they ask for, while the batch has space.
    fn grant(&self, queue: &mut Queue, wakes: &mut WakeBatch) -> bool {
        while wakes.has_space(1) {
            // ORDERING: Acquire, as in `try_acquire`; the verdict passes it on.
            let free = queue.spare(self.word.load(Ordering::Acquire));
            let mut asked = 0;
            let found = queue.waiters.claim_where(Seeker::TASK, |one| {
                // SAFETY: who is in the queue has a petition in its slot.
                asked = unsafe { one.value::<Petition>() }.asks();
                if asked <= free { Wanted::YesOrNone } else { Wanted::NorWhatFollows }
            });
            let Some(waiter) = found else { return true };
            // ORDERING: Relaxed, what comes in between are additions: S2.
            self.word.fetch_sub(asked * UNIT, Ordering::Relaxed);
            wakes.extend(waiter.finish(Verdict::Done));
        }
        false
    }

    /// Makes `capacity` what it is from now on.
    pub(crate) fn resize(&self, capacity: usize) {
        let capacity = capacity.min(MAX_CAPACITY);
        self.change(|queue, word| {
            let before = self.capacity();
            // ORDERING: Relaxed, a number by itself.
            self.capacity.store(capacity, Ordering::Relaxed);
            match capacity.checked_sub(before) {
                // What is owed comes first, so that the word never counts more than there may be.
                // ORDERING: Release, see `try_acquire_busy`.
                Some(more) => {
                    let paid = more.min(queue.debt);
                    queue.debt -= paid;
                    word.fetch_add((more - paid) * UNIT, Ordering::Release);
                }
                None => {
                    queue.debt += before - capacity;
                    queue.shrunk = true;
                }
            }
        });
    }

    /// So many units that were taken never come back: the capacity shrinks by them.
    ///
    /// # Safety
    ///
    /// As [`release`](Self::release), instead of which this is.
    pub(crate) unsafe fn forget(&self, units: usize) {
        self.change(|queue, _| {
            let before = self.capacity();
            let capacity = before.saturating_sub(units);
            // If more was owed than the capacity was, that much less is owed: S1.
            queue.debt -= units - (before - capacity);
            queue.shrunk = true;
            // ORDERING: Relaxed, a number by itself.
            self.capacity.store(capacity, Ordering::Relaxed);
        });
    }

    /// Refuses everybody, from now on. False: it was closed already.
    pub(crate) fn close(&self) -> bool {
        let mut was_open = None;
        in_batches(|wakes| {
            let queue = &mut *self.queue.lock();
            // ORDERING: Relaxed, a flag by itself.
            let word = self.word.fetch_or(CLOSED | BUSY, Ordering::Relaxed);
            was_open.get_or_insert(word & CLOSED == 0);
            queue.waiters.finish_all(wakes, Verdict::Closed)
        });
        was_open.unwrap_or(false)
    }

    /// Takes the units, or a place in the queue. With the units: whether others wait, who may be granted
    /// what they ask for now, by [`see_to`](Self::see_to).
    ///
    /// # Safety
    ///
    /// The waiter is queued, and is only ever enrolled here; its slot holds a petition.
    pub(crate) unsafe fn enroll(
        &self,
        asked: usize,
        waiter: Pin<&Waiter<Petition>>,
        visit: &mut Visit<'_>,
    ) -> (Enrolled, bool) {
        let mut guard = self.queue.lock();
        let queue = &mut *guard;
        // SAFETY: by the caller.
        if let Some(verdict) = unsafe { waiter.header().verdict() } {
            return (Enrolled::Decided(verdict), false);
        }
        // S2: before it is in. ORDERING: Relaxed, who sees it takes the lock.
        let word = self.word.fetch_or(BUSY, Ordering::Relaxed);
        let capacity = self.capacity();
        // SAFETY: by the caller, and this is its list.
        let verdict = if word & CLOSED != 0 || asked > capacity {
            Verdict::Closed
        } else if unsafe { queue.waiters.leads(waiter.header(), visit.seeker()) }
            && self.take(queue, asked)
        {
            Verdict::Done
        } else {
            // SAFETY: as above, under the lock.
            return (unsafe { visit.queue(&mut queue.waiters, waiter) }, false);
        };
        // SAFETY: as above.
        let was_in = unsafe { queue.waiters.remove(waiter.header()) };
        self.settle(queue);
        let is_followed = was_in && !queue.waiters.is_empty();
        drop(guard);
        if verdict == Verdict::Done {
            return (Enrolled::Decided(verdict), is_followed);
        }
        if is_followed {
            // S3. Before it is refused: if a waker panics, it asks for as much as ever.
            self.see_to();
        }
        if word & CLOSED == 0 {
            // SAFETY: it is in no list and has no verdict, so its slot is ours.
            let _ = unsafe { waiter.slot().vacant() }.put(Petition::Refused(capacity));
        }
        (Enrolled::Decided(verdict), false)
    }

    /// Gives up the place in the queue: whoever stood behind may be granted what it asks for.
    ///
    /// # Safety
    ///
    /// As [`enroll`](Self::enroll).
    pub(crate) unsafe fn leave(&self, waiter: &Waiter<Petition>) {
        self.change(|queue, _| {
            // SAFETY: by the caller, and this is its list.
            unsafe { queue.waiters.remove(waiter.header()) };
        });
    }

    /// Grants whoever waits what can be granted.
    pub(crate) fn see_to(&self) {
        self.change(|_, _| {});
    }
}

//! What the handles and tokens of a wait group share, and the counted pointers to it.
//!
//! # Invariants
//!
//! - W1. The word counts the owned pointers: [`Handle`]s and [`Share`]s. The group is freed by who
//!   brings both counts to zero.
//! - W2. Who is in the list came while tokens were out, and has set `WAITED` under the lock. While it is
//!   set the last token is given back under the lock, in one step with the closing of the crowd and
//!   with taking `WAITED` back. So a round is over at one instant, at which exactly its waiters are
//!   released: no token of the next round, and no waiter of it, comes in between.
//! - W3. A panic is in the state before `PANICKED` is set, and that is set before the token is given back
//!   that was out when it happened. So whoever finds no tokens finds the flag.

use std::fmt;
use std::ops::Deref;
use std::ptr::NonNull;

use taut_core::monitor::{Condition, Crowd, Glance, Monitor, Until};
use taut_core::sync::{AtomicU64, Ordering};
use taut_core::{Waiting, in_batches};

use super::panicked::{Kept, Payload};
use super::word::Word;

/// A wait group.
pub(super) struct Group {
    word: AtomicU64,
    monitor: Monitor<Inside>,
}

/// What is under its lock.
#[derive(Default)]
pub(super) struct Inside {
    crowd: Crowd,
    panicked: Option<Kept>,
}

impl Group {
    #[inline(always)]
    fn look(&self, ordering: Ordering) -> Word {
        Word::new(self.word.load(ordering))
    }

    /// Counts one more of `unit`.
    #[inline(always)]
    fn add(&self, unit: u64) {
        // ORDERING: Relaxed, as for `Arc`: who counts up has a pointer already.
        if Word::new(self.word.fetch_add(unit, Ordering::Relaxed)).is_full() {
            // Handles or tokens were leaked until the count is about to turn over.
            std::process::abort();
        }
    }

    pub(super) fn count(&self) -> usize {
        self.look(Ordering::Relaxed).count()
    }

    pub(super) fn waiters(&self) -> usize {
        self.monitor.lock().waiting()
    }

    #[inline(always)]
    pub(super) fn is_panicked(&self) -> bool {
        // ORDERING: Relaxed. W3: it is the word itself, or the lock, that told of the zero before.
        self.look(Ordering::Relaxed).is_panicked()
    }

    /// Under the lock. Whether no token is out; if not, whoever gives the last one back is to tell.
    fn is_zero_or_waited(&self) -> bool {
        // ORDERING: Acquire, as in `Zero::glance`.
        let mut bits = self.word.load(Ordering::Acquire);
        loop {
            let word = Word::new(bits);
            if word.tokens() == 0 || word.is_waited() {
                return word.tokens() == 0;
            }
            // ORDERING: Relaxed: who sees the flag takes the lock.
            let (set, acquire) = (Ordering::Relaxed, Ordering::Acquire);
            match self.word.compare_exchange_weak(bits, bits | Word::WAITED, set, acquire) {
                Ok(_) => return false,
                Err(current) => bits = current,
            }
        }
    }

    /// Under the lock. Gives a token back; true if the round is over with that.
    fn step_down(&self) -> bool {
        let mut bits = self.word.load(Ordering::Relaxed);
        loop {
            let is_last = Word::new(bits).tokens() == 1;
            let flags = if is_last { bits & !Word::WAITED } else { bits };
            let after = flags - Word::TOKEN;
            // ORDERING: Release as for any token; Acquire, since the others of the round are handed on
            // with the lock to those who wait.
            let (step, failed) = (Ordering::AcqRel, Ordering::Relaxed);
            match self.word.compare_exchange_weak(bits, after, step, failed) {
                Ok(_) => return is_last,
                Err(current) => bits = current,
            }
        }
    }

    /// Keeps a panic, unless one was kept before. What its own task is to go on with.
    #[cold]
    pub(super) fn record(&self, payload: Payload) -> Payload {
        let (kept, twin) = Kept::split(payload);
        let mut inside = self.monitor.lock();
        if inside.panicked.is_some() {
            drop(inside);
            return kept.into_payload().unwrap_or(twin);
        }
        inside.panicked = Some(kept);
        // ORDERING: Relaxed: W3 is the order of two steps on one word, and the rest is under the lock.
        self.word.fetch_or(Word::PANICKED, Ordering::Relaxed);
        twin
    }

    /// Raises the panic that was kept, if any.
    #[inline(always)]
    #[track_caller]
    pub(super) fn raise(&self) {
        if self.is_panicked() {
            self.raise_kept();
        }
    }

    /// What the panic said that was kept, if any.
    pub(super) fn kept(&self) -> Option<crate::Panicked> {
        if !self.is_panicked() {
            return None;
        }
        let inside = self.monitor.lock();
        let message = inside.panicked.as_ref().map(Kept::message);
        drop(inside);
        message.map(|message| crate::Panicked::from_message(message.as_str().to_owned()))
    }

    #[cold]
    #[inline(never)]
    #[track_caller]
    fn raise_kept(&self) {
        let raised = self.monitor.lock().panicked.as_mut().map(Kept::next);
        if let Some(raised) = raised {
            raised.raise();
        }
    }

    /// Gives a token back.
    ///
    /// # Safety
    ///
    /// It was counted, and is used no more.
    #[inline]
    unsafe fn give_back(this: NonNull<Self>) {
        // SAFETY: W1, it is still counted.
        let word = unsafe { &(*this.as_ptr()).word };
        let mut bits = word.load(Ordering::Relaxed);
        loop {
            if Word::new(bits).is_last_awaited() {
                // SAFETY: by the caller.
                return unsafe { Self::give_last_back(this) };
            }
            // ORDERING: Release: what the holder did happens before the wait that sees it.
            let (step, failed) = (Ordering::Release, Ordering::Relaxed);
            match word.compare_exchange_weak(bits, bits - Word::TOKEN, step, failed) {
                Ok(_) => break,
                Err(current) => bits = current,
            }
        }
        if Word::new(bits - Word::TOKEN).is_deserted() {
            // SAFETY: W1, we brought both to zero.
            unsafe { Self::free(this) };
        }
    }

    /// Gives the last token of a round back, and releases who waits for that: W2.
    ///
    /// # Safety
    ///
    /// As [`give_back`](Self::give_back).
    #[cold]
    #[inline(never)]
    unsafe fn give_last_back(this: NonNull<Self>) {
        // SAFETY: W1. It stays in memory until all are told.
        let group = unsafe { Handle::another(this) };
        let mut over = None;
        in_batches(|wakes| {
            let mut inside = group.monitor.lock();
            let mark = match over {
                Some(mark) => mark,
                // Others may have come meanwhile.
                None if !group.step_down() => return true,
                None => *over.insert(inside.crowd.close()),
            };
            inside.release_until(mark, wakes)
        });
    }

    /// # Safety
    ///
    /// Both counts came to zero, just now and by us.
    #[cold]
    #[inline(never)]
    unsafe fn free(this: NonNull<Self>) {
        // ORDERING: Acquire pairs with the Release of those who left before, as in `std::sync::Arc`.
        // SAFETY: by the caller.
        unsafe { this.as_ref() }.word.load(Ordering::Acquire);
        // SAFETY: it came from a box, and nobody else has it.
        drop(unsafe { Box::from_raw(this.as_ptr()) });
    }
}

/// A counted pointer that keeps the group, and holds up nobody.
pub(super) struct Handle(NonNull<Group>);

/// A counted pointer that keeps the group, and is counted by it.
pub(super) struct Share(NonNull<Group>);

// SAFETY: a group is shared among threads: the word is atomic, and the rest is under the lock.
unsafe impl Send for Handle {}
// SAFETY: as above.
unsafe impl Sync for Handle {}
// SAFETY: as above.
unsafe impl Send for Share {}
// SAFETY: as above.
unsafe impl Sync for Share {}

impl Handle {
    /// Of a new group.
    pub(super) fn new() -> Self {
        let group =
            Group { word: AtomicU64::new(Word::HANDLE), monitor: Monitor::new(Inside::default()) };
        Self(NonNull::from(Box::leak(Box::new(group))))
    }

    /// # Safety
    ///
    /// Somebody is counted.
    unsafe fn another(group: NonNull<Group>) -> Self {
        // SAFETY: W1.
        unsafe { group.as_ref() }.add(Word::HANDLE);
        Self(group)
    }

    #[inline]
    pub(super) fn share(&self) -> Share {
        self.add(Word::TOKEN);
        Share(self.0)
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    /// Waits for zero, and keeps the group meanwhile.
    pub(super) fn into_until_zero(self) -> Waiting<Until<'static, Inside, Zero<Self>>> {
        // SAFETY: it is borrowed by what owns the handle, which is dropped with the condition: after
        // the wait was given up, and never if that was leaked.
        let group = unsafe { &*self.0.as_ptr() };
        group.monitor.until(Zero(self))
    }
}

impl Share {
    pub(super) fn handle(&self) -> Handle {
        // SAFETY: we are counted.
        unsafe { Handle::another(self.0) }
    }
}

impl Deref for Handle {
    type Target = Group;

    #[inline(always)]
    fn deref(&self) -> &Group {
        // SAFETY: W1.
        unsafe { self.0.as_ref() }
    }
}

impl Deref for Share {
    type Target = Group;

    #[inline(always)]
    fn deref(&self) -> &Group {
        // SAFETY: W1.
        unsafe { self.0.as_ref() }
    }
}

impl Clone for Handle {
    #[inline]
    fn clone(&self) -> Self {
        self.add(Word::HANDLE);
        Self(self.0)
    }
}

impl Clone for Share {
    #[inline]
    fn clone(&self) -> Self {
        self.add(Word::TOKEN);
        Self(self.0)
    }
}

impl Drop for Handle {
    #[inline]
    fn drop(&mut self) {
        // ORDERING: Release pairs with the Acquire of who frees it.
        let before = self.word.fetch_sub(Word::HANDLE, Ordering::Release);
        if Word::new(before - Word::HANDLE).is_deserted() {
            // SAFETY: W1, we brought both to zero.
            unsafe { Group::free(self.0) };
        }
    }
}

impl Drop for Share {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: it was counted, and is gone.
        unsafe { Group::give_back(self.0) };
    }
}

/// That no token is out.
pub(super) struct Zero<G>(G);

impl<G: Deref<Target = Group>> Zero<G> {
    /// At the end of a wait.
    #[inline(always)]
    pub(super) fn raise(&self) {
        self.0.raise();
    }

    /// At the end of a wait that raises nothing.
    pub(super) fn outcome(&self) -> Result<(), crate::Panicked> {
        self.0.kept().map_or(Ok(()), Err)
    }
}

impl<G: Deref<Target = Group>> Condition<Inside> for Zero<G> {
    #[inline(always)]
    fn glance(&self) -> Glance {
        // ORDERING: Acquire pairs with the Release of every token that was given back: each is a
        // read-modify-write of the same word, so the chain of them is unbroken.
        let word = self.0.look(Ordering::Acquire);
        if word.tokens() == 0 {
            return Glance::Met;
        }
        // Not to the letter: a count that came to zero and back to the same, with the same handles,
        // is taken for one that stood still. A version of its own would cost each token a third
        // read-modify-write; `Unknown` would cost a lock, and notice less.
        Glance::Unmet(word.bits())
    }

    fn is_met(&self, _: &Inside) -> bool {
        self.0.is_zero_or_waited()
    }

    fn crowd(inside: &mut Inside) -> Option<&mut Crowd> {
        Some(&mut inside.crowd)
    }
}

impl Group {
    /// Waits for zero.
    #[inline]
    pub(super) fn until_zero(&self) -> Waiting<Until<'_, Inside, Zero<&Self>>> {
        self.monitor.until(Zero(self))
    }
}

impl<G: Deref<Target = Group>> fmt::Debug for Zero<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Zero").field(&self.0.count()).finish()
    }
}

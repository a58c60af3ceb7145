//! The list of those who wait: first come, first served, with O(1) withdrawal.
//!
//! Intrusive and doubly linked; the nodes are inside the waiting futures. The list stands inside a
//! [`Lock`](crate::sync::Lock), and `&mut WaitList` is the proof that the lock is held.
//!
//! # Invariants
//!
//! - Q1. Every linked waiter is alive and stays where it is (W3 of [`waiter`](crate::waiter)).
//! - Q2. `len` waiters are linked from `head` to `tail`, and each of them is `Place::Linked`.

use std::marker::PhantomData;
use std::pin::Pin;
use std::ptr::{self, NonNull};
use std::task::Waker;

use crate::claim::{Outcome, Seeker};
use crate::waiter::{Header, Place, Verdict, Waiter};
use crate::wake::WakeBatch;

mod found;

pub use self::found::{Candidate, Claimed, Wanted};

/// A first-come-first-served list of waiters.
///
/// # Examples
///
/// ```
/// let list = taut_core::WaitList::new();
/// assert!(list.is_empty());
/// ```
#[derive(Debug)]
pub struct WaitList {
    head: Option<NonNull<Header>>,
    tail: Option<NonNull<Header>>,
    len: usize,
}

// SAFETY: the nodes are reached under the lock around the list only (W2), from whatever thread.
unsafe impl Send for WaitList {}

impl WaitList {
    /// An empty list.
    #[must_use]
    pub const fn new() -> Self {
        Self { head: None, tail: None, len: 0 }
    }

    /// Whether nobody is in it.
    #[inline(always)]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.head.is_none()
    }

    /// How many are in it. A select that was decided elsewhere counts until somebody meets it.
    #[inline(always)]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether `header` is in this list.
    ///
    /// # Safety
    ///
    /// `header` is queued, and this is the only list it is ever on.
    #[must_use]
    pub unsafe fn contains(&self, header: &Header) -> bool {
        // SAFETY: queued, and `&self` is the lock, by the caller.
        matches!(unsafe { header.place() }, Place::Linked { .. })
    }

    /// Adds `waiter` at the end.
    ///
    /// # Safety
    ///
    /// `waiter` is queued, in no list, and will not go before it has left this one.
    pub unsafe fn push_back<S>(&mut self, waiter: Pin<&Waiter<S>>) {
        let link = waiter.as_link();
        // SAFETY: queued and known to nobody else, by the caller.
        unsafe { waiter.header().set_place(Place::Linked { prev: self.tail, next: None }) };
        match self.tail {
            // SAFETY: Q1 and Q2.
            Some(tail) => unsafe { Self::relink(tail, |place| place.next = Some(link)) },
            None => self.head = Some(link),
        }
        self.tail = Some(link);
        self.len += 1;
    }

    /// Takes `header` out, if it is in. False: it was not.
    ///
    /// # Safety
    ///
    /// As [`contains`](Self::contains).
    pub unsafe fn remove(&mut self, header: &Header) -> bool {
        // SAFETY: queued, and `&mut self` is the lock, by the caller.
        let Place::Linked { prev, next } = (unsafe { header.place() }) else { return false };
        match prev {
            // SAFETY: Q1 and Q2.
            Some(prev) => unsafe { Self::relink(prev, |place| place.next = next) },
            None => self.head = next,
        }
        match next {
            // SAFETY: Q1 and Q2.
            Some(next) => unsafe { Self::relink(next, |place| place.prev = prev) },
            None => self.tail = prev,
        }
        // SAFETY: as above.
        unsafe { header.set_place(Place::Out) };
        self.len -= 1;
        true
    }

    /// # Safety
    ///
    /// `link` is linked in a list that is borrowed mutably.
    unsafe fn relink(link: NonNull<Header>, change: impl FnOnce(&mut Neighbours)) {
        // SAFETY: Q1.
        let header = unsafe { link.as_ref() };
        // SAFETY: the list is borrowed mutably, by the caller.
        if let Place::Linked { prev, next } = unsafe { header.place() } {
            let mut neighbours = Neighbours { prev, next };
            change(&mut neighbours);
            let Neighbours { prev, next } = neighbours;
            // SAFETY: as above.
            unsafe { header.set_place(Place::Linked { prev, next }) };
        }
    }

    /// Claims the first waiter that can be claimed and takes it out of the list.
    ///
    /// A task's waiter is claimed by being taken out. A select that was decided elsewhere is only
    /// taken out; one that is deciding at this moment is told that it missed something, and keeps its
    /// place; the seeker never meets itself.
    #[inline]
    pub fn claim_first(&mut self, seeker: Seeker<'_>) -> Option<Claimed<'_>> {
        self.claim_where(seeker, |_| Wanted::Yes)
    }

    /// As [`claim_first`](Self::claim_first), among the waiters that are wanted.
    #[inline(always)]
    pub fn claim_where(
        &mut self,
        seeker: Seeker<'_>,
        mut wanted: impl FnMut(Candidate<'_>) -> Wanted,
    ) -> Option<Claimed<'_>> {
        let mut next = self.head;
        while let Some(link) = next {
            // SAFETY: Q1.
            let header = unsafe { link.as_ref() };
            // SAFETY: linked, and `&mut self` is the lock.
            if let Place::Linked { next: following, .. } = unsafe { header.place() } {
                next = following;
            }
            let verdict = wanted(Candidate { link, _list: PhantomData });
            match verdict {
                Wanted::Yes | Wanted::YesOrNone => {}
                Wanted::No => continue,
                Wanted::NorWhatFollows => {
                    // SAFETY: linked, and `&mut self` is the lock.
                    if unsafe { Self::probe(header, seeker) } != Outcome::Lost {
                        return None;
                    }
                    // SAFETY: linked in this list.
                    unsafe { self.remove(header) };
                    continue;
                }
            }
            // SAFETY: linked in this list.
            match unsafe { self.take(header, seeker) } {
                Outcome::Won => return Some(Claimed { link, list: self }),
                Outcome::Busy if verdict == Wanted::YesOrNone => return None,
                Outcome::Busy | Outcome::Lost => {}
            }
        }
        None
    }

    /// Whether nobody stands before `header`, which is in this list or about to be added. Those at the
    /// front that were decided elsewhere are taken out.
    ///
    /// # Safety
    ///
    /// As [`contains`](Self::contains).
    pub unsafe fn leads(&mut self, header: &Header, seeker: Seeker<'_>) -> bool {
        while let Some(link) = self.head {
            // SAFETY: Q1.
            let first = unsafe { link.as_ref() };
            if ptr::eq(first, header) {
                return true;
            }
            // SAFETY: linked, and `&mut self` is the lock.
            if unsafe { Self::probe(first, seeker) } != Outcome::Lost {
                return false;
            }
            // SAFETY: linked in this list.
            unsafe { self.remove(first) };
        }
        true
    }

    /// Whether more than `count` waiters could be claimed. Those that were decided elsewhere are taken
    /// out; those that are deciding are told that they missed something, and not counted.
    pub fn has_more_than(&mut self, count: usize, seeker: Seeker<'_>) -> bool {
        let (mut next, mut found) = (self.head, 0);
        while let Some(link) = next {
            // SAFETY: Q1.
            let header = unsafe { link.as_ref() };
            // SAFETY: linked, and `&mut self` is the lock.
            if let Place::Linked { next: following, .. } = unsafe { header.place() } {
                next = following;
            }
            // SAFETY: as above, and the reference ends with this round.
            match unsafe { Self::probe(header, seeker) } {
                Outcome::Won if found == count => return true,
                Outcome::Won => found += 1,
                Outcome::Busy => {}
                // SAFETY: linked in this list.
                Outcome::Lost => _ = unsafe { self.remove(header) },
            }
        }
        false
    }

    /// What an attempt to claim this waiter would come to.
    ///
    /// # Safety
    ///
    /// Linked, and the lock of its list is held.
    unsafe fn probe(header: &Header, seeker: Seeker<'_>) -> Outcome {
        // SAFETY: by the caller, and the reference ends here.
        unsafe { header.claim() }.map_or(Outcome::Won, |claim| seeker.probe(claim))
    }

    /// Claims those who are wanted, in one pass, and has `finish` give each its verdict, while the batch
    /// has space. False: somebody may be left.
    #[must_use = "wake the batch and come again"]
    pub fn finish_where(
        &mut self,
        wakes: &mut WakeBatch,
        mut wanted: impl FnMut(Candidate<'_>) -> bool,
        mut finish: impl FnMut(Claimed<'_>) -> Option<Waker>,
    ) -> bool {
        let mut next = self.head;
        while let Some(link) = next {
            // SAFETY: Q1.
            let header = unsafe { link.as_ref() };
            // SAFETY: linked, and `&mut self` is the lock.
            if let Place::Linked { next: following, .. } = unsafe { header.place() } {
                next = following;
            }
            if !wanted(Candidate { link, _list: PhantomData }) {
                continue;
            }
            if !wakes.has_space(1) {
                return false;
            }
            // SAFETY: linked, and `&mut self` is the lock; the reference ends with this round.
            if unsafe { self.take(header, Seeker::TASK) } == Outcome::Won {
                wakes.extend(finish(Claimed { link, list: self }));
            }
        }
        true
    }

    /// Tries to claim a waiter, and takes it out of the list unless it is to keep its place.
    ///
    /// # Safety
    ///
    /// Linked in this list.
    #[inline(always)]
    unsafe fn take(&mut self, header: &Header, seeker: Seeker<'_>) -> Outcome {
        // SAFETY: linked, and `&mut self` is the lock; the reference ends with this call.
        let outcome = match unsafe { header.claim() } {
            None => Outcome::Won,
            // SAFETY: linked, so it is queued.
            Some(claim) => seeker.claim(claim, unsafe { header.arm() }),
        };
        if outcome != Outcome::Busy {
            // SAFETY: linked in this list.
            unsafe { self.remove(header) };
        }
        outcome
    }

    /// Gives everybody who can be claimed the same verdict, while the batch has space. False: somebody
    /// may be left.
    #[must_use = "wake the batch and come again"]
    pub fn finish_all(&mut self, wakes: &mut WakeBatch, verdict: Verdict) -> bool {
        self.finish_where(wakes, |_| true, |waiter| waiter.finish(verdict))
    }
}

struct Neighbours {
    prev: Option<NonNull<Header>>,
    next: Option<NonNull<Header>>,
}

impl Default for WaitList {
    fn default() -> Self {
        Self::new()
    }
}

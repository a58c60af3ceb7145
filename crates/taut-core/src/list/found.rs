//! What a search of a list comes upon: candidates, and the waiter that it claimed.

use std::marker::PhantomData;
use std::ptr::NonNull;
use std::task::Waker;

use super::WaitList;
use crate::claim::Seeker;
use crate::slot::{Filled, Vacant};
use crate::waiter::{Header, Offer, Place, Verdict, Waiter};

/// One that waits, as a search sees it.
#[derive(Debug)]
pub struct Candidate<'a> {
    pub(super) link: NonNull<Header>,
    pub(super) _list: PhantomData<&'a WaitList>,
}

impl<'a> Candidate<'a> {
    fn header(&self) -> &'a Header {
        // SAFETY: Q1, and the list is borrowed by the search.
        unsafe { self.link.as_ref() }
    }

    /// What it brings or asks for.
    #[inline(always)]
    #[must_use]
    pub fn offer(&self) -> Offer {
        // SAFETY: only linked waiters are asked about, and those are queued.
        unsafe { self.header().offer() }
    }

    /// What stands in its slot.
    ///
    /// # Safety
    ///
    /// It was pushed as a `Waiter<S>` with this very `S`, and its slot holds a value, which nobody but
    /// who claims it changes while it is linked.
    #[inline(always)]
    #[must_use]
    pub unsafe fn value<S: Copy>(&self) -> S {
        // SAFETY: by the caller.
        let slot = unsafe { Waiter::slot_of(self.link) };
        // SAFETY: by the caller: it is linked, so its owner leaves it alone, and we hold the lock. A copy
        // leaves it as it is.
        unsafe { slot.filled() }.take()
    }

    /// Whether it is an arm of a select.
    #[inline(always)]
    #[must_use]
    pub fn is_select(&self) -> bool {
        // SAFETY: linked, and its list is borrowed by the search: that is the lock.
        unsafe { self.header().claim() }.is_some()
    }

    /// To look for others on its behalf: its own select is none of them.
    #[inline(always)]
    #[must_use]
    pub fn seeker(&self) -> Seeker<'a> {
        // SAFETY: linked, and its list is borrowed by the search: that is the lock.
        unsafe { self.header().claim() }
            .map_or(Seeker::TASK, |claim| Seeker::select(claim).committing())
    }
}

/// What a search says of one waiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// This one, if it can be claimed; else another.
    Yes,
    /// This one, if it can be claimed. If it is deciding at this moment then none: it would be passed.
    YesOrNone,
    /// Another.
    No,
    /// None from here on.
    NorWhatFollows,
}

/// A waiter that was claimed: ours until it is given its verdict, which must be soon and under the
/// same lock.
#[derive(Debug)]
#[must_use = "a claimed waiter waits for its verdict"]
pub struct Claimed<'a> {
    pub(super) link: NonNull<Header>,
    pub(super) list: &'a mut WaitList,
}

impl Claimed<'_> {
    /// Whether nobody is left in the list that it was on.
    #[inline(always)]
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.list.is_empty()
    }

    fn header(&self) -> &Header {
        // SAFETY: Q1 of the list it was on; its owner waits for the verdict or for the lock.
        unsafe { self.link.as_ref() }
    }

    /// What it brings or asks for.
    #[inline(always)]
    #[must_use]
    pub fn offer(&self) -> Offer {
        // SAFETY: queued until it has its verdict.
        unsafe { self.header().offer() }
    }

    /// The value that it brings.
    ///
    /// # Safety
    ///
    /// It was pushed as a `Waiter<S>` with this very `S`, and its slot holds a value.
    #[inline(always)]
    pub unsafe fn value<S>(&self) -> Filled<'_, S> {
        // SAFETY: by the caller.
        let slot = unsafe { Waiter::slot_of(self.link) };
        // SAFETY: by the caller; a claimed waiter's slot is ours.
        unsafe { slot.filled() }
    }

    /// The room for what it is given.
    ///
    /// # Safety
    ///
    /// It was pushed as a `Waiter<S>` with this very `S`, and its slot is empty.
    #[inline(always)]
    pub unsafe fn room<S>(&self) -> Vacant<'_, S> {
        // SAFETY: by the caller.
        let slot = unsafe { Waiter::slot_of(self.link) };
        // SAFETY: by the caller; a claimed waiter's slot is ours.
        unsafe { slot.vacant() }
    }

    /// Remembers in which order it was served, for the case that it gives back what it got.
    #[inline(always)]
    pub fn set_ticket(&self, ticket: u64) {
        // SAFETY: queued, and the list it came from is still borrowed: its lock is held.
        unsafe { self.header().set_place(Place::Ticket(ticket)) };
    }

    /// Gives the verdict. What comes back is to be woken after unlocking.
    #[inline(always)]
    #[must_use = "wake it after releasing the lock"]
    pub fn finish(self, verdict: Verdict) -> Option<Waker> {
        // SAFETY: claimed, under the lock, and consumed by this.
        unsafe { self.header().finish(verdict) }
    }
}

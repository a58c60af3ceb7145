//! What a flavour of channel does: the one interface between the handles and the two algorithms.
//!
//! Values move from slot to slot, once, and only if the operation takes effect: a [`Filled`] that was
//! not moved comes back. Nothing here runs code
//! of the user's under a lock: wakers come back to the caller, and values are dropped by it.

use std::pin::Pin;
use std::task::Waker;

use taut_core::{Attempt, Enrolled, Filled, Header, Peek, Vacant, Visit, Waiter};

/// What came of a send that does not wait. A value that was not sent is where it was.
#[must_use = "wake after releasing the lock"]
pub(crate) enum Sent<'a, T> {
    /// It was; the waker, if any, is to be woken after unlocking.
    Done(Option<Waker>),
    Closed(Filled<'a, T>),
    /// No room, or others wait for it.
    Full(Filled<'a, T>),
}

/// What came of a receive that does not wait.
#[must_use = "wake after releasing the lock"]
pub(crate) enum Received<'a, T> {
    /// The value; the waker, if any, is to be woken after unlocking.
    Done(Filled<'a, T>, Option<Waker>),
    Closed,
    /// Nothing, or others wait for it.
    Empty,
}

impl<T> Sent<'_, T> {
    /// For an operation whose value is in its waiter: there it stays if it was not sent.
    #[inline(always)]
    pub(crate) fn into_attempt(self) -> Attempt {
        match self {
            Self::Done(woken) => Attempt::Done(woken),
            Self::Closed(_) => Attempt::Closed,
            Self::Full(_) => Attempt::Unready,
        }
    }
}

impl<T> Received<'_, T> {
    /// For an operation that receives into its waiter: there the value stays.
    #[inline(always)]
    pub(crate) fn into_attempt(self) -> Attempt {
        match self {
            Self::Done(_, woken) => Attempt::Done(woken),
            Self::Closed => Attempt::Closed,
            Self::Empty => Attempt::Unready,
        }
    }
}

/// A channel, whatever its capacity.
///
/// # Safety
///
/// `enroll_send` moves the value out of the waiter's slot exactly if the verdict, now or later, is
/// `Done`; `enroll_recv` fills it exactly then. Waiting receives are on one list and all others on one
/// other list, and each is unlinked when `leave_…` returns.
pub(crate) unsafe trait Channel<T> {
    /// Without a lock: may a send proceed?
    fn peek_send(&self) -> Peek;

    /// Without a lock: may a receive proceed?
    fn peek_recv(&self) -> Peek;

    /// Sends at once, if there is room and nobody waits for it.
    fn try_send<'a>(&self, from: Filled<'a, T>) -> Sent<'a, T>;

    /// Receives at once, if there is something and nobody waits for it.
    fn try_recv<'a>(&self, into: Vacant<'a, T>) -> Received<'a, T>;

    /// The same for a receive that will wait otherwise. It may not pass a reservation by taking the
    /// value of a send behind it: by waiting it can serve that reservation.
    #[inline(always)]
    fn attempt_recv<'a>(&self, into: Vacant<'a, T>) -> Received<'a, T> {
        self.try_recv(into)
    }

    /// Takes room for one value at once, if there is and nobody waits for it.
    fn try_reserve(&self) -> Attempt;

    /// Sends, or queues.
    ///
    /// # Safety
    ///
    /// The waiter is queued, by its owner, and its slot holds a value unless it has a verdict.
    unsafe fn enroll_send(&self, waiter: Pin<&Waiter<T>>, visit: &mut Visit<'_>) -> Enrolled;

    /// Receives, or queues.
    ///
    /// # Safety
    ///
    /// The waiter is queued, by its owner, and its slot is empty unless it has a verdict.
    unsafe fn enroll_recv(&self, waiter: Pin<&Waiter<T>>, visit: &mut Visit<'_>) -> Enrolled;

    /// Takes room, or queues.
    ///
    /// # Safety
    ///
    /// The waiter is queued, by its owner.
    unsafe fn enroll_reserve(&self, waiter: Pin<&Waiter<()>>, visit: &mut Visit<'_>) -> Enrolled;

    /// Leaves the list of those who send or reserve.
    ///
    /// # Safety
    ///
    /// The waiter was enrolled there.
    unsafe fn leave_send(&self, header: &Header);

    /// Leaves the list of those who receive.
    ///
    /// # Safety
    ///
    /// The waiter was enrolled there.
    unsafe fn leave_recv(&self, header: &Header);

    /// Takes a value back that was handed to a receive which is now dropped: for the next receive that
    /// waits, or else for the head of the channel. Tickets keep such values in their order.
    #[must_use = "wake it after releasing the lock"]
    fn give_back(&self, ticket: u64, from: Filled<'_, T>) -> Option<Waker>;

    /// Sends into room that was reserved, which is used up either way. Never `Full`. What it has to
    /// wake it wakes at the end, when the value and the room are no longer the caller's.
    ///
    /// # Safety
    ///
    /// One reservation is ours.
    unsafe fn send_reserved<'a>(&self, from: Filled<'a, T>) -> Sent<'a, T>;

    /// Gives reserved room back unused. Wakes.
    ///
    /// # Safety
    ///
    /// One reservation is ours.
    unsafe fn release(&self);

    /// Closes. False: it was closed. Wakes.
    fn close(&self) -> bool;

    /// Drops what is in it. After `close`, when nobody can receive any more.
    fn discard(&self);

    fn is_closed(&self) -> bool;

    fn len(&self) -> usize;

    fn is_full(&self) -> bool;

    /// None: no limit.
    fn capacity(&self) -> Option<usize>;
}

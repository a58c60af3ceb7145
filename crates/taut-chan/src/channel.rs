//! What a flavour of channel does: the one interface between the handles and the two algorithms.
//!
//! Values move from slot to slot, once, and only if the operation takes effect. Nothing here runs code
//! of the user's under a lock: wakers come back to the caller, and values are dropped by it.

use std::pin::Pin;
use std::task::Waker;

use taut_core::{Attempt, Enrolled, Header, Peek, Slot, Visit, Waiter};

/// A channel, whatever its capacity.
///
/// # Safety
///
/// - A slot passed to `try_send`, `enroll_send` or `send_reserved` is read only if the answer is `Done`
///   (or `Decided(Done)`), and then exactly once; a slot passed to `try_recv` or `enroll_recv` holds a
///   value exactly if the answer is that.
/// - Waiting receives are on one list and all others on one other list, and each is unlinked when
///   `leave_…` returns.
pub(crate) unsafe trait Channel<T> {
    /// Whether this send pays Tokio's budget for some of the sends before it.
    fn is_send_due(&self) -> bool;

    /// The same for receives.
    fn is_recv_due(&self) -> bool;

    /// Without a lock: may a send proceed?
    fn peek_send(&self) -> Peek;

    /// Without a lock: may a receive proceed?
    fn peek_recv(&self) -> Peek;

    /// Sends at once, if there is room and nobody waits for it.
    ///
    /// # Safety
    ///
    /// `from` holds a value that is ours.
    unsafe fn try_send(&self, from: &Slot<T>) -> Attempt;

    /// Receives at once, if there is something and nobody waits for it.
    ///
    /// # Safety
    ///
    /// `into` is empty and ours.
    unsafe fn try_recv(&self, into: &Slot<T>) -> Attempt;

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
    ///
    /// # Safety
    ///
    /// `from` holds a value that is ours; it is empty afterwards.
    #[must_use = "wake it after releasing the lock"]
    unsafe fn give_back(&self, ticket: u64, from: &Slot<T>) -> Option<Waker>;

    /// Sends into room that was reserved, which is used up either way. Never `Unready`. What it has to
    /// wake it wakes at the end, when the value and the room are no longer the caller's.
    ///
    /// # Safety
    ///
    /// `from` holds a value that is ours, and one reservation is.
    unsafe fn send_reserved(&self, from: &Slot<T>) -> Attempt;

    /// Gives reserved room back unused. Wakes.
    fn release(&self);

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

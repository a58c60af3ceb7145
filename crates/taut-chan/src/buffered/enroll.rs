//! The operations of a buffered channel, on the steps of the parent module.

use std::pin::Pin;
use std::task::Waker;

use taut_core::sync::Ordering;
use taut_core::{
    Attempt, Enrolled, Filled, Header, Peek, Seeker, Vacant, Verdict, Visit, Waiter, in_batches,
};

use super::{Buffered, Events, Store, Tx};
use crate::channel::{Channel, Received, Sent};

// SAFETY: values are moved only together with `Done` or a verdict of that name; sends and reservations
// are on `senders`, receives on `receivers`.
unsafe impl<T, S: Store<T>> Channel<T> for Buffered<T, S> {
    #[inline(always)]
    fn peek_send(&self) -> Peek {
        let events = self.events();
        // ORDERING: Acquire, each pairs with its publication. `head` goes first: read later it could
        // only be further on, and show room that there is not.
        let head = self.rx.0.head.load(Ordering::Acquire);
        let tail = self.tx.0.tail.load(Ordering::Acquire);
        let reserved = self.tx.0.reserved.load(Ordering::Acquire);
        let used = tail.wrapping_sub(head).wrapping_add(reserved);
        let version = Self::version(events, head);
        if self.is_marked_closed() || used < self.capacity {
            return Peek::Maybe(version);
        }
        Peek::Unready(version)
    }

    #[inline(always)]
    fn peek_recv(&self) -> Peek {
        let events = self.events();
        // ORDERING: Acquire, each pairs with its publication. `tail` goes first: if `head` has come
        // up to it, the buffer was empty at that moment.
        let tail = self.tx.0.tail.load(Ordering::Acquire);
        let head = self.rx.0.head.load(Ordering::Acquire);
        let version = Self::version(events, tail);
        if self.is_marked_closed() || events & Events::STASHED != 0 || tail != head {
            return Peek::Maybe(version);
        }
        Peek::Unready(version)
    }

    #[inline(always)]
    fn try_send<'a>(&self, from: Filled<'a, T>) -> Sent<'a, T> {
        let mut tx = self.lock_tx();
        if tx.closed {
            return Sent::Closed(from);
        }
        if !self.has_room(&mut tx) {
            return Sent::Full(from);
        }
        // SAFETY: there is room.
        let woken = unsafe { self.hand_over_or_push(&mut tx, from, Seeker::TASK) };
        drop(tx);
        Sent::Done(woken)
    }

    #[inline(always)]
    fn try_recv<'a>(&self, into: Vacant<'a, T>) -> Received<'a, T> {
        let mut rx = self.lock_rx();
        if let Some(value) = rx.stash.pop_front() {
            self.publish_event(&mut rx);
            return Received::Done(into.put(value), None);
        }
        // The mark is set after the last push: who sees it and then nothing, has seen everything.
        if !self.has_value(&mut rx) {
            if !self.is_marked_closed() {
                return Received::Empty;
            }
            if !self.has_value(&mut rx) {
                return Received::Closed;
            }
        }
        // SAFETY: there is a value.
        let (value, woken) = unsafe { self.pop(&mut rx, None, into) };
        drop(rx);
        Received::Done(value, woken)
    }

    fn try_reserve(&self) -> Attempt {
        let mut tx = self.lock_tx();
        if tx.closed {
            return Attempt::Closed;
        }
        if !self.has_room(&mut tx) {
            return Attempt::Unready;
        }
        self.reserve_one(&mut tx);
        Attempt::Done(None)
    }

    unsafe fn enroll_send(&self, waiter: Pin<&Waiter<T>>, visit: &mut Visit<'_>) -> Enrolled {
        let seeker = visit.seeker();
        let use_room = |tx: &mut _| {
            // SAFETY: no verdict, so our value is in the slot.
            let value = unsafe { waiter.get_ref().slot().filled() };
            // SAFETY: there is room.
            unsafe { self.hand_over_or_push(tx, value, seeker) }
        };
        // SAFETY: by the caller.
        unsafe { self.enroll_sender(waiter, visit, use_room) }
    }

    unsafe fn enroll_recv(&self, waiter: Pin<&Waiter<T>>, visit: &mut Visit<'_>) -> Enrolled {
        let mut rx = self.lock_rx();
        let mut tx = self.lock_tx();
        // SAFETY: queued, and its lock is held.
        let looks_again = unsafe { tx.receivers.contains(waiter.header()) };
        // SAFETY: queued, by the caller.
        let enrolled = if let Some(verdict) = unsafe { waiter.header().verdict() } {
            return Enrolled::Decided(verdict);
        } else if let Some(value) = rx.stash.pop_front() {
            // SAFETY: no verdict, so our slot is empty.
            let _ours = unsafe { waiter.slot().vacant() }.put(value);
            Enrolled::Decided(Verdict::Done)
        } else if self.has_value(&mut rx) {
            // SAFETY: no verdict, so our slot is empty.
            let room = unsafe { waiter.slot().vacant() };
            // SAFETY: there is a value.
            let (_ours, woken) = unsafe { self.pop(&mut rx, Some(&mut tx), room) };
            visit.wakes.extend(woken);
            Enrolled::Decided(Verdict::Done)
        } else if tx.closed {
            Enrolled::Decided(Verdict::Closed)
        } else {
            // SAFETY: receives queue here, and we hold its lock.
            unsafe { visit.queue(&mut tx.receivers, waiter) }
        };
        if looks_again && enrolled.is_decided() {
            // SAFETY: as above.
            unsafe { tx.receivers.remove(waiter.header()) };
        }
        drop(tx);
        self.publish_visit(&mut rx, looks_again);
        enrolled
    }

    unsafe fn enroll_reserve(&self, waiter: Pin<&Waiter<()>>, visit: &mut Visit<'_>) -> Enrolled {
        let use_room = |tx: &mut Tx<S::Cursor>| {
            self.reserve_one(tx);
            None
        };
        // SAFETY: by the caller.
        unsafe { self.enroll_sender(waiter, visit, use_room) }
    }

    unsafe fn leave_send(&self, header: &Header) {
        // SAFETY: enrolled in this list, by the caller, and this is its lock.
        unsafe { self.lock_rx().senders.remove(header) };
    }

    unsafe fn leave_recv(&self, header: &Header) {
        // SAFETY: enrolled in this list, by the caller, and this is its lock.
        unsafe { self.lock_tx().receivers.remove(header) };
    }

    fn give_back(&self, ticket: u64, from: Filled<'_, T>) -> Option<Waker> {
        let mut rx = self.lock_rx();
        let mut tx = self.lock_tx();
        match self.hand_over(&mut tx, from, Seeker::TASK, Some(ticket)) {
            Ok(woken) => woken,
            Err(from) => {
                rx.stash.insert(ticket, from.take());
                self.publish_event(&mut rx);
                None
            }
        }
    }

    unsafe fn send_reserved<'a>(&self, from: Filled<'a, T>) -> Sent<'a, T> {
        let mut tx = self.lock_tx();
        if tx.closed || tx.receivers.is_empty() {
            self.unreserve_one(&mut tx);
            if tx.closed {
                return Sent::Closed(from);
            }
            // SAFETY: the room was reserved, by the caller.
            unsafe { self.push(&mut tx, from) };
            return Sent::Done(None);
        }
        drop(tx);
        // The value will need no room, and who waits for that is listed on the other side.
        // SAFETY: by the caller.
        unsafe { self.send_reserved_to_waiting(from) }
    }

    unsafe fn release(&self) {
        in_batches(|wakes| {
            let mut rx = self.lock_rx();
            let mut tx = self.lock_tx();
            self.pass_on_room(&mut rx, &mut tx, wakes)
        });
    }

    fn close(&self) -> bool {
        let mut rx = self.lock_rx();
        let mut tx = self.lock_tx();
        if tx.closed {
            return false;
        }
        tx.closed = true;
        // ORDERING: Release pairs with the Acquire in `is_marked_closed`.
        self.tx.0.closed.store(true, Ordering::Release);
        self.publish_event(&mut rx);
        drop(tx);
        drop(rx);
        in_batches(|wakes| {
            let mut rx = self.lock_rx();
            let mut tx = self.lock_tx();
            // CL-13: a select that waits on both sides learns of it as a receive.
            tx.receivers.finish_all(wakes, Verdict::Closed)
                && rx.senders.finish_all(wakes, Verdict::Closed)
        });
        true
    }

    fn discard(&self) {
        while !self.lock_rx().stash.is_empty() {
            self.discard_stashed();
        }
        // D5: nothing is pushed any more, so a slot stays as it is when its room is published.
        while let Some(value) = self.pop_closed() {
            value.drop_in_place();
        }
    }

    fn is_closed(&self) -> bool {
        self.is_marked_closed()
    }

    fn len(&self) -> usize {
        let rx = self.lock_rx();
        // ORDERING: Relaxed, a snapshot; `head` stands still under the lock, so it is never negative.
        let tail = self.tx.0.tail.load(Ordering::Relaxed);
        tail.wrapping_sub(rx.head).wrapping_add(rx.stash.len())
    }

    fn is_full(&self) -> bool {
        !self.has_room(&mut self.lock_tx())
    }

    fn capacity(&self) -> Option<usize> {
        self.limit
    }
}

impl<T, S: Store<T>> Buffered<T, S> {
    /// A send or a reservation looks for room, and queues if there is none. `use_room` runs if there is.
    ///
    /// # Safety
    ///
    /// The waiter is queued, by its owner, as a send or a reservation.
    unsafe fn enroll_sender<W>(
        &self,
        waiter: Pin<&Waiter<W>>,
        visit: &mut Visit<'_>,
        use_room: impl FnOnce(&mut Tx<S::Cursor>) -> Option<Waker>,
    ) -> Enrolled {
        let mut rx = self.lock_rx();
        let mut tx = self.lock_tx();
        // SAFETY: queued, and its lock is held.
        let looks_again = unsafe { rx.senders.contains(waiter.header()) };
        // SAFETY: queued, by the caller.
        let enrolled = if let Some(verdict) = unsafe { waiter.header().verdict() } {
            return Enrolled::Decided(verdict);
        } else if tx.closed {
            Enrolled::Decided(Verdict::Closed)
        } else if self.has_room(&mut tx) {
            visit.wakes.extend(use_room(&mut tx));
            Enrolled::Decided(Verdict::Done)
        } else {
            // SAFETY: sends and reservations queue here, and we hold its lock.
            unsafe { visit.queue(&mut rx.senders, waiter) }
        };
        drop(tx);
        if looks_again && enrolled.is_decided() {
            // SAFETY: as above.
            unsafe { rx.senders.remove(waiter.header()) };
        }
        self.publish_visit(&mut rx, looks_again);
        enrolled
    }

    /// # Safety
    ///
    /// As `send_reserved`.
    #[cold]
    unsafe fn send_reserved_to_waiting<'a>(&self, from: Filled<'a, T>) -> Sent<'a, T> {
        let mut unsent = Some(from);
        let mut refused = None;
        in_batches(|wakes| {
            let mut rx = self.lock_rx();
            let mut tx = self.lock_tx();
            if let Some(from) = unsent.take() {
                if tx.closed {
                    refused = Some(from);
                } else {
                    match self.hand_over(&mut tx, from, Seeker::TASK, None) {
                        Ok(woken) => wakes.extend(woken),
                        Err(from) => {
                            self.unreserve_one(&mut tx);
                            // SAFETY: the room was reserved, by the caller.
                            unsafe { self.push(&mut tx, from) };
                            return true;
                        }
                    }
                }
            }
            self.pass_on_room(&mut rx, &mut tx, wakes)
        });
        match refused {
            None => Sent::Done(None),
            Some(from) => Sent::Closed(from),
        }
    }

    /// One at a time, dropped when the lock is gone. A function of its own, for its room on the stack.
    fn discard_stashed(&self) {
        let value = self.lock_rx().stash.pop_front();
        drop(value);
    }

    /// The next value of a closed channel, in its slot.
    fn pop_closed(&self) -> Option<Filled<'_, T>> {
        let mut rx = self.lock_rx();
        if !self.has_value(&mut rx) {
            return None;
        }
        // SAFETY: we hold rx, and there is a value.
        let value = unsafe { self.store.pop(&mut rx.cursor) };
        rx.head = rx.head.wrapping_add(1);
        self.publish_head(&rx);
        Some(value)
    }
}

//! The operations of a buffered channel, on the steps of the parent module.

use std::pin::Pin;
use std::task::Waker;

use taut_core::sync::Ordering;
use taut_core::{
    Attempt, Enrolled, Header, Peek, Seeker, Slot, Verdict, Visit, Waiter, in_batches,
};

use super::{BUDGET_PERIOD, Buffered, Events, Store};
use crate::channel::Channel;

// SAFETY: values are moved only together with `Done` or a verdict of that name; sends and reservations
// are on `senders`, receives on `receivers`.
unsafe impl<T, S: Store<T>> Channel<T> for Buffered<T, S> {
    #[inline(always)]
    fn is_send_due(&self) -> bool {
        // ORDERING: Relaxed, it only counts.
        self.tx.0.tail.load(Ordering::Relaxed) % BUDGET_PERIOD == 0
    }

    #[inline(always)]
    fn is_recv_due(&self) -> bool {
        // ORDERING: Relaxed, it only counts.
        self.rx.0.head.load(Ordering::Relaxed) % BUDGET_PERIOD == 0
    }

    fn peek_send(&self) -> Peek {
        let events = self.events();
        // ORDERING: Acquire, each pairs with its publication. `head` goes first: read later it could
        // only be further on, and show room that there is not.
        let head = self.rx.0.head.load(Ordering::Acquire);
        let tail = self.tx.0.tail.load(Ordering::Acquire);
        let reserved = self.tx.0.reserved.load(Ordering::Acquire);
        let used = tail.wrapping_sub(head).wrapping_add(reserved);
        if self.is_marked_closed() || used < self.capacity {
            return Peek::Maybe;
        }
        Self::version(events, head)
    }

    fn peek_recv(&self) -> Peek {
        let events = self.events();
        // ORDERING: Acquire, each pairs with its publication. `tail` goes first: if `head` has come
        // up to it, the buffer was empty at that moment.
        let tail = self.tx.0.tail.load(Ordering::Acquire);
        let head = self.rx.0.head.load(Ordering::Acquire);
        if self.is_marked_closed() || events & Events::STASHED != 0 || tail != head {
            return Peek::Maybe;
        }
        Self::version(events, tail)
    }

    #[inline(always)]
    unsafe fn try_send(&self, from: &Slot<T>) -> Attempt {
        let mut tx = self.lock_tx();
        if tx.closed {
            return Attempt::Closed;
        }
        if !self.has_room(&mut tx) {
            return Attempt::Unready;
        }
        // SAFETY: there is room; by the caller.
        let woken = unsafe { self.hand_over_or_push(&mut tx, from, Seeker::TASK) };
        drop(tx);
        Attempt::Done(woken)
    }

    #[inline(always)]
    unsafe fn try_recv(&self, into: &Slot<T>) -> Attempt {
        let mut rx = self.lock_rx();
        if !rx.stash.is_empty() {
            // SAFETY: by the caller.
            unsafe { rx.stash.pop_into(into) };
            self.publish_event(&mut rx);
            return Attempt::Done(None);
        }
        // The mark is set after the last push: who sees it and then nothing, has seen everything.
        if !self.has_value(&mut rx) {
            if !self.is_marked_closed() {
                return Attempt::Unready;
            }
            if !self.has_value(&mut rx) {
                return Attempt::Closed;
            }
        }
        // SAFETY: there is a value; by the caller.
        let woken = unsafe { self.pop_into(&mut rx, None, into) };
        drop(rx);
        Attempt::Done(woken)
    }

    fn try_reserve(&self) -> Attempt {
        let mut tx = self.lock_tx();
        if tx.closed {
            return Attempt::Closed;
        }
        if !self.has_room(&mut tx) {
            return Attempt::Unready;
        }
        let reserved = tx.reserved + 1;
        self.set_reserved(&mut tx, reserved);
        Attempt::Done(None)
    }

    unsafe fn enroll_send(&self, waiter: Pin<&Waiter<T>>, visit: &mut Visit<'_>) -> Enrolled {
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
            // SAFETY: there is room; no verdict, so our value is in the slot.
            let woken = unsafe { self.hand_over_or_push(&mut tx, waiter.slot(), visit.seeker()) };
            visit.wakes.extend(woken);
            Enrolled::Decided(Verdict::Done)
        } else {
            // SAFETY: sends queue here, and we hold its lock.
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

    unsafe fn enroll_recv(&self, waiter: Pin<&Waiter<T>>, visit: &mut Visit<'_>) -> Enrolled {
        let mut rx = self.lock_rx();
        let mut tx = self.lock_tx();
        // SAFETY: queued, and its lock is held.
        let looks_again = unsafe { tx.receivers.contains(waiter.header()) };
        // SAFETY: a receive without a verdict has an empty slot.
        // SAFETY: queued, by the caller.
        let enrolled = if let Some(verdict) = unsafe { waiter.header().verdict() } {
            return Enrolled::Decided(verdict);
        } else if unsafe { rx.stash.pop_into(waiter.slot()) } {
            Enrolled::Decided(Verdict::Done)
        } else if self.has_value(&mut rx) {
            // SAFETY: there is a value; the slot is empty, as above.
            let woken = unsafe { self.pop_into(&mut rx, Some(&mut tx), waiter.slot()) };
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
            let reserved = tx.reserved + 1;
            self.set_reserved(&mut tx, reserved);
            Enrolled::Decided(Verdict::Done)
        } else {
            // SAFETY: reservations queue here, and we hold its lock.
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

    unsafe fn leave_send(&self, header: &Header) {
        // SAFETY: enrolled in this list, by the caller, and this is its lock.
        unsafe { self.lock_rx().senders.remove(header) };
    }

    unsafe fn leave_recv(&self, header: &Header) {
        // SAFETY: enrolled in this list, by the caller, and this is its lock.
        unsafe { self.lock_tx().receivers.remove(header) };
    }

    unsafe fn give_back(&self, ticket: u64, from: &Slot<T>) -> Option<Waker> {
        let mut rx = self.lock_rx();
        let mut tx = self.lock_tx();
        // SAFETY: by the caller.
        match unsafe { self.hand_over(&mut tx, from, Seeker::TASK, Some(ticket)) } {
            Some(woken) => woken,
            None => {
                // SAFETY: by the caller, and it was not handed over.
                rx.stash.insert(ticket, unsafe { from.take() });
                self.publish_event(&mut rx);
                None
            }
        }
    }

    unsafe fn send_reserved(&self, from: &Slot<T>) -> Attempt {
        let mut tx = self.lock_tx();
        if tx.closed || tx.receivers.is_empty() {
            let reserved = tx.reserved - 1;
            self.set_reserved(&mut tx, reserved);
            if tx.closed {
                return Attempt::Closed;
            }
            // SAFETY: the room was reserved; by the caller.
            unsafe { self.push(&mut tx, from) };
            return Attempt::Done(None);
        }
        drop(tx);
        // The value will need no room, and who waits for that is listed on the other side.
        // SAFETY: by the caller.
        unsafe { self.send_reserved_to_waiting(from) }
    }

    fn release(&self) {
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
        loop {
            let value = Slot::empty();
            // SAFETY: our own empty slot.
            match unsafe { self.try_recv(&value) } {
                // SAFETY: it was filled. Dropped here, with no lock held.
                Attempt::Done(_) => drop(unsafe { value.take() }),
                Attempt::Closed | Attempt::Unready => return,
            }
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
        (self.capacity != super::chain::UNLIMITED).then_some(self.capacity)
    }
}

impl<T, S: Store<T>> Buffered<T, S> {
    /// # Safety
    ///
    /// As `send_reserved`.
    #[cold]
    unsafe fn send_reserved_to_waiting(&self, from: &Slot<T>) -> Attempt {
        let mut sent = None;
        in_batches(|wakes| {
            let mut rx = self.lock_rx();
            let mut tx = self.lock_tx();
            if sent.is_some() {
                return self.pass_on_room(&mut rx, &mut tx, wakes);
            }
            if tx.closed {
                sent = Some(Attempt::Closed);
                return self.pass_on_room(&mut rx, &mut tx, wakes);
            }
            sent = Some(Attempt::Done(None));
            // SAFETY: by the caller, and only once.
            if let Some(woken) = unsafe { self.hand_over(&mut tx, from, Seeker::TASK, None) } {
                wakes.extend(woken);
                return self.pass_on_room(&mut rx, &mut tx, wakes);
            }
            let reserved = tx.reserved - 1;
            self.set_reserved(&mut tx, reserved);
            // SAFETY: the room was reserved; by the caller.
            unsafe { self.push(&mut tx, from) };
            true
        });
        sent.unwrap_or(Attempt::Closed)
    }
}

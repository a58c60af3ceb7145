//! The operations of a rendezvous channel, on the steps of the parent module.

use std::pin::Pin;
use std::task::Waker;

use taut_core::{
    Attempt, Enrolled, Header, Offer, Peek, Seeker, Slot, Verdict, Visit, Waiter, WakeBatch,
    in_batches,
};

use super::{Rendezvous, State, Word};
use crate::channel::Channel;

// SAFETY: values are moved only together with `Done` or a verdict of that name; sends and reservations
// are on `senders`, receives on `receivers`.
unsafe impl<T> Channel<T> for Rendezvous<T> {
    #[inline(always)]
    fn is_send_due(&self) -> bool {
        self.is_due(Word::SEND_MAY_GO)
    }

    #[inline(always)]
    fn is_recv_due(&self) -> bool {
        self.is_due(Word::RECV_MAY_GO)
    }

    fn peek_send(&self) -> Peek {
        self.peek(Word::SEND_MAY_GO)
    }

    fn peek_recv(&self) -> Peek {
        self.peek(Word::RECV_MAY_GO)
    }

    #[inline]
    unsafe fn try_send(&self, from: &Slot<T>) -> Attempt {
        if !self.may_go(Word::SEND_MAY_GO) {
            return Attempt::Unready;
        }
        let mut state = self.state.lock();
        if state.closed {
            return Attempt::Closed;
        }
        if !state.speaks_for_a_receive() {
            return Attempt::Unready;
        }
        // SAFETY: by the caller.
        match unsafe { state.hand_over(from, Seeker::TASK, None) } {
            Some(woken) => self.done(state, woken),
            None => {
                self.publish(&mut state, false);
                Attempt::Unready
            }
        }
    }

    #[inline]
    unsafe fn try_recv(&self, into: &Slot<T>) -> Attempt {
        if !self.may_go(Word::RECV_MAY_GO) {
            return Attempt::Unready;
        }
        let mut state = self.state.lock();
        // SAFETY: by the caller.
        if unsafe { state.stash.pop_into(into) } {
            return self.done(state, None);
        }
        if state.closed {
            return Attempt::Closed;
        }
        if !state.receivers.is_empty() {
            return Attempt::Unready;
        }
        // One that does not wait is no use to a reservation, but takes nothing from it either.
        match state.senders.claim_first_offer(Seeker::TASK, Offer::Value) {
            Some(sender) => {
                // SAFETY: by the caller.
                let woken = unsafe { State::take_from(sender, into) };
                self.done(state, woken)
            }
            None => {
                self.publish(&mut state, false);
                Attempt::Unready
            }
        }
    }

    fn try_reserve(&self) -> Attempt {
        let mut state = self.state.lock();
        if state.closed {
            return Attempt::Closed;
        }
        if !state.speaks_for_a_receive() {
            return Attempt::Unready;
        }
        state.reserved += 1;
        self.done(state, None)
    }

    unsafe fn enroll_send(&self, waiter: Pin<&Waiter<T>>, visit: &mut Visit<'_>) -> Enrolled {
        let mut state = self.state.lock();
        // SAFETY: queued, by the caller.
        if let Some(verdict) = unsafe { waiter.header().verdict() } {
            return Enrolled::Decided(verdict);
        }
        let handed = if state.closed || !state.speaks_for_a_receive() {
            None
        } else {
            // SAFETY: no verdict, so our value is in the slot.
            unsafe { state.hand_over(waiter.slot(), visit.seeker(), None) }
        };
        let enrolled = match handed {
            Some(woken) => {
                visit.wakes.extend(woken);
                Enrolled::Decided(Verdict::Done)
            }
            None if state.closed => Enrolled::Decided(Verdict::Closed),
            // SAFETY: sends queue here, and this is the lock.
            None => unsafe { visit.queue(&mut state.senders, waiter) },
        };
        self.enrolled(state, waiter.header(), |state| &mut state.senders, enrolled)
    }

    unsafe fn enroll_recv(&self, waiter: Pin<&Waiter<T>>, visit: &mut Visit<'_>) -> Enrolled {
        let mut state = self.state.lock();
        // SAFETY: queued, by the caller.
        if let Some(verdict) = unsafe { waiter.header().verdict() } {
            return Enrolled::Decided(verdict);
        }
        let state_ref = &mut *state;
        // SAFETY: no verdict, so our slot is empty.
        let enrolled = if unsafe { state_ref.stash.pop_into(waiter.slot()) } {
            Enrolled::Decided(Verdict::Done)
        } else if state_ref.closed {
            Enrolled::Decided(Verdict::Closed)
        } else {
            // SAFETY: as above.
            unsafe { Self::meet_sender(state_ref, waiter, visit) }
        };
        self.enrolled(state, waiter.header(), |state| &mut state.receivers, enrolled)
    }

    unsafe fn enroll_reserve(&self, waiter: Pin<&Waiter<()>>, visit: &mut Visit<'_>) -> Enrolled {
        let mut state = self.state.lock();
        // SAFETY: queued, by the caller.
        let enrolled = if let Some(verdict) = unsafe { waiter.header().verdict() } {
            return Enrolled::Decided(verdict);
        } else if state.closed {
            Enrolled::Decided(Verdict::Closed)
        } else if state.speaks_for_a_receive() {
            state.reserved += 1;
            Enrolled::Decided(Verdict::Done)
        } else {
            // SAFETY: reservations queue here, and this is the lock.
            unsafe { visit.queue(&mut state.senders, waiter) }
        };
        self.enrolled(state, waiter.header(), |state| &mut state.senders, enrolled)
    }

    unsafe fn leave_send(&self, header: &Header) {
        self.leave(|state| &mut state.senders, header);
    }

    unsafe fn leave_recv(&self, header: &Header) {
        self.leave(|state| &mut state.receivers, header);
    }

    unsafe fn give_back(&self, ticket: u64, from: &Slot<T>) -> Option<Waker> {
        let mut state = self.state.lock();
        // SAFETY: by the caller.
        let woken = unsafe { state.hand_over_or_stash(from, Some(ticket)) };
        self.publish(&mut state, true);
        woken
    }

    unsafe fn send_reserved(&self, from: &Slot<T>) -> Attempt {
        let mut state = self.state.lock();
        state.reserved -= 1;
        if state.closed {
            return Attempt::Closed;
        }
        // SAFETY: by the caller.
        let woken = unsafe { state.hand_over_or_stash(from, None) };
        self.done(state, woken)
    }

    fn release(&self) {
        let mut wakes = WakeBatch::new();
        let mut state = self.state.lock();
        state.reserved -= 1;
        state.serve_one(&mut wakes);
        self.publish(&mut state, true);
        drop(state);
        wakes.wake_all();
    }

    fn close(&self) -> bool {
        let mut state = self.state.lock();
        if state.closed {
            return false;
        }
        state.closed = true;
        self.publish(&mut state, true);
        drop(state);
        in_batches(|wakes| {
            let state = &mut *self.state.lock();
            // CL-13: a select that waits on both sides learns of it as a receive.
            state.receivers.finish_all(wakes, Verdict::Closed)
                && state.senders.finish_all(wakes, Verdict::Closed)
        });
        true
    }

    fn discard(&self) {
        loop {
            let value = Slot::empty();
            // SAFETY: our own empty slot.
            if !unsafe { self.state.lock().stash.pop_into(&value) } {
                return;
            }
            // SAFETY: it was filled. Dropped here, with no lock held.
            drop(unsafe { value.take() });
        }
    }

    fn is_closed(&self) -> bool {
        self.state.lock().closed
    }

    fn len(&self) -> usize {
        self.state.lock().stash.len()
    }

    fn is_full(&self) -> bool {
        true
    }

    fn capacity(&self) -> Option<usize> {
        Some(0)
    }
}

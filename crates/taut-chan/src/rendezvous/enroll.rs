//! The operations of a rendezvous channel, on the steps of the parent module.

use std::pin::Pin;
use std::task::Waker;

use taut_core::{
    Attempt, Enrolled, Filled, Header, Peek, Seeker, Vacant, Verdict, Visit, Waiter, WakeBatch,
    Wanted, in_batches,
};

use super::{Rendezvous, Word};
use crate::channel::{Channel, Received, Sent};

// SAFETY: values are moved only together with `Done` or a verdict of that name; sends and reservations
// are on `senders`, receives on `receivers`.
unsafe impl<T> Channel<T> for Rendezvous<T> {
    #[inline(always)]
    fn peek_send(&self) -> Peek {
        self.peek(Word::SEND_MAY_GO)
    }

    #[inline(always)]
    fn peek_recv(&self) -> Peek {
        self.peek(Word::RECV_MAY_GO)
    }

    #[inline]
    fn try_send<'a>(&self, from: Filled<'a, T>) -> Sent<'a, T> {
        if !self.may_go(Word::SEND_MAY_GO) {
            return Sent::Full(from);
        }
        let mut state = self.state.lock();
        if state.closed {
            return Sent::Closed(from);
        }
        if !state.has_receive_to_try(Seeker::TASK) {
            self.publish(&mut state, false);
            return Sent::Full(from);
        }
        match state.hand_over(from, Seeker::TASK, None) {
            Ok(woken) => {
                self.moved(state);
                Sent::Done(woken)
            }
            Err(from) => {
                self.publish(&mut state, false);
                Sent::Full(from)
            }
        }
    }

    #[inline]
    fn try_recv<'a>(&self, into: Vacant<'a, T>) -> Received<'a, T> {
        // One that does not wait is no use to a reservation, but takes nothing from it either.
        self.take_at_once(into, Wanted::No)
    }

    #[inline]
    fn attempt_recv<'a>(&self, into: Vacant<'a, T>) -> Received<'a, T> {
        self.take_at_once(into, Wanted::NorWhatFollows)
    }

    fn try_reserve(&self) -> Attempt {
        let mut state = self.state.lock();
        if state.closed {
            return Attempt::Closed;
        }
        if !state.has_free_receive(Seeker::TASK) {
            self.publish(&mut state, false);
            return Attempt::Unready;
        }
        state.reserved += 1;
        self.moved(state);
        Attempt::Done(None)
    }

    unsafe fn enroll_send(&self, waiter: Pin<&Waiter<T>>, visit: &mut Visit<'_>) -> Enrolled {
        let mut state = self.state.lock();
        // SAFETY: queued, by the caller.
        if let Some(verdict) = unsafe { waiter.header().verdict() } {
            return Enrolled::Decided(verdict);
        }
        let handed = if state.closed || !state.has_receive_to_try(visit.seeker()) {
            None
        } else {
            // SAFETY: no verdict, so our value is in the slot.
            let value = unsafe { waiter.slot().filled() };
            state.hand_over(value, visit.seeker(), None).ok()
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
        let enrolled = if let Some(value) = state.stash.pop_front() {
            // SAFETY: no verdict, so our slot is empty.
            let _ours = unsafe { waiter.slot().vacant() }.put(value);
            Enrolled::Decided(Verdict::Done)
        } else if state.closed {
            Enrolled::Decided(Verdict::Closed)
        } else {
            // SAFETY: by the caller, and there is no verdict.
            unsafe { Self::meet_sender(&mut state, waiter, visit) }
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
        } else if state.has_free_receive(visit.seeker()) {
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

    fn give_back(&self, ticket: u64, from: Filled<'_, T>) -> Option<Waker> {
        let mut state = self.state.lock();
        let woken = state.hand_over_or_stash(from, Some(ticket));
        self.moved(state);
        woken
    }

    unsafe fn send_reserved<'a>(&self, from: Filled<'a, T>) -> Sent<'a, T> {
        let mut state = self.state.lock();
        state.reserved -= 1;
        if state.closed {
            return Sent::Closed(from);
        }
        let woken = state.hand_over_or_stash(from, None);
        self.moved(state);
        Sent::Done(woken)
    }

    unsafe fn release(&self) {
        let mut wakes = WakeBatch::new();
        let mut state = self.state.lock();
        state.reserved -= 1;
        state.serve_one(&mut wakes);
        self.moved(state);
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
        while !self.state.lock().stash.is_empty() {
            self.discard_stashed();
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

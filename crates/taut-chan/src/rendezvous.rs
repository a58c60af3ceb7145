//! Capacity 0: one lock, two lists, and values that go straight from hand to hand.
//!
//! Whoever comes second moves the value and is done; the one who waited is given a verdict and woken.
//! There is no buffer. The lock costs one read-modify-write, a switch of tasks ten times that, so
//! there is nothing to win by doing without it.
//!
//! # Invariants
//!
//! - R1. A receive waits only while the stash is empty and no send waits that it could take from.
//! - R2. A send or a reservation waits only while every waiting receive is spoken for:
//!   `receivers.len() <= reserved`.
//! - R3. `word` is published before the lock is released, so a waiter that somebody could know of is
//!   seen by a look without the lock.
//! - R4. Once closed nobody queues, and what waits is told so.
//!
//! A reservation speaks for a waiting receive, but does not bind it: one that is gone by the time the
//! permit is used leaves the value at the head of the channel, like a receive that is dropped after it
//! was handed a value.

use std::pin::Pin;
use std::task::Waker;

use taut_core::sync::{AtomicUsize, Guard, Lock, Ordering};
use taut_core::{
    Attempt, Claimed, Enrolled, Header, Offer, Peek, Seeker, Slot, Verdict, Visit, WaitList,
    Waiter, WakeBatch, in_batches,
};

use crate::BUDGET_PERIOD;
use crate::channel::Channel;
use crate::stash::Stash;

/// The published word.
///
/// ```text
/// | 63 ......... 2 | 1            | 0            |
/// | epoch          | SEND_MAY_GO  | RECV_MAY_GO  |
/// ```
///
/// The epoch counts what happened: it moves on with every value and with every change of the flags.
struct Word;

impl Word {
    const RECV_MAY_GO: usize = 1;
    const SEND_MAY_GO: usize = 2;
    const EPOCH: usize = 4;
    const FLAGS: usize = Self::EPOCH - 1;
}

struct State<T> {
    senders: WaitList,
    receivers: WaitList,
    stash: Stash<T>,
    /// Permits that are out.
    reserved: usize,
    /// Of the last value that was handed to a waiting receive.
    ticket: u64,
    closed: bool,
    /// What `Rendezvous::word` holds: that one is never read back (see the door's rule).
    word: usize,
}

/// A channel without a buffer.
pub(crate) struct Rendezvous<T> {
    state: Lock<State<T>>,
    word: AtomicUsize,
}

impl<T> State<T> {
    fn speaks_for_a_receive(&self) -> bool {
        self.receivers.len() > self.reserved
    }

    /// Hands the value in `from` to the first receive that can be claimed.
    ///
    /// # Safety
    ///
    /// `from` holds a value that is ours; it is empty exactly if the answer is `Some`.
    #[inline(always)]
    unsafe fn hand_over(
        &mut self,
        from: &Slot<T>,
        seeker: Seeker<'_>,
        ticket: Option<u64>,
    ) -> Option<Option<Waker>> {
        let receiver = self.receivers.claim_first(seeker)?;
        receiver.set_ticket(ticket.unwrap_or_else(|| {
            self.ticket += 1;
            self.ticket
        }));
        // SAFETY: receives are `Waiter<T>`, and a claimed one's slot is ours and empty.
        unsafe { receiver.give(from) };
        Some(receiver.finish(Verdict::Done))
    }

    /// A receive finds a send, or a reservation, at the head of those who wait.
    ///
    /// # Safety
    ///
    /// `into` is empty and ours.
    unsafe fn take_from(sender: Claimed<'_>, into: &Slot<T>) -> Option<Waker> {
        // SAFETY: a claimed send is a `Waiter<T>` and its value is ours.
        unsafe { sender.take(into) };
        sender.finish(Verdict::Done)
    }

    /// A receive that nobody spoke for is waiting: serves the first who waits for one.
    fn serve_one(&mut self, wakes: &mut WakeBatch) {
        if self.closed || !self.speaks_for_a_receive() {
            return;
        }
        let Some(sender) = self.senders.claim_first(Seeker::TASK) else { return };
        match sender.offer() {
            Offer::Place => {
                self.reserved += 1;
                wakes.extend(sender.finish(Verdict::Done));
            }
            Offer::Value => {
                let value = Slot::empty();
                // SAFETY: our own empty slot.
                wakes.extend(unsafe { Self::take_from(sender, &value) });
                // SAFETY: it holds the value now.
                wakes.extend(unsafe { self.hand_over_or_stash(&value, None) });
            }
        }
    }

    /// For a value that is committed whether or not anybody can be claimed for it.
    ///
    /// # Safety
    ///
    /// `from` holds a value that is ours; it is empty afterwards.
    unsafe fn hand_over_or_stash(&mut self, from: &Slot<T>, ticket: Option<u64>) -> Option<Waker> {
        // SAFETY: by the caller.
        if let Some(woken) = unsafe { self.hand_over(from, Seeker::TASK, ticket) } {
            return woken;
        }
        let ticket = ticket.unwrap_or_else(|| {
            self.ticket += 1;
            self.ticket
        });
        // SAFETY: by the caller, and it was not handed over.
        self.stash.insert(ticket, unsafe { from.take() });
        None
    }
}

impl<T> Rendezvous<T> {
    pub(crate) fn new() -> Self {
        Self {
            state: Lock::new(State {
                senders: WaitList::new(),
                receivers: WaitList::new(),
                stash: Stash::new(),
                reserved: 0,
                ticket: 0,
                closed: false,
                word: 0,
            }),
            word: AtomicUsize::new(0),
        }
    }

    /// R3: the last step before the lock is released. `happened`: more than the flags can tell.
    #[inline(always)]
    fn publish(&self, state: &mut State<T>, happened: bool) {
        let recv = state.closed || !state.senders.is_empty() || !state.stash.is_empty();
        let send = state.closed || state.speaks_for_a_receive();
        let mut flags = 0;
        if recv {
            flags |= Word::RECV_MAY_GO;
        }
        if send {
            flags |= Word::SEND_MAY_GO;
        }
        if happened || state.word & Word::FLAGS != flags {
            state.word = (state.word & !Word::FLAGS).wrapping_add(Word::EPOCH) | flags;
            // ORDERING: Release pairs with the Acquire in `peek`.
            self.word.store(state.word, Ordering::Release);
        }
    }

    #[inline(always)]
    fn may_go(&self, flag: usize) -> bool {
        // ORDERING: Relaxed. Who finds the flag down has nothing to see; who finds it up takes the lock.
        self.word.load(Ordering::Relaxed) & flag != 0
    }

    #[inline(always)]
    fn is_due(&self, flag: usize) -> bool {
        // ORDERING: Relaxed, it only counts.
        let word = self.word.load(Ordering::Relaxed);
        word & flag != 0 && (word / Word::EPOCH) % BUDGET_PERIOD == 0
    }

    fn peek(&self, flag: usize) -> Peek {
        // ORDERING: Acquire pairs with `publish`: who finds the flag down has seen what took it down.
        let word = self.word.load(Ordering::Acquire);
        if word & flag != 0 { Peek::Maybe } else { Peek::Unready(word as u64) }
    }

    /// Publishes, releases the lock, and passes the waker on.
    #[inline(always)]
    fn done(&self, mut state: Guard<'_, State<T>>, woken: Option<Waker>) -> Attempt {
        self.publish(&mut state, true);
        drop(state);
        Attempt::Done(woken)
    }

    fn leave(&self, list: impl FnOnce(&mut State<T>) -> &mut WaitList, header: &Header) {
        let mut state = self.state.lock();
        // SAFETY: it was enrolled in this list, by the caller's contract, and this is its lock.
        unsafe { list(&mut state).remove(header) };
        self.publish(&mut state, false);
    }
}

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

impl<T> Rendezvous<T> {
    /// A receive looks for somebody to take from, and queues if there is nobody.
    ///
    /// # Safety
    ///
    /// The lock is held, the waiter is a queued receive without a verdict.
    unsafe fn meet_sender(
        state: &mut State<T>,
        waiter: Pin<&Waiter<T>>,
        visit: &mut Visit<'_>,
    ) -> Enrolled {
        let slot = waiter.slot();
        // SAFETY: queued, and this is the lock of its list.
        let is_newcomer = !unsafe { state.receivers.contains(waiter.header()) };
        if let Some(sender) = state.senders.claim_first(visit.seeker()) {
            match sender.offer() {
                // One receive more waits, and it is spoken for at once.
                Offer::Place => {
                    state.reserved += 1;
                    visit.wakes.extend(sender.finish(Verdict::Done));
                }
                Offer::Value => {
                    // SAFETY: no verdict, so our slot is empty.
                    visit.wakes.extend(unsafe { State::take_from(sender, slot) });
                    // Receives that permits spoke for may wait in front of us: they come first.
                    let handed = if is_newcomer {
                        // SAFETY: the slot holds the value now, until it is handed over.
                        unsafe { state.hand_over(slot, visit.seeker(), None) }
                    } else {
                        None
                    };
                    match handed {
                        Some(woken) => visit.wakes.extend(woken),
                        None => return Enrolled::Decided(Verdict::Done),
                    }
                }
            }
        }
        // SAFETY: receives queue here, and this is the lock.
        unsafe { visit.queue(&mut state.receivers, waiter) }
    }

    /// The end of every enrolment: out of the list if it is decided, publish, unlock.
    fn enrolled(
        &self,
        mut state: Guard<'_, State<T>>,
        header: &Header,
        list: impl FnOnce(&mut State<T>) -> &mut WaitList,
        enrolled: Enrolled,
    ) -> Enrolled {
        if matches!(enrolled, Enrolled::Decided(_)) {
            // SAFETY: queued, and this is the one list it is ever on.
            unsafe { list(&mut state).remove(header) };
        }
        // Always an event: a select that looks again can be claimed anew.
        self.publish(&mut state, true);
        enrolled
    }
}

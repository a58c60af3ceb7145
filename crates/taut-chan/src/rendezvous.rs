//! Capacity 0: one lock, two lists, and values that go straight from hand to hand.
//!
//! Whoever comes second moves the value and is done; the one who waited is given a verdict and woken.
//! There is no buffer. The lock costs one read-modify-write, a switch of tasks ten times that, so
//! there is nothing to win by doing without it.
//!
//! # Invariants
//!
//! - R1. A receive waits only while the stash is empty and no send waits that it could take from. (It
//!   can take from none of its own select, nor from one that was decided elsewhere.)
//! - R2. A send or a reservation waits only while every receive that waits, and could take from it, is
//!   spoken for: of those that can be claimed there are at most `reserved`.
//! - R3. `word` is published before the lock is released, so a waiter that somebody could know of is
//!   seen by a look without the lock.
//! - R4. Once closed nobody queues, and what waits is told so.
//!
//! A reservation speaks for a waiting receive, but does not bind it: one that is gone by the time the
//! permit is used leaves the value at the head of the channel, like a receive that is dropped after it
//! was handed a value.

mod enroll;

use std::pin::Pin;
use std::task::Waker;

use taut_core::sync::{AtomicUsize, Guard, Lock, Ordering};
use taut_core::{
    Claimed, Enrolled, Filled, Header, Offer, Peek, Seeker, Slot, Vacant, Verdict, Visit, WaitList,
    Waiter, WakeBatch, Wanted,
};

use crate::channel::Received;
use crate::stash::{Stash, Tickets};

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
    tickets: Tickets,
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
    /// Whether a send may find a receive. True where [`has_free_receive`](Self::has_free_receive) is,
    /// at the least: it counts those that cannot be claimed as well.
    #[inline(always)]
    fn may_have_free_receive(&self) -> bool {
        self.receivers.len() > self.reserved
    }

    /// Whether a receive waits that no permit speaks for, and that `seeker` can claim.
    fn has_free_receive(&mut self, seeker: Seeker<'_>) -> bool {
        self.may_have_free_receive() && self.receivers.has_more_than(self.reserved, seeker)
    }

    /// The same for a send, which finds out by itself whether it can claim one.
    #[inline(always)]
    fn has_receive_to_try(&mut self, seeker: Seeker<'_>) -> bool {
        match self.reserved {
            0 => self.may_have_free_receive(),
            _ => self.has_free_receive(seeker),
        }
    }

    /// The first send that a receive can take from which does not wait: passing nobody, but, if so
    /// told, reservations.
    #[inline(always)]
    fn claim_send(&mut self, at_a_reservation: Wanted) -> Option<Claimed<'_>> {
        let Self { senders, receivers, reserved, .. } = self;
        senders.claim_where(Seeker::TASK, |sender| match sender.offer() {
            Offer::Place => at_a_reservation,
            // A receive that permits speak for, and that could take from it too, came first. (Without
            // permits it would have taken, by R1.)
            Offer::Value if *reserved > 0 && receivers.has_more_than(0, sender.seeker()) => {
                Wanted::NorWhatFollows
            }
            Offer::Value => Wanted::Yes,
        })
    }

    /// The first send or reservation that a receive can serve which no permit speaks for. `seeker` is
    /// one that waits to receive, or nobody.
    fn claim_servable<'s>(
        senders: &'s mut WaitList,
        receivers: &mut WaitList,
        reserved: usize,
        seeker: Seeker<'_>,
    ) -> Option<Claimed<'s>> {
        if seeker.is_select() {
            // Its own receive, which a search on its behalf passes over, counts too.
            let is_free = reserved == 0 || receivers.has_more_than(reserved - 1, seeker);
            return if is_free { senders.claim_first(seeker) } else { None };
        }
        senders.claim_where(seeker, |sender| {
            match receivers.has_more_than(reserved, sender.seeker()) {
                true => Wanted::Yes,
                false => Wanted::No,
            }
        })
    }

    /// Hands the value to the first receive that can be claimed, or gives it back.
    #[inline(always)]
    fn hand_over<'a>(
        &mut self,
        from: Filled<'a, T>,
        seeker: Seeker<'_>,
        ticket: Option<u64>,
    ) -> Result<Option<Waker>, Filled<'a, T>> {
        let Some(receiver) = self.receivers.claim_first(seeker) else { return Err(from) };
        receiver.set_ticket(ticket.unwrap_or_else(|| self.tickets.next()));
        // SAFETY: receives are `Waiter<T>`, and empty until they have a verdict.
        let _handed = from.move_to(unsafe { receiver.room() });
        Ok(receiver.finish(Verdict::Done))
    }

    /// Takes the value of a send that was claimed.
    fn take_from<'a>(sender: Claimed<'_>, into: Vacant<'a, T>) -> (Filled<'a, T>, Option<Waker>) {
        // SAFETY: only sends offer a value; they are `Waiter<T>`, and full until their verdict.
        let value = unsafe { sender.value() }.move_to(into);
        (value, sender.finish(Verdict::Done))
    }

    /// A receive that nobody spoke for is waiting: serves the first who waits for one.
    fn serve_one(&mut self, wakes: &mut WakeBatch) {
        if self.closed || !self.has_free_receive(Seeker::TASK) {
            return;
        }
        let Self { senders, receivers, reserved, .. } = self;
        let sender = Self::claim_servable(senders, receivers, *reserved, Seeker::TASK);
        let Some(sender) = sender else { return };
        match sender.offer() {
            Offer::Place => {
                *reserved += 1;
                wakes.extend(sender.finish(Verdict::Done));
            }
            Offer::Value => {
                let slot = Slot::empty();
                // SAFETY: our own, and empty.
                let (value, woken) = Self::take_from(sender, unsafe { slot.vacant() });
                wakes.extend(woken);
                wakes.extend(self.hand_over_or_stash(value, None));
            }
        }
    }

    /// For a value that is committed whether or not anybody can be claimed for it.
    fn hand_over_or_stash(&mut self, from: Filled<'_, T>, ticket: Option<u64>) -> Option<Waker> {
        match self.hand_over(from, Seeker::TASK, ticket) {
            Ok(woken) => woken,
            Err(from) => {
                let ticket = ticket.unwrap_or_else(|| self.tickets.next());
                self.stash.insert(ticket, from.take());
                None
            }
        }
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
                tickets: Tickets::new(),
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
        let send = state.closed || state.may_have_free_receive();
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
    fn peek(&self, flag: usize) -> Peek {
        // ORDERING: Acquire pairs with `publish`: who finds the flag down has seen what took it down.
        let word = self.word.load(Ordering::Acquire);
        let version = word as u64;
        if word & flag != 0 { Peek::Maybe(version) } else { Peek::Unready(version) }
    }

    /// Publishes that a value moved, and releases the lock.
    #[inline(always)]
    fn moved(&self, mut state: Guard<'_, State<T>>) {
        self.publish(&mut state, true);
    }

    /// A receive that does not wait, or not yet.
    #[inline(always)]
    fn take_at_once<'a>(&self, into: Vacant<'a, T>, at_a_reservation: Wanted) -> Received<'a, T> {
        if !self.may_go(Word::RECV_MAY_GO) {
            return Received::Empty;
        }
        let mut state = self.state.lock();
        if let Some(value) = state.stash.pop_front() {
            self.moved(state);
            return Received::Done(into.put(value), None);
        }
        if state.closed {
            return Received::Closed;
        }
        match state.claim_send(at_a_reservation) {
            Some(sender) => {
                let (value, woken) = State::take_from(sender, into);
                self.moved(state);
                Received::Done(value, woken)
            }
            None => {
                self.publish(&mut state, false);
                Received::Empty
            }
        }
    }

    /// One at a time, dropped when the lock is gone. A function of its own, for its room on the stack.
    fn discard_stashed(&self) {
        let value = self.state.lock().stash.pop_front();
        drop(value);
    }

    fn leave(&self, list: impl FnOnce(&mut State<T>) -> &mut WaitList, header: &Header) {
        let mut state = self.state.lock();
        // SAFETY: it was enrolled in this list, by the caller's contract, and this is its lock.
        let left = unsafe { list(&mut state).remove(header) };
        // An event: what stood behind it may be ready now, though no flag tells.
        self.publish(&mut state, left);
    }

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
        // SAFETY: queued, and this is the lock of its list.
        let is_newcomer = !unsafe { state.receivers.contains(waiter.header()) };
        let sender = match is_newcomer || state.reserved == 0 {
            true => state.senders.claim_first(visit.seeker()),
            // One that looks again is no receive more.
            false => State::<T>::claim_servable(
                &mut state.senders,
                &mut state.receivers,
                state.reserved,
                visit.seeker(),
            ),
        };
        if let Some(sender) = sender {
            match sender.offer() {
                // One receive more waits, and it is spoken for at once.
                Offer::Place => {
                    state.reserved += 1;
                    visit.wakes.extend(sender.finish(Verdict::Done));
                }
                Offer::Value => {
                    // SAFETY: no verdict, so our slot is empty.
                    let room = unsafe { waiter.get_ref().slot().vacant() };
                    let (value, woken) = State::take_from(sender, room);
                    visit.wakes.extend(woken);
                    if !is_newcomer {
                        return Enrolled::Decided(Verdict::Done);
                    }
                    // Receives that permits spoke for may wait in front of us: they come first.
                    match state.hand_over(value, visit.seeker(), None) {
                        Ok(woken) => visit.wakes.extend(woken),
                        Err(_ours) => return Enrolled::Decided(Verdict::Done),
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
        if enrolled.is_decided() {
            // SAFETY: queued, and this is the one list it is ever on.
            unsafe { list(&mut state).remove(header) };
        }
        // Always an event: a select that looks again can be claimed anew.
        self.publish(&mut state, true);
        enrolled
    }
}

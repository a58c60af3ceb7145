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

mod enroll;

use std::pin::Pin;
use std::task::Waker;

use taut_core::sync::{AtomicUsize, Guard, Lock, Ordering};
use taut_core::{
    Attempt, Claimed, Enrolled, Header, Offer, Peek, Seeker, Slot, Verdict, Visit, WaitList,
    Waiter, WakeBatch,
};

use crate::BUDGET_PERIOD;
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

//! Bounded and unbounded channels: a lock for each side, a buffer between them, two published indices.
//!
//! ```text
//!   senders' side (tx)                        receivers' side (rx)
//!   lock: cursor, tail, receives that wait    lock: cursor, head, sends that wait, stash
//!   published: tail, closed, reserved         published: head
//!           │                                         ▲
//!           └──────────▶  buffer: head .. tail  ──────┘
//! ```
//!
//! A send takes the senders' lock only, a receive the receivers' only; each looks at the other's index
//! when the bound it remembers is used up. Those who wait are listed under the lock of those who will
//! serve them: a send finds waiting receives under the lock that it holds anyway.
//!
//! # Invariants
//!
//! - D1. `tail` has one writer, the holder of tx; `head` has one, the holder of rx.
//! - D2. Lock order: rx, then tx. Whoever is about to wait holds both and has looked at everything.
//! - D3. A receive waits only while the buffer and the stash are empty, so a value handed to it passes
//!   nothing.
//! - D4. A send or a reservation waits only while there is no room: `tail - head + reserved` is the
//!   capacity. Room that is made while one waits is its: `head` is published only after it was served,
//!   so no newcomer passes.
//! - D5. Once closed nothing is added to the buffer, neither by those who wait.
//!
//! # Why no wake-up is lost
//!
//! A receive queues holding both locks, having seen `tail == head`. A push holds tx: it came before
//! (then `tail` shows it) or comes after (then it finds the receive). A send queues holding both locks,
//! having seen no room. A pop holds rx: it came before (then `head` shows it) or comes after (then it
//! finds the send). The same holds for `closed`, which is set under both.

mod chain;
mod enroll;
mod ring;
mod store;

use std::task::Waker;

use taut_core::sync::{AtomicBool, AtomicUsize, Guard, Lock, Ordering};
use taut_core::{Filled, Offer, Seeker, Vacant, Verdict, WaitList, WakeBatch};

pub(crate) use self::chain::Chain;
pub(crate) use self::ring::Ring;
pub(crate) use self::store::Store;
use crate::stash::{Stash, Tickets};

/// What the holder of tx has.
struct Tx<C> {
    cursor: C,
    /// What `Buffered::tail` holds.
    tail: usize,
    /// A lower bound of `head`: there is no less room than it says.
    head_seen: usize,
    receivers: WaitList,
    /// Room promised to permits.
    reserved: usize,
    tickets: Tickets,
    closed: bool,
}

/// What the holder of rx has.
struct Rx<T, C> {
    cursor: C,
    /// What `Buffered::head` holds.
    head: usize,
    /// A lower bound of `tail`.
    tail_seen: usize,
    senders: WaitList,
    stash: Stash<T>,
    /// What `Buffered::events` holds.
    events: usize,
}

/// The published word of rare events: whatever changes readiness but not an index.
struct Events;

impl Events {
    /// The stash is not empty.
    const STASHED: usize = 1;
    const EPOCH: usize = 2;
}

/// Two cache lines, since processors fetch pairs of them.
#[repr(align(128))]
struct Apart<S>(S);

/// The senders' lines.
struct TxSide<C> {
    lock: Lock<Tx<C>>,
    tail: AtomicUsize,
    reserved: AtomicUsize,
    events: AtomicUsize,
    closed: AtomicBool,
}

/// The receivers' lines.
struct RxSide<T, C> {
    lock: Lock<Rx<T, C>>,
    head: AtomicUsize,
}

/// A channel with a buffer.
pub(crate) struct Buffered<T, S: Store<T>> {
    /// None: unbounded.
    limit: Option<usize>,
    /// The same as a number, for the comparison that every send makes.
    capacity: usize,
    store: S,
    tx: Apart<TxSide<S::Cursor>>,
    rx: Apart<RxSide<T, S::Cursor>>,
}

// SAFETY: cursors and values are reached under the locks, one thread at a time a value; the cursors
// are indices or pointers into memory that the channel owns.
unsafe impl<T: Send, S: Store<T>> Send for Buffered<T, S> {}
// SAFETY: as above; a shared channel gives no shared access to a value.
unsafe impl<T: Send, S: Store<T>> Sync for Buffered<T, S> {}

impl<T, S: Store<T>> Buffered<T, S> {
    fn with_store(limit: Option<usize>, store: S, [tx, rx]: [S::Cursor; 2]) -> Self {
        let tx = Tx {
            cursor: tx,
            tail: 0,
            head_seen: 0,
            receivers: WaitList::new(),
            reserved: 0,
            tickets: Tickets::new(),
            closed: false,
        };
        let rx = Rx {
            cursor: rx,
            head: 0,
            tail_seen: 0,
            senders: WaitList::new(),
            stash: Stash::new(),
            events: 0,
        };
        Self {
            limit,
            capacity: limit.unwrap_or(usize::MAX),
            store,
            tx: Apart(TxSide {
                lock: Lock::new(tx),
                tail: AtomicUsize::new(0),
                reserved: AtomicUsize::new(0),
                events: AtomicUsize::new(0),
                closed: AtomicBool::new(false),
            }),
            rx: Apart(RxSide { lock: Lock::new(rx), head: AtomicUsize::new(0) }),
        }
    }

    #[inline(always)]
    fn lock_tx(&self) -> Guard<'_, Tx<S::Cursor>> {
        self.tx.0.lock.lock()
    }

    #[inline(always)]
    fn lock_rx(&self) -> Guard<'_, Rx<T, S::Cursor>> {
        self.rx.0.lock.lock()
    }

    /// D4: room that nobody was promised.
    #[inline(always)]
    fn has_room(&self, tx: &mut Tx<S::Cursor>) -> bool {
        if self.used(tx) < self.capacity {
            return true;
        }
        // ORDERING: Acquire pairs with the Release in `publish_head`: the slot's old value is out.
        tx.head_seen = self.rx.0.head.load(Ordering::Acquire);
        self.used(tx) < self.capacity
    }

    #[inline(always)]
    fn used(&self, tx: &Tx<S::Cursor>) -> usize {
        tx.tail.wrapping_sub(tx.head_seen).wrapping_add(tx.reserved)
    }

    /// # Safety
    ///
    /// There is room, by D4.
    #[inline(always)]
    unsafe fn push(&self, tx: &mut Tx<S::Cursor>, from: Filled<'_, T>) {
        debug_assert!(!tx.closed, "D5");
        // SAFETY: we hold tx, and there is room, by the caller.
        unsafe { self.store.push(&mut tx.cursor, from) };
        tx.tail = tx.tail.wrapping_add(1);
        // ORDERING: Release pairs with the Acquire in `has_value`: the value is in its slot.
        self.tx.0.tail.store(tx.tail, Ordering::Release);
    }

    #[inline(always)]
    fn has_value(&self, rx: &mut Rx<T, S::Cursor>) -> bool {
        if rx.head != rx.tail_seen {
            return true;
        }
        // ORDERING: Acquire pairs with the Release in `push`.
        rx.tail_seen = self.tx.0.tail.load(Ordering::Acquire);
        rx.head != rx.tail_seen
    }

    /// Takes the oldest value; a send that waits gets its room before it is published (D4).
    ///
    /// # Safety
    ///
    /// `has_value` said so under this lock.
    #[inline(always)]
    unsafe fn pop<'a>(
        &self,
        rx: &mut Rx<T, S::Cursor>,
        tx: Option<&mut Tx<S::Cursor>>,
        into: Vacant<'a, T>,
    ) -> (Filled<'a, T>, Option<Waker>) {
        // SAFETY: we hold rx, and `has_value` acquired the push, by the caller.
        let value = unsafe { self.store.pop(&mut rx.cursor) }.move_to(into);
        rx.head = rx.head.wrapping_add(1);
        let woken = if rx.senders.is_empty() { None } else { self.serve_one(rx, tx) };
        self.publish_head(rx);
        (value, woken)
    }

    #[inline(always)]
    fn publish_head(&self, rx: &Rx<T, S::Cursor>) {
        // ORDERING: Release pairs with the Acquire in `has_room`: the value is out of its slot.
        self.rx.0.head.store(rx.head, Ordering::Release);
    }

    /// Room for one was made and is not published yet: it goes to the first who waits for it.
    #[inline(never)]
    fn serve_one(
        &self,
        rx: &mut Rx<T, S::Cursor>,
        tx: Option<&mut Tx<S::Cursor>>,
    ) -> Option<Waker> {
        match tx {
            Some(tx) => self.serve_one_of(&mut rx.senders, tx),
            None => self.serve_one_of(&mut rx.senders, &mut self.lock_tx()),
        }
    }

    fn serve_one_of(&self, senders: &mut WaitList, tx: &mut Tx<S::Cursor>) -> Option<Waker> {
        if tx.closed {
            return None;
        }
        let sender = senders.claim_first(Seeker::TASK)?;
        match sender.offer() {
            Offer::Place => self.reserve_one(tx),
            Offer::Value => {
                // SAFETY: only sends offer a value; they are `Waiter<T>`, and full until their verdict.
                let value = unsafe { sender.value() };
                // SAFETY: D4: this room is its.
                unsafe { self.push(tx, value) };
            }
        }
        sender.finish(Verdict::Done)
    }

    fn reserve_one(&self, tx: &mut Tx<S::Cursor>) {
        tx.reserved += 1;
        self.publish_reserved(tx);
    }

    fn unreserve_one(&self, tx: &mut Tx<S::Cursor>) {
        tx.reserved -= 1;
        self.publish_reserved(tx);
    }

    fn publish_reserved(&self, tx: &Tx<S::Cursor>) {
        // ORDERING: Release pairs with the Acquire in `peek_send`.
        self.tx.0.reserved.store(tx.reserved, Ordering::Release);
    }

    /// Says that something happened which the indices do not show.
    fn publish_event(&self, rx: &mut Rx<T, S::Cursor>) {
        let stashed = usize::from(!rx.stash.is_empty()) * Events::STASHED;
        rx.events = (rx.events & !Events::STASHED).wrapping_add(Events::EPOCH) | stashed;
        // ORDERING: Release pairs with the Acquire in `events`.
        self.tx.0.events.store(rx.events, Ordering::Release);
    }

    /// At the end of an enrolment. A select that looks again can be claimed anew, which no index shows;
    /// nor does one show that the stash may be empty now.
    fn publish_visit(&self, rx: &mut Rx<T, S::Cursor>, looks_again: bool) {
        let stashed = usize::from(!rx.stash.is_empty()) * Events::STASHED;
        if looks_again || rx.events & Events::STASHED != stashed {
            self.publish_event(rx);
        }
    }

    /// Hands the value to the first receive that can be claimed, or gives it back. It takes effect
    /// either way (D4: there is room), so a select that is looking now must be told: `committing`.
    #[inline(never)]
    fn hand_over<'a>(
        &self,
        tx: &mut Tx<S::Cursor>,
        from: Filled<'a, T>,
        seeker: Seeker<'_>,
        ticket: Option<u64>,
    ) -> Result<Option<Waker>, Filled<'a, T>> {
        let Some(receiver) = tx.receivers.claim_first(seeker.committing()) else {
            return Err(from);
        };
        receiver.set_ticket(ticket.unwrap_or_else(|| tx.tickets.next()));
        // SAFETY: receives are `Waiter<T>`, and empty until they have a verdict.
        let _handed = from.move_to(unsafe { receiver.room() });
        Ok(receiver.finish(Verdict::Done))
    }

    /// Sends, given that there is room.
    ///
    /// # Safety
    ///
    /// There is room, by D4.
    #[inline(always)]
    unsafe fn hand_over_or_push(
        &self,
        tx: &mut Tx<S::Cursor>,
        mut from: Filled<'_, T>,
        seeker: Seeker<'_>,
    ) -> Option<Waker> {
        if !tx.receivers.is_empty() {
            match self.hand_over(tx, from, seeker, None) {
                Ok(woken) => return woken,
                Err(unclaimed) => from = unclaimed,
            }
        }
        // SAFETY: by the caller.
        unsafe { self.push(tx, from) };
        None
    }

    /// Passes on the room of a permit that did not need it, for as long as the batch has space. False:
    /// there is more to do. Until it is done the room stays reserved, so that no newcomer takes it.
    ///
    /// Receives and sends may both be waiting here, kept apart by the permits that had all the room:
    /// they are paired first, which uses none of it.
    fn pass_on_room(
        &self,
        rx: &mut Rx<T, S::Cursor>,
        tx: &mut Tx<S::Cursor>,
        wakes: &mut WakeBatch,
    ) -> bool {
        while wakes.has_space(2) {
            let sender = if tx.closed { None } else { rx.senders.claim_first(Seeker::TASK) };
            let Some(sender) = sender else {
                self.unreserve_one(tx);
                self.publish_event(rx);
                return true;
            };
            if sender.offer() == Offer::Place {
                wakes.extend(sender.finish(Verdict::Done));
                return true;
            }
            // SAFETY: only sends offer a value; they are `Waiter<T>`, and full until their verdict.
            let value = unsafe { sender.value() };
            let paired = match self.hand_over(tx, value, Seeker::TASK, None) {
                Ok(woken) => {
                    wakes.extend(woken);
                    true
                }
                Err(value) => {
                    self.unreserve_one(tx);
                    // SAFETY: this is the room.
                    unsafe { self.push(tx, value) };
                    false
                }
            };
            wakes.extend(sender.finish(Verdict::Done));
            if !paired {
                return true;
            }
        }
        false
    }

    fn events(&self) -> usize {
        // ORDERING: Acquire pairs with `publish_event`.
        self.tx.0.events.load(Ordering::Acquire)
    }

    fn is_marked_closed(&self) -> bool {
        // ORDERING: Acquire pairs with the Release in `close`: who sees it sees every push.
        self.tx.0.closed.load(Ordering::Acquire)
    }

    /// The version of a look at an index together with the rare events.
    fn version(events: usize, index: usize) -> u64 {
        (events as u64).wrapping_shl(32) ^ index as u64
    }
}

impl<T, S: Store<T>> Drop for Buffered<T, S> {
    fn drop(&mut self) {
        crate::channel::Channel::discard(self);
        // SAFETY: everything was popped, and the channel is going.
        unsafe { self.store.free(&mut self.lock_rx().cursor) };
    }
}

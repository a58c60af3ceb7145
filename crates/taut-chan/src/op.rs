//! The waiting operations of a channel, as the core drives them: what each tries, queues, and undoes.
//!
//! | operation | slot before | dropped with its verdict unseen | dropped without one |
//! | --- | --- | --- | --- |
//! | `SendOp` | the value | sent: nothing to do; closed: the value is dropped | the value is dropped |
//! | `SendFromOp` | empty, the value is at home | sent: nothing; closed: the value goes home | it goes home |
//! | `RecvOp` | empty | the value goes back to the head of the channel | nothing |
//! | `ReserveOp` | – | the room is given back | nothing |

use std::pin::Pin;

use taut_core::{
    Attempt, Enrolled, Offer, Operation, Peek, Slot, Verdict, Visit, Waiter, Waiting, wake,
};

use crate::error::{Closed, RecvError, SendError, SendFromError};
use crate::receiver::Receiver;
use crate::sender::Sender;
use crate::shared::Shared;

/// Whatever an operation reaches its channel through: a borrow or a handle.
pub(crate) trait Side {
    type Value;

    fn shared(&self) -> &Shared<Self::Value>;
}

impl<T> Side for &Shared<T> {
    type Value = T;

    #[inline(always)]
    fn shared(&self) -> &Shared<T> {
        self
    }
}

impl<T> Side for Sender<T> {
    type Value = T;

    #[inline(always)]
    fn shared(&self) -> &Shared<T> {
        Self::shared(self)
    }
}

impl<T> Side for Receiver<T> {
    type Value = T;

    #[inline(always)]
    fn shared(&self) -> &Shared<T> {
        Self::shared(self)
    }
}

/// Sends the value in its slot.
pub(crate) struct SendOp<S>(S);

impl<S: Side> SendOp<S> {
    #[inline(always)]
    pub(crate) fn waiting(side: S, value: S::Value) -> Waiting<Self> {
        Waiting::new(Self(side), Slot::holding(value))
    }
}

// SAFETY: the waiter is enrolled with one channel, which keeps sends on one list; `leave_send` takes
// that list's lock.
unsafe impl<S: Side> Operation for SendOp<S> {
    type Slot = S::Value;
    type Output = Result<(), SendError<S::Value>>;

    const OFFER: Offer = Offer::Value;

    #[inline(always)]
    fn peek(&self) -> Peek {
        self.0.shared().peek_send()
    }

    #[inline(always)]
    fn attempt(&mut self, slot: &Slot<S::Value>) -> Attempt {
        // SAFETY: not begun, so the slot holds our value.
        let value = unsafe { slot.filled() };
        self.0.shared().try_send(value).into_attempt()
    }

    fn enroll(&mut self, waiter: Pin<&Waiter<S::Value>>, visit: &mut Visit<'_>) -> Enrolled {
        // SAFETY: the core enrols queued waiters only; the slot holds our value until it is sent.
        unsafe { self.0.shared().channel().enroll_send(waiter, visit) }
    }

    #[inline(always)]
    fn conclude(&mut self, slot: &Slot<S::Value>, verdict: Verdict) -> Self::Output {
        match verdict {
            Verdict::Done => Ok(()),
            // SAFETY: it was not sent, so the slot still holds it, and it is ours.
            Verdict::Closed => Err(SendError(unsafe { slot.filled() }.take())),
        }
    }

    fn leave(&mut self, waiter: &Waiter<S::Value>) {
        // SAFETY: it was enrolled as a send.
        unsafe { self.0.shared().channel().leave_send(waiter.header()) };
    }

    fn undo(&mut self, waiter: &Waiter<S::Value>, verdict: Verdict) {
        drop(self.conclude(waiter.slot(), verdict));
    }

    #[inline(always)]
    fn abandon(&mut self, slot: &Slot<S::Value>) {
        // SAFETY: it was not sent, so the slot still holds it, and it is ours.
        drop(unsafe { slot.filled() }.take());
    }
}

/// Sends the value out of somebody's `Option`, where it returns to if it is not sent.
pub(crate) struct SendFromOp<'a, T> {
    shared: &'a Shared<T>,
    home: &'a mut Option<T>,
    /// The value is in the slot, or was when it was sent from there.
    is_out: bool,
}

impl<'a, T> SendFromOp<'a, T> {
    pub(crate) fn waiting(shared: &'a Shared<T>, home: &'a mut Option<T>) -> Waiting<Self> {
        let operation = Self { shared, home, is_out: false };
        Waiting::new(operation, Slot::empty())
    }

    /// Into the slot, unless it is there already. False: there is nothing to send.
    fn fetch(&mut self, slot: &Slot<T>) -> bool {
        if let Some(value) = self.home.take() {
            // SAFETY: the value was at home, so the slot is empty, and it is ours.
            let _fetched = unsafe { slot.vacant() }.put(value);
            self.is_out = true;
        }
        self.is_out
    }

    /// Out of the slot, if it is there. It was not sent.
    fn bring_home(&mut self, slot: &Slot<T>) {
        if std::mem::take(&mut self.is_out) {
            // SAFETY: fetched and not sent, so the slot holds it, and it is ours.
            *self.home = Some(unsafe { slot.filled() }.take());
        }
    }
}

// SAFETY: as for `SendOp`. The value is in the slot whenever the waiter is queued without a verdict.
unsafe impl<T> Operation for SendFromOp<'_, T> {
    type Slot = T;
    type Output = Result<(), SendFromError>;

    const OFFER: Offer = Offer::Value;

    #[inline(always)]
    fn peek(&self) -> Peek {
        self.shared.peek_send()
    }

    fn attempt(&mut self, slot: &Slot<T>) -> Attempt {
        if !self.fetch(slot) {
            return Attempt::Closed;
        }
        // SAFETY: fetched, so the slot holds it, and it is ours.
        let value = unsafe { slot.filled() };
        self.shared.try_send(value).into_attempt()
    }

    fn enroll(&mut self, waiter: Pin<&Waiter<T>>, visit: &mut Visit<'_>) -> Enrolled {
        if !self.fetch(waiter.slot()) {
            return Enrolled::Decided(Verdict::Closed);
        }
        // SAFETY: the core enrols queued waiters only; the slot holds our value until it is sent.
        unsafe { self.shared.channel().enroll_send(waiter, visit) }
    }

    fn conclude(&mut self, slot: &Slot<T>, verdict: Verdict) -> Self::Output {
        if verdict == Verdict::Done {
            return Ok(());
        }
        self.bring_home(slot);
        Err(if self.home.is_some() { SendFromError::Closed } else { SendFromError::Empty })
    }

    fn leave(&mut self, waiter: &Waiter<T>) {
        // SAFETY: it was enrolled as a send.
        unsafe { self.shared.channel().leave_send(waiter.header()) };
    }

    fn undo(&mut self, waiter: &Waiter<T>, verdict: Verdict) {
        if verdict == Verdict::Closed {
            self.bring_home(waiter.slot());
        }
    }

    fn abandon(&mut self, slot: &Slot<T>) {
        self.bring_home(slot);
    }
}

/// Receives into its slot.
pub(crate) struct RecvOp<S>(S);

impl<S: Side> RecvOp<S> {
    #[inline(always)]
    pub(crate) fn waiting(side: S) -> Waiting<Self> {
        Waiting::new(Self(side), Slot::empty())
    }

    pub(crate) const fn side(&self) -> &S {
        &self.0
    }
}

// SAFETY: the waiter is enrolled with one channel, which keeps receives on one list; `leave_recv` takes
// that list's lock.
unsafe impl<S: Side> Operation for RecvOp<S> {
    type Slot = S::Value;
    type Output = Result<S::Value, RecvError>;

    const OFFER: Offer = Offer::Value;

    #[inline(always)]
    fn peek(&self) -> Peek {
        self.0.shared().peek_recv()
    }

    #[inline(always)]
    fn attempt(&mut self, slot: &Slot<S::Value>) -> Attempt {
        // SAFETY: not begun, so the slot is empty.
        let room = unsafe { slot.vacant() };
        self.0.shared().attempt_recv(room).into_attempt()
    }

    fn enroll(&mut self, waiter: Pin<&Waiter<S::Value>>, visit: &mut Visit<'_>) -> Enrolled {
        // SAFETY: the core enrols queued waiters only; the slot is empty until it is given a value.
        unsafe { self.0.shared().channel().enroll_recv(waiter, visit) }
    }

    #[inline(always)]
    fn conclude(&mut self, slot: &Slot<S::Value>, verdict: Verdict) -> Self::Output {
        match verdict {
            // SAFETY: it was given a value, which is ours.
            Verdict::Done => Ok(unsafe { slot.filled() }.take()),
            Verdict::Closed => Err(RecvError),
        }
    }

    fn leave(&mut self, waiter: &Waiter<S::Value>) {
        // SAFETY: it was enrolled as a receive.
        unsafe { self.0.shared().channel().leave_recv(waiter.header()) };
    }

    fn undo(&mut self, waiter: &Waiter<S::Value>, verdict: Verdict) {
        if verdict == Verdict::Closed {
            return;
        }
        // SAFETY: we are its owner and saw the verdict. Who hands over sets a ticket.
        let ticket = unsafe { waiter.ticket() }.unwrap_or(0);
        // SAFETY: it was given a value, which is ours.
        let value = unsafe { waiter.slot().filled() };
        wake(self.0.shared().channel().give_back(ticket, value));
    }
}

/// Reserves room for one value.
pub(crate) struct ReserveOp<S>(S);

impl<S: Side> ReserveOp<S> {
    pub(crate) fn waiting(side: S) -> Waiting<Self> {
        Waiting::new(Self(side), Slot::empty())
    }

    pub(crate) const fn side(&self) -> &S {
        &self.0
    }
}

// SAFETY: as for `SendOp`.
unsafe impl<S: Side> Operation for ReserveOp<S> {
    type Slot = ();
    type Output = Result<(), Closed>;

    const OFFER: Offer = Offer::Place;

    #[inline(always)]
    fn peek(&self) -> Peek {
        self.0.shared().peek_send()
    }

    fn attempt(&mut self, _: &Slot<()>) -> Attempt {
        self.0.shared().channel().try_reserve()
    }

    fn enroll(&mut self, waiter: Pin<&Waiter<()>>, visit: &mut Visit<'_>) -> Enrolled {
        // SAFETY: the core enrols queued waiters only.
        unsafe { self.0.shared().channel().enroll_reserve(waiter, visit) }
    }

    fn conclude(&mut self, _: &Slot<()>, verdict: Verdict) -> Self::Output {
        match verdict {
            Verdict::Done => Ok(()),
            Verdict::Closed => Err(Closed),
        }
    }

    fn leave(&mut self, waiter: &Waiter<()>) {
        // SAFETY: it was enrolled as a reservation.
        unsafe { self.0.shared().channel().leave_send(waiter.header()) };
    }

    fn undo(&mut self, _: &Waiter<()>, verdict: Verdict) {
        if verdict == Verdict::Done {
            // SAFETY: that is what the verdict granted, and nobody else saw it.
            unsafe { self.0.shared().channel().release() };
        }
    }
}

//! The arms under test: cases of the channel, whose steps are noted down.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use taut_chan::{OwnedPermit, SendFromError, TryReserveError};
use taut_core::{Case, Claim, Peek};
use taut_select::map;

use crate::op::Way;
use crate::real::{Outcome, Slot, Token};
use crate::spec::Id;
use crate::world::Pair;

/// What a select did to one of its arms, and whether that gave an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Attempt(Id, bool),
    Enroll(Id, bool),
}

pub(crate) type Log = Rc<RefCell<Vec<Step>>>;

/// Permits that selects were granted, and the number of their channel.
pub(crate) type Permits = Rc<RefCell<Vec<(usize, OwnedPermit<Token<0>>)>>>;

type Inner<'a> = Pin<Box<dyn Case<Output = Outcome> + 'a>>;

/// An arm. It is `None` when it is gone, so that its slot can be looked into.
pub(crate) struct Arm<'a> {
    id: Id,
    inner: Option<Inner<'a>>,
    log: Log,
    home: Option<(*mut Option<Token<0>>, Slot<0>)>,
}

/// What an arm is made of beside its channel.
pub(crate) struct Parts {
    pub(crate) id: Id,
    pub(crate) log: Log,
    pub(crate) permits: Permits,
    pub(crate) token: Option<Token<0>>,
    pub(crate) slot: Slot<0>,
}

impl<'a> Arm<'a> {
    pub(crate) fn new((number, channel): (usize, &'a Pair), way: Way, parts: Parts) -> Self {
        let Parts { id, log, permits, token, slot } = parts;
        let mut this = Self { id, inner: None, log, home: None };
        let (tx, rx) = (&*channel.tx, &*channel.rx);
        this.inner = match (way, token) {
            (Way::Recv, _) => {
                let got = |got: Result<Token<0>, _>| {
                    got.map_or(Outcome::Drained, |value| Outcome::Got(value.spend()))
                };
                Some(Box::pin(map(rx.recv(), got)))
            }
            (Way::Send, Some(token)) => Some(Box::pin(map(tx.send(token), |sent| match sent {
                Ok(()) => Outcome::Sent,
                Err(error) => Outcome::Unsent(error.into_inner().spend()),
            }))),
            (Way::SendFrom, token) => {
                let home = Box::into_raw(Box::new(token));
                this.home = Some((home, slot));
                // SAFETY: freed in `drop`, after the case.
                let sending = tx.send_from(unsafe { &mut *home });
                Some(Box::pin(map(sending, |sent| match sent {
                    Ok(()) => Outcome::Sent,
                    Err(SendFromError::Closed) => Outcome::SlotKept,
                    Err(SendFromError::Empty) => Outcome::SlotEmpty,
                })))
            }
            (Way::Reserve, _) => {
                let granted = move |permit| match permit {
                    Ok(permit) => {
                        permits.borrow_mut().push((number, permit));
                        Outcome::Sent
                    }
                    Err(error) => Outcome::NoRoom(TryReserveError::from(error)),
                };
                Some(Box::pin(map(tx.clone().reserve_owned(), granted)))
            }
            (Way::Watch, _) => Some(Box::pin(map(tx.closed(), |()| Outcome::Watched))),
            (Way::Disabled | Way::Send, _) => None,
        };
        this
    }

    fn note(&self, step: impl FnOnce(Id, bool) -> Step, polled: Poll<Outcome>) -> Poll<Outcome> {
        self.log.borrow_mut().push(step(self.id, polled.is_ready()));
        polled
    }
}

impl Drop for Arm<'_> {
    fn drop(&mut self) {
        self.inner = None;
        if let Some((home, seen)) = self.home.take() {
            // SAFETY: made by `Box::into_raw`, and the case that borrowed it is gone.
            *seen.borrow_mut() = *unsafe { Box::from_raw(home) };
        }
    }
}

// SAFETY: it is the case inside.
unsafe impl Case for Arm<'_> {
    type Output = Outcome;

    fn is_enabled(&self) -> bool {
        self.inner.is_enabled()
    }

    fn peek(&self) -> Peek {
        self.inner.peek()
    }

    fn attempt(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let polled = Pin::new(&mut self.inner).attempt(cx);
        self.note(Step::Attempt, polled)
    }

    unsafe fn enroll(mut self: Pin<&mut Self>, claim: Pin<&Claim>, arm: u32) -> Poll<Outcome> {
        // SAFETY: by the caller.
        let polled = unsafe { Pin::new(&mut self.inner).enroll(claim, arm) };
        self.note(Step::Enroll, polled)
    }

    fn collect(mut self: Pin<&mut Self>) -> Option<Outcome> {
        Pin::new(&mut self.inner).collect()
    }
}

//! A future of the channel under test, beside what the oracle knows of it.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use taut_chan::TryReserveError;

use crate::op::WAKERS;
use crate::real::{Boxed, Desk, Outcome, Slot};
use crate::spec::{Asked, Id, Received, Spec, Val, Verdict};
use crate::support::Wakes;

/// What a future does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Send(Val),
    SendFrom(Option<Val>),
    Recv,
    RecvMany { max: usize },
    Hold { waits: bool },
    Watch,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Fresh,
    /// Registered with this waker.
    Waiting(usize),
    /// And woken; not polled since.
    Decided(Verdict),
    /// It has its permit.
    Holding,
}

/// What a poll shows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Pending,
    Granted,
    Ready(Outcome),
}

/// A future's wakers, and how often each must have been woken.
pub(crate) struct Wakers([(Arc<Wakes>, usize); WAKERS]);

impl Wakers {
    pub(crate) fn new() -> Self {
        Self(std::array::from_fn(|_| (Wakes::new(), 0)))
    }

    pub(crate) fn waker(&self, which: usize) -> Waker {
        Waker::from(Arc::clone(&self.0[which].0))
    }

    pub(crate) fn expect_wake(&mut self, waker: usize) {
        self.0[waker].1 += 1;
    }

    /// Every wake-up came, once; and only who waits has left a waker in the channel.
    pub(crate) fn check(&self, id: Id, registered: Option<usize>) {
        for (which, (wakes, expected)) in self.0.iter().enumerate() {
            assert_eq!(wakes.count(), *expected, "wakes of waker {which} of future {id}");
            let kept = usize::from(registered == Some(which));
            assert_eq!(
                Arc::strong_count(wakes),
                1 + kept,
                "copies of waker {which} of future {id}"
            );
        }
    }
}

pub(crate) struct Fut<const P: usize> {
    pub(crate) kind: Kind,
    pub(crate) state: State,
    /// The handle it keeps alive.
    pub(crate) handle: usize,
    pub(crate) desk: Rc<Desk<P>>,
    pub(crate) slot: Slot<P>,
    pub(crate) wakers: Wakers,
    real: Boxed,
}

impl<const P: usize> Fut<P> {
    pub(crate) fn new(kind: Kind, handle: usize, make: impl FnOnce(&Self) -> Boxed) -> Self {
        let mut this = Self {
            kind,
            state: State::Fresh,
            handle,
            desk: Desk::new(),
            slot: Rc::new(RefCell::new(None)),
            wakers: Wakers::new(),
            real: Box::pin(std::future::pending()),
        };
        this.real = make(&this);
        this
    }

    pub(crate) fn poll(&mut self, waker: usize) -> Seen {
        let waker = self.wakers.waker(waker);
        match self.real.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(outcome) => Seen::Ready(outcome),
            Poll::Pending if self.desk.is_granted() => Seen::Granted,
            Poll::Pending => Seen::Pending,
        }
    }

    /// What that poll must show.
    pub(crate) fn expect_poll(&mut self, id: Id, waker: usize, spec: &mut Spec) -> Seen {
        match self.state {
            State::Fresh => self.expect_first(id, waker, spec),
            State::Waiting(_) => self.wait(waker),
            State::Holding => Seen::Pending,
            State::Decided(verdict) => self.expect_conclusion(verdict, spec),
        }
    }

    fn wait(&mut self, waker: usize) -> Seen {
        self.state = State::Waiting(waker);
        Seen::Pending
    }

    fn hold(&mut self) -> Seen {
        self.state = State::Holding;
        Seen::Granted
    }

    fn expect_first(&mut self, id: Id, waker: usize, spec: &mut Spec) -> Seen {
        let asked = match self.kind {
            Kind::Send(value) | Kind::SendFrom(Some(value)) => spec.send(Some(id), value),
            Kind::SendFrom(None) => return Seen::Ready(Outcome::SlotEmpty),
            Kind::Hold { waits } => match spec.reserve(waits.then_some(id)) {
                Asked::Done => return self.hold(),
                Asked::NoRoom if !waits => {
                    return Seen::Ready(Outcome::NoRoom(TryReserveError::Full));
                }
                other => other,
            },
            Kind::RecvMany { max: 0 } => return Seen::Ready(Outcome::Many(Vec::new())),
            Kind::Recv | Kind::RecvMany { .. } => match spec.recv(id) {
                Received::Nothing => return self.wait(waker),
                Received::Closed => return self.closed(),
                Received::Value(value) => return self.received(value, spec),
            },
            Kind::Watch if spec.watch(id) => return Seen::Ready(Outcome::Watched),
            Kind::Watch => return self.wait(waker),
        };
        match asked {
            Asked::Done => Seen::Ready(Outcome::Sent),
            Asked::Closed => self.closed(),
            Asked::NoRoom => self.wait(waker),
        }
    }

    fn expect_conclusion(&mut self, verdict: Verdict, spec: &mut Spec) -> Seen {
        match (verdict, self.kind) {
            (Verdict::Done, Kind::Hold { .. }) => self.hold(),
            (Verdict::Done, Kind::Watch) => Seen::Ready(Outcome::Watched),
            (Verdict::Done, _) => Seen::Ready(Outcome::Sent),
            (Verdict::Closed, _) => self.closed(),
            (Verdict::Got { value, .. }, _) => self.received(value, spec),
        }
    }

    fn closed(&self) -> Seen {
        Seen::Ready(match self.kind {
            Kind::Send(value) => Outcome::Unsent(value),
            Kind::SendFrom(_) => Outcome::SlotKept,
            Kind::Recv => Outcome::Drained,
            Kind::RecvMany { .. } => Outcome::Many(Vec::new()),
            Kind::Hold { .. } => Outcome::NoRoom(TryReserveError::Closed),
            Kind::Watch => Outcome::Watched,
        })
    }

    fn received(&self, value: Val, spec: &mut Spec) -> Seen {
        let Kind::RecvMany { max } = self.kind else { return Seen::Ready(Outcome::Got(value)) };
        let mut values = vec![value];
        while values.len() < max {
            let Received::Value(more) = spec.try_recv() else { break };
            values.push(more);
        }
        Seen::Ready(Outcome::Many(values))
    }

    /// What dropping it does to the channel.
    pub(crate) fn expect_drop(&self, id: Id, spec: &mut Spec) {
        match (self.state, self.kind) {
            (State::Waiting(_), _) => spec.withdraw(id),
            (State::Decided(Verdict::Got { value, ticket }), _) => spec.give_back(value, ticket),
            (State::Decided(Verdict::Done), Kind::Hold { .. }) | (State::Holding, _) => {
                spec.release();
            }
            _ => {}
        }
    }

    /// The value that is on its way in or out through it.
    pub(crate) fn value(&self) -> Option<Val> {
        match (self.kind, self.state) {
            (_, State::Decided(Verdict::Got { value, .. })) => Some(value),
            (_, State::Decided(Verdict::Done)) => None,
            (Kind::Send(value), _) => Some(value),
            (Kind::SendFrom(value), _) => value,
            _ => None,
        }
    }

    /// The value that must be in the caller's slot when it is over.
    pub(crate) fn expect_slot(&self) -> Option<Val> {
        match (self.kind, self.state) {
            (Kind::SendFrom(_), State::Decided(Verdict::Done)) => None,
            (Kind::SendFrom(value), _) => value,
            _ => None,
        }
    }

    /// The future goes; its wakers stay.
    pub(crate) fn into_wakers(self) -> Wakers {
        drop(self.real);
        self.wakers
    }

    pub(crate) fn registered(&self) -> Option<usize> {
        match self.state {
            State::Waiting(waker) => Some(waker),
            _ => None,
        }
    }
}

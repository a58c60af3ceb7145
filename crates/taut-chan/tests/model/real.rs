//! The channel under test: its operations as futures that hold their handle, and values that are known
//! one by one.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use taut_chan::{Receiver, SendFromError, Sender, TryReserveError};

use crate::spec::Val;

/// The values that are alive.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger(Rc<RefCell<BTreeSet<Val>>>);

/// A value, of a size that decides on the memory of the channel.
#[derive(Debug)]
pub(crate) struct Token<const PAD: usize> {
    id: Val,
    ledger: Ledger,
    _pad: [u8; PAD],
}

impl Ledger {
    pub(crate) fn token<const PAD: usize>(&self, id: Val) -> Token<PAD> {
        assert!(self.0.borrow_mut().insert(id), "{id} is alive already");
        Token { id, ledger: self.clone(), _pad: [0; PAD] }
    }

    pub(crate) fn alive(&self) -> BTreeSet<Val> {
        self.0.borrow().clone()
    }
}

impl<const PAD: usize> Token<PAD> {
    /// Says who it was, and drops it.
    pub(crate) fn spend(self) -> Val {
        self.id
    }
}

impl<const PAD: usize> Drop for Token<PAD> {
    fn drop(&mut self) {
        // Not in the middle of a panic: the first message is the one that tells.
        let was_alive = self.ledger.0.borrow_mut().remove(&self.id);
        assert!(was_alive || std::thread::panicking(), "{} dropped twice", self.id);
    }
}

/// What an operation gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Sent,
    /// Closed, and the value came back.
    Unsent(Val),
    /// Closed, and the value is in its slot.
    SlotKept,
    SlotEmpty,
    Got(Val),
    Drained,
    Many(Vec<Val>),
    NoRoom(TryReserveError),
    Watched,
}

pub(crate) type Boxed = Pin<Box<dyn Future<Output = Outcome>>>;

pub(crate) fn send<const P: usize>(tx: Rc<Sender<Token<P>>>, value: Token<P>) -> Boxed {
    Box::pin(async move {
        match tx.send(value).await {
            Ok(()) => Outcome::Sent,
            Err(error) => Outcome::Unsent(error.into_inner().spend()),
        }
    })
}

/// Where the value of a `send_from` is found when that is over.
pub(crate) type Slot<const P: usize> = Rc<RefCell<Option<Token<P>>>>;

/// The caller's slot; when the future goes, what is in it is put where the test can see it.
struct Home<const P: usize> {
    slot: Option<Token<P>>,
    seen: Slot<P>,
}

impl<const P: usize> Drop for Home<P> {
    fn drop(&mut self) {
        *self.seen.borrow_mut() = self.slot.take();
    }
}

pub(crate) fn send_from<const P: usize>(
    tx: Rc<Sender<Token<P>>>,
    value: Option<Token<P>>,
    seen: Slot<P>,
) -> Boxed {
    let mut home = Home { slot: value, seen };
    Box::pin(async move {
        match tx.send_from(&mut home.slot).await {
            Ok(()) => Outcome::Sent,
            Err(SendFromError::Closed) => Outcome::SlotKept,
            Err(SendFromError::Empty) => Outcome::SlotEmpty,
        }
    })
}

pub(crate) fn recv<const P: usize>(rx: Rc<Receiver<Token<P>>>) -> Boxed {
    Box::pin(async move { rx.recv().await.map_or(Outcome::Drained, |v| Outcome::Got(v.spend())) })
}

pub(crate) fn recv_many<const P: usize>(rx: Rc<Receiver<Token<P>>>, max: usize) -> Boxed {
    Box::pin(async move {
        let mut into = Vec::new();
        let count = rx.recv_many(&mut into, max).await;
        assert_eq!(count, into.len());
        Outcome::Many(into.into_iter().map(Token::spend).collect())
    })
}

/// Between the test and a future that holds a permit.
#[derive(Debug)]
pub(crate) struct Desk<const P: usize> {
    granted: Cell<bool>,
    order: RefCell<Option<Token<P>>>,
}

impl<const P: usize> Desk<P> {
    pub(crate) fn new() -> Rc<Self> {
        Rc::new(Self { granted: Cell::new(false), order: RefCell::new(None) })
    }

    /// Whether there is a permit, since this was last asked.
    pub(crate) fn is_granted(&self) -> bool {
        self.granted.take()
    }

    /// Has the value sent, at the next poll.
    pub(crate) fn order(&self, value: Token<P>) {
        *self.order.borrow_mut() = Some(value);
    }

    async fn ordered(&self) -> Token<P> {
        self.granted.set(true);
        poll_fn(|_| self.order.borrow_mut().take().map_or(Poll::Pending, Poll::Ready)).await
    }
}

/// A permit that borrows its sender.
pub(crate) fn hold<const P: usize>(
    tx: Rc<Sender<Token<P>>>,
    desk: Rc<Desk<P>>,
    waits: bool,
) -> Boxed {
    Box::pin(async move {
        let permit = match waits {
            true => tx.reserve().await.map_err(TryReserveError::from),
            false => tx.try_reserve(),
        };
        let permit = match permit {
            Ok(permit) => permit,
            Err(error) => return Outcome::NoRoom(error),
        };
        match permit.send(desk.ordered().await) {
            Ok(()) => Outcome::Sent,
            Err(error) => Outcome::Unsent(error.into_inner().spend()),
        }
    })
}

/// A permit that owns its sender.
pub(crate) fn hold_owned<const P: usize>(
    tx: Sender<Token<P>>,
    desk: Rc<Desk<P>>,
    waits: bool,
) -> Boxed {
    Box::pin(async move {
        let permit = match waits {
            true => tx.reserve_owned().await.map_err(TryReserveError::from),
            false => tx.try_reserve_owned().map_err(|(_, error)| error),
        };
        let permit = match permit {
            Ok(permit) => permit,
            Err(error) => return Outcome::NoRoom(error),
        };
        match permit.send(desk.ordered().await) {
            Ok(_) => Outcome::Sent,
            Err(error) => Outcome::Unsent(error.into_inner().spend()),
        }
    })
}

pub(crate) fn watch_tx<const P: usize>(tx: Rc<Sender<Token<P>>>) -> Boxed {
    Box::pin(async move {
        tx.closed().await;
        Outcome::Watched
    })
}

pub(crate) fn watch_rx<const P: usize>(rx: Rc<Receiver<Token<P>>>) -> Boxed {
    Box::pin(async move {
        rx.closed().await;
        Outcome::Watched
    })
}

//! taut itself.

mod context;
mod group;
mod scopes;
mod select;
mod tasks;

use std::iter::repeat_n;

use ::taut::chan::{self, Receiver, Sender};

pub(crate) use self::context::run as context;
pub(crate) use self::group::{Flight, Group};
pub(crate) use self::scopes::{Scoped, ScopedGroup};
pub(crate) use self::select::run as select;
pub(crate) use self::tasks::TaskGroup;
use crate::rows::Capacity;
use crate::workloads::{Channel, Message, Outcome, Rx, Tx};

pub(crate) struct Taut;

impl<M: Message> Channel<M> for Taut {
    type Tx = Sender<M>;
    type Rx = Receiver<M>;

    fn open(
        capacity: Capacity,
        senders: usize,
        receivers: usize,
    ) -> (Vec<Sender<M>>, Vec<Receiver<M>>) {
        let (tx, rx) = match capacity {
            Capacity::Rendezvous => chan::rendezvous(),
            Capacity::Bounded(capacity) => chan::bounded(capacity),
            Capacity::Unbounded => chan::unbounded(),
        };
        (repeat_n(tx, senders).collect(), repeat_n(rx, receivers).collect())
    }
}

impl<M: Message> Tx<M> for Sender<M> {
    fn send(&self, message: M) -> impl Future<Output = impl Outcome<()>> + Send {
        Sender::send(self, message)
    }

    fn try_send(&self, message: M) -> bool {
        Sender::try_send(self, message).is_ok()
    }
}

impl<M: Message> Rx<M> for Receiver<M> {
    fn recv(&mut self) -> impl Future<Output = impl Outcome<M>> + Send {
        Receiver::recv(self)
    }

    fn try_recv(&mut self) -> Option<M> {
        Receiver::try_recv(self).ok()
    }
}

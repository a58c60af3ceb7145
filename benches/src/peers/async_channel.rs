//! async-channel; without a rendezvous.

use std::iter::repeat_n;

use ::async_channel::{Receiver, Sender, bounded, unbounded};

use crate::rows::Capacity;
use crate::workloads::{Channel, Message, Outcome, Rx, Tx};

pub(crate) struct AsyncChannel;

impl<M: Message> Channel<M> for AsyncChannel {
    type Tx = Sender<M>;
    type Rx = Receiver<M>;

    fn open(
        capacity: Capacity,
        senders: usize,
        receivers: usize,
    ) -> (Vec<Sender<M>>, Vec<Receiver<M>>) {
        let (tx, rx) = match capacity {
            Capacity::Unbounded => unbounded(),
            Capacity::Bounded(_) | Capacity::Rendezvous => bounded(capacity.at_least_one()),
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

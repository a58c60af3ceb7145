//! flume; its capacity 0 counts as a rendezvous here, although a send may complete before the
//! receiver has run.

use std::iter::repeat_n;

use ::flume::{Receiver, Sender};

use crate::rows::Capacity;
use crate::workloads::{Channel, Message, Outcome, Rx, Tx};

pub(crate) struct Flume;

impl<M: Message> Channel<M> for Flume {
    type Tx = Sender<M>;
    type Rx = Receiver<M>;

    fn open(
        capacity: Capacity,
        senders: usize,
        receivers: usize,
    ) -> (Vec<Sender<M>>, Vec<Receiver<M>>) {
        let (tx, rx) = match capacity {
            Capacity::Rendezvous => ::flume::bounded(0),
            Capacity::Bounded(capacity) => ::flume::bounded(capacity),
            Capacity::Unbounded => ::flume::unbounded(),
        };
        (repeat_n(tx, senders).collect(), repeat_n(rx, receivers).collect())
    }
}

impl<M: Message> Tx<M> for Sender<M> {
    fn send(&self, message: M) -> impl Future<Output = impl Outcome<()>> + Send {
        self.send_async(message)
    }

    fn try_send(&self, message: M) -> bool {
        Sender::try_send(self, message).is_ok()
    }
}

impl<M: Message> Rx<M> for Receiver<M> {
    fn recv(&mut self) -> impl Future<Output = impl Outcome<M>> + Send {
        self.recv_async()
    }

    fn try_recv(&mut self) -> Option<M> {
        Receiver::try_recv(self).ok()
    }
}

//! kanal: the peer to beat in most rows; its capacity 0 hands over directly.

use std::iter::repeat_n;

use ::kanal::{AsyncReceiver, AsyncSender, bounded_async, unbounded_async};

use crate::rows::Capacity;
use crate::workloads::{Channel, Message, Outcome, Rx, Tx};

pub(crate) struct Kanal;

impl<M: Message> Channel<M> for Kanal {
    type Tx = AsyncSender<M>;
    type Rx = AsyncReceiver<M>;

    fn open(
        capacity: Capacity,
        senders: usize,
        receivers: usize,
    ) -> (Vec<AsyncSender<M>>, Vec<AsyncReceiver<M>>) {
        let (tx, rx) = match capacity {
            Capacity::Rendezvous => bounded_async(0),
            Capacity::Bounded(capacity) => bounded_async(capacity),
            Capacity::Unbounded => unbounded_async(),
        };
        (repeat_n(tx, senders).collect(), repeat_n(rx, receivers).collect())
    }
}

impl<M: Message> Tx<M> for AsyncSender<M> {
    fn send(&self, message: M) -> impl Future<Output = impl Outcome<()>> + Send {
        AsyncSender::send(self, message)
    }

    fn try_send(&self, message: M) -> bool {
        // `Ok(false)` is a full channel; the value is gone then.
        matches!(AsyncSender::try_send(self, message), Ok(true))
    }
}

impl<M: Message> Rx<M> for AsyncReceiver<M> {
    fn recv(&mut self) -> impl Future<Output = impl Outcome<M>> + Send {
        AsyncReceiver::recv(self)
    }

    fn try_recv(&mut self) -> Option<M> {
        AsyncReceiver::try_recv(self).ok().flatten()
    }
}

//! crossbeam-channel: the select of threads, which waits by blocking. Shown beside the others, and
//! in the rows of selects only; every task is a thread.

use std::future::ready;
use std::iter::repeat_n;
use std::pin::Pin;

use ::tokio::runtime::Handle;
use ::tokio::task::{JoinHandle, spawn_blocking};
use crossbeam_channel::{Receiver, Sender, bounded, select, unbounded};

use crate::rows::Capacity;
use crate::selects::{Any, Event, OrCancel, OrDefault, SendReceive};
use crate::workloads::{Channel, Message, Outcome, Rx, Tx};

pub(crate) struct Crossbeam;

impl<M: Message> Channel<M> for Crossbeam {
    type Tx = Sender<M>;
    type Rx = Receiver<M>;

    fn open(
        capacity: Capacity,
        senders: usize,
        receivers: usize,
    ) -> (Vec<Sender<M>>, Vec<Receiver<M>>) {
        let (tx, rx) = match capacity {
            Capacity::Rendezvous => bounded(0),
            Capacity::Bounded(capacity) => bounded(capacity),
            Capacity::Unbounded => unbounded(),
        };
        (repeat_n(tx, senders).collect(), repeat_n(rx, receivers).collect())
    }

    fn spawn<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        // One poll is all it takes: the task blocks instead of waiting.
        spawn_blocking(|| Handle::current().block_on(task))
    }
}

impl<M: Message> Tx<M> for Sender<M> {
    fn send(&self, message: M) -> impl Future<Output = impl Outcome<()>> + Send {
        ready(Sender::send(self, message))
    }

    fn try_send(&self, message: M) -> bool {
        Sender::try_send(self, message).is_ok()
    }
}

impl<M: Message> Rx<M> for Receiver<M> {
    fn recv(&mut self) -> impl Future<Output = impl Outcome<M>> + Send {
        ready(Receiver::recv(self))
    }

    fn try_recv(&mut self) -> Option<M> {
        Receiver::try_recv(self).ok()
    }
}

/// The crate's `select!`, which looks at the arms in random order.
pub(crate) struct Threads;

macro_rules! any {
    ($arms:literal: $($place:literal $rx:ident),*) => {
        impl<M: Message> Any<Crossbeam, M, $arms> for Threads {
            async fn any(rxs: &mut [Receiver<M>; $arms]) -> (usize, Option<M>) {
                let [$($rx),*] = &*rxs;
                select! { $(recv($rx) -> got => ($place, got.ok()),)* }
            }
        }
    };
}

any!(2: 0 a, 1 b);
any!(8: 0 a, 1 b, 2 c, 3 d, 4 e, 5 f, 6 g, 7 h);

impl<M: Message> SendReceive<Crossbeam, M> for Threads {
    async fn send_receive(
        tx: &mut Sender<M>,
        rx: &mut Receiver<M>,
        number: Option<u64>,
        receives: bool,
    ) -> Event<M> {
        let sent = |sent: Option<()>| sent.map_or(Event::Closed, |()| Event::Sent);
        let got = |got: Option<M>| got.map_or(Event::Closed, Event::Received);
        // There are no guards.
        match number.map(M::pack) {
            Some(message) if receives => select! {
                send(tx, message) -> result => sent(result.ok()),
                recv(rx) -> result => got(result.ok()),
            },
            Some(message) => sent(Sender::send(tx, message).ok()),
            None => got(Receiver::recv(rx).ok()),
        }
    }
}

impl<M: Message> OrDefault<Crossbeam, M> for Threads {
    async fn or_default(rx: &mut Receiver<M>) -> Option<M> {
        select! {
            recv(rx) -> got => got.ok(),
            default => None,
        }
    }
}

impl<M: Message> OrCancel<Crossbeam, M> for Threads {
    /// A channel on which nothing is ever sent.
    type Quit = (Sender<()>, Receiver<()>);

    fn quit() -> (Sender<()>, Receiver<()>) {
        bounded(0)
    }

    async fn or_cancel(
        rx: &mut Receiver<M>,
        quit: Pin<&mut (Sender<()>, Receiver<()>)>,
    ) -> Option<M> {
        let (_open, quit) = &*quit;
        select! {
            recv(rx) -> got => got.ok(),
            recv(quit) -> _ => None,
        }
    }
}

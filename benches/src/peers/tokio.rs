//! Tokio's mpsc: one receiver, no rendezvous, and types of their own for the unbounded kind. A
//! select may wait for room instead of for the send.

use std::future::ready;
use std::iter::repeat_n;

use ::tokio::select;
use ::tokio::sync::mpsc;
use anyhow::Result;

use crate::rows::{Capacity, Workload};
use crate::selects::{Event, SendReceive};
use crate::workloads::{self, Channel, Ledger, Message, Outcome, Rx, Tx};

/// Runs a workload on the kind of channel that it asks for.
pub(crate) async fn run<M: Message>(workload: Workload, ops: u64) -> Result<Ledger> {
    match workload.capacity {
        Capacity::Unbounded => workloads::run::<Unbounded, M>(workload, ops).await,
        Capacity::Bounded(_) | Capacity::Rendezvous => {
            workloads::run::<Bounded, M>(workload, ops).await
        }
    }
}

pub(crate) struct Bounded;

impl<M: Message> Channel<M> for Bounded {
    type Tx = mpsc::Sender<M>;
    type Rx = mpsc::Receiver<M>;

    fn open(
        capacity: Capacity,
        senders: usize,
        _receivers: usize,
    ) -> (Vec<mpsc::Sender<M>>, Vec<mpsc::Receiver<M>>) {
        let (tx, rx) = mpsc::channel(capacity.at_least_one());
        (repeat_n(tx, senders).collect(), vec![rx])
    }
}

impl<M: Message> Tx<M> for mpsc::Sender<M> {
    fn send(&self, message: M) -> impl Future<Output = impl Outcome<()>> + Send {
        mpsc::Sender::send(self, message)
    }

    fn try_send(&self, message: M) -> bool {
        mpsc::Sender::try_send(self, message).is_ok()
    }
}

impl<M: Message> Rx<M> for mpsc::Receiver<M> {
    fn recv(&mut self) -> impl Future<Output = impl Outcome<M>> + Send {
        mpsc::Receiver::recv(self)
    }

    fn try_recv(&mut self) -> Option<M> {
        mpsc::Receiver::try_recv(self).ok()
    }
}

/// `tokio::select!` with an arm that waits for a permit, after which the send cannot fail: the way
/// not to lose the message when another arm wins.
pub(crate) struct Reserve;

impl<M: Message> SendReceive<Bounded, M> for Reserve {
    async fn send_receive(
        tx: &mut mpsc::Sender<M>,
        rx: &mut mpsc::Receiver<M>,
        number: Option<u64>,
        receives: bool,
    ) -> Event<M> {
        select! {
            permit = tx.reserve(), if number.is_some() => permit.map_or(Event::Closed, |permit| {
                permit.send(M::pack(number.unwrap_or_default()));
                Event::Sent
            }),
            got = rx.recv(), if receives => got.map_or(Event::Closed, Event::Received),
        }
    }
}

struct Unbounded;

impl<M: Message> Channel<M> for Unbounded {
    type Tx = mpsc::UnboundedSender<M>;
    type Rx = mpsc::UnboundedReceiver<M>;

    fn open(
        _capacity: Capacity,
        senders: usize,
        _receivers: usize,
    ) -> (Vec<mpsc::UnboundedSender<M>>, Vec<mpsc::UnboundedReceiver<M>>) {
        let (tx, rx) = mpsc::unbounded_channel();
        (repeat_n(tx, senders).collect(), vec![rx])
    }
}

impl<M: Message> Tx<M> for mpsc::UnboundedSender<M> {
    fn send(&self, message: M) -> impl Future<Output = impl Outcome<()>> + Send {
        ready(mpsc::UnboundedSender::send(self, message))
    }

    fn try_send(&self, message: M) -> bool {
        mpsc::UnboundedSender::send(self, message).is_ok()
    }
}

impl<M: Message> Rx<M> for mpsc::UnboundedReceiver<M> {
    fn recv(&mut self) -> impl Future<Output = impl Outcome<M>> + Send {
        mpsc::UnboundedReceiver::recv(self)
    }

    fn try_recv(&mut self) -> Option<M> {
        mpsc::UnboundedReceiver::try_recv(self).ok()
    }
}

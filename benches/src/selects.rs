//! The workloads with a select, each written once for all Rust implementations.
//!
//! Contract: as in `workloads.rs`. How a select is written is a type that implements the traits
//! here for a kind of channel; each of their functions is one select and adds nothing to it.
//! `go/selects.go` does the same, shape by shape.

use std::array;
use std::ops::Range;
use std::pin::{Pin, pin};

use anyhow::{Context, Result, bail, ensure};

use crate::rows::Capacity;
use crate::workloads::{Channel, Ledger, Message, Outcome, Tally, Tx, feed, pair, share};

/// Which tasks there are and what they select between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One task and several channels with a value in each: one is received, and the next number
    /// sent to the same channel.
    Ready(Arms),
    /// Several channels. One task sends to the first, another selects over all.
    Hot(Arms),
    /// Two tasks and two channels, one each way: either task sends its half of the numbers and
    /// receives the other's, whatever is possible first.
    SendReceive,
    /// One task and a channel with nothing in it: a receive, or else the default.
    Default,
    /// One task sends, another selects between a receive and a cancellation that never comes.
    Cancel(Quit),
    /// The same in one task, in turn.
    CancelSelf,
}

/// What a cancellation is, to those who have more than one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quit {
    /// A channel on which nothing is sent.
    Signal,
    /// The end of a context.
    Context,
}

/// The number of channels that one select receives from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arms {
    Two,
    Eight,
}

impl Arms {
    pub(crate) fn count(self) -> usize {
        match self {
            Self::Two => 2,
            Self::Eight => 8,
        }
    }
}

impl Shape {
    /// What one operation is.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::Ready(_) => "ns per select + try_send",
            Self::Hot(_) | Self::SendReceive | Self::Cancel(_) => "ns per message",
            Self::Default => "ns per select",
            Self::CancelSelf => "ns per send + select",
        }
    }
}

/// A select over receives.
pub(crate) trait Any<C: Channel<M>, M, const ARMS: usize> {
    /// The place of the channel, and what the receive gave: `None` if the channel is closed.
    fn any(rxs: &mut [C::Rx; ARMS]) -> impl Future<Output = (usize, Option<M>)> + Send;
}

/// What came of a select between a send and a receive.
pub(crate) enum Event<M> {
    Sent,
    Received(M),
    Closed,
}

/// A select between a send and a receive.
pub(crate) trait SendReceive<C: Channel<M>, M> {
    /// Without a number to send, or if nothing is to be received, only the other is possible.
    fn send_receive(
        tx: &mut C::Tx,
        rx: &mut C::Rx,
        number: Option<u64>,
        receives: bool,
    ) -> impl Future<Output = Event<M>> + Send;
}

/// A select between a receive and a default.
pub(crate) trait OrDefault<C: Channel<M>, M> {
    /// `None` if there was nothing.
    fn or_default(rx: &mut C::Rx) -> impl Future<Output = Option<M>> + Send;
}

/// A select between a receive and a cancellation.
pub(crate) trait OrCancel<C: Channel<M>, M> {
    /// What is waited for, with all that keeps it from coming.
    type Quit: Send + 'static;

    fn quit() -> Self::Quit;

    /// `None` if the channel is closed, or on cancellation.
    fn or_cancel(
        rx: &mut C::Rx,
        quit: Pin<&mut Self::Quit>,
    ) -> impl Future<Output = Option<M>> + Send;
}

/// Runs `ops` operations of a workload with a way to select that can do everything.
pub(crate) async fn run<S, C, M>(shape: Shape, capacity: Capacity, ops: u64) -> Result<Ledger>
where
    S: Any<C, M, 2> + Any<C, M, 8> + SendReceive<C, M> + OrDefault<C, M> + OrCancel<C, M>,
    S: 'static,
    C: Channel<M> + 'static,
    M: Message,
{
    match shape {
        Shape::Ready(Arms::Two) => ready::<S, C, M, 2>(capacity, ops).await,
        Shape::Ready(Arms::Eight) => ready::<S, C, M, 8>(capacity, ops).await,
        Shape::Hot(Arms::Two) => hot::<S, C, M, 2>(capacity, ops).await,
        Shape::Hot(Arms::Eight) => hot::<S, C, M, 8>(capacity, ops).await,
        Shape::SendReceive => send_receive::<S, C, M>(capacity, ops).await,
        Shape::Default => default::<S, C, M>(capacity, ops).await,
        Shape::Cancel(_) => cancel::<S, C, M>(capacity, ops).await,
        Shape::CancelSelf => cancel_self::<S, C, M>(capacity, ops).await,
    }
}

fn channels<C: Channel<M>, M, const ARMS: usize>(
    capacity: Capacity,
) -> (Vec<C::Tx>, [C::Rx; ARMS]) {
    let mut txs = Vec::with_capacity(ARMS);
    let rxs = array::from_fn(|_| {
        let (tx, rx) = pair::<C, M>(capacity);
        txs.push(tx);
        rx
    });
    (txs, rxs)
}

async fn ready<S, C, M, const ARMS: usize>(capacity: Capacity, ops: u64) -> Result<Ledger>
where
    S: Any<C, M, ARMS>,
    C: Channel<M>,
    M: Message,
{
    let (txs, mut rxs) = channels::<C, M, ARMS>(capacity);
    let mut ledger = Ledger::default();
    let mut numbers = 0..ops;
    for (tx, number) in txs.iter().zip(numbers.by_ref()) {
        ledger.sent.note(M::worth(number));
        ensure!(tx.try_send(M::pack(number)), "an empty channel had no room");
    }
    for _ in 0..ops {
        let (place, message) = S::any(&mut rxs).await;
        ledger.received.note(message.context("closed before all arrived")?.unpack());
        // At the very end there is nothing left to send.
        if let Some(number) = numbers.next() {
            ledger.sent.note(M::worth(number));
            ensure!(txs[place].try_send(M::pack(number)), "an empty channel had no room");
        }
    }
    Ok(ledger)
}

async fn hot<S, C, M, const ARMS: usize>(capacity: Capacity, ops: u64) -> Result<Ledger>
where
    S: Any<C, M, ARMS> + 'static,
    C: Channel<M> + 'static,
    M: Message,
{
    let (mut txs, rxs) = channels::<C, M, ARMS>(capacity);
    let tx = txs.remove(0);
    let receiving = C::spawn(drain_any::<S, C, M, ARMS>(rxs));
    let sending = C::spawn(feed(tx, 0..ops));
    let (sent, received) = (sending.await??, receiving.await?);
    // The other channels were not to be closed before.
    drop(txs);
    Ok(Ledger { sent, received })
}

async fn drain_any<S, C, M, const ARMS: usize>(mut rxs: [C::Rx; ARMS]) -> Tally
where
    S: Any<C, M, ARMS>,
    C: Channel<M>,
    M: Message,
{
    let mut received = Tally::default();
    while let (_, Some(message)) = S::any(&mut rxs).await {
        received.note(message.unpack());
    }
    received
}

/// On its own for a way that differs in the send only.
pub(crate) async fn send_receive<S, C, M>(capacity: Capacity, ops: u64) -> Result<Ledger>
where
    S: SendReceive<C, M> + 'static,
    C: Channel<M> + 'static,
    M: Message,
{
    let (there_tx, there_rx) = pair::<C, M>(capacity);
    let (back_tx, back_rx) = pair::<C, M>(capacity);
    let (ours, theirs) = (share(ops, 2, 0), share(ops, 2, 1));
    let (our_count, their_count) = (ours.end - ours.start, theirs.end - theirs.start);
    let one = C::spawn(trade::<S, C, M>(there_tx, back_rx, ours, their_count));
    let other = C::spawn(trade::<S, C, M>(back_tx, there_rx, theirs, our_count));
    let (one, other) = (one.await??, other.await??);
    let mut ledger = one;
    ledger.sent += other.sent;
    ledger.received += other.received;
    Ok(ledger)
}

/// Sends the numbers and receives so many others.
async fn trade<S, C, M>(
    mut tx: C::Tx,
    mut rx: C::Rx,
    numbers: Range<u64>,
    mut expected: u64,
) -> Result<Ledger>
where
    S: SendReceive<C, M>,
    C: Channel<M>,
    M: Message,
{
    let mut ledger = Ledger::default();
    let Range { start: mut next, end } = numbers;
    while next < end || expected > 0 {
        let number = (next < end).then_some(next);
        match S::send_receive(&mut tx, &mut rx, number, expected > 0).await {
            Event::Sent => {
                ledger.sent.note(M::worth(next));
                next += 1;
            }
            Event::Received(message) => {
                ledger.received.note(message.unpack());
                expected -= 1;
            }
            Event::Closed => bail!("closed before all was sent and received"),
        }
    }
    Ok(ledger)
}

/// On its own for a way that has no more than a default.
pub(crate) async fn default<S, C, M>(capacity: Capacity, ops: u64) -> Result<Ledger>
where
    S: OrDefault<C, M>,
    C: Channel<M>,
    M: Message,
{
    let (tx, mut rx) = pair::<C, M>(capacity);
    for _ in 0..ops {
        ensure!(S::or_default(&mut rx).await.is_none(), "a value that nobody sent");
    }
    // One value, to see that the select would have found it.
    let mut ledger = Ledger::default();
    ledger.sent.note(M::worth(ops));
    ensure!(tx.try_send(M::pack(ops)), "an empty channel had no room");
    let message = S::or_default(&mut rx).await.context("a value that was sent is not there")?;
    ledger.received.note(message.unpack());
    Ok(ledger)
}

/// On its own for a way that differs in the cancellation only.
pub(crate) async fn cancel<S, C, M>(capacity: Capacity, ops: u64) -> Result<Ledger>
where
    S: OrCancel<C, M> + 'static,
    C: Channel<M> + 'static,
    M: Message,
{
    let (tx, rx) = pair::<C, M>(capacity);
    let receiving = C::spawn(drain_or_cancel::<S, C, M>(rx));
    let sending = C::spawn(feed(tx, 0..ops));
    Ok(Ledger { sent: sending.await??, received: receiving.await? })
}

async fn drain_or_cancel<S, C, M>(mut rx: C::Rx) -> Tally
where
    S: OrCancel<C, M>,
    C: Channel<M>,
    M: Message,
{
    let mut quit = pin!(S::quit());
    let mut received = Tally::default();
    while let Some(message) = S::or_cancel(&mut rx, quit.as_mut()).await {
        received.note(message.unpack());
    }
    received
}

/// On its own, as [`cancel`] is.
pub(crate) async fn cancel_self<S, C, M>(capacity: Capacity, ops: u64) -> Result<Ledger>
where
    S: OrCancel<C, M>,
    C: Channel<M>,
    M: Message,
{
    let (tx, mut rx) = pair::<C, M>(capacity);
    let mut quit = pin!(S::quit());
    let mut ledger = Ledger::default();
    for number in 0..ops {
        ledger.sent.note(M::worth(number));
        tx.send(M::pack(number)).await.success().context("closed before all was sent")?;
        let message = S::or_cancel(&mut rx, quit.as_mut()).await;
        ledger.received.note(message.context("closed or cancelled")?.unpack());
    }
    Ok(ledger)
}

//! The workloads, each written once for all Rust implementations.
//!
//! Contract: a run moves exactly `ops` values (round trips in ping-pong), numbered from 0, and
//! tells what was sent and what arrived, so that a channel that loses or doubles a value is found
//! out. Everything is generic over [`Channel`] and statically dispatched; futures are those of the
//! crate itself, without a wrapper around them. The rows of selects are in `selects.rs`, those of
//! contexts in `contexts.rs`, those of locks in `locks.rs` and `groups.rs`, those of many tasks in
//! `networks.rs`, `tasks.rs` and `scopes.rs`. The program in `go` does the same, shape by shape.

use std::hint::black_box;
use std::ops::{AddAssign, Range};

use anyhow::{Context, Result, bail, ensure};
use tokio::task::JoinHandle;

use crate::rows::{Capacity, Shape, Workload};

/// What is sent.
pub(crate) trait Message: Send + Unpin + 'static {
    fn pack(number: u64) -> Self;
    fn unpack(&self) -> u64;
    /// What `unpack` will give. The sender adds this up without a look at the message, so that a
    /// channel is free to build it in place.
    fn worth(number: u64) -> u64;
}

impl Message for u64 {
    fn pack(number: u64) -> Self {
        number
    }

    fn unpack(&self) -> u64 {
        *self
    }

    fn worth(number: u64) -> u64 {
        number
    }
}

/// The 64-byte message: the number at both ends, so that half a copy is noticed.
pub(crate) struct Block([u64; 8]);

impl Message for Block {
    fn pack(number: u64) -> Self {
        Self([number, 0, 0, 0, 0, 0, 0, number])
    }

    fn unpack(&self) -> u64 {
        // Without this the compiler may read two words of the buffer and copy nothing.
        let Self(words) = black_box(self);
        words[0].wrapping_add(words[7])
    }

    fn worth(number: u64) -> u64 {
        number.wrapping_mul(2)
    }
}

/// What a send or a receive gives: a `Result` in most crates, an `Option` in some.
pub(crate) trait Outcome<T> {
    fn success(self) -> Option<T>;
}

impl<T> Outcome<T> for Option<T> {
    fn success(self) -> Option<T> {
        self
    }
}

impl<T, E> Outcome<T> for Result<T, E> {
    fn success(self) -> Option<T> {
        self.ok()
    }
}

/// A sending end.
pub(crate) trait Tx<M>: Send + 'static {
    fn send(&self, message: M) -> impl Future<Output = impl Outcome<()>> + Send;
    fn try_send(&self, message: M) -> bool;
}

/// A receiving end.
pub(crate) trait Rx<M>: Send + 'static {
    fn recv(&mut self) -> impl Future<Output = impl Outcome<M>> + Send;
    fn try_recv(&mut self) -> Option<M>;
}

/// A kind of channel of one crate.
pub(crate) trait Channel<M>: 'static {
    type Tx: Tx<M>;
    type Rx: Rx<M>;

    /// As many handles of either end as asked for. A kind without cloning is only ever asked for
    /// the one that it has.
    fn open(capacity: Capacity, senders: usize, receivers: usize)
    -> (Vec<Self::Tx>, Vec<Self::Rx>);

    /// Starts a task of a row with selects; where these block, it is a thread.
    fn spawn<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        tokio::spawn(task)
    }
}

/// How many values passed a point, and their sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    count: u64,
    sum: u64,
}

impl Tally {
    pub(crate) fn new(count: u64, sum: u64) -> Self {
        Self { count, sum }
    }

    pub(crate) fn sum(self) -> u64 {
        self.sum
    }

    pub(crate) fn note(&mut self, value: u64) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(value);
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.count += other.count;
        self.sum = self.sum.wrapping_add(other.sum);
    }
}

/// Both sides of a finished run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) sent: Tally,
    pub(crate) received: Tally,
}

impl AddAssign for Ledger {
    fn add_assign(&mut self, other: Self) {
        self.sent += other.sent;
        self.received += other.received;
    }
}

impl Ledger {
    /// # Errors
    /// What was received is not what was sent, or it was not so many values.
    pub(crate) fn verify(&self, values: u64) -> Result<()> {
        let Self { sent, received } = self;
        ensure!(sent.count == values, "{} values sent instead of {values}", sent.count);
        ensure!(sent == received, "sent {sent:?}, but received {received:?}");
        Ok(())
    }
}

/// Runs `ops` operations of a workload without a select on one kind of channel.
pub(crate) async fn run<C: Channel<M>, M: Message>(workload: Workload, ops: u64) -> Result<Ledger> {
    let Workload { shape, capacity, .. } = workload;
    match shape {
        Shape::PingPong => ping_pong::<C, M>(capacity, ops).await,
        Shape::Flow { senders, receivers } => {
            let (txs, rxs) = C::open(capacity, senders, receivers);
            flow_through(txs, rxs, ops).await
        }
        Shape::SelfTry => {
            let (tx, rx) = pair::<C, M>(capacity);
            self_try(tx, rx, ops)
        }
        Shape::SelfAsync => {
            let (tx, rx) = pair::<C, M>(capacity);
            self_async(tx, rx, ops).await
        }
        Shape::Select(_) => bail!("a select is more than a kind of channel"),
        Shape::Context(_) => bail!("a context is no kind of channel"),
        Shape::Lock(_) | Shape::Group(_) => bail!("a lock is no kind of channel"),
        Shape::Network(_) | Shape::Tasks(_) | Shape::Scope(_) => {
            bail!("these tasks are started elsewhere")
        }
    }
}

pub(crate) fn pair<C: Channel<M>, M>(capacity: Capacity) -> (C::Tx, C::Rx) {
    let (mut txs, mut rxs) = C::open(capacity, 1, 1);
    (txs.swap_remove(0), rxs.swap_remove(0))
}

async fn ping_pong<C: Channel<M>, M: Message>(capacity: Capacity, ops: u64) -> Result<Ledger> {
    let (ping_tx, ping_rx) = pair::<C, M>(capacity);
    let (pong_tx, pong_rx) = pair::<C, M>(capacity);
    let echo = tokio::spawn(echo(ping_rx, pong_tx));
    let ledger = tokio::spawn(serve(ping_tx, pong_rx, ops)).await??;
    echo.await??;
    Ok(ledger)
}

pub(crate) async fn serve<M: Message>(
    tx: impl Tx<M>,
    mut rx: impl Rx<M>,
    ops: u64,
) -> Result<Ledger> {
    let mut ledger = Ledger::default();
    for number in 0..ops {
        ledger.sent.note(M::worth(number));
        tx.send(M::pack(number)).await.success().context("the way there closed early")?;
        let back = rx.recv().await.success().context("the way back closed early")?;
        ledger.received.note(back.unpack());
    }
    Ok(ledger)
}

pub(crate) async fn echo<M: Message>(mut rx: impl Rx<M>, tx: impl Tx<M>) -> Result<()> {
    while let Some(message) = rx.recv().await.success() {
        tx.send(message).await.success().context("the way back closed early")?;
    }
    Ok(())
}

async fn flow_through<M: Message>(
    txs: Vec<impl Tx<M>>,
    rxs: Vec<impl Rx<M>>,
    ops: u64,
) -> Result<Ledger> {
    let senders = txs.len() as u64;
    let receiving: Vec<JoinHandle<Tally>> =
        rxs.into_iter().map(|rx| tokio::spawn(drain(rx))).collect();
    let sending: Vec<JoinHandle<Result<Tally>>> = (0..)
        .zip(txs)
        .map(|(index, tx)| tokio::spawn(feed(tx, share(ops, senders, index))))
        .collect();
    let mut ledger = Ledger::default();
    for task in sending {
        ledger.sent += task.await??;
    }
    for task in receiving {
        ledger.received += task.await?;
    }
    Ok(ledger)
}

/// The numbers that fall to one of `parts` senders; together they are exactly `0..ops`.
pub(crate) fn share(ops: u64, parts: u64, index: u64) -> Range<u64> {
    let start = |index: u64| index * (ops / parts) + index.min(ops % parts);
    start(index)..start(index + 1)
}

pub(crate) async fn feed<M: Message>(tx: impl Tx<M>, numbers: Range<u64>) -> Result<Tally> {
    let mut sent = Tally::default();
    for number in numbers {
        sent.note(M::worth(number));
        tx.send(M::pack(number)).await.success().context("closed before all was sent")?;
    }
    Ok(sent)
}

pub(crate) async fn drain<M: Message>(mut rx: impl Rx<M>) -> Tally {
    let mut received = Tally::default();
    while let Some(message) = rx.recv().await.success() {
        received.note(message.unpack());
    }
    received
}

fn self_try<M: Message>(tx: impl Tx<M>, mut rx: impl Rx<M>, ops: u64) -> Result<Ledger> {
    let mut ledger = Ledger::default();
    for number in 0..ops {
        ledger.sent.note(M::worth(number));
        ensure!(tx.try_send(M::pack(number)), "an empty channel had no room");
        let message = rx.try_recv().context("a value that was sent is not there")?;
        ledger.received.note(message.unpack());
    }
    Ok(ledger)
}

async fn self_async<M: Message>(tx: impl Tx<M>, mut rx: impl Rx<M>, ops: u64) -> Result<Ledger> {
    let mut ledger = Ledger::default();
    for number in 0..ops {
        ledger.sent.note(M::worth(number));
        tx.send(M::pack(number)).await.success().context("closed before all was sent")?;
        let message = rx.recv().await.success().context("closed before all arrived")?;
        ledger.received.note(message.unpack());
    }
    Ok(ledger)
}

//! The workloads that run within one task of the runtime, each written once for all Rust
//! implementations.
//!
//! Contract: as in `workloads.rs`; the shapes are those of the rows without `scope_` before their
//! names, and Go has no other for them. A row with a channel has the channel and what runs the tasks
//! as two sides of one implementation.

use anyhow::Result;

use crate::networks;
use crate::rows::Capacity;
use crate::tasks::{leaves_of, numbers, tree_within};
use crate::together::Together;
use crate::workloads::{Channel, Ledger, Tally, drain, echo, feed, pair, serve};

/// Which tasks there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Two tasks and two channels: there and back.
    PingPong,
    /// One sends to one.
    OneWay,
    /// So many in a ring, and one value that goes round.
    Ring { tasks: u64 },
    /// So many tasks, and what they give is added up.
    Join { tasks: u64 },
    /// So many tasks that wait; what counts is their memory.
    Parked { tasks: u64 },
    /// A tree of tasks with so many leaves.
    Skynet { leaves: u64 },
}

impl Shape {
    /// What one operation is.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::PingPong => "ns per round trip",
            Self::OneWay => "ns per message",
            Self::Ring { .. } => "ns per step",
            Self::Join { .. } => "ns per task, until all have been waited for",
            Self::Parked { .. } => "bytes per task that waits",
            Self::Skynet { .. } => "ns per leaf",
        }
    }

    /// A run does a multiple of this many operations.
    pub(crate) fn size(self) -> u64 {
        match self {
            Self::PingPong | Self::OneWay => 1,
            Self::Ring { tasks: size }
            | Self::Join { tasks: size }
            | Self::Parked { tasks: size }
            | Self::Skynet { leaves: size } => size,
        }
    }

    /// The same with a crowd of so many at most.
    pub(crate) fn at_most(self, most: u64) -> Self {
        let size = self.size().min(most);
        match self {
            Self::PingPong | Self::OneWay => self,
            Self::Ring { .. } => Self::Ring { tasks: size },
            Self::Join { .. } => Self::Join { tasks: size },
            Self::Parked { .. } => Self::Parked { tasks: size },
            Self::Skynet { leaves } => Self::Skynet { leaves: tree_within(leaves, most) },
        }
    }
}

/// Tasks that run within one task.
pub(crate) trait Nested: Together {
    /// The sum of the leaves of a tree whose forks are tasks as well.
    fn skynet(leaves: u64) -> impl Future<Output = Result<u64>> + Send;
}

/// What one of two tasks does.
enum Part<Tx, Rx> {
    Serve(Tx, Rx),
    Echo(Rx, Tx),
    Feed(Tx),
    Drain(Rx),
}

pub(crate) async fn ping_pong<T: Together, C: Channel<u64>>(
    capacity: Capacity,
    ops: u64,
) -> Result<Ledger> {
    let (ping_tx, ping_rx) = pair::<C, u64>(capacity);
    let (pong_tx, pong_rx) = pair::<C, u64>(capacity);
    both::<T, C>([Part::Echo(ping_rx, pong_tx), Part::Serve(ping_tx, pong_rx)], ops).await
}

pub(crate) async fn one_way<T: Together, C: Channel<u64>>(
    capacity: Capacity,
    ops: u64,
) -> Result<Ledger> {
    let (tx, rx) = pair::<C, u64>(capacity);
    both::<T, C>([Part::Drain(rx), Part::Feed(tx)], ops).await
}

async fn both<T: Together, C: Channel<u64>>(
    parts: [Part<C::Tx, C::Rx>; 2],
    ops: u64,
) -> Result<Ledger> {
    let mut ledger = Ledger::default();
    for noted in T::join(parts.into_iter().map(move |part| play::<C>(part, ops))).await? {
        ledger += noted?;
    }
    Ok(ledger)
}

/// One type for all parts: what runs them need not tell them apart.
async fn play<C: Channel<u64>>(part: Part<C::Tx, C::Rx>, ops: u64) -> Result<Ledger> {
    let none = Ledger::default();
    match part {
        Part::Serve(tx, rx) => serve::<u64>(tx, rx, ops).await,
        Part::Echo(rx, tx) => echo::<u64>(rx, tx).await.map(|()| none),
        Part::Feed(tx) => Ok(Ledger { sent: feed::<u64>(tx, 0..ops).await?, ..none }),
        Part::Drain(rx) => Ok(Ledger { received: drain::<u64>(rx).await, ..none }),
    }
}

/// Runs `ops` operations of a workload with a channel.
pub(crate) async fn run<T: Together, C: Channel<u64>>(
    shape: Shape,
    capacity: Capacity,
    ops: u64,
) -> Result<Ledger> {
    match shape {
        Shape::PingPong => ping_pong::<T, C>(capacity, ops).await,
        Shape::Ring { tasks } => networks::ring::<T, C>(tasks, capacity, ops).await,
        _ => one_way::<T, C>(capacity, ops).await,
    }
}

pub(crate) async fn join<T: Together>(tasks: u64, ops: u64) -> Result<Ledger> {
    let mut ledger = Ledger::default();
    for _ in 0..ops / tasks {
        let given = T::join((0..tasks).map(|number| async move { number })).await?;
        ledger.received += Tally::new(given.len() as u64, given.iter().sum());
        ledger.sent += numbers(tasks);
    }
    Ok(ledger)
}

pub(crate) async fn skynet<T: Nested>(leaves: u64, ops: u64) -> Result<Ledger> {
    let mut ledger = Ledger::default();
    for _ in 0..ops / leaves {
        ledger += leaves_of(leaves, T::skynet(leaves).await?);
    }
    Ok(ledger)
}

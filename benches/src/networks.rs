//! The workloads with several channels between tasks, each written once for all Rust
//! implementations.
//!
//! Contract: as in `workloads.rs`; a value that passes through several tasks is noted where it
//! starts and where it ends, in the ring at every step. All tasks are spawned before the first value
//! is sent, except in skynet, where spawning is the work. `go/networks.go` does the same, shape by
//! shape.

use std::mem::replace;

use anyhow::{Context, Result, ensure};

use crate::rows::Capacity;
use crate::tasks::{BRANCHES, leaves_of, tree_within};
use crate::together::{Spawned, Together};
use crate::workloads::{Channel, Ledger, Outcome, Rx, Tally, Tx, drain, echo, feed, pair};

/// Which tasks there are, and who sends to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One sends jobs to so many workers, who send results to one.
    Pool { workers: usize },
    /// One sends to one, through so many in between.
    Pipeline { stages: usize },
    /// So many in a ring, and one value that goes round.
    Ring { tasks: u64 },
    /// A filter for each of the first so many primes, one behind the other.
    Sieve { primes: u64 },
    /// A tree of tasks with ten branches at every fork and so many leaves, whose numbers are added
    /// up on the way to the root.
    Skynet { leaves: u64 },
}

impl Shape {
    /// What one operation is.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::Pool { .. } => "ns per job",
            Self::Pipeline { .. } => "ns per message, from end to end",
            Self::Ring { .. } => "ns per step",
            Self::Sieve { .. } => "ns per prime",
            Self::Skynet { .. } => "ns per leaf",
        }
    }

    /// How many tasks, primes or leaves there are.
    pub(crate) fn size(self) -> u64 {
        match self {
            Self::Pool { workers: size } | Self::Pipeline { stages: size } => size as u64,
            Self::Ring { tasks: size }
            | Self::Sieve { primes: size }
            | Self::Skynet { leaves: size } => size,
        }
    }

    /// A run does a multiple of this many operations.
    pub(crate) fn batch(self) -> u64 {
        match self {
            Self::Pool { .. } | Self::Pipeline { .. } => 1,
            Self::Ring { .. } | Self::Sieve { .. } | Self::Skynet { .. } => self.size(),
        }
    }

    /// The same with a crowd of so many at most.
    pub(crate) fn at_most(self, most: u64) -> Self {
        match self {
            Self::Pool { .. } | Self::Pipeline { .. } => self,
            Self::Ring { tasks } => Self::Ring { tasks: tasks.min(most) },
            Self::Sieve { primes } => Self::Sieve { primes: primes.min(most) },
            Self::Skynet { leaves } => Self::Skynet { leaves: tree_within(leaves, most) },
        }
    }
}

/// Runs `ops` operations on one kind of channel.
pub(crate) async fn run<C: Channel<u64>>(
    shape: Shape,
    capacity: Capacity,
    ops: u64,
) -> Result<Ledger> {
    match shape {
        Shape::Pool { workers } => pool::<C, C>(workers, capacity, ops).await,
        Shape::Pipeline { stages } => pipeline::<C>(stages, capacity, ops).await,
        Shape::Ring { tasks } => ring::<Spawned, C>(tasks, capacity, ops).await,
        Shape::Sieve { primes } => sieve::<C>(primes, capacity, ops).await,
        Shape::Skynet { leaves } => skynet::<C>(leaves, capacity, ops).await,
    }
}

/// With one kind of channel for the jobs, and another for the results.
pub(crate) async fn pool<J: Channel<u64>, R: Channel<u64>>(
    workers: usize,
    capacity: Capacity,
    ops: u64,
) -> Result<Ledger> {
    let (mut jobs, work) = J::open(capacity, 1, workers);
    let (done, mut results) = R::open(capacity, workers, 1);
    let sink = tokio::spawn(drain::<u64>(results.swap_remove(0)));
    let pairs = work.into_iter().zip(done);
    let working: Vec<_> = pairs.map(|(rx, tx)| tokio::spawn(echo::<u64>(rx, tx))).collect();
    let source = tokio::spawn(feed::<u64>(jobs.swap_remove(0), 0..ops));
    let ledger = Ledger { sent: source.await??, received: sink.await? };
    for worker in working {
        worker.await??;
    }
    Ok(ledger)
}

pub(crate) async fn pipeline<C: Channel<u64>>(
    stages: usize,
    capacity: Capacity,
    ops: u64,
) -> Result<Ledger> {
    let (tx, mut rx) = pair::<C, u64>(capacity);
    let mut passing = Vec::new();
    for _ in 0..stages {
        let (tx, next) = pair::<C, u64>(capacity);
        passing.push(tokio::spawn(echo::<u64>(replace(&mut rx, next), tx)));
    }
    let sink = tokio::spawn(drain::<u64>(rx));
    let source = tokio::spawn(feed::<u64>(tx, 0..ops));
    let ledger = Ledger { sent: source.await??, received: sink.await? };
    for stage in passing {
        stage.await??;
    }
    Ok(ledger)
}

pub(crate) async fn ring<T: Together, C: Channel<u64>>(
    tasks: u64,
    capacity: Capacity,
    ops: u64,
) -> Result<Ledger> {
    let laps = ops / tasks;
    let ends = (0..tasks).map(|_| pair::<C, u64>(capacity));
    let (mut txs, rxs): (Vec<C::Tx>, Vec<C::Rx>) = ends.unzip();
    // Each receives on its own, and sends to the next.
    txs.rotate_left(1);
    let links = (0..).zip(txs.into_iter().zip(rxs));
    let links = links.map(move |(index, (tx, rx))| link(tx, rx, index, tasks, laps));
    let mut ledger = Ledger::default();
    for noted in T::join(links).await? {
        ledger += noted?;
    }
    Ok(ledger)
}

/// One in the ring; the first of them sends before it receives.
async fn link(
    tx: impl Tx<u64>,
    mut rx: impl Rx<u64>,
    index: u64,
    tasks: u64,
    laps: u64,
) -> Result<Ledger> {
    let mut ledger = Ledger::default();
    for lap in 0..laps {
        let number = lap * tasks + index;
        if index > 0 {
            ledger.received.note(rx.recv().await.success().context("closed in a lap")?);
        }
        ledger.sent.note(number);
        tx.send(number).await.success().context("closed in a lap")?;
        if index == 0 {
            ledger.received.note(rx.recv().await.success().context("closed in a lap")?);
        }
    }
    Ok(ledger)
}

pub(crate) async fn sieve<C: Channel<u64>>(
    primes: u64,
    capacity: Capacity,
    ops: u64,
) -> Result<Ledger> {
    let known = first_primes(primes);
    let last = *known.last().context("no primes are asked for")?;
    let mut ledger = Ledger::default();
    for _ in 0..ops / primes {
        let (tx, mut rx) = pair::<C, u64>(capacity);
        let mut filters = Vec::new();
        for _ in 0..primes {
            let (tx, next) = pair::<C, u64>(capacity);
            filters.push(tokio::spawn(filter(replace(&mut rx, next), tx)));
        }
        let source = tokio::spawn(feed::<u64>(tx, 2..last + 1));
        ensure!(drain::<u64>(rx).await == Tally::default(), "a number passed all filters");
        source.await??;
        for (filter, prime) in filters.into_iter().zip(&known) {
            ledger.sent.note(*prime);
            ledger.received.note(filter.await??);
        }
    }
    Ok(ledger)
}

/// Takes the first number for a prime, and lets those pass that it does not divide.
async fn filter(mut rx: impl Rx<u64>, tx: impl Tx<u64>) -> Result<u64> {
    let prime = rx.recv().await.success().context("no number came")?;
    while let Some(number) = rx.recv().await.success() {
        if number % prime != 0 {
            tx.send(number).await.success().context("closed before all were sent")?;
        }
    }
    Ok(prime)
}

/// What the filters have to find.
fn first_primes(count: u64) -> Vec<u64> {
    let mut primes: Vec<u64> = Vec::new();
    let mut number = 2;
    while (primes.len() as u64) < count {
        let mut small = primes.iter().take_while(|prime| *prime * *prime <= number);
        if small.all(|prime| number % prime != 0) {
            primes.push(number);
        }
        number += 1;
    }
    primes
}

pub(crate) async fn skynet<C: Channel<u64>>(
    leaves: u64,
    capacity: Capacity,
    ops: u64,
) -> Result<Ledger> {
    let mut ledger = Ledger::default();
    for _ in 0..ops / leaves {
        let (tx, mut rx) = pair::<C, u64>(capacity);
        branch::<C>(tx, capacity, 0, leaves);
        let sum = rx.recv().await.success().context("closed before the sum came")?;
        ledger += leaves_of(leaves, sum);
    }
    Ok(ledger)
}

/// Spawns a task that sends the sum of the leaves from `first` on. No `async fn`, as it spawns itself.
fn branch<C: Channel<u64>>(tx: C::Tx, capacity: Capacity, first: u64, leaves: u64) {
    drop(tokio::spawn(async move {
        let mut sum = first;
        if leaves > 1 {
            let (txs, mut rxs) = C::open(capacity, BRANCHES as usize, 1);
            let share = leaves / BRANCHES;
            for (index, tx) in (0..).zip(txs) {
                branch::<C>(tx, capacity, first + index * share, share);
            }
            sum = 0;
            let mut rx = rxs.swap_remove(0);
            for _ in 0..BRANCHES {
                let Some(part) = rx.recv().await.success() else { return };
                sum += part;
            }
        }
        // A sum that does not arrive, for one reason or another, is missed at the root.
        drop(tx.send(sum).await);
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_primes_are_known() {
        assert_eq!(first_primes(8), [2, 3, 5, 7, 11, 13, 17, 19]);
        assert_eq!(first_primes(2000).last(), Some(&17_389));
    }
}

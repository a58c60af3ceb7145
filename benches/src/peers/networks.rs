//! Several channels between tasks, of any crate; a tree of tasks without channels as well.
//!
//! Contract: as in `workloads.rs`. Only crossfire has types for so many senders and receivers, and is
//! used with those that fit.

use anyhow::{Result, bail};

use super::crossfire::{self, MpmcArray, MpscArray, SpscArray};
use super::tasks::{Handles, JoinSet};
use super::{Contender, Impl, Via, async_channel, flume, kanal, taut, tokio};
use crate::networks::{self, Shape};
use crate::rows::Capacity;
use crate::tasks;
use crate::together::Spawned;
use crate::workloads::Ledger;

/// Runs `ops` operations of a workload with several channels.
pub(super) async fn run(
    contender: Contender,
    shape: Shape,
    capacity: Capacity,
    ops: u64,
) -> Result<Ledger> {
    let Contender { imp, via } = contender;
    match (imp, via, shape) {
        (_, Via::Handles, Shape::Skynet { leaves }) => tasks::skynet::<Handles>(leaves, ops).await,
        (_, Via::JoinSet, Shape::Skynet { leaves }) => tasks::skynet::<JoinSet>(leaves, ops).await,
        (_, Via::Group, Shape::Skynet { leaves }) => {
            tasks::skynet::<taut::TaskGroup>(leaves, ops).await
        }
        (Impl::Taut, ..) => networks::run::<taut::Taut>(shape, capacity, ops).await,
        (Impl::Kanal, ..) => networks::run::<kanal::Kanal>(shape, capacity, ops).await,
        (Impl::Crossfire, ..) => fitting(shape, capacity, ops).await,
        (Impl::Flume, ..) => networks::run::<flume::Flume>(shape, capacity, ops).await,
        (Impl::AsyncChannel, ..) => {
            networks::run::<async_channel::AsyncChannel>(shape, capacity, ops).await
        }
        (Impl::Tokio, ..) => networks::run::<tokio::Bounded>(shape, capacity, ops).await,
        _ => bail!("{imp} has no channels here"),
    }
}

async fn fitting(shape: Shape, capacity: Capacity, ops: u64) -> Result<Ledger> {
    crossfire::detect();
    match shape {
        Shape::Pool { workers } => {
            networks::pool::<MpmcArray, MpscArray>(workers, capacity, ops).await
        }
        Shape::Pipeline { stages } => networks::pipeline::<SpscArray>(stages, capacity, ops).await,
        Shape::Ring { tasks } => networks::ring::<Spawned, SpscArray>(tasks, capacity, ops).await,
        Shape::Sieve { primes } => networks::sieve::<SpscArray>(primes, capacity, ops).await,
        Shape::Skynet { leaves } => networks::skynet::<MpscArray>(leaves, capacity, ops).await,
    }
}

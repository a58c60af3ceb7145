//! The implementations that are compared, and the way from a name to the code.
//!
//! Contract: each file beside this one is one crate behind [`Channel`](crate::workloads::Channel)
//! and adds nothing to it: the futures are the crate's own, and an end is cloned only where the
//! workload has several tasks on that side.

mod async_channel;
mod crossfire;
mod flume;
mod kanal;
mod taut;
mod tokio;

use std::fmt;

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::workloads::{self, Block, Capacity, Ledger, Message, Payload, Shape, Workload};

/// An implementation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Impl {
    Taut,
    Go,
    Kanal,
    Crossfire,
    Flume,
    AsyncChannel,
    Tokio,
}

impl fmt::Display for Impl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The name of the crate, which is what `--impls` takes as well.
        f.write_str(match self {
            Self::Taut => "taut",
            Self::Go => "go",
            Self::Kanal => "kanal",
            Self::Crossfire => "crossfire",
            Self::Flume => "flume",
            Self::AsyncChannel => "async-channel",
            Self::Tokio => "tokio",
        })
    }
}

impl Impl {
    /// Whether it can run the workload at all. Tokio's mpsc has one receiver; under a mutex it
    /// would be another thing that is measured.
    pub(crate) fn supports(self, workload: Workload) -> bool {
        match workload.shape {
            Shape::Flow { receivers, .. } => self != Self::Tokio || receivers == 1,
            Shape::PingPong | Shape::SelfTry | Shape::SelfAsync => true,
        }
    }

    /// Whether it runs the workload with capacity 1 because it has no rendezvous.
    pub(crate) fn stands_in(self, workload: Workload) -> bool {
        workload.capacity == Capacity::Rendezvous
            && matches!(self, Self::Crossfire | Self::AsyncChannel | Self::Tokio)
    }

    /// Whether it is another Rust crate doing exactly what is asked, so that taut is held to it.
    pub(crate) fn is_peer(self, workload: Workload) -> bool {
        !matches!(self, Self::Taut | Self::Go) && !self.stands_in(workload)
    }
}

/// Runs `ops` operations of a workload.
///
/// # Errors
/// The channel closed early, or the implementation has no Rust code.
pub(crate) async fn run(
    imp: Impl,
    workload: Workload,
    payload: Payload,
    ops: u64,
) -> Result<Ledger> {
    match payload {
        Payload::U64 => run_with::<u64>(imp, workload, ops).await,
        Payload::B64 => run_with::<Block>(imp, workload, ops).await,
    }
}

async fn run_with<M: Message>(imp: Impl, workload: Workload, ops: u64) -> Result<Ledger> {
    match imp {
        Impl::Taut => workloads::run::<taut::Taut, M>(workload, ops).await,
        Impl::Kanal => workloads::run::<kanal::Kanal, M>(workload, ops).await,
        Impl::Crossfire => crossfire::run::<M>(workload, ops).await,
        Impl::Flume => workloads::run::<flume::Flume, M>(workload, ops).await,
        Impl::AsyncChannel => workloads::run::<async_channel::AsyncChannel, M>(workload, ops).await,
        Impl::Tokio => tokio::run::<M>(workload, ops).await,
        Impl::Go => bail!("Go's channels are in a program of their own"),
    }
}

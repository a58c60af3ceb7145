//! The implementations that are compared, and the way from a name to the code.
//!
//! Contract: most files beside this one are one crate each, behind [`Channel`](crate::workloads::Channel)
//! or the traits of the locks, and adds nothing to it: the futures are the crate's own, and an end is
//! cloned only where the workload has several tasks on that side.

mod async_channel;
mod asyncband;
mod crossbeam;
mod crossfire;
mod flume;
mod kanal;
mod locks;
mod networks;
mod scopes;
mod selects;
mod tasks;
mod taut;
mod tokio;
mod tokio_util;
mod ways;

use std::fmt;
use std::str::FromStr;

use ::tokio_util::sync::CancellationToken;
use anyhow::{Result, anyhow, bail};
use clap::ValueEnum;

use crate::contexts::{self, Shape as Context};
use crate::rows::{Capacity, Measure, Payload, Shape, Workload};
use crate::stopwatch::Stopwatch;
use crate::workloads::{self, Block, Ledger, Message};

/// Whose channels, contexts or locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Impl {
    Taut,
    Go,
    Kanal,
    Crossfire,
    Flume,
    AsyncChannel,
    Tokio,
    TokioUtil,
    Futures,
    AsyncLock,
    Asyncband,
    Crossbeam,
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
            Self::TokioUtil => "tokio-util",
            Self::Futures => "futures",
            Self::AsyncLock => "async-lock",
            Self::Asyncband => "asyncband",
            Self::Crossbeam => "crossbeam",
        })
    }
}

/// Whose select, how it or a context is used, or what runs the tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Via {
    /// That of the channels, or none in a row without.
    Own,
    /// That of the channels, `biased`.
    Biased,
    /// `tokio::select!`.
    Tokio,
    /// `tokio::select!` with `biased`.
    TokioBiased,
    /// `tokio::select!` with the future of the cancellation kept from one select to the next.
    TokioPinned,
    /// `tokio::select!` with a reservation instead of a send.
    TokioReserve,
    /// `futures::select!`.
    Futures,
    /// No select, but `try_recv`.
    Try,
    /// A context whose keys are of as many types; otherwise they are constants of one.
    KeyTypes,
    /// The handles that `tokio::spawn` gives.
    Handles,
    /// Tokio's `JoinSet`; where there is a limit, with a semaphore.
    JoinSet,
    /// Tokio's `JoinSet`, and at the limit `join_next` before the next task is spawned.
    JoinNext,
    /// A wait group.
    WaitGroup,
    /// A group of tasks.
    Group,
    /// The `FuturesUnordered` of futures.
    Unordered,
    /// The `buffer_unordered` of futures, over spawned tasks.
    BufferUnordered,
    /// Tokio's `LocalSet`, on a thread of its own.
    LocalSet,
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Own => "own",
            Self::Biased => "biased",
            Self::Tokio => "tokio",
            Self::TokioBiased => "tokio-biased",
            Self::TokioPinned => "tokio-pinned",
            Self::TokioReserve => "tokio-reserve",
            Self::Futures => "futures",
            Self::Try => "try",
            Self::KeyTypes => "key-types",
            Self::Handles => "handles",
            Self::JoinSet => "join-set",
            Self::JoinNext => "join-next",
            Self::WaitGroup => "wait-group",
            Self::Group => "group",
            Self::Unordered => "unordered",
            Self::BufferUnordered => "buffer-unordered",
            Self::LocalSet => "local-set",
        })
    }
}

/// An implementation: channels, and a select over them where the row has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Contender {
    pub(crate) imp: Impl,
    pub(crate) via: Via,
}

impl fmt::Display for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.via {
            Via::Own => write!(f, "{}", self.imp),
            via => write!(f, "{}/{via}", self.imp),
        }
    }
}

impl FromStr for Contender {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        let (imp, via) = name.split_once('/').unwrap_or((name, "own"));
        let imp = Impl::from_str(imp, false).map_err(|error| anyhow!(error))?;
        let via = Via::from_str(via, false).map_err(|error| anyhow!(error))?;
        Ok(Self { imp, via })
    }
}

impl Contender {
    pub(crate) const TAUT: Self = Self { imp: Impl::Taut, via: Via::Own };
    pub(crate) const GO: Self = Self { imp: Impl::Go, via: Via::Own };

    /// All that run the workload, in the order of the tables.
    pub(crate) fn of(workload: Workload) -> impl Iterator<Item = Self> {
        let each = move |imp: &Impl| {
            let imp = *imp;
            imp.ways(workload).iter().map(move |via| Self { imp, via: *via })
        };
        Impl::value_variants().iter().flat_map(each)
    }

    /// Whether it runs the workload with capacity 1 because it has no rendezvous.
    pub(crate) fn stands_in(self, workload: Workload) -> bool {
        workload.capacity == Capacity::Rendezvous
            && matches!(self.imp, Impl::Crossfire | Impl::AsyncChannel | Impl::Tokio)
    }

    /// Whether taut is held to it: another Rust crate whose waiting is asynchronous, doing exactly
    /// what is asked. Where no crate does, those with capacity 1 take the place.
    pub(crate) fn is_peer(self, workload: Workload) -> bool {
        let exact = |one: &Self| one.is_rival() && !one.stands_in(workload);
        self.is_rival() && (exact(&self) || !Self::of(workload).any(|one| exact(&one)))
    }

    fn is_rival(self) -> bool {
        !matches!(self.imp, Impl::Taut | Impl::Go | Impl::Crossbeam)
    }
}

/// Runs `ops` operations of a workload, and times what belongs to it.
///
/// # Errors
/// The channel closed early, a task panicked, or the implementation has no Rust code.
pub(crate) async fn run(
    contender: Contender,
    workload: Workload,
    payload: Payload,
    ops: u64,
    watch: &mut Stopwatch,
) -> Result<Ledger> {
    if let Shape::Context(shape) = workload.shape {
        return with_context(contender.imp, shape, ops, watch).await;
    }
    if workload.measure() == Measure::Memory {
        return tasks::weigh(contender, workload, watch).await;
    }
    let start = Stopwatch::start();
    let ledger = match (workload.shape, payload) {
        (Shape::Lock(shape), _) => locks::run(contender.imp, shape, ops).await,
        (Shape::Group(shape), _) => locks::run_group(contender.imp, shape, ops).await,
        (Shape::Network(shape), _) => networks::run(contender, shape, workload.capacity, ops).await,
        (Shape::Tasks(shape), _) => tasks::run(contender, shape, ops).await,
        (Shape::Scope(shape), _) => scopes::run(contender, shape, workload.capacity, ops).await,
        (_, Payload::U64) => run_with::<u64>(contender, workload, ops).await,
        (_, Payload::B64) => run_with::<Block>(contender, workload, ops).await,
    };
    watch.stop(start);
    ledger
}

async fn with_context(
    imp: Impl,
    shape: Context,
    ops: u64,
    watch: &mut Stopwatch,
) -> Result<Ledger> {
    match imp {
        Impl::Taut => taut::context(shape, ops, watch).await,
        Impl::TokioUtil => contexts::run::<CancellationToken>(shape, ops, watch).await,
        _ => bail!("{imp} has no contexts here"),
    }
}

async fn run_with<M: Message>(
    contender: Contender,
    workload: Workload,
    ops: u64,
) -> Result<Ledger> {
    if let Shape::Select(shape) = workload.shape {
        return selects::run::<M>(contender, shape, workload.capacity, ops).await;
    }
    match contender.imp {
        Impl::Taut => workloads::run::<taut::Taut, M>(workload, ops).await,
        Impl::Kanal => workloads::run::<kanal::Kanal, M>(workload, ops).await,
        Impl::Crossfire => crossfire::run::<M>(workload, ops).await,
        Impl::Flume => workloads::run::<flume::Flume, M>(workload, ops).await,
        Impl::AsyncChannel => workloads::run::<async_channel::AsyncChannel, M>(workload, ops).await,
        Impl::Tokio => tokio::run::<M>(workload, ops).await,
        Impl::TokioUtil | Impl::Futures | Impl::AsyncLock | Impl::Asyncband => {
            bail!("{} has no channels here", contender.imp)
        }
        Impl::Crossbeam => bail!("crossbeam's channels are in the rows of selects only"),
        Impl::Go => bail!("Go's channels are in a program of their own"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows;

    fn names(row: &str) -> Vec<String> {
        let workload = Workload::find(row).unwrap();
        Contender::of(workload).map(|contender| contender.to_string()).collect()
    }

    #[test]
    fn a_name_is_read_back() {
        for workload in rows::ALL {
            for contender in Contender::of(*workload) {
                assert_eq!(contender.to_string().parse::<Contender>().unwrap(), contender);
            }
        }
        assert!("kanal/none".parse::<Contender>().is_err());
        assert!("none/tokio".parse::<Contender>().is_err());
    }

    #[test]
    fn channels_that_are_wrong_under_a_send_arm_are_left_out() {
        for row in ["sel_sendrecv", "sel_sendrecv_c0"] {
            let names = names(row);
            assert!(names.contains(&"tokio/tokio-reserve".to_owned()), "{names:?}");
            assert!(!names.iter().any(|name| name.starts_with("kanal")), "{names:?}");
            assert!(!names.iter().any(|name| name.starts_with("flume")), "{names:?}");
        }
    }

    #[test]
    fn a_stand_in_is_a_peer_only_where_nobody_does_the_same() {
        let tokio = Contender { imp: Impl::Tokio, via: Via::Tokio };
        let is_peer = |row| tokio.is_peer(Workload::find(row).unwrap());
        assert!(is_peer("sel_sendrecv") && is_peer("sel_sendrecv_c0"));
        assert!(!is_peer("sel2_hot_c0"));
        for row in rows::ALL {
            assert!(!Contender::TAUT.is_peer(*row) && !Contender::GO.is_peer(*row));
        }
    }
}

//! The implementations that are compared, and the way from a name to the code.
//!
//! Contract: each file beside this one is one crate behind [`Channel`](crate::workloads::Channel)
//! or the traits of the locks, and adds nothing to it: the futures are the crate's own, and an end is
//! cloned only where the workload has several tasks on that side.

mod async_channel;
mod asyncband;
mod crossbeam;
mod crossfire;
mod flume;
mod kanal;
mod locks;
mod selects;
mod taut;
mod tokio;
mod tokio_util;

use std::fmt;
use std::str::FromStr;

use ::tokio_util::sync::CancellationToken;
use anyhow::{Result, anyhow, bail};
use clap::ValueEnum;

use crate::contexts::{self, Shape as Context};
use crate::groups::Shape as Group;
use crate::locks::{Shape as Lock, Weights};
use crate::rows::{Capacity, Payload, Shape, Workload};
use crate::selects::{Quit, Shape as Select};
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
            Self::AsyncLock => "async-lock",
            Self::Asyncband => "asyncband",
            Self::Crossbeam => "crossbeam",
        })
    }
}

/// Whose select, and how it or a context is used.
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

impl Impl {
    /// The ways to run the workload with these channels; none if there is no right one.
    fn ways(self, workload: Workload) -> &'static [Via] {
        match workload.shape {
            Shape::Select(select) => self.ways_to_select(select),
            Shape::Context(context) => self.ways_to_end(context),
            Shape::Lock(lock) => self.ways_to_lock(lock),
            Shape::Group(group) => self.ways_to_wait(group),
            _ if matches!(self, Self::Crossbeam | Self::TokioUtil) => &[],
            _ if matches!(self, Self::AsyncLock | Self::Asyncband) => &[],
            // Tokio's mpsc has one receiver; under a mutex it would be another thing.
            Shape::Flow { receivers, .. } if receivers > 1 && self == Self::Tokio => &[],
            _ => &[Via::Own],
        }
    }

    fn ways_to_end(self, context: Context) -> &'static [Via] {
        match (self, context) {
            (Self::Go, Context::Value(_)) => &[Via::Own, Via::KeyTypes],
            (Self::Taut | Self::Go, _) => &[Via::Own],
            // A token has neither. The `task_local!` of Tokio is a slot that is fixed when the
            // program is built, and no lookup.
            (Self::TokioUtil, Context::Check { deadline: true } | Context::Value(_)) => &[],
            (Self::TokioUtil, _) => &[Via::Own],
            _ => &[],
        }
    }

    fn ways_to_lock(self, lock: Lock) -> &'static [Via] {
        match (self, lock) {
            // Its semaphore gives one unit at a time.
            (Self::AsyncLock, Lock::Semaphore { weights, .. }) if weights != Weights::One => &[],
            (Self::Taut | Self::Go | Self::Tokio | Self::AsyncLock | Self::Asyncband, _) => {
                &[Via::Own]
            }
            _ => &[],
        }
    }

    fn ways_to_wait(self, group: Group) -> &'static [Via] {
        match (self, group) {
            (Self::Taut | Self::Go | Self::Asyncband, _) => &[Via::Own],
            (Self::TokioUtil, Group::AddDone | Group::Spawn { .. }) => &[Via::Own],
            _ => &[],
        }
    }

    fn ways_to_select(self, select: Select) -> &'static [Via] {
        match (self, select) {
            (Self::Taut, _) => &[Via::Own, Via::Biased],
            // No channels; the token of tokio-util is an arm of Tokio's select.
            (Self::TokioUtil | Self::AsyncLock | Self::Asyncband, _) => &[],
            (Self::Crossbeam, Select::Cancel(Quit::Context)) => &[],
            (Self::Go | Self::Crossbeam, _) => &[Via::Own],
            // A receiver may take the message of a send that waits, and complete it, before the
            // select polls the send again. If another arm wins that poll, the send is dropped and
            // counts as not done, but its message has arrived: the checksum fails.
            (Self::Kanal | Self::Flume, Select::SendReceive) => &[],
            (Self::Tokio, Select::SendReceive) => &[Via::Tokio, Via::TokioReserve],
            (Self::Crossfire, Select::SendReceive) => &[Via::Tokio, Via::Futures],
            (Self::Kanal, Select::Default) => &[Via::Try, Via::Futures],
            (Self::Tokio, Select::Default) => &[Via::Try, Via::TokioBiased],
            (_, Select::Default) => &[Via::Try],
            // Far behind in all rows that follow, and every implementation costs time.
            (Self::Flume | Self::AsyncChannel, Select::Ready(_) | Select::Hot(_)) => &[],
            (Self::Flume | Self::AsyncChannel, Select::Cancel(_) | Select::CancelSelf) => &[],
            (Self::Kanal, Select::Cancel(_) | Select::CancelSelf) => {
                &[Via::Tokio, Via::TokioBiased, Via::TokioPinned, Via::Futures]
            }
            (_, Select::Cancel(_) | Select::CancelSelf) => &[Via::TokioPinned],
            (Self::Kanal, _) => &[Via::Tokio, Via::TokioBiased, Via::Futures],
            (Self::Tokio, _) => &[Via::Tokio, Via::TokioBiased],
            (Self::Crossfire | Self::AsyncChannel, _) => &[Via::Tokio],
        }
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
    let start = Stopwatch::start();
    let ledger = match (workload.shape, payload) {
        (Shape::Lock(shape), _) => locks::run(contender.imp, shape, ops).await,
        (Shape::Group(shape), _) => locks::run_group(contender.imp, shape, ops).await,
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
        Impl::TokioUtil | Impl::AsyncLock | Impl::Asyncband => {
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

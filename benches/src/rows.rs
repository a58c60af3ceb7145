//! The table of rows: what is measured under which name.
//!
//! Contract: data only. How a shape runs is in `workloads.rs`, `selects.rs`, `contexts.rs`, `locks.rs`
//! and `groups.rs`, and who runs it in `peers`.

use std::fmt;

use crate::contexts::{self, Depth, Part, Tree};
use crate::groups;
use crate::locks::{self, Mix, Weights};
use crate::selects::{self, Arms, Quit};

/// Which tasks there are and what passes between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Two tasks and two channels: there and back.
    PingPong,
    /// Senders to receivers over one channel, each a task of its own; the senders drop their ends
    /// and the receivers stop when the channel is closed.
    Flow { senders: usize, receivers: usize },
    /// `try_send` and `try_recv` in turn, in one task.
    SelfTry,
    /// `send().await` and `recv().await` in turn, in one task.
    SelfAsync,
    /// One of those with a select.
    Select(selects::Shape),
    /// One of those with a context and no channel.
    Context(contexts::Shape),
    /// One of those with a lock or a semaphore.
    Lock(locks::Shape),
    /// One of those with a wait group or a single flight.
    Group(groups::Shape),
}

/// How much a channel holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Capacity {
    Rendezvous,
    Bounded(usize),
    Unbounded,
}

impl Capacity {
    /// The capacity of a bounded channel, in crates that have no rendezvous: 1 stands for it, marked
    /// `~1` in every table.
    ///
    /// # Panics
    /// On an unbounded channel, which is another type in those crates.
    pub(crate) fn at_least_one(self) -> usize {
        match self {
            Self::Rendezvous => 1,
            Self::Bounded(capacity) => capacity,
            Self::Unbounded => panic!("an unbounded channel has no capacity"),
        }
    }
}

/// One row of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) capacity: Capacity,
    /// Also measured with the 64-byte message.
    pub(crate) wide: bool,
}

const fn row(name: &'static str, shape: Shape, capacity: Capacity, wide: bool) -> Workload {
    Workload { name, shape, capacity, wide }
}

const fn flow(senders: usize, receivers: usize) -> Shape {
    Shape::Flow { senders, receivers }
}

const fn select(name: &'static str, shape: selects::Shape, capacity: Capacity) -> Workload {
    row(name, Shape::Select(shape), capacity, false)
}

/// A row without a channel; the capacity is of none.
const fn plain(name: &'static str, shape: Shape) -> Workload {
    row(name, shape, Capacity::Unbounded, false)
}

const fn context(name: &'static str, shape: contexts::Shape) -> Workload {
    plain(name, Shape::Context(shape))
}

const fn timeout(name: &'static str, awaited: bool) -> Workload {
    context(name, contexts::Shape::Timeout { awaited })
}

const fn tree(name: &'static str, part: Part, tree: Tree) -> Workload {
    context(name, contexts::Shape::Tree(part, tree))
}

const fn value(name: &'static str, depth: Depth) -> Workload {
    context(name, contexts::Shape::Value(depth))
}

const fn mutex(name: &'static str, tasks: u64, yields: bool) -> Workload {
    plain(name, Shape::Lock(locks::Shape::Mutex { tasks, yields }))
}

const fn rw_lock(name: &'static str, tasks: u64, mix: Mix) -> Workload {
    plain(name, Shape::Lock(locks::Shape::RwLock { tasks, mix }))
}

const fn semaphore(name: &'static str, tasks: u64, capacity: usize, weights: Weights) -> Workload {
    let yields = false;
    plain(name, Shape::Lock(locks::Shape::Semaphore { tasks, capacity, weights, yields }))
}

const fn semaphore_held(name: &'static str, tasks: u64, capacity: usize) -> Workload {
    let (weights, yields) = (Weights::One, true);
    plain(name, Shape::Lock(locks::Shape::Semaphore { tasks, capacity, weights, yields }))
}

const fn group(name: &'static str, shape: groups::Shape) -> Workload {
    plain(name, Shape::Group(shape))
}

/// All workloads, in the order of the report.
pub(crate) const ALL: &[Workload] = &[
    row("pingpong_c0", Shape::PingPong, Capacity::Rendezvous, false),
    row("oneway_c0", flow(1, 1), Capacity::Rendezvous, true),
    row("mpmc_4x4_c0", flow(4, 4), Capacity::Rendezvous, false),
    row("spsc_1", flow(1, 1), Capacity::Bounded(1), false),
    row("spsc_64", flow(1, 1), Capacity::Bounded(64), true),
    row("spsc_1024", flow(1, 1), Capacity::Bounded(1024), false),
    row("mpsc_4_64", flow(4, 1), Capacity::Bounded(64), true),
    row("spmc_4_64", flow(1, 4), Capacity::Bounded(64), false),
    row("mpmc_4x4_64", flow(4, 4), Capacity::Bounded(64), true),
    row("mpmc_64x64_64", flow(64, 64), Capacity::Bounded(64), false),
    row("self_sendrecv", Shape::SelfAsync, Capacity::Bounded(64), true),
    row("self_try", Shape::SelfTry, Capacity::Bounded(64), true),
    row("unb_spsc", flow(1, 1), Capacity::Unbounded, true),
    row("unb_mpsc_4", flow(4, 1), Capacity::Unbounded, false),
    select("sel2_ready", selects::Shape::Ready(Arms::Two), Capacity::Bounded(64)),
    select("sel8_ready", selects::Shape::Ready(Arms::Eight), Capacity::Bounded(64)),
    select("sel2_hot", selects::Shape::Hot(Arms::Two), Capacity::Bounded(64)),
    select("sel8_hot", selects::Shape::Hot(Arms::Eight), Capacity::Bounded(64)),
    select("sel2_hot_c0", selects::Shape::Hot(Arms::Two), Capacity::Rendezvous),
    select("sel_sendrecv", selects::Shape::SendReceive, Capacity::Bounded(64)),
    select("sel_sendrecv_c0", selects::Shape::SendReceive, Capacity::Rendezvous),
    select("sel_default", selects::Shape::Default, Capacity::Bounded(64)),
    select("sel_cancel", selects::Shape::Cancel(Quit::Signal), Capacity::Bounded(64)),
    select("sel_cancel_self", selects::Shape::CancelSelf, Capacity::Bounded(64)),
    context("ctx_child", contexts::Shape::Child),
    timeout("ctx_timeout", false),
    timeout("ctx_timeout_armed", true),
    tree("ctx_build_10k", Part::Build, Tree::Wide(10_000)),
    tree("ctx_cancel_10k", Part::Cancel, Tree::Wide(10_000)),
    tree("ctx_build_100k", Part::Build, Tree::Wide(100_000)),
    tree("ctx_cancel_100k", Part::Cancel, Tree::Wide(100_000)),
    tree("ctx_chain_build_1000", Part::Build, Tree::Chain(1000)),
    tree("ctx_chain_cancel_1000", Part::Cancel, Tree::Chain(1000)),
    context("ctx_wake_10k", contexts::Shape::Wake { tasks: 10_000 }),
    context("ctx_check", contexts::Shape::Check { deadline: false }),
    context("ctx_check_deadline", contexts::Shape::Check { deadline: true }),
    value("ctx_value_1", Depth::One),
    value("ctx_value_10", Depth::Ten),
    value("ctx_value_100", Depth::Hundred),
    select("ctx_done_loop", selects::Shape::Cancel(Quit::Context), Capacity::Bounded(64)),
    mutex("mutex_unc", 1, false),
    mutex("mutex_cont_2", 2, false),
    mutex("mutex_cont_4", 4, false),
    mutex("mutex_cont_8", 8, false),
    mutex("mutex_yield_16", 16, true),
    rw_lock("rw_unc_r", 1, Mix::Reads),
    rw_lock("rw_unc_w", 1, Mix::Writes),
    rw_lock("rw_cont_2", 2, Mix::MostlyReads),
    rw_lock("rw_cont_4", 4, Mix::MostlyReads),
    rw_lock("rw_cont_8", 8, Mix::MostlyReads),
    semaphore("sem_unc", 1, 10, Weights::One),
    semaphore("sem_unc_w", 1, 10, Weights::Three),
    semaphore("sem_cont_16", 16, 1, Weights::One),
    semaphore("sem_cont_w_16", 16, 4, Weights::OneToFour),
    semaphore_held("sem_yield_16", 16, 4),
    group("wg_add_done", groups::Shape::AddDone),
    group("wg_spawn_1m", groups::Shape::Spawn { tasks: 1_000_000 }),
    group("singleflight_64", groups::Shape::SingleFlight { tasks: 64 }),
];

impl Workload {
    pub(crate) fn find(name: &str) -> Option<Self> {
        ALL.iter().copied().find(|workload| workload.name == name)
    }

    /// What one operation is.
    pub(crate) fn unit(&self) -> &'static str {
        match self.shape {
            Shape::PingPong => "ns per round trip",
            Shape::Flow { .. } => "ns per message",
            Shape::SelfTry => "ns per try_send + try_recv",
            Shape::SelfAsync => "ns per send + recv",
            Shape::Select(shape) => shape.unit(),
            Shape::Context(shape) => shape.unit(),
            Shape::Lock(shape) => shape.unit(),
            Shape::Group(shape) => shape.unit(),
        }
    }

    /// A run does a multiple of this many operations.
    pub(crate) fn batch(&self) -> u64 {
        match self.shape {
            Shape::Context(shape) => shape.batch(),
            Shape::Group(shape) => shape.batch(),
            _ => 1,
        }
    }

    /// How many values a run of `ops` operations moves.
    pub(crate) fn values(&self, ops: u64) -> u64 {
        match self.shape {
            Shape::Select(selects::Shape::Default) | Shape::Group(groups::Shape::AddDone) => 1,
            Shape::Context(shape) => shape.looks(ops),
            _ => ops,
        }
    }
}

/// The size of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Payload {
    U64,
    B64,
}

impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::U64 => "u64",
            Self::B64 => "b64",
        })
    }
}

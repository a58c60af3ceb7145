//! The table of rows: what is measured under which name.
//!
//! Contract: data only. How a shape runs is in the module of its type, and of those without one in
//! `workloads.rs`; who runs it is in `peers`.

use std::fmt;

use crate::contexts::{self, Depth, Part, Tree};
use crate::groups;
use crate::locks::{self, Mix, Weights};
use crate::selects::{self, Arms, Quit};
use crate::{networks, scopes, tasks};

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
    /// One of those with several channels.
    Network(networks::Shape),
    /// One of those where spawning and waiting is all there is.
    Tasks(tasks::Shape),
    /// One of those within one task of the runtime.
    Scope(scopes::Shape),
}

/// What is counted for each operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Nanoseconds of wall time.
    Time,
    /// Bytes, in the first run of a process: what it frees may stay with the allocator.
    Memory,
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

const fn network(name: &'static str, shape: networks::Shape, capacity: Capacity) -> Workload {
    row(name, Shape::Network(shape), capacity, false)
}

const fn tasks(name: &'static str, shape: tasks::Shape) -> Workload {
    plain(name, Shape::Tasks(shape))
}

const fn scope(name: &'static str, shape: scopes::Shape, capacity: Capacity) -> Workload {
    row(name, Shape::Scope(shape), capacity, false)
}

/// A row within one task and without a channel.
const fn nested(name: &'static str, shape: scopes::Shape) -> Workload {
    plain(name, Shape::Scope(shape))
}

const fn group(name: &'static str, shape: groups::Shape) -> Workload {
    plain(name, Shape::Group(shape))
}

const MILLION: u64 = 1_000_000;

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
    network("pool_5_100", networks::Shape::Pool { workers: 5 }, Capacity::Bounded(100)),
    network("pipeline3_c0", networks::Shape::Pipeline { stages: 3 }, Capacity::Rendezvous),
    network("pipeline3_64", networks::Shape::Pipeline { stages: 3 }, Capacity::Bounded(64)),
    network("ring_1000", networks::Shape::Ring { tasks: 1000 }, Capacity::Rendezvous),
    network("sieve_2000", networks::Shape::Sieve { primes: 2000 }, Capacity::Rendezvous),
    network("skynet_1m", networks::Shape::Skynet { leaves: MILLION }, Capacity::Bounded(10)),
    tasks("spawn_join_1k", tasks::Shape::Join { tasks: 1000 }),
    tasks("spawn_join_1m", tasks::Shape::Join { tasks: MILLION }),
    tasks("errgroup_1000_16", tasks::Shape::FanOut { tasks: 1000, limit: 16 }),
    tasks("mem_own_100k", tasks::Shape::Parked { tasks: 100_000 }),
    tasks("mem_own_1m", tasks::Shape::Parked { tasks: MILLION }),
    scope("scope_pingpong_c0", scopes::Shape::PingPong, Capacity::Rendezvous),
    scope("scope_oneway_c0", scopes::Shape::OneWay, Capacity::Rendezvous),
    scope("scope_spsc_64", scopes::Shape::OneWay, Capacity::Bounded(64)),
    scope("scope_ring_1000", scopes::Shape::Ring { tasks: 1000 }, Capacity::Rendezvous),
    nested("scope_spawn_1m", scopes::Shape::Join { tasks: MILLION }),
    nested("scope_mem_1m", scopes::Shape::Parked { tasks: MILLION }),
    scope("scope_skynet_1m", scopes::Shape::Skynet { leaves: MILLION }, Capacity::Bounded(10)),
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
            Shape::Network(shape) => shape.unit(),
            Shape::Tasks(shape) => shape.unit(),
            Shape::Scope(shape) => shape.unit(),
        }
    }

    /// A run does a multiple of this many operations.
    pub(crate) fn batch(&self) -> u64 {
        match self.shape {
            Shape::Context(shape) => shape.batch(),
            Shape::Group(shape) => shape.batch(),
            Shape::Network(shape) => shape.batch(),
            Shape::Tasks(shape) => shape.tasks(),
            Shape::Scope(shape) => shape.size(),
            _ => 1,
        }
    }

    pub(crate) fn measure(&self) -> Measure {
        match self.shape {
            Shape::Tasks(tasks::Shape::Parked { .. })
            | Shape::Scope(scopes::Shape::Parked { .. }) => Measure::Memory,
            _ => Measure::Time,
        }
    }

    /// The same with a crowd of so many tasks at most.
    pub(crate) fn at_most(self, tasks: u64) -> Self {
        let shape = match self.shape {
            Shape::Group(shape) => Shape::Group(shape.at_most(tasks)),
            Shape::Network(shape) => Shape::Network(shape.at_most(tasks)),
            Shape::Tasks(shape) => Shape::Tasks(shape.at_most(tasks)),
            Shape::Scope(shape) => Shape::Scope(shape.at_most(tasks)),
            shape => shape,
        };
        Self { shape, ..self }
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

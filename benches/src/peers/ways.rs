//! Who runs which row, and in which ways.
//!
//! Contract: an implementation is left out of a row that it cannot do, that it does wrong, or where it
//! is far behind in all rows of a kind: each costs time.

use super::{Impl, Via};
use crate::contexts::Shape as Context;
use crate::groups::Shape as Group;
use crate::locks::{Shape as Lock, Weights};
use crate::networks::Shape as Network;
use crate::rows::{Capacity, Shape, Workload};
use crate::scopes::Shape as Scope;
use crate::selects::{Quit, Shape as Select};
use crate::tasks::Shape as Tasks;

impl Impl {
    /// The ways to run the workload with these channels; none if there is no right one.
    pub(super) fn ways(self, workload: Workload) -> &'static [Via] {
        match workload.shape {
            Shape::Select(select) => self.ways_to_select(select),
            Shape::Context(context) => self.ways_to_end(context),
            Shape::Lock(lock) => self.ways_to_lock(lock),
            Shape::Group(group) => self.ways_to_wait(group),
            Shape::Network(network) => self.ways_to_connect(network),
            Shape::Tasks(tasks) => self.ways_to_spawn(tasks),
            Shape::Scope(scope) => self.ways_to_nest(scope, workload.capacity),
            _ if !self.has_channels() => &[],
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
            (Self::TokioUtil | Self::Futures | Self::AsyncLock | Self::Asyncband, _) => &[],
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

    fn ways_to_connect(self, network: Network) -> &'static [Via] {
        match (self, network) {
            (Self::Taut, Network::Skynet { .. }) => &[Via::Own, Via::Group],
            (Self::Tokio, Network::Skynet { .. }) => &[Via::Own, Via::Handles, Via::JoinSet],
            (Self::Tokio, Network::Pool { .. }) => &[],
            // Seconds, as it spins for a second CPU.
            (Self::Crossfire, Network::Sieve { .. }) => &[],
            (Self::AsyncChannel, Network::Sieve { .. } | Network::Skynet { .. }) => &[],
            (Self::Flume, Network::Skynet { .. }) => &[],
            _ if self.has_channels() => &[Via::Own],
            _ => &[],
        }
    }

    fn ways_to_spawn(self, tasks: Tasks) -> &'static [Via] {
        match (self, tasks) {
            (Self::Taut, Tasks::Join { .. }) => &[Via::Own, Via::WaitGroup],
            (Self::Tokio, Tasks::Join { .. }) => &[Via::Handles, Via::JoinSet],
            (Self::TokioUtil, Tasks::Join { .. }) => &[Via::Own],
            (Self::Tokio, Tasks::FanOut { .. }) => &[Via::Handles, Via::JoinSet, Via::JoinNext],
            (Self::Taut | Self::TokioUtil, Tasks::FanOut { .. }) => &[Via::Own],
            (Self::Futures, Tasks::FanOut { .. }) => &[Via::BufferUnordered],
            (Self::Taut, Tasks::Parked { .. }) => &[Via::Own, Via::Group],
            (_, Tasks::Parked { .. }) if self.has_channels() => &[Via::Own],
            (Self::Go, _) => &[Via::Own],
            _ => &[],
        }
    }

    fn ways_to_nest(self, scope: Scope, capacity: Capacity) -> &'static [Via] {
        match (self, scope) {
            (Self::Go, _) => &[Via::Own],
            (Self::Taut, Scope::Join { .. } | Scope::Parked { .. }) => &[Via::Own, Via::Group],
            (Self::Taut, Scope::Skynet { .. }) => &[Via::Own],
            (Self::Taut, _) => &[Via::Own, Via::Unordered, Via::LocalSet],
            (_, Scope::Join { .. } | Scope::Parked { .. } | Scope::Skynet { .. }) => match self {
                Self::Futures => &[Via::Unordered],
                Self::Tokio => &[Via::LocalSet],
                _ => &[],
            },
            (Self::Kanal, _) => &[Via::Unordered, Via::LocalSet],
            (Self::Crossfire | Self::Tokio, Scope::OneWay) if capacity != Capacity::Rendezvous => {
                &[Via::Unordered, Via::LocalSet]
            }
            _ => &[],
        }
    }

    fn has_channels(self) -> bool {
        match self {
            Self::Taut | Self::Go | Self::Kanal | Self::Crossfire => true,
            Self::Flume | Self::AsyncChannel | Self::Tokio => true,
            // crossbeam's block, and are in the rows of selects only.
            Self::Crossbeam | Self::TokioUtil => false,
            Self::Futures | Self::AsyncLock | Self::Asyncband => false,
        }
    }
}

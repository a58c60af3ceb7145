//! Spawning and waiting: Tokio's handles and `JoinSet`, the `TaskTracker` of tokio-util, and the
//! `buffer_unordered` of futures.
//!
//! Contract: each is what one writes with the crate alone; none of them has a limit but the last, and
//! the others have Tokio's semaphore for one, whose permits the tasks own.

use std::marker::PhantomData;
use std::sync::Arc;

use ::tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use ::tokio::task::{self, JoinHandle};
use ::tokio_util::task::TaskTracker;
use anyhow::{Result, bail};
use futures_util::StreamExt as _;
use futures_util::stream;

use super::crossfire::SpscArray;
use super::scopes::{Local, Unordered};
use super::{Contender, Impl, Via, async_channel, flume, kanal, taut};
use crate::rows::{Shape as Row, Workload};
use crate::scopes;
use crate::stopwatch::Stopwatch;
use crate::tasks::{self, Closing, Counted, FanOut, Gate, Nursery, Shape};
use crate::together::Spawned;
use crate::workloads::{Ledger, Tally};

/// Runs `ops` operations of a workload that spawns and waits.
pub(super) async fn run(contender: Contender, shape: Shape, ops: u64) -> Result<Ledger> {
    let Contender { imp, via } = contender;
    match shape {
        Shape::Join { tasks } => match (imp, via) {
            (Impl::Taut, Via::Own) => tasks::join::<taut::TaskGroup>(tasks, ops).await,
            (Impl::Taut, _) => tasks::join::<Counted<taut::Group>>(tasks, ops).await,
            (Impl::Tokio, Via::Handles) => tasks::join::<Handles>(tasks, ops).await,
            (Impl::Tokio, _) => tasks::join::<JoinSet>(tasks, ops).await,
            (Impl::TokioUtil, _) => tasks::join::<Counted<TaskTracker>>(tasks, ops).await,
            _ => bail!("{imp} spawns nothing here"),
        },
        Shape::FanOut { tasks, limit } => match (imp, via) {
            (Impl::Taut, _) => tasks::fan_out::<taut::TaskGroup>(tasks, limit, ops).await,
            (Impl::Tokio, Via::Handles) => {
                tasks::fan_out::<Placed<Handles>>(tasks, limit, ops).await
            }
            (Impl::Tokio, Via::JoinNext) => tasks::fan_out::<JoinNext>(tasks, limit, ops).await,
            (Impl::Tokio, _) => tasks::fan_out::<Placed<JoinSet>>(tasks, limit, ops).await,
            (Impl::TokioUtil, _) => {
                tasks::fan_out::<Placed<Counted<TaskTracker>>>(tasks, limit, ops).await
            }
            (Impl::Futures, _) => tasks::fan_out::<BufferUnordered>(tasks, limit, ops).await,
            _ => bail!("{imp} spawns nothing here"),
        },
        Shape::Parked { .. } => bail!("memory is weighed, not timed"),
    }
}

/// Weighs the tasks of a row about memory.
pub(super) async fn weigh(
    contender: Contender,
    workload: Workload,
    watch: &mut Stopwatch,
) -> Result<Ledger> {
    let Contender { imp, via } = contender;
    let tasks = workload.batch();
    type Of<C> = Closing<C>;
    if let Row::Scope(scopes::Shape::Parked { .. }) = workload.shape {
        // All on Tokio's, as it is small: the tasks are to be compared.
        return match (imp, via) {
            (Impl::Taut, Via::Group) => {
                tasks::parked::<taut::ScopedGroup, Oneshot>(tasks, watch).await
            }
            (Impl::Taut, _) => tasks::parked::<taut::Scoped, Oneshot>(tasks, watch).await,
            (Impl::Futures, _) => tasks::parked::<Unordered, Oneshot>(tasks, watch).await,
            (Impl::Tokio, _) => tasks::parked::<Local, Oneshot>(tasks, watch).await,
            _ => bail!("{imp} nests nothing here"),
        };
    }
    match (imp, via) {
        (Impl::Taut, Via::Group) => {
            tasks::parked::<taut::TaskGroup, Of<taut::Taut>>(tasks, watch).await
        }
        (Impl::Taut, _) => tasks::parked::<Spawned, Of<taut::Taut>>(tasks, watch).await,
        (Impl::Kanal, _) => tasks::parked::<Spawned, Of<kanal::Kanal>>(tasks, watch).await,
        (Impl::Crossfire, _) => tasks::parked::<Spawned, Of<SpscArray>>(tasks, watch).await,
        (Impl::Flume, _) => tasks::parked::<Spawned, Of<flume::Flume>>(tasks, watch).await,
        (Impl::AsyncChannel, _) => {
            tasks::parked::<Spawned, Of<async_channel::AsyncChannel>>(tasks, watch).await
        }
        (Impl::Tokio, _) => tasks::parked::<Spawned, Oneshot>(tasks, watch).await,
        _ => bail!("{imp} has nothing to wait for here"),
    }
}

/// Tokio's channel for one value, which is never sent.
struct Oneshot;

impl Gate for Oneshot {
    type Key = oneshot::Sender<()>;
    type Wait = oneshot::Receiver<()>;

    fn new() -> (oneshot::Sender<()>, oneshot::Receiver<()>) {
        oneshot::channel()
    }

    async fn wait(wait: oneshot::Receiver<()>) {
        drop(wait.await);
    }
}

/// The handles of all tasks, in the order of their start.
pub(super) struct Handles(Vec<JoinHandle<u64>>);

impl Nursery for Handles {
    type Given = u64;

    fn new() -> Self {
        Self(Vec::new())
    }

    fn spawn(&mut self, task: impl Future<Output = u64> + Send + 'static) {
        self.0.push(::tokio::spawn(task));
    }

    async fn sum(self) -> Result<Tally> {
        let mut given = Tally::default();
        for task in self.0 {
            given.note(task.await?);
        }
        Ok(given)
    }
}

pub(super) struct JoinSet(task::JoinSet<u64>);

impl Nursery for JoinSet {
    type Given = u64;

    fn new() -> Self {
        Self(task::JoinSet::new())
    }

    fn spawn(&mut self, task: impl Future<Output = u64> + Send + 'static) {
        self.0.spawn(task);
    }

    async fn sum(mut self) -> Result<Tally> {
        let mut given = Tally::default();
        while let Some(task) = self.0.join_next().await {
            given.note(task?);
        }
        Ok(given)
    }
}

/// A place for each task that runs, beside what spawns without a limit.
struct Placed<N>(PhantomData<N>);

impl<N: Nursery<Given = u64>> FanOut for Placed<N> {
    type Given = u64;

    async fn fan_out<F>(limit: usize, tasks: impl Iterator<Item = F> + Send) -> Result<Tally>
    where
        F: Future<Output = u64> + Send + 'static,
    {
        let places = Arc::new(Semaphore::new(limit));
        let mut running = N::new();
        for task in tasks {
            running.spawn(with(places.clone().acquire_owned().await?, task));
        }
        running.sum().await
    }
}

/// A task that has a place while it runs.
async fn with<F: Future>(place: OwnedSemaphorePermit, task: F) -> F::Output {
    let given = task.await;
    drop(place);
    given
}

/// A `JoinSet` that is full when it has as many tasks as the limit.
struct JoinNext;

impl FanOut for JoinNext {
    type Given = u64;

    async fn fan_out<F>(limit: usize, tasks: impl Iterator<Item = F> + Send) -> Result<Tally>
    where
        F: Future<Output = u64> + Send + 'static,
    {
        let mut given = Tally::default();
        let mut running = task::JoinSet::new();
        for task in tasks {
            if running.len() == limit {
                if let Some(done) = running.join_next().await {
                    given.note(done?);
                }
            }
            running.spawn(task);
        }
        given += JoinSet(running).sum().await?;
        Ok(given)
    }
}

struct BufferUnordered;

impl FanOut for BufferUnordered {
    type Given = u64;

    async fn fan_out<F>(limit: usize, tasks: impl Iterator<Item = F> + Send) -> Result<Tally>
    where
        F: Future<Output = u64> + Send + 'static,
    {
        let mut given = Tally::default();
        let mut running = stream::iter(tasks.map(::tokio::spawn)).buffer_unordered(limit);
        while let Some(task) = running.next().await {
            given.note(task?);
        }
        Ok(given)
    }
}

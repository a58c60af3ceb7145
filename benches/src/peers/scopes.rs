//! What runs many tasks within one: the `FuturesUnordered` of futures, and Tokio's `LocalSet`.
//!
//! Contract: each as its documentation has it. A `LocalSet` does not leave its thread, and so has one
//! of its own with a runtime for itself; starting that is a thousandth of a run. Go has goroutines
//! only, and a program of its own.

use ::tokio::runtime::Builder;
use ::tokio::task::coop::unconstrained;
use ::tokio::task::{JoinHandle, LocalSet, spawn_blocking, spawn_local};
use anyhow::{Context, Result, bail};
use futures_util::future::{BoxFuture, FutureExt as _, join, ready};
use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::crossfire::{self, SpscArray};
use super::{Contender, Impl, Via, kanal, taut, tokio};
use crate::rows::Capacity;
use crate::scopes::{self, Nested, Shape};
use crate::tasks::BRANCHES;
use crate::together::Together;
use crate::workloads::{Channel, Ledger};

/// Runs `ops` operations of a workload within one task.
pub(super) async fn run(
    contender: Contender,
    shape: Shape,
    capacity: Capacity,
    ops: u64,
) -> Result<Ledger> {
    let Contender { imp, via } = contender;
    match (shape, via) {
        (Shape::Join { tasks }, Via::Own) => scopes::join::<taut::Scoped>(tasks, ops).await,
        (Shape::Join { tasks }, Via::Group) => scopes::join::<taut::ScopedGroup>(tasks, ops).await,
        (Shape::Join { tasks }, Via::Unordered) => scopes::join::<Unordered>(tasks, ops).await,
        (Shape::Join { tasks }, _) => scopes::join::<Local>(tasks, ops).await,
        (Shape::Skynet { leaves }, Via::Own) => scopes::skynet::<taut::Scoped>(leaves, ops).await,
        (Shape::Skynet { leaves }, Via::Unordered) => {
            scopes::skynet::<Unordered>(leaves, ops).await
        }
        (Shape::Skynet { leaves }, _) => scopes::skynet::<Local>(leaves, ops).await,
        (Shape::Parked { .. }, _) => bail!("memory is weighed, not timed"),
        _ => match imp {
            Impl::Taut => over::<taut::Taut>(via, shape, capacity, ops).await,
            Impl::Kanal => over::<kanal::Kanal>(via, shape, capacity, ops).await,
            Impl::Tokio => over::<tokio::Bounded>(via, shape, capacity, ops).await,
            Impl::Crossfire => {
                crossfire::detect();
                over::<SpscArray>(via, shape, capacity, ops).await
            }
            _ => bail!("{imp} has no channels here"),
        },
    }
}

async fn over<C: Channel<u64>>(
    via: Via,
    shape: Shape,
    capacity: Capacity,
    ops: u64,
) -> Result<Ledger> {
    match via {
        Via::Unordered => scopes::run::<Unordered, C>(shape, capacity, ops).await,
        Via::LocalSet => scopes::run::<Local, C>(shape, capacity, ops).await,
        _ => scopes::run::<taut::Scoped, C>(shape, capacity, ops).await,
    }
}

pub(super) struct Unordered;

impl Together for Unordered {
    async fn join<F>(tasks: impl Iterator<Item = F> + Send + 'static) -> Result<Vec<F::Output>>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        Ok(tasks.collect::<FuturesUnordered<F>>().collect().await)
    }

    async fn beside<F, M>(
        tasks: impl Iterator<Item = F> + Send + 'static,
        main: M,
    ) -> Result<M::Output>
    where
        F: Future<Output = ()> + Send + 'static,
        M: Future<Output: Send> + Send + 'static,
    {
        let tasks: FuturesUnordered<F> = tasks.collect();
        // With Tokio's budget it would poll all tasks in every turn, and get on with 128 of them.
        let (made, ()) = unconstrained(join(main, tasks.for_each(ready))).await;
        Ok(made)
    }
}

impl Nested for Unordered {
    async fn skynet(leaves: u64) -> Result<u64> {
        Ok(unordered_branch(0, leaves).await)
    }
}

/// In a box, as it contains itself.
fn unordered_branch(first: u64, leaves: u64) -> BoxFuture<'static, u64> {
    async move {
        if leaves == 1 {
            return first;
        }
        let share = leaves / BRANCHES;
        let branch = |index| unordered_branch(first + index * share, share);
        let mut branches: FuturesUnordered<_> = (0..BRANCHES).map(branch).collect();
        let mut sum = 0;
        while let Some(part) = branches.next().await {
            sum += part;
        }
        sum
    }
    .boxed()
}

pub(super) struct Local;

impl Local {
    async fn run<T: Send + 'static>(
        main: impl AsyncFnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let on_thread = move || {
            let runtime = Builder::new_current_thread().enable_all().build();
            let runtime = runtime.context("no runtime")?;
            LocalSet::new().block_on(&runtime, main())
        };
        spawn_blocking(on_thread).await?
    }
}

impl Together for Local {
    async fn join<F>(tasks: impl Iterator<Item = F> + Send + 'static) -> Result<Vec<F::Output>>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let main = async move || {
            let running: Vec<_> = tasks.map(spawn_local).collect();
            let mut given = Vec::with_capacity(running.len());
            for task in running {
                given.push(task.await?);
            }
            Ok(given)
        };
        Self::run(main).await
    }

    async fn beside<F, M>(
        tasks: impl Iterator<Item = F> + Send + 'static,
        main: M,
    ) -> Result<M::Output>
    where
        F: Future<Output = ()> + Send + 'static,
        M: Future<Output: Send> + Send + 'static,
    {
        let main = async move || {
            for task in tasks {
                drop(spawn_local(task));
            }
            Ok(main.await)
        };
        Self::run(main).await
    }
}

impl Nested for Local {
    async fn skynet(leaves: u64) -> Result<u64> {
        Self::run(async move || Ok(local_branch(0, leaves).await?)).await
    }
}

/// No `async fn`, as it spawns itself.
fn local_branch(first: u64, leaves: u64) -> JoinHandle<u64> {
    spawn_local(async move {
        if leaves == 1 {
            return first;
        }
        let share = leaves / BRANCHES;
        let branch = |index| local_branch(first + index * share, share);
        let branches: Vec<_> = (0..BRANCHES).map(branch).collect();
        let mut sum = 0;
        for branch in branches {
            // A branch that has failed is missed at the root.
            sum += branch.await.unwrap_or_default();
        }
        sum
    })
}

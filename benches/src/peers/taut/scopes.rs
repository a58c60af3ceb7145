//! taut's scopes, and its groups of tasks in them.

use ::taut::group::{Failure, Scope, Spawned};
use anyhow::Result;

use super::tasks::error;
use crate::scopes::Nested;
use crate::tasks::BRANCHES;
use crate::together::Together;

/// Tasks in a scope.
pub(crate) struct Scoped;

impl Together for Scoped {
    async fn join<F>(tasks: impl Iterator<Item = F> + Send + 'static) -> Result<Vec<F::Output>>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let given = ::taut::scope(async |scope| {
            let running: Vec<_> = tasks.map(|task| scope.spawn(task)).collect();
            let mut given = Vec::with_capacity(running.len());
            for task in running {
                given.push(task.await);
            }
            given
        });
        Ok(given.await)
    }

    async fn beside<F, M>(
        tasks: impl Iterator<Item = F> + Send + 'static,
        main: M,
    ) -> Result<M::Output>
    where
        F: Future<Output = ()> + Send + 'static,
        M: Future<Output: Send> + Send + 'static,
    {
        let given = ::taut::scope(async |scope| {
            for task in tasks {
                drop(scope.spawn(task));
            }
            main.await
        });
        Ok(given.await)
    }
}

impl Nested for Scoped {
    async fn skynet(leaves: u64) -> Result<u64> {
        Ok(::taut::scope(async |scope| branch(&scope, 0, leaves).await).await)
    }
}

/// No `async fn`, as it spawns itself.
fn branch<'env>(scope: &Scope<'env>, first: u64, leaves: u64) -> Spawned<'env, u64> {
    let inner = scope.clone();
    scope.spawn(async move {
        if leaves == 1 {
            return first;
        }
        let share = leaves / BRANCHES;
        let branch = |index| branch(&inner, first + index * share, share);
        let branches: Vec<_> = (0..BRANCHES).map(branch).collect();
        let mut sum = 0;
        for branch in branches {
            sum += branch.await;
        }
        sum
    })
}

/// A group whose tasks are in a scope.
pub(crate) struct ScopedGroup;

impl Together for ScopedGroup {
    async fn join<F>(tasks: impl Iterator<Item = F> + Send + 'static) -> Result<Vec<F::Output>>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let given = ::taut::scope(async |scope| {
            let mut group = scope.group::<_, Failure>();
            for task in tasks {
                group.spawn(async move { Ok(task.await) }).await;
            }
            group.wait().await
        });
        given.await.map_err(error)
    }

    async fn beside<F, M>(
        tasks: impl Iterator<Item = F> + Send + 'static,
        main: M,
    ) -> Result<M::Output>
    where
        F: Future<Output = ()> + Send + 'static,
        M: Future<Output: Send> + Send + 'static,
    {
        let given = ::taut::scope(async |scope| {
            let mut group = scope.group::<_, Failure>();
            for task in tasks {
                group
                    .spawn(async move {
                        task.await;
                        Ok(())
                    })
                    .await;
            }
            let made = main.await;
            group.wait().await.map(|_| made)
        });
        given.await.map_err(error)
    }
}

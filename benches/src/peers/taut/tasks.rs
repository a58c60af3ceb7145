//! taut's groups of tasks, which run on the runtime.

use ::taut::group::{Failure, Group};
use anyhow::{Error, Result, anyhow};

use crate::tasks::{FanOut, Nursery};
use crate::together::Together;
use crate::workloads::Tally;

/// Tasks that may fail, and none of which does.
pub(crate) struct TaskGroup(Group<u64, Failure>);

impl Nursery for TaskGroup {
    type Given = Result<u64, Failure>;

    fn new() -> Self {
        Self(Group::new())
    }

    fn spawn(&mut self, task: impl Future<Output = Self::Given> + Send + 'static) {
        // Without a limit there is nothing to wait for; a task that was refused is missed in the sum.
        drop(self.0.try_spawn(task));
    }

    async fn spawn_all<F>(&mut self, tasks: impl Iterator<Item = F> + Send)
    where
        F: Future<Output = Self::Given> + Send + 'static,
    {
        for task in tasks {
            self.0.spawn(task).await;
        }
    }

    async fn sum(mut self) -> Result<Tally> {
        Ok(tally(&self.0.wait().await.map_err(error)?))
    }
}

impl FanOut for TaskGroup {
    type Given = Result<u64, Failure>;

    async fn fan_out<F>(limit: usize, tasks: impl Iterator<Item = F> + Send) -> Result<Tally>
    where
        F: Future<Output = Self::Given> + Send + 'static,
    {
        let mut group = Group::new().limit(limit);
        for task in tasks {
            group.spawn(task).await;
        }
        Ok(tally(&group.wait().await.map_err(error)?))
    }
}

/// Any error will do; that of the group is none of the standard library's.
pub(super) fn error(failure: Failure) -> Error {
    anyhow!("{failure}")
}

fn tally(given: &[u64]) -> Tally {
    Tally::new(given.len() as u64, given.iter().sum())
}

impl Together for TaskGroup {
    async fn join<F>(tasks: impl Iterator<Item = F> + Send + 'static) -> Result<Vec<F::Output>>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let mut group = Group::<_, Failure>::new();
        for task in tasks {
            group.spawn(async move { Ok(task.await) }).await;
        }
        group.wait().await.map_err(error)
    }

    async fn beside<F, M>(
        tasks: impl Iterator<Item = F> + Send + 'static,
        main: M,
    ) -> Result<M::Output>
    where
        F: Future<Output = ()> + Send + 'static,
        M: Future<Output: Send> + Send + 'static,
    {
        let mut group = Group::<_, Failure>::new();
        for task in tasks {
            group
                .spawn(async move {
                    task.await;
                    Ok(())
                })
                .await;
        }
        let made = main.await;
        group.wait().await.map_err(error)?;
        Ok(made)
    }
}

//! Ways to run many tasks of one kind: each by itself on the runtime, or all within one task of it.
//!
//! Contract: a way adds nothing to the futures that it is given. What is spawned here is what the
//! workloads of `networks.rs`, `tasks.rs` and `scopes.rs` are made of; the ways of the other crates
//! stand in `peers`.

use anyhow::Result;

/// Runs many tasks of one kind.
pub(crate) trait Together {
    /// Starts them all, and gives what they give, in any order.
    fn join<F>(
        tasks: impl Iterator<Item = F> + Send + 'static,
    ) -> impl Future<Output = Result<Vec<F::Output>>> + Send
    where
        F: Future<Output: Send> + Send + 'static;

    /// Starts them all, and runs `main` beside them, which ends after they have.
    fn beside<F, M>(
        tasks: impl Iterator<Item = F> + Send + 'static,
        main: M,
    ) -> impl Future<Output = Result<M::Output>> + Send
    where
        F: Future<Output = ()> + Send + 'static,
        M: Future<Output: Send> + Send + 'static;
}

/// Each by itself, by `tokio::spawn`.
pub(crate) struct Spawned;

impl Together for Spawned {
    async fn join<F>(tasks: impl Iterator<Item = F> + Send + 'static) -> Result<Vec<F::Output>>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let running: Vec<_> = tasks.map(tokio::spawn).collect();
        let mut given = Vec::with_capacity(running.len());
        for task in running {
            given.push(task.await?);
        }
        Ok(given)
    }

    async fn beside<F, M>(
        tasks: impl Iterator<Item = F> + Send + 'static,
        main: M,
    ) -> Result<M::Output>
    where
        F: Future<Output = ()> + Send + 'static,
        M: Future<Output: Send> + Send + 'static,
    {
        for task in tasks {
            drop(tokio::spawn(task));
        }
        Ok(main.await)
    }
}

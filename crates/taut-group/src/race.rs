//! The first of several that succeeds.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use taut_core::time::Deadline;

use crate::group::{Completed, Group};
use crate::scope::{Scope, scope};

/// Runs all futures at once and gives the value of the first that succeeds; the others are dropped, before
/// this returns. If none does, all errors, in the order of the futures.
///
/// They run in a [`scope`](crate::scope()): they may borrow, and share the worker of who awaits this.
///
/// # Cancel safety
///
/// Drops the value: dropping it drops the futures.
///
/// # Errors
///
/// All errors, if all have failed: none, if there was no future.
///
/// # Panics
///
/// If one of the futures panics before one has succeeded.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// use std::time::Duration;
/// use taut::group::first_ok;
/// use taut::time;
///
/// let ask = async |mirror: u64| {
///     time::after(Duration::from_millis(100 / mirror)).await;
///     if mirror == 3 { Err("no route") } else { Ok(mirror) }
/// };
/// assert_eq!(first_ok([ask(1), ask(2), ask(3)]).await, Ok(2));
/// assert_eq!(first_ok([ask(3)]).await, Err(vec!["no route"]));
/// # }
/// ```
pub async fn first_ok<I, T, E>(futures: I) -> Result<T, Vec<E>>
where
    I: IntoIterator<Item: Future<Output = Result<T, E>> + Send>,
    T: Send,
    E: Send,
{
    let futures: Vec<I::Item> = futures.into_iter().collect();
    scope(async |s: Scope<'_>| {
        let mut race = Race::new(&s);
        for future in futures {
            race.enter(future);
        }
        while let Some(completed) = race.group.next().await {
            if let Some(value) = race.judge(completed) {
                return Ok(value);
            }
        }
        Err(race.errors())
    })
    .await
}

/// Makes an attempt, and whenever it has not been answered for `delay`, or has failed, one more beside it,
/// `attempts` in all; gives the first value and drops the other attempts before it returns. A hedged
/// request (Dean and Barroso, "The tail at scale", 2013): with the delay near the 95th percentile of the
/// latency, one request in twenty is made twice, and the slowest of the answers disappear.
///
/// Only for what may be done twice. The attempts run in a [`scope`](crate::scope()), so they may borrow;
/// `start` is given the number of the attempt, from 0.
///
/// # Cancel safety
///
/// Drops the value: dropping it drops the attempts.
///
/// # Errors
///
/// All errors, in the order of the attempts, if all have failed: none, if `attempts` is 0.
///
/// # Panics
///
/// If an attempt panics before one has succeeded; and if it must wait and there is no Tokio runtime with
/// time enabled.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// use std::time::Duration;
/// use taut::group::hedge;
/// use taut::time;
///
/// let replicas = ["overloaded", "idle"];
/// let answer = hedge(Duration::from_millis(50), replicas.len(), |attempt| {
///     let replica = replicas[attempt];
///     async move {
///         time::after(Duration::from_millis(if replica == "idle" { 10 } else { 900 })).await;
///         Ok::<_, std::io::Error>(replica)
///     }
/// });
/// assert_eq!(answer.await.unwrap(), "idle");
/// # }
/// ```
pub async fn hedge<F, Fut, T, E>(delay: Duration, attempts: usize, start: F) -> Result<T, Vec<E>>
where
    F: FnMut(usize) -> Fut,
    Fut: Future<Output = Result<T, E>> + Send,
    T: Send,
    E: Send,
{
    scope(async move |s: Scope<'_>| {
        let (mut race, mut start) = (Race::new(&s), start);
        for attempt in 0..attempts {
            race.enter(start(attempt));
            let is_last = attempt + 1 == attempts;
            let patience = if is_last { Duration::MAX } else { delay };
            while let Some(Some(completed)) = race.next_within(patience).await {
                if let Some(value) = race.judge(completed) {
                    return Ok(value);
                }
                if !is_last {
                    break; // it has failed, so the next need not wait
                }
            }
        }
        Err(race.errors())
    })
    .await
}

/// Attempts that run, and those that have failed.
struct Race<'env, T, E> {
    group: Group<T, E, Scope<'env>>,
    failed: Vec<(usize, E)>,
}

impl<'env, T: Send + 'env, E: Send + 'env> Race<'env, T, E> {
    fn new(scope: &Scope<'env>) -> Self {
        Self { group: scope.group(), failed: Vec::new() }
    }

    fn enter(&mut self, future: impl Future<Output = Result<T, E>> + Send + 'env) {
        let entered = self.group.try_spawn(future);
        debug_assert!(entered.is_ok(), "there is neither a limit nor a context");
    }

    /// The value, if there is one.
    fn judge(&mut self, completed: Completed<T, E>) -> Option<T> {
        match completed.result {
            Ok(value) => return Some(value),
            Err(error) => self.failed.extend(error.failure().map(|error| (completed.index, error))),
        }
        None
    }

    /// What completes next. `None`: nothing did, in this time.
    async fn next_within(&mut self, patience: Duration) -> Option<Option<Completed<T, E>>> {
        let mut patience = pin!(Deadline::after(patience));
        let mut next = pin!(self.group.next());
        poll_fn(|cx| match next.as_mut().poll(cx) {
            Poll::Ready(next) => Poll::Ready(Some(next)),
            Poll::Pending => patience.as_mut().poll(cx).map(|()| None),
        })
        .await
    }

    fn errors(mut self) -> Vec<E> {
        self.failed.sort_unstable_by_key(|&(index, _)| index);
        self.failed.into_iter().map(|(_, error)| error).collect()
    }
}

//! Waiting for tasks of a group to complete.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{self, Poll, ready};

use futures_core::Stream;
use taut_core::coop;

use super::home::Home;
use super::shared::Shared;
use super::state::{Awaited, State, Verdict};
use super::{Completed, Group, TaskError};

type Done<T, E> = VecDeque<Completed<T, E>>;

impl<T, E, H: Home> Group<T, E, H> {
    /// Waits until all tasks have ended, also those that they start meanwhile: Go's `g.Wait`. Gives their
    /// values in the order in which they were started, without those that [`next`](Self::next) has given
    /// already.
    ///
    /// When it returns no task is alive, and the context of the group has ended. A group without a context
    /// may be used again then; one with a context is over, and starts no more tasks.
    ///
    /// # Cancel safety
    ///
    /// Safe: the tasks go on, and the next wait gives what this one would have given.
    ///
    /// # Errors
    ///
    /// The first error, which is given once; see [the rules](Self#which-error). If no task has failed, but
    /// the context has ended and that kept a task from being started or from running to its end, an `E` made
    /// from a `ContextError`. So too at a second wait for a group with a context: the first one ended it.
    ///
    /// # Panics
    ///
    /// With the first panic of a task. Also if a task of a group without a context was dropped before its
    /// end since its runtime was shut down, which no `E` can say; [`wait_all`](Self::wait_all) can.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::group::Group;
    ///
    /// let mut group = Group::<&str, &str>::new();
    /// group
    ///     .spawn(async {
    ///         tokio::task::yield_now().await;
    ///         Ok("slow")
    ///     })
    ///     .await;
    /// group.spawn(async { Ok("fast") }).await;
    /// assert_eq!(group.wait().await, Ok(vec!["slow", "fast"]));
    /// # }
    /// ```
    pub async fn wait(&mut self) -> Result<Vec<T>, E> {
        let was_over = self.is_over;
        let (done, verdict) = self.end().await;
        let values = sum_up(done, &verdict)?;
        let is_lacking = verdict.is_aborted && !verdict.is_reported;
        let is_refused = verdict.is_refused && !verdict.is_reported;
        match &self.shared.bound {
            Some(bound) if is_lacking || verdict.is_refused || was_over => Err(bound.refusal()),
            None if is_lacking || is_refused => {
                panic!("a task of the group was dropped before its end")
            }
            _ => Ok(values),
        }
    }

    /// Waits as [`wait`](Self::wait) does, and gives what came of every task, in the order in which they
    /// were started: all errors, and all values beside them.
    ///
    /// What was refused by `spawn`, and has never been a task, is not among them. To let all tasks run in
    /// spite of errors, combine it with [`OnError::Continue`](super::OnError::Continue).
    ///
    /// # Cancel safety
    ///
    /// Safe: as [`wait`](Self::wait).
    ///
    /// # Panics
    ///
    /// With the first panic of a task.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::group::{Group, TaskError};
    ///
    /// let mut group = Group::<u16, String>::new();
    /// for port in ["80", "http", "443"] {
    ///     group.spawn(async move { port.parse().map_err(|_| format!("{port}?")) }).await;
    /// }
    /// let ports = group.wait_all().await;
    /// assert_eq!(ports, [Ok(80), Err(TaskError::Failed("http?".into())), Ok(443)]);
    /// # }
    /// ```
    pub async fn wait_all(&mut self) -> Vec<Result<T, TaskError<E>>> {
        let (done, _) = self.end().await;
        in_order(done).map(|completed| completed.result).collect()
    }

    /// Waits for a task to complete, and gives what came of it: the results as they come. `None` when no
    /// task is alive and all results were given; that ends neither the group nor its context.
    ///
    /// A group is also a [`Stream`] of the same. Results that nobody takes are kept: whoever has a group
    /// for long, such as one for each connection of a server, takes them by the way, in a `select!` beside
    /// what comes in.
    ///
    /// # Cancel safety
    ///
    /// Safe: what has completed is kept for the next call.
    ///
    /// # Panics
    ///
    /// With the first panic of a task, as soon as there is one.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::group::Group;
    ///
    /// let mut group = Group::<u32, &str>::new();
    /// for n in 0..4 {
    ///     group.spawn(async move { Ok(n) }).await;
    /// }
    /// let mut sum = 0;
    /// while let Some(completed) = group.next().await {
    ///     sum += completed.result.expect("none fails");
    /// }
    /// assert_eq!(sum, 6);
    /// # }
    /// ```
    pub async fn next(&mut self) -> Option<Completed<T, E>> {
        let _listening = Listening(&self.shared);
        poll_fn(|cx| poll_next(&self.shared, cx)).await
    }

    /// Ends the context, aborts all tasks, and waits until none is alive. What they gave is dropped.
    ///
    /// # Cancel safety
    ///
    /// Safe: the tasks have been aborted at its first poll.
    ///
    /// # Panics
    ///
    /// With the first panic of a task, if one has panicked.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::group::Group;
    ///
    /// let mut group = Group::<(), &str>::new();
    /// group.spawn(std::future::pending()).await;
    /// group.shutdown().await;
    /// assert!(group.is_empty());
    /// # }
    /// ```
    pub async fn shutdown(&mut self) {
        if let Some(bound) = &self.shared.bound {
            bound.end(None);
        }
        self.shared.abort();
        drop(self.end().await);
    }

    /// Waits until no task is alive, takes what there is to be said, and raises a panic if there was one.
    async fn end(&mut self) -> (Done<T, E>, Verdict) {
        let (done, mut verdict) = {
            let _listening = Listening(&self.shared);
            let is_bound = self.shared.bound.is_some();
            let take = |state: &mut State<_, _, _>| state.take_all(is_bound);
            poll_fn(|cx| poll_for(&self.shared, Awaited::All, cx, take)).await
        };
        if let Some(bound) = &self.shared.bound {
            self.is_over = true;
            self.shared.tell_refused();
            bound.end(None);
        }
        if let Some(payload) = verdict.panic.take() {
            drop(done);
            resume_unwind(payload);
        }
        (done, verdict)
    }
}

/// A group gives what its tasks came to, as they complete: see [`Group::next`].
///
/// # Examples
///
/// ```
/// use futures_util::StreamExt;
/// use taut::group::Group;
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let mut group = Group::<u32, &str>::new();
///     for n in 0..4 {
///         group.spawn(async move { Ok(n) }).await;
///     }
///     let even = group.filter(|completed| std::future::ready(completed.index % 2 == 0));
///     assert_eq!(even.count().await, 2);
/// }
/// ```
impl<T, E, H: Home> Stream for Group<T, E, H> {
    type Item = Completed<T, E>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        poll_next(&self.shared, cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let state = self.shared.lock();
        (state.done.len(), None)
    }
}

fn poll_next<T, E, H: Home>(
    shared: &Shared<T, E, H>,
    cx: &mut task::Context<'_>,
) -> Poll<Option<Completed<T, E>>> {
    let next = poll_for(shared, Awaited::Any, cx, |state| {
        if let Some(payload) = state.verdict.panic.take() {
            state.verdict.is_reported = true;
            return Some(Err(payload));
        }
        let next = state.take_next();
        (next.is_some() || state.live.len() == 0).then_some(Ok(next))
    });
    match ready!(next) {
        Ok(next) => Poll::Ready(next),
        Err(payload) => resume_unwind(payload),
    }
}

/// Polls for what `find` finds under the lock.
fn poll_for<T, E, H: Home, R>(
    shared: &Shared<T, E, H>,
    awaited: Awaited,
    cx: &mut task::Context<'_>,
    mut find: impl FnMut(&mut State<T, E, H::Task>) -> Option<R>,
) -> Poll<R> {
    ready!(coop::proceed(cx));
    let mut fresh = None;
    loop {
        let mut state = shared.lock();
        if let Some(found) = find(&mut state) {
            return Poll::Ready(found);
        }
        if state.keep_waiter(awaited, cx.waker(), &mut fresh) {
            return Poll::Pending;
        }
        drop(state);
        fresh = Some(cx.waker().clone());
    }
}

/// Whoever waits; when it is dropped, no waker of it stays behind.
struct Listening<'a, T, E, H: Home>(&'a Shared<T, E, H>);

impl<T, E, H: Home> Drop for Listening<'_, T, E, H> {
    fn drop(&mut self) {
        let waker = self.0.lock().forget_waiter();
        drop(waker);
    }
}

/// All values, or the error that counts: the first, or if that has been given already, the first of those
/// that are left.
fn sum_up<T, E>(mut done: Done<T, E>, verdict: &Verdict) -> Result<Vec<T>, E> {
    let first = verdict
        .failed
        .and_then(|failed| done.iter().position(|completed| completed.index == failed.index));
    if let Some(TaskError::Failed(error)) =
        first.and_then(|at| done.swap_remove_back(at)).and_then(|first| first.result.err())
    {
        return Err(error);
    }
    let mut values = Vec::with_capacity(done.len());
    let mut panicked = None;
    for completed in in_order(done) {
        match completed.result {
            Ok(value) => values.push(value),
            Err(TaskError::Failed(error)) => return Err(error),
            Err(TaskError::Panicked(contained)) => panicked = panicked.or(Some(contained)),
            Err(TaskError::Aborted) => {}
        }
    }
    match panicked {
        Some(panicked) => panic!("a task of the group panicked: {}", panicked.message()),
        None => Ok(values),
    }
}

fn in_order<T, E>(done: Done<T, E>) -> impl Iterator<Item = Completed<T, E>> {
    let mut done = Vec::from(done);
    done.sort_unstable_by_key(|completed| completed.index);
    done.into_iter()
}

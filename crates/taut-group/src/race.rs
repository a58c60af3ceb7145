//! The first of several that succeeds.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use taut_core::sync::{AtomicBool, Ordering};
use taut_core::time::Deadline;

use crate::group::{Completed, Group};
use crate::scope::{Scope, scope};

/// Runs all futures at once and gives the value of the first that succeeds; the others are dropped, before
/// this returns. If none does, all errors, in the order of the futures.
///
/// They run in a [`scope`](crate::scope()): they may borrow, and share the worker of who awaits this.
///
/// # Examples
///
/// ```
/// use taut::group::first_ok;
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let parse = async |text: &str| text.parse::<u16>().map_err(|_| format!("{text}?"));
///     assert_eq!(first_ok([parse("http"), parse("80")]).await, Ok(80));
///     assert_eq!(first_ok([parse("http")]).await, Err(vec!["http?".to_owned()]));
/// }
/// ```
///
/// The nearest of several mirrors:
///
/// ```
/// use std::time::Duration;
/// use taut::group::first_ok;
/// use taut::time;
///
/// #[tokio::main(flavor = "current_thread", start_paused = true)]
/// async fn main() {
///     let ask = async |mirror: u64| {
///         time::after(Duration::from_millis(100 / mirror)).await;
///         if mirror == 3 { Err("no route") } else { Ok(mirror) }
///     };
///     assert_eq!(first_ok([ask(1), ask(2), ask(3)]).await, Ok(2));
/// }
/// ```
///
/// # From Go
///
/// | Go | ours | what differs and why |
/// | --- | --- | --- |
/// | a goroutine for each, a channel with room for all, and the first receive | `first_ok(futures)` | the losers are dropped, and do not run on |
/// | collecting the errors if none succeeds | `Err(errors)` | in the order of the futures |
///
/// # Fairness
///
/// That of a [`scope`](crate::scope()#fairness): of two that could be ready the first that is polled wins.
///
/// # Cancel safety
///
/// Drops the value: dropping it drops the futures.
///
/// # Synchronization
///
/// What the futures do happens before this returns.
///
/// # Errors
///
/// All errors, if all have failed: none, if there was no future.
///
/// # Panics
///
/// If one of the futures panics before one has succeeded.
///
/// # Cost
///
/// That of a [`scope`](crate::scope()#cost) with a task for each future.
///
/// # When to use something else
///
/// Where most answers come from the first, and the others are only for when that is slow, [`hedge`]. For the first
/// that is done, failed or not, `taut::select`.
pub async fn first_ok<I, Fut, T, E>(futures: I) -> Result<T, Vec<E>>
where
    I: IntoIterator<Item = Fut>,
    Fut: Future<Output = Result<T, E>> + Send,
    T: Send,
    E: Send,
{
    let futures: Vec<Fut> = futures.into_iter().collect();
    let is_won = AtomicBool::new(false);
    scope(async |s: Scope<'_>| {
        let mut race = Race::new(&s, &is_won);
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

/// Makes an attempt, and one more beside those that run whenever the newest has not been answered for
/// `delay`, or any has failed, `attempts` in all; gives the first value and drops the other attempts before
/// it returns.
///
/// A hedged request (Dean and Barroso, "The tail at scale", 2013): with the delay near the 95th
/// percentile of the latency, one request in twenty is made twice, and the slowest of the answers
/// disappear. With no delay all are made at once, and with [`Duration::MAX`] one when another has failed. An attempt
/// that is made has its turn before the next is, and none is made, or polled, once one has been answered.
///
/// Only for what may be done twice. The attempts run in a [`scope`](crate::scope()), so they may borrow;
/// `start` is given the number of the attempt, from 0.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use taut::group::hedge;
///
/// #[tokio::main(flavor = "current_thread", start_paused = true)]
/// async fn main() {
///     // Tries again when the first attempt has failed.
///     let answer = hedge(Duration::MAX, 2, async |attempt| match attempt {
///         0 => Err("refused"),
///         _ => Ok("answer"),
///     });
///     assert_eq!(answer.await, Ok("answer"));
/// }
/// ```
///
/// The second replica is asked when the first is late:
///
/// ```
/// use std::io;
/// use std::time::Duration;
/// use taut::group::hedge;
/// use taut::time;
///
/// struct Replica {
///     latency: Duration,
/// }
///
/// impl Replica {
///     async fn ask(&self) -> io::Result<Duration> {
///         time::after(self.latency).await;
///         Ok(self.latency)
///     }
/// }
///
/// #[tokio::main(flavor = "current_thread", start_paused = true)]
/// async fn main() -> Result<(), Vec<io::Error>> {
///     let replicas = [900, 10].map(|ms| Replica { latency: Duration::from_millis(ms) });
///     let answer = hedge(Duration::from_millis(50), replicas.len(), |attempt| {
///         replicas[attempt].ask()
///     });
///     assert_eq!(answer.await?, Duration::from_millis(10));
///     Ok(())
/// }
/// ```
///
/// # From Go
///
/// | Go | ours | what differs and why |
/// | --- | --- | --- |
/// | a goroutine, a timer, another goroutine, and a channel with room for both | `hedge(delay, 2, start)` | the loser is dropped, and does not run on |
///
/// # Fairness
///
/// That of a [`scope`](crate::scope()#fairness). An answer that is there when the delay ends goes first.
///
/// # Cancel safety
///
/// Drops the value: dropping it drops the attempts.
///
/// # Synchronization
///
/// What the attempts do happens before this returns.
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
/// # Cost
///
/// That of a [`scope`](crate::scope()#cost) with a task for each attempt that is made, and a timer while it waits.
///
/// # When to use something else
///
/// To ask all at once, [`first_ok`]. To try again after a while, one at a time, a loop with `taut::time::after`.
pub async fn hedge<F, Fut, T, E>(
    delay: Duration,
    attempts: usize,
    mut start: F,
) -> Result<T, Vec<E>>
where
    F: FnMut(usize) -> Fut,
    Fut: Future<Output = Result<T, E>> + Send,
    T: Send,
    E: Send,
{
    let is_won = AtomicBool::new(false);
    scope(async |s: Scope<'_>| {
        let mut race = Race::new(&s, &is_won);
        for attempt in 0..attempts {
            race.enter(start(attempt));
            let is_last = attempt + 1 == attempts;
            let patience = if is_last { Duration::MAX } else { delay };
            while let Some(Some(completed)) = race.next_within(patience).await {
                if let Some(value) = race.judge(completed) {
                    return Ok(value);
                }
                if !is_last && !race.is_won() {
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
    is_won: &'env AtomicBool,
    failed: Vec<(usize, E)>,
}

impl<'env, T: Send + 'env, E: Send + 'env> Race<'env, T, E> {
    fn new(scope: &Scope<'env>, is_won: &'env AtomicBool) -> Self {
        Self { group: scope.group(), is_won, failed: Vec::new() }
    }

    fn enter(&mut self, future: impl Future<Output = Result<T, E>> + Send + 'env) {
        let entered = self.group.try_spawn(Runner { future, is_won: self.is_won });
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

    /// There is a value, among what completes next if it has not been given.
    fn is_won(&self) -> bool {
        // ORDERING: Relaxed, as in `Runner`.
        self.is_won.load(Ordering::Relaxed)
    }

    /// What completes next. `None`: nothing did, in this time. Whoever was woken has a turn before the
    /// clock is looked at, so that an answer which is there by then goes before the end of the time.
    async fn next_within(&mut self, patience: Duration) -> Option<Option<Completed<T, E>>> {
        let mut patience = pin!(Deadline::after(patience));
        let mut next = pin!(self.group.next());
        let mut they_had_turns = true;
        poll_fn(|cx| {
            if let Poll::Ready(next) = next.as_mut().poll(cx) {
                return Poll::Ready(Some(next));
            }
            they_had_turns = !they_had_turns;
            if they_had_turns {
                return patience.as_mut().poll(cx).map(|()| None);
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await
    }

    fn errors(mut self) -> Vec<E> {
        self.failed.sort_unstable_by_key(|&(index, _)| index);
        self.failed.into_iter().map(|(_, error)| error).collect()
    }
}

pin_project! {
    /// A future in a race. It is not polled once there is a value: all that is left to it is to be dropped,
    /// and what it would do meanwhile, or panic with, is nothing to who has won.
    struct Runner<'env, F> {
        #[pin]
        future: F,
        is_won: &'env AtomicBool,
    }
}

impl<F: Future<Output = Result<T, E>>, T, E> Future for Runner<'_, F> {
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        // ORDERING: Relaxed: all who run are tasks of one scope, which are never polled at the same time.
        if this.is_won.load(Ordering::Relaxed) {
            return Poll::Pending;
        }
        let polled = this.future.poll(cx);
        if let Poll::Ready(Ok(_)) = polled {
            // ORDERING: Relaxed, as above.
            this.is_won.store(true, Ordering::Relaxed);
        }
        polled
    }
}

//! Tasks that are counted by a `WaitGroup`.

use std::future::Future;

use taut_sync::WaitGroup;

use crate::spawn::{JoinHandle, spawn};

/// Nobody else can name it.
mod sealed {
    #[allow(unnameable_types, reason = "that is what seals")]
    pub trait Sealed {}
    impl Sealed for taut_sync::WaitGroup {}
}

/// Spawning tasks that a [`WaitGroup`] waits for.
///
/// For [`WaitGroup`] alone; nobody else can implement it.
///
/// # Examples
///
/// ```
/// use taut::group::WaitGroupExt;
/// use taut::sync::WaitGroup;
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let wg = WaitGroup::new();
///     for n in 0..3 {
///         wg.spawn(async move { println!("{n}") });
///     }
///     wg.wait().await;
///     assert_eq!(wg.count(), 0);
/// }
/// ```
///
/// A server that lets its requests end:
///
/// ```
/// use taut::chan;
/// use taut::group::WaitGroupExt;
/// use taut::sync::WaitGroup;
///
/// async fn serve(requests: chan::Receiver<u32>, answers: chan::Sender<u32>) {
///     let running = WaitGroup::new();
///     while let Ok(request) = requests.recv().await {
///         let answers = answers.clone();
///         running.spawn(async move { answers.send(request * 2).await });
///     }
///     running.wait().await; // no more will come
/// }
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let (ask, requests) = chan::rendezvous();
///     let (tx, answers) = chan::bounded(8);
///     let server = taut::spawn(serve(requests, tx));
///     ask.send(21).await?;
///     drop(ask);
///     server.await?;
///     assert_eq!(answers.recv().await, Ok(42));
///     Ok(())
/// }
/// ```
///
/// # From Go
///
/// | Go | ours | what differs and why |
/// | --- | --- | --- |
/// | `wg.Go(f)` | [`wg.spawn(f)`](Self::spawn) | `f` is a future, and has a handle |
/// | `wg.Add(1)`, then `go f()` | the same | |
/// | `f` panics | [`wait`](WaitGroup::wait) panics, and so does whoever joins | in Go the process ends |
/// | `runtime.Goexit` in `f` | the task is aborted | counted as done, there as here |
/// | `f` calls `wg.Go` | the same | |
///
/// # When to use something else
///
/// For results or errors of the tasks, a [`Group`](crate::Group). What holds of a `WaitGroup` stands [at the
/// type](WaitGroup).
pub trait WaitGroupExt: sealed::Sealed {
    /// Spawns a task that is counted by the group from now on until it is done: Go's `wg.Go`. It is
    /// [`spawn`](crate::spawn()) of [`track`](WaitGroup::track).
    ///
    /// Dropping the handle detaches the task, and the group still waits for it. A task that is aborted, or
    /// dropped with its runtime, gives its token back, and has not panicked.
    ///
    /// A panic of the task is kept, and every [`wait`](WaitGroup::wait) of the group raises it again, from
    /// then on. The handle tells of it too, with a copy of the message.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime, as `tokio::spawn` does. The future is dropped and counted no more.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::group::WaitGroupExt;
    /// use taut::sync::WaitGroup;
    ///
    /// let wg = WaitGroup::new();
    /// let answer = wg.spawn(async { 6 * 7 });
    /// wg.wait().await;
    /// assert_eq!(answer.await.expect("no panic"), 42);
    /// # }
    /// ```
    ///
    /// A task may spawn others, which are waited for as well:
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::group::WaitGroupExt;
    /// use taut::sync::WaitGroup;
    ///
    /// let wg = WaitGroup::new();
    /// let of_task = wg.clone();
    /// wg.spawn(async move {
    ///     of_task.spawn(tokio::task::yield_now());
    /// });
    /// wg.wait().await;
    /// assert_eq!(wg.count(), 0);
    /// # }
    /// ```
    #[track_caller]
    fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static;
}

impl WaitGroupExt for WaitGroup {
    #[track_caller]
    fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        spawn(self.track(future))
    }
}

//! The handle of a task in a scope.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{self, Poll, ready};

use taut_core::coop;
use taut_core::waiting::polled_after_completion;

use super::Bound;
use super::cell::DONE;
use super::share::Share;

/// A task of a [`Scope`](super::Scope), as a future of what it gives.
///
/// Dropping it detaches the task: the scope still waits for it, and drops what it gives. When the future of
/// the scope is dropped, so are its tasks; a handle that is still there then has nothing to give.
///
/// # Cancel safety
///
/// Safe: polled by reference, it may be left and polled again. Dropping it drops what the task has given.
///
/// # Panics
///
/// If it is polled after the scope was dropped before the task had ended, or again after it has given its
/// value.
///
/// # Examples
///
/// ```
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let words = ["to", "be"];
///     let length = taut::scope(async |s| {
///         let [first, second] = words.each_ref().map(|word| s.spawn(async { word.len() }));
///         first.await + second.await
///     });
///     assert_eq!(length.await, 4);
/// }
/// ```
pub struct Spawned<'env, T> {
    /// Until it has given its value.
    task: Option<Share>,
    /// It may have left a waker with the task.
    is_listening: bool,
    _scope: PhantomData<Bound<'env>>,
    _output: PhantomData<T>,
}

impl<'env, T> Spawned<'env, T> {
    /// # Safety
    ///
    /// The share is the handle's, and `T` is the output of the task.
    pub(super) const unsafe fn new(task: Share) -> Self {
        Self { task: Some(task), is_listening: false, _scope: PhantomData, _output: PhantomData }
    }

    /// Ends the task: its future is dropped, before this returns if that can be, and else as soon as the
    /// scope is polled. (It cannot be if the task is the caller, or if the caller is in another task of the
    /// runtime.) If the task is done, what it gave is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// taut::scope(async |s| {
    ///     let forever = s.spawn(std::future::pending::<()>());
    ///     forever.abort(); // or the scope would wait for it
    /// })
    /// .await;
    /// # }
    /// ```
    pub fn abort(self) {
        if let Some(task) = &self.task {
            task.kill();
        }
    }

    /// Makes it a handle that ends its task when it is dropped: for tasks that run for as long as something
    /// else does, however that ends, by `?` too.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
    /// use std::sync::atomic::{AtomicU32, Ordering};
    /// use std::time::Duration;
    /// use taut::time;
    ///
    /// let beats = AtomicU32::new(0);
    /// let port = taut::scope(async |s| {
    ///     let beat = async {
    ///         loop {
    ///             time::after(Duration::from_secs(1)).await;
    ///             beats.fetch_add(1, Ordering::Relaxed);
    ///         }
    ///     };
    ///     let _beat = s.spawn(beat).abort_on_drop();
    ///     time::after(Duration::from_millis(2500)).await;
    ///     "http".parse::<u16>() // or the scope would wait for the heart to stop
    /// });
    /// assert!(port.await.is_err());
    /// assert_eq!(beats.into_inner(), 2);
    /// # }
    /// ```
    pub const fn abort_on_drop(self) -> AbortOnDrop<'env, T> {
        AbortOnDrop(Some(self))
    }

    /// Whether the task is done: then awaiting this gives its value at once.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let is_finished = taut::scope(async |s| s.spawn(async { 1 }).is_finished());
    /// assert!(!is_finished.await, "it has not been polled");
    /// # }
    /// ```
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.task.as_ref().is_some_and(|task| task.state() & DONE != 0)
    }
}

// What is inside of it is not pinned by it.
impl<T> Unpin for Spawned<'_, T> {}

impl<T> Future for Spawned<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<T> {
        ready!(coop::proceed(cx));
        let this = &mut *self;
        let Some(task) = &this.task else { polled_after_completion() };
        this.is_listening = true;
        if !task.poll_done(cx) {
            return Poll::Pending;
        }
        let task = this.task.take();
        // SAFETY: it is done, and the handle has given nothing yet; nor will it, for the task is taken.
        let output = task.and_then(|task| unsafe { task.take_output() });
        match output {
            Some(output) => Poll::Ready(output),
            None => panic!("the scope was dropped before the task had ended"),
        }
    }
}

impl<T> Drop for Spawned<'_, T> {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            // SAFETY: it has given nothing, and is going.
            unsafe { task.detach(self.is_listening) };
        }
    }
}

impl<T> fmt::Debug for Spawned<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spawned").field("is_finished", &self.is_finished()).finish_non_exhaustive()
    }
}

/// A [`Spawned`] that ends its task when it is dropped: see [`Spawned::abort_on_drop`]. A future of what
/// the task gives, as that is.
///
/// # Cancel safety
///
/// Safe: polled by reference, it may be left and polled again. Dropping it drops the future of the task.
///
/// # Panics
///
/// As [`Spawned`].
///
/// # Examples
///
/// ```
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     taut::scope(async |s| {
///         let _forever = s.spawn(std::future::pending::<()>()).abort_on_drop();
///     })
///     .await;
/// }
/// ```
#[must_use = "dropping it aborts the task"]
#[derive(Debug)]
pub struct AbortOnDrop<'env, T>(Option<Spawned<'env, T>>);

impl<T> Future for AbortOnDrop<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<T> {
        match &mut self.0 {
            Some(task) => Pin::new(task).poll(cx),
            None => polled_after_completion(),
        }
    }
}

impl<T> Drop for AbortOnDrop<'_, T> {
    fn drop(&mut self) {
        if let Some(task) = self.0.take() {
            task.abort();
        }
    }
}

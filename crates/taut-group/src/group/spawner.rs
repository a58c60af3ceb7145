//! Starting tasks: by the group, and by those who are in it.

use std::fmt;
use std::future::Future;

use taut_context::Context;
use taut_core::sync::Arc;

use super::home::{Home, Hosts};
use super::member::Member;
use super::rules::Rules;
use super::shared::Shared;
use super::state::Seat;
use super::{Group, SpawnError};
use crate::spawn::Site;

/// A handle that starts tasks in a [`Group`], for its tasks and for others. It does not keep the group:
/// once that is dropped, nothing is started any more, nor when a group with a context has been waited for.
///
/// # Examples
///
/// ```
/// use taut::group::Group;
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), std::io::Error> {
///     let mut group = Group::<&str, std::io::Error>::new();
///     let spawner = group.spawner();
///     group
///         .spawn(async move {
///             assert!(spawner.spawn(async { Ok("leaf") }).await.is_ok());
///             Ok("branch")
///         })
///         .await;
///     assert_eq!(group.wait().await?, ["branch", "leaf"]);
///     Ok(())
/// }
/// ```
pub struct Spawner<T, E, H: Home = super::Tokio> {
    shared: Arc<Shared<T, E, H>>,
    rules: Rules,
}

impl<'a, T, E, H> Group<T, E, H>
where
    T: Send + 'a,
    E: Send + 'a,
    H: Hosts<'a> + Send + Sync + 'a,
{
    /// Starts a task: Go's `g.Go`. With a [limit](Self::limit) it waits for a place first, first come,
    /// first served. True: it was started.
    ///
    /// False: the context of the group has ended, or its tasks were aborted, before there was a
    /// place. The future is dropped and has not begun, and [`wait`](Self::wait) will not be `Ok`
    /// (unless the group has no context, and [`next`](Self::next) has given the error already). So
    /// you may ignore the answer; a loop that starts many tasks may end at the first false.
    /// [`try_spawn`](Self::try_spawn) gives the future back.
    ///
    /// The index of the task, by which `wait` sorts, is given as it is started.
    ///
    /// # Cancel safety
    ///
    /// Drops the value: the future, if it has not been started, and its place in line.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime, for a group on Tokio.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::group::Group;
    ///
    /// let mut group = Group::<u32, &str>::new().limit(2);
    /// for n in 0..10 {
    ///     group.spawn(async move { Ok(n * n) }).await; // two run at a time
    /// }
    /// assert_eq!(group.wait().await, Ok(vec![0, 1, 4, 9, 16, 25, 36, 49, 64, 81]));
    /// # }
    /// ```
    #[doc(alias = "go")]
    #[track_caller]
    pub fn spawn<F>(
        &mut self,
        future: F,
    ) -> impl Future<Output = bool> + Send + use<'_, 'a, F, T, E, H>
    where
        F: Future<Output = Result<T, E>> + Send + 'a,
    {
        let site = Site::here();
        async move {
            match self.shared.enter().await {
                Ok(seat) => {
                    start(&self.shared, seat, self.rules, site, future);
                    true
                }
                Err(_) => {
                    self.shared.lock().verdict.is_refused = true;
                    false
                }
            }
        }
    }

    /// Starts a task if there is a place for it now: Go's `g.TryGo`.
    ///
    /// # Errors
    ///
    /// [`SpawnError`], with the future: the group is at its limit, or has ended.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime, for a group on Tokio.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::group::{Group, SpawnError};
    ///
    /// let mut group = Group::<u32, &str>::new().limit(1);
    /// assert!(group.try_spawn(async { Ok(1) }).is_ok());
    /// assert!(matches!(group.try_spawn(async { Ok(2) }), Err(SpawnError::Full(_))));
    /// assert_eq!(group.wait().await, Ok(vec![1]));
    /// # }
    /// ```
    #[doc(alias = "try_go")]
    #[track_caller]
    pub fn try_spawn<F>(&mut self, future: F) -> Result<(), SpawnError<F>>
    where
        F: Future<Output = Result<T, E>> + Send + 'a,
    {
        try_start(&self.shared, self.rules, Site::here(), future)
    }
}

impl<T, E, H: Home> Group<T, E, H> {
    /// A handle that starts tasks in this group: for tasks that start others.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::group::{Group, SpawnError};
    ///
    /// let group = Group::<(), &str>::new();
    /// let spawner = group.spawner();
    /// drop(group);
    /// assert!(matches!(spawner.spawn(async { Ok(()) }).await, Err(SpawnError::Closed(_))));
    /// # }
    /// ```
    #[must_use]
    pub fn spawner(&self) -> Spawner<T, E, H> {
        Spawner { shared: Arc::clone(&self.shared), rules: self.rules }
    }
}

impl<'a, T, E, H> Spawner<T, E, H>
where
    T: Send + 'a,
    E: Send + 'a,
    H: Hosts<'a> + Send + Sync + 'a,
{
    /// Starts a task of the group, as [`Group::spawn`] does.
    ///
    /// A task that waits here keeps its own place. So where tasks start tasks, a limit is soon held by those
    /// that wait: leave the group without one, and acquire a [`Semaphore`](taut_sync) around the work. When
    /// all places are held by tasks that wait here, the last of them is told, by
    /// [`SpawnError::WouldDeadlock`], where Go hangs. (One that waits for something else too, in a `select!`,
    /// counts all the same.) What it then runs itself is its own affair: it is not among the group's results.
    ///
    /// A recursive `async fn` that calls this does not compile (error E0283, "cannot satisfy …
    /// `Send`"): write it as a function that gives `impl Future<Output = …> + Send`. What is
    /// awaited here contains the future that is to start, so one of the caller's own type is boxed
    /// (else error E0733, "recursion in an async block requires boxing"):
    /// `spawner.spawn(Box::pin(walk(…))).await`. By [`try_spawn`](Self::try_spawn) it need not be.
    ///
    /// # Errors
    ///
    /// [`SpawnError`], with the future; never `Full`.
    ///
    /// # Cancel safety
    ///
    /// Drops the value: the future, if it has not been started, and its place in line.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime, for a group on Tokio.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::group::{Group, SpawnError};
    ///
    /// let mut group = Group::<u32, &str>::new().limit(1);
    /// let spawner = group.spawner();
    /// group
    ///     .spawn(async move {
    ///         match spawner.spawn(async { Ok(1) }).await {
    ///             Err(SpawnError::WouldDeadlock(here)) => here.await, // we hold the only place
    ///             other => unreachable!("{other:?}"),
    ///         }
    ///     })
    ///     .await;
    /// assert_eq!(group.wait().await, Ok(vec![1]));
    /// # }
    /// ```
    #[track_caller]
    pub fn spawn<F>(
        &self,
        future: F,
    ) -> impl Future<Output = Result<(), SpawnError<F>>> + Send + use<'_, 'a, F, T, E, H>
    where
        F: Future<Output = Result<T, E>> + Send + 'a,
    {
        let site = Site::here();
        async move {
            match self.shared.enter().await {
                Ok(seat) => {
                    start(&self.shared, seat, self.rules, site, future);
                    Ok(())
                }
                Err(refusal) => Err(SpawnError::new(refusal, future)),
            }
        }
    }

    /// The context of the group, if it has one.
    ///
    /// # Examples
    ///
    /// ```
    /// let group = taut::group::Group::<(), std::io::Error>::new();
    /// assert!(group.spawner().context().is_none());
    /// ```
    #[must_use]
    pub fn context(&self) -> Option<&Context> {
        self.shared.bound.as_ref().map(|bound| &bound.ctx)
    }

    /// Starts a task of the group if there is a place for it now.
    ///
    /// In a recursive function that gives `impl Future<Output = …> + Send`, discard the future
    /// before you `match`, or the function's future would contain itself (error E0733, "recursion
    /// in an async block requires boxing"): `match
    /// spawner.try_spawn(walk(…)).map_err(SpawnError::discard) { … }`. To run it in an arm, start
    /// `Box::pin(walk(…))`.
    ///
    /// # Errors
    ///
    /// [`SpawnError`], with the future.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime, for a group on Tokio.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::group::{Group, SpawnError};
    ///
    /// let mut group = Group::<u32, &str>::new().limit(1);
    /// let spawner = group.spawner();
    /// assert!(spawner.try_spawn(async { Ok(1) }).is_ok());
    /// assert!(matches!(spawner.try_spawn(async { Ok(2) }), Err(SpawnError::Full(_))));
    /// assert_eq!(group.wait().await, Ok(vec![1]));
    /// # }
    /// ```
    #[track_caller]
    pub fn try_spawn<F>(&self, future: F) -> Result<(), SpawnError<F>>
    where
        F: Future<Output = Result<T, E>> + Send + 'a,
    {
        try_start(&self.shared, self.rules, Site::here(), future)
    }
}

fn try_start<'a, F, T, E, H>(
    shared: &Arc<Shared<T, E, H>>,
    rules: Rules,
    site: Site,
    future: F,
) -> Result<(), SpawnError<F>>
where
    F: Future<Output = Result<T, E>> + Send + 'a,
    T: Send + 'a,
    E: Send + 'a,
    H: Hosts<'a> + Send + Sync + 'a,
{
    match shared.try_enter() {
        Ok(seat) => {
            start(shared, seat, rules, site, future);
            Ok(())
        }
        Err(refusal) => Err(SpawnError::new(refusal, future)),
    }
}

/// Starts the task that was let in.
fn start<'a, F, T, E, H>(
    shared: &Arc<Shared<T, E, H>>,
    seat: Seat,
    rules: Rules,
    site: Site,
    future: F,
) where
    F: Future<Output = Result<T, E>> + Send + 'a,
    T: Send + 'a,
    E: Send + 'a,
    H: Hosts<'a> + Send + Sync + 'a,
{
    // If the home cannot take it, its membership ends as it is dropped.
    let member = Member::new(future, Arc::clone(shared), seat, rules);
    let (task, start) = shared.home.host(site, member);
    // Held before it begins: who aborts the group from now on aborts this, too.
    shared.hold(seat, task);
    start();
}

impl<T, E, H: Home> Clone for Spawner<T, E, H> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), rules: self.rules }
    }
}

impl<T, E, H: Home> fmt::Debug for Spawner<T, E, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spawner").field("group", &self.shared).finish()
    }
}

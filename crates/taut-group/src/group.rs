//! `Group`: tasks that belong together.

mod admission;
mod bound;
mod cell;
mod error;
mod failure;
mod home;
mod live;
mod member;
mod rules;
mod shared;
mod spawner;
mod state;
mod wait;

use std::error::Error;
use std::fmt;

use taut_context::{Context, ContextError};
use taut_core::panics::FirstPanic;
use taut_core::sync::Arc;

use self::admission::Refusal;
use self::bound::Bound;
pub use self::error::{Completed, SpawnError, TaskError};
pub use self::failure::Failure;
pub use self::home::{Home, Hosts, Tokio};
pub(crate) use self::home::{Task, sealed};
use self::rules::Rules;
pub use self::rules::{OnError, OnPanic};
use self::shared::Shared;
pub use self::spawner::Spawner;

/// Tasks that belong together, with one result: Go's `errgroup`, and what everybody adds to it.
///
/// The tasks give values of type `T`, or fail with an `E`. [`wait`](Self::wait) gives all the values, in
/// the order in which the tasks were started, or the first error. No task is left behind: when `wait`
/// returns none is alive, and dropping a group ends its tasks.
///
/// ```text
///    with a context:
///
///    running ──the first error──▶ cancelled ──the last task has ended──▶ joined: wait gives the error
///       │                         no more tasks start; those that run are to see that the context ended
///       └───────────────all have ended, and wait was called────────────▶ joined: wait gives the values
/// ```
///
/// # Examples
///
/// ```
/// use taut::group::Group;
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), std::num::ParseIntError> {
///     let mut group = Group::new();
///     for text in ["80", "443"] {
///         group.spawn(async move { text.parse::<u16>() }).await;
///     }
///     assert_eq!(group.wait().await?, [80, 443]);
///     Ok(())
/// }
/// ```
#[doc = include_str!("group/page.md")]
#[must_use = "dropping it aborts its tasks"]
pub struct Group<T, E, H: Home = Tokio> {
    shared: Arc<Shared<T, E, H>>,
    rules: Rules,
    /// Its context was ended by a wait that has returned.
    is_over: bool,
}

impl<T, E> Group<T, E> {
    /// A group without a context: an error keeps no other task from running. Go's zero `Group`.
    ///
    /// A group whose tasks never name an error has to be told its type (else error E0283, "type
    /// annotations needed"): `Group::<_, Infallible>::new()`; see [which error
    /// type](Self#which-error-type).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::group::Group;
    ///
    /// let mut group = Group::new();
    /// group.spawn(async { "80".parse::<u16>() }).await;
    /// group.spawn(async { "443".parse::<u16>() }).await;
    /// assert_eq!(group.wait().await, Ok(vec![80, 443]));
    /// # }
    /// ```
    pub fn new() -> Self {
        Self::in_home(Tokio, None)
    }

    /// A group with a context, derived from `parent`, for its tasks: Go's `errgroup.WithContext`. The
    /// context ends with the first error, whose clone is its cause, or when [`wait`](Self::wait) returns,
    /// or when the group is dropped.
    ///
    /// The error has to be `Clone`, and to be made from a `ContextError`; for others see [which error
    /// type](Self#which-error-type), `anyhow::Error` among them. An error that wraps a `ContextError` is to
    /// have it as its [source](Error::source): [by that](Self#which-error) it is known for a consequence.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use taut::context::Context;
    /// use taut::group::{Failure, Group};
    ///
    /// let (mut group, ctx) = Group::<(), Failure>::with_context(&Context::background());
    /// group.spawn(async { Err(Failure::new("no disk")) }).await;
    /// group.spawn(async move { ctx.run(std::future::pending()).await? }).await;
    /// assert_eq!(group.wait().await.unwrap_err().to_string(), "no disk");
    /// # }
    /// ```
    pub fn with_context(parent: &Context) -> (Self, Context)
    where
        E: Clone + Into<Box<dyn Error + Send + Sync>> + From<ContextError> + 'static,
    {
        Self::with_context_by(parent, E::clone)
    }

    /// As [`with_context`](Self::with_context), and `cause` says what the cause of the context is when it
    /// ends with this error. For [errors that cannot be cloned](Self#which-error-type): with `anyhow` it is
    /// `|error| format!("{error:#}")`. It is called for every error, and to learn what the end of the
    /// context would read like: an error that reads the same is a consequence of it.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use std::io;
    /// use taut::context::Context;
    /// use taut::group::Group;
    ///
    /// let background = Context::background();
    /// let (mut group, ctx) = Group::with_context_by(&background, io::Error::to_string);
    /// group.spawn(async { std::fs::read("/no/such/file") }).await;
    /// let error = group.wait().await.unwrap_err();
    /// assert_eq!(error.kind(), io::ErrorKind::NotFound);
    /// assert_eq!(ctx.cause().expect("ended").to_string(), error.to_string());
    /// # }
    /// ```
    pub fn with_context_by<C>(
        parent: &Context,
        cause: impl Fn(&E) -> C + Send + Sync + 'static,
    ) -> (Self, Context)
    where
        C: Into<Box<dyn Error + Send + Sync>>,
        E: From<ContextError> + 'static,
    {
        Self::bound_in_home(Tokio, parent, cause)
    }
}

impl<T, E, H: Home> Group<T, E, H> {
    pub(crate) fn in_home(home: H, bound: Option<Bound<E>>) -> Self {
        let shared = Arc::new(Shared::new(home, bound));
        Self { shared, rules: Rules::default(), is_over: false }
    }

    pub(crate) fn bound_in_home<C>(
        home: H,
        parent: &Context,
        cause: impl Fn(&E) -> C + Send + Sync + 'static,
    ) -> (Self, Context)
    where
        C: Into<Box<dyn Error + Send + Sync>>,
        E: From<ContextError> + 'static,
    {
        let bound = Bound::new(parent, cause);
        let ctx = bound.ctx.clone();
        (Self::in_home(home, Some(bound)), ctx)
    }

    /// Lets at most so many tasks run at a time; see [`set_limit`](Self::set_limit).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::group::Group;
    ///
    /// let group = Group::<(), std::io::Error>::new().limit(16);
    /// assert_eq!(group.capacity(), Some(16));
    /// ```
    pub fn limit(self, tasks: usize) -> Self {
        self.set_limit(Some(tasks));
        self
    }

    /// Says what happens when a task fails. For tasks that are started from now on.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::group::{Group, OnError};
    ///
    /// let mut group = Group::<(), &str>::new().on_error(OnError::Abort);
    /// group.spawn(std::future::pending()).await; // is dropped
    /// group.spawn(async { Err("no disk") }).await;
    /// assert_eq!(group.wait().await, Err("no disk"));
    /// # }
    /// ```
    pub const fn on_error(mut self, rule: OnError) -> Self {
        self.rules.on_error = rule;
        self
    }

    /// Says what happens when a task panics. For tasks that are started from now on.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::group::{Group, OnPanic};
    ///
    /// let mut group = Group::<u32, &str>::new().on_panic(OnPanic::Contain);
    /// group.spawn(async { panic!("a bug") }).await;
    /// group.spawn(async { Ok(7) }).await;
    /// let results = group.wait_all().await;
    /// assert!(results[0].is_err() && results[1] == Ok(7));
    /// # }
    /// ```
    pub const fn on_panic(mut self, rule: OnPanic) -> Self {
        self.rules.on_panic = rule;
        self
    }

    /// Changes how many tasks may run at a time; `None`: any number. At any time: a higher limit admits
    /// those who wait for a place, a lower one lets those who run go on. Tasks that run already count,
    /// whenever the limit was set. 0 admits nobody until it is raised. (Go panics, or hangs.)
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::group::Group;
    ///
    /// let mut group = Group::<u32, std::io::Error>::new().limit(1);
    /// group.spawn(async { Ok(1) }).await;
    /// assert!(group.try_spawn(async { Ok(2) }).is_err());
    /// group.set_limit(None);
    /// assert!(group.try_spawn(async { Ok(2) }).is_ok());
    /// # }
    /// ```
    pub fn set_limit(&self, limit: Option<usize>) {
        self.shared.set_limit(limit);
    }

    /// How many tasks may run at a time: the limit, if there is one.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::group::Group;
    ///
    /// assert_eq!(Group::<(), std::io::Error>::new().capacity(), None);
    /// ```
    #[must_use]
    pub fn capacity(&self) -> Option<usize> {
        self.shared.lock().admission.limit()
    }

    /// The context that the group has made for its tasks, if it has one.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::Context;
    /// use taut::group::{Failure, Group};
    ///
    /// let (group, ctx) = Group::<(), Failure>::with_context(&Context::background());
    /// drop(group);
    /// assert!(ctx.is_done());
    /// assert!(Group::<(), Failure>::new().context().is_none());
    /// ```
    #[must_use]
    pub fn context(&self) -> Option<&Context> {
        self.shared.bound.as_ref().map(|bound| &bound.ctx)
    }

    /// How many tasks live: started, and not ended.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::group::Group;
    ///
    /// let mut group = Group::<(), std::io::Error>::new();
    /// group.spawn(async { Ok(()) }).await;
    /// assert_eq!(group.len(), 1);
    /// # }
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.lock().live.len()
    }

    /// Whether no task lives. There may be results that nobody has taken.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(taut::group::Group::<(), std::io::Error>::new().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T, E> Default for Group<T, E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, E, H: Home> Drop for Group<T, E, H> {
    /// Ends the context, and aborts the tasks: their futures are dropped before this returns, on this thread. But
    /// one that another thread is polling just then is dropped by that, when the poll returns; tasks of a scope
    /// that this thread is not polling just then are dropped as soon as that is polled; and in a chain of groups,
    /// each in a task of another, what is more than 32 deep is left to the runtime, or to the scope.
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.is_gone = true;
        state.admission.shut(Refusal::Closed);
        let unwanted = std::mem::take(&mut state.done);
        drop(state);
        // Whatever panics on the way, no task is left alive.
        let mut panics = FirstPanic::default();
        panics.of(|| drop(unwanted));
        panics.of(|| self.shared.tell_refused());
        panics.of(|| self.shared.bound.as_ref().map(|bound| bound.end(None)));
        panics.of(|| self.shared.abort());
        panics.raise();
    }
}

impl<T, E, H: Home> fmt::Debug for Group<T, E, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.fmt(f)
    }
}

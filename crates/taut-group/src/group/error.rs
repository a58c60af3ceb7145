//! What can go wrong with tasks of a group, and with starting them.

use std::error::Error;
use std::fmt;

use taut_sync::Panicked;

use super::Failure;
use super::admission::Refusal;

/// Why a future was not started. It is given back.
///
/// Where a future starts others of its own type, a `match` on this one would make it contain itself
/// (error E0733, "recursion in an async block requires boxing"). After
/// [`try_spawn`](crate::Spawner::try_spawn) `.map_err(SpawnError::discard)` before the `match`
/// cures that; after [`spawn`](crate::Spawner::spawn), and where the future is run in an arm, only
/// `Box::pin` around the future that is to start.
///
/// # Examples
///
/// ```
/// use taut::group::{Group, SpawnError};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let mut group = Group::<u32, std::io::Error>::new().limit(1);
///     assert!(group.spawn(async { Ok(1) }).await);
///     match group.try_spawn(async { Ok(2) }) {
///         Err(SpawnError::Full(future)) => assert_eq!(future.await.ok(), Some(2)), // run it here
///         _ => unreachable!("the limit is reached"),
///     }
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SpawnError<F> {
    /// All places are taken, or others wait for one.
    Full(F),
    /// Called in a task of the group, while all its places are held by tasks that wait for one, this one
    /// among them: none would ever become free. Run the future where you are, or leave it.
    WouldDeadlock(F),
    /// The context of the group has ended, or its tasks were aborted.
    Ended(F),
    /// The group has been dropped, or has been waited for to its end.
    Closed(F),
}

impl<F> SpawnError<F> {
    pub(crate) fn new(refusal: Refusal, future: F) -> Self {
        match refusal {
            Refusal::Full => Self::Full(future),
            Refusal::WouldDeadlock => Self::WouldDeadlock(future),
            Refusal::Ended => Self::Ended(future),
            Refusal::Closed => Self::Closed(future),
        }
    }

    /// The future that was not started.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::group::Group;
    ///
    /// let mut group = Group::<u32, std::io::Error>::new().limit(0);
    /// let refused = group.try_spawn(async { Ok(2) }).expect_err("there is no place");
    /// assert_eq!(refused.into_inner().await.ok(), Some(2));
    /// # }
    /// ```
    pub fn into_inner(self) -> F {
        match self {
            Self::Full(future)
            | Self::WouldDeadlock(future)
            | Self::Ended(future)
            | Self::Closed(future) => future,
        }
    }

    /// Why, without the future: an error for `?`, whatever the future is.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::group::{Failure, Group, SpawnError};
    ///
    /// async fn walk() -> Result<(), Failure> {
    ///     let group = Group::<(), Failure>::new().limit(0);
    ///     group.spawner().try_spawn(async { Ok(()) }).map_err(SpawnError::discard)?;
    ///     Ok(())
    /// }
    /// assert_eq!(walk().await.unwrap_err().to_string(), "the group is at its limit");
    /// # }
    /// ```
    pub fn discard(self) -> SpawnError<()> {
        match self {
            Self::Full(_) => SpawnError::Full(()),
            Self::WouldDeadlock(_) => SpawnError::WouldDeadlock(()),
            Self::Ended(_) => SpawnError::Ended(()),
            Self::Closed(_) => SpawnError::Closed(()),
        }
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Full(_) => "Full",
            Self::WouldDeadlock(_) => "WouldDeadlock",
            Self::Ended(_) => "Ended",
            Self::Closed(_) => "Closed",
        }
    }
}

impl<F> fmt::Debug for SpawnError<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(..)", self.name())
    }
}

impl<F> fmt::Display for SpawnError<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "the group is at its limit",
            Self::WouldDeadlock(_) => "all places of the group are held by tasks that wait for one",
            Self::Ended(_) => "the group has ended",
            Self::Closed(_) => "the group is closed",
        })
    }
}

impl<F> Error for SpawnError<F> {}

/// A task that has completed, and with what.
///
/// # Examples
///
/// ```
/// use taut::group::{Completed, Group};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let mut group = Group::<u32, &str>::new();
///     group.spawn(async { Ok(7) }).await;
///     assert_eq!(group.next().await, Some(Completed { index: 0, result: Ok(7) }));
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completed<T, E> {
    /// Its number in the group, from 0, in the order in which the tasks were started.
    pub index: usize,
    /// What came of it.
    pub result: Result<T, TaskError<E>>,
}

/// How a task of a group has failed.
///
/// # Examples
///
/// ```
/// use taut::group::{Group, OnError, TaskError};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let mut group = Group::<(), &str>::new().on_error(OnError::Abort);
///     group.spawn(std::future::pending()).await;
///     group.spawn(async { Err("no disk") }).await;
///     let results = group.wait_all().await;
///     assert_eq!(results, [Err(TaskError::Aborted), Err(TaskError::Failed("no disk"))]);
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskError<E> {
    /// It returned this error.
    Failed(E),
    /// It panicked, in a group that is told to [contain](crate::OnPanic::Contain) that.
    Panicked(Panicked),
    /// It was dropped before its end: since the group was aborted, or since the runtime shut down.
    Aborted,
}

impl<E> TaskError<E> {
    /// The error that it returned, if it did.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::group::TaskError;
    ///
    /// assert_eq!(TaskError::Failed("no disk").failure(), Some("no disk"));
    /// assert_eq!(TaskError::<&str>::Aborted.failure(), None);
    /// ```
    pub fn failure(self) -> Option<E> {
        match self {
            Self::Failed(error) => Some(error),
            Self::Panicked(_) | Self::Aborted => None,
        }
    }
}

impl<E: fmt::Display> fmt::Display for TaskError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(error) => error.fmt(f),
            Self::Panicked(panicked) => write!(f, "the task panicked: {}", panicked.message()),
            Self::Aborted => f.write_str("the task was aborted"),
        }
    }
}

impl<E: Error + 'static> Error for TaskError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Failed(error) => error.source(),
            Self::Panicked(_) | Self::Aborted => None,
        }
    }
}

impl From<TaskError<Failure>> for Failure {
    fn from(error: TaskError<Self>) -> Self {
        match error {
            TaskError::Failed(failure) => failure,
            TaskError::Panicked(panicked) => Self::new(panicked),
            TaskError::Aborted => Self::new("the task was aborted"),
        }
    }
}

//! What a group does when a task fails, or panics.

/// What a [`Group`](crate::Group) does when a task fails.
///
/// # Examples
///
/// ```
/// use taut::group::{Group, OnError};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let mut group = Group::<(), &str>::new().on_error(OnError::Abort);
///     group.spawn(std::future::pending()).await;
///     group.spawn(async { Err("no disk") }).await;
///     assert_eq!(group.wait().await, Err("no disk"));
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OnError {
    /// Go's way. A group with a context ends it and starts no more tasks; those that run are to see that it
    /// has ended. In a group without a context nothing ends: all tasks run to their end, and more may be
    /// started.
    #[default]
    Cancel,
    /// Drops the futures of all other tasks, and starts no more, with or without a context; if there is one, it
    /// ends.
    Abort,
    /// Nothing: all tasks run to their end.
    Continue,
}

/// What a [`Group`](crate::Group) does when a task panics.
///
/// # Examples
///
/// ```
/// use taut::group::{Group, OnPanic, TaskError};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let mut connections = Group::<(), std::io::Error>::new().on_panic(OnPanic::Contain);
///     connections.spawn(async { panic!("a bug that this client has found") }).await;
///     connections.spawn(async { Ok(()) }).await; // served all the same
///     while let Some(completed) = connections.next().await {
///         if let Err(TaskError::Panicked(panicked)) = completed.result {
///             assert_eq!(panicked.message(), "a bug that this client has found");
///         }
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OnPanic {
    /// Ends the context of the group at once, and whoever waits raises the panic again when all tasks have
    /// ended. Without a context, or with another rule than [`OnError::Cancel`], the other tasks are aborted
    /// at once.
    #[default]
    Raise,
    /// The others go on, and [`next`](crate::Group::next) and [`wait_all`](crate::Group::wait_all) give it
    /// as [`TaskError::Panicked`](crate::TaskError::Panicked). [`wait`](crate::Group::wait), which cannot,
    /// raises it if there is no error to give.
    Contain,
}

/// What a task is started under.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rules {
    pub(crate) on_error: OnError,
    pub(crate) on_panic: OnPanic,
}

//! A bounded parallel map.

use std::future::Future;

use crate::group::{Group, OnError};

/// Runs `f` for every item, at most `limit` at a time, as tasks of the runtime, and gives the results in
/// the order of the items. The first error ends it: the other tasks are aborted, and no more items are
/// taken but the one that was taken already.
///
/// For one item is taken ahead: while there is no place for it, what `f` has made of it waits and is not
/// polled.
///
/// It is a [`Group`] with a limit and [`OnError::Abort`]; for contexts, or results as they come, take that.
/// A limit of 0 counts as 1.
///
/// # Cancel safety
///
/// Drops the value: dropping it aborts the tasks.
///
/// # Errors
///
/// The first error in time.
///
/// # Panics
///
/// With the first panic of a task; outside of a Tokio runtime, if there is an item; and if the runtime of
/// the tasks is shut down before their end.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use taut::group::parallel_map;
///
/// let ports = ["80", "443", "8080"];
/// let parsed = parallel_map(2, ports, |port| async move { port.parse::<u16>() }).await;
/// assert_eq!(parsed, Ok(vec![80, 443, 8080]));
/// # }
/// ```
pub async fn parallel_map<I, F, Fut, T, E>(limit: usize, items: I, mut f: F) -> Result<Vec<T>, E>
where
    I: IntoIterator,
    F: FnMut(I::Item) -> Fut,
    Fut: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let mut group = Group::new().limit(limit.max(1)).on_error(OnError::Abort);
    for item in items {
        if !group.spawn(f(item)).await {
            break;
        }
    }
    group.wait().await
}

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
/// It is a [`Group`] with a limit and [`OnError::Abort`]. A limit of 0 counts as 1.
///
/// # Examples
///
/// ```
/// use taut::group::parallel_map;
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let ports = ["80", "443", "8080"];
///     let parsed = parallel_map(2, ports, |port| async move { port.parse::<u16>() }).await;
///     assert_eq!(parsed, Ok(vec![80, 443, 8080]));
/// }
/// ```
///
/// Sizes of pages, sixteen at a time; the first that is missing ends it:
///
/// ```
/// use std::sync::Arc;
/// use taut::group::parallel_map;
///
/// struct Client;
///
/// impl Client {
///     async fn size(&self, page: u32) -> Result<u32, String> {
///         tokio::task::yield_now().await; // the network
///         if page == 99 { Err(format!("no page {page}")) } else { Ok(page * 10) }
///     }
/// }
///
/// async fn total(client: &Arc<Client>, pages: u32) -> Result<u32, String> {
///     let size = |page| {
///         let client = Arc::clone(client); // a task owns what it needs
///         async move { client.size(page).await }
///     };
///     Ok(parallel_map(16, 0..pages, size).await?.into_iter().sum())
/// }
///
/// #[tokio::main]
/// async fn main() {
///     let client = Arc::new(Client);
///     assert_eq!(total(&client, 5).await, Ok(100));
///     assert_eq!(total(&client, 100).await, Err("no page 99".to_owned()));
/// }
/// ```
///
/// # From Go
///
/// | Go | ours | what differs and why |
/// | --- | --- | --- |
/// | `g.SetLimit(n)`, and `g.Go` in a loop that writes to `results[i]` | `parallel_map(n, items, f)` | gives the results; an error aborts the others, where Go's have to look at their context |
/// | a `make(chan T, n)` as a semaphore, and a `WaitGroup` | the same | |
///
/// # Fairness
///
/// Items are started in their order.
///
/// # Cancel safety
///
/// Drops the value: dropping it aborts the tasks.
///
/// # Synchronization
///
/// What the tasks do happens before this returns.
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
/// # Cost
///
/// That of a [`Group`](Group#cost): two allocations for each item.
///
/// # When to use something else
///
/// For a context, or results as they come, a [`Group`]. For items that borrow, a [group in a
/// scope](crate::Scope::group). For what computes and awaits nothing, a thread pool such as rayon's.
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

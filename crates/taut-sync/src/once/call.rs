//! Something that is done once: a cell without a value.

use std::fmt;
use std::future::Future;

use taut_core::Case;

use super::{OnceCell, State, future};

/// Something that is done once, however many call for it. Go's `sync.Once`.
///
/// Feature `once`. The first caller does it, and the others wait until it is done. Unlike in Go it does not
/// count as done if it panics, or if its caller is dropped meanwhile: then the next of those who wait does
/// what *it* brought.
///
/// # Examples
///
/// ```
/// use taut::sync::Once;
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let once = Once::new();
///     once.call(async || println!("once")).await;
///     once.call(async || unreachable!("it is done")).await;
/// }
/// ```
///
/// A schema that whoever comes first migrates, before any query:
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use taut::sync::Once;
///
/// static MIGRATED: Once = Once::new();
/// static MIGRATIONS: AtomicU32 = AtomicU32::new(0);
///
/// async fn query(user: u32) -> u32 {
///     MIGRATED
///         .call(async || {
///             tokio::task::yield_now().await; // the database
///             MIGRATIONS.fetch_add(1, Ordering::Relaxed);
///         })
///         .await;
///     user
/// }
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     assert_eq!(tokio::join!(query(1), query(2)), (1, 2));
///     assert_eq!(MIGRATIONS.load(Ordering::Relaxed), 1);
/// }
/// ```
///
/// # From Go
///
/// | Go | ours | what differs and why |
/// | --- | --- | --- |
/// | `once.Do(f)` | [`once.call(f).await`](Self::call) | |
/// | `f` panics: counts as done | does not | the next caller does what it brought |
/// | `f` calls `once.Do`: waits for ever | panics | and says why |
/// | `once = sync.Once{}`, to do it again | a new `Once` | |
///
/// # Fairness
///
/// As with an [`OnceCell`](OnceCell#fairness): when a run came to nothing, a newcomer may be before those
/// who wait.
///
/// # Cancel safety
///
/// Drops the initialiser: if who does it is dropped, the next who waits begins anew with its own. Who only waits
/// takes nothing.
///
/// # Synchronization
///
/// What is done happens before [`call`](Self::call) or [`wait`](Self::wait) returns to anybody.
///
/// # Errors
///
/// None: for what may fail, and is to be tried again, [`OnceCell::get_or_try_init`].
///
/// # Panics
///
/// [`call`](Self::call), if what it brought panics, or calls for itself.
///
/// # Cost
///
/// As an [`OnceCell`](OnceCell#cost): one load, once it is done.
///
/// # When to use something else
///
/// If something comes of it, [`OnceCell`] or [`OnceValue`](crate::OnceValue). If nothing is awaited,
/// `std::sync::Once`.
#[derive(Default)]
pub struct Once(OnceCell<()>);

impl Once {
    taut_core::const_fn! {
        /// Nothing is done yet.
        ///
        /// # Examples
        ///
        /// ```
        /// use taut::sync::Once;
        ///
        /// static SET_UP: Once = Once::new();
        /// assert!(!SET_UP.is_completed());
        /// ```
        #[must_use]
        pub fn new() -> Self {
            Self(OnceCell::new())
        }
    }

    /// Does it, or waits until it is done.
    ///
    /// # Cancel safety
    ///
    /// Drops the initialiser: if this caller runs what it brought, the next who waits begins anew with its
    /// own. Who waits gives up its place.
    ///
    /// # Panics
    ///
    /// When it is polled: if what it brought panics, or calls for itself.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::sync::Once;
    ///
    /// let once = Once::new();
    /// once.call(|| async { println!("once") }).await;
    /// once.call(|| async { unreachable!() }).await;
    /// # }
    /// ```
    #[inline]
    pub fn call<F, Fut>(&self, work: F) -> impl Future<Output = ()> + Case<Output = ()> + fmt::Debug
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = ()>,
    {
        future::Call::new(&self.0, work)
    }

    /// Whether it is done.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::sync::Once;
    ///
    /// let once = Once::new();
    /// once.call(async || ()).await;
    /// assert!(once.is_completed());
    /// # }
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn is_completed(&self) -> bool {
        self.0.is_initialized()
    }

    /// Waits until somebody has done it.
    ///
    /// # Cancel safety
    ///
    /// Safe: it takes nothing.
    ///
    /// # Panics
    ///
    /// When it is polled by what is to be done.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::sync::Once;
    ///
    /// let once = Once::new();
    /// tokio::join!(once.wait(), once.call(async || ()));
    /// # }
    /// ```
    pub fn wait(&self) -> future::Completed<'_> {
        future::Completed::new(self.0.wait())
    }
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.state() {
            State::Empty => "Once(<not begun>)",
            State::Initializing => "Once(<running>)",
            State::Set(()) => "Once(<completed>)",
        })
    }
}

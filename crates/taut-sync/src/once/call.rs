//! Something that is done once: a cell without a value.

use std::fmt;
use std::future::Future;

use taut_core::Case;

use super::{OnceCell, State, future};

/// Something that is done once, however many call for it. Go's `sync.Once`.
///
/// The first caller does it, and the others wait until it is done. Unlike in Go it does not count as done
/// if it panics, or if its caller is dropped meanwhile: then the next of those who wait does what *it*
/// brought.
///
/// # Synchronization
///
/// What is done happens before [`call`](Self::call) or [`wait`](Self::wait) returns to anybody.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use std::cell::Cell;
/// use taut::sync::Once;
///
/// let (once, times) = (Once::new(), Cell::new(0));
/// let set_up = async || times.set(times.get() + 1);
/// tokio::join!(once.call(set_up), once.call(set_up));
/// assert_eq!(times.get(), 1);
/// # }
/// ```
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

//! One execution per key, shared by all who ask meanwhile.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`boarding`] | a caller comes: is there a flight of its key? |
//! | [`table`] | the flights that can be joined, by key |
//! | [`flight`] | one flight: where its work is, what came of it, who waits |
//! | [`run`] | a caller: drives the work, or follows who does |
//! | [`follower`] | one who waits to be called |
//! | [`landed`] | what comes of a flight |

mod boarding;
mod error;
mod flight;
mod follower;
mod landed;
mod run;
mod table;

use std::borrow::Borrow;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::future::Future;
use std::hash::{BuildHasher, Hash};

use taut_core::Case;
use taut_core::sync::Lock;
use taut_core::wake::WakeBatch;

use self::flight::{Boxed, Flight};
use self::landed::Outcome;
use self::run::Run;
use self::table::Table;
use crate::panicked::Panicked;

pub use self::error::FlightError;
pub use self::landed::Landed;

/// One execution per key: who asks while one is under way gets its result. Go's
/// `golang.org/x/sync/singleflight`.
///
/// Feature `single-flight`. A *flight* is the work of one key that is under way. The first caller begins it
/// and *drives* it: it polls the work as if that were its own. The others wait, and what they brought is
/// dropped unrun. When the work is done everybody gets a clone of its value, and who comes later begins a new
/// flight. So this is no cache: it spares work that is being done at this moment.
///
/// - If the driver is dropped, one of those who wait goes on with the *same* work.
/// - When the last who is interested leaves, the work is dropped, and in the same step its key is free:
///   nobody joins a flight that is given up.
/// - If the work panics, everybody gets [`FlightError::Panicked`].
///
/// Values are cloned, once for each caller: let `V` be an `Arc<T>`, or a `Result<Arc<T>, Arc<E>>` where
/// the work can fail.
///
/// ```text
///    key is free ──run──▶ in flight ──the work is done──▶ landed: a clone for everybody, key is free
///                           │   ▲
///                           │   └── run: joins        forget: the next run begins a new flight
///                           └── the last caller leaves: the work is dropped, key is free
/// ```
///
/// # Examples
///
/// ```
/// use taut::sync::SingleFlight;
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), taut::sync::FlightError> {
///     let flights = SingleFlight::<u32, u32>::new();
///     let square = |n: u32| {
///         flights.run(n, move || async move {
///             tokio::task::yield_now().await; // takes long
///             n * n
///         })
///     };
///     let (one, other) = tokio::join!(square(7), square(7)); // run once
///     assert_eq!((one?.value, other?.value), (49, 49));
///     Ok(())
/// }
/// ```
#[doc = include_str!("single_flight/page.md")]
pub struct SingleFlight<K, V, S = RandomState> {
    table: Lock<Table<K, V>>,
    hasher: S,
}

impl<K, V> SingleFlight<K, V> {
    /// No flight is under way.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::SingleFlight;
    ///
    /// assert_eq!(SingleFlight::<String, u32>::new().in_flight(), 0);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::with_hasher(RandomState::new())
    }
}

impl<K, V, S> SingleFlight<K, V, S> {
    taut_core::const_fn! {
        /// No flight is under way. Keys are hashed by `hasher`.
        ///
        /// # Examples
        ///
        /// ```
        /// use std::hash::{BuildHasherDefault, DefaultHasher};
        /// use taut::sync::SingleFlight;
        ///
        /// // In a static. `DefaultHasher` has no secret: where keys come from outside, which could make
        /// // them collide, take a `LazyLock` and `SingleFlight::new`.
        /// static FLIGHTS: SingleFlight<String, u32, BuildHasherDefault<DefaultHasher>> =
        ///     SingleFlight::with_hasher(BuildHasherDefault::new());
        /// assert_eq!(FLIGHTS.in_flight(), 0);
        /// ```
        #[must_use]
        pub fn with_hasher(hasher: S) -> Self {
            Self { table: Lock::new(Table::new()), hasher }
        }
    }

    /// How many flights are under way that can be joined.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use std::sync::Arc;
    /// use taut::sync::SingleFlight;
    ///
    /// let flights = Arc::new(SingleFlight::new());
    /// let inside = flights.clone();
    /// let landed = flights.run("answer", || async move { inside.in_flight() }).await;
    /// assert_eq!(landed.expect("no panic").value, 1);
    /// assert_eq!(flights.in_flight(), 0);
    /// # }
    /// ```
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.table.lock().len()
    }

    /// The driver of a flight leaves before it is done: somebody else is to go on.
    fn hand_over(&self, flight: &Flight<K, V>, work: Boxed<V>) {
        let mut wakes = WakeBatch::new();
        flight.leave_work(work, &mut wakes);
        // If nobody took it and nobody can, the work goes with the flight.
        self.leave(flight);
        wakes.wake_all();
    }

    fn leave(&self, flight: &Flight<K, V>) {
        let removed = self.table.lock().leave(flight);
        drop(removed);
    }

    /// The work is done: frees the key, tells those who wait. The output of the driver.
    fn land(&self, flight: &Flight<K, V>, result: Result<V, Panicked>) -> Outcome<V>
    where
        V: Clone,
    {
        let (interest, removed) = self.table.lock().end(flight);
        drop(removed);
        if interest.is_alone {
            let landed = |value| Landed { value, shared: interest.is_shared };
            return result.map(landed).map_err(FlightError::Panicked);
        }
        flight.land(result);
        flight.outcome()
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> SingleFlight<K, V, S> {
    /// The result of the work that is under way for `key`; if there is none, that of `work`.
    ///
    /// `work` is called by the first caller of a flight, when its future is polled, and dropped unrun by
    /// those who join. What it gives must be `Send` and `'static`, since another caller may go on with it.
    ///
    /// # Cancel safety
    ///
    /// Leaves the flight: if this caller drives the work, one of those who wait goes on with it where it
    /// stands. With the last who is interested the work is dropped.
    ///
    /// # Errors
    ///
    /// [`FlightError::Panicked`] if the work panicked, whoever drove it; [`FlightError::Reentrant`] if
    /// this is part of the work of the same key. The latter is noticed where the work itself polls this,
    /// however deep inside; not in a task that it spawns and waits for.
    ///
    /// # Panics
    ///
    /// If `Hash` or `Eq` of the key or `Clone` of the value does, and if it is polled after completion.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::sync::SingleFlight;
    ///
    /// let flights = SingleFlight::<u32, u32>::new();
    /// let (one, other) = tokio::join!(
    ///     flights.run(7, || async {
    ///         tokio::task::yield_now().await;
    ///         49
    ///     }),
    ///     flights.run(7, || async { unreachable!("it joins") }),
    /// );
    /// assert_eq!(one.map(|landed| landed.value), Ok(49));
    /// assert_eq!(other.map(|landed| landed.value), Ok(49));
    /// # }
    /// ```
    pub fn run<F, Fut>(
        &self,
        key: K,
        work: F,
    ) -> impl Future<Output = Result<Landed<V>, FlightError>>
    + Case<Output = Result<Landed<V>, FlightError>>
    + fmt::Debug
    where
        V: Clone,
        F: FnOnce() -> Fut,
        Fut: Future<Output = V> + Send + 'static,
    {
        Run::new(self, key, work)
    }

    /// Lets the next caller of `key` begin a new flight, though there may be one. Whether there was.
    ///
    /// Those who are interested in the old one get its result. The key may be given in a borrowed form, as to
    /// a `HashMap`.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::sync::SingleFlight;
    ///
    /// let flights = SingleFlight::<u32, u32>::new();
    /// let stale = flights.run(7, || async {
    ///     tokio::task::yield_now().await;
    ///     1
    /// });
    /// let fresh = async {
    ///     assert!(flights.forget(&7));
    ///     flights.run(7, || async { 2 }).await
    /// };
    /// let (stale, fresh) = tokio::join!(stale, fresh);
    /// assert_eq!(stale.map(|landed| landed.value), Ok(1));
    /// assert_eq!(fresh.map(|landed| landed.value), Ok(2));
    /// # }
    /// ```
    pub fn forget<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let hash = self.hasher.hash_one(key);
        let mut table = self.table.lock();
        let found = table.find(hash, key).cloned();
        let removed = found.as_ref().and_then(|flight| table.remove(flight));
        drop(table);
        removed.is_some()
    }

    /// Whether a flight of `key` is under way that can be joined. The key may be given in a borrowed form, as
    /// to a `HashMap`.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::SingleFlight;
    ///
    /// let flights = SingleFlight::<String, u32>::new();
    /// assert!(!flights.contains("user 7"));
    /// ```
    #[must_use]
    pub fn contains<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let hash = self.hasher.hash_one(key);
        self.table.lock().find(hash, key).is_some()
    }
}

impl<K, V, S: Default> Default for SingleFlight<K, V, S> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K, V, S> fmt::Debug for SingleFlight<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SingleFlight").field("in_flight", &self.in_flight()).finish_non_exhaustive()
    }
}

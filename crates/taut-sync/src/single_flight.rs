//! One execution per key, shared by all who ask meanwhile.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`table`] | the flights that can be joined, by key |
//! | [`flight`] | one flight: where its work is, what came of it, who waits |
//! | [`run`] | a caller: drives the work, or follows who does |
//! | [`follower`] | one who waits to be called |

mod error;
mod flight;
mod follower;
pub(crate) mod run;
mod table;

use std::collections::hash_map::RandomState;
use std::fmt;
use std::future::Future;
use std::hash::{BuildHasher, Hash};

use taut_core::sync::{Arc, Lock};
use taut_core::wake::WakeBatch;

use self::flight::{Boxed, Flight};
use self::table::{Found, Table};
use crate::future;

pub use self::error::{FlightError, Panicked};

/// One execution per key: who asks while one is under way gets its result. Go's
/// `golang.org/x/sync/singleflight`.
///
/// A *flight* is the work of one key that is under way. The first caller begins it and *drives* it: it
/// polls the work as if that were its own. The others wait, and what they brought is dropped unrun. When
/// the work is done everybody gets a clone of its value, and who comes later begins a new flight. So this
/// is no cache: it spares work that is being done at this moment.
///
/// - If the driver is dropped, one of those who wait goes on with the *same* work.
/// - When the last who is interested leaves, the work is dropped, and in the same step its key is free:
///   nobody joins a flight that is given up.
/// - If the work panics, everybody gets [`FlightError::Panicked`].
///
/// Values are cloned, once for each caller: let `V` be an `Arc<T>`, or a `Result<Arc<T>, Arc<E>>` where
/// the work can fail.
///
/// # A driver that is not polled
///
/// stops the work, and with it all who wait. That is so for any future that is kept without being polled:
/// by a `select!` in a loop that is busy in another arm, say. Where it can happen, let a task of its own
/// do the work:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use taut::sync::SingleFlight;
///
/// let flights = SingleFlight::<&str, u32>::new();
/// let work = || async {
///     let task = tokio::spawn(async { 42 });
///     task.await.expect("it did not panic")
/// };
/// assert_eq!(flights.run("answer", work).await.unwrap().value, 42);
/// # }
/// ```
///
/// (Such a task goes on when the last caller leaves; abort it with a guard if that matters.)
///
/// # Keys
///
/// Keys are hashed without a lock, and compared under a short one: `Eq` must not use this `SingleFlight`.
/// It may panic, which harms nobody but the caller.
///
/// # Synchronization
///
/// All that the work does, its drop included, happens before [`run`](Self::run) returns to anybody.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use taut::sync::SingleFlight;
///
/// let (flights, queries) = (SingleFlight::<String, Arc<str>>::new(), Arc::new(AtomicU32::new(0)));
/// let user = |id: u32| {
///     let queries = queries.clone();
///     flights.run(format!("user {id}"), move || async move {
///         queries.fetch_add(1, Ordering::Relaxed);
///         tokio::task::yield_now().await; // the database
///         "Ada".into()
///     })
/// };
/// let (one, other) = tokio::join!(user(7), user(7));
/// assert!(Arc::ptr_eq(&one.unwrap().value, &other.unwrap().value));
/// assert_eq!(queries.load(Ordering::Relaxed), 1);
/// # }
/// ```
pub struct SingleFlight<K, V, S = RandomState> {
    table: Lock<Table<K, V>>,
    hasher: S,
}

/// What came of the work of a key.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use taut::sync::{Landed, SingleFlight};
///
/// let flights = SingleFlight::new();
/// let landed = flights.run("answer", || async { 42 }).await;
/// assert_eq!(landed, Ok(Landed { value: 42, shared: false }));
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landed<V> {
    /// The value, or a clone of it.
    pub value: V,
    /// Whether at least one other caller joined the flight.
    pub shared: bool,
}

type Outcome<V> = Result<Landed<V>, FlightError>;

/// What becomes of a caller.
enum Boarding<K, V> {
    /// It drives a flight of its own.
    First(Arc<Flight<K, V>>),
    /// There is one already.
    Found(Found<K, V>, Unused<K, V>),
}

/// What a caller brought in vain, to be dropped without the lock.
#[expect(dead_code, reason = "it is dropped")]
enum Unused<K, V> {
    Key(K),
    Flight(Arc<Flight<K, V>>),
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
    /// No flight is under way. Keys are hashed by `hasher`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::hash::{BuildHasherDefault, DefaultHasher};
    /// use taut::sync::SingleFlight;
    ///
    /// let hasher = BuildHasherDefault::<DefaultHasher>::default();
    /// assert_eq!(SingleFlight::<String, u32, _>::with_hasher(hasher).in_flight(), 0);
    /// ```
    #[must_use]
    pub fn with_hasher(hasher: S) -> Self {
        Self { table: Lock::new(Table::new()), hasher }
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
    /// assert_eq!(landed.unwrap().value, 1);
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
    /// Safe for the others: if the caller that drives the work is dropped, one of those who wait goes on
    /// with it where it stands. With the last who is interested the work is dropped.
    ///
    /// # Errors
    ///
    /// [`FlightError::Panicked`] if the work panicked, whoever drove it; [`FlightError::Reentrant`] if
    /// this is part of the work of the same key. The latter is noticed where the work itself polls this,
    /// however deep inside; not in a task that it spawns and waits for.
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
    /// assert_eq!((one.unwrap().value, other.unwrap().value), (49, 49));
    /// # }
    /// ```
    pub fn run<F, Fut>(&self, key: K, work: F) -> future::Run<'_, K, V, S, F>
    where
        V: Clone,
        F: FnOnce() -> Fut,
        Fut: Future<Output = V> + Send + 'static,
    {
        future::Run::new(self, key, work)
    }

    /// Lets the next caller of `key` begin a new flight, though there may be one. Whether there was.
    ///
    /// Those who are interested in the old one get its result.
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
    /// assert_eq!((stale.unwrap().value, fresh.unwrap().value), (1, 2));
    /// # }
    /// ```
    pub fn forget(&self, key: &K) -> bool {
        let hash = self.hasher.hash_one(key);
        let mut table = self.table.lock();
        let found = table.find(hash, key).cloned();
        let removed = found.as_ref().and_then(|flight| table.remove(flight));
        drop(table);
        removed.is_some()
    }

    /// Whether a flight of `key` is under way that can be joined.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::SingleFlight;
    ///
    /// let flights = SingleFlight::<u32, u32>::new();
    /// assert!(!flights.contains(&7));
    /// ```
    #[must_use]
    pub fn contains(&self, key: &K) -> bool {
        let hash = self.hasher.hash_one(key);
        self.table.lock().find(hash, key).is_some()
    }

    /// A caller comes.
    fn board(&self, key: K) -> Boarding<K, V> {
        let hash = self.hasher.hash_one(&key);
        let found = self.table.lock().board(hash, &key);
        if let Some(found) = found {
            return Boarding::Found(found, Unused::Key(key));
        }
        // Without the lock, since it allocates. Somebody else may come first.
        let own = Arc::new(Flight::new(hash, key));
        let mut table = self.table.lock();
        let found = table.board(hash, &own.key);
        if found.is_none() {
            table.insert(Arc::clone(&own));
        }
        drop(table);
        match found {
            Some(found) => Boarding::Found(found, Unused::Flight(own)),
            None => Boarding::First(own),
        }
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

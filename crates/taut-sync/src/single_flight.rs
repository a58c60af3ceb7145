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
/// # Work and the context of its caller
///
/// Work that looks at the context of the caller that began it gives that caller's end to all who joined: it
/// is cancelled, and they get the error. Let each caller wait in its own context, and the work do without:
/// `ctx.run(flights.run(key, …))`. What the work needs a context for, such as its values, it has from
/// `ctx.without_cancel()`:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use taut::context::Context;
/// use taut::sync::{FlightError, SingleFlight};
///
/// async fn load(_: &Context) -> u32 {
///     tokio::task::yield_now().await; // the database
///     42
/// }
///
/// let flights = SingleFlight::<&str, u32>::new();
/// let answer = async |ctx: Context| {
///     let detached = ctx.without_cancel();
///     let flight = flights.run("answer", || async move { load(&detached).await });
///     ctx.run(flight).await.ok()?.ok() // None: this caller was cancelled, or the work panicked
/// };
/// let (ctx, cancel) = Context::background().with_cancel();
/// let (first, second, _) = tokio::join!(
///     answer(ctx),
///     answer(Context::background()),
///     async { cancel.cancel() },
/// );
/// assert!(first.is_none());
/// assert_eq!(second.unwrap().value, 42);
/// # }
/// ```
///
/// # In a cache
///
/// What the work uses it must own, since another caller may go on with it. So the method of a cache takes
/// `self: &Arc<Self>`, and moves a clone into the work:
///
/// ```
/// use std::sync::Arc;
/// use taut::sync::{FlightError, SingleFlight};
///
/// #[derive(Default)]
/// struct Users {
///     flights: SingleFlight<u32, Arc<str>>,
/// }
///
/// impl Users {
///     async fn get(self: &Arc<Self>, id: u32) -> Result<Arc<str>, FlightError> {
///         let this = Arc::clone(self);
///         let landed = self.flights.run(id, || async move { this.load(id).await }).await?;
///         Ok(landed.value)
///     }
///
///     async fn load(&self, id: u32) -> Arc<str> {
///         format!("user {id}").into() // the database
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// assert_eq!(&*Arc::<Users>::default().get(7).await.unwrap(), "user 7");
/// # }
/// ```
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
    /// Leaves the flight: if this caller drives the work, one of those who wait goes on with it where it
    /// stands. With the last who is interested the work is dropped.
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
    /// assert_eq!((stale.unwrap().value, fresh.unwrap().value), (1, 2));
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

//! [`Mutex`]: one at a time, by futures.

use std::cell::UnsafeCell;
use std::fmt;

// TIDY-ALLOW: an owned guard is held through the `Arc` of its user.
use std::sync::Arc;

use crate::blocking::block_on;
use crate::future::{Lock, LockOwned};
use crate::held::{HasRaw, Held};

pub(crate) mod future;
mod guard;
mod mapped;
pub(crate) mod op;
mod raw;

pub use self::guard::{MutexGuard, OwnedMutexGuard};
pub use self::mapped::{MappedMutexGuard, OwnedMappedMutexGuard};

use self::op::LockOp;
use self::raw::RawMutex;

/// A value that one task at a time may reach: Go's `sync.Mutex`, with the data inside.
///
/// Feature `mutex`. Waiting for it suspends a task, not a thread, and a guard may be held across `.await`.
/// There is no poisoning: a panic unlocks, and whoever comes next finds what it left (Go's does not even
/// unlock).
///
/// # Examples
///
/// ```
/// use taut::sync::Mutex;
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let names = Mutex::new(vec!["ada"]);
///     names.lock().await.push("grace");
///     assert_eq!(*names.lock().await, ["ada", "grace"]);
/// }
/// ```
///
/// One connection, which is held while its answer is awaited, so that no question gets the answer to another:
///
/// ```
/// use std::sync::Arc;
/// use taut::sync::Mutex;
///
/// struct Connection {
///     questions: u32,
/// }
///
/// impl Connection {
///     async fn ask(&mut self) -> u32 {
///         tokio::task::yield_now().await; // sends the question, and waits for the answer
///         self.questions += 1;
///         self.questions
///     }
/// }
///
/// #[tokio::main]
/// async fn main() -> Result<(), tokio::task::JoinError> {
///     let connection = Arc::new(Mutex::new(Connection { questions: 0 }));
///     let other = Arc::clone(&connection);
///     let task = tokio::spawn(async move { other.lock().await.ask().await });
///     let answer = connection.lock().await.ask().await; // unlocks at the end of the statement
///     assert!(matches!((answer, task.await?), (1, 2) | (2, 1)));
///     Ok(())
/// }
/// ```
///
/// # From Go
///
/// | Go | ours | what differs and why |
/// | --- | --- | --- |
/// | `var mu sync.Mutex` beside the data | [`Mutex::new(data)`](Self::new) | the data is reached through the lock only |
/// | `mu.Lock()` | [`mu.lock().await`](Self::lock) | gives a guard; may be given up |
/// | `defer mu.Unlock()` | dropping the guard | at the end of its scope; not twice, and not without the lock |
/// | `mu.TryLock()` | [`mu.try_lock()`](Self::try_lock) | fails only while it is held; Go's may fail for other reasons |
/// | unlocking in another goroutine | [`lock_owned`](Self::lock_owned) | the guard goes with the task |
/// | locking twice in one goroutine | waits for ever | the same |
/// | a copy of a mutex | does not compile | |
///
/// # Fairness
///
/// Those who wait are served first come, first served. A newcomer, though, may take a lock that is free
/// while the first of them is still on its way, as in Go: handing it over each time would leave it
/// unused for as long as it takes to schedule a task. The bound: who was woken, and found the lock taken
/// again, is *handed* it by the next unlock; if several were, in the order in which that happened to them.
/// Nothing depends on a clock, where Go's goes by a millisecond.
///
/// A waiting future that was woken, or handed the lock, and is kept without being polled keeps the
/// others waiting. `select!` drops its losers before the chosen arm runs; an arm by `&mut` and a stream of
/// futures keep theirs. See *Futurelock explained* in taut's documentation.
///
/// # Cancel safety
///
/// Loses its place: a wait that is dropped leaves the queue, and passes on what it was just given.
///
/// # Synchronization
///
/// What is done before an unlock happens before whatever locks next returns. A [`try_lock`](Self::try_lock) that
/// fails orders nothing.
///
/// # Errors
///
/// None: nothing is poisoned, and a mutex cannot be closed. [`try_lock`](Self::try_lock) gives `None` while
/// somebody holds it.
///
/// # Panics
///
/// [`blocking_lock`](Self::blocking_lock) and its like do where they would block a task; nothing else.
///
/// # Cost
///
/// Locking and unlocking, with nobody else about, is one atomic exchange each. Waiting allocates nothing.
///
/// # When to use something else
///
/// Where no guard is ever held across an `.await`, a mutex of std is the better one: a short section under it
/// needs no queue of tasks. This one is for what is held while something is awaited, for what is waited for in a
/// `select!` or with a context, and for `Cond`. Where strictly everybody is to be served in the order in which
/// they came, at the price of a switch of tasks for each lock, take Tokio's.
pub struct Mutex<T: ?Sized> {
    raw: RawMutex,
    value: UnsafeCell<T>,
}

// SAFETY: the value goes from one thread to another, one at a time (X1).
unsafe impl<T: ?Sized + Send> Send for Mutex<T> {}
// SAFETY: as above: sharing the mutex gives the value to one at a time.
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}

impl<T: ?Sized> HasRaw for Mutex<T> {
    type Raw = RawMutex;

    #[inline(always)]
    fn raw(&self) -> &RawMutex {
        &self.raw
    }
}

/// For a guard of a part, which does not know the whole.
impl HasRaw for RawMutex {
    type Raw = Self;

    #[inline(always)]
    fn raw(&self) -> &Self {
        self
    }
}

impl<T> Mutex<T> {
    taut_core::const_fn! {
        /// A free mutex around `value`.
        ///
        /// # Examples
        ///
        /// ```
        /// use taut::sync::Mutex;
        ///
        /// static NAMES: Mutex<Vec<String>> = Mutex::new(Vec::new());
        /// NAMES.blocking_lock().push("gopher".to_owned());
        /// ```
        #[must_use]
        pub fn new(value: T) -> Self {
            Self { raw: RawMutex::new(), value: UnsafeCell::new(value) }
        }
    }

    /// The value, of a mutex that nobody needs any more.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(taut::sync::Mutex::new(7).into_inner(), 7);
    /// ```
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits for the lock and takes it.
    ///
    /// # Cancel safety
    ///
    /// Loses its place: it leaves the queue, and nothing else. If it was just being given the lock, the next gets it.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let names = taut::sync::Mutex::new(vec!["a"]);
    /// names.lock().await.push("b");
    /// assert_eq!(*names.lock().await, ["a", "b"]);
    /// # }
    /// ```
    #[inline]
    pub fn lock(&self) -> Lock<'_, T> {
        Lock::new(LockOp::waiting(self))
    }

    /// As [`lock`](Self::lock), for a guard that borrows nothing: it can go to another task.
    ///
    /// # Cancel safety
    ///
    /// Loses its place: as [`lock`](Self::lock).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() {
    /// use std::sync::Arc;
    /// use taut::sync::Mutex;
    ///
    /// let total = Arc::new(Mutex::new(1));
    /// let mut guard = total.lock_owned().await;
    /// let task = tokio::spawn(async move { *guard += 1 });
    /// task.await.expect("no panic");
    /// assert_eq!(*total.lock().await, 2);
    /// # }
    /// ```
    #[inline]
    pub fn lock_owned(self: &Arc<Self>) -> LockOwned<T> {
        LockOwned::new(LockOp::waiting(Arc::clone(self)))
    }

    /// Takes the lock if it is free, whether others wait or not. `None`: somebody holds it, or was just
    /// handed it.
    ///
    /// # Examples
    ///
    /// ```
    /// let total = taut::sync::Mutex::new(0);
    /// let held = total.try_lock();
    /// assert!(held.is_some() && total.try_lock().is_none());
    /// ```
    #[inline]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        // SAFETY: just taken.
        self.raw.try_lock().then(|| MutexGuard::new(unsafe { Held::new(self) }))
    }

    /// As [`try_lock`](Self::try_lock), for a guard that borrows nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use taut::sync::Mutex;
    ///
    /// let total = Arc::new(Mutex::new(0));
    /// assert!(total.try_lock_owned().is_some());
    /// ```
    pub fn try_lock_owned(self: &Arc<Self>) -> Option<OwnedMutexGuard<T>> {
        // SAFETY: just taken.
        self.raw.try_lock().then(|| OwnedMutexGuard::new(unsafe { Held::new(Arc::clone(self)) }))
    }

    /// As [`lock`](Self::lock), for a thread that runs no async tasks: it parks the thread.
    ///
    /// # Panics
    ///
    /// If it would have to wait inside an async task of Tokio. Use `lock` there, or
    /// `tokio::task::spawn_blocking`.
    ///
    /// # Examples
    ///
    /// ```
    /// let total = taut::sync::Mutex::new(0);
    /// std::thread::scope(|threads| {
    ///     threads.spawn(|| *total.blocking_lock() += 1);
    ///     threads.spawn(|| *total.blocking_lock() += 1);
    /// });
    /// assert_eq!(total.into_inner(), 2);
    /// ```
    #[track_caller]
    pub fn blocking_lock(&self) -> MutexGuard<'_, T> {
        block_on(self.lock(), "blocking_lock", "lock")
    }

    /// As [`blocking_lock`](Self::blocking_lock), for a guard that borrows nothing.
    ///
    /// # Panics
    ///
    /// As [`blocking_lock`](Self::blocking_lock).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use taut::sync::Mutex;
    ///
    /// let total = Arc::new(Mutex::new(7));
    /// assert_eq!(*total.blocking_lock_owned(), 7);
    /// ```
    #[track_caller]
    pub fn blocking_lock_owned(self: &Arc<Self>) -> OwnedMutexGuard<T> {
        block_on(self.lock_owned(), "blocking_lock_owned", "lock_owned")
    }

    /// The value, of a mutex that nobody else has.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut total = taut::sync::Mutex::new(0);
    /// *total.get_mut() += 1;
    /// assert_eq!(total.into_inner(), 1);
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    /// Whether somebody holds it. By the time you know, it may have changed.
    ///
    /// # Examples
    ///
    /// ```
    /// let total = taut::sync::Mutex::new(0);
    /// let guard = total.try_lock();
    /// assert!(total.is_locked());
    /// drop(guard);
    /// assert!(!total.is_locked());
    /// ```
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.raw.is_held()
    }

    /// How many wait for it, those left out who were woken and are on their way.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(taut::sync::Mutex::new(0).waiters(), 0);
    /// ```
    #[must_use]
    pub fn waiters(&self) -> usize {
        self.raw.waiters()
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

/// Shows the value if the lock is free at this moment, and how many wait.
impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Mutex");
        match self.try_lock() {
            Some(guard) => shown.field("value", &&*guard),
            None => shown.field("value", &format_args!("<locked>")),
        };
        shown.field("waiters", &self.waiters()).finish()
    }
}

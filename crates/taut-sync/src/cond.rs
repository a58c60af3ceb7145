//! [`Cond`]: waiting for a change of what a lock guards.

pub(crate) mod future;
mod relock;
mod signal;
mod wait;

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use self::signal::{Waiters, notify_all, notify_one};
use self::wait::Waits;
use crate::blocking::block_on;

pub use self::relock::{Exclusive, Relock};

/// Where tasks wait for a change of what a lock guards: Go's `sync.Cond`, a condition variable.
///
/// Feature `cond`. Whoever needs something that is not so yet unlocks and waits; whoever changes it says so,
/// by [`notify_one`](Self::notify_one) or [`notify_all`](Self::notify_all). Nothing lies between the
/// unlocking and the waiting: a change that is made under the lock after it was released finds the one who
/// waits. In Go the condition variable belongs to its lock. Here the guard says which lock it is, and one
/// that does not hold it has none to give.
///
/// A notification is nothing that is kept: with nobody waiting it has no effect. Who was notified queues for the
/// lock like anybody else, and others may have come first. So what it waited for is to be looked at again: by
/// [`wait_while`](Self::wait_while), which does that, or in a loop.
///
/// ```text
///    has the lock ──wait──▶ waits, unlocked ──notified──▶ queues for the lock ──▶ has the lock
///         ▲                                                                            │
///         └──────────────── it is still not so: wait_while waits again ◀───────────────┘
/// ```
///
/// # Examples
///
/// ```
/// use taut::sync::{Cond, Mutex};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let (is_open, opened) = (Mutex::new(false), Cond::new());
///     let enters = async {
///         let guard = is_open.lock().await;
///         *opened.wait_while(guard, |is_open| !*is_open).await
///     };
///     let opens = async {
///         *is_open.lock().await = true;
///         opened.notify_all()
///     };
///     assert_eq!(tokio::join!(biased; enters, opens), (true, 1));
/// }
/// ```
///
/// A queue that is bounded by what is in it:
///
/// ```
/// use std::sync::Arc;
/// use taut::sync::{Cond, Mutex};
///
/// #[derive(Default)]
/// struct Queue {
///     items: Mutex<Vec<u32>>,
///     has_room: Cond,
///     has_items: Cond,
/// }
///
/// const ROOM: usize = 2;
///
/// impl Queue {
///     async fn put(&self, item: u32) {
///         let items = self.items.lock().await;
///         let mut items = self.has_room.wait_while(items, |items| items.len() == ROOM).await;
///         items.push(item);
///         self.has_items.notify_one();
///     }
///
///     async fn take(&self) -> u32 {
///         let items = self.items.lock().await;
///         let mut items = self.has_items.wait_while(items, |items| items.is_empty()).await;
///         self.has_room.notify_one();
///         items.remove(0)
///     }
/// }
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let queue = Arc::new(Queue::default());
///     let other = Arc::clone(&queue);
///     tokio::spawn(async move {
///         for item in 0..10 {
///             other.put(item).await;
///         }
///     });
///     for item in 0..10 {
///         assert_eq!(queue.take().await, item);
///     }
/// }
/// ```
#[doc = include_str!("cond/page.md")]
pub struct Cond {
    waiters: Waiters,
}

impl Cond {
    taut_core::const_fn! {
        /// One for which nobody waits.
        ///
        /// # Examples
        ///
        /// ```
        /// use taut::sync::Cond;
        ///
        /// static CHANGED: Cond = Cond::new();
        /// assert!(!CHANGED.notify_one(), "nobody waits");
        /// ```
        #[must_use]
        pub fn new() -> Self {
            Self { waiters: Waiters::new() }
        }
    }

    /// Takes a place among those who wait, then unlocks, waits to be notified, and locks again.
    ///
    /// All that begins with the first poll; until then the guard is only kept. It never returns
    /// without having been notified, but what it waited for may have changed again since: see
    /// [`wait_while`](Self::wait_while).
    ///
    /// # Cancel safety
    ///
    /// Drops the guard: once it was polled it has unlocked, and does not lock again. Its place is lost; a
    /// notification by [`notify_one`](Self::notify_one) that had reached it goes to another who waits. As
    /// an arm of a select that loses it has unlocked, too.
    ///
    /// # Panics
    ///
    /// If it is polled after completion.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use std::sync::Arc;
    /// use taut::sync::{Cond, Mutex};
    ///
    /// let state = Arc::new((Mutex::new(0), Cond::new()));
    /// let other = Arc::clone(&state);
    /// let (number, changed) = &*state;
    ///
    /// let mut guard = number.lock().await;
    /// tokio::spawn(async move {
    ///     *other.0.lock().await += 1; // not before the guard is gone
    ///     other.1.notify_one();
    /// });
    /// while *guard == 0 {
    ///     guard = changed.wait(guard).await;
    /// }
    /// assert_eq!(*guard, 1);
    /// # }
    /// ```
    pub fn wait<G: Relock>(&self, guard: G) -> future::CondWait<'_, G> {
        future::CondWait::new(Waits::new(self.waiters.monitor(), guard))
    }

    /// Waits for as long as `predicate` is true of what is guarded, and gives the guard once it is not.
    ///
    /// It looks before it waits, and again each time that it was notified; always under the lock. So a
    /// change of what is looked at is not missed, if it is made under the lock and notified of.
    ///
    /// # Cancel safety
    ///
    /// Drops the guard: as [`wait`](Self::wait).
    ///
    /// # Panics
    ///
    /// If `predicate` panics: that goes on where the future is polled, and unlocks. And if it is polled
    /// after completion.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::sync::{Cond, Mutex};
    ///
    /// let (jobs, changed) = (Mutex::new(vec!["a job"]), Cond::new());
    /// let guard = jobs.lock().await;
    /// let mut guard = changed.wait_while(guard, |jobs| jobs.is_empty()).await;
    /// assert_eq!(guard.pop(), Some("a job"));
    /// # }
    /// ```
    pub fn wait_while<G, P>(&self, guard: G, predicate: P) -> future::WaitWhile<'_, G, P>
    where
        G: Exclusive,
        P: FnMut(&mut G::Target) -> bool,
    {
        future::WaitWhile::new(Waits::new(self.waiters.monitor(), guard), predicate)
    }

    /// As [`wait`](Self::wait), for a thread that runs no async tasks: it parks the thread.
    ///
    /// # Panics
    ///
    /// Inside an async task of Tokio, where it unlocks on its way: use `wait` there, or
    /// `tokio::task::spawn_blocking`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use taut::sync::{Cond, Mutex};
    ///
    /// let state = Arc::new((Mutex::new(false), Cond::new()));
    /// let other = Arc::clone(&state);
    /// let thread = std::thread::spawn(move || {
    ///     *other.0.blocking_lock() = true;
    ///     other.1.notify_one();
    /// });
    /// let mut is_ready = state.0.blocking_lock();
    /// while !*is_ready {
    ///     is_ready = state.1.blocking_wait(is_ready);
    /// }
    /// thread.join().expect("no panic");
    /// ```
    #[track_caller]
    pub fn blocking_wait<G: Relock>(&self, guard: G) -> G {
        block_on(self.wait(guard), "blocking_wait", "wait")
    }

    /// As [`wait_while`](Self::wait_while), for a thread that runs no async tasks: it parks the thread.
    ///
    /// # Panics
    ///
    /// Inside an async task of Tokio, if it would have to wait; it unlocks on its way. Use `wait_while` there,
    /// or `tokio::task::spawn_blocking`. And if `predicate` panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::{Cond, Mutex};
    ///
    /// let (queue, filled) = (Mutex::new(Vec::new()), Cond::new());
    /// std::thread::scope(|threads| {
    ///     threads.spawn(|| {
    ///         queue.blocking_lock().push(7);
    ///         filled.notify_one();
    ///     });
    ///     let guard = queue.blocking_lock();
    ///     let mut guard = filled.blocking_wait_while(guard, |queue| queue.is_empty());
    ///     assert_eq!(guard.pop(), Some(7));
    /// });
    /// ```
    #[track_caller]
    pub fn blocking_wait_while<G, P>(&self, guard: G, predicate: P) -> G
    where
        G: Exclusive,
        P: FnMut(&mut G::Target) -> bool,
    {
        block_on(self.wait_while(guard, predicate), "blocking_wait_while", "wait_while")
    }

    /// Notifies whoever has waited longest. Whether anybody waited.
    ///
    /// The lock may be held, but need not be. If who was notified is dropped before it has the lock
    /// again, another who waits is notified in its place.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::sync::{Cond, Mutex};
    ///
    /// let (number, changed) = (Mutex::new(0), Cond::new());
    /// assert!(!changed.notify_one(), "nobody waits, and it is not kept");
    ///
    /// let waits = async {
    ///     let guard = number.lock().await;
    ///     *changed.wait(guard).await
    /// };
    /// let notifies = async {
    ///     *number.lock().await = 7;
    ///     changed.notify_one()
    /// };
    /// assert_eq!(tokio::join!(biased; waits, notifies), (7, true));
    /// # }
    /// ```
    #[doc(alias = "signal")]
    pub fn notify_one(&self) -> bool {
        notify_one(self.waiters.monitor())
    }

    /// Notifies all who wait now, and nobody who comes later. How many they were.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::sync::{Cond, Mutex};
    ///
    /// let (is_open, opened) = (Mutex::new(false), Cond::new());
    /// let enters = async || {
    ///     let guard = is_open.lock().await;
    ///     drop(opened.wait_while(guard, |is_open| !*is_open).await);
    /// };
    /// let opens = async {
    ///     *is_open.lock().await = true;
    ///     opened.notify_all()
    /// };
    /// let ((), (), notified) = tokio::join!(biased; enters(), enters(), opens);
    /// assert_eq!(notified, 2);
    /// # }
    /// ```
    #[doc(alias = "broadcast")]
    pub fn notify_all(&self) -> usize {
        notify_all(self.waiters.monitor())
    }

    /// How many wait to be notified. It may have changed by the time it is known.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(taut::sync::Cond::new().waiters(), 0);
    /// ```
    #[must_use]
    pub fn waiters(&self) -> usize {
        self.waiters.count()
    }
}

// It guards nothing that a panic could leave half done.
impl UnwindSafe for Cond {}
impl RefUnwindSafe for Cond {}

impl Default for Cond {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Cond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cond").field("waiters", &self.waiters()).finish()
    }
}

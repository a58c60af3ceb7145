//! [`RwLock`]: many who read or one who writes, by futures.

use std::cell::UnsafeCell;

// TIDY-ALLOW: an owned guard is held through the `Arc` of its user.
use std::sync::Arc;

use crate::blocking::block_on;
use crate::future::{Read, ReadOwned, Write, WriteOwned};
use crate::held::{HasRaw, Held};

pub(crate) mod future;
mod guard;
mod inspect;
pub(crate) mod op;
mod raw;

pub use self::guard::{
    OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLockReadGuard, RwLockWriteGuard,
};

use self::op::{By, LockOp};
use self::raw::RawRwLock;

/// A value that any number of tasks may read, or one may write: Go's `sync.RWMutex`, with the data
/// inside.
///
/// Feature `rw-lock`. Waiting for it suspends a task, not a thread, and a guard may be held across `.await`.
/// There is no poisoning: a panic unlocks.
///
/// # Examples
///
/// ```
/// use taut::sync::RwLock;
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let routes = RwLock::new(vec!["/"]);
///     routes.write().await.push("/about");
///     let (one, other) = (routes.read().await, routes.read().await); // both at the same time
///     assert_eq!(one.len() + other.len(), 4);
/// }
/// ```
#[doc = include_str!("rw_lock/page.md")]
pub struct RwLock<T: ?Sized> {
    raw: RawRwLock,
    value: UnsafeCell<T>,
}

// SAFETY: the value goes from one thread to another, by a writer at a time (Y1).
unsafe impl<T: ?Sized + Send> Send for RwLock<T> {}
// SAFETY: as above, and readers share it.
unsafe impl<T: ?Sized + Send + Sync> Sync for RwLock<T> {}

impl<T: ?Sized> HasRaw for RwLock<T> {
    type Raw = RawRwLock;

    #[inline(always)]
    fn raw(&self) -> &RawRwLock {
        &self.raw
    }
}

impl<T> RwLock<T> {
    taut_core::const_fn! {
        /// A free lock around `value`.
        ///
        /// # Examples
        ///
        /// ```
        /// use taut::sync::RwLock;
        ///
        /// static LEVEL: RwLock<u8> = RwLock::new(1);
        /// assert_eq!(*LEVEL.blocking_read(), 1);
        /// ```
        #[must_use]
        pub fn new(value: T) -> Self {
            Self { raw: RawRwLock::new(), value: UnsafeCell::new(value) }
        }
    }

    /// The value, of a lock that nobody needs any more.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(taut::sync::RwLock::new(7).into_inner(), 7);
    /// ```
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Waits until it may read beside others, and takes the lock.
    ///
    /// # Cancel safety
    ///
    /// Loses its place: it leaves the queue, and nothing else. If it was just handed the lock, the next gets it.
    ///
    /// # Panics
    ///
    /// If there are as many readers as can be counted, a quarter of `usize::MAX`.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let level = taut::sync::RwLock::new(1);
    /// assert_eq!(*level.read().await, 1);
    /// # }
    /// ```
    #[inline]
    pub fn read(&self) -> Read<'_, T> {
        Read::new(LockOp::waiting(self))
    }

    /// As [`read`](Self::read), for a guard that borrows nothing: it can go to another task.
    ///
    /// # Cancel safety
    ///
    /// Loses its place: as [`read`](Self::read).
    ///
    /// # Panics
    ///
    /// As [`read`](Self::read).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use std::sync::Arc;
    /// use taut::sync::RwLock;
    ///
    /// let level = Arc::new(RwLock::new(1));
    /// let guard = level.read_owned().await;
    /// let task = tokio::spawn(async move { *guard });
    /// assert_eq!(task.await.expect("no panic"), 1);
    /// # }
    /// ```
    #[inline]
    pub fn read_owned(self: &Arc<Self>) -> ReadOwned<T> {
        ReadOwned::new(LockOp::waiting(Arc::clone(self)))
    }

    /// Takes the lock to read, if it may at once. `None`: somebody writes, or waits to.
    ///
    /// # Panics
    ///
    /// As [`read`](Self::read).
    ///
    /// # Examples
    ///
    /// ```
    /// let level = taut::sync::RwLock::new(1);
    /// let guard = level.try_read();
    /// assert!(guard.is_some() && level.try_read().is_some());
    /// ```
    #[inline]
    pub fn try_read(&self) -> Option<RwLockReadGuard<'_, T>> {
        // SAFETY: just taken.
        self.raw.try_read().then(|| RwLockReadGuard::new(unsafe { Held::new(By::new(self)) }))
    }

    /// As [`try_read`](Self::try_read), for a guard that borrows nothing.
    ///
    /// # Panics
    ///
    /// As [`read`](Self::read).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use taut::sync::RwLock;
    ///
    /// assert!(Arc::new(RwLock::new(1)).try_read_owned().is_some());
    /// ```
    pub fn try_read_owned(self: &Arc<Self>) -> Option<OwnedRwLockReadGuard<T>> {
        // SAFETY: just taken.
        self.raw
            .try_read()
            .then(|| OwnedRwLockReadGuard::new(unsafe { Held::new(By::new(Arc::clone(self))) }))
    }

    /// As [`read`](Self::read), for a thread that runs no async tasks: it parks the thread.
    ///
    /// # Panics
    ///
    /// If it would have to wait inside an async task of Tokio. Use `read` there, or
    /// `tokio::task::spawn_blocking`. And as [`read`](Self::read).
    ///
    /// # Examples
    ///
    /// ```
    /// let level = taut::sync::RwLock::new(1);
    /// assert_eq!(*level.blocking_read(), 1);
    /// ```
    #[track_caller]
    pub fn blocking_read(&self) -> RwLockReadGuard<'_, T> {
        block_on(self.read(), "blocking_read", "read")
    }

    /// As [`blocking_read`](Self::blocking_read), for a guard that borrows nothing.
    ///
    /// # Panics
    ///
    /// As [`blocking_read`](Self::blocking_read).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use taut::sync::RwLock;
    ///
    /// let level = Arc::new(RwLock::new(1));
    /// assert_eq!(*level.blocking_read_owned(), 1);
    /// ```
    #[track_caller]
    pub fn blocking_read_owned(self: &Arc<Self>) -> OwnedRwLockReadGuard<T> {
        block_on(self.read_owned(), "blocking_read_owned", "read_owned")
    }

    /// Waits until it may write alone, and takes the lock.
    ///
    /// # Cancel safety
    ///
    /// Loses its place: it leaves the queue, and nothing else. If it was just handed the lock, the next gets it.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let level = taut::sync::RwLock::new(1);
    /// *level.write().await += 1;
    /// # }
    /// ```
    #[inline]
    pub fn write(&self) -> Write<'_, T> {
        Write::new(LockOp::waiting(self))
    }

    /// As [`write`](Self::write), for a guard that borrows nothing: it can go to another task.
    ///
    /// # Cancel safety
    ///
    /// Loses its place: as [`write`](Self::write).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use std::sync::Arc;
    /// use taut::sync::RwLock;
    ///
    /// let level = Arc::new(RwLock::new(1));
    /// let mut guard = level.write_owned().await;
    /// let task = tokio::spawn(async move { *guard += 1 });
    /// task.await.expect("no panic");
    /// # }
    /// ```
    #[inline]
    pub fn write_owned(self: &Arc<Self>) -> WriteOwned<T> {
        WriteOwned::new(LockOp::waiting(Arc::clone(self)))
    }

    /// Takes the lock to write, if it may at once. `None`: somebody reads or writes, or waits to write.
    ///
    /// # Examples
    ///
    /// ```
    /// let level = taut::sync::RwLock::new(1);
    /// let guard = level.try_read();
    /// assert!(guard.is_some() && level.try_write().is_none());
    /// ```
    #[inline]
    pub fn try_write(&self) -> Option<RwLockWriteGuard<'_, T>> {
        // SAFETY: just taken.
        self.raw.try_write().then(|| RwLockWriteGuard::new(unsafe { Held::new(By::new(self)) }))
    }

    /// As [`try_write`](Self::try_write), for a guard that borrows nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use taut::sync::RwLock;
    ///
    /// assert!(Arc::new(RwLock::new(1)).try_write_owned().is_some());
    /// ```
    pub fn try_write_owned(self: &Arc<Self>) -> Option<OwnedRwLockWriteGuard<T>> {
        // SAFETY: just taken.
        self.raw
            .try_write()
            .then(|| OwnedRwLockWriteGuard::new(unsafe { Held::new(By::new(Arc::clone(self))) }))
    }

    /// As [`write`](Self::write), for a thread that runs no async tasks: it parks the thread.
    ///
    /// # Panics
    ///
    /// If it would have to wait inside an async task of Tokio. Use `write` there, or
    /// `tokio::task::spawn_blocking`.
    ///
    /// # Examples
    ///
    /// ```
    /// let level = taut::sync::RwLock::new(1);
    /// *level.blocking_write() += 1;
    /// ```
    #[track_caller]
    pub fn blocking_write(&self) -> RwLockWriteGuard<'_, T> {
        block_on(self.write(), "blocking_write", "write")
    }

    /// As [`blocking_write`](Self::blocking_write), for a guard that borrows nothing.
    ///
    /// # Panics
    ///
    /// As [`blocking_write`](Self::blocking_write).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use taut::sync::RwLock;
    ///
    /// let level = Arc::new(RwLock::new(1));
    /// assert_eq!(*level.blocking_write_owned(), 1);
    /// ```
    #[track_caller]
    pub fn blocking_write_owned(self: &Arc<Self>) -> OwnedRwLockWriteGuard<T> {
        block_on(self.write_owned(), "blocking_write_owned", "write_owned")
    }

    /// The value, of a lock that nobody else has.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut level = taut::sync::RwLock::new(1);
    /// *level.get_mut() += 1;
    /// assert_eq!(level.into_inner(), 2);
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}

impl<T: Default> Default for RwLock<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for RwLock<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

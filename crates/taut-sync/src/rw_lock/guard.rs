//! The right to what an [`RwLock`] guards, to read or to write.

use std::marker::PhantomData;

use super::RwLock;
use super::op::{By, Reading, Writing};
use crate::guard::guard;
use crate::held::Held;

// TIDY-ALLOW: an owned guard is held through the `Arc` of its user.
use std::sync::Arc;

/// The right to read what an [`RwLock`] guards, until it is dropped.
///
/// It may be held across `.await`, and dropped on another thread. Made by [`RwLock::read`] and its like.
///
/// # Examples
///
/// ```
/// let names = taut::sync::RwLock::new(vec!["a"]);
/// let (one, other) = (names.blocking_read(), names.blocking_read());
/// assert_eq!(*one, *other);
/// ```
#[must_use = "the lock is released when the guard is dropped"]
pub struct RwLockReadGuard<'a, T: ?Sized> {
    held: Held<By<&'a RwLock<T>, Reading>>,
    _value: PhantomData<&'a T>,
}

/// The right to write what an [`RwLock`] guards, until it is dropped.
///
/// It may be held across `.await`, and dropped on another thread. Made by [`RwLock::write`] and its like.
///
/// # Examples
///
/// ```
/// let names = taut::sync::RwLock::new(vec!["a"]);
/// names.blocking_write().push("b");
/// assert_eq!(names.into_inner(), ["a", "b"]);
/// ```
#[must_use = "the lock is released when the guard is dropped"]
pub struct RwLockWriteGuard<'a, T: ?Sized> {
    held: Held<By<&'a RwLock<T>, Writing>>,
    /// Sharing a guard shares the value, so it must ask for what `&mut T` asks for.
    _value: PhantomData<&'a mut T>,
}

/// The right to read what an [`RwLock`] in an `Arc` guards. Made by [`RwLock::read_owned`] and its like.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use taut::sync::{OwnedRwLockReadGuard, RwLock};
///
/// fn snapshot(names: &Arc<RwLock<Vec<u8>>>) -> OwnedRwLockReadGuard<Vec<u8>> {
///     names.blocking_read_owned()
/// }
/// assert_eq!(*snapshot(&Arc::new(RwLock::new(vec![7]))), [7]);
/// ```
#[must_use = "the lock is released when the guard is dropped"]
pub struct OwnedRwLockReadGuard<T: ?Sized> {
    held: Held<By<Arc<RwLock<T>>, Reading>>,
    _value: PhantomData<T>,
}

/// The right to write what an [`RwLock`] in an `Arc` guards. Made by [`RwLock::write_owned`] and its
/// like.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use taut::sync::{OwnedRwLockWriteGuard, RwLock};
///
/// let names = Arc::new(RwLock::new(vec![7]));
/// let mut guard: OwnedRwLockWriteGuard<Vec<u8>> = names.blocking_write_owned();
/// guard.push(8);
/// ```
#[must_use = "the lock is released when the guard is dropped"]
pub struct OwnedRwLockWriteGuard<T: ?Sized> {
    held: Held<By<Arc<RwLock<T>>, Writing>>,
    _value: PhantomData<T>,
}

/// What each of the four has.
macro_rules! of_lock {
    ($([$($generics:tt)*] $name:ident, $guard:ty, $mode:ty, $lock:ty, $reached:ty;)+) => {$(
        impl<$($generics)*> $guard {
            #[inline(always)]
            pub(crate) const fn new(held: Held<By<$lock, $mode>>) -> Self {
                Self { held, _value: PhantomData }
            }

            /// The lock that is held.
            ///
            /// # Examples
            ///
            /// ```
            /// use std::sync::Arc;
            #[doc = concat!("use taut::sync::{", stringify!($name), ", RwLock};")]
            ///
            #[doc = concat!("fn is_written<T>(guard: &", stringify!($name), "<T>) -> bool {")]
            #[doc = concat!("    ", stringify!($name), "::rwlock(guard).is_write_locked()")]
            /// }
            /// ```
            #[must_use]
            pub const fn rwlock(guard: &Self) -> $reached {
                &guard.held.by().lock
            }
        }
    )+};
}

of_lock! {
    ['a, T: ?Sized] RwLockReadGuard, RwLockReadGuard<'a, T>, Reading, &'a RwLock<T>, &'a RwLock<T>;
    ['a, T: ?Sized] RwLockWriteGuard, RwLockWriteGuard<'a, T>, Writing, &'a RwLock<T>, &'a RwLock<T>;
    [T: ?Sized] OwnedRwLockReadGuard, OwnedRwLockReadGuard<T>, Reading, Arc<RwLock<T>>, &Arc<RwLock<T>>;
    [T: ?Sized] OwnedRwLockWriteGuard, OwnedRwLockWriteGuard<T>, Writing, Arc<RwLock<T>>, &Arc<RwLock<T>>;
}

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    /// From writing to reading: nobody writes in between, and readers that wait go in with us.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::{RwLock, RwLockWriteGuard};
    ///
    /// let names = RwLock::new(vec!["a"]);
    /// let mut guard = names.blocking_write();
    /// guard.push("b");
    /// let guard = RwLockWriteGuard::downgrade(guard);
    /// assert_eq!(*guard, ["a", "b"]);
    /// assert!(names.try_read().is_some());
    /// ```
    pub fn downgrade(guard: Self) -> RwLockReadGuard<'a, T> {
        let By { lock, .. } = guard.held.keep();
        // SAFETY: made a moment before it is true, so that it is given back if a waker panics.
        let guard = RwLockReadGuard::new(unsafe { Held::new(By::new(lock)) });
        // SAFETY: we were the writer, and `guard` is the reader.
        unsafe { guard.held.by().lock.raw.downgrade() };
        guard
    }
}

impl<T: ?Sized> OwnedRwLockWriteGuard<T> {
    /// As [`RwLockWriteGuard::downgrade`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use taut::sync::{OwnedRwLockWriteGuard, RwLock};
    ///
    /// let names = Arc::new(RwLock::new(vec!["a"]));
    /// let guard = OwnedRwLockWriteGuard::downgrade(names.blocking_write_owned());
    /// assert_eq!((guard.len(), names.readers()), (1, 1));
    /// ```
    pub fn downgrade(guard: Self) -> OwnedRwLockReadGuard<T> {
        let By { lock, .. } = guard.held.keep();
        // SAFETY: made a moment before it is true, so that it is given back if a waker panics.
        let guard = OwnedRwLockReadGuard::new(unsafe { Held::new(By::new(lock)) });
        // SAFETY: we were the writer, and `guard` is the reader.
        unsafe { guard.held.by().lock.raw.downgrade() };
        guard
    }
}

guard!(read [T: ?Sized] RwLockReadGuard<'_, T> => T, |guard| guard.held.by().lock.value.get());
guard!(write [T: ?Sized] RwLockWriteGuard<'_, T> => T, |guard| guard.held.by().lock.value.get());
guard!(read [T: ?Sized] OwnedRwLockReadGuard<T> => T, |guard| guard.held.by().lock.value.get());
guard!(write [T: ?Sized] OwnedRwLockWriteGuard<T> => T, |guard| guard.held.by().lock.value.get());

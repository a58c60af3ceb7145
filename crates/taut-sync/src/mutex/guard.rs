//! The right to what a [`Mutex`] guards.

use std::marker::PhantomData;
use std::ptr::NonNull;

use super::Mutex;
use super::mapped::{MappedMutexGuard, OwnedMappedMutexGuard};
use super::raw::RawMutex;
use crate::guard::guard;
use crate::held::{Held, Reach, Release};

// TIDY-ALLOW: an owned guard is held through the `Arc` of its user.
use std::sync::Arc;

impl<M: Reach<Raw = RawMutex>> Release for M {
    #[inline(always)]
    unsafe fn release(&self) {
        // SAFETY: by the caller.
        unsafe { self.raw().unlock() };
    }
}

/// The lock of a [`Mutex`], until it is dropped.
///
/// It may be held across `.await`, and dropped on another thread. Made by [`Mutex::lock`],
/// [`Mutex::try_lock`] and [`Mutex::blocking_lock`].
///
/// # Examples
///
/// ```
/// let total = taut::sync::Mutex::new(1);
/// let mut guard = total.blocking_lock();
/// *guard += 1;
/// assert_eq!(*guard, 2);
/// ```
#[must_use = "the lock is released when the guard is dropped"]
pub struct MutexGuard<'a, T: ?Sized> {
    held: Held<&'a Mutex<T>>,
    /// Sharing a guard shares the value, so it must ask for what `&mut T` asks for.
    _value: PhantomData<&'a mut T>,
}

/// The lock of a [`Mutex`] in an `Arc`, until it is dropped.
///
/// Made by [`Mutex::lock_owned`] and its like.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use taut::sync::{Mutex, OwnedMutexGuard};
///
/// fn take(total: &Arc<Mutex<u32>>) -> OwnedMutexGuard<u32> {
///     total.blocking_lock_owned()
/// }
/// assert_eq!(*take(&Arc::new(Mutex::new(7))), 7);
/// ```
#[must_use = "the lock is released when the guard is dropped"]
pub struct OwnedMutexGuard<T: ?Sized> {
    held: Held<Arc<Mutex<T>>>,
    /// As there.
    _value: PhantomData<T>,
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    #[inline(always)]
    pub(crate) const fn new(held: Held<&'a Mutex<T>>) -> Self {
        Self { held, _value: PhantomData }
    }

    /// The mutex that it locks.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::{Mutex, MutexGuard};
    ///
    /// let total = Mutex::new(1);
    /// let guard = total.blocking_lock();
    /// assert!(MutexGuard::mutex(&guard).is_locked());
    /// ```
    #[must_use]
    pub const fn mutex(guard: &Self) -> &'a Mutex<T> {
        guard.held.by()
    }

    /// A guard of a part of what is guarded.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::{Mutex, MutexGuard};
    ///
    /// let pair = Mutex::new((1, "one"));
    /// let mut number = MutexGuard::map(pair.blocking_lock(), |pair| &mut pair.0);
    /// *number += 1;
    /// drop(number);
    /// assert_eq!(pair.into_inner(), (2, "one"));
    /// ```
    pub fn map<U: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut T) -> &mut U,
    ) -> MappedMutexGuard<'a, U> {
        let value = NonNull::from(part(&mut guard));
        let mutex = guard.held.keep();
        // SAFETY: the lock is passed on; the part lives as long as the whole, which it guards.
        unsafe { MappedMutexGuard::new(&mutex.raw, value) }
    }

    /// A guard of a part of what is guarded, if there is one.
    ///
    /// # Errors
    ///
    /// With the guard, if there is none.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::{Mutex, MutexGuard};
    ///
    /// let list = Mutex::new(vec![1]);
    /// let first = MutexGuard::try_map(list.blocking_lock(), |list| list.first_mut());
    /// assert_eq!(first.map(|first| *first).ok(), Some(1));
    /// ```
    pub fn try_map<U: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut T) -> Option<&mut U>,
    ) -> Result<MappedMutexGuard<'a, U>, Self> {
        let Some(value) = part(&mut guard).map(NonNull::from) else { return Err(guard) };
        let mutex = guard.held.keep();
        // SAFETY: as in `map`.
        Ok(unsafe { MappedMutexGuard::new(&mutex.raw, value) })
    }
}

impl<T: ?Sized> OwnedMutexGuard<T> {
    #[inline(always)]
    pub(crate) const fn new(held: Held<Arc<Mutex<T>>>) -> Self {
        Self { held, _value: PhantomData }
    }

    /// The mutex that it locks.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use taut::sync::{Mutex, OwnedMutexGuard};
    ///
    /// let total = Arc::new(Mutex::new(1));
    /// let guard = total.blocking_lock_owned();
    /// assert!(Arc::ptr_eq(OwnedMutexGuard::mutex(&guard), &total));
    /// ```
    #[must_use]
    pub const fn mutex(guard: &Self) -> &Arc<Mutex<T>> {
        guard.held.by()
    }

    /// A guard of a part of what is guarded.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use taut::sync::{Mutex, OwnedMutexGuard};
    ///
    /// let pair = Arc::new(Mutex::new((1, "one")));
    /// let guard = pair.blocking_lock_owned();
    /// assert_eq!(*OwnedMutexGuard::map(guard, |pair| &mut pair.0), 1);
    /// ```
    pub fn map<U: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut T) -> &mut U,
    ) -> OwnedMappedMutexGuard<T, U> {
        let value = NonNull::from(part(&mut guard));
        // SAFETY: the lock is passed on; the part lives as long as the whole, which it guards.
        unsafe { OwnedMappedMutexGuard::new(guard.held.keep(), value) }
    }

    /// A guard of a part of what is guarded, if there is one.
    ///
    /// # Errors
    ///
    /// With the guard, if there is none.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use taut::sync::{Mutex, OwnedMutexGuard};
    ///
    /// let list = Arc::new(Mutex::new(Vec::<u8>::new()));
    /// let guard = list.blocking_lock_owned();
    /// assert!(OwnedMutexGuard::try_map(guard, |list| list.first_mut()).is_err());
    /// ```
    pub fn try_map<U: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut T) -> Option<&mut U>,
    ) -> Result<OwnedMappedMutexGuard<T, U>, Self> {
        let Some(value) = part(&mut guard).map(NonNull::from) else { return Err(guard) };
        // SAFETY: as in `map`.
        Ok(unsafe { OwnedMappedMutexGuard::new(guard.held.keep(), value) })
    }
}

guard!(write [T: ?Sized] MutexGuard<'_, T> => T, |guard| guard.held.by().value.get());
guard!(write [T: ?Sized] OwnedMutexGuard<T> => T, |guard| guard.held.by().value.get());

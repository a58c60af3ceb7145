//! The right to a part of what a [`Mutex`] guards.
//!
//! Not for a `Cond`: while it waits others change the whole, and there may be no
//! such part any more.

use std::marker::PhantomData;
use std::ptr::NonNull;

use super::Mutex;
use super::raw::RawMutex;
use crate::guard::guard;
use crate::held::Held;

// TIDY-ALLOW: an owned guard is held through the `Arc` of its user.
use std::sync::Arc;

/// The lock of a [`Mutex`], and a part of its value. Made by [`MutexGuard::map`](super::MutexGuard::map).
///
/// # Examples
///
/// ```
/// use taut::sync::{MappedMutexGuard, Mutex, MutexGuard};
///
/// fn head(list: &Mutex<Vec<u8>>) -> Option<MappedMutexGuard<'_, u8>> {
///     MutexGuard::try_map(list.try_lock()?, |list| list.first_mut()).ok()
/// }
/// let list = Mutex::new(vec![1, 2]);
/// *head(&list).expect("there is a first") = 7;
/// assert_eq!(list.into_inner(), [7, 2]);
/// ```
#[must_use = "the lock is released when the guard is dropped"]
pub struct MappedMutexGuard<'a, T: ?Sized> {
    value: NonNull<T>,
    held: Held<&'a RawMutex>,
    _value: PhantomData<&'a mut T>,
}

/// The lock of a [`Mutex`] in an `Arc`, and a part of its value. Made by
/// [`OwnedMutexGuard::map`](super::OwnedMutexGuard::map).
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use taut::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};
///
/// let pair = Arc::new(Mutex::new((1, "one")));
/// let guard = OwnedMutexGuard::map(pair.blocking_lock_owned(), |pair| &mut pair.0);
/// let number: OwnedMappedMutexGuard<(u32, &str), u32> = guard;
/// assert_eq!(*number, 1);
/// ```
#[must_use = "the lock is released when the guard is dropped"]
pub struct OwnedMappedMutexGuard<T: ?Sized, U: ?Sized> {
    value: NonNull<U>,
    held: Held<Arc<Mutex<T>>>,
    /// As a `&mut` of the part: what it is a part of stays of the very same type.
    _value: PhantomData<*mut U>,
}

// SAFETY: as a `&mut` of the part, which is what it stands for, and a lock that any thread may release.
unsafe impl<T: ?Sized + Send> Send for MappedMutexGuard<'_, T> {}
// SAFETY: as above.
unsafe impl<T: ?Sized + Sync> Sync for MappedMutexGuard<'_, T> {}
// SAFETY: as above, and it may drop the whole.
unsafe impl<T: ?Sized + Send, U: ?Sized + Send> Send for OwnedMappedMutexGuard<T, U> {}
// SAFETY: as above; a shared guard gives the part only.
unsafe impl<T: ?Sized + Send, U: ?Sized + Sync> Sync for OwnedMappedMutexGuard<T, U> {}

impl<'a, T: ?Sized> MappedMutexGuard<'a, T> {
    /// # Safety
    ///
    /// The lock is ours, and `value` is a part of what it guards, which it keeps where it is.
    pub(super) unsafe fn new(mutex: &'a RawMutex, value: NonNull<T>) -> Self {
        // SAFETY: by the caller.
        Self { value, held: unsafe { Held::new(mutex) }, _value: PhantomData }
    }

    /// A guard of a part of the part.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::{MappedMutexGuard, Mutex, MutexGuard};
    ///
    /// let nested = Mutex::new(((1, 2), 3));
    /// let inner = MutexGuard::map(nested.blocking_lock(), |whole| &mut whole.0);
    /// assert_eq!(*MappedMutexGuard::map(inner, |pair| &mut pair.1), 2);
    /// ```
    pub fn map<U: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut T) -> &mut U,
    ) -> MappedMutexGuard<'a, U> {
        let value = NonNull::from(part(&mut guard));
        MappedMutexGuard { value, held: guard.held, _value: PhantomData }
    }

    /// A guard of a part of the part, if there is one.
    ///
    /// # Errors
    ///
    /// With the guard, if there is none.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::{MappedMutexGuard, Mutex, MutexGuard};
    ///
    /// let nested = Mutex::new((vec![1], 3));
    /// let inner = MutexGuard::map(nested.blocking_lock(), |whole| &mut whole.0);
    /// assert!(MappedMutexGuard::try_map(inner, |list| list.get_mut(1)).is_err());
    /// ```
    pub fn try_map<U: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut T) -> Option<&mut U>,
    ) -> Result<MappedMutexGuard<'a, U>, Self> {
        match part(&mut guard).map(NonNull::from) {
            Some(value) => Ok(MappedMutexGuard { value, held: guard.held, _value: PhantomData }),
            None => Err(guard),
        }
    }
}

impl<T: ?Sized, U: ?Sized> OwnedMappedMutexGuard<T, U> {
    /// # Safety
    ///
    /// As [`MappedMutexGuard::new`].
    pub(super) unsafe fn new(mutex: Arc<Mutex<T>>, value: NonNull<U>) -> Self {
        // SAFETY: by the caller.
        Self { value, held: unsafe { Held::new(mutex) }, _value: PhantomData }
    }

    /// A guard of a part of the part.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use taut::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};
    ///
    /// let nested = Arc::new(Mutex::new(((1, 2), 3)));
    /// let inner = OwnedMutexGuard::map(nested.blocking_lock_owned(), |whole| &mut whole.0);
    /// assert_eq!(*OwnedMappedMutexGuard::map(inner, |pair| &mut pair.1), 2);
    /// ```
    pub fn map<V: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut U) -> &mut V,
    ) -> OwnedMappedMutexGuard<T, V> {
        let value = NonNull::from(part(&mut guard));
        OwnedMappedMutexGuard { value, held: guard.held, _value: PhantomData }
    }

    /// A guard of a part of the part, if there is one.
    ///
    /// # Errors
    ///
    /// With the guard, if there is none.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use taut::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};
    ///
    /// let nested = Arc::new(Mutex::new((vec![1], 3)));
    /// let inner = OwnedMutexGuard::map(nested.blocking_lock_owned(), |whole| &mut whole.0);
    /// assert!(OwnedMappedMutexGuard::try_map(inner, |list| list.get_mut(1)).is_err());
    /// ```
    pub fn try_map<V: ?Sized>(
        mut guard: Self,
        part: impl FnOnce(&mut U) -> Option<&mut V>,
    ) -> Result<OwnedMappedMutexGuard<T, V>, Self> {
        match part(&mut guard).map(NonNull::from) {
            Some(value) => {
                Ok(OwnedMappedMutexGuard { value, held: guard.held, _value: PhantomData })
            }
            None => Err(guard),
        }
    }
}

guard!(write [T: ?Sized] MappedMutexGuard<'_, T> => T, |guard| guard.value.as_ptr());
guard!(write [T: ?Sized, U: ?Sized] OwnedMappedMutexGuard<T, U> => U, |guard| guard.value.as_ptr());

/// What is written through a guard stays of the type that it was made for.
///
/// ```compile_fail
/// use taut::sync::OwnedMappedMutexGuard;
///
/// fn shorten<'a>(
///     guard: OwnedMappedMutexGuard<(&'static str, u8), &'static str>,
/// ) -> OwnedMappedMutexGuard<(&'static str, u8), &'a str> {
///     guard
/// }
/// ```
#[cfg(doctest)]
mod guards_are_invariant {}

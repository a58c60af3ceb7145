//! The guards that a condition variable unlocks and locks again.

#![allow(single_use_lifetimes, reason = "the macro serves forms with and without one")]

use std::future::Future;
use std::ops::DerefMut;

// TIDY-ALLOW: an owned guard is held through the `Arc` of its user.
use std::sync::Arc;

use crate::future::{Lock, LockOwned};
#[cfg(feature = "rw-lock")]
use crate::future::{Read, ReadOwned, Write, WriteOwned};
use crate::{MutexGuard, OwnedMutexGuard};
#[cfg(feature = "rw-lock")]
use crate::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLockReadGuard, RwLockWriteGuard};

/// Nobody else can name it.
mod sealed {
    #[allow(unnameable_types, reason = "that is what seals")]
    pub trait Sealed {}
}

/// A guard with which one can wait for a [`Cond`](crate::Cond).
///
/// Implemented by the guards of [`Mutex`](crate::Mutex) and of `RwLock`, owned ones
/// included. Nobody else can implement it.
///
/// # Examples
///
/// ```
/// use taut::sync::{Cond, Mutex, Relock};
///
/// async fn next_change<G: Relock>(changed: &Cond, guard: G) -> G {
///     changed.wait(guard).await
/// }
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let (level, changed) = (Mutex::new(1), Cond::new());
///     let waits = async { *next_change(&changed, level.lock().await).await };
///     let changes = async {
///         *level.lock().await = 2;
///         changed.notify_one()
///     };
///     assert_eq!(tokio::join!(biased; waits, changes), (2, true));
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "a `Cond` cannot wait with a `{Self}`",
    label = "not a guard of a `Mutex` or an `RwLock`",
    note = "it takes the guard by value, and gives it back; guards of a part cannot be locked again"
)]
pub trait Relock: sealed::Sealed + Sized {
    /// The future that locks again.
    #[doc(hidden)]
    type Relocking: Future<Output = Self>;

    /// Unlocks. The future has not begun.
    #[doc(hidden)]
    fn unlock(self) -> Self::Relocking;
}

/// A guard that nobody else has at the same time: of a [`Mutex`](crate::Mutex), or to write.
///
/// With these [`Cond::wait_while`](crate::Cond::wait_while) can look at what is guarded, and change it.
///
/// # Examples
///
/// ```
/// use taut::sync::{Exclusive, Mutex, RwLock};
///
/// fn increment<G: Exclusive<Target = u8>>(mut guard: G) -> u8 {
///     *guard += 1;
///     *guard
/// }
///
/// assert_eq!(increment(Mutex::new(7).blocking_lock()), 8);
/// assert_eq!(increment(RwLock::new(7).blocking_write()), 8);
/// ```
#[diagnostic::on_unimplemented(
    message = "`wait_while` needs a guard that nobody shares, and `{Self}` is none",
    label = "not a guard of a `Mutex`, nor one to write",
    note = "with a guard to read, call `wait` in a loop"
)]
pub trait Exclusive: Relock + DerefMut {}

macro_rules! relock {
    ($(
        $guard:ident <$($lifetime:lifetime,)? T> by $locking:ident: |$held:ident| $lock:expr, $method:ident;
    )*) => {$(
        impl<$($lifetime,)? T: ?Sized> sealed::Sealed for $guard<$($lifetime,)? T> {}

        impl<$($lifetime,)? T: ?Sized> Relock for $guard<$($lifetime,)? T> {
            type Relocking = $locking<$($lifetime,)? T>;

            fn unlock(self) -> Self::Relocking {
                let $held = &self;
                let lock = $lock;
                drop(self);
                lock.$method()
            }
        }
    )*};
}

relock! {
    MutexGuard<'a, T> by Lock: |held| Self::mutex(held), lock;
    OwnedMutexGuard<T> by LockOwned: |held| Arc::clone(Self::mutex(held)), lock_owned;
}

#[cfg(feature = "rw-lock")]
relock! {
    RwLockReadGuard<'a, T> by Read: |held| Self::rwlock(held), read;
    RwLockWriteGuard<'a, T> by Write: |held| Self::rwlock(held), write;
    OwnedRwLockReadGuard<T> by ReadOwned: |held| Arc::clone(Self::rwlock(held)), read_owned;
    OwnedRwLockWriteGuard<T> by WriteOwned: |held| Arc::clone(Self::rwlock(held)), write_owned;
}

impl<T: ?Sized> Exclusive for MutexGuard<'_, T> {}
impl<T: ?Sized> Exclusive for OwnedMutexGuard<T> {}
#[cfg(feature = "rw-lock")]
impl<T: ?Sized> Exclusive for RwLockWriteGuard<'_, T> {}
#[cfg(feature = "rw-lock")]
impl<T: ?Sized> Exclusive for OwnedRwLockWriteGuard<T> {}

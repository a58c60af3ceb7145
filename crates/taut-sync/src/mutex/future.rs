//! Waiting for a [`Mutex`], named after its methods.

#![allow(single_use_lifetimes, reason = "the macro serves forms with and without one")]

// TIDY-ALLOW: an owned guard is held through the `Arc` of its user.
use std::sync::Arc;

use taut_core::Waiting;

use super::op::LockOp;
use super::{Mutex, MutexGuard, OwnedMutexGuard};

taut_core::futures! {
    /// Takes the lock: [`Mutex::lock`].
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::{Mutex, future};
    ///
    /// fn lock(total: &Mutex<u32>) -> future::Lock<'_, u32> {
    ///     total.lock()
    /// }
    /// ```
    Lock<'a, T: ?Sized>: Waiting<LockOp<&'a Mutex<T>>> => MutexGuard<'a, T>,
        |_, held| MutexGuard::new(held);

    /// Takes the lock, for a guard that holds the mutex: [`Mutex::lock_owned`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use taut::sync::{Mutex, future};
    ///
    /// fn lock(total: &Arc<Mutex<u32>>) -> future::LockOwned<u32> {
    ///     total.lock_owned()
    /// }
    /// ```
    LockOwned<T: ?Sized>: Waiting<LockOp<Arc<Mutex<T>>>> => OwnedMutexGuard<T>,
        |_, held| OwnedMutexGuard::new(held);
}

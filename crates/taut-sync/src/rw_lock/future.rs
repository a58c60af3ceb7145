//! Waiting for an [`RwLock`], named after its methods.

#![allow(single_use_lifetimes, reason = "the macro serves forms with and without one")]

// TIDY-ALLOW: an owned guard is held through the `Arc` of its user.
use std::sync::Arc;

use taut_core::Waiting;

use super::op::{LockOp, Reading, Writing};
use super::{
    OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, RwLockReadGuard, RwLockWriteGuard,
};

taut_core::futures! {
    /// Takes the lock to read: [`RwLock::read`].
    Read<'a, T: ?Sized>: Waiting<LockOp<&'a RwLock<T>, Reading>> => RwLockReadGuard<'a, T>,
        // SAFETY: it was just taken.
        |waiting, ()| unsafe { RwLockReadGuard::new(waiting.operation().lock()) };

    /// Takes the lock to write: [`RwLock::write`].
    Write<'a, T: ?Sized>: Waiting<LockOp<&'a RwLock<T>, Writing>> => RwLockWriteGuard<'a, T>,
        // SAFETY: it was just taken.
        |waiting, ()| unsafe { RwLockWriteGuard::new(waiting.operation().lock()) };

    /// Takes the lock to read, for a guard that holds it: [`RwLock::read_owned`].
    ReadOwned<T: ?Sized>: Waiting<LockOp<Arc<RwLock<T>>, Reading>> => OwnedRwLockReadGuard<T>,
        // SAFETY: it was just taken.
        |waiting, ()| unsafe { OwnedRwLockReadGuard::new(Arc::clone(waiting.operation().lock())) };

    /// Takes the lock to write, for a guard that holds it: [`RwLock::write_owned`].
    WriteOwned<T: ?Sized>: Waiting<LockOp<Arc<RwLock<T>>, Writing>> => OwnedRwLockWriteGuard<T>,
        // SAFETY: it was just taken.
        |waiting, ()| unsafe { OwnedRwLockWriteGuard::new(Arc::clone(waiting.operation().lock())) };
}

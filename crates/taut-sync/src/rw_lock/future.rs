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
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::{RwLock, future};
    ///
    /// fn read(level: &RwLock<u8>) -> future::Read<'_, u8> {
    ///     level.read()
    /// }
    /// ```
    Read<'a, T: ?Sized>: Waiting<LockOp<&'a RwLock<T>, Reading>> => RwLockReadGuard<'a, T>,
        |_, held| RwLockReadGuard::new(held);

    /// Takes the lock to write: [`RwLock::write`].
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::{RwLock, future};
    ///
    /// fn write(level: &RwLock<u8>) -> future::Write<'_, u8> {
    ///     level.write()
    /// }
    /// ```
    Write<'a, T: ?Sized>: Waiting<LockOp<&'a RwLock<T>, Writing>> => RwLockWriteGuard<'a, T>,
        |_, held| RwLockWriteGuard::new(held);

    /// Takes the lock to read, for a guard that holds it: [`RwLock::read_owned`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use taut::sync::{RwLock, future};
    ///
    /// fn read(level: &Arc<RwLock<u8>>) -> future::ReadOwned<u8> {
    ///     level.read_owned()
    /// }
    /// ```
    ReadOwned<T: ?Sized>: Waiting<LockOp<Arc<RwLock<T>>, Reading>> => OwnedRwLockReadGuard<T>,
        |_, held| OwnedRwLockReadGuard::new(held);

    /// Takes the lock to write, for a guard that holds it: [`RwLock::write_owned`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use taut::sync::{RwLock, future};
    ///
    /// fn write(level: &Arc<RwLock<u8>>) -> future::WriteOwned<u8> {
    ///     level.write_owned()
    /// }
    /// ```
    WriteOwned<T: ?Sized>: Waiting<LockOp<Arc<RwLock<T>>, Writing>> => OwnedRwLockWriteGuard<T>,
        |_, held| OwnedRwLockWriteGuard::new(held);
}

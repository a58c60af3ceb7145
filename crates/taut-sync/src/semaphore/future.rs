//! Waiting for a [`Semaphore`], named after its methods.

#![allow(single_use_lifetimes, reason = "the macro serves forms with and without one")]

// TIDY-ALLOW: an owned permit is held through the `Arc` of its user.
use std::sync::Arc;

use taut_core::Waiting;

use super::op::AcquireOp;
use super::{AcquireError, OwnedPermit, Permit, Semaphore};

taut_core::futures! {
    /// Acquires units: [`Semaphore::acquire`].
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::{Semaphore, future};
    ///
    /// fn enter(slots: &Semaphore) -> future::Acquire<'_> {
    ///     slots.acquire(1)
    /// }
    /// ```
    Acquire<'a>: Waiting<AcquireOp<&'a Semaphore>> => Result<Permit<'a>, AcquireError>,
        |_, raw| raw.map(Permit::new);

    /// Acquires units, for a permit that holds the semaphore: [`Semaphore::acquire_owned`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use taut::sync::{Semaphore, future};
    ///
    /// fn enter(slots: &Arc<Semaphore>) -> future::AcquireOwned {
    ///     slots.acquire_owned(1)
    /// }
    /// ```
    AcquireOwned: Waiting<AcquireOp<Arc<Semaphore>>> => Result<OwnedPermit, AcquireError>,
        |_, raw| raw.map(OwnedPermit::new);
}

//! Waiting for a [`Semaphore`], named after its methods.

#![allow(single_use_lifetimes, reason = "the macro serves forms with and without one")]

// TIDY-ALLOW: an owned permit is held through the `Arc` of its user.
use std::sync::Arc;

use taut_core::Waiting;

use super::op::AcquireOp;
use super::{AcquireError, OwnedPermit, Permit, Semaphore};

taut_core::futures! {
    /// Acquires units: [`Semaphore::acquire`].
    Acquire<'a>: Waiting<AcquireOp<&'a Semaphore>> => Result<Permit<'a>, AcquireError>,
        |_, raw| raw.map(Permit::new);

    /// Acquires units, for a permit that holds the semaphore: [`Semaphore::acquire_owned`].
    AcquireOwned: Waiting<AcquireOp<Arc<Semaphore>>> => Result<OwnedPermit, AcquireError>,
        |_, raw| raw.map(OwnedPermit::new);
}

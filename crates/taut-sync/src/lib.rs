//! Go's `sync` as futures: waiting suspends a task and not a thread, every wait is an arm of a `select!`,
//! and what is dropped gives back what it had.
//!
// Where a feature is off, to the table that names it.
#![cfg_attr(not(feature = "wait-group"), doc = "[`WaitGroup`]: #which-one")]
#![cfg_attr(not(feature = "semaphore"), doc = "[`Semaphore`]: #which-one")]
#![cfg_attr(not(feature = "mutex"), doc = "[`Mutex`]: #which-one")]
#![cfg_attr(not(feature = "rw-lock"), doc = "[`RwLock`]: #which-one")]
#![cfg_attr(not(feature = "cond"), doc = "[`Cond`]: #which-one")]
#![cfg_attr(
    not(feature = "once"),
    doc = "[`OnceCell`]: #which-one\n[`OnceValue`]: #which-one\n[`Once`]: #which-one"
)]
#![cfg_attr(not(feature = "single-flight"), doc = "[`SingleFlight`]: #which-one")]
#![doc = include_str!("page.md")]
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(taut_loom, taut_shuttle))))]

#[cfg(any(feature = "mutex", feature = "rw-lock", feature = "semaphore", feature = "wait-group"))]
mod blocking;
#[cfg(feature = "cond")]
mod cond;
#[cfg(any(feature = "mutex", feature = "rw-lock"))]
mod guard;
#[cfg(any(feature = "mutex", feature = "rw-lock", feature = "semaphore"))]
mod held;
#[cfg(any(feature = "once", feature = "single-flight"))]
mod latch;
#[cfg(feature = "mutex")]
mod mutex;
#[cfg(feature = "once")]
mod once;
#[cfg(any(feature = "single-flight", feature = "wait-group"))]
mod panicked;
#[cfg(any(feature = "cond", feature = "once", feature = "single-flight", feature = "wait-group"))]
mod polled;
#[cfg(feature = "rw-lock")]
mod rw_lock;
#[cfg(feature = "semaphore")]
mod semaphore;
#[cfg(feature = "single-flight")]
mod single_flight;
#[cfg(feature = "wait-group")]
mod wait_group;

pub mod future;

#[cfg(feature = "cond")]
#[cfg_attr(docsrs, doc(cfg(feature = "cond")))]
pub use self::cond::{Cond, Exclusive, Relock};
#[cfg(feature = "mutex")]
#[cfg_attr(docsrs, doc(cfg(feature = "mutex")))]
pub use self::mutex::{
    MappedMutexGuard, Mutex, MutexGuard, OwnedMappedMutexGuard, OwnedMutexGuard,
};
#[cfg(feature = "once")]
#[cfg_attr(docsrs, doc(cfg(feature = "once")))]
pub use self::once::{Once, OnceCell, OnceValue, SetError};
#[cfg(any(feature = "single-flight", feature = "wait-group"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "single-flight", feature = "wait-group"))))]
pub use self::panicked::Panicked;
#[cfg(feature = "rw-lock")]
#[cfg_attr(docsrs, doc(cfg(feature = "rw-lock")))]
pub use self::rw_lock::{
    OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, RwLockReadGuard, RwLockWriteGuard,
};
#[cfg(feature = "semaphore")]
#[cfg_attr(docsrs, doc(cfg(feature = "semaphore")))]
pub use self::semaphore::{AcquireError, OwnedPermit, Permit, Semaphore, TryAcquireError};
#[cfg(feature = "single-flight")]
#[cfg_attr(docsrs, doc(cfg(feature = "single-flight")))]
pub use self::single_flight::{FlightError, Landed, SingleFlight};
#[cfg(feature = "wait-group")]
#[cfg_attr(docsrs, doc(cfg(feature = "wait-group")))]
pub use self::wait_group::{Token, WaitGroup};

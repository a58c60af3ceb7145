//! Go's `sync` as futures: waiting suspends a task and not a thread, every wait is an arm of a `select!`,
//! and what is dropped gives back what it had.
//!
#![cfg_attr(all(not(doctest), feature = "full"), doc = include_str!("pages/sync.md"))]

// By feature, so that rustdoc says of each item which one it wants. A test compares the names with those of
// `taut-sync`.

#[cfg(any(feature = "single-flight", feature = "wait-group"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "single-flight", feature = "wait-group"))))]
#[doc(inline)]
pub use taut_sync::Panicked;
#[cfg(feature = "semaphore")]
#[cfg_attr(docsrs, doc(cfg(feature = "semaphore")))]
#[doc(inline)]
pub use taut_sync::{AcquireError, OwnedPermit, Permit, Semaphore, TryAcquireError};
#[cfg(feature = "cond")]
#[cfg_attr(docsrs, doc(cfg(feature = "cond")))]
#[doc(inline)]
pub use taut_sync::{Cond, Exclusive, Relock};
#[cfg(feature = "single-flight")]
#[cfg_attr(docsrs, doc(cfg(feature = "single-flight")))]
#[doc(inline)]
pub use taut_sync::{FlightError, Landed, SingleFlight};
#[cfg(feature = "mutex")]
#[cfg_attr(docsrs, doc(cfg(feature = "mutex")))]
#[doc(inline)]
pub use taut_sync::{MappedMutexGuard, Mutex, MutexGuard, OwnedMappedMutexGuard, OwnedMutexGuard};
#[cfg(feature = "once")]
#[cfg_attr(docsrs, doc(cfg(feature = "once")))]
#[doc(inline)]
pub use taut_sync::{Once, OnceCell, OnceValue, SetError};
#[cfg(feature = "rw-lock")]
#[cfg_attr(docsrs, doc(cfg(feature = "rw-lock")))]
#[doc(inline)]
pub use taut_sync::{
    OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, RwLockReadGuard, RwLockWriteGuard,
};
#[cfg(feature = "wait-group")]
#[cfg_attr(docsrs, doc(cfg(feature = "wait-group")))]
#[doc(inline)]
pub use taut_sync::{Token, WaitGroup};

#[doc(inline)]
pub use taut_sync::future;

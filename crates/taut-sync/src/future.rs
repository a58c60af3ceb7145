//! The futures of this crate's methods, named after them.
//!
//! Each waits inside itself and must stay where it is once it was polled (they are not `Unpin`). Each is a
//! [`Case`](taut_core::Case) too: an arm of a select. Those that run work of the user's (`Track` and
//! those without a name) or take two steps (`CondWait`) are polled by the select when its task wakes, as
//! futures that are not ours are; of all others a select commits exactly one. To poll one after completion is
//! to panic.
//!
//! What `get_or_init`, `get_or_try_init`, `Once::call`, `OnceValue::get` and `SingleFlight::run` give has no
//! name here: it is `impl Future + Case`, which an initialiser or work that borrows needs to be an arm of a
//! select in a spawned task.
//!
//! The names are for where a type must be written: in a struct, or as what a function gives.
//!
//! # Examples
//!
//! ```
//! use taut::sync::{AcquireError, Semaphore, future};
//!
//! struct Gate {
//!     slots: Semaphore,
//! }
//!
//! impl Gate {
//!     fn enter(&self) -> future::Acquire<'_> {
//!         self.slots.acquire(1)
//!     }
//! }
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), AcquireError> {
//!     let gate = Gate { slots: Semaphore::new(1) };
//!     assert_eq!(gate.enter().await?.units(), 1);
//!     Ok(())
//! }
//! ```

#[cfg(feature = "cond")]
pub use crate::cond::future::{CondWait, WaitWhile};
#[cfg(feature = "mutex")]
pub use crate::mutex::future::{Lock, LockOwned};
#[cfg(feature = "once")]
pub use crate::once::future::{Completed, Initialized};
#[cfg(feature = "rw-lock")]
pub use crate::rw_lock::future::{Read, ReadOwned, Write, WriteOwned};
#[cfg(feature = "semaphore")]
pub use crate::semaphore::future::{Acquire, AcquireOwned};
#[cfg(feature = "wait-group")]
pub use crate::wait_group::future::{Track, Wait, WaitCatchUnwind, WaitOwned};

//! Plumbing of [`taut`](https://docs.rs/taut): what its primitives share. Not an API for users; it
//! changes with any release.
//!
//! A primitive of `taut` is some state under a [`Lock`](sync::Lock) and one or two [`WaitList`]s. What
//! waits is a [`Waiter`] inside the waiting future, so that waiting allocates nothing. From the bottom
//! up:
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`sync`] | the door: atomics, cells and the lock, of std or of loom |
//! | [`coop`] | the other door: Tokio's cooperative budget |
//! | `time` | the third: Tokio's clock and timers, with the feature of that name |
//! | [`slot`](mod@slot) | where a value stands while it travels |
//! | [`waiter`], [`list`] | one who waits, and the first-come-first-served list of them |
//! | [`claim`] | how exactly one arm of a select is decided |
//! | [`wake`](mod@wake) | wakers to wake after unlocking |
//! | [`operation`] | what a primitive says of an operation: how to try it, queue it, undo it |
//! | [`waiting`] | that operation as a future: the life that all of them share |
//! | [`monitor`] | a state under a lock, and waiting for it to be so |
//! | [`panics`] | doing several things of which each may panic |
//! | [`reentry`] | what a thread is polling, so that work which asks for itself is noticed |
//! | [`case`](mod@case) | the same operation as an arm of a select |
//! | [`futures!`](crate::futures!) | the future of a public method, named after it |
//! | [`select`] | the engine that drives those arms |
//!
//! Two rules hold everywhere. *Decide under the lock, act after it*: wakers, destructors and closures
//! run when no lock is held. *A waiter that is polled again looks at the primitive*, not only at its
//! own node.
//!
//! The ledger `docs/unsafe-ledger.md` says what the unsafe code of each file relies on.
//!
//! # Examples
//!
//! ```
//! use taut_core::wake::WakeBatch;
//!
//! // A primitive fills a batch under its lock and empties it after unlocking.
//! let mut batch = WakeBatch::new();
//! batch.push(std::task::Waker::noop().clone());
//! batch.wake_all();
//! ```

#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(taut_loom, taut_shuttle))))]

pub mod case;
pub mod claim;
pub mod coop;
#[doc(hidden)]
pub mod futures;
pub mod list;
pub mod monitor;
pub mod operation;
pub mod panics;
pub mod reentry;
pub mod select;
pub mod slot;
pub mod sync;
#[cfg(feature = "time")]
#[cfg_attr(docsrs, doc(cfg(feature = "time")))]
pub mod time;
pub mod waiter;
pub mod waiting;
pub mod wake;

pub use case::{Case, Peek};
pub use claim::{Claim, Seeker};
pub use list::{Candidate, Claimed, WaitList, Wanted};
pub use monitor::{Condition, Crowd, Glance, Mark, Monitor, MonitorGuard, Note, Until};
pub use operation::{Attempt, Enrolled, Operation, Visit};
pub use slot::{Filled, Slot, Vacant};
pub use waiter::{Header, Offer, Stage, Verdict, Waiter};
pub use waiting::Waiting;
pub use wake::{WakeBatch, in_batches, wake};

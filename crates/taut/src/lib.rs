//! Go's concurrency as futures, on Tokio. No lost values, no loose ends.
//!
//! Each primitive is behind a feature of its own; `full` has all of them.
//!
//! | module | feature | what is in it |
//! | --- | --- | --- |
//! | `chan` | `chan` | channels: rendezvous, bounded, unbounded; permits, streams, sinks |
//! | `context` | `context` | `Context`: cancellation trees with causes, deadlines and values |
//! | `context` | `signal` | the same, ended by Ctrl-C and the like |
//! | `time` | `time` | `after`, `at`, `Timer`, `Ticker` |
//! | `select` | `select` | `select!`, whose arms may send; `Select` for any number of arms; `first` |
//! | `sync` | `wait-group` | `WaitGroup`: waiting for work that is counted by tokens |
//! | `sync` | `semaphore` | `Semaphore`: weighted, first come, first served, resizable |
//! | `sync` | `mutex` | `Mutex` |
//! | `sync` | `rw-lock` | `RwLock`: many readers or one writer |
//! | `sync` | `cond` | `Cond`: waiting for a change of what a lock guards |
//! | `sync` | `once` | `OnceCell`, `Once`, `OnceValue` |
//! | `sync` | `single-flight` | `SingleFlight`: one execution per key |
//! | `group` | `group` | `Group`, an errgroup with results; `scope`, for tasks that borrow; `spawn` |
//! | `group` | `tracing` | spans for tasks, named after where they were spawned |
//!
//! # Examples
//!
//! ```
//! # #[cfg(feature = "chan")]
//! #[tokio::main]
//! async fn main() {
//!     let (tx, rx) = taut::chan::rendezvous();
//!     tokio::spawn(async move { tx.send("hello from a task").await });
//!     assert_eq!(rx.recv().await, Ok("hello from a task"));
//! }
//! # #[cfg(not(feature = "chan"))]
//! # fn main() {}
//! ```

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "chan")]
#[cfg_attr(docsrs, doc(cfg(feature = "chan")))]
#[doc(inline)]
pub use taut_chan as chan;

#[cfg(feature = "context")]
#[cfg_attr(docsrs, doc(cfg(feature = "context")))]
#[doc(inline)]
pub use taut_context as context;

#[cfg(feature = "time")]
#[cfg_attr(docsrs, doc(cfg(feature = "time")))]
#[doc(inline)]
pub use taut_time as time;

#[cfg(feature = "select")]
#[cfg_attr(docsrs, doc(cfg(feature = "select")))]
#[doc(inline)]
pub use taut_select as select;
#[cfg(feature = "select")]
#[cfg_attr(docsrs, doc(cfg(feature = "select")))]
#[doc(inline)]
pub use taut_select::select;

// A module and not another name for the crate: so rustc, when it misses the trait, names a path that exists.
#[cfg(feature = "group")]
#[cfg_attr(docsrs, doc(cfg(feature = "group")))]
/// Tasks that belong together: [`Group`](taut_group::Group), [`Scope`](taut_group::Scope), and
/// [`WaitGroupExt`](taut_group::WaitGroupExt).
pub mod group {
    #[doc(inline)]
    pub use taut_group::*;
}
#[cfg(feature = "group")]
#[cfg_attr(docsrs, doc(cfg(feature = "group")))]
#[doc(inline)]
pub use taut_group::{scope, spawn, spawn_blocking};

#[cfg(any(
    feature = "mutex",
    feature = "once",
    feature = "rw-lock",
    feature = "semaphore",
    feature = "single-flight",
    feature = "wait-group"
))]
#[doc(inline)]
pub use taut_sync as sync;

/// The README's program, compiled and run with the doc tests.
#[cfg(all(doctest, feature = "chan"))]
#[doc = include_str!("../../../README.md")]
mod readme {}

/// The programs of `docs/select.md`, compiled and run with the doc tests.
#[cfg(all(doctest, feature = "chan", feature = "select"))]
#[doc = include_str!("../../../docs/select.md")]
mod select_page {}

/// The programs of `docs/context.md`, compiled and run with the doc tests.
#[cfg(all(doctest, feature = "full"))]
#[doc = include_str!("../../../docs/context.md")]
mod context_page {}

/// The programs of `docs/sync.md`, compiled and run with the doc tests.
#[cfg(all(doctest, feature = "full"))]
#[doc = include_str!("../../../docs/sync.md")]
mod sync_page {}

/// The programs of `docs/group.md`, compiled and run with the doc tests.
#[cfg(all(doctest, feature = "full"))]
#[doc = include_str!("../../../docs/group.md")]
mod group_page {}

//! Tasks that belong together, on Tokio: [`Group`], [`scope`](crate::scope()), [`spawn`](crate::spawn()).
//!
//! Use it as `taut::group`, `taut::scope` and `taut::spawn`, by the feature `group` of the crate `taut`.
//!
//! | to | take |
//! | --- | --- |
//! | start one task: Go's `go f()` | [`spawn`](crate::spawn()), [`spawn_blocking`] |
//! | run tasks that may fail, with a limit, and have their results | [`Group`] |
//! | run many small tasks that talk to each other, or that borrow | [`scope`](crate::scope()) |
//! | wait for tasks that have no results | [`WaitGroupExt`] |
//! | do the same for many items, some at a time | [`parallel_map`] |
//! | have the first answer of several | [`first_ok`], [`hedge`] |
//!
//! None of them leaves a task behind, but for `spawn` and a [`WaitGroup`](taut_sync::WaitGroup), whose
//! tasks are their own: dropping a group, a scope, or the future of one of the functions ends its tasks.
//!
//! ```
//! use taut::group::Group;
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), std::num::ParseIntError> {
//!     let mut group = Group::new().limit(2);
//!     for text in ["80", "443", "8080"] {
//!         group.spawn(async move { text.parse::<u16>() }).await;
//!     }
//!     assert_eq!(group.wait().await?, [80, 443, 8080]);
//!     Ok(())
//! }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod depth;
mod group;
mod map;
mod race;
mod scope;
mod spawn;
mod wait_group;

pub use self::group::{
    Completed, Failure, Group, Home, Hosts, OnError, OnPanic, SpawnError, Spawner, TaskError, Tokio,
};
pub use self::map::parallel_map;
pub use self::race::{first_ok, hedge};
pub use self::scope::{AbortOnDrop, Scope, Scoped, Spawned, scope};
pub use self::spawn::{spawn, spawn_blocking};
pub use self::wait_group::WaitGroupExt;

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
//! # Examples
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
//!
//! Tasks that borrow, and talk to each other:
//!
//! ```
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() {
//!     let parts = [vec![1, 2, 3], vec![4, 5], vec![6]];
//!     let (tx, rx) = taut::chan::rendezvous();
//!
//!     let total = taut::scope(async |s| {
//!         for part in &parts {
//!             s.spawn(async { tx.send(part.iter().sum::<u32>()).await });
//!         }
//!         let mut total = 0;
//!         for _ in &parts {
//!             total += rx.recv().await.expect("a sender is left");
//!         }
//!         total
//!     });
//!     assert_eq!(total.await, 21);
//! }
//! ```
//!
//! # From Go
//!
//! | Go | ours | what differs and why |
//! | --- | --- | --- |
//! | `go f()` | [`spawn(f())`](crate::spawn()) | has a handle, which gives the result |
//! | a call that blocks | [`spawn_blocking`] | a task runs until it awaits |
//! | `errgroup.WithContext(ctx)`, `g.Go`, `g.Wait` | [`Group`] | values in order; a panic is raised by who waits |
//! | goroutines, a `WaitGroup`, and what they share | [`scope`](crate::scope()) | they may borrow, and are waited for |
//! | `wg.Go(f)` | [`wg.spawn(f)`](WaitGroupExt::spawn) | a panic is raised by who waits |
//! | `g.SetLimit(n)` and a loop over items | [`parallel_map`] | |
//! | the first receive from a channel with room for all | [`first_ok`], [`hedge`] | the losers are dropped |
//!
//! # Fairness
//!
//! Tasks of the runtime run when Tokio has them run, those of a [`scope`](crate::scope()) in the order in which they
//! are woken. Places in a [`Group`] with a limit are given first come, first served.
//!
//! # Cancel safety
//!
//! | grade | what |
//! | --- | --- |
//! | safe | [`Group::wait`], [`Group::wait_all`], [`Group::next`], [`Group::shutdown`]; a [`Spawned`] by reference |
//! | drops the future that was to start | [`Group::spawn`], [`Spawner::spawn`] |
//! | drops all that runs | [`scope`](crate::scope()), [`parallel_map`], [`first_ok`], [`hedge`] |
//!
//! # Synchronization
//!
//! What comes before a task is started happens before the task, and what the task does before whatever gives its
//! result or says that it has ended.
//!
//! # Errors
//!
//! A [`Group`] gives the first error of a task, or all of them as [`TaskError`]; a future that cannot be started comes
//! back in a [`SpawnError`]. [`Failure`] is an error of any type that can be cloned.
//!
//! # Panics
//!
//! A panic of a task is raised by who waits for it. Starting a task of the runtime outside of a runtime panics.
//!
//! # Cost
//!
//! Two allocations for a task of a [`Group`], one for a task of a [`scope`](crate::scope()). `benches/` compares them
//! with Tokio's and with Go.
//!
//! # When to use something else
//!
//! A few futures that are known where they are written: `tokio::join!`, `tokio::try_join!`. What computes and awaits
//! nothing: a thread pool such as rayon's.

#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(taut_loom, taut_shuttle))))]

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

//! Tasks in groups, on Tokio.
//!
//! Use it as `taut::group`, by the feature `group` of the crate `taut`.
//!
//! [`WaitGroupExt`] spawns tasks that a [`WaitGroup`](taut_sync::WaitGroup) waits for. The group itself
//! needs no runtime and stands in `taut::sync`.
//!
//! ```
//! use taut::chan;
//! use taut::group::WaitGroupExt;
//! use taut::sync::WaitGroup;
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() {
//!     let (tx, results) = chan::unbounded();
//!     let workers = WaitGroup::new();
//!     for part in [1..4, 4..7, 7..10] {
//!         let tx = tx.clone();
//!         workers.spawn(async move { tx.send(part.sum::<u32>()).await });
//!     }
//!     workers.wait().await; // raises the panic of a worker, if there was one
//!     drop(tx);
//!
//!     let mut total = 0;
//!     while let Ok(sum) = results.recv().await {
//!         total += sum;
//!     }
//!     assert_eq!(total, 45);
//! }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod spawn;

pub use self::spawn::WaitGroupExt;

//! Go's `context` as futures: whether work is still wanted, until when, and what goes with it.
//!
//! A service hands a [`Context`] down, by reference and as the first argument, to all that works for a
//! request. Whoever holds the [`Cancel`] ends it, or its deadline does, and all that derives from it
//! ends with it:
//!
//! ```text
//!   background
//!     └─ with_shutdown_signals          the process
//!          └─ with_timeout(30 s)        a request          .with_value(RequestId(7))
//!               ├─ with_timeout(2 s)    its query          ends earlier, and alone
//!               └─ with_cancel          its two fetches    the first error ends the other
//! ```
//!
//! # Examples
//!
//! ```
//! use std::time::Duration;
//! use taut::context::{Context, ContextError};
//!
//! struct RequestId(u64);
//!
//! async fn handle(ctx: &Context) -> Result<String, ContextError> {
//!     let (query, _cancel) = ctx.with_timeout(Duration::from_secs(2));
//!     let id = ctx.value::<RequestId>().map_or(0, |id| id.0);
//!     query.run(async { format!("answer to {id}") }).await
//! }
//!
//! #[tokio::main(flavor = "current_thread", start_paused = true)]
//! async fn main() {
//!     let (ctx, _cancel) = Context::background().with_timeout(Duration::from_secs(30));
//!     assert_eq!(handle(&ctx.with_value(RequestId(7))).await.as_deref(), Ok("answer to 7"));
//! }
//! ```
//!
//! # How to stop
//!
//! Dropping a future stops it, so most code needs no more than [`Context::run`] around what it awaits:
//! it drops the future when the context ends. A loop of its own waits for [`Context::done`] in a select,
//! or asks [`Context::check`] now and then if it never waits. What is not a future is stopped by
//! [`Context::after_func`], and code that knows tokens only gets a [`Context::token`].
//!
//! ```
//! use taut::context::Context;
//! use taut::{chan, select};
//!
//! async fn add_up(ctx: Context, numbers: chan::Receiver<u32>) -> u32 {
//!     let mut sum = 0;
//!     loop {
//!         select! {
//!             received = numbers.recv() => match received {
//!                 Ok(number) => sum += number,
//!                 Err(_) => return sum,
//!             },
//!             _ = ctx.done() => return sum,
//!         }
//!     }
//! }
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let (ctx, cancel) = Context::background().with_cancel();
//!     let (tx, rx) = chan::rendezvous();
//!     let worker = tokio::spawn(add_up(ctx, rx));
//!     tx.send(7).await?;
//!     cancel.cancel();
//!     assert_eq!(worker.await?, 7); // though the channel is open
//!     Ok(())
//! }
//! ```
//!
//! # What it promises
//!
//! - *At once.* When [`Cancel::cancel`] returns, whoever ended the context, all that derives from it says
//!   so, in whatever thread. Those who wait are woken after that, so none of them meets a context that
//!   does not know yet.
//! - *Once.* How and why a context ended is decided once and never changes: [`Context::err`],
//!   [`Context::cause`]. A context that ended with another has its cause.
//! - *Deadlines are exact.* A deadline that has passed counts for whoever looks, even if no timer has
//!   noticed; callbacks and tokens hear of it from the timer, or from whoever looks first. Of two equal
//!   ones that further up holds.
//! - *Nothing is left behind.* No task, no thread. A timer for each deadline that somebody waits for, and
//!   none for the others; it goes with the last handle. Parents do not keep children: a context that is
//!   dropped leaves the tree in constant time, and when the last handle goes, so does the tree.
//! - *No foreign code under a lock.* Wakers, callbacks and destructors may use any context.
//! - *Any size.* Ending a context takes no stack, however deep or wide the tree, and no memory but for a
//!   list of the merged contexts that are met.
//!
//! # From Go
//!
//! [At the type](Context#from-go) is the table of every call. In short:
//!
//! | Go | ours | what differs and why |
//! | --- | --- | --- |
//! | `ctx, cancel := context.WithTimeout(ctx, d)` | [`ctx.with_timeout(d)`](Context::with_timeout) | |
//! | `defer cancel()` | dropping [`Cancel`] | cannot be forgotten |
//! | `<-ctx.Done()`, `ctx.Err()`, `context.Cause(ctx)` | [`done`](Context::done), [`err`](Context::err), [`cause`](Context::cause) | |
//! | `ctx.Value(key)`, linear in the depth | [`value`](Context::value), by type, in one look | |
//! | parent and child with the same deadline: either | the parent's holds | a cause does not depend on a race |
//! | a deadline that fires late | counts from the instant it was due | |
//! | `AfterFunc`: in a goroutine of its own | [`after_func`](Context::after_func): on the thread that ends it | no task; let it spawn one |
//! | two contexts in one: by hand | [`Context::merge`] | |
//! | `signal.NotifyContext` swallows further signals | `with_shutdown_signals` (feature `signal`) | the second one ends the process |
//!
//! # From `CancellationToken`
//!
//! A context has a cause, a deadline, values, and says that it has ended without a lock. Marking the tree
//! comes before waking. [`Context::from`] a token and [`Context::token`] lead from one to the other.
//!
//! | `tokio-util` | ours |
//! | --- | --- |
//! | `child_token()`, `cancel()` | [`Context::with_cancel`], [`Cancel::cancel`] |
//! | `drop_guard()` | [`Cancel`] itself; [`Cancel::detach`] |
//! | `cancelled().await`, `is_cancelled()` | [`Context::done`], [`Context::is_done`] |
//! | `cancelled_owned()` | `async move { ctx.done().await }` |
//! | `run_until_cancelled(f)` | [`Context::run`], which says how it ended; [`Context::try_run`], if `f` may fail |
//!
//! # Fairness
//!
//! All who wait for an end are told of it, in no particular order.
//!
//! # Cancel safety
//!
//! Safe: [`done`](Context::done) and [`sleep`](Context::sleep) take nothing. [`run`](Context::run) and
//! [`try_run`](Context::try_run) drop the future that they hold.
//!
//! # Synchronization
//!
//! What happened before the end of a context is seen by whoever sees the end.
//!
//! # Errors
//!
//! [`ContextError`] says how a context ended, [`Context::cause`] why.
//!
//! # Panics
//!
//! What must wait for a deadline does where there is no Tokio runtime with time enabled. See [runtimes](#runtimes).
//!
//! # Cost
//!
//! [`is_done`](Context::is_done) and [`err`](Context::err) are a load; with a deadline, a look at the
//! clock. Deriving is one allocation and the lock of the parent for a moment; a value, a cause and a merge
//! take a few allocations more. Waiting allocates nothing.
//! A value is found by one look into a table. `benches/` compares all of that with Go and with
//! `tokio-util`.
//!
//! # When to use something else
//!
//! For one limit on one future, `tokio::time::timeout`; to stop one future, drop it.
//!
//! # Runtimes
//!
//! All but deadlines, [`Context::sleep`] and signals works on any executor. Waiting for a deadline needs a
//! Tokio runtime with time enabled, its clock, and so its paused time: in a test with
//! `#[tokio::test(start_paused = true)]` (feature `test-util`) deadlines take no time. Not with real I/O:
//! a paused clock leaps to the next deadline while a socket is silent.

#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(taut_loom, taut_shuttle))))]

mod after_func;
mod alarm;
mod bury;
mod cancel;
mod chain;
mod context;
mod derive;
mod error;
pub mod future;
mod kids;
mod kind;
mod merge;
mod node;
mod region;
mod scope;
#[cfg(feature = "signal")]
mod signal;
mod state;
mod sweep;
mod time;
mod token;
mod try_run;
mod values;
mod weak;

pub use after_func::AfterFunc;
pub use cancel::Cancel;
pub use context::Context;
pub use error::{Cause, ContextError};
#[cfg(feature = "signal")]
#[cfg_attr(docsrs, doc(cfg(feature = "signal")))]
pub use signal::{Signal, SignalReceived};
pub use try_run::TryRunError;

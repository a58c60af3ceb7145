//! The rows of Go's semantics that channels answer, one module per behaviour. Futures are polled by
//! hand and wakes counted; nothing here sleeps. `ROWS.md` lists the rows that have no test, and why.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../support/select.rs"]
mod engine;
#[path = "../support/mod.rs"]
mod support;

mod blocking;
mod bounded;
mod cancel;
mod close;
mod coop;
mod drop;
mod errors;
mod fifo;
mod go_chan;
mod inspect;
mod panic;
mod range;
mod rendezvous;
mod reserve;
mod select;
mod sink;
#[cfg(feature = "time")]
mod sizes;
mod spurious;
#[cfg(feature = "time")]
mod timeout;
mod traits;

//! The rows of Go's semantics that contexts answer, one module per behaviour. Futures are polled by hand
//! and wakes counted, or the clock is paused; nothing here sleeps. `ROWS.md` says which test belongs to
//! which row.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../support/mod.rs"]
mod support;

mod after_func;
mod callbacks;
mod causes;
mod concurrency;
mod coop;
mod deadline_rules;
mod deadlines;
mod debug;
mod deep;
mod done;
mod freed;
mod merge;
mod run;
mod select;
mod timers;
mod token;
mod traits;
mod tree;
mod values;
mod wakers;
mod without_cancel;

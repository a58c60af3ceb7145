//! The rows of Go's semantics that selects answer, one module per behaviour. Futures are polled by hand
//! and wakes counted; nothing here sleeps. `ROWS.md` says which test belongs to which row.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

mod close;
mod coop;
mod default;
mod disabled;
mod dynamic;
mod dynamic_next;
mod evaluation;
mod facing;
mod foreign;
mod give_back;
mod h06;
mod once;
mod parked;
mod polled_before;
mod stress;
mod syntax;
mod timed;
mod traits;
mod uniform;
mod withdrawal;

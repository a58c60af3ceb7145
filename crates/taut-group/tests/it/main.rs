//! The rows of Go's `errgroup` and of `go`, one module per behaviour. Tasks do as the test tells them, the group's futures
//! are polled by hand and wakes counted; `ROWS.md` says which test holds which row.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../../../taut-core/tests/support/traits.rs"]
mod not_impl;
#[path = "../../../taut-select/tests/it/support.rs"]
mod support;

mod kit;

mod abort;
mod causes;
mod contain;
mod destructors;
mod ends;
mod errors;
mod found;
mod found_ends;
mod found_order;
mod group;
mod limit;
mod line;
mod nested;
mod panics;
mod spawned;
mod spawner;
mod stress;
mod stress_ends;
mod stuck;
mod stuck_more;
mod wait;
mod wait_group;

//! The rows of Go's `sync`, one module per primitive and behaviour. Futures are polled by hand and wakes
//! counted; `ROWS.md` says which test holds which row.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../../../taut-select/tests/it/support.rs"]
mod support;

#[path = "../../../taut-core/tests/support/traits.rs"]
mod not_impl;

mod cond;
mod cond_locks;
mod once;
mod once_together;
mod once_value;
mod single_flight;
mod single_flight_leaves;
mod single_flight_panics;
mod wait_group;
mod wait_group_panics;

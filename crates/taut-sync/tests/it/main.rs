//! The rows of Go's `sync`, one module per primitive and behaviour. Futures are polled by hand and wakes
//! counted; `ROWS.md` says which test holds which row.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../../../taut-select/tests/it/support.rs"]
mod support;

#[path = "../../../taut-core/tests/support/traits.rs"]
mod not_impl;

mod cond;
mod cond_locks;
mod cond_stress;
mod mutex;
mod mutex_cancel;
mod mutex_guards;
mod mutex_polled_before;
mod mutex_select;
mod mutex_stress;
mod once;
mod once_panics;
mod once_spawned;
mod once_stress;
mod once_together;
mod once_value;
mod rw_lock;
mod rw_lock_cancel;
mod rw_lock_guards;
mod rw_lock_select;
mod rw_lock_stress;
mod semaphore;
mod semaphore_close;
mod semaphore_life;
mod semaphore_looking;
mod semaphore_permits;
mod semaphore_resize;
mod semaphore_select;
mod semaphore_stress;
mod single_flight;
mod single_flight_leaves;
mod single_flight_panics;
mod single_flight_spawned;
mod single_flight_stress;
mod wait_group;
mod wait_group_panics;
mod wait_group_stress;

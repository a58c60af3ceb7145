//! What Miri can run in reasonable time: all rows. The stress tests are left out, which have a runtime with
//! threads and go on for long; so are the models.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../../taut-core/tests/support/traits.rs"]
mod not_impl;
#[path = "../../taut-select/tests/it/support.rs"]
mod support;

#[path = "it/cond.rs"]
mod cond;
#[path = "it/cond_locks.rs"]
mod cond_locks;
#[path = "it/mutex.rs"]
mod mutex;
#[path = "it/mutex_cancel.rs"]
mod mutex_cancel;
#[path = "it/mutex_guards.rs"]
mod mutex_guards;
#[path = "it/mutex_polled_before.rs"]
mod mutex_polled_before;
#[path = "it/mutex_select.rs"]
mod mutex_select;
#[path = "it/once.rs"]
mod once;
#[path = "it/once_panics.rs"]
mod once_panics;
#[path = "it/once_together.rs"]
mod once_together;
#[path = "it/once_value.rs"]
mod once_value;
#[path = "it/rw_lock.rs"]
mod rw_lock;
#[path = "it/rw_lock_cancel.rs"]
mod rw_lock_cancel;
#[path = "it/rw_lock_guards.rs"]
mod rw_lock_guards;
#[path = "it/rw_lock_select.rs"]
mod rw_lock_select;
#[path = "it/semaphore.rs"]
mod semaphore;
#[path = "it/semaphore_close.rs"]
mod semaphore_close;
#[path = "it/semaphore_life.rs"]
mod semaphore_life;
#[path = "it/semaphore_looking.rs"]
mod semaphore_looking;
#[path = "it/semaphore_permits.rs"]
mod semaphore_permits;
#[path = "it/semaphore_resize.rs"]
mod semaphore_resize;
#[path = "it/semaphore_select.rs"]
mod semaphore_select;
#[path = "it/single_flight.rs"]
mod single_flight;
#[path = "it/single_flight_leaves.rs"]
mod single_flight_leaves;
#[path = "it/single_flight_panics.rs"]
mod single_flight_panics;
#[path = "it/wait_group.rs"]
mod wait_group;
#[path = "it/wait_group_panics.rs"]
mod wait_group_panics;

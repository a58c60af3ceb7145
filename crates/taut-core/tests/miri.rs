//! What Miri can run of the tests by hand, and races of a few rounds: aliasing, leaks, data races. Those
//! of the budget are left out: they run Tokio, slowly, and no unsafe code of ours.
//!
//! Run by `cargo x miri`, with Stacked and with Tree Borrows.

#![cfg(not(taut_loom))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "it/batch.rs"]
mod batch;
#[path = "it/life.rs"]
mod life;
#[path = "it/life_end.rs"]
mod life_end;
#[path = "it/lock.rs"]
mod lock;
#[path = "it/park.rs"]
mod park;
#[path = "it/queue.rs"]
mod queue;
#[path = "it/races.rs"]
mod races;
#[path = "it/select.rs"]
mod select;
mod support;

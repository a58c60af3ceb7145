//! The core by hand: every step is taken by the test, in a fixed order.

#![cfg(not(taut_loom))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod batch;
mod bounds;
mod budget;
mod life;
mod life_end;
mod lock;
mod park;
mod queue;
mod races;
mod select;
#[cfg(feature = "time")]
mod time;

#[path = "../support/mod.rs"]
mod support;

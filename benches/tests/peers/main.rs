//! What taut promises, and what the other crates do in its place: one module per promise.
//!
//! Each statement about a crate in `docs/comparison.md` is a test here, and each test stands there by
//! its name, `module::test`; `cargo x peers` compares the two. A test of a fault passes as long as
//! the fault is there. When it fails, the crate has become better, and the page is to be corrected.
//!
//! Futures are polled by hand and wakes counted; nothing sleeps, and no test depends on speed.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../../../crates/taut-chan/tests/support/allocations.rs"]
mod allocations;
#[allow(dead_code, unreachable_pub, reason = "shared with the tests of the crates")]
#[path = "../../../crates/taut-chan/tests/support/by_hand.rs"]
mod by_hand;
mod support;

mod allocation;
mod budget;
mod buffered_drop;
mod close;
mod fairness;
mod futurelock;
mod given_back;
mod lost_receive;
mod rendezvous;
mod repoll;
mod select_disabled;
mod select_send;
mod single_flight;
mod soundness;
mod tasks;

//! What `parallel_map`, `first_ok` and `hedge` promise, one module for each. Futures are polled by hand, or on paused
//! time; nothing here waits in real time.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../it/kit.rs"]
mod kit;
#[path = "../scope/support.rs"]
mod support;

mod ends;
mod first_ok;
mod hedge;
mod hedge_ends;
mod map;
mod sizes;

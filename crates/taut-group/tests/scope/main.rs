//! What `taut::scope` promises, one module per behaviour. Scopes are polled by hand and wakes counted, but where it is
//! about the runtime.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../../../taut-core/tests/support/traits.rs"]
mod not_impl;

mod kit;
mod support;

mod aborts;
mod borrows;
mod drops;
mod handles;
mod panics;
mod spawns;
mod wakes;

//! What `taut::scope` promises, one module per behaviour. Scopes are polled by hand and wakes counted, but where it is
//! about the runtime.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../../../taut-core/tests/support/traits.rs"]
mod not_impl;

mod kit;
mod support;

mod abort_on_drop;
mod aborts;
mod borrows;
mod deep;
mod drops;
mod fair;
mod found;
mod groups;
mod groups_end;
mod handles;
mod nested;
mod panics;
mod spawns;
mod talks;
mod wakes;

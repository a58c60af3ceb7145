//! What Miri can run in reasonable time: all that scopes promise but fairness, with threads for wakers and without a
//! runtime of threads.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../../taut-core/tests/support/traits.rs"]
mod not_impl;
#[path = "scope/support.rs"]
mod support;

#[path = "scope/abort_on_drop.rs"]
mod abort_on_drop;
#[path = "scope/aborts.rs"]
mod aborts;
#[path = "scope/borrows.rs"]
mod borrows;
#[path = "scope/deep.rs"]
mod deep;
#[path = "scope/drops.rs"]
mod drops;
#[path = "scope/found.rs"]
mod found;
#[path = "scope/groups.rs"]
mod groups;
#[path = "scope/groups_end.rs"]
mod groups_end;
#[path = "scope/handles.rs"]
mod handles;
#[path = "scope/kit.rs"]
mod kit;
#[path = "scope/nested.rs"]
mod nested;
#[path = "scope/panics.rs"]
mod panics;
#[path = "scope/spawns.rs"]
mod spawns;
#[path = "scope/talks.rs"]
mod talks;
#[path = "scope/wakes.rs"]
mod wakes;

//! What the tests of all crates share.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of it")]

#[path = "../../../taut-chan/tests/support/by_hand.rs"]
mod by_hand;
#[path = "../../../taut-chan/tests/support/hooks.rs"]
pub(crate) mod hooks;

pub(crate) use by_hand::*;

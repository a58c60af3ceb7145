//! What the tests of all crates share.

#![allow(unreachable_pub, reason = "it is shared by path")]

#[path = "../../../taut-chan/tests/support/by_hand.rs"]
mod by_hand;
#[path = "../../../taut-chan/tests/support/hooks.rs"]
pub(crate) mod hooks;

pub(crate) use by_hand::*;

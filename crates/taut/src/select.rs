//! `select!` for async Rust whose arms may *send*: exactly one arm commits, and those that lose have
//! had no effect. Go's `select`, as a future.
//!
#![cfg_attr(not(doctest), doc = include_str!("pages/select.md"))]

#[doc(inline)]
pub use taut_select::*;

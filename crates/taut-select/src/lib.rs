//! `select!` for async Rust whose arms may *send*: exactly one arm commits, and those that lose have
//! had no effect. Go's `select`, as a future.
//!
#![doc = include_str!("page.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(taut_loom, taut_shuttle))))]

mod adapt;
mod dynamic;
mod first;
mod macros;

#[doc(hidden)]
pub mod __private;

pub use adapt::{BoxCase, boxed, future, map};
pub use dynamic::{Next, Select};
pub use first::{
    First, Now, OneOf2, OneOf3, OneOf4, OneOf5, OneOf6, OneOf7, OneOf8, OneOf9, OneOf10, OneOf11,
    OneOf12, Tuple, first,
};
pub use taut_core::Case;
pub use taut_core::select::{Mapped, Polled, seed};

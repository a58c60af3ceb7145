//! Tasks that belong together, on Tokio: [`Group`], [`scope`](crate::scope()), [`spawn`](crate::spawn()).
//!
#![cfg_attr(not(doctest), doc = include_str!("pages/group.md"))]

#[doc(inline)]
pub use taut_group::*;

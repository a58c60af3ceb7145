//! Go's `context` as futures: whether work is still wanted, until when, and what goes with it.
//!
#![cfg_attr(not(doctest), doc = include_str!("pages/context.md"))]

#[doc(inline)]
pub use taut_context::*;
// Once more by name, for the feature that they want.
#[cfg(feature = "signal")]
#[cfg_attr(docsrs, doc(cfg(feature = "signal")))]
#[doc(inline)]
pub use taut_context::{Signal, SignalReceived};

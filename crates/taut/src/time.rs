//! Go's timers and tickers as futures: a stop that tells the truth, a tick that does not drift, and no
//! task behind any of it.
//!
#![cfg_attr(not(doctest), doc = include_str!("pages/time.md"))]

#[doc(inline)]
pub use taut_time::*;

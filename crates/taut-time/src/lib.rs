//! Go's timers and tickers as futures: a stop that tells the truth, a tick that does not drift, and no
//! task behind any of it.
//!
#![doc = include_str!("page.md")]
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(taut_loom, taut_shuttle))))]

mod after;
mod arm;
mod schedule;
mod ticker;
mod timer;

pub mod future;

pub use self::after::{after, at};
pub use self::ticker::{Ticker, ZeroPeriod};
pub use self::timer::Timer;

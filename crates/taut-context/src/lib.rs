//! Go's `context` as futures: whether work is still wanted, until when, and what goes with it.
//!
#![doc = include_str!("page.md")]
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(taut_loom, taut_shuttle))))]

mod after_func;
mod alarm;
mod bury;
mod cancel;
mod chain;
mod context;
mod derive;
mod error;
pub mod future;
mod kids;
mod kind;
mod merge;
mod node;
mod region;
mod scope;
#[cfg(feature = "signal")]
mod signal;
mod state;
mod sweep;
mod time;
mod token;
mod try_run;
mod values;
mod weak;

pub use after_func::AfterFunc;
pub use cancel::Cancel;
pub use context::Context;
pub use error::{Cause, ContextError};
#[cfg(feature = "signal")]
#[cfg_attr(docsrs, doc(cfg(feature = "signal")))]
pub use signal::{Signal, SignalReceived};
pub use try_run::TryRunError;

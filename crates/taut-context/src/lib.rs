//! Go's `context` as futures.
#![cfg_attr(docsrs, feature(doc_cfg))]

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
mod scope;
#[cfg(feature = "signal")]
mod signal;
mod state;
mod sweep;
mod time;
mod token;
mod values;
mod weak;

pub use after_func::AfterFunc;
pub use cancel::Cancel;
pub use context::Context;
pub use error::{Cause, ContextError};
#[cfg(feature = "signal")]
#[cfg_attr(docsrs, doc(cfg(feature = "signal")))]
pub use signal::{Signal, SignalReceived};

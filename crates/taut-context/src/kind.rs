//! What a node is there for.

use std::fmt;

use crate::after_func::Callback;
use crate::error::Cause;
use crate::merge::{Merge, Relay};
#[cfg(feature = "signal")]
use crate::signal::Signal;
use crate::time::Instant;
use crate::token::Source;
use crate::values::Values;

/// What a node is there for. The first ones are contexts, the last two wait for the end of one.
pub(crate) enum Kind {
    Cancel,
    Deadline(Deadline),
    Value(Box<Values>),
    WithoutCancel,
    Merge(Box<Merge>),
    Token(Box<Source>),
    #[cfg(feature = "signal")]
    Signals(Box<[Signal]>),
    Callback(Callback),
    Relay(Relay),
}

/// A deadline of a node's own. None, if it lost to one further up, or is further than time goes.
pub(crate) struct Deadline {
    pub(crate) at: Option<Instant>,
    /// Boxed, for the size of all other nodes.
    pub(crate) cause: Option<Box<Cause>>,
}

impl Kind {
    /// When it ends by itself.
    #[inline(always)]
    pub(crate) fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Deadline(deadline) => deadline.at,
            _ => None,
        }
    }

    /// Why it ends at its deadline.
    pub(crate) fn cause(&self) -> Option<&Cause> {
        match self {
            Self::Deadline(deadline) => deadline.cause.as_deref(),
            _ => None,
        }
    }

    /// Whether there may be a tether to the node: a timer, a token or a signal is to find it.
    pub(crate) fn is_tethered(&self) -> bool {
        match self {
            Self::Deadline(deadline) => deadline.at.is_some(),
            Self::Token(_) => true,
            #[cfg(feature = "signal")]
            Self::Signals(_) => true,
            _ => false,
        }
    }

    /// The values that a node holds itself.
    pub(crate) fn values(&self) -> Option<&Values> {
        match self {
            Self::Value(values) => Some(values),
            Self::Merge(merge) => Some(&merge.values),
            _ => None,
        }
    }
}

/// As a link in the chain of derivation.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancel => f.write_str("with_cancel"),
            Self::Deadline(_) => f.write_str("with_deadline"),
            Self::Value(values) => write!(f, "with_value({})", values.newest()),
            Self::WithoutCancel => f.write_str("without_cancel"),
            Self::Merge(merge) => write!(f, "merge({})", merge.count),
            Self::Token(_) => f.write_str("from_token"),
            #[cfg(feature = "signal")]
            Self::Signals(signals) => {
                let names: Vec<_> = signals.iter().map(|signal| signal.name()).collect();
                write!(f, "with_signals([{}])", names.join(", "))
            }
            Self::Callback(_) => f.write_str("after_func"),
            Self::Relay(_) => f.write_str("relay"),
        }
    }
}

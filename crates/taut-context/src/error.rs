//! Why a context ended.

use std::error::Error;
use std::fmt;
use std::io;
// TIDY-ALLOW: a cause is the user's own; nothing of ours is shared through it.
use std::sync::Arc;

/// What somebody gave as the reason for an end: any error, shared by all who ask.
///
/// It is an error itself. The one inside is found by `downcast_ref` on the cause; where `?` has made
/// another kind of error of the cause, look for a `Cause` first. Given to another context as its cause,
/// it stays the same one.
///
/// # Examples
///
/// ```
/// use std::io;
/// use taut::context::{Cause, Context};
///
/// let (ctx, cancel) = Context::background().with_cancel();
/// cancel.cancel_with(io::Error::from(io::ErrorKind::BrokenPipe));
/// let cause: Option<Cause> = ctx.cause();
/// let broken = cause.as_ref().and_then(|cause| cause.downcast_ref::<io::Error>());
/// assert_eq!(broken.map(io::Error::kind), Some(io::ErrorKind::BrokenPipe));
/// ```
pub type Cause = Arc<dyn Error + Send + Sync + 'static>;

/// How a context ended. [`Context::cause`](crate::Context::cause) tells why: ask the context that the work
/// ran under, since one that it derives from may live.
///
/// It becomes an [`io::Error`](std::io::Error) by `?`: `TimedOut` for a deadline.
///
/// # Examples
///
/// ```
/// use taut::context::{Context, ContextError};
///
/// let (ctx, cancel) = Context::background().with_cancel();
/// cancel.cancel();
/// assert_eq!(ctx.check(), Err(ContextError::Cancelled));
/// assert_eq!(ContextError::Cancelled.to_string(), "context cancelled");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContextError {
    /// Somebody ended it.
    Cancelled,
    /// Its deadline passed first.
    DeadlineExceeded,
}

impl ContextError {
    /// Whether time ran out.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::ContextError;
    ///
    /// assert!(ContextError::DeadlineExceeded.is_timeout() && !ContextError::Cancelled.is_timeout());
    /// ```
    #[must_use]
    pub const fn is_timeout(self) -> bool {
        matches!(self, Self::DeadlineExceeded)
    }

    /// Whether somebody ended it.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::ContextError;
    ///
    /// assert!(ContextError::Cancelled.is_cancelled());
    /// ```
    #[must_use]
    pub const fn is_cancelled(self) -> bool {
        matches!(self, Self::Cancelled)
    }
}

impl fmt::Display for ContextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cancelled => "context cancelled",
            Self::DeadlineExceeded => "context deadline exceeded",
        })
    }
}

impl Error for ContextError {}

impl From<ContextError> for io::Error {
    fn from(error: ContextError) -> Self {
        match error {
            // Not `Interrupted`, after which much of std tries again.
            ContextError::Cancelled => Self::other(error),
            ContextError::DeadlineExceeded => Self::new(io::ErrorKind::TimedOut, error),
        }
    }
}

/// Makes a cause of what a user gave. One that is a cause already stays what it is.
pub(crate) fn cause(given: impl Into<Box<dyn Error + Send + Sync>>) -> Cause {
    match given.into().downcast::<Cause>() {
        Ok(cause) => *cause,
        Err(other) => Cause::from(other),
    }
}

//! Why an operation on a channel did not happen. What was to be sent comes back with the error.
//!
//! None of them asks anything of `T`: they print without it.

use std::error::Error;
use std::fmt;

/// The channel is closed, so the value was not sent; here it is.
///
/// Given by [`send`](crate::Sender::send) and its kin.
///
/// # Examples
///
/// ```
/// use taut::chan::{self, SendError};
///
/// let (tx, rx) = chan::bounded(1);
/// drop(rx);
/// assert_eq!(tx.blocking_send("kept"), Err(SendError("kept")));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(pub T);

/// Why a value was not sent at once; it comes back with the error.
///
/// # Examples
///
/// ```
/// use taut::chan::{self, TrySendError};
///
/// let (tx, rx) = chan::bounded(1);
/// tx.try_send(1)?;
/// assert_eq!(tx.try_send(2), Err(TrySendError::Full(2)));
/// drop(rx);
/// assert_eq!(tx.try_send(3), Err(TrySendError::Closed(3)));
/// # Ok::<(), TrySendError<i32>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TrySendError<T> {
    /// No room now, or others wait for it; for a rendezvous, nobody waits for a value.
    Full(T),
    /// Closed, or no receiver left: no send can succeed again.
    Closed(T),
}

/// Why a value was not sent in time; it comes back with the error.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use taut::chan::{self, SendTimeoutError};
///
/// let (tx, _rx) = chan::rendezvous();
/// let error = tx.blocking_send_timeout(7, Duration::ZERO).unwrap_err();
/// assert!(error.is_timeout());
/// assert_eq!(error.into_inner(), 7);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SendTimeoutError<T> {
    /// The time passed first. The value was not sent.
    Timeout(T),
    /// Closed, or no receiver left.
    Closed(T),
}

/// Why [`send_from`](crate::Sender::send_from) sent nothing. The value, if there was one, is in its
/// slot.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use taut::chan::{self, SendFromError};
///
/// let (tx, _rx) = chan::bounded::<i32>(1);
/// assert_eq!(tx.send_from(&mut None).await, Err(SendFromError::Empty));
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendFromError {
    /// Closed, or no receiver left.
    Closed,
    /// There was nothing in the slot.
    Empty,
}

/// The channel is closed: no value will ever be sent.
///
/// Given by [`reserve`](crate::Sender::reserve).
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use taut::chan::{self, Closed};
///
/// let (tx, rx) = chan::bounded::<i32>(1);
/// drop(rx);
/// assert_eq!(tx.reserve().await.err(), Some(Closed));
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

/// Why no room was reserved at once.
///
/// # Examples
///
/// ```
/// use taut::chan::{self, TryReserveError};
///
/// let (tx, _rx) = chan::bounded::<i32>(1);
/// let permit = tx.try_reserve();
/// assert_eq!(tx.try_reserve().err(), Some(TryReserveError::Full));
/// drop(permit);
/// assert!(tx.try_reserve().is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryReserveError {
    /// No room now, or others wait for it.
    Full,
    /// Closed, or no receiver left.
    Closed,
}

/// The channel is closed and everything that was in it has been received. It stays so.
///
/// # Examples
///
/// ```
/// use taut::chan::{self, RecvError};
///
/// let (tx, rx) = chan::bounded(1);
/// tx.try_send(1)?;
/// drop(tx);
/// assert_eq!(rx.blocking_recv(), Ok(1), "what is in a closed channel can be received");
/// assert_eq!(rx.blocking_recv(), Err(RecvError));
/// # Ok::<(), chan::TrySendError<i32>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecvError;

/// Why nothing was received at once.
///
/// # Examples
///
/// ```
/// use taut::chan::{self, TryRecvError};
///
/// let (tx, rx) = chan::bounded::<i32>(1);
/// assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
/// drop(tx);
/// assert_eq!(rx.try_recv(), Err(TryRecvError::Closed));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryRecvError {
    /// Nothing is there now; for a rendezvous, nobody waits to send.
    Empty,
    /// Closed and drained.
    Closed,
}

/// Why nothing was received in time.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use taut::chan::{self, RecvTimeoutError};
///
/// let (_tx, rx) = chan::bounded::<i32>(1);
/// assert_eq!(rx.blocking_recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Timeout));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecvTimeoutError {
    /// The time passed first. Nothing was received.
    Timeout,
    /// Closed and drained.
    Closed,
}

impl<T> SendError<T> {
    /// The value that was not sent.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> TrySendError<T> {
    /// The value that was not sent.
    #[must_use]
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(value) | Self::Closed(value) => value,
        }
    }

    /// Whether a later attempt may succeed.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }

    /// Whether no attempt can succeed again.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self, Self::Closed(_))
    }
}

impl<T> SendTimeoutError<T> {
    /// The value that was not sent.
    #[must_use]
    pub fn into_inner(self) -> T {
        match self {
            Self::Timeout(value) | Self::Closed(value) => value,
        }
    }

    /// Whether the time passed first.
    #[must_use]
    pub const fn is_timeout(&self) -> bool {
        matches!(self, Self::Timeout(_))
    }

    /// Whether no attempt can succeed again.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self, Self::Closed(_))
    }
}

/// `is_closed` and one more question, for the errors that carry no value.
macro_rules! questions {
    ($($error:ident: $other:ident, $question:ident, $doc:literal;)*) => {$(
        impl $error {
            #[doc = $doc]
            #[must_use]
            pub const fn $question(&self) -> bool {
                matches!(self, Self::$other)
            }

            /// Whether no attempt can succeed again.
            #[must_use]
            pub const fn is_closed(&self) -> bool {
                matches!(self, Self::Closed)
            }
        }
    )*};
}

questions! {
    SendFromError: Empty, is_empty, "Whether there was nothing to send.";
    TryReserveError: Full, is_full, "Whether a later attempt may succeed.";
    TryRecvError: Empty, is_empty, "Whether a later attempt may succeed.";
    RecvTimeoutError: Timeout, is_timeout, "Whether the time passed first.";
}

/// `Debug` that leaves the value out, `Display`, and `Error`.
macro_rules! errors_with_value {
    ($($error:ident { $($pattern:pat => $name:literal, $text:literal;)* })*) => {$(
        impl<T> fmt::Debug for $error<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $($pattern => $name,)* })
            }
        }

        impl<T> fmt::Display for $error<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $($pattern => $text,)* })
            }
        }

        impl<T> Error for $error<T> {}
    )*};
}

errors_with_value! {
    SendError { Self(_) => "SendError(..)", "sending into a closed channel"; }
    TrySendError {
        Self::Full(_) => "Full(..)", "sending into a full channel";
        Self::Closed(_) => "Closed(..)", "sending into a closed channel";
    }
    SendTimeoutError {
        Self::Timeout(_) => "Timeout(..)", "timed out sending into a full channel";
        Self::Closed(_) => "Closed(..)", "sending into a closed channel";
    }
}

macro_rules! plain_errors {
    ($($error:ident { $($pattern:pat => $text:literal;)* })*) => {$(
        impl fmt::Display for $error {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $($pattern => $text,)* })
            }
        }

        impl Error for $error {}
    )*};
}

plain_errors! {
    SendFromError {
        Self::Closed => "sending into a closed channel";
        Self::Empty => "sending from an empty slot";
    }
    Closed { Self => "the channel is closed"; }
    TryReserveError {
        Self::Full => "reserving room in a full channel";
        Self::Closed => "reserving room in a closed channel";
    }
    RecvError { Self => "receiving from an empty and closed channel"; }
    TryRecvError {
        Self::Empty => "receiving from an empty channel";
        Self::Closed => "receiving from an empty and closed channel";
    }
    RecvTimeoutError {
        Self::Timeout => "timed out receiving from an empty channel";
        Self::Closed => "receiving from an empty and closed channel";
    }
}

impl<T> From<SendError<T>> for TrySendError<T> {
    fn from(SendError(value): SendError<T>) -> Self {
        Self::Closed(value)
    }
}

impl<T> From<SendError<T>> for SendTimeoutError<T> {
    fn from(SendError(value): SendError<T>) -> Self {
        Self::Closed(value)
    }
}

impl From<Closed> for SendFromError {
    fn from(Closed: Closed) -> Self {
        Self::Closed
    }
}

impl From<Closed> for TryReserveError {
    fn from(Closed: Closed) -> Self {
        Self::Closed
    }
}

impl From<RecvError> for TryRecvError {
    fn from(RecvError: RecvError) -> Self {
        Self::Closed
    }
}

impl From<RecvError> for RecvTimeoutError {
    fn from(RecvError: RecvError) -> Self {
        Self::Closed
    }
}

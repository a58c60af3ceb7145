//! What the errors of a channel say, and which of them become others.
//!
//! None asks anything of `T`: a value is left out of what is printed.

use std::error::Error;
use std::fmt;

use super::{
    Closed, RecvError, RecvTimeoutError, SendError, SendFromError, SendTimeoutError, TryRecvError,
    TryReserveError, TrySendError,
};

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

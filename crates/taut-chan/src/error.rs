//! Why an operation on a channel did not happen. What was to be sent comes back with the error.
//!
//! None of them asks anything of `T`: they print without it.

mod wording;

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
/// assert_eq!(tx.try_send(1), Ok(()));
/// assert_eq!(tx.try_send(2), Err(TrySendError::Full(2)));
/// drop(rx);
/// assert_eq!(tx.try_send(3), Err(TrySendError::Closed(3)));
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
/// use taut::chan::{self, SendFromError};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let (tx, _rx) = chan::bounded::<i32>(1);
///     assert_eq!(tx.send_from(&mut None).await, Err(SendFromError::Empty));
/// }
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
/// use taut::chan::{self, Closed};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let (tx, rx) = chan::bounded::<i32>(1);
///     drop(rx);
///     assert_eq!(tx.reserve().await.err(), Some(Closed));
/// }
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

/// The channel is closed and everything that was in it has been received, or is on its way to a receive
/// that waited for it. It stays so, unless such a receive is dropped unseen: its value then comes back.
///
/// # Examples
///
/// ```
/// use taut::chan::{self, RecvError};
///
/// let (tx, rx) = chan::bounded(1);
/// assert_eq!(tx.try_send(1), Ok(()));
/// drop(tx);
/// assert_eq!(rx.blocking_recv(), Ok(1), "what is in a closed channel can be received");
/// assert_eq!(rx.blocking_recv(), Err(RecvError));
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
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = taut::chan::bounded(1);
    /// drop(rx);
    /// let kept = tx.blocking_send("kept").map_err(|e| e.into_inner());
    /// assert_eq!(kept, Err("kept"));
    /// ```
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> TrySendError<T> {
    /// The value that was not sent.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, _rx) = taut::chan::rendezvous();
    /// let kept = tx.try_send("kept").map_err(|e| e.into_inner());
    /// assert_eq!(kept, Err("kept"));
    /// ```
    #[must_use]
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(value) | Self::Closed(value) => value,
        }
    }

    /// Whether a later attempt may succeed.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, _rx) = taut::chan::rendezvous();
    /// assert!(tx.try_send(7).is_err_and(|e| e.is_full()), "nobody waits to receive");
    /// ```
    #[must_use]
    pub const fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }

    /// Whether no attempt can succeed again.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = taut::chan::rendezvous();
    /// drop(rx);
    /// assert!(tx.try_send(7).is_err_and(|e| e.is_closed()), "nobody ever will");
    /// ```
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self, Self::Closed(_))
    }
}

impl<T> SendTimeoutError<T> {
    /// The value that was not sent.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let (tx, _rx) = taut::chan::rendezvous();
    /// let sent = tx.blocking_send_timeout("kept", Duration::ZERO);
    /// assert_eq!(sent.map_err(|e| e.into_inner()), Err("kept"));
    /// ```
    #[must_use]
    pub fn into_inner(self) -> T {
        match self {
            Self::Timeout(value) | Self::Closed(value) => value,
        }
    }

    /// Whether the time passed first.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let (tx, _rx) = taut::chan::rendezvous();
    /// let sent = tx.blocking_send_timeout(7, Duration::ZERO);
    /// assert!(sent.is_err_and(|e| e.is_timeout()));
    /// ```
    #[must_use]
    pub const fn is_timeout(&self) -> bool {
        matches!(self, Self::Timeout(_))
    }

    /// Whether no attempt can succeed again.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let (tx, rx) = taut::chan::rendezvous();
    /// drop(rx);
    /// let sent = tx.blocking_send_timeout(7, Duration::ZERO);
    /// assert!(sent.is_err_and(|e| e.is_closed()), "at once");
    /// ```
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self, Self::Closed(_))
    }
}

/// `is_closed` and one more question, for the errors that carry no value.
macro_rules! questions {
    ($($(#[$doc:meta])* $error:ident: $other:ident, $question:ident;)*) => {$(
        impl $error {
            $(#[$doc])*
            #[must_use]
            pub const fn $question(&self) -> bool {
                matches!(self, Self::$other)
            }

            /// Whether no attempt can succeed again.
            ///
            /// # Examples
            ///
            /// ```
            /// let (tx, rx) = taut::chan::bounded::<u32>(1);
            /// tx.close();
            /// assert!(tx.try_reserve().is_err_and(|e| e.is_closed()));
            /// assert!(rx.try_recv().is_err_and(|e| e.is_closed()));
            /// ```
            #[must_use]
            pub const fn is_closed(&self) -> bool {
                matches!(self, Self::Closed)
            }
        }
    )*};
}

questions! {
    /// Whether there was nothing to send.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (tx, _rx) = taut::chan::bounded::<u32>(1);
    /// let mut slot = None;
    /// assert!(tx.send_from(&mut slot).await.is_err_and(|e| e.is_empty()));
    /// # }
    /// ```
    SendFromError: Empty, is_empty;

    /// Whether a later attempt may succeed.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, _rx) = taut::chan::bounded(1);
    /// assert_eq!(tx.try_send(7), Ok(()));
    /// assert!(tx.try_reserve().is_err_and(|e| e.is_full()));
    /// ```
    TryReserveError: Full, is_full;

    /// Whether a later attempt may succeed.
    ///
    /// # Examples
    ///
    /// ```
    /// let (_tx, rx) = taut::chan::bounded::<u32>(1);
    /// assert!(rx.try_recv().is_err_and(|e| e.is_empty()));
    /// ```
    TryRecvError: Empty, is_empty;

    /// Whether the time passed first.
    ///
    /// # Examples
    ///
    /// ```
    /// let (_tx, rx) = taut::chan::bounded::<u32>(1);
    /// let received = rx.blocking_recv_timeout(std::time::Duration::ZERO);
    /// assert!(received.is_err_and(|e| e.is_timeout()));
    /// ```
    RecvTimeoutError: Timeout, is_timeout;
}

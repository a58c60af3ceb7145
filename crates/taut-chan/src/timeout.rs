//! Sending and receiving with a limit in time, on Tokio's clock: see `limited.rs` for what that means.

#![allow(single_use_lifetimes, reason = "the macro serves forms with and without one")]

use std::pin::Pin;
use std::time::Duration;

use taut_core::Waiting;
use taut_core::time::{Deadline, Instant};

use crate::error::{RecvError, RecvTimeoutError, SendError, SendTimeoutError};
use crate::limited::{Limit, Limited};
use crate::op::{RecvOp, SendOp, Side};
use crate::receiver::Receiver;
use crate::sender::Sender;
use crate::shared::Shared;
use crate::withdraw::{withdraw_recv, withdraw_send};

taut_core::futures! {
    /// Sends a value, or gives it back in time: [`Sender::send_timeout`](crate::Sender::send_timeout).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use taut::chan::{Sender, future::SendTimeout};
    ///
    /// fn patiently(tx: &Sender<u32>, n: u32) -> SendTimeout<'_, u32> {
    ///     tx.send_timeout(n, Duration::from_secs(5))
    /// }
    /// # let (tx, rx) = taut::chan::bounded(1);
    /// # drop(patiently(&tx, 7));
    /// # assert!(rx.is_empty());
    /// ```
    SendTimeout<'a, T>: Limited<SendOp<&'a Shared<T>>> => Result<(), SendTimeoutError<T>>, |_, raw| raw;

    /// Receives a value in time: [`Receiver::recv_timeout`](crate::Receiver::recv_timeout).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use taut::chan::{Receiver, future::RecvTimeout};
    ///
    /// fn patiently(rx: &Receiver<u32>) -> RecvTimeout<'_, u32> {
    ///     rx.recv_timeout(Duration::from_secs(5))
    /// }
    /// # let (tx, rx) = taut::chan::bounded(1);
    /// # drop((tx.try_send(7), patiently(&rx)));
    /// # assert_eq!(rx.len(), 1);
    /// ```
    RecvTimeout<'a, T>: Limited<RecvOp<&'a Shared<T>>> => Result<T, RecvTimeoutError>, |_, raw| raw;
}

impl<'a, T> SendTimeout<'a, T> {
    fn by(shared: &'a Shared<T>, value: T, deadline: Deadline) -> Self {
        Self::new(Limited::new(SendOp::waiting(shared, value), deadline))
    }
}

impl<'a, T> RecvTimeout<'a, T> {
    fn by(shared: &'a Shared<T>, deadline: Deadline) -> Self {
        Self::new(Limited::new(RecvOp::waiting(shared), deadline))
    }
}

impl<S: Side> Limit for SendOp<S> {
    type Ended = Result<(), SendTimeoutError<S::Value>>;

    fn in_time(sent: Result<(), SendError<S::Value>>) -> Self::Ended {
        sent.map_err(SendTimeoutError::from)
    }

    fn withdraw(waiting: Pin<&mut Waiting<Self>>) -> Self::Ended {
        withdraw_send(waiting)
    }
}

impl<S: Side> Limit for RecvOp<S> {
    type Ended = Result<S::Value, RecvTimeoutError>;

    fn in_time(received: Result<S::Value, RecvError>) -> Self::Ended {
        received.map_err(RecvTimeoutError::from)
    }

    fn withdraw(waiting: Pin<&mut Waiting<Self>>) -> Self::Ended {
        withdraw_recv(waiting)
    }
}

impl<T> Sender<T> {
    /// Sends `value`, waiting for at most `timeout`, on Tokio's clock.
    ///
    /// The deadline decides once and for all: either the value was taken, and that is what is said, or
    /// it comes back.
    ///
    /// # Cancel safety
    ///
    /// Drops the value: as [`send`](Self::send), unless it was sent before.
    ///
    /// # Errors
    ///
    /// [`SendTimeoutError::Timeout`] or [`SendTimeoutError::Closed`], with the value.
    ///
    /// # Panics
    ///
    /// If it must wait and there is no Tokio runtime with time enabled.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// use std::time::Duration;
    /// use taut::chan::{self, SendTimeoutError};
    ///
    /// let (tx, _rx) = chan::rendezvous();
    /// let sent = tx.send_timeout("kept", Duration::from_secs(1)).await;
    /// assert_eq!(sent, Err(SendTimeoutError::Timeout("kept")));
    /// # }
    /// ```
    #[cfg_attr(docsrs, doc(cfg(feature = "time")))]
    pub fn send_timeout(&self, value: T, timeout: Duration) -> SendTimeout<'_, T> {
        SendTimeout::by(self.shared(), value, Deadline::after(timeout))
    }

    /// As [`send_timeout`](Self::send_timeout), until an instant.
    ///
    /// # Cancel safety
    ///
    /// Drops the value: as [`send`](Self::send), unless it was sent before.
    ///
    /// # Errors
    ///
    /// [`SendTimeoutError::Timeout`] or [`SendTimeoutError::Closed`], with the value.
    ///
    /// # Panics
    ///
    /// If it must wait and there is no Tokio runtime with time enabled.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let (tx, _rx) = taut::chan::rendezvous();
    /// let now = tokio::time::Instant::now();
    /// assert!(tx.send_deadline("kept", now).await.is_err_and(|e| e.is_timeout()));
    /// # }
    /// ```
    #[cfg_attr(docsrs, doc(cfg(feature = "time")))]
    pub fn send_deadline(&self, value: T, deadline: Instant) -> SendTimeout<'_, T> {
        SendTimeout::by(self.shared(), value, Deadline::at(Some(deadline)))
    }
}

impl<T> Receiver<T> {
    /// Receives a value, waiting for at most `timeout`, on Tokio's clock.
    ///
    /// # Cancel safety
    ///
    /// Safe: as [`recv`](Self::recv). A value that is handed over as the time passes is received.
    ///
    /// # Errors
    ///
    /// [`RecvTimeoutError::Timeout`], or [`RecvTimeoutError::Closed`] if it is closed and drained.
    ///
    /// # Panics
    ///
    /// If it must wait and there is no Tokio runtime with time enabled.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// use std::time::Duration;
    /// use taut::chan::{self, RecvTimeoutError};
    ///
    /// let (_tx, rx) = chan::bounded::<u8>(1);
    /// let received = rx.recv_timeout(Duration::from_secs(1)).await;
    /// assert_eq!(received, Err(RecvTimeoutError::Timeout));
    /// # }
    /// ```
    #[cfg_attr(docsrs, doc(cfg(feature = "time")))]
    pub fn recv_timeout(&self, timeout: Duration) -> RecvTimeout<'_, T> {
        RecvTimeout::by(self.shared(), Deadline::after(timeout))
    }

    /// As [`recv_timeout`](Self::recv_timeout), until an instant.
    ///
    /// # Cancel safety
    ///
    /// Safe: as [`recv`](Self::recv).
    ///
    /// # Errors
    ///
    /// [`RecvTimeoutError::Timeout`], or [`RecvTimeoutError::Closed`] if it is closed and drained.
    ///
    /// # Panics
    ///
    /// If it must wait and there is no Tokio runtime with time enabled.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let (_tx, rx) = taut::chan::bounded::<u8>(1);
    /// let now = tokio::time::Instant::now();
    /// assert!(rx.recv_deadline(now).await.is_err_and(|e| e.is_timeout()));
    /// # }
    /// ```
    #[cfg_attr(docsrs, doc(cfg(feature = "time")))]
    pub fn recv_deadline(&self, deadline: Instant) -> RecvTimeout<'_, T> {
        RecvTimeout::by(self.shared(), Deadline::at(Some(deadline)))
    }
}

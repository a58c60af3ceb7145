//! Sending and receiving with a limit in time, on Tokio's clock.
//!
//! At the deadline the operation is withdrawn, and that decides: if somebody completed it first, its
//! result is given although the time has passed. So a timeout never hides a send that took place, and
//! never loses a value that was handed over.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use taut_core::Waiting;
use taut_core::time::{Deadline, Instant};

use crate::error::{RecvTimeoutError, SendTimeoutError};
use crate::op::{RecvOp, SendOp};
use crate::receiver::Receiver;
use crate::sender::Sender;
use crate::shared::Shared;
use crate::withdraw::{withdraw_recv, withdraw_send};

pin_project! {
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
    #[must_use = "futures do nothing unless they are awaited or polled"]
    pub struct SendTimeout<'a, T> {
        #[pin]
        send: Waiting<SendOp<&'a Shared<T>>>,
        #[pin]
        deadline: Deadline,
    }
}

impl<'a, T> SendTimeout<'a, T> {
    pub(crate) fn after(shared: &'a Shared<T>, value: T, timeout: Duration) -> Self {
        Self { send: SendOp::waiting(shared, value), deadline: Deadline::after(timeout) }
    }

    pub(crate) fn at(shared: &'a Shared<T>, value: T, deadline: Instant) -> Self {
        Self { send: SendOp::waiting(shared, value), deadline: Deadline::at(Some(deadline)) }
    }
}

impl<T> Future for SendTimeout<'_, T> {
    type Output = Result<(), SendTimeoutError<T>>;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Poll::Ready(sent) = this.send.as_mut().poll(cx) {
            return Poll::Ready(sent.map_err(SendTimeoutError::from));
        }
        ready!(this.deadline.poll(cx));
        Poll::Ready(withdraw_send(this.send))
    }
}

pin_project! {
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
    #[must_use = "futures do nothing unless they are awaited or polled"]
    pub struct RecvTimeout<'a, T> {
        #[pin]
        recv: Waiting<RecvOp<&'a Shared<T>>>,
        #[pin]
        deadline: Deadline,
    }
}

impl<'a, T> RecvTimeout<'a, T> {
    pub(crate) fn after(shared: &'a Shared<T>, timeout: Duration) -> Self {
        Self { recv: RecvOp::waiting(shared), deadline: Deadline::after(timeout) }
    }

    pub(crate) fn at(shared: &'a Shared<T>, deadline: Instant) -> Self {
        Self { recv: RecvOp::waiting(shared), deadline: Deadline::at(Some(deadline)) }
    }
}

impl<T> Future for RecvTimeout<'_, T> {
    type Output = Result<T, RecvTimeoutError>;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Poll::Ready(received) = this.recv.as_mut().poll(cx) {
            return Poll::Ready(received.map_err(RecvTimeoutError::from));
        }
        ready!(this.deadline.poll(cx));
        Poll::Ready(withdraw_recv(this.recv))
    }
}

impl<T> fmt::Debug for SendTimeout<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendTimeout")
            .field("deadline", &self.deadline.instant())
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for RecvTimeout<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecvTimeout")
            .field("deadline", &self.deadline.instant())
            .finish_non_exhaustive()
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
        SendTimeout::after(self.shared(), value, timeout)
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
        SendTimeout::at(self.shared(), value, deadline)
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
        RecvTimeout::after(self.shared(), timeout)
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
        RecvTimeout::at(self.shared(), deadline)
    }
}

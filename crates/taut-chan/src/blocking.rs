//! The operations for threads that run no async tasks.
//!
//! They park the thread. On a thread that polls tasks that would hold up all of them, perhaps the very
//! one that was to complete the operation; so there they panic instead, as soon as they would park.

use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use taut_core::coop::refuse_in_async_task;
use taut_core::sync::block_on;

use crate::error::{RecvError, RecvTimeoutError, SendError, SendTimeoutError};
use crate::op::{RecvOp, SendOp};
use crate::receiver::Receiver;
use crate::sender::Sender;
use crate::shared::Shared;
use crate::withdraw::{withdraw_recv, withdraw_send};

/// When `timeout` has passed; never, if that is further than time goes.
fn after(timeout: Duration) -> Option<Instant> {
    Instant::now().checked_add(timeout)
}

#[track_caller]
fn send<T>(
    shared: &Shared<T>,
    value: T,
    deadline: Option<Instant>,
) -> Result<(), SendTimeoutError<T>> {
    let mut send = pin!(SendOp::waiting(shared, value));
    if let Poll::Ready(sent) = send.as_mut().try_now() {
        return sent.map_err(SendTimeoutError::from);
    }
    refuse_in_async_task("blocking_send", "send");
    match block_on(send.as_mut(), deadline) {
        Some(sent) => sent.map_err(SendTimeoutError::from),
        None => withdraw_send(send),
    }
}

#[track_caller]
fn recv<T>(shared: &Shared<T>, deadline: Option<Instant>) -> Result<T, RecvTimeoutError> {
    let mut recv = pin!(RecvOp::waiting(shared));
    if let Poll::Ready(received) = recv.as_mut().try_now() {
        return received.map_err(RecvTimeoutError::from);
    }
    refuse_in_async_task("blocking_recv", "recv");
    match block_on(recv.as_mut(), deadline) {
        Some(received) => received.map_err(RecvTimeoutError::from),
        None => withdraw_recv(recv),
    }
}

impl<T> Sender<T> {
    /// As [`send`](Self::send), for a thread that runs no async tasks: it parks the thread.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the value, if the channel is closed, or closes while it waits.
    ///
    /// # Panics
    ///
    /// If it would have to wait inside an async task of Tokio. Use `send` there, or
    /// `tokio::task::spawn_blocking`.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = taut::chan::rendezvous();
    /// let sender = std::thread::spawn(move || tx.blocking_send("hello"));
    /// assert_eq!(rx.blocking_recv(), Ok("hello"));
    /// assert_eq!(sender.join().ok(), Some(Ok(())));
    /// ```
    #[track_caller]
    pub fn blocking_send(&self, value: T) -> Result<(), SendError<T>> {
        // With no deadline it can only be closed.
        send(self.shared(), value, None).map_err(|error| SendError(error.into_inner()))
    }

    /// As [`blocking_send`](Self::blocking_send), for at most `timeout`.
    ///
    /// # Errors
    ///
    /// [`SendTimeoutError::Timeout`] or [`SendTimeoutError::Closed`], with the value.
    ///
    /// # Panics
    ///
    /// As [`blocking_send`](Self::blocking_send).
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, _rx) = taut::chan::rendezvous();
    /// let sent = tx.blocking_send_timeout(7, std::time::Duration::from_millis(1));
    /// assert!(sent.is_err_and(|e| e.is_timeout()));
    /// ```
    #[track_caller]
    pub fn blocking_send_timeout(
        &self,
        value: T,
        timeout: Duration,
    ) -> Result<(), SendTimeoutError<T>> {
        send(self.shared(), value, after(timeout))
    }

    /// As [`blocking_send`](Self::blocking_send), until an instant.
    ///
    /// # Errors
    ///
    /// [`SendTimeoutError::Timeout`] or [`SendTimeoutError::Closed`], with the value.
    ///
    /// # Panics
    ///
    /// As [`blocking_send`](Self::blocking_send).
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, _rx) = taut::chan::rendezvous();
    /// let sent = tx.blocking_send_deadline(7, std::time::Instant::now());
    /// assert!(sent.is_err_and(|e| e.is_timeout()));
    /// ```
    #[track_caller]
    pub fn blocking_send_deadline(
        &self,
        value: T,
        deadline: Instant,
    ) -> Result<(), SendTimeoutError<T>> {
        send(self.shared(), value, Some(deadline))
    }
}

impl<T> Receiver<T> {
    /// As [`recv`](Self::recv), for a thread that runs no async tasks: it parks the thread.
    ///
    /// # Errors
    ///
    /// [`RecvError`], if the channel is closed and drained.
    ///
    /// # Panics
    ///
    /// If it would have to wait inside an async task of Tokio. Use `recv` there, or
    /// `tokio::task::spawn_blocking`.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = taut::chan::rendezvous();
    /// let receiver = std::thread::spawn(move || rx.blocking_recv());
    /// assert_eq!(tx.blocking_send(7), Ok(()));
    /// assert_eq!(receiver.join().ok(), Some(Ok(7)));
    /// ```
    #[track_caller]
    pub fn blocking_recv(&self) -> Result<T, RecvError> {
        // With no deadline it can only be closed.
        recv(self.shared(), None).map_err(|_| RecvError)
    }

    /// As [`blocking_recv`](Self::blocking_recv), for at most `timeout`.
    ///
    /// # Errors
    ///
    /// [`RecvTimeoutError::Timeout`], or [`RecvTimeoutError::Closed`] if it is closed and drained.
    ///
    /// # Panics
    ///
    /// As [`blocking_recv`](Self::blocking_recv).
    ///
    /// # Examples
    ///
    /// ```
    /// let (_tx, rx) = taut::chan::bounded::<u8>(1);
    /// let received = rx.blocking_recv_timeout(std::time::Duration::from_millis(1));
    /// assert!(received.is_err_and(|e| e.is_timeout()));
    /// ```
    #[track_caller]
    pub fn blocking_recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        recv(self.shared(), after(timeout))
    }

    /// As [`blocking_recv`](Self::blocking_recv), until an instant.
    ///
    /// # Errors
    ///
    /// [`RecvTimeoutError::Timeout`], or [`RecvTimeoutError::Closed`] if it is closed and drained.
    ///
    /// # Panics
    ///
    /// As [`blocking_recv`](Self::blocking_recv).
    ///
    /// # Examples
    ///
    /// ```
    /// let (_tx, rx) = taut::chan::bounded::<u8>(1);
    /// let received = rx.blocking_recv_deadline(std::time::Instant::now());
    /// assert!(received.is_err_and(|e| e.is_timeout()));
    /// ```
    #[track_caller]
    pub fn blocking_recv_deadline(&self, deadline: Instant) -> Result<T, RecvTimeoutError> {
        recv(self.shared(), Some(deadline))
    }
}

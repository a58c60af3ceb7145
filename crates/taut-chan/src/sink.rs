//! The sending side as a [`futures_sink::Sink`].
//!
//! # Invariants
//!
//! - N1. `has_room` is true exactly while one reservation is ours.

#![allow(single_use_lifetimes, reason = "the macro serves forms with and without one")]

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll, ready};

use taut_core::Waiting;

use crate::error::TrySendError;
use crate::op::{ReserveOp, Side};
use crate::permit::send_reserved;
use crate::sender::{Sender, try_send};
use crate::shared::Shared;

/// A sink and the way it sends, that both forms share.
macro_rules! sinks {
    ($($(#[$doc:meta])* $name:ident<$($lifetime:lifetime,)? T>, $side:ty;)*) => {$(
        $(#[$doc])*
        #[must_use = "sinks do nothing unless they are polled"]
        pub struct $name<$($lifetime,)? T> {
            /// Boxed, so that the sink can be moved while it waits.
            room: Pin<Box<Waiting<ReserveOp<$side>>>>,
            has_room: bool,
        }

        impl<$($lifetime,)? T> $name<$($lifetime,)? T> {
            pub(crate) fn new(side: $side) -> Self {
                Self { room: Box::pin(ReserveOp::waiting(side)), has_room: false }
            }

            fn shared(&self) -> &Shared<T> {
                self.room.operation().side().shared()
            }
        }

        impl<$($lifetime,)? T> futures_sink::Sink<T> for $name<$($lifetime,)? T> {
            type Error = TrySendError<T>;

            /// Waits for room. A closed channel is ready: `start_send` then gives the value back.
            fn poll_ready(
                mut self: Pin<&mut Self>,
                cx: &mut task::Context<'_>,
            ) -> Poll<Result<(), Self::Error>> {
                if !self.has_room {
                    let reserved = ready!(self.room.as_mut().poll(cx));
                    // SAFETY: a reservation begins with an empty slot.
                    unsafe { self.room.as_mut().rearm() };
                    self.has_room = reserved.is_ok();
                }
                Poll::Ready(Ok(()))
            }

            /// Sends at once. Without a `poll_ready` before it that is no more than a `try_send`.
            fn start_send(mut self: Pin<&mut Self>, value: T) -> Result<(), Self::Error> {
                if std::mem::take(&mut self.has_room) {
                    // SAFETY: N1, and it is no longer ours.
                    unsafe { send_reserved(self.shared(), value) }.map_err(TrySendError::from)
                } else {
                    try_send(self.shared(), value)
                }
            }

            /// Ready at once: what was sent is in the channel.
            fn poll_flush(
                self: Pin<&mut Self>,
                _: &mut task::Context<'_>,
            ) -> Poll<Result<(), Self::Error>> {
                Poll::Ready(Ok(()))
            }

            /// Gives back the room it holds or waits for. The channel stays open while there are other senders.
            fn poll_close(
                mut self: Pin<&mut Self>,
                _: &mut task::Context<'_>,
            ) -> Poll<Result<(), Self::Error>> {
                if let Some(reserved) = self.room.as_mut().cancel() {
                    // SAFETY: a reservation begins with an empty slot.
                    unsafe { self.room.as_mut().rearm() };
                    self.has_room = reserved.is_ok();
                }
                if std::mem::take(&mut self.has_room) {
                    // SAFETY: N1, and it is no longer ours.
                    unsafe { self.shared().channel().release() };
                }
                Poll::Ready(Ok(()))
            }
        }

        impl<$($lifetime,)? T> Drop for $name<$($lifetime,)? T> {
            fn drop(&mut self) {
                if self.has_room {
                    // SAFETY: N1.
                    unsafe { self.shared().channel().release() };
                }
            }
        }

        impl<$($lifetime,)? T> fmt::Debug for $name<$($lifetime,)? T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("has_room", &self.has_room)
                    .finish_non_exhaustive()
            }
        }
    )*};
}

sinks! {
    /// The sending side of a channel as a sink, for as long as a [`Sender`] is borrowed.
    ///
    /// Made by [`Sender::sink`]. Readiness is a reservation, as by [`Sender::reserve`], and is given
    /// back when the sink is dropped or closed. Closing a sink does not close the channel.
    ///
    /// It is `Unpin`: it allocates its place in the queue once, when it is made.
    ///
    /// # Cancel safety
    ///
    /// Loses its place: a sink that is dropped gives back the room it holds or waits for. A value that
    /// `start_send` took is in the channel; there is nothing to flush.
    ///
    /// # Errors
    ///
    /// [`TrySendError::Closed`] with the value, from `start_send`, if the channel is closed;
    /// [`TrySendError::Full`] only if `start_send` is called without a `poll_ready` before it.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::{SinkExt, StreamExt, stream};
    /// use taut::chan;
    ///
    /// #[tokio::main(flavor = "current_thread")]
    /// async fn main() -> Result<(), taut::chan::TrySendError<u32>> {
    ///     let (tx, rx) = chan::bounded(4);
    ///     tx.sink().send_all(&mut stream::iter([1, 2, 3]).map(Ok)).await?;
    ///     assert_eq!(rx.len(), 3);
    ///     Ok(())
    /// }
    /// ```
    Sink<'a, T>, &'a Shared<T>;

    /// The sending side of a channel as a sink that holds its [`Sender`].
    ///
    /// Made by [`Sender::into_sink`]; otherwise as [`Sink`].
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::SinkExt;
    /// use taut::chan;
    ///
    /// #[tokio::main(flavor = "current_thread")]
    /// async fn main() -> Result<(), taut::chan::TrySendError<u32>> {
    ///     let (tx, rx) = chan::bounded(1);
    ///     let mut sink = tx.into_sink();
    ///     sink.send(7).await?;
    ///     assert_eq!(rx.recv().await, Ok(7));
    ///     Ok(())
    /// }
    /// ```
    IntoSink<T>, Sender<T>;
}

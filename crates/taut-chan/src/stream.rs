//! The receiving side as a [`futures_core::Stream`].

#![allow(single_use_lifetimes, reason = "the macro serves forms with and without one")]

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll, ready};

use futures_core::stream::FusedStream;
use taut_core::Waiting;

use crate::op::RecvOp;
use crate::receiver::Receiver;
use crate::shared::Shared;

/// A stream and the iteration of it that both forms share.
macro_rules! streams {
    ($($(#[$doc:meta])* $name:ident<$($lifetime:lifetime,)? T>, $side:ty;)*) => {$(
        $(#[$doc])*
        #[must_use = "streams do nothing unless they are polled"]
        pub struct $name<$($lifetime,)? T> {
            /// Boxed, so that the stream can be moved while it waits.
            next: Pin<Box<Waiting<RecvOp<$side>>>>,
            is_ended: bool,
        }

        impl<$($lifetime,)? T> $name<$($lifetime,)? T> {
            pub(crate) fn new(side: $side) -> Self {
                Self { next: Box::pin(RecvOp::waiting(side)), is_ended: false }
            }
        }

        impl<$($lifetime,)? T> futures_core::Stream for $name<$($lifetime,)? T> {
            type Item = T;

            fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<T>> {
                let received = ready!(self.next.as_mut().poll(cx));
                // SAFETY: a receive begins with an empty slot.
                unsafe { self.next.as_mut().rearm() };
                self.is_ended = received.is_err();
                Poll::Ready(received.ok())
            }
        }

        impl<$($lifetime,)? T> FusedStream for $name<$($lifetime,)? T> {
            fn is_terminated(&self) -> bool {
                self.is_ended
            }
        }

        impl<$($lifetime,)? T> fmt::Debug for $name<$($lifetime,)? T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("is_ended", &self.is_ended)
                    .finish_non_exhaustive()
            }
        }
    )*};
}

streams! {
    /// The values of a channel as a stream, for as long as a [`Receiver`] is borrowed.
    ///
    /// Made by [`Receiver::stream`]. Ends when the channel is closed and drained, and stays ended.
    ///
    /// Unlike the futures of this crate it is `Unpin`: it allocates its place in the queue once, when
    /// it is made, and uses it for every value.
    ///
    /// # Cancel safety
    ///
    /// Safe: a value that was handed to a stream which is dropped goes back to the head of the channel.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::StreamExt;
    /// use taut::chan;
    ///
    /// #[tokio::main(flavor = "current_thread")]
    /// async fn main() -> Result<(), taut::chan::SendError<u32>> {
    ///     let (tx, rx) = chan::unbounded();
    ///     for n in 1..=4 {
    ///         tx.send(n).await?;
    ///     }
    ///     drop(tx);
    ///     let even = rx.stream().filter(|n| std::future::ready(n % 2 == 0));
    ///     let even: Vec<u32> = even.collect().await;
    ///     assert_eq!(even, [2, 4]);
    ///     Ok(())
    /// }
    /// ```
    Stream<'a, T>, &'a Shared<T>;

    /// The values of a channel as a stream that holds its [`Receiver`].
    ///
    /// Made by [`Receiver::into_stream`]; otherwise as [`Stream`].
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::StreamExt;
    /// use taut::chan;
    ///
    /// #[tokio::main(flavor = "current_thread")]
    /// async fn main() -> Result<(), taut::chan::SendError<&'static str>> {
    ///     let (tx, rx) = chan::unbounded();
    ///     let mut lines = rx.into_stream();
    ///     tx.send("a line").await?;
    ///     assert_eq!(lines.next().await, Some("a line"));
    ///     Ok(())
    /// }
    /// ```
    IntoStream<T>, Receiver<T>;
}

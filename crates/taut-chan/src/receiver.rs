//! The receiving handle.

use std::fmt;

use taut_core::sync::Arc;
use taut_core::{Slot, wake};

use crate::channel::Received;
use crate::error::TryRecvError;
use crate::future;
use crate::op::RecvOp;
use crate::shared::Shared;
use crate::stream::{IntoStream, Stream};
use crate::weak::WeakReceiver;

/// The receiving side of a channel.
///
/// Any number of tasks may receive: clone it, or share it. Each value goes to one of them. When the
/// last receiver is dropped the channel closes, what is in it is dropped at once, and those who wait to
/// send get their values back. A [`WeakReceiver`] does not count.
///
/// # Examples
///
/// ```
/// use taut::chan;
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), taut::chan::SendError<u32>> {
///     let (tx, rx) = chan::bounded(8);
///     let workers: Vec<_> = (0..3)
///         .map(|_| {
///             let rx = rx.clone();
///             tokio::spawn(async move {
///                 let mut sum = 0;
///                 while let Ok(n) = rx.recv().await {
///                     sum += n;
///                 }
///                 sum
///             })
///         })
///         .collect();
///     drop(rx);
///     for n in 1..=100 {
///         tx.send(n).await?;
///     }
///     drop(tx);
///     let mut total = 0;
///     for worker in workers {
///         total += worker.await.unwrap_or(0);
///     }
///     assert_eq!(total, 5050);
///     Ok(())
/// }
/// ```
///
/// # Which method
///
/// | to | use |
/// | --- | --- |
/// | receive, and wait for a value | [`recv`](Self::recv) |
/// | receive what there is, in one go | [`recv_many`](Self::recv_many) |
/// | wait for so long and no longer | `recv_timeout`, `recv_deadline` |
/// | not wait | [`try_recv`](Self::try_recv) |
/// | receive in a thread without tasks | [`blocking_recv`](Self::blocking_recv) |
/// | have a stream | [`stream`](Self::stream), [`into_stream`](Self::into_stream) |
///
/// All of them are safe to drop before they complete: no value is lost, and none is passed.
///
/// Go's `<-chan T`. [The crate](crate#from-go) says what differs, who goes first, what happens before
/// what, and what it costs.
pub struct Receiver<T> {
    shared: Arc<Shared<T>>,
}

impl<T> Receiver<T> {
    /// A handle that is counted already.
    pub(crate) const fn from_counted(shared: Arc<Shared<T>>) -> Self {
        Self { shared }
    }

    #[inline(always)]
    pub(crate) fn shared(&self) -> &Shared<T> {
        &self.shared
    }

    /// Receives a value, waiting for one.
    ///
    /// # Fairness
    ///
    /// First come, first served, from the first poll of the future. A value that is sent while somebody
    /// waits is handed to the first of them, and nobody else can take it.
    ///
    /// # Cancel safety
    ///
    /// Safe: if the future is dropped after it was handed a value and before it gave it, the value goes
    /// to the next receive that waits, or else to the head of the channel. Nothing is lost and nothing
    /// passes it.
    ///
    /// A receive that is kept without being polled keeps the value it was handed, and only that:
    /// others go on with what follows.
    ///
    /// # Errors
    ///
    /// [`RecvError`](crate::RecvError), if the channel is closed and drained. It stays so, unless a
    /// receive that had been handed a value is dropped unseen, which gives that value back.
    ///
    /// # Synchronization
    ///
    /// What happened before the send happens before the return of its receive. On a rendezvous channel
    /// a `send` completes only after a receive that waited was given its value.
    ///
    /// # Cost
    ///
    /// No allocation, waiting included.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use taut::chan::{self, RecvError};
    ///
    /// let (tx, rx) = chan::rendezvous();
    /// tokio::spawn(async move { tx.send("hello").await });
    /// assert_eq!(rx.recv().await, Ok("hello"));
    /// assert_eq!(rx.recv().await, Err(RecvError), "the sender is gone");
    /// # }
    /// ```
    #[inline(always)]
    pub fn recv(&self) -> future::Recv<'_, T> {
        future::Recv::new(RecvOp::waiting(&*self.shared))
    }

    /// Receives at least one value, waiting for it, and what else is there, up to `max`, at the end of
    /// `into`. Says how many: 0 if the channel is closed and drained, or if `max` is 0. There is no error.
    ///
    /// # Cancel safety
    ///
    /// Safe: values are added only when the future completes.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), taut::chan::SendError<u32>> {
    /// let (tx, rx) = taut::chan::bounded(8);
    /// for n in 0..5 {
    ///     tx.send(n).await?;
    /// }
    /// let mut batch = Vec::new();
    /// assert_eq!(rx.recv_many(&mut batch, 3).await, 3);
    /// assert_eq!(rx.recv_many(&mut batch, 3).await, 2);
    /// assert_eq!(batch, [0, 1, 2, 3, 4]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn recv_many<'a>(&'a self, into: &'a mut Vec<T>, max: usize) -> future::RecvMany<'a, T> {
        future::RecvMany::new(&self.shared, into, max)
    }

    /// Receives a value now, or says why not.
    ///
    /// On a rendezvous channel it succeeds exactly if a send is waiting.
    ///
    /// # Errors
    ///
    /// [`TryRecvError::Empty`], or [`TryRecvError::Closed`] if it is closed and drained.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::chan::{self, TryRecvError};
    ///
    /// let (tx, rx) = chan::bounded(1);
    /// assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    /// tx.try_send(1)?;
    /// assert_eq!(rx.try_recv(), Ok(1));
    /// # Ok::<(), chan::TrySendError<i32>>(())
    /// ```
    #[inline]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        let slot = Slot::empty();
        // SAFETY: our own, and empty.
        match self.shared.try_recv(unsafe { slot.vacant() }) {
            Received::Done(value, woken) => {
                let value = value.take();
                wake(woken);
                Ok(value)
            }
            Received::Closed => Err(TryRecvError::Closed),
            Received::Empty => Err(TryRecvError::Empty),
        }
    }

    /// The values as a [`futures_core::Stream`], for as long as this is borrowed.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use futures_util::StreamExt;
    ///
    /// let (tx, rx) = taut::chan::unbounded();
    /// drop(tx.try_send(1));
    /// assert_eq!(rx.stream().next().await, Some(1));
    /// # }
    /// ```
    pub fn stream(&self) -> Stream<'_, T> {
        Stream::new(&self.shared)
    }

    /// The values as a [`futures_core::Stream`] that holds this.
    ///
    /// # Examples
    ///
    /// ```
    /// let (_tx, rx) = taut::chan::unbounded::<u8>();
    /// fn is_a_stream(_: impl futures_core::Stream<Item = u8> + Unpin + 'static) {}
    /// is_a_stream(rx.into_stream());
    /// ```
    pub fn into_stream(self) -> IntoStream<T> {
        IntoStream::new(self)
    }

    /// Another handle that does not keep the channel open.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = taut::chan::bounded::<u8>(1);
    /// let weak = rx.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// drop(rx);
    /// assert!(weak.upgrade().is_none() && tx.is_closed());
    /// ```
    #[must_use]
    pub fn downgrade(&self) -> WeakReceiver<T> {
        WeakReceiver::new(Arc::clone(&self.shared))
    }
}

crate::inspect::inspections! { Receiver }

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        self.shared.add_receiver();
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.shared.remove_receiver();
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.fmt_as("Receiver", f)
    }
}

//! The sending handle.

use std::fmt;

use taut_core::sync::Arc;
use taut_core::{Attempt, Slot, wake};

use crate::channel::Sent;
use crate::error::{TryReserveError, TrySendError};
use crate::future;
use crate::op::{ReserveOp, SendFromOp, SendOp};
use crate::permit::{OwnedPermit, Permit};
use crate::shared::Shared;
use crate::sink::{IntoSink, Sink};
use crate::weak::WeakSender;

/// The sending side of a channel.
///
/// Any number of tasks may send: clone it, or share it. When the last sender is dropped the channel
/// closes; receivers get what is in it and then learn that there will be no more. A [`WeakSender`] does
/// not count.
///
/// # Examples
///
/// ```
/// use taut::chan;
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let (tx, rx) = chan::rendezvous();
///     for id in 0..3 {
///         let tx = tx.clone();
///         tokio::spawn(async move { tx.send(id).await });
///     }
///     drop(tx);
///     let mut ids = Vec::new();
///     while let Ok(id) = rx.recv().await {
///         ids.push(id);
///     }
///     ids.sort();
///     assert_eq!(ids, [0, 1, 2]);
/// }
/// ```
///
/// # Which method
///
/// | to | use | dropped before it completes |
/// | --- | --- | --- |
/// | send, and wait for room | [`send`](Self::send) | the value is dropped |
/// | the same, where another arm may win | [`send_from`](Self::send_from) | the value is in its slot |
/// | make the value when there is room | [`reserve`](Self::reserve), [`reserve_owned`](Self::reserve_owned) | no value was made |
/// | wait for so long and no longer | `send_timeout`, `send_deadline` | the value is dropped |
/// | not wait | [`try_send`](Self::try_send), [`try_reserve`](Self::try_reserve) | |
/// | send from a thread without tasks | [`blocking_send`](Self::blocking_send) | |
/// | feed it from a stream | [`sink`](Self::sink), [`into_sink`](Self::into_sink) | what is in the sink was sent |
///
/// Go's `chan<- T`. [The crate](crate#from-go) says what differs, who goes first, what happens before
/// what, and what it costs.
pub struct Sender<T> {
    shared: Arc<Shared<T>>,
}

/// Sends at once or not at all.
#[inline]
pub(crate) fn try_send<T>(shared: &Shared<T>, value: T) -> Result<(), TrySendError<T>> {
    let slot = Slot::holding(value);
    // SAFETY: just filled.
    match shared.try_send(unsafe { slot.filled() }) {
        Sent::Done(woken) => {
            wake(woken);
            Ok(())
        }
        Sent::Closed(value) => Err(TrySendError::Closed(value.take())),
        Sent::Full(value) => Err(TrySendError::Full(value.take())),
    }
}

impl<T> Sender<T> {
    /// A handle that is counted already.
    pub(crate) const fn from_counted(shared: Arc<Shared<T>>) -> Self {
        Self { shared }
    }

    #[inline(always)]
    pub(crate) fn shared(&self) -> &Shared<T> {
        &self.shared
    }

    /// Sends `value`, waiting for room; on a rendezvous channel, for a receive that takes it.
    ///
    /// # Fairness
    ///
    /// First come, first served, from the first poll of the future; nobody passes those who wait.
    ///
    /// # Cancel safety
    ///
    /// Drops the value: if the future is dropped before it completes and nobody has taken the value
    /// yet, it is dropped with the future, and nothing was sent. Afterwards one cannot tell whether it
    /// was taken; where that matters use [`send_from`](Self::send_from), which keeps it,
    /// [`reserve`](Self::reserve), or `send_timeout`.
    ///
    /// # Errors
    ///
    /// [`SendError`](crate::SendError) with the value, if the channel is closed, or closes while it waits.
    ///
    /// # Cost
    ///
    /// No allocation, waiting included. The value is copied into the future and out of it once.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), taut::chan::SendError<&'static str>> {
    /// use taut::chan;
    ///
    /// let (tx, rx) = chan::rendezvous();
    /// tokio::spawn(async move { rx.recv().await });
    /// tx.send("taken").await?;
    /// assert!(tx.send("too late").await.is_err(), "the receiver is gone");
    /// # Ok(())
    /// # }
    /// ```
    #[inline(always)]
    pub fn send(&self, value: T) -> future::Send<'_, T> {
        future::Send::new(SendOp::waiting(&*self.shared, value))
    }

    /// Sends the value that is in `slot`, which is `None` afterwards exactly if it was sent.
    ///
    /// The form for loops in which another arm may win: what was not sent this time is still there the
    /// next time.
    ///
    /// # Cancel safety
    ///
    /// Loses its place: if the future is dropped before it completes, either the value was taken and
    /// the slot is empty, or it is in the slot. (If it is leaked instead of dropped, the slot is empty
    /// and the value leaked with it.)
    ///
    /// # Errors
    ///
    /// [`SendFromError::Closed`](crate::SendFromError::Closed), with the value in the slot;
    /// [`SendFromError::Empty`](crate::SendFromError::Empty) if there was none.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// use std::time::Duration;
    /// use taut::chan;
    ///
    /// let (tx, rx) = chan::rendezvous();
    /// let mut next = Some("not lost");
    /// let late = tokio::time::timeout(Duration::from_secs(1), tx.send_from(&mut next)).await;
    /// assert!(late.is_err() && next.is_some());
    ///
    /// let (sent, received) = tokio::join!(tx.send_from(&mut next), rx.recv());
    /// assert_eq!((sent, received, next), (Ok(()), Ok("not lost"), None));
    /// # }
    /// ```
    #[inline]
    pub fn send_from<'a>(&'a self, slot: &'a mut Option<T>) -> future::SendFrom<'a, T> {
        future::SendFrom::new(SendFromOp::waiting(&*self.shared, slot))
    }

    /// Waits for room for one value and keeps it: [`Permit::send`] then does not wait.
    ///
    /// On an unbounded channel there is always room. On a rendezvous channel the room is a receive that
    /// waits, which the permit speaks for.
    ///
    /// # Fairness
    ///
    /// In one queue with those who send.
    ///
    /// # Cancel safety
    ///
    /// Loses its place: room that was granted to a dropped future goes to the next who waits.
    ///
    /// # Errors
    ///
    /// [`Closed`](crate::Closed), if the channel is closed, or closes while it waits.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use taut::chan;
    ///
    /// let (tx, rx) = chan::bounded(1);
    /// let permit = tx.reserve().await?;
    /// assert!(tx.try_send(0).is_err(), "the room is taken");
    /// permit.send(1)?;
    /// assert_eq!(rx.recv().await, Ok(1));
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn reserve(&self) -> future::Reserve<'_, T> {
        future::Reserve::new(ReserveOp::waiting(&*self.shared))
    }

    /// As [`reserve`](Self::reserve), for a permit that holds the sender.
    ///
    /// # Cancel safety
    ///
    /// Loses its place: room that was granted goes to the next who waits. The sender is dropped with the
    /// future; clone it first to keep one.
    ///
    /// # Errors
    ///
    /// [`Closed`](crate::Closed), if the channel is closed, or closes while it waits.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use taut::chan;
    ///
    /// let (tx, rx) = chan::bounded(1);
    /// let permit = tx.clone().reserve_owned().await?;
    /// let tx_again = permit.send(1)?;
    /// assert!(tx_again.same_channel(&tx));
    /// # drop(rx);
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn reserve_owned(self) -> future::ReserveOwned<T> {
        future::ReserveOwned::new(ReserveOp::waiting(self))
    }

    /// Takes room for one value now, or says why not.
    ///
    /// # Errors
    ///
    /// [`TryReserveError::Full`] or [`TryReserveError::Closed`].
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, _rx) = taut::chan::rendezvous::<()>();
    /// assert!(tx.try_reserve().is_err_and(|e| e.is_full()), "nobody waits to receive");
    /// ```
    #[inline]
    pub fn try_reserve(&self) -> Result<Permit<'_, T>, TryReserveError> {
        self.take_room().map(|()| Permit::new(&self.shared))
    }

    /// As [`try_reserve`](Self::try_reserve), for a permit that holds the sender.
    ///
    /// # Errors
    ///
    /// The sender, and why not.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, _rx) = taut::chan::bounded(1);
    /// let tx = match tx.try_reserve_owned() {
    ///     Ok(permit) => permit.send(7).ok(),
    ///     Err((tx, _)) => Some(tx),
    /// };
    /// assert_eq!(tx.map(|tx| tx.len()), Some(1));
    /// ```
    #[inline]
    pub fn try_reserve_owned(self) -> Result<OwnedPermit<T>, (Self, TryReserveError)> {
        match self.take_room() {
            Ok(()) => Ok(OwnedPermit::new(self)),
            Err(error) => Err((self, error)),
        }
    }

    fn take_room(&self) -> Result<(), TryReserveError> {
        match self.shared.channel().try_reserve() {
            Attempt::Done(_) => Ok(()),
            Attempt::Closed => Err(TryReserveError::Closed),
            Attempt::Unready => Err(TryReserveError::Full),
        }
    }

    /// Sends `value` now, or gives it back.
    ///
    /// It never passes those who wait: while somebody does, the channel counts as full, even right
    /// after a receive. On a rendezvous channel it succeeds exactly if a receive is waiting.
    ///
    /// # Errors
    ///
    /// [`TrySendError::Full`] or [`TrySendError::Closed`], with the value; a channel that is both is
    /// closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::chan::{self, TrySendError};
    ///
    /// let (tx, _rx) = chan::bounded(1);
    /// assert_eq!(tx.try_send(1), Ok(()));
    /// assert_eq!(tx.try_send(2), Err(TrySendError::Full(2)));
    /// ```
    #[inline]
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        try_send(&self.shared, value)
    }

    /// The sending side as a [`futures_sink::Sink`], for as long as this is borrowed.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), taut::chan::TrySendError<u8>> {
    /// use futures_util::SinkExt;
    ///
    /// let (tx, rx) = taut::chan::bounded(1);
    /// tx.sink().send(1).await?;
    /// assert_eq!(rx.recv().await, Ok(1));
    /// # Ok(())
    /// # }
    /// ```
    pub fn sink(&self) -> Sink<'_, T> {
        Sink::new(&self.shared)
    }

    /// The sending side as a [`futures_sink::Sink`] that holds this.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, _rx) = taut::chan::bounded::<u8>(1);
    /// fn is_a_sink(_: impl futures_sink::Sink<u8> + Unpin + 'static) {}
    /// is_a_sink(tx.into_sink());
    /// ```
    pub fn into_sink(self) -> IntoSink<T> {
        IntoSink::new(self)
    }

    /// Another handle that does not keep the channel open.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = taut::chan::bounded::<u8>(1);
    /// let weak = tx.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// drop(tx);
    /// assert!(weak.upgrade().is_none() && rx.is_closed());
    /// ```
    #[must_use]
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender::new(Arc::clone(&self.shared))
    }
}

crate::inspect::inspections! { Sender }

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.shared.add_sender();
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.shared.remove_sender();
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.fmt_as("Sender", f)
    }
}

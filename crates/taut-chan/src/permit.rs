//! Room for one value, taken before the value exists.

use std::fmt;
use std::mem::ManuallyDrop;
use std::ptr;

use taut_core::{Slot, wake};

use crate::channel::Sent;
use crate::error::SendError;
use crate::sender::Sender;
use crate::shared::Shared;

/// Room for one value in a channel, given back when it is dropped.
///
/// Made by [`Sender::reserve`] and [`Sender::try_reserve`]. A permit is a place, not a position: values
/// pass in the order in which they are sent.
///
/// A permit that is held and not used keeps others waiting, as any permit does.
///
/// # Examples
///
/// ```
/// use taut::chan;
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let (tx, rx) = chan::bounded(1);
///     let permit = tx.reserve().await?;
///     // Only now is the value made: there is room for it.
///     permit.send("fresh")?;
///     assert_eq!(rx.recv().await, Ok("fresh"));
///     Ok(())
/// }
/// ```
#[must_use = "a permit keeps its room until it is used or dropped"]
pub struct Permit<'a, T> {
    shared: &'a Shared<T>,
}

impl<'a, T> Permit<'a, T> {
    /// For room that has just been reserved.
    pub(crate) const fn new(shared: &'a Shared<T>) -> Self {
        Self { shared }
    }

    /// Sends `value` into the room, without waiting.
    ///
    /// On a rendezvous channel the permit speaks for a receive that waits. If that receive was dropped
    /// in the meantime the value stays at the head of the channel, for the next one.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the value, if the channel was closed since the room was reserved. It cannot
    /// be full.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::chan;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let (tx, rx) = chan::bounded(2);
    /// let (used, late) = (tx.try_reserve()?, tx.try_reserve()?);
    /// used.send("in time")?;
    /// rx.close();
    /// assert_eq!(late.send("too late"), Err(chan::SendError("too late")));
    /// assert_eq!(rx.try_recv(), Ok("in time"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn send(self, value: T) -> Result<(), SendError<T>> {
        // Sending uses the room up, so it must not be given back too.
        let this = ManuallyDrop::new(self);
        // SAFETY: a permit is a reservation, and this one is not dropped.
        unsafe { send_reserved(this.shared, value) }
    }
}

/// # Safety
///
/// One reservation is ours; it is used up.
pub(crate) unsafe fn send_reserved<T>(shared: &Shared<T>, value: T) -> Result<(), SendError<T>> {
    let slot = Slot::holding(value);
    // SAFETY: just filled.
    let value = unsafe { slot.filled() };
    // SAFETY: by the caller.
    match unsafe { shared.channel().send_reserved(value) } {
        Sent::Done(woken) => {
            wake(woken);
            Ok(())
        }
        Sent::Closed(value) | Sent::Full(value) => Err(SendError(value.take())),
    }
}

impl<T> Drop for Permit<'_, T> {
    fn drop(&mut self) {
        // SAFETY: a permit is a reservation, and this one was not used.
        unsafe { self.shared.channel().release() };
    }
}

impl<T> fmt::Debug for Permit<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}

/// A [`Permit`] that holds its sender, so that it can go anywhere.
///
/// Made by [`Sender::reserve_owned`] and [`Sender::try_reserve_owned`].
///
/// # Examples
///
/// ```
/// use taut::chan;
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let (tx, rx) = chan::bounded(1);
///     let permit = tx.reserve_owned().await?;
///     tokio::spawn(async move { permit.send("from a task").map(drop) });
///     assert_eq!(rx.recv().await, Ok("from a task"));
///     Ok(())
/// }
/// ```
#[must_use = "a permit keeps its room until it is used or dropped"]
pub struct OwnedPermit<T> {
    sender: Sender<T>,
}

impl<T> OwnedPermit<T> {
    /// For room that has just been reserved.
    pub(crate) const fn new(sender: Sender<T>) -> Self {
        Self { sender }
    }

    /// Sends `value` into the room, without waiting, and gives the sender back.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the value, if the channel was closed since the room was reserved. It cannot
    /// be full.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let (tx, rx) = taut::chan::bounded(1);
    /// let tx = tx.reserve_owned().await?.send('a')?;
    /// assert_eq!(rx.recv().await, Ok('a'));
    /// assert!(!tx.is_closed(), "the permit's sender");
    /// # Ok(())
    /// # }
    /// ```
    pub fn send(self, value: T) -> Result<Sender<T>, SendError<T>> {
        let sender = self.into_sender();
        // SAFETY: a permit is a reservation, and this one was taken apart.
        unsafe { send_reserved(sender.shared(), value) }?;
        Ok(sender)
    }

    /// Gives the room back, and the sender.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let (tx, _rx) = taut::chan::bounded(1);
    /// let tx = tx.reserve_owned().await?.release();
    /// assert_eq!(tx.try_send('a'), Ok(()), "there is room again");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "dropping the permit gives the room back too"]
    pub fn release(self) -> Sender<T> {
        let sender = self.into_sender();
        // SAFETY: as in `send`.
        unsafe { sender.shared().channel().release() };
        sender
    }

    /// The sender; the room is the caller's to use or to give back.
    fn into_sender(self) -> Sender<T> {
        let this = ManuallyDrop::new(self);
        // SAFETY: `this` is not dropped, so the sender is moved out of it once.
        unsafe { ptr::read(&this.sender) }
    }
}

impl<T> Drop for OwnedPermit<T> {
    fn drop(&mut self) {
        // SAFETY: a permit is a reservation, and this one was not used.
        unsafe { self.sender.shared().channel().release() };
    }
}

impl<T> fmt::Debug for OwnedPermit<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedPermit").finish_non_exhaustive()
    }
}

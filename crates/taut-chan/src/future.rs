//! The futures of this crate's methods, named after them.
//!
//! Each waits inside itself, without allocating, and must stay where it is once it was polled (they are
//! not `Unpin`). Each is a `taut::select::Case` too: an arm of a select. One that is polled after it
//! completed panics.
//!
//! # Examples
//!
//! Name one to keep it, here in a `Select` that holds receives:
//!
//! ```
//! use taut::chan::{self, future::Recv};
//! use taut::select::Select;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), chan::SendError<u32>> {
//! let (tx, rx) = chan::bounded(1);
//! let mut arms: Select<&str, Recv<'_, u32>> = Select::new();
//! arms.add("numbers", rx.recv());
//! tx.send(7).await?;
//! assert_eq!(arms.next().await, Some(("numbers", Ok(7))));
//! # Ok(())
//! # }
//! ```

#![allow(single_use_lifetimes, reason = "the macro serves forms with and without one")]

use taut_core::Waiting;
use taut_core::monitor::Until;

use crate::error::{self, RecvError, SendError, SendFromError};
use crate::op::{RecvOp, ReserveOp, SendFromOp, SendOp};
use crate::permit::{OwnedPermit, Permit};
use crate::sender::Sender;
use crate::shared::{IsClosed, Shared};

pub use crate::many::RecvMany;
#[cfg(feature = "time")]
pub use crate::timeout::{RecvTimeout, SendTimeout};

taut_core::futures! {
    /// Sends a value: [`Sender::send`](crate::Sender::send).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::chan::{Sender, future::Send};
    ///
    /// fn later(tx: &Sender<u32>) -> Send<'_, u32> {
    ///     tx.send(7) // nothing is sent before it is awaited
    /// }
    /// # let (tx, rx) = taut::chan::bounded::<u32>(1);
    /// # drop(later(&tx));
    /// # assert!(rx.is_empty() && !rx.is_full());
    /// ```
    Send<'a, T>: Waiting<SendOp<&'a Shared<T>>> => Result<(), SendError<T>>, |_, raw| raw;

    /// Sends a value out of a slot: [`Sender::send_from`](crate::Sender::send_from).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::chan::{Sender, future::SendFrom};
    ///
    /// fn later<'a>(tx: &'a Sender<u32>, slot: &'a mut Option<u32>) -> SendFrom<'a, u32> {
    ///     tx.send_from(slot)
    /// }
    /// # let ((tx, _rx), mut slot) = (taut::chan::bounded::<u32>(1), Some(7));
    /// # drop(later(&tx, &mut slot));
    /// # assert_eq!(slot, Some(7));
    /// ```
    SendFrom<'a, T>: Waiting<SendFromOp<'a, T>> => Result<(), SendFromError>, |_, raw| raw;

    /// Reserves room: [`Sender::reserve`](crate::Sender::reserve).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::chan::{Sender, future::Reserve};
    ///
    /// fn room(tx: &Sender<u32>) -> Reserve<'_, u32> {
    ///     tx.reserve()
    /// }
    /// # let (tx, rx) = taut::chan::bounded::<u32>(1);
    /// # drop(room(&tx));
    /// # assert!(rx.is_empty() && !rx.is_full());
    /// ```
    Reserve<'a, T>: Waiting<ReserveOp<&'a Shared<T>>> => Result<Permit<'a, T>, error::Closed>,
        |waiting, raw| raw.map(|()| Permit::new(waiting.operation().side()));

    /// Reserves room, for a permit that holds the sender:
    /// [`Sender::reserve_owned`](crate::Sender::reserve_owned).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::chan::{Sender, future::ReserveOwned};
    ///
    /// fn room(tx: &Sender<u32>) -> ReserveOwned<u32> {
    ///     tx.clone().reserve_owned() // borrows nothing
    /// }
    /// # let (tx, rx) = taut::chan::bounded::<u32>(1);
    /// # drop(room(&tx));
    /// # assert!(rx.is_empty() && !rx.is_full());
    /// ```
    ReserveOwned<T>: Waiting<ReserveOp<Sender<T>>> => Result<OwnedPermit<T>, error::Closed>,
        |waiting, raw| raw.map(|()| OwnedPermit::new(waiting.operation().side().clone()));

    /// Receives a value: [`Receiver::recv`](crate::Receiver::recv).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::chan::{Receiver, future::Recv};
    ///
    /// fn next(rx: &Receiver<u32>) -> Recv<'_, u32> {
    ///     rx.recv() // nothing is received before it is awaited
    /// }
    /// # let (tx, rx) = taut::chan::bounded(1);
    /// # drop((tx.try_send(7), next(&rx)));
    /// # assert_eq!(rx.len(), 1);
    /// ```
    Recv<'a, T>: Waiting<RecvOp<&'a Shared<T>>> => Result<T, RecvError>, |_, raw| raw;

    /// Waits until the channel is closed: [`Sender::closed`](crate::Sender::closed).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::chan::{Sender, future::Closed};
    ///
    /// fn over(tx: &Sender<u32>) -> Closed<'_, u32> {
    ///     tx.closed()
    /// }
    /// # let (tx, rx) = taut::chan::bounded::<u32>(1);
    /// # drop(over(&tx));
    /// # assert!(rx.is_empty() && !rx.is_full());
    /// ```
    Closed<'a, T>: Waiting<Until<'a, (), IsClosed<'a, T>>> => (), |_, raw| raw;
}

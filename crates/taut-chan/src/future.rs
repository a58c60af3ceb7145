//! The futures of this crate's methods, named after them.
//!
//! Each waits inside itself, without allocating, and must stay where it is once it was polled (they are
//! not `Unpin`). Each is a [`Case`](taut_core::Case) too: an arm of a select.

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
    Send<'a, T>: Waiting<SendOp<&'a Shared<T>>> => Result<(), SendError<T>>, |_, raw| raw;

    /// Sends a value out of a slot: [`Sender::send_from`](crate::Sender::send_from).
    SendFrom<'a, T>: Waiting<SendFromOp<'a, T>> => Result<(), SendFromError>, |_, raw| raw;

    /// Reserves room: [`Sender::reserve`](crate::Sender::reserve).
    Reserve<'a, T>: Waiting<ReserveOp<&'a Shared<T>>> => Result<Permit<'a, T>, error::Closed>,
        |waiting, raw| raw.map(|()| Permit::new(waiting.operation().side()));

    /// Reserves room, for a permit that holds the sender:
    /// [`Sender::reserve_owned`](crate::Sender::reserve_owned).
    ReserveOwned<T>: Waiting<ReserveOp<Sender<T>>> => Result<OwnedPermit<T>, error::Closed>,
        |waiting, raw| raw.map(|()| OwnedPermit::new(waiting.operation().side().clone()));

    /// Receives a value: [`Receiver::recv`](crate::Receiver::recv).
    Recv<'a, T>: Waiting<RecvOp<&'a Shared<T>>> => Result<T, RecvError>, |_, raw| raw;

    /// Waits until the channel is closed: [`Sender::closed`](crate::Sender::closed).
    Closed<'a, T>: Waiting<Until<'a, (), IsClosed<'a, T>>> => (), |_, raw| raw;
}

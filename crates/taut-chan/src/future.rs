//! The futures of this crate's methods, named after them.
//!
//! Each waits inside itself, without allocating, and must stay where it is once it was polled (they are
//! not `Unpin`). Each is a [`Case`] too: an arm of a select.

#![allow(single_use_lifetimes, reason = "the macro serves forms with and without one")]

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll};

use pin_project_lite::pin_project;
use taut_core::{Case, Claim, Peek, Waiting};

use crate::error::{self, RecvError, SendError, SendFromError};
use crate::op::{ClosedOp, RecvOp, ReserveOp, SendFromOp, SendOp};
use crate::permit::{OwnedPermit, Permit};
use crate::sender::Sender;
use crate::shared::Shared;

pub use crate::many::RecvMany;
#[cfg(feature = "time")]
pub use crate::timeout::{RecvTimeout, SendTimeout};

/// A future around the operation that does the work, and what becomes of its output.
macro_rules! futures {
    ($(
        $(#[$doc:meta])*
        $name:ident<$($lifetime:lifetime,)? T>: $operation:ty => $output:ty,
            |$waiting:pat_param, $raw:pat_param| $made:expr;
    )*) => {$(
        pin_project! {
            $(#[$doc])*
            #[must_use = "futures do nothing unless they are awaited or polled"]
            pub struct $name<$($lifetime,)? T> {
                #[pin]
                waiting: Waiting<$operation>,
            }
        }

        impl<$($lifetime,)? T> $name<$($lifetime,)? T> {
            #[inline(always)]
            pub(crate) const fn new(waiting: Waiting<$operation>) -> Self {
                Self { waiting }
            }

            #[inline(always)]
            fn output(
                $waiting: &Waiting<$operation>,
                $raw: <Waiting<$operation> as Future>::Output,
            ) -> $output {
                $made
            }
        }

        impl<$($lifetime,)? T> Future for $name<$($lifetime,)? T> {
            type Output = $output;

            #[inline(always)]
            fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<$output> {
                let mut waiting = self.project().waiting;
                waiting.as_mut().poll(cx).map(|raw| Self::output(&waiting, raw))
            }
        }

        // SAFETY: it is the case inside, with another output.
        unsafe impl<$($lifetime,)? T> Case for $name<$($lifetime,)? T> {
            type Output = $output;

            #[inline(always)]
            fn peek(&self) -> Peek {
                self.waiting.peek()
            }

            #[inline(always)]
            fn attempt(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<$output> {
                let mut waiting = self.project().waiting;
                waiting.as_mut().attempt(cx).map(|raw| Self::output(&waiting, raw))
            }

            unsafe fn enroll(self: Pin<&mut Self>, claim: Pin<&Claim>, arm: u32) -> Poll<$output> {
                let mut waiting = self.project().waiting;
                // SAFETY: by the caller.
                let enrolled = unsafe { waiting.as_mut().enroll(claim, arm) };
                enrolled.map(|raw| Self::output(&waiting, raw))
            }

            fn collect(self: Pin<&mut Self>) -> Option<$output> {
                let mut waiting = self.project().waiting;
                waiting.as_mut().collect().map(|raw| Self::output(&waiting, raw))
            }
        }

        impl<$($lifetime,)? T> fmt::Debug for $name<$($lifetime,)? T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("stage", &self.waiting.stage())
                    .finish_non_exhaustive()
            }
        }
    )*};
}

futures! {
    /// Sends a value: [`Sender::send`](crate::Sender::send).
    Send<'a, T>: SendOp<&'a Shared<T>> => Result<(), SendError<T>>, |_, raw| raw;

    /// Sends a value out of a slot: [`Sender::send_from`](crate::Sender::send_from).
    SendFrom<'a, T>: SendFromOp<'a, T> => Result<(), SendFromError>, |_, raw| raw;

    /// Reserves room: [`Sender::reserve`](crate::Sender::reserve).
    Reserve<'a, T>: ReserveOp<&'a Shared<T>> => Result<Permit<'a, T>, error::Closed>,
        |waiting, raw| raw.map(|()| Permit::new(waiting.operation().side()));

    /// Reserves room, for a permit that holds the sender:
    /// [`Sender::reserve_owned`](crate::Sender::reserve_owned).
    ReserveOwned<T>: ReserveOp<Sender<T>> => Result<OwnedPermit<T>, error::Closed>,
        |waiting, raw| raw.map(|()| OwnedPermit::new(waiting.operation().side().clone()));

    /// Receives a value: [`Receiver::recv`](crate::Receiver::recv).
    Recv<'a, T>: RecvOp<&'a Shared<T>> => Result<T, RecvError>, |_, raw| raw;

    /// Waits until the channel is closed: [`Sender::closed`](crate::Sender::closed).
    Closed<'a, T>: ClosedOp<'a, T> => (), |_, raw| raw;
}

//! Giving up a send or a receive when its time has passed: what the timeouts and the blocking forms
//! share.

use std::pin::Pin;

use taut_core::Waiting;

use crate::error::{RecvTimeoutError, SendTimeoutError};
use crate::op::{RecvOp, SendOp, Side};

/// Withdraws a send that is still pending. If it was decided first, that is the result.
pub(crate) fn withdraw_send<S: Side>(
    mut send: Pin<&mut Waiting<SendOp<S>>>,
) -> Result<(), SendTimeoutError<S::Value>> {
    if let Some(sent) = send.as_mut().cancel() {
        return sent.map_err(SendTimeoutError::from);
    }
    match send.end_unbegun() {
        // SAFETY: it was not sent, so the slot holds the value, and the operation is over.
        Some(slot) => Err(SendTimeoutError::Timeout(unsafe { slot.filled() }.take())),
        None => Ok(()),
    }
}

/// Withdraws a receive that is still pending. If it was decided first, that is the result.
pub(crate) fn withdraw_recv<S: Side>(
    recv: Pin<&mut Waiting<RecvOp<S>>>,
) -> Result<S::Value, RecvTimeoutError> {
    match recv.cancel() {
        Some(received) => received.map_err(RecvTimeoutError::from),
        None => Err(RecvTimeoutError::Timeout),
    }
}

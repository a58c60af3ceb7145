//! Giving up a send or a receive when its time has passed: what the timeouts and the blocking forms
//! share.

use std::pin::Pin;
use std::task::Poll;

use taut_core::{Operation, Waiting};

use crate::error::{RecvTimeoutError, SendTimeoutError};
use crate::op::{RecvOp, SendOp, Side};

/// Withdraws an operation that is still pending. Its output, if it was decided first, or can be now: it
/// may have been pending only because its task had used up its budget.
fn last_look<O: Operation>(waiting: Pin<&mut Waiting<O>>) -> Option<O::Output> {
    match waiting.try_now() {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// Withdraws a send that is still pending. If it was decided first, that is the result.
pub(crate) fn withdraw_send<S: Side>(
    mut send: Pin<&mut Waiting<SendOp<S>>>,
) -> Result<(), SendTimeoutError<S::Value>> {
    if let Some(sent) = last_look(send.as_mut()) {
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
    match last_look(recv) {
        Some(received) => received.map_err(RecvTimeoutError::from),
        None => Err(RecvTimeoutError::Timeout),
    }
}

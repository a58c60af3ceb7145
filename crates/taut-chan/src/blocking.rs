//! The operations for threads that run no async tasks.
//!
//! They park the thread. On a thread that polls tasks that would hold up all of them, perhaps the very
//! one that was to complete the operation; so there they panic instead, as soon as they would park.

use std::pin::{Pin, pin};
use std::time::{Duration, Instant};

use taut_core::sync::block_on;
use taut_core::{Waiting, coop};

use crate::error::{RecvTimeoutError, SendTimeoutError};
use crate::op::{RecvOp, SendOp};
use crate::shared::Shared;
use crate::withdraw::{withdraw_recv, withdraw_send};

/// When `timeout` has passed; never, if that is further than time goes.
pub(crate) fn after(timeout: Duration) -> Option<Instant> {
    Instant::now().checked_add(timeout)
}

/// Says what to do instead of blocking a thread that runs async tasks.
#[track_caller]
fn refuse_in_async_task(blocking: &str, instead: &str) {
    assert!(
        !coop::in_async_task(),
        "`{blocking}` would block a thread that runs async tasks: await `{instead}` instead, or call \
         it in `tokio::task::spawn_blocking`"
    );
}

#[track_caller]
pub(crate) fn send<T>(
    shared: &Shared<T>,
    value: T,
    deadline: Option<Instant>,
) -> Result<(), SendTimeoutError<T>> {
    let mut send = pin!(SendOp::waiting(shared, value));
    let refuse = || refuse_in_async_task("blocking_send", "send");
    match block_on(send.as_mut(), deadline, refuse) {
        Some(sent) => sent.map_err(SendTimeoutError::from),
        None => withdraw_send(send),
    }
}

#[track_caller]
pub(crate) fn recv<T>(
    shared: &Shared<T>,
    deadline: Option<Instant>,
) -> Result<T, RecvTimeoutError> {
    let mut recv: Pin<&mut Waiting<_>> = pin!(RecvOp::waiting(shared));
    let refuse = || refuse_in_async_task("blocking_recv", "recv");
    match block_on(recv.as_mut(), deadline, refuse) {
        Some(received) => received.map_err(RecvTimeoutError::from),
        None => withdraw_recv(recv),
    }
}

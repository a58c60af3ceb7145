//! Waiting for a future on a thread of a model of shuttle's.
//!
//! No time passes in a model, so a deadline may have passed whenever it is looked at: a coin decides.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Instant;

use shuttle::future;
use shuttle::rand::{Rng as _, thread_rng};

/// Polls `future` on this thread until it is ready, or until the deadline: then `None`, and the future
/// is as it was after its last poll.
#[must_use = "it may have run out of time"]
pub fn block_on<F: Future>(
    mut future: Pin<&mut F>,
    deadline: Option<Instant>,
) -> Option<F::Output> {
    if deadline.is_none() {
        return Some(future::block_on(future));
    }
    future::block_on(poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if thread_rng().gen_bool(0.5) => Poll::Ready(None),
        Poll::Pending => {
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    }))
}

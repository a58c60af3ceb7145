//! The operations for threads that run no async tasks.
//!
//! They park the thread. On a thread that polls tasks that would hold up all of them, perhaps the very
//! one that was to let it go on; so there they panic instead, as soon as they would park.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use taut_core::coop::refuse_in_async_task;
use taut_core::{Case, sync};

/// Waits for `future` on this thread: `blocking` is what was called, `instead` what is to be awaited in
/// a task.
#[track_caller]
pub(crate) fn block_on<F>(future: F, blocking: &str, instead: &str) -> <F as Future>::Output
where
    F: Future + Case<Output = <F as Future>::Output>,
{
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().attempt(&mut cx) {
            return output;
        }
        refuse_in_async_task(blocking, instead);
        if let Some(output) = sync::block_on(future.as_mut(), None) {
            return output;
        }
    }
}

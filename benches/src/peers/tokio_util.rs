//! tokio-util's `CancellationToken`, which every async program in Rust has instead of a context, and
//! its `TaskTracker`, which is a wait group. The token has no timeouts; `tokio::time::sleep` is used
//! beside it, as its documentation does.

use std::pin::pin;
use std::time::Duration;

use ::tokio::select;
use ::tokio::time::sleep;
use ::tokio_util::sync::CancellationToken;
use ::tokio_util::task::TaskTracker;
use ::tokio_util::task::task_tracker::TaskTrackerToken;

use crate::contexts::{FAR, Look, Node, Timeouts, waits};
use crate::groups::WaitGroup;

impl Look for CancellationToken {
    fn is_done(&self) -> bool {
        self.is_cancelled()
    }

    fn done(&self) -> impl Future<Output = impl Send> + Send {
        self.cancelled()
    }
}

impl Node for CancellationToken {
    type Context = Self;

    fn root() -> Self {
        Self::new()
    }

    fn child(&self) -> Self {
        self.child_token()
    }

    fn context(&self) -> &Self {
        self
    }

    fn cancel(&self) {
        Self::cancel(self);
    }

    fn finish(self) {
        Self::cancel(&self);
    }
}

impl Timeouts for CancellationToken {
    /// There is no timeout without a timer, so that is polled once in any case.
    async fn timed(&self, awaited: bool, end: impl FnOnce(Self) + Send) {
        let child = self.child_token();
        let mut timer = pin!(sleep(FAR));
        if waits(timer.as_mut()).await && (!awaited || waits(child.cancelled()).await) {
            end(child);
        }
    }

    async fn expire(&self, timeout: Duration) {
        let child = self.child_token();
        select! {
            () = child.cancelled() => {}
            () = sleep(timeout) => child.cancel(),
        }
    }
}

impl WaitGroup for TaskTracker {
    type Token = TaskTrackerToken;

    fn new() -> Self {
        Self::new()
    }

    fn token(&self) -> TaskTrackerToken {
        Self::token(self)
    }

    async fn wait(self) {
        // Until then it waits for tasks that are still to come.
        self.close();
        Self::wait(&self).await;
    }
}

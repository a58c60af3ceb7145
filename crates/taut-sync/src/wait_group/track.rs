//! A future that holds a token.

use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{self, Poll, ready};
use std::thread;

use pin_project_lite::pin_project;

use super::panicked::Payload;
use crate::Token;
use crate::polled::{case_by_polling, polled_after_completion};

pin_project! {
    /// A future that is counted by a [`WaitGroup`](crate::WaitGroup) until it completes or is dropped:
    /// [`WaitGroup::track`](crate::WaitGroup::track).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::{WaitGroup, future};
    ///
    /// fn counted<F: Future>(tasks: &WaitGroup, work: F) -> future::Track<F> {
    ///     tasks.track(work)
    /// }
    /// ```
    #[must_use = "futures do nothing unless they are awaited or polled"]
    pub struct Track<F> {
        // Gone when it is over.
        #[pin]
        future: Option<F>,
        // Given back after the future is gone.
        token: Option<Token>,
    }

    impl<F> PinnedDrop for Track<F> {
        fn drop(this: Pin<&mut Self>) {
            if let Some(payload) = this.end() {
                if !thread::panicking() {
                    resume_unwind(payload);
                }
            }
        }
    }
}

impl<F> Track<F> {
    pub(super) const fn new(future: F, token: Token) -> Self {
        Self { future: Some(future), token: Some(token) }
    }

    /// Drops the future, then gives the token back. What the destructor panicked with, if it did.
    fn end(self: Pin<&mut Self>) -> Option<Payload> {
        let mut this = self.project();
        let token = this.token.take();
        let dropped = catch_unwind(AssertUnwindSafe(|| this.future.set(None)));
        let payload = dropped.err();
        match &token {
            Some(token) => payload.map(|payload| token.record(payload)),
            None => payload,
        }
    }

    /// Keeps the panic in the group, before the token is given back; what is to be raised here.
    #[cold]
    fn fail(mut self: Pin<&mut Self>, payload: Payload) -> Payload {
        let payload = match self.as_mut().project().token {
            Some(token) => token.record(payload),
            None => payload,
        };
        // The first panic is the one that counts.
        drop(self.end());
        payload
    }
}

impl<F: Future> Future for Track<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        let mut slot = self.as_mut().project().future;
        // Whatever it leaves half done is dropped here, and nobody else sees it.
        let polled = catch_unwind(AssertUnwindSafe(|| {
            let Some(future) = slot.as_mut().as_pin_mut() else { polled_after_completion() };
            let output = ready!(future.poll(cx));
            slot.set(None);
            Poll::Ready(output)
        }));
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => {
                drop(self.project().token.take());
                Poll::Ready(output)
            }
            Err(payload) => resume_unwind(self.fail(payload)),
        }
    }
}

case_by_polling!([F: Future] Track<F>);

impl<F> fmt::Debug for Track<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Track").field("is_done", &self.future.is_none()).finish_non_exhaustive()
    }
}

//! The futures of a context's methods, named after them.
//!
//! Each waits inside itself, without allocating, and must stay where it is once it was polled (they are
//! not `Unpin`). [`Done`] is a [`Case`]: an arm of a select. To poll one after completion is to panic.
//!
//! The names are for where a type must be written: in a struct, or as what a function gives.
//!
//! # Examples
//!
//! ```
//! use taut::context::{Context, future};
//!
//! struct Request {
//!     ctx: Context,
//! }
//!
//! impl Request {
//!     fn is_over(&self) -> future::Done<'_> {
//!         self.ctx.done()
//!     }
//! }
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() {
//!     let (ctx, cancel) = Context::background().with_cancel();
//!     let request = Request { ctx };
//!     cancel.cancel();
//!     request.is_over().await;
//! }
//! ```

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::ptr;
use std::task::{self, Poll, RawWakerVTable, Waker, ready};

use pin_project_lite::pin_project;
use taut_core::monitor::{Condition, Glance, Until};
use taut_core::time::Deadline;
use taut_core::waiting::polled_after_completion;
use taut_core::{Case, Claim, Peek, Stage, Waiting, coop};

use crate::error::ContextError;
use crate::node::{Inner, NodeRef};
use crate::state::Flags;
use crate::try_run::TryRunError;

/// That a scope has ended.
struct HasEnded<'a>(NodeRef<'a>);

impl Condition<Inner> for HasEnded<'_> {
    #[inline(always)]
    fn glance(&self) -> Glance {
        let word = self.0.state.load();
        if word.is_ended() {
            return Glance::Met;
        }
        // A deadline may have passed, whether or not its timer was served.
        if word.flags().has(Flags::TIMED) { Glance::Unknown } else { Glance::Unmet(0) }
    }

    /// Says so if not: whoever ends it then takes the lock, to find who waits.
    fn is_met(&self, _: &Inner) -> bool {
        self.0.state.set(Flags::WATCHED).is_err()
    }
}

pin_project! {
    /// Waits until a context ends: [`Context::done`](crate::Context::done).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::{Context, future};
    ///
    /// fn end_of(request: &Context) -> future::Done<'_> {
    ///     request.done()
    /// }
    /// ```
    #[must_use = "futures do nothing unless they are awaited or polled"]
    pub struct Done<'a> {
        // None: never.
        #[pin]
        waiting: Option<Waiting<Until<'a, Inner, HasEnded<'a>>>>,
        // That is in the list, while it waits there as a future.
        waker: Option<Known>,
    }
}

/// A waker that somebody else holds, as far as it can be compared: as `Waker::will_wake` does.
#[derive(Clone, Copy)]
struct Known {
    data: usize,
    vtable: &'static RawWakerVTable,
}

impl Known {
    /// None: a copy of it is another one, so that what is in the list says nothing of this.
    fn new(waker: &Waker) -> Option<Self> {
        let is_kept = waker.clone().will_wake(waker);
        is_kept.then(|| Self { data: waker.data().addr(), vtable: waker.vtable() })
    }

    fn is(self, waker: &Waker) -> bool {
        self.data == waker.data().addr() && ptr::eq(self.vtable, waker.vtable())
    }
}

impl<'a> Done<'a> {
    #[inline]
    pub(crate) fn new(scope: Option<NodeRef<'a>>) -> Self {
        let waiting = scope.map(|scope| scope.get().inner.until(HasEnded(scope)));
        Self { waiting, waker: None }
    }

    #[inline(always)]
    fn scope(&self) -> Option<NodeRef<'a>> {
        self.waiting.as_ref().map(|waiting| waiting.operation().condition().0)
    }

    /// Without waiting.
    #[inline]
    fn look(&self) -> Option<ContextError> {
        self.scope()?.error()
    }

    /// Once it has ended.
    #[inline]
    fn output(scope: NodeRef<'a>) -> Poll<ContextError> {
        scope.error().map_or(Poll::Pending, Poll::Ready)
    }
}

impl Done<'_> {
    /// Waits to be told, without a look at the clock.
    fn wait(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<ContextError> {
        let Some(scope) = self.scope() else { return Poll::Pending };
        let this = self.project();
        let Some(waiting) = this.waiting.as_pin_mut() else { return Poll::Pending };
        if !scope.state.load().is_ended() {
            let is_known = this.waker.is_some_and(|known| known.is(cx.waker()));
            if is_known && waiting.stage() == Stage::Queued && !scope.needs_alarm() {
                // Polled in vain, on behalf of what runs beside it: no lock for that.
                return Poll::Pending;
            }
            scope.arm();
        }
        *this.waker = None;
        if waiting.poll(cx).is_ready() {
            return Self::output(scope);
        }
        *this.waker = Known::new(cx.waker());
        Poll::Pending
    }
}

impl Future for Done<'_> {
    type Output = ContextError;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<ContextError> {
        // Whoever waits looks at the clock, too.
        let _seen = self.look();
        self.wait(cx)
    }
}

// SAFETY: it is the case inside, with another output; or nothing, which is never ready.
unsafe impl Case for Done<'_> {
    type Output = ContextError;

    #[inline(always)]
    fn peek(&self) -> Peek {
        self.waiting.as_ref().map_or(Peek::Unready(0), Case::peek)
    }

    #[inline]
    fn attempt(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<ContextError> {
        let Some(scope) = self.scope() else { return Poll::Pending };
        let Some(waiting) = self.project().waiting.as_pin_mut() else { return Poll::Pending };
        if scope.error().is_none() && waiting.stage() == Stage::Start {
            // No lock for that.
            scope.arm_if_at_hand();
            return Poll::Pending;
        }
        ready!(waiting.attempt(cx));
        Self::output(scope)
    }

    unsafe fn enroll(self: Pin<&mut Self>, claim: Pin<&Claim>, arm: u32) -> Poll<ContextError> {
        let Some(scope) = self.scope() else { return Poll::Pending };
        scope.arm();
        let Some(waiting) = self.project().waiting.as_pin_mut() else { return Poll::Pending };
        // SAFETY: by the caller.
        ready!(unsafe { waiting.enroll(claim, arm) });
        Self::output(scope)
    }

    fn collect(self: Pin<&mut Self>) -> Option<ContextError> {
        let scope = self.scope()?;
        self.project().waiting.as_pin_mut()?.collect()?;
        scope.error()
    }
}

impl fmt::Debug for Done<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Done").field(&self.waiting).finish()
    }
}

pin_project! {
    /// Runs a future until the context ends: [`Context::run`](crate::Context::run).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::{Context, future};
    ///
    /// fn within<F: Future>(request: &Context, work: F) -> future::Run<'_, F> {
    ///     request.run(work)
    /// }
    /// ```
    #[must_use = "futures do nothing unless they are awaited or polled"]
    pub struct Run<'a, F> {
        #[pin]
        done: Done<'a>,
        // None: it is over.
        #[pin]
        future: Option<F>,
        has_begun: bool,
    }
}

impl<'a, F> Run<'a, F> {
    pub(crate) const fn new(done: Done<'a>, future: F) -> Self {
        Self { done, future: Some(future), has_begun: false }
    }
}

impl<F: Future> Future for Run<'_, F> {
    type Output = Result<F::Output, ContextError>;

    /// # Panics
    ///
    /// If it is polled after completion.
    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let Some(future) = this.future.as_mut().as_pin_mut() else { polled_after_completion() };
        if !*this.has_begun {
            // Here, since a future that is ready at once does not come to wait for the end.
            ready!(coop::proceed(cx));
            *this.has_begun = true;
        }
        let output = match this.done.look() {
            Some(error) => Err(error),
            None => match future.poll(cx) {
                Poll::Ready(output) => Ok(output),
                Poll::Pending => Err(ready!(this.done.wait(cx))),
            },
        };
        this.future.set(None);
        Poll::Ready(output)
    }
}

impl<F> fmt::Debug for Run<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("done", &self.done).finish_non_exhaustive()
    }
}

pin_project! {
    /// Runs a future that may fail until the context ends:
    /// [`Context::try_run`](crate::Context::try_run).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::{Context, future};
    ///
    /// fn within<T, E, F>(request: &Context, work: F) -> future::TryRun<'_, F>
    /// where
    ///     F: Future<Output = Result<T, E>>,
    /// {
    ///     request.try_run(work)
    /// }
    /// ```
    #[must_use = "futures do nothing unless they are awaited or polled"]
    pub struct TryRun<'a, F> {
        #[pin]
        run: Run<'a, F>,
    }
}

impl<'a, F> TryRun<'a, F> {
    pub(crate) const fn new(run: Run<'a, F>) -> Self {
        Self { run }
    }
}

impl<T, E, F: Future<Output = Result<T, E>>> Future for TryRun<'_, F> {
    type Output = Result<T, TryRunError<E>>;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match ready!(self.project().run.poll(cx)) {
            Ok(output) => output.map_err(TryRunError::Failed),
            Err(error) => Err(TryRunError::Ended(error)),
        })
    }
}

impl<F> fmt::Debug for TryRun<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TryRun").field(&self.run).finish()
    }
}

pin_project! {
    /// Sleeps until the context ends: [`Context::sleep`](crate::Context::sleep).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use taut::context::{Context, future};
    ///
    /// fn pause(request: &Context) -> future::Sleep<'_> {
    ///     request.sleep(Duration::from_secs(1))
    /// }
    /// ```
    #[must_use = "futures do nothing unless they are awaited or polled"]
    pub struct Sleep<'a> {
        #[pin]
        run: Run<'a, Deadline>,
    }
}

impl<'a> Sleep<'a> {
    pub(crate) const fn new(run: Run<'a, Deadline>) -> Self {
        Self { run }
    }
}

impl Future for Sleep<'_> {
    type Output = Result<(), ContextError>;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        self.project().run.poll(cx)
    }
}

impl fmt::Debug for Sleep<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sleep").field(&self.run).finish()
    }
}

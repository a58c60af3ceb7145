//! The future of a scope.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{self, Poll};

use pin_project_lite::pin_project;
use taut_core::panics::FirstPanic;
use taut_core::waiting::polled_after_completion;

use super::Bound;
use super::driver::{Body, Driver, Turn};

pin_project! {
    /// The future of [`scope`](crate::scope()).
    ///
    /// # Examples
    ///
    /// ```
    /// let text = String::from("to be");
    /// let scoped: taut::group::Scoped<'_, _> = taut::scope(async |s| {
    ///     s.spawn(async { text.len() }).await
    /// });
    /// drop(scoped); // nothing has run: the body, and what it would start, is dropped
    /// ```
    #[must_use = "futures do nothing unless they are awaited or polled"]
    pub struct Scoped<'env, Fut: Future> {
        // First, as it is the first to be dropped: it may hold handles of the tasks.
        #[pin]
        body: Option<Fut>,
        output: Option<Fut::Output>,
        tasks: Tasks<'env>,
    }
}

impl<'env, Fut: Future> Scoped<'env, Fut> {
    pub(super) const fn new(body: Fut, tasks: Tasks<'env>) -> Self {
        Self { body: Some(body), output: None, tasks }
    }
}

/// All that runs. When it is dropped, so are the tasks, which must not be later than `'env`: having a
/// destructor, it cannot be.
pub(super) struct Tasks<'env> {
    driver: Driver,
    body: Body,
    _env: PhantomData<Bound<'env>>,
}

impl Tasks<'_> {
    pub(super) const fn new(body: Body, driver: Driver) -> Self {
        Self { driver, body, _env: PhantomData }
    }

    fn clear(&mut self) {
        if !self.driver.is_over() {
            self.driver.clear(&self.body);
        }
    }
}

impl Drop for Tasks<'_> {
    fn drop(&mut self) {
        self.clear();
    }
}

impl<Fut: Future> Future for Scoped<'_, Fut> {
    type Output = Fut::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Fut::Output> {
        let this = self.project();
        if this.tasks.driver.is_over() {
            polled_after_completion();
        }
        let _held = this.tasks.driver.hold();
        let mut running = Running { body: this.body, tasks: this.tasks, has_returned: false };
        loop {
            let Running { body, tasks: Tasks { driver, body: task, .. }, has_returned } =
                &mut running;
            match driver.run(task, cx.waker()) {
                Turn::Body => {
                    let Some(future) = body.as_mut().as_pin_mut() else { continue };
                    let waker = task.waker();
                    if let Poll::Ready(output) = future.poll(&mut task::Context::from_waker(&waker))
                    {
                        *this.output = Some(output);
                        body.set(None);
                        task.end();
                    }
                }
                Turn::Pending => {
                    *has_returned = true;
                    return Poll::Pending;
                }
                Turn::Over => {
                    *has_returned = true;
                    return this
                        .output
                        .take()
                        .map_or_else(|| polled_after_completion(), Poll::Ready);
                }
            }
        }
    }
}

/// A poll of a scope. If one of those that run in it panics, all others are dropped.
struct Running<'a, 'env, Fut> {
    body: Pin<&'a mut Option<Fut>>,
    tasks: &'a mut Tasks<'env>,
    has_returned: bool,
}

impl<Fut> Drop for Running<'_, '_, Fut> {
    fn drop(&mut self) {
        if !self.has_returned {
            let mut panics = FirstPanic::default();
            panics.of(|| self.body.set(None));
            panics.of(|| self.tasks.clear());
            panics.raise();
        }
    }
}

impl<Fut: Future> fmt::Debug for Scoped<'_, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scoped")
            .field("is_over", &self.tasks.driver.is_over())
            .finish_non_exhaustive()
    }
}

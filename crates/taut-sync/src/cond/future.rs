//! Waiting for a condition variable, named after the methods.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll, ready};

use pin_project_lite::pin_project;
use taut_core::coop;

use super::relock::{Exclusive, Relock};
use super::wait::Waits;
use crate::polled::case_by_polling;

pin_project! {
    /// Unlocks, waits to be notified, and locks again: [`Cond::wait`](crate::Cond::wait).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::{Cond, MutexGuard, future};
    ///
    /// fn next<'a>(
    ///     changed: &'a Cond,
    ///     guard: MutexGuard<'a, u8>,
    /// ) -> future::CondWait<'a, MutexGuard<'a, u8>> {
    ///     changed.wait(guard)
    /// }
    /// ```
    #[must_use = "futures do nothing unless they are awaited or polled"]
    pub struct CondWait<'a, G: Relock> {
        #[pin]
        waits: Waits<'a, G>,
    }
}

pin_project! {
    /// Waits for as long as a predicate is true: [`Cond::wait_while`](crate::Cond::wait_while).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::{Cond, MutexGuard, future};
    ///
    /// type Guard<'a> = MutexGuard<'a, u8>;
    ///
    /// fn above_zero<'a>(
    ///     changed: &'a Cond,
    ///     guard: Guard<'a>,
    /// ) -> future::WaitWhile<'a, Guard<'a>, fn(&mut u8) -> bool> {
    ///     changed.wait_while(guard, |level| *level == 0)
    /// }
    /// ```
    #[must_use = "futures do nothing unless they are awaited or polled"]
    pub struct WaitWhile<'a, G: Relock, P> {
        #[pin]
        waits: Waits<'a, G>,
        predicate: P,
    }
}

impl<'a, G: Relock> CondWait<'a, G> {
    pub(super) const fn new(waits: Waits<'a, G>) -> Self {
        Self { waits }
    }
}

impl<'a, G: Relock, P> WaitWhile<'a, G, P> {
    pub(super) const fn new(waits: Waits<'a, G>, predicate: P) -> Self {
        Self { waits, predicate }
    }
}

impl<G: Relock> Future for CondWait<'_, G> {
    type Output = G;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<G> {
        self.project().waits.poll_wait(cx)
    }
}

impl<G: Exclusive, P: FnMut(&mut G::Target) -> bool> Future for WaitWhile<'_, G, P> {
    type Output = G;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<G> {
        let mut this = self.project();
        // The guard that it came with, or none.
        if this.waits.holds() {
            ready!(coop::proceed(cx));
        }
        let mut held = this.waits.as_mut().take_guard();
        loop {
            if let Some(mut guard) = held {
                // If this panics, the guard unlocks on the way.
                if !(this.predicate)(&mut guard) {
                    return Poll::Ready(guard);
                }
                this.waits.as_mut().restart(guard);
            }
            held = Some(ready!(this.waits.as_mut().poll_wait(cx)));
        }
    }
}

case_by_polling!([G: Relock] CondWait<'_, G>);
case_by_polling!([G: Exclusive, P: FnMut(&mut G::Target) -> bool] WaitWhile<'_, G, P>);

impl<G: Relock> fmt::Debug for CondWait<'_, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CondWait").field(&self.waits).finish()
    }
}

impl<G: Relock, P> fmt::Debug for WaitWhile<'_, G, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WaitWhile").field(&self.waits).finish()
    }
}

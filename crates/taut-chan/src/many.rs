//! Receiving many values at a time.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll, ready};

use pin_project_lite::pin_project;
use taut_core::{Case, Claim, Peek, Slot, Stage, Waiting, coop, wake};

use crate::channel::Received;
use crate::error::RecvError;
use crate::op::RecvOp;
use crate::shared::Shared;

pin_project! {
    /// Receives many values: [`Receiver::recv_many`](crate::Receiver::recv_many).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::chan::{Receiver, future::RecvMany};
    ///
    /// fn batch<'a>(rx: &'a Receiver<u32>, into: &'a mut Vec<u32>) -> RecvMany<'a, u32> {
    ///     rx.recv_many(into, 64)
    /// }
    /// # let (tx, rx) = taut::chan::bounded(1);
    /// # drop((tx.try_send(7), batch(&rx, &mut Vec::new())));
    /// # assert_eq!(rx.len(), 1);
    /// ```
    #[must_use = "futures do nothing unless they are awaited or polled"]
    pub struct RecvMany<'a, T> {
        #[pin]
        first: Waiting<RecvOp<&'a Shared<T>>>,
        into: &'a mut Vec<T>,
        max: usize,
    }
}

impl<'a, T> RecvMany<'a, T> {
    pub(crate) fn new(shared: &'a Shared<T>, into: &'a mut Vec<T>, max: usize) -> Self {
        Self { first: RecvOp::waiting(shared), into, max }
    }
}

impl<T> RecvMany<'_, T> {
    /// The first value has come, or never will: takes what else there is.
    fn conclude(self: Pin<&mut Self>, first: Result<T, RecvError>) -> usize {
        let this = self.project();
        let Ok(value) = first else { return 0 };
        this.into.push(value);
        1 + take_more(this.first.operation().side(), this.into, *this.max - 1)
    }
}

impl<T> Future for RecvMany<'_, T> {
    type Output = usize;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<usize> {
        let mut this = self.as_mut().project();
        if *this.max == 0 {
            return Poll::Ready(0);
        }
        // Every time, not every sixteenth: it may be many values.
        if this.first.stage() == Stage::Start {
            ready!(coop::charge(cx));
        }
        let first = ready!(this.first.as_mut().poll(cx));
        Poll::Ready(self.conclude(first))
    }
}

// SAFETY: it is the receive of the first value; the others are taken when that is over.
unsafe impl<T> Case for RecvMany<'_, T> {
    type Output = usize;

    fn peek(&self) -> Peek {
        if self.max == 0 { Peek::Unknown } else { self.first.peek() }
    }

    fn attempt(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<usize> {
        let this = self.as_mut().project();
        if *this.max == 0 {
            return Poll::Ready(0);
        }
        let first = ready!(this.first.attempt(cx));
        Poll::Ready(self.conclude(first))
    }

    unsafe fn enroll(mut self: Pin<&mut Self>, claim: Pin<&Claim>, arm: u32) -> Poll<usize> {
        // SAFETY: by the caller.
        let first = ready!(unsafe { self.as_mut().project().first.enroll(claim, arm) });
        Poll::Ready(self.conclude(first))
    }

    fn collect(mut self: Pin<&mut Self>) -> Option<usize> {
        let first = self.as_mut().project().first.collect()?;
        Some(self.conclude(first))
    }
}

/// Takes up to `max` values that are there now.
fn take_more<T>(shared: &Shared<T>, into: &mut Vec<T>, max: usize) -> usize {
    for taken in 0..max {
        let slot = Slot::empty();
        // SAFETY: our own, and empty.
        match shared.try_recv(unsafe { slot.vacant() }) {
            Received::Done(value, woken) => {
                // First of all, so that a waker that panics does not cost us the value.
                into.push(value.take());
                wake(woken);
            }
            Received::Closed | Received::Empty => return taken,
        }
    }
    max
}

impl<T> fmt::Debug for RecvMany<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecvMany").field("max", &self.max).finish_non_exhaustive()
    }
}

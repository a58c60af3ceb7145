//! An operation with a limit in time, as a future and as an arm of a select.
//!
//! At the deadline the operation is withdrawn, and that decides: if somebody completed it first, its
//! result is given although the time has passed. So a timeout never hides a send that took place, and
//! never loses a value that was handed over.
//!
//! In a select the operation takes its place in its list, as any other arm; whoever comes along commits
//! it, or finds that another arm was. The deadline is in no list. It wakes the select, which polls it
//! when nobody else can claim, and is then as free to withdraw the operation as its own future would be.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll, ready};

use pin_project_lite::pin_project;
use taut_core::time::Deadline;
use taut_core::{Case, Claim, Operation, Peek, Waiting};

/// How an operation ends that has a limit.
pub(crate) trait Limit: Operation + Sized {
    /// What it gives then.
    type Ended;

    /// In time, with this.
    fn in_time(output: Self::Output) -> Self::Ended;

    /// Withdrawn. If it was decided first, that is the result.
    fn withdraw(waiting: Pin<&mut Waiting<Self>>) -> Self::Ended;
}

pin_project! {
    /// An operation and its deadline.
    pub(crate) struct Limited<O: Operation> {
        #[pin]
        waiting: Waiting<O>,
        #[pin]
        deadline: Deadline,
    }
}

impl<O: Operation> Limited<O> {
    pub(crate) const fn new(waiting: Waiting<O>, deadline: Deadline) -> Self {
        Self { waiting, deadline }
    }
}

impl<O: Limit> Limited<O> {
    /// Its end, if the deadline has passed.
    fn late(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<O::Ended> {
        let this = self.project();
        ready!(this.deadline.poll(cx));
        Poll::Ready(O::withdraw(this.waiting))
    }
}

impl<O: Limit> Future for Limited<O> {
    type Output = O::Ended;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<O::Ended> {
        match self.as_mut().project().waiting.poll(cx) {
            Poll::Ready(output) => Poll::Ready(O::in_time(output)),
            Poll::Pending => self.late(cx),
        }
    }
}

// SAFETY: it is the case inside. The deadline is enrolled nowhere; what is withdrawn when it passes leaves
// its list first, as `collect` would have it.
unsafe impl<O: Limit> Case for Limited<O> {
    type Output = O::Ended;

    /// Never `Unready`: the deadline may have passed. A `default` does not go by the clock, though, but by
    /// the operation: its version is ours.
    fn peek(&self) -> Peek {
        match self.waiting.peek() {
            Peek::Unready(version) => Peek::Maybe(version),
            other => other,
        }
    }

    fn attempt(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<O::Ended> {
        match self.as_mut().project().waiting.attempt(cx) {
            Poll::Ready(output) => Poll::Ready(O::in_time(output)),
            Poll::Pending => self.late(cx),
        }
    }

    unsafe fn enroll(self: Pin<&mut Self>, claim: Pin<&Claim>, arm: u32) -> Poll<O::Ended> {
        // SAFETY: by the caller.
        let enrolled = unsafe { self.project().waiting.enroll(claim, arm) };
        enrolled.map(O::in_time)
    }

    fn repoll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<O::Ended> {
        self.late(cx)
    }

    fn collect(self: Pin<&mut Self>) -> Option<O::Ended> {
        self.project().waiting.collect().map(O::in_time)
    }
}

impl<O: Operation> fmt::Debug for Limited<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limited")
            .field("deadline", &self.deadline.instant())
            .finish_non_exhaustive()
    }
}

//! Arms that are no operations of taut: a future and a case that run a program of the test's.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of it")]

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use taut_core::{Case, Claim, Peek};

/// A future that runs `program` at each poll, and tells it which one it is, from 1.
pub fn foreign<T>(mut program: impl FnMut(u32) -> Poll<T>) -> impl Future<Output = T> {
    let mut polls = 0;
    poll_fn(move |_| {
        polls += 1;
        program(polls)
    })
}

/// A case that is never ready, and runs a program each time it is to be enrolled: between the looks of
/// a select at its other arms.
pub struct OnEnroll<F>(pub F);

// SAFETY: it is enrolled nowhere.
unsafe impl<F: FnMut() + Unpin> Case for OnEnroll<F> {
    type Output = Infallible;

    fn peek(&self) -> Peek {
        Peek::Unready(0)
    }

    fn attempt(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Infallible> {
        Poll::Pending
    }

    unsafe fn enroll(self: Pin<&mut Self>, _: Pin<&Claim>, _: u32) -> Poll<Infallible> {
        (self.get_mut().0)();
        Poll::Pending
    }

    fn collect(self: Pin<&mut Self>) -> Option<Infallible> {
        None
    }
}

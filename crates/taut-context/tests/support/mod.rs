//! What the tests of this crate share beyond those of all crates: causes that are numbered, and what can be
//! seen of a context.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of it")]

#[path = "../../../taut-chan/tests/support/by_hand.rs"]
mod by_hand;
#[path = "../../../taut-chan/tests/support/hooks.rs"]
pub mod hooks;
pub mod plain;

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::task::{Poll, Wake, Waker};

use taut::context::{Context, ContextError};

pub use by_hand::*;

/// Waits on this thread, which has no runtime.
pub fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut task = task(future);
    loop {
        match task.poll_with(&waker) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// A cause with a number.
#[derive(Debug, PartialEq, Eq)]
pub struct Why(pub u32);

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "why {}", self.0)
    }
}

impl Error for Why {}

/// What can be seen of a context, with the number of its cause if it was a [`Why`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    Live,
    Cancelled(Option<u32>),
    Late(Option<u32>),
}

/// No cause was given.
pub const CANCELLED: Seen = Seen::Cancelled(None);
/// No cause was given.
pub const LATE: Seen = Seen::Late(None);

/// Looks at a context in every way there is, all of which must agree. CX-03, CX-04, CX-16.
#[track_caller]
pub fn seen(ctx: &Context) -> Seen {
    let err = ctx.err();
    assert_eq!(ctx.is_done(), err.is_some(), "is_done");
    assert_eq!(ctx.check().err(), err, "check");
    let cause = ctx.cause();
    assert_eq!(cause.is_some(), err.is_some(), "cause");
    let number = cause.as_ref().and_then(|cause| cause.downcast_ref::<Why>()).map(|why| why.0);
    let plain = cause.as_ref().and_then(|cause| cause.downcast_ref::<ContextError>()).copied();
    match err {
        None => Seen::Live,
        Some(err) => {
            assert_eq!(now(ctx.done()), err, "done");
            assert!(plain.is_none_or(|plain| plain == err), "without a cause it is the error");
            assert_eq!(ctx.err(), Some(err), "it changed");
            match err {
                ContextError::Cancelled => Seen::Cancelled(number),
                ContextError::DeadlineExceeded => Seen::Late(number),
            }
        }
    }
}

/// Runs `program` on a thread that has little stack: what recurses as deep as the tree overflows it.
pub fn on_a_small_stack(program: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(program).unwrap();
    thread.join().unwrap_or_else(|e| resume_unwind(e));
}

/// How many of something there are: fewer under Miri.
pub const fn some_of(number: usize) -> usize {
    if cfg!(miri) { number / 4 + 1 } else { number }
}

/// Enough to see that nothing piles up.
pub const SOME: u64 = if cfg!(miri) { 10 } else { 1000 };

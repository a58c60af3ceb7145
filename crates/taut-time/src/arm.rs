//! What waits for the clock, as a future and as an arm of a select.
//!
//! It waits in no list that a claim decides over, for the clock comes by without asking: a select polls
//! it, as [`Polled`](taut_core::select::Polled) does any future. But it is ours, so it can do better:
//!
//! | | polled | attempted, as an arm | enrolled, as an arm |
//! | --- | --- | --- | --- |
//! | charges the budget | the first time | no: the select did, for all arms | no |
//! | looks at the clock | yes | yes | yes |
//! | registers to be woken | yes | no: most selects do not come to wait | yes |
//!
//! An arm that charged would be pending while it is due, and leave its place to a `default`; and what it
//! was charged would be missing where the select is, which could go on for ever.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll, Waker, ready};

use pin_project_lite::pin_project;
use taut_core::waiting::polled_after_completion;
use taut_core::{Case, Claim, Peek, coop};

/// What waits for the clock.
pub(crate) trait Await {
    type Output;

    /// Looks at the clock.
    fn look(&self) -> Option<Self::Output>;

    /// The same, and sees to it that the task is woken when it is to look again.
    fn poll_look(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output>;

    /// The task is to be woken no more.
    fn unregister(self: Pin<&mut Self>);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing is registered.
    Start,
    /// It may be registered.
    Waiting,
    /// It gave its output, and nothing is registered.
    Over,
}

pin_project! {
    /// What waits for the clock, as a future and as a case.
    pub(crate) struct Arm<A> {
        #[pin]
        inner: A,
        stage: Stage,
        // Of the select that attempted it last, for when that enrolls it: its context is given only once.
        waker: Option<Waker>,
    }
}

impl<A: Await> Arm<A> {
    pub(crate) const fn new(inner: A) -> Self {
        Self { inner, stage: Stage::Start, waker: None }
    }

    pub(crate) const fn inner(&self) -> &A {
        &self.inner
    }

    fn poll_look(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<A::Output> {
        let mut this = self.project();
        *this.stage = Stage::Waiting;
        let output = ready!(this.inner.as_mut().poll_look(cx));
        Poll::Ready(Self::end(this.inner, this.stage, output))
    }

    fn end(inner: Pin<&mut A>, stage: &mut Stage, output: A::Output) -> A::Output {
        if *stage == Stage::Waiting {
            inner.unregister();
        }
        *stage = Stage::Over;
        output
    }
}

impl<A: Await> Future for Arm<A> {
    type Output = A::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<A::Output> {
        match self.stage {
            Stage::Start => ready!(coop::proceed(cx)),
            Stage::Waiting => {}
            Stage::Over => polled_after_completion(),
        }
        self.poll_look(cx)
    }
}

/// As a copy of `waker`, without making one if it is one already.
fn remember(known: &mut Option<Waker>, waker: &Waker) {
    match known {
        Some(known) => known.clone_from(waker),
        None => *known = Some(waker.clone()),
    }
}

// SAFETY: it is enrolled nowhere.
unsafe impl<A: Await> Case for Arm<A> {
    type Output = A::Output;

    fn peek(&self) -> Peek {
        Peek::Unknown
    }

    fn attempt(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<A::Output> {
        let this = self.project();
        if *this.stage == Stage::Over {
            polled_after_completion();
        }
        match this.inner.look() {
            Some(output) => Poll::Ready(Self::end(this.inner, this.stage, output)),
            None => {
                remember(this.waker, cx.waker());
                Poll::Pending
            }
        }
    }

    unsafe fn enroll(mut self: Pin<&mut Self>, _: Pin<&Claim>, _: u32) -> Poll<A::Output> {
        // Taken out, for the time that it is borrowed.
        let Some(waker) = self.as_mut().project().waker.take() else {
            unreachable!("a select attempts its cases before it enrolls them");
        };
        let polled = self.as_mut().poll_look(&mut task::Context::from_waker(&waker));
        *self.project().waker = Some(waker);
        polled
    }

    fn repoll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<A::Output> {
        remember(self.as_mut().project().waker, cx.waker());
        self.poll_look(cx)
    }

    fn collect(self: Pin<&mut Self>) -> Option<A::Output> {
        let this = self.project();
        *this.waker = None;
        if *this.stage == Stage::Waiting {
            this.inner.unregister();
            *this.stage = Stage::Start;
        }
        None
    }
}

impl<A: fmt::Debug> fmt::Debug for Arm<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.stage == Stage::Over { f.write_str("Over") } else { self.inner.fmt(f) }
    }
}

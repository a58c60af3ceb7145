//! The select that ships, as small as the tests of channels need it: two cases, which are looked at in
//! order, and a `default`.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of it")]

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;
use taut_core::select::{Fixed, Out, Race};
use taut_core::{Case, Peek};

/// Which of the two cases won.
#[derive(Debug, PartialEq, Eq)]
pub enum Either<A, B> {
    A(A),
    B(B),
}

impl<A, B> From<Out<A, B>> for Either<A, B> {
    fn from(out: Out<A, B>) -> Self {
        match out {
            Out::A(output) => Self::A(output),
            Out::B(output) => Self::B(output),
        }
    }
}

pin_project! {
    /// Waits for one of two cases.
    pub struct Select<A: Case, B: Case> {
        #[pin]
        race: Race<Fixed<(A, B)>>,
    }
}

/// A select of two cases, of which `a` is looked at first.
pub fn select<A: Case, B: Case>(a: A, b: B) -> Select<A, B> {
    Select { race: race(a, b) }
}

fn race<A: Case, B: Case>(a: A, b: B) -> Race<Fixed<(A, B)>> {
    Race::new(Fixed::new((a, b)), true)
}

impl<A: Case, B: Case> Future for Select<A, B> {
    type Output = Either<A::Output, B::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().race.poll_next(cx).map(Either::from)
    }
}

/// A select of two cases with a `default`: `None` if there was one instant at which neither was ready.
pub fn select_default<A: Case, B: Case>(a: A, b: B) -> Option<Either<A::Output, B::Output>> {
    let mut peeks = [Peek::Unknown; 2];
    let mut cx = Context::from_waker(Waker::noop());
    match pin!(race(a, b)).poll_now(&mut cx, &mut peeks) {
        Poll::Ready(won) => won.map(Either::from),
        Poll::Pending => panic!("there is no budget to be used up"),
    }
}

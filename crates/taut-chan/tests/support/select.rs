//! The smallest select that keeps to the protocol of `taut_core::case`: two cases, a `default`.
//!
//! It is here to prove the protocol, in models and by hand; users get the real one from `taut-select`.
//!
//! # Invariants
//!
//! - The claim is the last field, so it outlives both cases.
//! - Before the cases are dropped or withdrawn nobody can claim any more: `resume`, then `decide`.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of it")]

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use taut_core::claim::{From, Missed};
use taut_core::{Case, Claim, Peek};

/// Which of the two cases won.
#[derive(Debug, PartialEq, Eq)]
pub enum Either<A, B> {
    A(A),
    B(B),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Waiting,
    Over,
}

pin_project! {
    /// Waits for one of two cases.
    pub struct Select<A: Case, B: Case> {
        #[pin]
        a: A,
        #[pin]
        b: B,
        state: State,
        #[pin]
        claim: Claim,
    }

    impl<A: Case, B: Case> PinnedDrop for Select<A, B> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if *this.state == State::Waiting && this.claim.resume().is_ok() {
                this.claim.decide();
            }
        }
    }
}

/// A select of two cases, of which `a` is looked at first.
pub fn select<A: Case, B: Case>(a: A, b: B) -> Select<A, B> {
    Select { a, b, state: State::Start, claim: Claim::new() }
}

impl<A: Case, B: Case> Future for Select<A, B> {
    type Output = Either<A::Output, B::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.state {
            State::Start => match self.as_mut().look() {
                Some(won) => Poll::Ready(won),
                None => {
                    // SAFETY: nobody knows the claim yet.
                    unsafe { self.claim.set_waker(cx.waker()) };
                    self.register()
                }
            },
            State::Waiting => self.woken(cx),
            State::Over => panic!("polled after completion"),
        }
    }
}

impl<A: Case, B: Case> Select<A, B> {
    fn look(self: Pin<&mut Self>) -> Option<Either<A::Output, B::Output>> {
        let this = self.project();
        let won = match this.a.attempt() {
            Poll::Ready(output) => Some(Either::A(output)),
            Poll::Pending => match this.b.attempt() {
                Poll::Ready(output) => Some(Either::B(output)),
                Poll::Pending => None,
            },
        };
        if won.is_some() {
            *this.state = State::Over;
        }
        won
    }

    fn register(self: Pin<&mut Self>) -> Poll<Either<A::Output, B::Output>> {
        let mut this = self.project();
        // From here on a drop must take the claim back first.
        *this.state = State::Waiting;
        loop {
            let claim = this.claim.as_ref();
            // SAFETY: the claim is pinned beside the cases and dropped after them.
            if let Poll::Ready(output) = unsafe { this.a.as_mut().enroll(claim, 0) } {
                claim.decide();
                *this.state = State::Over;
                this.b.withdraw();
                return Poll::Ready(Either::A(output));
            }
            // SAFETY: as above.
            if let Poll::Ready(output) = unsafe { this.b.as_mut().enroll(claim, 1) } {
                claim.decide();
                *this.state = State::Over;
                this.a.withdraw();
                return Poll::Ready(Either::B(output));
            }
            match claim.wait(From::Looking) {
                Ok(()) => return Poll::Pending,
                Err(Missed) => pause(),
            }
        }
    }

    fn woken(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Either<A::Output, B::Output>> {
        let this = self.as_ref().get_ref();
        match this.claim.resume() {
            Err(arm) => Poll::Ready(self.collect(arm)),
            Ok(()) => {
                // SAFETY: taken back, so nobody can claim.
                unsafe { this.claim.set_waker(cx.waker()) };
                match this.claim.wait(From::Away) {
                    Ok(()) => Poll::Pending,
                    Err(Missed) => self.register(),
                }
            }
        }
    }

    fn collect(self: Pin<&mut Self>, arm: u32) -> Either<A::Output, B::Output> {
        let this = self.project();
        *this.state = State::Over;
        if arm == 0 {
            let output = this.a.collect().expect("arm 0 was claimed");
            this.b.withdraw();
            Either::A(output)
        } else {
            let output = this.b.collect().expect("arm 1 was claimed");
            this.a.withdraw();
            Either::B(output)
        }
    }
}

/// Between two looks: the select at the lower address must get on.
fn pause() {
    #[cfg(taut_loom)]
    loom::thread::yield_now();
    #[cfg(not(taut_loom))]
    std::thread::yield_now();
}

/// A select of two cases with a `default`: `None` if there was one instant at which neither was ready.
pub fn select_default<A: Case, B: Case>(
    mut a: Pin<&mut A>,
    mut b: Pin<&mut B>,
) -> Option<Either<A::Output, B::Output>> {
    loop {
        let before = (a.peek(), b.peek());
        // A case that cannot be ready need not take its lock.
        if let Poll::Ready(output) = attempt_if(before.0, a.as_mut()) {
            return Some(Either::A(output));
        }
        if let Poll::Ready(output) = attempt_if(before.1, b.as_mut()) {
            return Some(Either::B(output));
        }
        let is_known = before.0 != Peek::Unknown && before.1 != Peek::Unknown;
        if is_known && before == (a.peek(), b.peek()) {
            return None;
        }
        pause();
    }
}

fn attempt_if<C: Case>(peek: Peek, case: Pin<&mut C>) -> Poll<C::Output> {
    match peek {
        Peek::Unknown | Peek::Maybe(_) => case.attempt(),
        Peek::Unready(_) => Poll::Pending,
    }
}

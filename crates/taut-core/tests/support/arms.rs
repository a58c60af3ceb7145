//! A select of any number of operations of the toy primitive, that can be taken through its rounds
//! step by step, which `select::Race` cannot.
//!
//! # Invariants
//!
//! - The claim outlives the cases: it is held by `claims`, the last field.
//! - Before the cases are dropped or collected nobody can claim any more: `resume`, then `decide`.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use taut_core::claim::{From, Missed};
use taut_core::{Case, Claim};

use super::desk::Got;

pub type Arm = Pin<Box<dyn Case<Output = Got> + Send>>;

/// An arm made of an operation.
pub fn arm(case: impl Case<Output = Got> + Send + 'static) -> Arm {
    Box::pin(case)
}

/// Claims side by side, so that the order of their addresses is that of their numbers.
pub struct Claims(Box<[Claim]>);

impl Claims {
    pub fn new(count: usize) -> Arc<Self> {
        Arc::new(Self((0..count).map(|_| Claim::new()).collect()))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    Registering,
    Waiting,
    Over,
}

/// A select: the number of the arm that won, and its output.
pub struct Arms {
    cases: Vec<Arm>,
    state: State,
    number: usize,
    claims: Arc<Claims>,
}

impl Arms {
    pub fn new(cases: impl IntoIterator<Item = Arm>) -> Self {
        Self::with_claim(&Claims::new(1), 0, cases)
    }

    /// A select that is decided by the claim of this number, which is used for no other.
    pub fn with_claim(
        claims: &Arc<Claims>,
        number: usize,
        cases: impl IntoIterator<Item = Arm>,
    ) -> Self {
        let cases = cases.into_iter().collect();
        Self { cases, state: State::Start, number, claims: Arc::clone(claims) }
    }

    pub fn claim(&self) -> Pin<&Claim> {
        // SAFETY: never moved, for the box is shared and never given away.
        unsafe { Pin::new_unchecked(&self.claims.0[self.number]) }
    }

    /// Looks at every arm, without registering.
    pub fn look(&mut self) -> Option<(usize, Got)> {
        let won = self.cases.iter_mut().enumerate().find_map(|(number, case)| {
            match case.as_mut().attempt(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(got) => Some((number, got)),
                Poll::Pending => None,
            }
        });
        if won.is_some() {
            self.state = State::Over;
        }
        won
    }

    /// Registers every arm, or makes it look again.
    pub fn register(&mut self) -> Option<(usize, Got)> {
        self.state = State::Registering;
        for number in 0..self.cases.len() {
            // SAFETY: never moved, as in `claim`, and held until the cases are gone.
            let claim = unsafe { Pin::new_unchecked(&self.claims.0[self.number]) };
            // SAFETY: as above; always with the same claim and number, and never while it waits.
            let case = unsafe { self.cases[number].as_mut().enroll(claim, number as u32) };
            if let Poll::Ready(got) = case {
                claim.decide();
                self.state = State::Over;
                self.withdraw_but(number);
                return Some((number, got));
            }
        }
        None
    }

    /// Lets others claim.
    pub fn wait(&mut self, from: From) -> Result<(), Missed> {
        let waits = self.claim().wait(from);
        if waits.is_ok() {
            self.state = State::Waiting;
        }
        waits
    }

    /// Takes the right to claim back.
    pub fn resume(&mut self) -> Result<(), u32> {
        let resumed = self.claim().resume();
        if resumed.is_ok() {
            self.state = State::Registering;
        }
        resumed
    }

    /// After an arm was claimed.
    pub fn collect(&mut self, number: u32) -> (usize, Got) {
        let number = number as usize;
        self.state = State::Over;
        let got = self.cases[number].as_mut().collect().expect("it was claimed");
        self.withdraw_but(number);
        (number, got)
    }

    fn withdraw_but(&mut self, winner: usize) {
        for (number, case) in self.cases.iter_mut().enumerate() {
            if number != winner {
                assert_eq!(case.as_mut().collect(), None, "another arm won");
            }
        }
    }

    fn register_and_wait(&mut self) -> Poll<(usize, Got)> {
        loop {
            if let Some(won) = self.register() {
                return Poll::Ready(won);
            }
            match self.wait(From::Looking) {
                Ok(()) => return Poll::Pending,
                Err(Missed) => pause(),
            }
        }
    }
}

impl Future for Arms {
    type Output = (usize, Got);

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        if this.state == State::Start {
            if let Some(won) = this.look() {
                return Poll::Ready(won);
            }
            // SAFETY: nobody knows the claim yet.
            unsafe { this.claim().set_waker(cx.waker()) };
            return this.register_and_wait();
        }
        assert_eq!(this.state, State::Waiting, "polled in the middle of its rounds");
        if let Err(number) = this.resume() {
            return Poll::Ready(this.collect(number));
        }
        // SAFETY: taken back, so nobody can claim.
        unsafe { this.claim().set_waker(cx.waker()) };
        match this.wait(From::Away) {
            Ok(()) => Poll::Pending,
            Err(Missed) => this.register_and_wait(),
        }
    }
}

impl Drop for Arms {
    fn drop(&mut self) {
        let may_decide = match self.state {
            State::Start | State::Over => false,
            State::Registering => true,
            State::Waiting => self.claim().resume().is_ok(),
        };
        if may_decide {
            self.claim().decide();
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

//! One caller's way to the value of a cell: takes the turn or waits for it, and runs its initialiser.
//!
//! | phase | `poll` | dropping it |
//! | --- | --- | --- |
//! | `Start` | value? turn? else wait | nothing |
//! | `Waiting` | told? back to `Start` | leaves its place; if it was told, tells the next |
//! | `Running` | polls the initialiser | drops the initialiser, then gives the turn back |
//! | `Done` | panics | nothing |
//!
//! An initialiser that panics is dropped, and then the turn is given back, both at once: nobody else's
//! begins while there is something left of it.

use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use taut_core::monitor::Until;
use taut_core::{Waiting, coop};

use super::OnceCell;
use super::turn::{HasTurn, Right, Turn};
use crate::polled::polled_after_completion;
use taut_core::reentry;

pin_project! {
    /// `I` is what the future `Fut` is made of, if it comes to that.
    pub(crate) struct Init<'a, T, I, Fut> {
        cell: &'a OnceCell<T>,
        #[pin]
        phase: Phase<'a, T, I, Fut>,
    }
}

pin_project! {
    #[project = Stage]
    enum Phase<'a, T, I, Fut> {
        Start {
            init: Option<I>,
        },
        Waiting {
            init: Option<I>,
            #[pin]
            turn: Waiting<Until<'a, Turn, HasTurn<'a, T>>>,
        },
        // In this order: the future goes before the right.
        Running {
            #[pin]
            future: Fut,
            right: Option<Right<'a, T>>,
        },
        Done,
    }
}

impl<'a, T, I, Fut: Future> Init<'a, T, I, Fut> {
    pub(crate) const fn new(cell: &'a OnceCell<T>, init: I) -> Self {
        Self { cell, phase: Phase::Start { init: Some(init) } }
    }

    /// `begin` calls the initialiser; `judge` says whether it succeeded.
    pub(crate) fn poll_by<E>(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        begin: impl FnOnce(I) -> Fut,
        judge: impl FnOnce(Fut::Output) -> Result<T, E>,
    ) -> Poll<Result<&'a T, E>> {
        if !matches!(self.phase, Phase::Running { .. }) {
            if matches!(self.phase, Phase::Start { .. }) {
                ready!(coop::proceed(cx));
            }
            let Some((init, right)) = ready!(self.as_mut().poll_turn(cx)) else {
                return Poll::Ready(Ok(self.value()));
            };
            let inside = reentry::enter(self.cell, 0);
            let future = begin(init);
            drop(inside);
            self.as_mut().project().phase.set(Phase::Running { future, right: Some(right) });
        }
        ready!(self.as_mut().poll_running(cx, judge))?;
        Poll::Ready(Ok(self.value()))
    }

    /// Comes to `Done`: with the turn and the initialiser, which is to be run; or without, since there
    /// is a value.
    fn poll_turn(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<(I, Right<'a, T>)>> {
        let this = self.project();
        let (cell, mut phase) = (*this.cell, this.phase);
        loop {
            match phase.as_mut().project() {
                Stage::Start { init } => {
                    let init = init.take();
                    if cell.get().is_some() {
                        phase.set(Phase::Done);
                        drop(init);
                        return Poll::Ready(None);
                    }
                    if let Some(right) = cell.try_begin() {
                        phase.set(Phase::Done);
                        return Poll::Ready(init.map(|init| (init, right)));
                    }
                    cell.assert_not_inside();
                    phase.set(Phase::Waiting { init, turn: cell.until_turn() });
                }
                Stage::Waiting { init, turn } => {
                    ready!(turn.poll(cx));
                    let init = init.take();
                    phase.set(Phase::Start { init });
                }
                Stage::Running { .. } | Stage::Done => polled_after_completion(),
            }
        }
    }

    fn poll_running<E>(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        judge: impl FnOnce(Fut::Output) -> Result<T, E>,
    ) -> Poll<Result<(), E>> {
        let this = self.project();
        let (cell, mut phase) = (*this.cell, this.phase);
        let Stage::Running { future, right } = phase.as_mut().project() else {
            polled_after_completion()
        };
        let inside = reentry::enter(cell, 0);
        let output = match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => output,
            Err(panic) => {
                drop(inside);
                phase.set(Phase::Done);
                resume_unwind(panic);
            }
        };
        let Some(held) = right.take() else { polled_after_completion() };
        // What the initialiser holds goes before anybody is told, who may be polled right there.
        match judge(output) {
            Ok(value) => {
                let outcome = held.with(value);
                phase.set(Phase::Done);
                drop(inside);
                drop(outcome);
                Poll::Ready(Ok(()))
            }
            Err(error) => {
                phase.set(Phase::Done);
                drop(inside);
                drop(held);
                Poll::Ready(Err(error))
            }
        }
    }

    fn value(&self) -> &'a T {
        match self.cell.get() {
            Some(value) => value,
            None => unreachable!("I1: it was set by us, or found"),
        }
    }
}

impl<T, I, Fut> fmt::Debug for Init<'_, T, I, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.phase {
            Phase::Start { .. } => "Start",
            Phase::Waiting { .. } => "Waiting",
            Phase::Running { .. } => "Running",
            Phase::Done => "Done",
        })
    }
}

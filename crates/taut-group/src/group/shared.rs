//! What a group, its tasks and its spawners share, and what is done with it: decided under the lock, acted
//! on after it.

use std::any::Any;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{self, Poll, Waker};

use taut_core::panics::{FirstPanic, Payload};
use taut_core::sync::{Guard, Lock};
use taut_core::{WakeBatch, coop, in_batches, reentry};
use taut_sync::Panicked;

use super::admission::{Look, Queued, Refusal, Ticket};
use super::bound::{Bound, Judgement};
use super::home::{Home, Task};
use super::rules::Rules;
use super::state::{Seat, State, Weight};
use super::{OnError, OnPanic, TaskError};

/// See the file's head.
pub(crate) struct Shared<T, E, H: Home> {
    state: Lock<State<T, E, H::Task>>,
    pub(crate) home: H,
    /// Nothing, for a group without a context.
    pub(crate) bound: Option<Bound<E>>,
}

/// What came of a task.
pub(crate) enum Outcome<T, E> {
    Returned(Result<T, E>),
    Panicked(Payload),
    /// It was dropped before its end.
    Dropped,
}

impl<T, E, H: Home> Shared<T, E, H> {
    pub(crate) fn new(home: H, bound: Option<Bound<E>>) -> Self {
        Self { state: Lock::new(State::new()), home, bound }
    }

    pub(crate) fn lock(&self) -> Guard<'_, State<T, E, H::Task>> {
        self.state.lock()
    }

    fn has_ended(&self) -> bool {
        self.bound.as_ref().is_some_and(|bound| bound.ctx.is_done())
    }

    /// Takes a place, if the group has not ended and one is free.
    pub(crate) fn try_enter(&self) -> Result<Seat, Refusal> {
        let (has_ended, is_open) = (self.has_ended(), self.home.is_open());
        let mut state = self.lock();
        match state.admission.shut_by() {
            Some(refusal) => Err(refusal),
            None if !is_open => Err(Refusal::Closed),
            None if has_ended => Err(Refusal::Ended),
            None => state.try_enter(),
        }
    }

    /// Takes a place, in line if need be.
    pub(crate) async fn enter(&self) -> Result<Seat, Refusal> {
        // Who starts tasks in a loop lets them have their turns, though there is room for all.
        poll_fn(coop::proceed).await;
        match self.try_enter() {
            Err(Refusal::Full) => {}
            entered => return entered,
        }
        let line = InLine { shared: self, ticket: None };
        match &self.bound {
            Some(bound) => bound.ctx.run(line).await.unwrap_or(Err(Refusal::Ended)),
            None => line.await,
        }
    }

    /// Keeps the handle of a task that is about to be started, so that it can be aborted, or does so.
    pub(crate) fn hold(&self, seat: Seat, task: H::Task) {
        let mut state = self.lock();
        if state.is_aborting {
            drop(state);
            return task.abort();
        }
        state.live.hold(seat.no, task);
    }

    /// Does what follows from how a task ended, then notes that it has ended, and frees its place. In this
    /// order: by the time that anybody can see it, the context has ended with its error, and what is to be
    /// aborted is.
    pub(crate) fn conclude(&self, seat: Seat, outcome: Outcome<T, E>, rules: Rules) {
        let mut panics = FirstPanic::default();
        let (mut weight, mut is_blamed) = (Weight::Reason, false);
        let (result, payload) = match outcome {
            Outcome::Returned(Ok(value)) => (Some(Ok(value)), None),
            Outcome::Returned(Err(error)) => {
                self.lock().blame();
                is_blamed = true;
                weight = panics.of(|| self.fail(&error, rules.on_error)).unwrap_or(weight);
                (Some(Err(TaskError::Failed(error))), None)
            }
            Outcome::Dropped => (Some(Err(TaskError::Aborted)), None),
            Outcome::Panicked(payload) if rules.on_panic == OnPanic::Contain => {
                let panicked = Panicked::of(&*payload);
                panics.of(|| drop(payload));
                (Some(Err(TaskError::Panicked(panicked))), None)
            }
            Outcome::Panicked(payload) => (None, Some(payload)),
        };
        // What panicked on the way, a callback or a destructor, is as a panic of the task.
        let mut payload = payload.or(panics.into_payload());
        if let Some(payload) = &payload {
            if !std::mem::replace(&mut is_blamed, true) {
                self.lock().blame();
            }
            FirstPanic::default().of(|| self.panic(&**payload, rules.on_error));
        }

        let mut unwanted = None;
        self.settle(|state, wakes| {
            let handle = state.live.leave(seat.no);
            if state.verdict.panic.is_none() {
                state.verdict.panic = payload.take();
            }
            let refuse = state.complete(seat.index, result, weight, is_blamed);
            unwanted = Some((handle, refuse));
            wakes.extend(state.take_waiter());
            state.admission.leave(seat.index, wakes)
        });
        drop((unwanted, payload));
    }

    /// Takes a step under the lock, after which somebody may be admitted, and wakes whom it concerns.
    fn settle(&self, step: impl FnOnce(&mut State<T, E, H::Task>, &mut WakeBatch) -> bool) {
        let mut step = Some(step);
        in_batches(|wakes| {
            let mut state = self.lock();
            match step.take() {
                Some(step) => step(&mut state, wakes),
                None => state.admission.admit(wakes),
            }
        });
    }

    /// Does what is to follow from a panic of a task.
    fn panic(&self, payload: &(dyn Any + Send), on_error: OnError) {
        let text = format!("a task of the group panicked: {}", Panicked::of(payload).message());
        let mut panics = FirstPanic::default();
        panics.of(|| self.bound.as_ref().map(|bound| bound.end(Some(text.into()))));
        // Without a context there is no other way to end the others.
        if self.bound.is_some() && on_error == OnError::Cancel {
            panics.of(|| self.shut(Refusal::Ended));
        } else {
            panics.of(|| self.abort());
        }
        panics.raise();
    }

    /// Does what is to follow from an error. How much it says.
    fn fail(&self, error: &E, on_error: OnError) -> Weight {
        let judgement = self.bound.as_ref().map(|bound| (bound, bound.judge(error)));
        let mut weight = Weight::Reason;
        match judgement {
            Some((_, Judgement::Consequence)) => return Weight::Consequence,
            _ if on_error == OnError::Continue => return weight,
            Some((bound, Judgement::Reason(cause))) => {
                if bound.end(Some(cause)) {
                    weight = Weight::Cause;
                }
                self.shut(Refusal::Ended);
            }
            None => {}
        }
        if on_error == OnError::Abort {
            self.abort();
        }
        weight
    }

    /// Admits nobody any more.
    fn shut(&self, why: Refusal) {
        self.lock().admission.shut(why);
        self.tell_refused();
    }

    /// Tells who is in line that nobody is admitted any more.
    pub(crate) fn tell_refused(&self) {
        in_batches(|wakes| self.lock().admission.tell_refused(wakes));
    }

    /// Admits nobody any more, and drops the futures of all tasks.
    pub(crate) fn abort(&self) {
        let mut state = self.lock();
        state.is_aborting = true;
        state.admission.shut(Refusal::Ended);
        let tasks = state.live.handles();
        drop(state);
        let mut panics = FirstPanic::default();
        panics.of(|| self.tell_refused());
        for task in tasks {
            // A destructor that panics keeps no other task alive.
            panics.of(|| task.abort());
        }
        panics.raise();
    }

    pub(crate) fn set_limit(&self, limit: Option<usize>) {
        self.settle(|state, wakes| state.admission.set_limit(limit, wakes));
    }
}

impl<T, E, H: Home> fmt::Debug for Shared<T, E, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let summary = self.lock().summary();
        summary.fmt(f)
    }
}

/// Waiting for a place, first come, first served.
struct InLine<'a, T, E, H: Home> {
    shared: &'a Shared<T, E, H>,
    ticket: Option<Ticket>,
}

impl<T, E, H: Home> InLine<'_, T, E, H> {
    /// Asks once. `None`: come again with a fresh waker.
    fn ask(
        &mut self,
        waker: &Waker,
        fresh: &mut Option<Waker>,
    ) -> Option<Poll<Result<Seat, Refusal>>> {
        let mut state = self.shared.lock();
        let Some(ticket) = self.ticket else {
            match state.try_enter() {
                Err(Refusal::Full) => {}
                entered => return Some(Poll::Ready(entered)),
            }
            let task = reentry::part_inside(self.shared);
            return match state.admission.queue(task, fresh) {
                Ok(ticket) => {
                    self.ticket = Some(ticket);
                    Some(Poll::Pending)
                }
                Err(Queued::WouldDeadlock) => Some(Poll::Ready(Err(Refusal::WouldDeadlock))),
                Err(Queued::Stale) => None,
            };
        };
        match state.admission.look(ticket, waker, fresh) {
            Look::Answered(answer) => {
                self.ticket = None;
                Some(Poll::Ready(answer.map(|()| state.sit())))
            }
            Look::InLine => Some(Poll::Pending),
            Look::Stale => None,
        }
    }
}

impl<T, E, H: Home> Future for InLine<'_, T, E, H> {
    type Output = Result<Seat, Refusal>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        let mut fresh = None;
        loop {
            if let Some(polled) = self.ask(cx.waker(), &mut fresh) {
                return polled;
            }
            fresh = Some(cx.waker().clone());
        }
    }
}

impl<T, E, H: Home> Drop for InLine<'_, T, E, H> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            let mut waker = None;
            self.shared.settle(|state, wakes| state.admission.give_up(ticket, &mut waker, wakes));
            drop(waker);
        }
    }
}

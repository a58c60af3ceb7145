//! What a group, its tasks and its spawners share, and what is done with it: decided under the lock, acted on after it.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{self, Poll, Waker};
use std::thread;

use taut_core::sync::{Guard, Lock};
use taut_core::{WakeBatch, in_batches, wake};

use super::admission::{Look, Refusal, Ticket};
use super::bound::{Bound, Judgement};
use super::home::{Home, Task};
use super::inside;
use super::state::{Payload, Seat, State};
use super::{OnError, TaskError};

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

    /// As which group its tasks know it.
    pub(crate) fn id(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    fn has_ended(&self) -> bool {
        self.bound.as_ref().is_some_and(|bound| bound.ctx.is_done())
    }

    /// Takes a place, if the group has not ended and one is free.
    pub(crate) fn try_enter(&self) -> Result<Seat, Refusal> {
        if self.has_ended() {
            return Err(Refusal::Ended);
        }
        self.lock().try_enter()
    }

    /// Takes a place, in line if need be.
    pub(crate) async fn enter(&self) -> Result<Seat, Refusal> {
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

    /// Keeps the handle of a task that was started, so that it can be aborted, or does so.
    pub(crate) fn hold(&self, seat: Seat, task: H::Task) {
        let mut state = self.lock();
        if state.is_aborting {
            drop(state);
            return task.abort();
        }
        let ended = state.live.hold(seat.no, seat.index, task);
        drop(state);
        drop(ended);
    }

    /// Notes that a task has ended, frees its place, and does what follows from how it ended.
    pub(crate) fn conclude(&self, seat: Seat, outcome: Outcome<T, E>, on_error: OnError) {
        let follows = self.judge(&outcome, on_error);
        let mut wakes = WakeBatch::new();
        let mut state = self.lock();
        let handle = state.live.leave(seat.no);
        let unwanted = match outcome {
            Outcome::Returned(result) => {
                let is_consequence = matches!(follows, Follows::NothingNew);
                state.complete(seat.index, result.map_err(TaskError::Failed), is_consequence)
            }
            Outcome::Dropped => state.complete(seat.index, Err(TaskError::Aborted), false),
            Outcome::Panicked(payload) => {
                state.verdict.panic.get_or_insert(payload);
                None
            }
        };
        state.admission.leave(&mut wakes);
        let waiter = state.take_waiter();
        drop(state);
        drop((handle, unwanted));
        self.follow(follows);
        wakes.wake_all();
        wake(waiter);
    }

    /// What is to follow from how a task ended.
    fn judge(&self, outcome: &Outcome<T, E>, on_error: OnError) -> Follows {
        match outcome {
            Outcome::Returned(Ok(_)) | Outcome::Dropped => Follows::Nothing,
            Outcome::Returned(Err(error)) => match &self.bound {
                Some(bound) => match bound.judge(error) {
                    Judgement::Consequence => Follows::NothingNew,
                    Judgement::Reason(cause) => Follows::of(on_error, Some(cause)),
                },
                None => Follows::of(on_error, None),
            },
            Outcome::Panicked(payload) => {
                let text = format!("a task of the group panicked: {}", text_of(payload));
                match (on_error, &self.bound) {
                    (OnError::Cancel, Some(_)) => Follows::End { cause: Some(text.into()), is_abort: false },
                    _ => Follows::End { cause: Some(text.into()), is_abort: true },
                }
            }
        }
    }

    fn follow(&self, follows: Follows) {
        match follows {
            Follows::End { cause, is_abort } => {
                if let Some(bound) = &self.bound {
                    bound.end(cause);
                }
                if is_abort {
                    self.abort();
                } else if self.bound.is_some() {
                    self.shut(Refusal::Ended);
                }
            }
            Follows::Nothing | Follows::NothingNew => {}
        }
    }

    /// Admits nobody any more.
    pub(crate) fn shut(&self, why: Refusal) {
        in_batches(|wakes| self.lock().admission.shut(why, wakes));
    }

    /// Admits nobody any more, and drops the futures of all tasks.
    pub(crate) fn abort(&self) {
        self.lock().is_aborting = true;
        self.shut(Refusal::Ended);
        let tasks = self.lock().live.handles();
        let mut panic = None;
        for task in tasks {
            // A destructor that panics keeps no other task alive.
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| task.abort())) {
                panic.get_or_insert(payload);
            }
        }
        match panic {
            Some(payload) if !thread::panicking() => resume_unwind(payload),
            _ => {}
        }
    }

    pub(crate) fn set_limit(&self, limit: Option<usize>) {
        let mut wakes = WakeBatch::new();
        let is_done = self.lock().admission.set_limit(limit, &mut wakes);
        wakes.wake_all();
        if !is_done {
            in_batches(|wakes| self.lock().admission.admit(wakes));
        }
    }
}

impl<T, E, H: Home> fmt::Debug for Shared<T, E, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lock().fmt(f)
    }
}

/// What is to follow from the end of a task.
enum Follows {
    Nothing,
    /// It failed because the group had ended.
    NothingNew,
    End { cause: Option<Box<dyn Error + Send + Sync>>, is_abort: bool },
}

impl Follows {
    fn of(on_error: OnError, cause: Option<Box<dyn Error + Send + Sync>>) -> Self {
        match on_error {
            OnError::Continue => Self::Nothing,
            // Without a context there is nobody to tell.
            OnError::Cancel if cause.is_none() => Self::Nothing,
            OnError::Cancel => Self::End { cause, is_abort: false },
            OnError::Abort => Self::End { cause, is_abort: true },
        }
    }
}

/// What a panic said, if it was a text.
fn text_of(payload: &Payload) -> &str {
    let literal = payload.downcast_ref::<&'static str>().copied();
    literal.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("not a text")
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
            let task = inside::task_of(self.shared.id());
            return match state.admission.queue(task, fresh.take()?) {
                Ok(ticket) => {
                    self.ticket = Some(ticket);
                    Some(Poll::Pending)
                }
                Err(refusal) => Some(Poll::Ready(Err(refusal))),
            };
        };
        match state.admission.look(ticket, waker, fresh) {
            Look::Answered(answer) => {
                self.ticket = None;
                Some(Poll::Ready(state.sit_down(answer)))
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
            let mut wakes = WakeBatch::new();
            let waker = self.shared.lock().admission.give_up(ticket, &mut wakes);
            wakes.wake_all();
            drop(waker);
        }
    }
}

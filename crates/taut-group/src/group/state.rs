//! What a group knows: who lives, what came of those who are done, and who waits to hear of it. Under one
//! lock.

use std::collections::VecDeque;
use std::fmt;
use std::task::Waker;

use taut_core::panics::Payload;

use super::admission::{Admission, Refusal};
use super::live::{Live, SeatNo};
use super::{Completed, TaskError};

/// Under the lock of a [`Shared`](super::shared::Shared).
pub(crate) struct State<T, E, H> {
    pub(crate) admission: Admission,
    pub(crate) live: Live<H>,
    /// What is done and nobody has taken, in the order of completion.
    pub(crate) done: VecDeque<Completed<T, E>>,
    /// How many tasks are ending the group just now.
    blamed: usize,
    /// What was aborted by that, and is told of after it.
    held_back: Vec<Completed<T, E>>,
    pub(crate) verdict: Verdict,
    /// Whoever waits for tasks to complete: there is one handle that can.
    waiter: Option<(Awaited, Waker)>,
    /// How many have been started: the index of the next.
    next: usize,
    /// Tasks that start now are to be aborted: the others have been.
    pub(crate) is_aborting: bool,
    /// Nobody will ask for what comes of the tasks.
    pub(crate) is_gone: bool,
}

/// What the one who waits waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Awaited {
    /// The completion of any task.
    Any,
    /// That of all.
    All,
}

/// What is to be said of the group as a whole.
#[derive(Default)]
pub(crate) struct Verdict {
    /// The index of the task that failed first.
    pub(crate) failed: Option<Failed>,
    /// The first panic.
    pub(crate) panic: Option<Payload>,
    /// A task was dropped before its end.
    pub(crate) is_aborted: bool,
    /// A future was not started.
    pub(crate) is_refused: bool,
    /// The one who waits has been given an error already.
    pub(crate) is_reported: bool,
}

/// The first failure, as far as we know.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failed {
    pub(crate) index: usize,
    pub(crate) weight: Weight,
}

/// How much a failure says. One that says more takes the place of an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// Only that the group had been ended.
    Consequence,
    Reason,
    /// It is what ended the context of the group.
    Cause,
}

/// A task that was let in: where it sits, and its number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seat {
    pub(crate) no: SeatNo,
    pub(crate) index: usize,
}

impl<T, E, H> State<T, E, H> {
    pub(crate) fn new() -> Self {
        Self {
            admission: Admission::new(),
            live: Live::new(),
            done: VecDeque::new(),
            blamed: 0,
            held_back: Vec::new(),
            verdict: Verdict::default(),
            waiter: None,
            next: 0,
            is_aborting: false,
            is_gone: false,
        }
    }

    /// Takes a place, if there is one.
    pub(crate) fn try_enter(&mut self) -> Result<Seat, Refusal> {
        self.admission.try_enter().map(|()| self.sit())
    }

    /// Gives who has a place a seat and a number.
    pub(crate) fn sit(&mut self) -> Seat {
        let index = self.next;
        self.next += 1;
        Seat { no: self.live.take(), index }
    }

    /// A task is about to end the group. What that aborts is told of after it.
    pub(crate) const fn blame(&mut self) {
        self.blamed += 1;
    }

    /// Notes what came of a task, which was [blamed](Self::blame) or not; `None`: it panicked. Gives back what is
    /// not wanted.
    pub(crate) fn complete(
        &mut self,
        index: usize,
        result: Option<Result<T, TaskError<E>>>,
        weight: Weight,
        is_blamed: bool,
    ) -> Option<Completed<T, E>> {
        let says_more = self.verdict.failed.is_none_or(|earlier| earlier.weight < weight);
        match &result {
            Some(Err(TaskError::Aborted)) => self.verdict.is_aborted = true,
            Some(Err(TaskError::Failed(_))) if says_more => {
                self.verdict.failed = Some(Failed { index, weight });
            }
            _ => {}
        }
        let is_aborted = matches!(result, Some(Err(TaskError::Aborted)));
        let completed = result.map(|result| Completed { index, result });
        self.blamed -= usize::from(is_blamed);
        if self.is_gone {
            return completed;
        }
        if is_aborted && self.blamed > 0 {
            self.held_back.extend(completed);
            return None;
        }
        self.done.extend(completed);
        if self.blamed == 0 {
            self.done.extend(self.held_back.drain(..));
        }
        None
    }

    /// What completed first of what is left.
    pub(crate) fn take_next(&mut self) -> Option<Completed<T, E>> {
        let next = self.done.pop_front()?;
        self.verdict.is_reported |= next.result.is_err();
        Some(next)
    }

    /// All that is left, and what is to be said of it, once nobody lives. The group is over then, or as
    /// new: then whoever is in line is of the next round.
    pub(crate) fn take_all(
        &mut self,
        is_over: bool,
    ) -> Option<(VecDeque<Completed<T, E>>, Verdict)> {
        if self.live.len() > 0 {
            return None;
        }
        if is_over {
            self.admission.shut(Refusal::Closed);
        } else {
            self.admission.reopen();
        }
        self.next = 0;
        self.is_aborting = false;
        Some((std::mem::take(&mut self.done), std::mem::take(&mut self.verdict)))
    }

    /// Nobody waits any more. The waker is to be dropped without the lock.
    pub(crate) fn forget_waiter(&mut self) -> Option<Waker> {
        self.waiter.take().map(|(_, waker)| waker)
    }

    /// Whom to wake since a task has completed.
    pub(crate) fn take_waiter(&mut self) -> Option<Waker> {
        let is_due = |(awaited, _): &mut _| *awaited == Awaited::Any || self.live.len() == 0;
        self.waiter.take_if(is_due).map(|(_, waker)| waker)
    }

    /// Keeps the waker of who waits. A `fresh` one is put in the place of the old one, which it gets.
    /// False: come again with a fresh one.
    pub(crate) fn keep_waiter(
        &mut self,
        awaited: Awaited,
        waker: &Waker,
        fresh: &mut Option<Waker>,
    ) -> bool {
        match &mut self.waiter {
            Some((kept_for, kept)) if kept.will_wake(waker) => *kept_for = awaited,
            waiter => match fresh.take() {
                Some(new) => *fresh = waiter.replace((awaited, new)).map(|(_, old)| old),
                None => return false,
            },
        }
        true
    }
}

impl<T, E, H> State<T, E, H> {
    pub(crate) fn summary(&self) -> Summary {
        Summary {
            live: self.live.len(),
            limit: self.admission.limit(),
            in_line: self.admission.waiting(),
            done: self.done.len(),
            has_failed: self.verdict.failed.is_some(),
            has_panicked: self.verdict.panic.is_some(),
        }
    }
}

/// What is shown of a group.
pub(crate) struct Summary {
    live: usize,
    limit: Option<usize>,
    in_line: usize,
    done: usize,
    has_failed: bool,
    has_panicked: bool,
}

impl fmt::Debug for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group")
            .field("live", &self.live)
            .field("limit", &self.limit)
            .field("in_line", &self.in_line)
            .field("done", &self.done)
            .field("has_failed", &self.has_failed)
            .field("has_panicked", &self.has_panicked)
            .finish_non_exhaustive()
    }
}

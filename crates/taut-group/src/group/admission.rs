//! Who may run: places, and the line of those who wait for one. A plain state machine, kept under the lock
//! of its group; whom it answers it hands back to be woken.
//!
//! # Invariants
//!
//! - A1. Nobody is in line while a place is free: whoever frees one admits the first in line in the same
//!   step, or is about to admit the next batch, and until then nobody else is.
//! - A2. A ticket is in `line` until it is answered, and then in `answered` until its holder has seen that
//!   or has given up.
//! - A3. `blocked` counts the tickets in line of each task of the group. As long as it has a ticket there,
//!   the task holds a place and frees none. When that is so of all who hold one, nobody will ever free a
//!   place: the last to come is told.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::task::Waker;

use taut_core::WakeBatch;

/// Why somebody who asked for a place has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No place is free, or others are in line.
    Full,
    /// All places are held by tasks that wait for one.
    WouldDeadlock,
    /// The context of the group has ended, or the group was aborted.
    Ended,
    /// The group is gone, or done.
    Closed,
}

/// A place in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket(u64);

/// Why somebody has no place in line.
#[derive(Debug)]
pub(crate) enum Queued {
    /// All places are held by tasks that wait for one.
    WouldDeadlock,
    /// There was no fresh waker.
    Stale,
}

/// What a holder of a ticket sees.
#[derive(Debug)]
pub(crate) enum Look {
    Answered(Result<(), Refusal>),
    InLine,
    /// In line, and its waker is another: come again with a fresh one.
    Stale,
}

/// See the file's head.
#[derive(Debug)]
pub(crate) struct Admission {
    /// Places that are held.
    active: usize,
    limit: Option<usize>,
    /// Why nobody is admitted any more.
    shut: Option<Refusal>,
    next: u64,
    line: BTreeMap<Ticket, Applicant>,
    answered: BTreeMap<Ticket, Result<(), Refusal>>,
    /// By task: see A3.
    blocked: BTreeMap<usize, usize>,
}

#[derive(Debug)]
struct Applicant {
    waker: Waker,
    /// Which task of the group it is in, by index.
    task: Option<usize>,
}

impl Admission {
    pub(crate) const fn new() -> Self {
        Self {
            active: 0,
            limit: None,
            shut: None,
            next: 0,
            line: BTreeMap::new(),
            answered: BTreeMap::new(),
            blocked: BTreeMap::new(),
        }
    }

    pub(crate) const fn limit(&self) -> Option<usize> {
        self.limit
    }

    /// How many are in line.
    pub(crate) fn waiting(&self) -> usize {
        self.line.len()
    }

    fn has_place(&self) -> bool {
        self.limit.is_none_or(|limit| self.active < limit)
    }

    /// Takes a place if one is free and nobody is in line.
    pub(crate) fn try_enter(&mut self) -> Result<(), Refusal> {
        match self.shut {
            Some(refusal) => Err(refusal),
            // Between two batches there may be both.
            None if self.has_place() && self.line.is_empty() => {
                self.active += 1;
                Ok(())
            }
            None => Err(Refusal::Full),
        }
    }

    /// Why nobody is admitted any more, if so.
    pub(crate) const fn shut_by(&self) -> Option<Refusal> {
        self.shut
    }

    /// Goes to the end of the line, as part of a task of the group if it is one, and takes the waker: in the
    /// same step in which [`try_enter`](Self::try_enter) has said that there is no place.
    pub(crate) fn queue(
        &mut self,
        task: Option<usize>,
        fresh: &mut Option<Waker>,
    ) -> Result<Ticket, Queued> {
        let Some(waker) = fresh.take() else { return Err(Queued::Stale) };
        let ticket = Ticket(self.next);
        self.next += 1;
        self.line.insert(ticket, Applicant { waker, task });
        if let Some(task) = task {
            *self.blocked.entry(task).or_default() += 1;
            if self.is_stuck() {
                *fresh = self.take_from_line(ticket).map(|applicant| applicant.waker);
                return Err(Queued::WouldDeadlock);
            }
        }
        Ok(ticket)
    }

    /// What became of a ticket. A `fresh` waker is put in the place of the old one, which it gets.
    pub(crate) fn look(
        &mut self,
        ticket: Ticket,
        waker: &Waker,
        fresh: &mut Option<Waker>,
    ) -> Look {
        if let Some(answer) = self.answered.remove(&ticket) {
            return Look::Answered(answer);
        }
        let Some(applicant) = self.line.get_mut(&ticket) else { return Look::InLine };
        if applicant.waker.will_wake(waker) {
            return Look::InLine;
        }
        let Some(fresh) = fresh else { return Look::Stale };
        std::mem::swap(&mut applicant.waker, fresh);
        Look::InLine
    }

    /// Its holder waits no more. The waker is to be dropped without the lock. False: the batch is full;
    /// wake it, and call [`admit`](Self::admit).
    pub(crate) fn give_up(
        &mut self,
        ticket: Ticket,
        waker: &mut Option<Waker>,
        wakes: &mut WakeBatch,
    ) -> bool {
        if let Some(applicant) = self.take_from_line(ticket) {
            *waker = Some(applicant.waker);
            return true;
        }
        if self.answered.remove(&ticket) == Some(Ok(())) { self.give_back(wakes) } else { true }
    }

    /// Gives the place of a task back. False: the batch is full; wake it, and call [`admit`](Self::admit).
    pub(crate) fn leave(&mut self, task: usize, wakes: &mut WakeBatch) -> bool {
        // A future that waits in line may have been carried out of the task that it was first polled in.
        if self.blocked.remove(&task).is_some() {
            let its = self.line.values_mut().filter(|applicant| applicant.task == Some(task));
            its.for_each(|applicant| applicant.task = None);
        }
        self.give_back(wakes)
    }

    fn give_back(&mut self, wakes: &mut WakeBatch) -> bool {
        self.active -= 1;
        self.admit(wakes)
    }

    /// Changes how many may run. False: the batch is full; wake it, and call [`admit`](Self::admit).
    pub(crate) fn set_limit(&mut self, limit: Option<usize>, wakes: &mut WakeBatch) -> bool {
        self.limit = limit;
        self.admit(wakes)
    }

    /// Admits whom there is a place for. False: the batch is full, and somebody is left.
    pub(crate) fn admit(&mut self, wakes: &mut WakeBatch) -> bool {
        while self.has_place() && self.shut.is_none() {
            let Some((&first, _)) = self.line.first_key_value() else { return true };
            if wakes.is_full() {
                return false;
            }
            self.active += 1;
            self.answer(first, Ok(()), wakes);
        }
        self.answer_the_stuck(wakes)
    }

    /// Admits nobody any more, from this step on, not even those who were told that they are: who has not
    /// sat down yet does not. Whoever is in line is to be told, by [`tell_refused`](Self::tell_refused).
    pub(crate) fn shut(&mut self, why: Refusal) {
        if self.shut.is_none() || why == Refusal::Closed {
            self.shut = Some(why);
        }
        for answer in self.answered.values_mut().filter(|answer| answer.is_ok()) {
            *answer = Err(why);
            self.active -= 1;
        }
    }

    /// Tells who is in line that nobody is admitted any more. False: the batch is full, and somebody is
    /// left.
    pub(crate) fn tell_refused(&mut self, wakes: &mut WakeBatch) -> bool {
        let Some(why) = self.shut else { return true };
        while let Some((&first, _)) = self.line.first_key_value() {
            if wakes.is_full() {
                return false;
            }
            self.answer(first, Err(why), wakes);
        }
        true
    }

    /// Admits again.
    pub(crate) fn reopen(&mut self) {
        self.shut = None;
    }

    /// Whether all who hold a place wait for one: A3.
    fn is_stuck(&self) -> bool {
        self.active > 0 && self.blocked.len() == self.active && !self.has_place()
    }

    /// Tells tasks that wait for ever, last come first told, until one is left that can go on. False: the
    /// batch is full.
    fn answer_the_stuck(&mut self, wakes: &mut WakeBatch) -> bool {
        while self.is_stuck() {
            let last = self.line.iter().rev().find(|(_, applicant)| applicant.task.is_some());
            let Some((&last, _)) = last else { return true };
            if wakes.is_full() {
                return false;
            }
            self.answer(last, Err(Refusal::WouldDeadlock), wakes);
        }
        true
    }

    fn answer(&mut self, ticket: Ticket, answer: Result<(), Refusal>, wakes: &mut WakeBatch) {
        if let Some(applicant) = self.take_from_line(ticket) {
            self.answered.insert(ticket, answer);
            wakes.push(applicant.waker);
        }
    }

    fn take_from_line(&mut self, ticket: Ticket) -> Option<Applicant> {
        let applicant = self.line.remove(&ticket)?;
        if let Some(Entry::Occupied(mut tickets)) =
            applicant.task.map(|task| self.blocked.entry(task))
        {
            *tickets.get_mut() -= 1;
            if *tickets.get() == 0 {
                tickets.remove();
            }
        }
        Some(applicant)
    }
}

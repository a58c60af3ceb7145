//! What a group should do, said as plainly as can be: lists, and no lock, slab or tree.

use crate::kit::{CANCELLED, Oops};

/// Who waits in line, or runs: a number that the test gives.
pub(crate) type Id = usize;

/// What comes of a task.
pub(crate) type Came = Result<u32, Option<Oops>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Full,
    Ended,
    Closed,
}

/// What a group does when a task fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Cancel,
    Abort,
    Continue,
}

/// The first error, by what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Consequence,
    Reason,
    Cause,
}

#[derive(Debug)]
pub(crate) struct Spec {
    rule: Rule,
    /// None: it has no context. Else whether that has ended.
    pub(crate) ctx_is_done: Option<bool>,
    /// What ended it: an error of a task.
    pub(crate) cause: Option<Oops>,
    pub(crate) limit: Option<usize>,
    shut: Option<Refusal>,
    /// Who waits, and who was told what and has not asked yet.
    pub(crate) line: Vec<Id>,
    pub(crate) answered: Vec<(Id, Result<(), Refusal>)>,
    /// Who runs, with their indices.
    pub(crate) live: Vec<(Id, usize)>,
    next: usize,
    /// What came of those who are done. Those that were aborted in one step came in any order.
    pub(crate) done: Vec<Vec<(usize, Came)>>,
    first: Option<(Weight, usize)>,
    incomplete: bool,
    reported: bool,
    over: bool,
}

impl Spec {
    pub(crate) fn new(rule: Rule, has_context: bool) -> Self {
        Self {
            rule,
            ctx_is_done: has_context.then_some(false),
            cause: None,
            limit: None,
            shut: None,
            line: Vec::new(),
            answered: Vec::new(),
            live: Vec::new(),
            next: 0,
            done: Vec::new(),
            first: None,
            incomplete: false,
            reported: false,
            over: false,
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ctx_is_done == Some(true)
    }

    /// How many places are held: by who runs, and by who has been admitted and does not know yet.
    fn active(&self) -> usize {
        self.live.len() + self.answered.iter().filter(|(_, answer)| answer.is_ok()).count()
    }

    fn has_place(&self) -> bool {
        self.limit.is_none_or(|limit| self.active() < limit)
    }

    fn sit(&mut self, id: Id) {
        self.live.push((id, self.next));
        self.next += 1;
    }

    pub(crate) fn try_spawn(&mut self, id: Id) -> Result<(), Refusal> {
        match self.shut {
            _ if self.has_ended() => Err(Refusal::Ended),
            Some(refusal) => Err(refusal),
            None if self.has_place() => {
                self.sit(id);
                Ok(())
            }
            None => Err(Refusal::Full),
        }
    }

    /// Asks for the first time. None: in line.
    pub(crate) fn spawn(&mut self, id: Id) -> Option<Result<(), Refusal>> {
        match self.try_spawn(id) {
            Err(Refusal::Full) => {
                self.line.push(id);
                None
            }
            answer => Some(answer),
        }
    }

    /// Asks again.
    pub(crate) fn ask(&mut self, id: Id) -> Option<Result<(), Refusal>> {
        if self.has_ended() {
            self.give_up(id);
            return Some(Err(Refusal::Ended));
        }
        let at = self.answered.iter().position(|(other, _)| *other == id)?;
        let (_, answer) = self.answered.remove(at);
        if answer.is_ok() {
            self.sit(id);
        }
        Some(answer)
    }

    /// Waits no more.
    pub(crate) fn give_up(&mut self, id: Id) {
        self.line.retain(|other| *other != id);
        self.answered.retain(|(other, _)| *other != id);
        self.admit();
    }

    fn admit(&mut self) {
        while self.shut.is_none() && self.has_place() && !self.line.is_empty() {
            let first = self.line.remove(0);
            self.answered.push((first, Ok(())));
        }
    }

    pub(crate) fn set_limit(&mut self, limit: Option<usize>) {
        self.limit = limit;
        self.admit();
    }

    fn shut(&mut self, why: Refusal) {
        if self.shut.is_none() || why == Refusal::Closed {
            self.shut = Some(why);
        }
        for (_, answer) in &mut self.answered {
            *answer = answer.and(Err(why));
        }
        self.answered.extend(self.line.drain(..).map(|id| (id, Err(why))));
    }

    pub(crate) fn cancel(&mut self) {
        if let Some(is_done) = &mut self.ctx_is_done {
            *is_done = true;
        }
    }

    /// The task with this number returns.
    pub(crate) fn end(&mut self, id: Id, outcome: Result<u32, Oops>) {
        let at = self.live.iter().position(|(other, _)| *other == id).expect("it runs");
        let (_, index) = self.live.remove(at);
        let mut batch = Vec::new();
        if let Err(error) = &outcome {
            let weight = self.fail(error, &mut batch);
            if self.first.is_none_or(|(earlier, _)| earlier < weight) {
                self.first = Some((weight, index));
            }
        }
        batch.push((index, outcome.map_err(Some)));
        self.done.push(batch);
        self.admit();
    }

    fn fail(&mut self, error: &Oops, batch: &mut Vec<(usize, Came)>) -> Weight {
        if self.has_ended() && matches!(error, Oops::Ended(_)) {
            return Weight::Consequence;
        }
        let mut weight = Weight::Reason;
        if self.rule == Rule::Continue {
            return weight;
        }
        if self.ctx_is_done.is_some() {
            if !self.has_ended() {
                self.cause = Some(error.clone());
                weight = Weight::Cause;
            }
            self.cancel();
            self.shut(Refusal::Ended);
        }
        if self.rule == Rule::Abort {
            self.shut(Refusal::Ended);
            self.incomplete |= !self.live.is_empty();
            batch.extend(self.live.drain(..).map(|(_, index)| (index, Err(None))));
        }
        weight
    }

    /// Whether this can be what completed first of what is left; then it is taken.
    pub(crate) fn take(&mut self, index: usize, came: &Came) -> bool {
        let Some(batch) = self.done.first_mut() else { return false };
        let Some(at) = batch.iter().position(|done| *done == (index, came.clone())) else {
            return false;
        };
        drop(batch.remove(at));
        if batch.is_empty() {
            self.done.remove(0);
        }
        self.reported |= came.is_err();
        true
    }

    /// All that is left, by index. None: somebody runs.
    fn take_all(&mut self) -> Option<Vec<(usize, Came)>> {
        if !self.live.is_empty() {
            return None;
        }
        let mut done = std::mem::take(&mut self.done).concat();
        done.sort_by_key(|(index, _)| *index);
        self.next = 0;
        if self.ctx_is_done.is_some() {
            self.shut(Refusal::Closed);
            self.cancel();
        } else {
            self.shut = None;
            self.admit();
        }
        Some(done)
    }

    pub(crate) fn wait_all(&mut self) -> Option<Vec<Came>> {
        let done = self.take_all()?;
        self.over = self.ctx_is_done.is_some();
        (self.first, self.incomplete, self.reported) = (None, false, false);
        Some(done.into_iter().map(|(_, came)| came).collect())
    }

    pub(crate) fn wait(&mut self) -> Option<Result<Vec<u32>, Oops>> {
        let done = self.take_all()?;
        let is_lacking = self.over || (self.incomplete && !self.reported);
        let first = self.first.take();
        (self.incomplete, self.reported) = (false, false);
        self.over = self.ctx_is_done.is_some();
        let counts = |(index, _): &&(usize, Came)| first.is_some_and(|(_, at)| at == *index);
        let errors = done.iter().find(counts).into_iter().chain(&done);
        for (_, came) in errors {
            if let Err(Some(error)) = came {
                return Some(Err(error.clone()));
            }
        }
        assert!(!is_lacking || self.over, "what was aborted without a context was by an error");
        if is_lacking {
            return Some(Err(CANCELLED));
        }
        Some(Ok(done.into_iter().filter_map(|(_, came)| came.ok()).collect()))
    }
}

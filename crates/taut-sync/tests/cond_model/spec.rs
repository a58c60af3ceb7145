//! What a condition variable and its mutex should do, said as plainly as can be.

use std::collections::BTreeMap;

use crate::lock::{Id, Kind, MutexSpec, Spec as _, Verdict};

/// What somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Lock,
    Wait,
    /// Waits while the number is smaller.
    WaitWhile(u32),
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// It was not polled. Who is to wait has the lock.
    Fresh,
    Waiting,
    /// It was notified, and does not know.
    Notified,
    /// It waits for the lock.
    Queued,
    /// It was told something by the lock, and does not know.
    Told(Verdict),
}

/// A number, its mutex, and a condition variable.
#[derive(Debug, Default)]
pub(crate) struct Spec {
    parties: BTreeMap<Id, (What, Phase)>,
    /// Who waits, the longest first.
    waiting: Vec<Id>,
    /// Who has a notification that goes to another if it is dropped.
    alone: Vec<Id>,
    lock: MutexSpec,
    number: u32,
    woken: Vec<Id>,
}

impl Spec {
    /// Begins; who is to wait brings the lock with it.
    pub(crate) fn start(&mut self, id: Id, what: What) {
        self.parties.insert(id, (what, Phase::Fresh));
    }

    /// Polls. True: it is done, and has the lock.
    pub(crate) fn poll(&mut self, id: Id) -> bool {
        let (what, phase) = self.parties[&id];
        let has_lock = match phase {
            Phase::Fresh if what == What::Wait => {
                self.wait(id);
                false
            }
            Phase::Fresh if what != What::Lock => true,
            Phase::Fresh | Phase::Notified => self.begin_to_lock(id),
            Phase::Waiting => false,
            Phase::Queued => self.lock.look(id, Kind::Write),
            Phase::Told(Verdict::Handed) => true,
            Phase::Told(Verdict::Called) => {
                let has_lock = self.lock.answer(id);
                self.enter(id, Phase::Queued);
                has_lock
            }
        };
        let is_done = has_lock && self.is_content(id, what);
        if is_done {
            self.parties.remove(&id);
        }
        self.hear();
        is_done
    }

    /// It has the lock. If that is not all, it waits again.
    fn is_content(&mut self, id: Id, what: What) -> bool {
        self.alone.retain(|other| *other != id);
        let is_content = !matches!(what, What::WaitWhile(bound) if self.number < bound);
        if !is_content {
            self.wait(id);
        }
        is_content
    }

    fn enter(&mut self, id: Id, phase: Phase) {
        self.parties.entry(id).and_modify(|party| party.1 = phase);
    }

    /// Takes its place, and unlocks.
    fn wait(&mut self, id: Id) {
        self.enter(id, Phase::Waiting);
        self.waiting.push(id);
        self.lock.release(Kind::Write);
    }

    fn begin_to_lock(&mut self, id: Id) -> bool {
        let has_lock = self.lock.try_lock(Kind::Write);
        if !has_lock {
            self.lock.enroll(id, Kind::Write, false);
            self.enter(id, Phase::Queued);
        }
        has_lock
    }

    /// What the lock has told.
    fn hear(&mut self) {
        for (id, verdict) in self.lock.take_verdicts() {
            self.enter(id, Phase::Told(verdict));
            self.woken.push(id);
        }
    }

    /// It is gone, whatever it was at.
    pub(crate) fn drop(&mut self, id: Id) {
        let Some((what, phase)) = self.parties.remove(&id) else { return };
        match phase {
            Phase::Fresh if what == What::Lock => {}
            Phase::Fresh | Phase::Told(Verdict::Handed) => self.lock.release(Kind::Write),
            Phase::Waiting => self.waiting.retain(|other| *other != id),
            Phase::Notified => {}
            Phase::Queued => self.lock.leave(id, Kind::Write),
            Phase::Told(Verdict::Called) => self.lock.refuse(id),
        }
        if let Some(at) = self.alone.iter().position(|other| *other == id) {
            self.alone.remove(at);
            self.notify_one();
        }
        self.hear();
    }

    fn notify(&mut self, id: Id) {
        self.enter(id, Phase::Notified);
        self.woken.push(id);
    }

    pub(crate) fn notify_one(&mut self) -> bool {
        let is_any = !self.waiting.is_empty();
        if is_any {
            let id = self.waiting.remove(0);
            self.alone.push(id);
            self.notify(id);
        }
        is_any
    }

    pub(crate) fn notify_all(&mut self) -> usize {
        let all = std::mem::take(&mut self.waiting);
        all.iter().for_each(|id| self.notify(*id));
        // All who could have a notification in the place of somebody else have one.
        self.alone.clear();
        all.len()
    }

    pub(crate) fn try_lock(&mut self) -> bool {
        self.lock.try_lock(Kind::Write)
    }

    pub(crate) fn unlock(&mut self) {
        self.lock.release(Kind::Write);
        self.hear();
    }

    /// By who has the lock.
    pub(crate) fn set(&mut self, number: u32) {
        self.number = number;
    }

    /// Who was woken since this was asked last.
    pub(crate) fn take_woken(&mut self) -> Vec<Id> {
        std::mem::take(&mut self.woken)
    }

    /// How many wait to be notified and for the lock, and whether that is held.
    pub(crate) fn state(&self) -> (usize, usize, bool) {
        (self.waiting.len(), self.lock.waiters(), self.lock.holders().1)
    }
}

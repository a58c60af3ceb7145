//! What a read-write lock and a mutex should do, said as plainly as can be.

pub(crate) type Id = u32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Read,
    Write,
}

/// What one who waits is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It has the lock.
    Handed,
    /// The lock may be free.
    Called,
}

pub(crate) trait Spec {
    /// Takes the lock, if that is possible at once.
    fn try_lock(&mut self, kind: Kind) -> bool;
    /// One who could not begins to wait.
    fn enroll(&mut self, id: Id, kind: Kind, is_select: bool);
    /// One who waits looks again, not being asked to. Whether it has taken the lock.
    fn look(&mut self, id: Id, kind: Kind) -> bool;
    /// One who was called looks. False: in vain, and it waits again.
    fn answer(&mut self, id: Id) -> bool;
    /// One who was called is gone.
    fn refuse(&mut self, id: Id);
    /// One who waits is gone.
    fn leave(&mut self, id: Id, kind: Kind);
    /// One who waits was decided elsewhere: nobody can give it anything any more.
    fn forget(&mut self, id: Id);
    /// It is gone as well.
    fn left_elsewhere(&mut self, kind: Kind);
    fn release(&mut self, kind: Kind);
    fn downgrade(&mut self);
    fn take_verdicts(&mut self) -> Vec<(Id, Verdict)>;
    /// How many read, and whether somebody writes.
    fn holders(&self) -> (usize, bool);
    fn waiters(&self) -> usize;
}

/// A read-write lock.
#[derive(Debug, Default)]
pub(crate) struct RwLockSpec {
    readers: usize,
    is_written: bool,
    waiting: Vec<(Id, Kind)>,
    verdicts: Vec<(Id, Verdict)>,
}

impl RwLockSpec {
    fn has_writer(&self) -> bool {
        self.waiting.iter().any(|(_, kind)| *kind == Kind::Write)
    }

    fn take(&mut self, kind: Kind) {
        match kind {
            Kind::Read => self.readers += 1,
            Kind::Write => self.is_written = true,
        }
    }

    /// All readers that wait go in.
    fn admit_readers(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        for (id, kind) in waiting {
            match kind {
                Kind::Read => {
                    self.readers += 1;
                    self.verdicts.push((id, Verdict::Handed));
                }
                Kind::Write => self.waiting.push((id, kind)),
            }
        }
    }

    /// Whoever may go in goes in, writers before readers.
    fn admit(&mut self) {
        if self.is_written {
            return;
        }
        let writer = self.waiting.iter().position(|(_, kind)| *kind == Kind::Write);
        match writer {
            None => self.admit_readers(),
            Some(first) if self.readers == 0 => {
                let (id, _) = self.waiting.remove(first);
                self.is_written = true;
                self.verdicts.push((id, Verdict::Handed));
            }
            Some(_) => {}
        }
    }
}

impl Spec for RwLockSpec {
    fn try_lock(&mut self, kind: Kind) -> bool {
        let is_free = !self.is_written && (kind == Kind::Read || self.readers == 0);
        let can = is_free && !self.has_writer();
        if can {
            self.take(kind);
        }
        can
    }

    fn enroll(&mut self, id: Id, kind: Kind, _: bool) {
        self.waiting.push((id, kind));
    }

    fn look(&mut self, id: Id, kind: Kind) -> bool {
        // A writer would have been let in; a reader whose writer is gone may find that out by itself.
        let can = kind == Kind::Read && !self.is_written && !self.has_writer();
        if can {
            self.forget(id);
            self.take(kind);
        }
        can
    }

    fn answer(&mut self, _: Id) -> bool {
        unreachable!("the lock is handed over")
    }

    fn refuse(&mut self, _: Id) {
        unreachable!("the lock is handed over")
    }

    fn leave(&mut self, id: Id, kind: Kind) {
        self.forget(id);
        self.left_elsewhere(kind);
    }

    fn forget(&mut self, id: Id) {
        self.waiting.retain(|(other, _)| *other != id);
    }

    fn left_elsewhere(&mut self, kind: Kind) {
        if kind == Kind::Write {
            self.admit();
        }
    }

    fn release(&mut self, kind: Kind) {
        match kind {
            Kind::Read => self.readers -= 1,
            Kind::Write => {
                self.is_written = false;
                self.admit_readers();
            }
        }
        if self.readers == 0 {
            self.admit();
        }
    }

    fn downgrade(&mut self) {
        self.is_written = false;
        self.readers += 1;
        self.admit_readers();
    }

    fn take_verdicts(&mut self) -> Vec<(Id, Verdict)> {
        std::mem::take(&mut self.verdicts)
    }

    fn holders(&self) -> (usize, bool) {
        (self.readers, self.is_written)
    }

    fn waiters(&self) -> usize {
        self.waiting.len()
    }
}

/// One who waits for a mutex.
#[derive(Clone, Copy, Debug)]
struct Waiter {
    id: Id,
    is_select: bool,
    /// It was called in vain.
    is_beaten: bool,
}

/// A mutex.
#[derive(Debug, Default)]
pub(crate) struct MutexSpec {
    is_held: bool,
    waiting: Vec<Waiter>,
    /// Who is on its way.
    called: Option<Id>,
    verdicts: Vec<(Id, Verdict)>,
}

impl MutexSpec {
    /// Nobody has it, and nobody knows: the next is called, or handed it.
    fn pass_on(&mut self) {
        self.is_held = false;
        let Some(first) = self.waiting.first().copied() else { return };
        if self.called.is_some() && !first.is_beaten {
            return;
        }
        self.waiting.remove(0);
        if first.is_select || first.is_beaten {
            self.is_held = true;
            self.verdicts.push((first.id, Verdict::Handed));
        } else {
            self.called = Some(first.id);
            self.verdicts.push((first.id, Verdict::Called));
        }
    }
}

impl Spec for MutexSpec {
    fn try_lock(&mut self, _: Kind) -> bool {
        !std::mem::replace(&mut self.is_held, true)
    }

    fn enroll(&mut self, id: Id, _: Kind, is_select: bool) {
        self.waiting.push(Waiter { id, is_select, is_beaten: false });
    }

    fn look(&mut self, id: Id, kind: Kind) -> bool {
        let can = self.try_lock(kind);
        if can {
            self.forget(id);
        }
        can
    }

    fn answer(&mut self, id: Id) -> bool {
        assert_eq!(self.called.take(), Some(id), "one is called at a time");
        let can = self.try_lock(Kind::Write);
        if !can {
            self.waiting.insert(0, Waiter { id, is_select: false, is_beaten: true });
        }
        can
    }

    fn refuse(&mut self, id: Id) {
        assert_eq!(self.called.take(), Some(id), "one is called at a time");
        if !self.is_held {
            self.pass_on();
        }
    }

    fn leave(&mut self, id: Id, _: Kind) {
        self.forget(id);
    }

    fn forget(&mut self, id: Id) {
        self.waiting.retain(|waiter| waiter.id != id);
    }

    fn left_elsewhere(&mut self, _: Kind) {}

    fn release(&mut self, _: Kind) {
        self.pass_on();
    }

    fn downgrade(&mut self) {
        unreachable!("a mutex is not read")
    }

    fn take_verdicts(&mut self) -> Vec<(Id, Verdict)> {
        std::mem::take(&mut self.verdicts)
    }

    fn holders(&self) -> (usize, bool) {
        (0, self.is_held)
    }

    fn waiters(&self) -> usize {
        self.waiting.len()
    }
}

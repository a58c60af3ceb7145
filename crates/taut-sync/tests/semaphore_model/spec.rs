//! What a semaphore should do, said as plainly as can be: a capacity, what is in use, and a line.

/// Who waits, or is granted: a number that the test gives.
pub(crate) type Id = usize;

/// Why nothing was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Closed,
    TooLarge { requested: usize, capacity: usize },
}

/// What somebody who waited got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Granted(usize),
    Refused(Refusal),
}

#[derive(Debug)]
pub(crate) struct Spec {
    pub(crate) capacity: usize,
    pub(crate) in_use: usize,
    pub(crate) closed: bool,
    /// Who asks for how much. One who is content with one of several is in it several times.
    pub(crate) line: Vec<(Id, usize)>,
    /// In order, and not told yet.
    decided: Vec<(Id, Fate)>,
}

impl Spec {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, in_use: 0, closed: false, line: Vec::new(), decided: Vec::new() }
    }

    pub(crate) fn available(&self) -> usize {
        self.capacity.saturating_sub(self.in_use)
    }

    /// Who was decided since the last time, in order.
    pub(crate) fn decided(&mut self) -> Vec<(Id, Fate)> {
        std::mem::take(&mut self.decided)
    }

    fn refusal(&self, units: usize) -> Option<Refusal> {
        if self.closed {
            return Some(Refusal::Closed);
        }
        let too_large = Refusal::TooLarge { requested: units, capacity: self.capacity };
        (units > self.capacity).then_some(too_large)
    }

    /// Takes so many units at once. None: not now.
    pub(crate) fn try_acquire(&mut self, units: usize) -> Option<Result<(), Refusal>> {
        if let Some(refusal) = self.refusal(units) {
            return Some(Err(refusal));
        }
        if !self.line.is_empty() || units > self.available() {
            return None;
        }
        self.in_use += units;
        Some(Ok(()))
    }

    /// Acquires one of `wanted`, or gets in line for all of them.
    pub(crate) fn acquire(&mut self, id: Id, wanted: &[usize]) -> Option<Fate> {
        for &units in wanted {
            match self.try_acquire(units) {
                Some(Ok(())) => return Some(Fate::Granted(units)),
                Some(Err(refusal)) => return Some(Fate::Refused(refusal)),
                None => {}
            }
        }
        self.line.extend(wanted.iter().map(|units| (id, *units)));
        None
    }

    fn decide(&mut self, id: Id, fate: Fate) {
        self.line.retain(|(other, _)| *other != id);
        self.decided.push((id, fate));
    }

    fn admit(&mut self) {
        while let Some(&(id, units)) = self.line.first() {
            if units > self.available() {
                break;
            }
            self.in_use += units;
            self.decide(id, Fate::Granted(units));
        }
    }

    pub(crate) fn leave(&mut self, id: Id) {
        self.line.retain(|(other, _)| *other != id);
        self.admit();
    }

    pub(crate) fn release(&mut self, units: usize) {
        self.in_use -= units;
        self.admit();
    }

    fn set_capacity(&mut self, capacity: usize) {
        self.capacity = capacity;
        while let Some(&(id, units)) = self.line.iter().find(|(_, units)| *units > capacity) {
            let too_large = Refusal::TooLarge { requested: units, capacity };
            self.decide(id, Fate::Refused(too_large));
        }
        self.admit();
    }

    pub(crate) fn resize(&mut self, capacity: usize) {
        self.set_capacity(capacity);
    }

    pub(crate) fn forget(&mut self, units: usize) {
        self.in_use -= units;
        self.set_capacity(self.capacity.saturating_sub(units));
    }

    pub(crate) fn close(&mut self) -> bool {
        let was_open = !std::mem::replace(&mut self.closed, true);
        while let Some(&(id, _)) = self.line.first() {
            self.decide(id, Fate::Refused(Refusal::Closed));
        }
        was_open
    }
}

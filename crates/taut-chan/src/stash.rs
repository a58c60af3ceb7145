//! Values that were handed to a receive and given back, because it was dropped before it was polled.
//!
//! They stand in front of everything else, in the order in which they were handed out. Normally empty;
//! the only place in a channel that allocates while it works, and only when a value is given back.
//!
//! # Invariants
//!
//! - S1. Tickets ascend from front to back.
//! - S2. A receive waits only while the stash is empty.

use std::collections::VecDeque;

/// Counts what is handed to receives that wait.
pub(crate) struct Tickets(u64);

impl Tickets {
    pub(crate) const fn new() -> Self {
        Self(0)
    }

    #[inline(always)]
    pub(crate) fn next(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }
}

pub(crate) struct Stash<T> {
    values: VecDeque<(u64, T)>,
}

impl<T> Stash<T> {
    pub(crate) const fn new() -> Self {
        Self { values: VecDeque::new() }
    }

    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// Puts `value` back to where its ticket belongs.
    pub(crate) fn insert(&mut self, ticket: u64, value: T) {
        let place = self.values.partition_point(|(other, _)| *other < ticket);
        self.values.insert(place, (ticket, value));
    }

    /// The first value.
    pub(crate) fn pop_front(&mut self) -> Option<T> {
        self.values.pop_front().map(|(_, value)| value)
    }
}

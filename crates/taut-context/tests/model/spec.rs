//! What contexts do, said plainly: nodes that know their parents, and everything else worked out anew
//! from there whenever somebody asks.

use taut_context::ContextError;

/// The number of a node.
pub(crate) type Id = usize;

/// Milliseconds since the start.
pub(crate) type Time = u64;

/// When something happened. Whatever is done has a step of its own; what the clock does at a time comes
/// before all that is done at that time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    pub(crate) time: Time,
    pub(crate) step: u32,
}

impl Moment {
    const fn of_clock(time: Time) -> Self {
        Self { time, step: 0 }
    }
}

/// Why a context ended, with the number of the cause if one was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    pub(crate) error: ContextError,
    pub(crate) cause: Option<u32>,
}

/// An end: when, and which reasons would do. There is more than one only if several parents of a merged
/// context ended at the same moment.
#[derive(Clone, Debug)]
pub(crate) struct End {
    pub(crate) at: Moment,
    pub(crate) reasons: Vec<Reason>,
}

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) made: Moment,
    /// Those it ends with.
    pub(crate) parents: Vec<Id>,
    /// Those it has its values from. Not the same for one without cancel.
    pub(crate) sources: Vec<Id>,
    pub(crate) has_cancel: bool,
    pub(crate) deadline: Option<(Time, Option<u32>)>,
    pub(crate) cancelled: Option<(Moment, Option<u32>)>,
    pub(crate) value: Option<(usize, u64)>,
}

#[derive(Debug, Default)]
pub(crate) struct Spec {
    pub(crate) nodes: Vec<Node>,
}

impl Spec {
    /// How `id` has ended by `now`, if it has.
    pub(crate) fn end(&self, id: Id, now: Moment) -> Option<End> {
        let node = &self.nodes[id];
        // What had happened before a context was made counts from then on.
        let since_made = |at: Moment| at.max(node.made);
        let mut end: Option<End> = None;
        for parent in &node.parents {
            let Some(theirs) = self.end(*parent, now) else { continue };
            let at = since_made(theirs.at);
            match &mut end {
                Some(end) if end.at < at => {}
                Some(end) if end.at == at => end.reasons.extend(theirs.reasons),
                _ => end = Some(End { at, reasons: theirs.reasons }),
            }
        }
        // At the same moment, the parents win.
        let mut own = |at: Moment, error, cause| {
            if at <= now && end.as_ref().is_none_or(|end| at < end.at) {
                end = Some(End { at, reasons: vec![Reason { error, cause }] });
            }
        };
        if let Some((at, cause)) = node.deadline {
            own(since_made(Moment::of_clock(at)), ContextError::DeadlineExceeded, cause);
        }
        if let Some((at, cause)) = node.cancelled {
            own(at, ContextError::Cancelled, cause);
        }
        end
    }

    /// The context that `id` ends with: itself, or what it adds a value to.
    pub(crate) fn scope(&self, id: Id) -> Id {
        match self.nodes[id] {
            Node { value: Some(_), ref parents, .. } => self.scope(parents[0]),
            _ => id,
        }
    }

    /// Whether it may ever end, on its own or with those above it.
    pub(crate) fn can_end(&self, id: Id) -> bool {
        let node = &self.nodes[id];
        node.has_cancel || node.parents.iter().any(|parent| self.can_end(*parent))
    }

    /// The earliest of its own and its parents'.
    pub(crate) fn deadline(&self, id: Id) -> Option<Time> {
        let node = &self.nodes[id];
        let theirs = node.parents.iter().filter_map(|parent| self.deadline(*parent));
        theirs.chain(node.deadline.map(|(at, _)| at)).min()
    }

    /// The nearest value of this type; of several sources, the first that has one.
    pub(crate) fn value(&self, id: Id, key: usize) -> Option<u64> {
        let node = &self.nodes[id];
        match node.value {
            Some((own, value)) if own == key => Some(value),
            _ => node.sources.iter().find_map(|source| self.value(*source, key)),
        }
    }

    /// Those that `roots` keep: themselves, and all above them.
    pub(crate) fn kept(&self, roots: impl IntoIterator<Item = Id>) -> Vec<bool> {
        let mut kept = vec![false; self.nodes.len()];
        let mut open: Vec<Id> = roots.into_iter().collect();
        while let Some(id) = open.pop() {
            if !std::mem::replace(&mut kept[id], true) {
                open.extend(self.nodes[id].parents.iter().chain(&self.nodes[id].sources));
            }
        }
        kept
    }
}

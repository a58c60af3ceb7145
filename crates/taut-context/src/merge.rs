//! A context that ends when any of several ends.
//!
//! It is below the first in the tree. In each of the others it has a *relay*: a node that, when it is
//! marked, marks the merged one instead. So it ends together with the subtree of whichever ends first.
//!
//! # Invariants
//!
//! - R1. A relay leads to the merged node, which owns it, and takes it out of its list before it is freed
//!   itself. So under the lock of that list the merged node is in memory.

use std::collections::HashSet;
use std::ptr::NonNull;

use taut_core::sync::UnsafeCell;

use crate::context::Context;
use crate::kind::Kind;
use crate::node::{Holder, Node, NodeRef, Ref};
use crate::state::Flags;
use crate::values::Values;

/// What a merged context has of those it was made of.
pub(crate) struct Merge {
    pub(crate) relays: Vec<Ref>,
    pub(crate) values: Values,
    /// How many there were.
    pub(crate) count: usize,
}

/// Leads to a merged node.
pub(crate) struct Relay {
    /// Written before the relay enters a list.
    target: UnsafeCell<Option<NonNull<Node>>>,
}

impl Relay {
    /// # Safety
    ///
    /// It was in its list, under the lock of which this is called: R1.
    pub(crate) unsafe fn target<'a>(&self) -> Option<NodeRef<'a>> {
        // SAFETY: written before it was shared.
        let target = self.target.with(|target| unsafe { *target });
        // SAFETY: R1, by the caller.
        target.map(|target| unsafe { NodeRef::new(target) })
    }
}

impl Context {
    /// A context that ends when any of `contexts` ends, with the error and the cause of that one.
    ///
    /// Its deadline is the earliest of theirs. A value is that of the first context that has one of the
    /// type. With no context that can end it never ends.
    ///
    /// # Cost
    ///
    /// One allocation for each context that can end, and some for lists and a copy of their values. It is
    /// in their trees until its last handle goes.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::Context;
    ///
    /// let (request, _request) = Context::background().with_cancel();
    /// let (server, stop) = Context::background().with_cancel();
    /// let both = Context::merge(&[request.clone(), server]);
    /// stop.cancel_with("maintenance");
    /// assert_eq!(both.cause().map(|why| why.to_string()).as_deref(), Some("maintenance"));
    /// assert!(!request.is_done());
    /// ```
    #[must_use]
    pub fn merge(contexts: &[Self]) -> Self {
        let mut known = HashSet::with_capacity(contexts.len());
        let scopes = contexts.iter().filter_map(|ctx| Some((ctx, ctx.scope()?)));
        let scopes: Vec<_> = scopes.filter(|(_, scope)| known.insert(scope.as_ptr())).collect();
        let mut values = Values::default();
        contexts.iter().filter_map(Self::values).for_each(|theirs| values.adopt(theirs));
        let relays = scopes.iter().skip(1).map(|(ctx, _)| relay(ctx)).collect();
        let merge = Merge { relays, values, count: contexts.len() };
        let merged = Ref::with_count(1, |seed| {
            let itself = seed.itself();
            let first = scopes.first();
            let parent = first.map_or_else(|| contexts.first(), |(ctx, _)| Some(*ctx));
            let mut node = Node::new(seed, Kind::Merge(Box::new(merge)), Flags::NONE);
            node.parent = UnsafeCell::new(parent.and_then(Self::to_ref));
            node.values = itself;
            if first.is_some() {
                node.scope = itself;
                node.set_due(earliest(&scopes));
            }
            node
        });
        enter_all(merged.borrow());
        Self::from_ref(merged)
    }
}

fn earliest(scopes: &[(&Context, NodeRef<'_>)]) -> Holder {
    // The first of those that are equal.
    let earliest = scopes.iter().filter_map(|(_, scope)| scope.due()).min_by_key(|due| due.at);
    earliest.map_or(Holder::NOBODY, |due| Holder::at(due.owner))
}

fn relay(ctx: &Context) -> Ref {
    Ref::with_count(1, |seed| {
        let relay = Relay { target: UnsafeCell::new(None) };
        let mut node = Node::new(seed, Kind::Relay(relay), Flags::WATCHED);
        node.parent = UnsafeCell::new(ctx.to_ref());
        node
    })
}

fn enter_all(merged: NodeRef<'_>) {
    merged.enter();
    let Kind::Merge(merge) = &merged.get().kind else { return };
    for relay in &merge.relays {
        if let Kind::Relay(Relay { target }) = &relay.kind {
            // SAFETY: nobody else has the relay yet.
            target.with_mut(|target| unsafe { *target = Some(merged.as_ptr()) });
        }
        if let Err(word) = relay.borrow().try_enter() {
            let _was_live = merged.state.end(word.bequeathed());
        }
    }
}

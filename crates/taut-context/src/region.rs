//! Nodes that one sweep ended, from a root down the tree, in a list through themselves: see
//! [`sweep`](crate::sweep).

use std::mem;
use std::ptr::NonNull;

use crate::node::{Node, NodeRef, Ref};
use crate::state::{Flags, Word};

/// The nodes of a region, parents before kids, and what it waits for.
#[derive(Default)]
pub(crate) struct Region {
    first: Option<NonNull<Node>>,
    last: Option<NonNull<Node>>,
    /// Roots of regions below; and what must not be dropped at once: E3.
    strays: Vec<Ref>,
    is_complete: bool,
}

impl Region {
    /// Adds a node that we ended: E1.
    pub(crate) fn add(&mut self, node: Ref, flags: Flags) {
        let is_watched = flags.has(Flags::WATCHED);
        // SAFETY: N4, we are its ender.
        node.ending.with_mut(|ending| unsafe { (*ending).is_watched = is_watched });
        let ptr = node.into_raw();
        match self.last.replace(ptr) {
            None => self.first = Some(ptr),
            Some(last) => {
                // SAFETY: E1.
                let last = unsafe { last.as_ref() };
                // SAFETY: N4, we are its ender.
                last.ending.with_mut(|ending| unsafe { (*ending).next = Some(ptr) });
            }
        }
    }

    /// Ends a node, and adds it if nobody else did.
    pub(crate) fn end(&mut self, node: Ref, end: Word) {
        match node.state.end(end) {
            Ok(flags) => self.add(node, flags),
            Err(_) => self.add_stray(node),
        }
    }

    /// Adds a node that was ended by others, who may still be at work below it.
    pub(crate) fn add_stray(&mut self, node: Ref) {
        self.strays.push(node);
    }

    pub(crate) fn first(&self) -> Option<NonNull<Node>> {
        self.first
    }

    /// # Safety
    ///
    /// `node` is in a region of ours.
    pub(crate) unsafe fn next(node: NonNull<Node>) -> Option<NonNull<Node>> {
        // SAFETY: E1, by the caller.
        let node = unsafe { node.as_ref() };
        // SAFETY: N4, we are its ender.
        node.ending.with(|ending| unsafe { (*ending).next })
    }

    /// Whether somebody is to be told by the first node.
    pub(crate) fn is_first_watched(&self) -> bool {
        self.first.is_some_and(|first| {
            // SAFETY: E1.
            let first = unsafe { first.as_ref() };
            // SAFETY: N4, we are its ender.
            first.ending.with(|ending| unsafe { (*ending).is_watched })
        })
    }

    /// Takes the first node out.
    pub(crate) fn pop(&mut self) -> Option<Ref> {
        let first = self.first?;
        // SAFETY: E1, and it leaves the list with this.
        let node = unsafe { Ref::from_raw(first) };
        // SAFETY: N4, we are its ender; what comes after us finds an empty place.
        let ending = node.ending.with_mut(|ending| unsafe { mem::take(&mut *ending) });
        self.first = ending.next;
        Some(node)
    }

    /// Says on all nodes that all below is marked, if it is: E2.
    pub(crate) fn complete(&mut self) -> bool {
        if !self.is_complete && !self.strays.iter().any(|stray| stray.state.load().is_marking()) {
            self.is_complete = true;
            let mut next = self.first;
            while let Some(ptr) = next {
                // SAFETY: E1.
                let node = unsafe { NodeRef::new(ptr) };
                if node.state.load().is_marking() {
                    node.state.set_marked();
                }
                // SAFETY: in the region.
                next = unsafe { Self::next(ptr) };
            }
        }
        self.is_complete
    }
}

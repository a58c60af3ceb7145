//! The list of the scopes below a scope, with O(1) withdrawal: intrusive and doubly linked.
//!
//! # Invariants
//!
//! - K1. `&mut Kids` is the proof that the lock of the scope is held, and `links` of the kids are touched
//!   under it only.
//! - K2. A kid that is linked is in memory: it leaves before it is freed. It may have no owned pointer
//!   left: then who buries it waits for this lock.
//! - K3. A kid that is `owned` lives by the list: the list has counted a pointer to it, and it none to its
//!   parent. Only callbacks that were detached are.

use std::ptr::NonNull;

use crate::node::{Node, NodeRef, Ref};

/// The first of the kids; the others follow by their links.
#[derive(Default)]
pub(crate) struct Kids {
    first: Option<NonNull<Node>>,
}

// SAFETY: the nodes are reached under the lock around the list only (K1), from whatever thread.
unsafe impl Send for Kids {}

/// Where a node is in the list of the scope above it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Links {
    Out,
    In { prev: Option<NonNull<Node>>, next: Option<NonNull<Node>>, is_owned: bool },
}

/// A kid that was taken out of the list.
pub(crate) enum Popped<'a> {
    /// It is in memory for as long as the lock is held.
    Borrowed(NodeRef<'a>),
    /// K3.
    Owned(Ref),
}

impl Kids {
    /// # Safety
    ///
    /// `kid` is in no list, this is the list of the scope above it, and it leaves before it is freed.
    pub(crate) unsafe fn push(&mut self, kid: NonNull<Node>) {
        let next = self.first.replace(kid);
        if let Some(next) = next {
            // SAFETY: K2, and it is linked.
            unsafe { relink(next, |links| links.prev = Some(kid)) };
        }
        // SAFETY: in memory, by the caller.
        unsafe { set(kid, Links::In { prev: None, next, is_owned: false }) };
    }

    /// Takes `kid` out. False: it was not in.
    ///
    /// # Safety
    ///
    /// This is the list of the scope above it.
    pub(crate) unsafe fn remove(&mut self, kid: NodeRef<'_>) -> bool {
        // SAFETY: K1, by the caller.
        let Links::In { prev, next, .. } = (unsafe { get(kid.as_ptr()) }) else { return false };
        match prev {
            // SAFETY: K2, and it is linked.
            Some(prev) => unsafe { relink(prev, |links| links.next = next) },
            None => self.first = next,
        }
        if let Some(next) = next {
            // SAFETY: as above.
            unsafe { relink(next, |links| links.prev = prev) };
        }
        // SAFETY: as above.
        unsafe { set(kid.as_ptr(), Links::Out) };
        true
    }

    /// Takes the first out.
    pub(crate) fn pop(&mut self) -> Option<Popped<'_>> {
        let first = self.first?;
        // SAFETY: K1, and it is linked.
        if let Links::In { next, is_owned, .. } = unsafe { get(first) } {
            self.first = next;
            if let Some(next) = next {
                // SAFETY: K2, and it is linked.
                unsafe { relink(next, |links| links.prev = None) };
            }
            // SAFETY: as above.
            unsafe { set(first, Links::Out) };
            if is_owned {
                // SAFETY: K3, and it is out of the list now.
                return Some(Popped::Owned(unsafe { Ref::from_raw(first) }));
            }
        }
        // SAFETY: K2, for as long as the list is borrowed.
        Some(Popped::Borrowed(unsafe { NodeRef::new(first) }))
    }

    /// Makes the list own `kid`. Err: it is not in the list any more.
    ///
    /// # Safety
    ///
    /// This is the list of the scope above it.
    pub(crate) unsafe fn own(&mut self, kid: Ref) -> Result<(), Ref> {
        // SAFETY: K1, by the caller.
        let Links::In { prev, next, .. } = (unsafe { get(kid.borrow().as_ptr()) }) else {
            return Err(kid);
        };
        // SAFETY: as above.
        unsafe { set(kid.into_raw(), Links::In { prev, next, is_owned: true }) };
        Ok(())
    }
}

/// # Safety
///
/// In memory, and the lock of its list is held.
#[inline(always)]
unsafe fn get(node: NonNull<Node>) -> Links {
    // SAFETY: by the caller.
    let node = unsafe { node.as_ref() };
    // SAFETY: K1, by the caller.
    node.links.with(|links| unsafe { *links })
}

/// # Safety
///
/// As [`get`].
#[inline(always)]
unsafe fn set(node: NonNull<Node>, to: Links) {
    // SAFETY: by the caller.
    let node = unsafe { node.as_ref() };
    // SAFETY: K1, by the caller.
    node.links.with_mut(|links| unsafe { *links = to });
}

struct Neighbours {
    prev: Option<NonNull<Node>>,
    next: Option<NonNull<Node>>,
}

/// # Safety
///
/// As [`get`], and it is linked.
#[inline(always)]
unsafe fn relink(node: NonNull<Node>, change: impl FnOnce(&mut Neighbours)) {
    // SAFETY: by the caller.
    if let Links::In { prev, next, is_owned } = unsafe { get(node) } {
        let mut neighbours = Neighbours { prev, next };
        change(&mut neighbours);
        let Neighbours { prev, next } = neighbours;
        // SAFETY: by the caller.
        unsafe { set(node, Links::In { prev, next, is_owned }) };
    }
}

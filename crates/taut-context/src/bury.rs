//! How nodes are freed: one after the other, however deep the tree.
//!
//! A node that goes may take its parent with it, and that one its own parent, so the dead wait in a list
//! until it is their turn.

use std::ptr::NonNull;

use crate::kids::Popped;
use crate::kind::Kind;
use crate::node::{Node, NodeRef};

/// Nodes without an owned pointer.
///
/// If a destructor of the user's panics, the others are buried all the same.
#[derive(Default)]
pub(crate) struct Dead {
    first: Option<NonNull<Node>>,
}

impl Dead {
    /// # Safety
    ///
    /// The last owned pointer to `node` is gone, and this is told once.
    pub(crate) unsafe fn push(&mut self, node: NonNull<Node>) {
        let next = self.first.replace(node);
        // SAFETY: nobody else has it, by the caller.
        let node = unsafe { node.as_ref() };
        // SAFETY: N4.
        node.ending.with_mut(|ending| unsafe { (*ending).next = next });
    }

    fn pop(&mut self) -> Option<NonNull<Node>> {
        let first = self.first?;
        // SAFETY: it was pushed and not freed.
        let node = unsafe { first.as_ref() };
        // SAFETY: N4.
        self.first = node.ending.with_mut(|ending| unsafe { (*ending).next.take() });
        Some(first)
    }

    fn bury_all(&mut self) {
        while let Some(ptr) = self.pop() {
            // SAFETY: it was pushed and not freed.
            cut_off(unsafe { NodeRef::new(ptr) });
            // SAFETY: nothing leads to it any more; it was made by `Box`.
            let mut node = unsafe { Box::from_raw(ptr.as_ptr()) };
            self.let_go_of_others(&mut node);
            // The user's destructors: values, causes, callbacks that did not run.
            drop(node);
        }
    }

    fn let_go_of_others(&mut self, node: &mut Node) {
        // Kids keep their parent alive; what is left are callbacks that the list owns.
        while let Some(popped) = node.inner.get_mut().kids.pop() {
            if let Popped::Owned(callback) = popped {
                callback.let_go(self);
            }
        }
        if let Kind::Merge(merge) = &mut node.kind {
            merge.relays.drain(..).for_each(|relay| relay.let_go(self));
        }
        // SAFETY: the node is ours.
        if let Some(parent) = node.parent.with_mut(|parent| unsafe { (*parent).take() }) {
            parent.let_go(self);
        }
    }
}

/// Cuts what leads to a dead node. Each cut waits for those who are just following it.
fn cut_off(node: NodeRef<'_>) {
    node.leave();
    if let Kind::Merge(merge) = &node.get().kind {
        merge.relays.iter().for_each(|relay| relay.borrow().leave());
    }
    if node.kind.is_tethered() {
        let tether = node.inner.lock().rare.as_mut().and_then(|rare| rare.tether.take());
        if let Some(tether) = tether {
            tether.cut();
        }
    }
}

impl Drop for Dead {
    fn drop(&mut self) {
        self.bury_all();
    }
}

/// Frees a node, and what it alone kept alive.
///
/// # Safety
///
/// The last owned pointer to `node` is gone, and this is told once.
#[cold]
pub(crate) unsafe fn bury(node: NonNull<Node>) {
    let mut dead = Dead::default();
    // SAFETY: by the caller.
    unsafe { dead.push(node) };
    dead.bury_all();
}

//! A pointer to a context that does not keep it: what a timer, a token or a signal wakes.
//!
//! # Invariants
//!
//! - T1. The target is there until its burial cuts the tether, which waits for the lock. So under the
//!   lock the node is in memory, if it is no longer counted.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
// TIDY-ALLOW: what becomes a `Waker` must be in an `Arc` of std; what is shared is under a lock of ours.
use std::sync::Arc;
use std::task::{Wake, Waker};

use taut_core::sync::Lock;

use crate::node::{Node, NodeRef, Ref};
#[cfg(feature = "signal")]
use crate::{Cause, Context};

/// What leads to a node for as long as it lives.
#[derive(Clone)]
pub(crate) struct Tether(Arc<Bell>);

struct Bell {
    target: Lock<Option<Target>>,
}

struct Target(NonNull<Node>);

// SAFETY: it is used under the lock: T1; a node is shared among threads.
unsafe impl Send for Target {}

impl Tether {
    /// That of `node`, made at the first time. Of a kind that [may have one](crate::kind::Kind::is_tethered).
    pub(crate) fn to(node: NodeRef<'_>) -> Self {
        assert!(node.kind.is_tethered(), "who buries it would not cut it");
        let bell = Bell { target: Lock::new(Some(Target(node.as_ptr()))) };
        let made = Self(Arc::new(bell));
        node.with_rare(|rare| rare.tether.get_or_insert(made).clone())
    }

    /// The node, if it has a handle left.
    pub(crate) fn upgrade(&self) -> Option<Ref> {
        let target = self.0.target.lock();
        let Target(ptr) = target.as_ref()?;
        // SAFETY: T1, while the lock is held.
        unsafe { NodeRef::new(*ptr) }.try_to_owned()
    }

    /// By who buries the node.
    pub(crate) fn cut(&self) {
        *self.0.target.lock() = None;
    }

    /// A waker that rings at the node.
    pub(crate) fn waker(&self) -> Waker {
        Waker::from(Arc::clone(&self.0))
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        let Some(node) = Tether(self).upgrade() else { return };
        // A callback may panic. The hook has said so; the driver that we are called from, or who cancels a
        // token, has no part in it.
        let _said = catch_unwind(AssertUnwindSafe(move || node.borrow().ring()));
    }
}

/// A context that is not kept: what a signal is to end.
#[cfg(feature = "signal")]
#[derive(Clone)]
pub(crate) struct WeakContext(Option<Tether>);

#[cfg(feature = "signal")]
impl WeakContext {
    /// The context, if it has a handle left.
    pub(crate) fn upgrade(&self) -> Option<Context> {
        self.0.as_ref()?.upgrade().map(Context::from_ref)
    }
}

#[cfg(feature = "signal")]
impl Context {
    pub(crate) fn downgrade(&self) -> WeakContext {
        WeakContext(self.node().map(Tether::to))
    }

    /// Ends the scope of this context. True: this did it.
    pub(crate) fn end_with(&self, cause: Cause) -> bool {
        self.scope().is_some_and(|scope| scope.cancel(Some(cause)))
    }
}

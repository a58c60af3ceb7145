//! Callbacks: what is to be run when a context ends.
//!
//! A callback is a node below its context, and what decides between running and stopping it is the end of
//! that node: whoever ends it has it. The sweep of the context runs it; its handle drops it.

use std::fmt;

use taut_core::sync::UnsafeCell;

use crate::context::Context;
use crate::error::ContextError;
use crate::kind::Kind;
use crate::node::{Node, Ref};
use crate::state::{Flags, Word};

/// What is to be run. It belongs to the node's ender.
pub(crate) struct Callback(UnsafeCell<Option<Box<dyn FnOnce() + Send>>>);

impl Callback {
    /// # Safety
    ///
    /// By the node's ender, or by who made it as long as nobody else knows it.
    pub(crate) unsafe fn run(&self) {
        // SAFETY: by the caller.
        if let Some(function) = unsafe { self.take() } {
            function();
        }
    }

    /// # Safety
    ///
    /// As [`run`](Self::run).
    unsafe fn take(&self) -> Option<Box<dyn FnOnce() + Send>> {
        // SAFETY: it is ours, by the caller.
        self.0.with_mut(|function| unsafe { (*function).take() })
    }
}

impl Context {
    /// Runs `f` once the context has ended, unless the handle that comes back is dropped before.
    ///
    /// It runs on the thread that ends the context: in the call of
    /// [`cancel`](crate::Cancel::cancel), in Tokio's timer driver when a deadline passes, or in the call
    /// that notices a passed deadline first. By then the whole subtree is marked, and no lock is held:
    /// `f` may use any context. Like a waker it should be short and not block; to do more, let it spawn
    /// a task. If the context has ended already, `f` runs before this returns.
    ///
    /// Registrations are independent, and run in no particular order. One on a context that can never end
    /// is never run.
    ///
    /// # Panics
    ///
    /// If the context has a deadline and there is no Tokio runtime with time enabled. A panic of `f` goes
    /// to whoever ended the context, after all others were told; where that is a timer, a token or a
    /// signal, it goes no further than the panic hook.
    ///
    /// # Cost
    ///
    /// Two allocations at most. Stopping takes constant time.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicBool, Ordering};
    /// use taut::context::Context;
    ///
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// let is_closed = Arc::new(AtomicBool::new(false));
    /// let close = is_closed.clone();
    /// let _registration = ctx.after_func(move || close.store(true, Ordering::Relaxed));
    /// cancel.cancel();
    /// assert!(is_closed.load(Ordering::Relaxed));
    /// ```
    pub fn after_func(&self, f: impl FnOnce() + Send + 'static) -> AfterFunc {
        let scope = self.scope();
        if let Some(scope) = scope {
            if scope.error().is_some() {
                scope.until_marked();
                f();
                return AfterFunc(None);
            }
            scope.arm();
        }
        let node = Ref::with_count(1, |seed| {
            let callback = Callback(UnsafeCell::new(Some(Box::new(f))));
            let mut node = Node::new(seed, Kind::Callback(callback), Flags::WATCHED);
            node.parent = UnsafeCell::new(self.to_ref());
            node
        });
        if node.borrow().try_enter().is_err() {
            scope.inspect(|scope| scope.until_marked());
            if let Kind::Callback(callback) = &node.kind {
                // SAFETY: nobody else knows it.
                unsafe { callback.run() };
            }
            return AfterFunc(None);
        }
        AfterFunc(Some(node))
    }
}

/// A callback that waits for the end of its context: [`Context::after_func`]. Dropping it prevents the
/// callback. It keeps the context.
///
/// # Examples
///
/// ```
/// use taut::context::Context;
///
/// let (ctx, cancel) = Context::background().with_cancel();
/// let registration = ctx.after_func(|| unreachable!("prevented"));
/// assert!(registration.stop());
/// cancel.cancel();
/// ```
#[must_use = "dropping it prevents the callback"]
pub struct AfterFunc(Option<Ref>);

impl AfterFunc {
    /// Prevents the callback. True: it will not run, and was dropped. False: it has run, or runs at this
    /// moment; this does not wait for it.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::Context;
    ///
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// let registration = ctx.after_func(|| {});
    /// cancel.cancel();
    /// assert!(!registration.stop());
    /// ```
    #[expect(clippy::must_use_candidate, reason = "often all that matters is that it is over")]
    pub fn stop(mut self) -> bool {
        self.prevent()
    }

    /// Lets the callback run without this handle: when the context ends, if a handle of that is left
    /// then. If the last one goes without an end, the callback is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::Context;
    ///
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// let (tx, rx) = std::sync::mpsc::channel();
    /// ctx.after_func(move || tx.send("ended").expect("there is a receiver")).detach();
    /// cancel.cancel();
    /// assert_eq!(rx.recv(), Ok("ended"));
    /// ```
    pub fn detach(mut self) {
        let Some(node) = self.0.take() else { return };
        // SAFETY: only its owner uses the parent of a callback, and that is us.
        let parent = node.parent.with_mut(|parent| unsafe { (*parent).take() });
        let Some(above) = parent.as_ref().and_then(|parent| parent.borrow().scope()) else {
            return;
        };
        // SAFETY: that is the list it entered.
        let ended = unsafe { above.inner.lock().kids.own(node) };
        // With no lock, since each may be the last pointer.
        drop(ended);
        drop(parent);
    }

    fn prevent(&mut self) -> bool {
        let Some(node) = self.0.take() else { return false };
        let stopped = Word::ended(node.borrow().as_ptr(), ContextError::Cancelled);
        let is_ours = node.state.end(stopped).is_ok();
        if let (true, Kind::Callback(callback)) = (is_ours, &node.kind) {
            // Now, and not when the node goes, which a sweep may have its hands on.
            // SAFETY: we are its ender.
            drop(unsafe { callback.take() });
        }
        is_ours
    }
}

impl Drop for AfterFunc {
    fn drop(&mut self) {
        self.prevent();
    }
}

impl fmt::Debug for AfterFunc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_over = self.0.as_ref().is_none_or(|node| node.state.load().is_ended());
        f.debug_struct("AfterFunc").field("is_over", &is_over).finish_non_exhaustive()
    }
}

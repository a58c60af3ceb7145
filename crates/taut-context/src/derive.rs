//! Deriving one context from another.

use std::any::Any;
use std::error::Error;
use std::time::Duration;

use taut_core::sync::UnsafeCell;

use crate::cancel::Cancel;
use crate::context::Context;
use crate::error::{self, Cause};
use crate::kind::{Deadline, Kind};
use crate::node::{Holder, Node, NodeRef, Ref};
use crate::state::Flags;
use crate::time::Instant;
use crate::values::Values;

impl Context {
    /// A context that ends with this one, or when it is cancelled.
    ///
    /// Dropping the [`Cancel`] ends it, as Go's `defer cancel()`: bind it to a name, `_cancel`, not
    /// `_`, and keep it as long as the work. If this context has ended, so has the new one.
    ///
    /// # Cost
    ///
    /// One allocation. It leaves the tree in constant time.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::Context;
    ///
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// let (below, _cancel_below) = ctx.with_cancel();
    /// cancel.cancel();
    /// assert!(below.is_done());
    /// ```
    #[doc(alias = "child_token")]
    #[doc(alias = "WithCancelCause")]
    pub fn with_cancel(&self) -> (Self, Cancel) {
        self.derive(Kind::Cancel)
    }

    /// As [`with_deadline`](Self::with_deadline), so long from now. If that is further than time goes,
    /// there is no deadline.
    ///
    /// Dropping the [`Cancel`] ends it too: bind it to a name, `_cancel`, not `_`, and keep it as
    /// long as the work.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// use std::time::Duration;
    /// use taut::context::{Context, ContextError};
    ///
    /// let (ctx, _cancel) = Context::background().with_timeout(Duration::from_secs(1));
    /// assert_eq!(ctx.done().await, ContextError::DeadlineExceeded);
    /// # }
    /// ```
    pub fn with_timeout(&self, timeout: Duration) -> (Self, Cancel) {
        let now = Instant::now();
        self.until(now, now.checked_add(timeout), None)
    }

    /// As [`with_timeout`](Self::with_timeout), with a cause for the case that it runs out.
    ///
    /// Dropping the [`Cancel`] ends it too: bind it to a name, `_cancel`, not `_`, and keep it as
    /// long as the work.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// use std::time::Duration;
    /// use taut::context::Context;
    ///
    /// let second = Duration::from_secs(1);
    /// let (ctx, _cancel) = Context::background().with_timeout_cause(second, "the store is slow");
    /// ctx.done().await;
    /// assert_eq!(ctx.cause().expect("ended").to_string(), "the store is slow");
    /// # }
    /// ```
    pub fn with_timeout_cause(
        &self,
        timeout: Duration,
        cause: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> (Self, Cancel) {
        let now = Instant::now();
        self.until(now, now.checked_add(timeout), Some(error::cause(cause)))
    }

    /// As [`with_cancel`](Self::with_cancel); it ends at `at` at the latest, on Tokio's clock.
    ///
    /// The new context never ends later than this one. If this one has a deadline that is as early as
    /// `at`, or earlier, then `at` has no effect: the new context ends with this one, and has its cause.
    /// A deadline in the past ends the context at once. A deadline that has passed
    /// counts even if nobody has noticed: who cancels the context afterwards is too late.
    ///
    /// Dropping the [`Cancel`] ends it too: bind it to a name, `_cancel`, not `_`, and keep it as
    /// long as the work.
    ///
    /// The instant is Tokio's; one of std's becomes it by `into()`.
    ///
    /// # Cost
    ///
    /// One allocation, and a few for a cause; no task, and no timer before somebody waits.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::{Context, ContextError};
    ///
    /// let (ctx, _cancel) = Context::background().with_deadline(tokio::time::Instant::now());
    /// assert_eq!(ctx.err(), Some(ContextError::DeadlineExceeded));
    /// ```
    pub fn with_deadline(&self, at: Instant) -> (Self, Cancel) {
        self.until(Instant::now(), Some(at), None)
    }

    /// As [`with_deadline`](Self::with_deadline), with a cause for the case that it passes. If this context
    /// has a deadline that is as early, or earlier, then `cause` has no effect either: the cause will be
    /// that of this context.
    ///
    /// Dropping the [`Cancel`] ends it too: bind it to a name, `_cancel`, not `_`, and keep it as
    /// long as the work.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::Context;
    ///
    /// let now = tokio::time::Instant::now();
    /// let (ctx, _cancel) = Context::background().with_deadline_cause(now, "closing time");
    /// assert_eq!(ctx.cause().expect("ended").to_string(), "closing time");
    /// ```
    pub fn with_deadline_cause(
        &self,
        at: Instant,
        cause: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> (Self, Cancel) {
        self.until(Instant::now(), Some(at), Some(error::cause(cause)))
    }

    /// This context with a value, which hides another of the same type. It ends with this one.
    ///
    /// Values are for what goes with a request through layers that do not know it; what a function
    /// needs is better an argument.
    ///
    /// # Cost
    ///
    /// Four allocations, and a copy of as many pointers as there are types of values so far.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::Context;
    ///
    /// #[derive(Debug, PartialEq)]
    /// struct Level(u8);
    ///
    /// let outer = Context::background().with_value(Level(1));
    /// let inner = outer.with_value(Level(2));
    /// assert_eq!(inner.value(), Some(&Level(2)));
    /// assert_eq!(outer.value(), Some(&Level(1)));
    /// ```
    #[must_use]
    pub fn with_value<T: Any + Send + Sync>(&self, value: T) -> Self {
        let values = match self.values() {
            Some(values) => values.with(value),
            None => Values::default().with(value),
        };
        let parent = self.node();
        Self::from_ref(Ref::with_count(1, |seed| {
            let itself = seed.itself();
            let mut node = Node::new(seed, Kind::Value(Box::new(values)), Flags::NONE);
            node.parent = UnsafeCell::new(self.to_ref());
            node.scope = parent.map_or(Holder::NOBODY, |parent| parent.get().scope);
            node.values = itself;
            node
        }))
    }

    /// A context with the values of this one that does not end with it, and has no deadline. What
    /// derives from it is a tree of its own.
    ///
    /// For what must be done even though the request is over: a roll-back, a line in a log.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::Context;
    ///
    /// let (ctx, cancel) = Context::background().with_value("trace 7").with_cancel();
    /// let cleanup = ctx.without_cancel();
    /// cancel.cancel();
    /// assert!(!cleanup.is_done());
    /// assert_eq!(cleanup.value(), Some(&"trace 7"));
    /// ```
    #[must_use]
    pub fn without_cancel(&self) -> Self {
        let Some(parent) = self.node() else { return Self::background() };
        Self::from_ref(Ref::with_count(1, |seed| {
            let mut node = Node::new(seed, Kind::WithoutCancel, Flags::NONE);
            node.parent = UnsafeCell::new(self.to_ref());
            node.values = parent.get().values;
            node
        }))
    }

    fn until(&self, now: Instant, at: Option<Instant>, cause: Option<Cause>) -> (Self, Cancel) {
        let inherited = self.deadline();
        if inherited.zip(at).is_some_and(|(inherited, at)| at < inherited && inherited <= now) {
            // It passed before this, though nobody may have noticed.
            let _ended = self.is_done();
        }
        let own = at.filter(|at| inherited.is_none_or(|inherited| *at < inherited));
        let cause = cause.filter(|_| own.is_some()).map(Box::new);
        self.derive(Kind::Deadline(Deadline { at: own, cause }))
    }

    /// A scope that ends on one of these signals.
    #[cfg(feature = "signal")]
    pub(crate) fn derive_for_signals(&self, signals: Box<[crate::Signal]>) -> (Self, Cancel) {
        self.derive(Kind::Signals(signals))
    }

    /// A scope below this one. A deadline of its own is earlier than all above.
    fn derive(&self, kind: Kind) -> (Self, Cancel) {
        let parent = self.node();
        let scope = parent.and_then(NodeRef::scope);
        let node = Ref::with_count(2, |seed| {
            let itself = seed.itself();
            let mut node = Node::new(seed, kind, Flags::NONE);
            node.parent = UnsafeCell::new(self.to_ref());
            node.scope = itself;
            if let Some(parent) = parent {
                node.values = parent.get().values;
            }
            node.set_due(match (node.kind.deadline(), scope) {
                (Some(_), _) => itself,
                (None, Some(scope)) => scope.get().due,
                (None, None) => Holder::NOBODY,
            });
            node
        });
        node.borrow().enter();
        // SAFETY: the count is two, and this is the other one.
        let twin = unsafe { node.twin() };
        (Self::from_ref(node), Cancel::new(twin))
    }
}

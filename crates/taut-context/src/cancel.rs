//! `Cancel`: the right to end a context.

use std::error::Error;
use std::fmt;

use crate::error::{self, Cause};
use crate::node::Ref;

/// Ends its context when it is told to, or when it is dropped: Go's `cancel`, deferred.
///
/// There is one for each context; to share it, put it in an `Arc`.
///
/// # Panics
///
/// Dropping it panics as [`cancel`](Self::cancel) does, unless it is a panic that drops it.
///
/// # Examples
///
/// ```
/// use taut::context::Context;
///
/// let (ctx, cancel) = Context::background().with_cancel();
/// {
///     let _cancel = cancel; // at the end of this block
/// }
/// assert!(ctx.is_done());
/// ```
#[must_use = "dropping it cancels the context at once; bind it to a name"]
pub struct Cancel(Option<Ref>);

impl Cancel {
    pub(crate) const fn new(node: Ref) -> Self {
        Self(Some(node))
    }

    /// Ends the context, as [`Cancelled`](crate::ContextError::Cancelled), unless it has ended. True: this
    /// ended it.
    ///
    /// When it returns, whoever ended it, all contexts that derive from it say so. Those who wait are
    /// woken, and callbacks run, before the call that ended it returns; it does not wait for their work
    /// to stop. May be called from anywhere, from callbacks and wakers of the same tree too.
    ///
    /// # Panics
    ///
    /// If a callback or a waker panics, once all others were told.
    ///
    /// # Cost
    ///
    /// Linear in what ends, and more where merged contexts derive from each other in many ways. No lock is held for longer than it takes to mark some thirty contexts.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::Context;
    ///
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// assert!(cancel.cancel());
    /// assert!(!cancel.cancel(), "it has ended");
    /// assert!(ctx.is_done());
    /// ```
    #[expect(clippy::must_use_candidate, reason = "mostly all that matters is that it has ended")]
    pub fn cancel(&self) -> bool {
        self.end(None)
    }

    /// As [`cancel`](Self::cancel), and says why: what [`Context::cause`](crate::Context::cause) gives. An
    /// error of any type, or a string. If the context has ended already, the cause is dropped.
    ///
    /// # Panics
    ///
    /// As [`cancel`](Self::cancel).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::Context;
    ///
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// cancel.cancel_with("the client has gone");
    /// assert_eq!(ctx.cause().expect("ended").to_string(), "the client has gone");
    /// ```
    pub fn cancel_with(&self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> bool {
        self.end(Some(error::cause(cause)))
    }

    /// Gives the right away: the context ends with those it derives from, or at its deadline, only.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::Context;
    ///
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// cancel.detach();
    /// assert!(!ctx.is_done());
    /// ```
    pub fn detach(mut self) {
        drop(self.0.take());
    }

    fn end(&self, cause: Option<Cause>) -> bool {
        self.0.as_ref().is_some_and(|node| node.borrow().cancel(cause))
    }
}

impl Drop for Cancel {
    #[inline]
    fn drop(&mut self) {
        self.end(None);
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_done = self.0.as_ref().is_some_and(|node| node.state.load().is_ended());
        f.debug_struct("Cancel").field("is_done", &is_done).finish()
    }
}

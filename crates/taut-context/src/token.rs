//! Bridges to the cancellation tokens of `tokio-util`, both ways, without a task.
//!
//! *In*: a context made of a token keeps the token's future, polled once with a waker that is the context.
//! *Out*: a scope has at most one token of its own; what is given out are children of that one, which
//! leave it when they are dropped.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task;

use taut_core::sync::Lock;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::context::Context;
use crate::kind::Kind;
use crate::node::NodeRef;
use crate::state::Flags;
use crate::time::unconstrained;
use crate::weak::Tether;

/// The token that a context was made of.
pub(crate) struct Source {
    token: CancellationToken,
    /// Wakes the context. Dropping it leaves the token.
    watch: Lock<Option<Pin<Box<WaitForCancellationFutureOwned>>>>,
}

impl Source {
    pub(crate) fn is_cancelled(&self) -> bool {
        self.token.is_cancelled()
    }
}

/// The token that ends with a scope.
pub(crate) struct Bridge(CancellationToken);

impl Bridge {
    pub(crate) fn cancel(self) {
        self.0.cancel();
    }
}

/// Ends, as [`Cancelled`](crate::ContextError::Cancelled), when the token is cancelled. No task is
/// made; when the last handle of the context goes, the token knows nothing of it any more.
///
/// # Examples
///
/// ```
/// use taut::context::Context;
/// use tokio_util::sync::CancellationToken;
///
/// let token = CancellationToken::new();
/// let ctx = Context::from(token.clone());
/// token.cancel();
/// assert!(ctx.is_done());
/// ```
impl From<CancellationToken> for Context {
    fn from(token: CancellationToken) -> Self {
        let mut watch = Box::pin(token.clone().cancelled_owned());
        let source = Source { token, watch: Lock::new(None) };
        let ctx = Self::root(Kind::Token(Box::new(source)));
        if let Some(node) = ctx.node() {
            let waker = Tether::to(node).waker();
            let mut cx = task::Context::from_waker(&waker);
            if pin!(unconstrained(watch.as_mut())).poll(&mut cx).is_ready() {
                node.cancel(None);
            }
            if let Kind::Token(source) = &node.kind {
                *source.watch.lock() = Some(watch);
            }
        }
        ctx
    }
}

impl NodeRef<'_> {
    /// A token that ends with this scope.
    fn token(self) -> CancellationToken {
        let fresh = CancellationToken::new();
        let ours = self.with_rare(|rare| {
            self.state.set(Flags::WATCHED).ok()?;
            let bridge = rare.bridge.get_or_insert_with(|| Bridge(fresh.clone()));
            Some(bridge.0.clone())
        });
        if let Some(ours) = ours {
            return ours.child_token();
        }
        fresh.cancel();
        fresh
    }
}

impl Context {
    /// A token that is cancelled when the context ends, for code that knows tokens only. Cancelling it
    /// ends only what has the token, not the context.
    ///
    /// A deadline reaches the token by a timer, or by whoever looks at the context. The token does not keep
    /// the context: if the last handle of that goes before the end, as that of
    /// `Context::merge(…).token()` does at once, the token is never cancelled.
    ///
    /// # Panics
    ///
    /// If the context has a deadline and there is no Tokio runtime with time enabled.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::Context;
    ///
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// let token = ctx.token();
    /// cancel.cancel();
    /// assert!(token.is_cancelled());
    /// ```
    #[must_use]
    pub fn token(&self) -> CancellationToken {
        match self.scope() {
            None => CancellationToken::new(),
            Some(scope) => {
                scope.arm();
                scope.token()
            }
        }
    }
}

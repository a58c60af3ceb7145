//! `Context`: the handle, and what it says.

use std::any::Any;
use std::future::Future;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

use taut_core::time::Deadline;

use crate::error::{Cause, ContextError};
use crate::future::{Done, Run, Sleep};
use crate::kind::Kind;
use crate::node::{Node, NodeRef, Ref};
use crate::state::Flags;
use crate::time::Instant;
use crate::values::Values;

/// Whether work is still wanted, until when, and what goes with it: Go's `context.Context`.
///
/// A context is handed down, by reference, to all that works for a request, a connection or a process.
/// From it others are [derived](Context::with_cancel), which end with it and can end before it. It is one
/// pointer; a clone is another handle to the same context. Dropping handles never ends it, dropping its
/// [`Cancel`](crate::Cancel) does.
///
/// ```text
///    process ───────┬── request 7 ──┬── its query     when request 7 ends, so do its query
///     runs          │    ended      │    ended        and its log; that is decided at once,
///                   │               └── its log       and flows down
///                   │                    ended
///                   └── request 8                     request 8, and the process, go on
///                        runs
/// ```
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use taut::context::{Context, ContextError};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let (ctx, cancel) = Context::background().with_timeout(Duration::from_secs(30));
///     assert_eq!(ctx.run(async { "in time" }).await, Ok("in time"));
///
///     let (query, _cancel) = ctx.with_timeout(Duration::from_millis(5));
///     let forever = std::future::pending::<()>();
///     assert_eq!(query.run(forever).await, Err(ContextError::DeadlineExceeded));
///
///     cancel.cancel();
///     assert_eq!(ctx.err(), Some(ContextError::Cancelled));
/// }
/// ```
#[doc = include_str!("context/page.md")]
#[derive(Clone, Default)]
pub struct Context(Option<Ref>);

impl UnwindSafe for Context {}
impl RefUnwindSafe for Context {}

impl Context {
    /// The context that never ends, has no deadline and no values: where all others come from.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::Context;
    ///
    /// static BACKGROUND: Context = Context::background();
    /// assert_eq!(BACKGROUND.err(), None);
    /// ```
    #[must_use]
    pub const fn background() -> Self {
        Self(None)
    }

    /// How it ended; none while it has not. Once said, it does not change.
    ///
    /// A deadline that has passed is noticed here if it was not before, which ends the whole subtree of
    /// the context that it belongs to, wakers and callbacks included.
    ///
    /// # Panics
    ///
    /// As [`Cancel::cancel`](crate::Cancel::cancel), if it is here that a passed deadline is noticed.
    ///
    /// # Cost
    ///
    /// A load; with a deadline, a look at the clock.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::{Context, ContextError};
    ///
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// assert_eq!(ctx.err(), None);
    /// drop(cancel);
    /// assert_eq!(ctx.err(), Some(ContextError::Cancelled));
    /// ```
    #[inline]
    #[must_use]
    pub fn err(&self) -> Option<ContextError> {
        self.scope()?.error()
    }

    /// As [`err`](Self::err), for `?`.
    ///
    /// # Errors
    ///
    /// How it ended, once it has.
    ///
    /// # Panics
    ///
    /// As [`err`](Self::err).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::{Context, ContextError};
    ///
    /// fn sum(ctx: &Context, numbers: &[u64]) -> Result<u64, ContextError> {
    ///     let mut sum = 0;
    ///     for part in numbers.chunks(1024) {
    ///         ctx.check()?;
    ///         sum += part.iter().sum::<u64>();
    ///     }
    ///     Ok(sum)
    /// }
    ///
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// assert_eq!(sum(&ctx, &[1, 2]), Ok(3));
    /// drop(cancel);
    /// assert_eq!(sum(&ctx, &[1, 2]), Err(ContextError::Cancelled));
    /// ```
    #[inline]
    pub fn check(&self) -> Result<(), ContextError> {
        self.err().map_or(Ok(()), Err)
    }

    /// Whether it has ended: [`err`](Self::err) is something.
    ///
    /// # Panics
    ///
    /// As [`err`](Self::err).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::Context;
    ///
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// let (below, _keep) = ctx.with_cancel();
    /// cancel.cancel();
    /// assert!(ctx.is_done() && below.is_done());
    /// ```
    #[doc(alias = "is_cancelled")]
    #[inline]
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.err().is_some()
    }

    /// Why it ended; none while it has not.
    ///
    /// The cause that was given to what ended first, this context or one that it derives from; if none
    /// was given, the [`ContextError`] itself. Once said, it does not change. Ask the context that the work
    /// ran under: where only that has ended, those that it derives from have no cause.
    ///
    /// # Panics
    ///
    /// As [`err`](Self::err).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::{Context, ContextError};
    ///
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// assert!(ctx.cause().is_none());
    /// cancel.cancel();
    /// let cause = ctx.cause().expect("it has ended");
    /// assert_eq!(cause.downcast_ref(), Some(&ContextError::Cancelled));
    /// ```
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.scope()?.cause()
    }

    /// When it ends at the latest: the earliest deadline of those it derives from. None: no deadline.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use taut::context::Context;
    ///
    /// let (ctx, _cancel) = Context::background().with_timeout(Duration::from_secs(1));
    /// let (longer, _cancel) = ctx.with_timeout(Duration::from_secs(60));
    /// assert_eq!(longer.deadline(), ctx.deadline());
    /// ```
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        Some(self.scope()?.due()?.at)
    }

    /// How long until the [`deadline`](Self::deadline); zero once it has passed. What a call to another
    /// service would send along.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use taut::context::Context;
    ///
    /// let (ctx, _cancel) = Context::background().with_timeout(Duration::from_secs(1));
    /// assert!(ctx.remaining() <= Some(Duration::from_secs(1)));
    /// assert_eq!(Context::background().remaining(), None);
    /// ```
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        Some(self.deadline()?.saturating_duration_since(Instant::now()))
    }

    /// The nearest value of this type, this context's own or of one that it derives from. It can be read
    /// after the end too.
    ///
    /// The type is the key, so make one for each thing: `struct RequestId(u64)`.
    ///
    /// # Cost
    ///
    /// One look into a table, the same however many contexts this one derives from.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::Context;
    ///
    /// struct RequestId(u64);
    ///
    /// let ctx = Context::background().with_value(RequestId(7));
    /// assert_eq!(ctx.value::<RequestId>().map(|id| id.0), Some(7));
    /// assert!(ctx.value::<String>().is_none());
    /// ```
    #[inline]
    #[must_use]
    pub fn value<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.values()?.get()
    }

    /// Waits until it ends, and says how. A context that never ends is never done.
    ///
    /// Any number may wait, and each is told once. It is an arm for
    /// [`select!`](https://docs.rs/taut/latest/taut/macro.select.html).
    ///
    /// # Cancel safety
    ///
    /// Safe: it takes nothing.
    ///
    /// It borrows the context. For a task: `let ctx = ctx.clone();` and
    /// `async move { ctx.done().await }`.
    ///
    /// # Panics
    ///
    /// If it must wait for a deadline and there is no Tokio runtime with time enabled.
    ///
    /// # Runtimes
    ///
    /// The timer is made by whoever waits first below the same deadline, in that one's runtime. While that
    /// runtime is not driven (a current-thread runtime outside of `block_on`), or once it was shut down,
    /// nobody is woken at the deadline, in whatever runtime: they wait until somebody looks. Share a
    /// deadline between runtimes that run.
    ///
    /// # Cost
    ///
    /// Allocates nothing, but for the one timer. With a deadline, each poll looks at the clock.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use taut::context::{Context, ContextError};
    ///
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// tokio::spawn(async move { cancel.cancel() });
    /// assert_eq!(ctx.done().await, ContextError::Cancelled);
    /// # }
    /// ```
    #[doc(alias = "cancelled")]
    #[inline]
    pub fn done(&self) -> Done<'_> {
        Done::new(self.scope())
    }

    /// Runs `future` until it is ready or the context ends, whichever is first.
    ///
    /// The context is looked at first, each time: once it has ended, `future` is not polled any more,
    /// even if it could be ready. Then it is dropped at once, before this gives its output.
    ///
    /// # Cancel safety
    ///
    /// Drops `future`: what that costs is up to it, here and when the context ends.
    ///
    /// # Errors
    ///
    /// How the context ended.
    ///
    /// # Panics
    ///
    /// As [`done`](Self::done).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use taut::context::{Context, ContextError};
    ///
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// assert_eq!(ctx.run(async { 7 }).await, Ok(7));
    /// cancel.cancel();
    /// assert_eq!(ctx.run(async { 7 }).await, Err(ContextError::Cancelled));
    /// # }
    /// ```
    #[doc(alias = "run_until_cancelled")]
    pub fn run<F: Future>(&self, future: F) -> Run<'_, F> {
        Run::new(self.done(), future)
    }

    /// Sleeps for so long, on Tokio's clock, or until the context ends.
    ///
    /// # Cancel safety
    ///
    /// Safe: it takes nothing.
    ///
    /// # Errors
    ///
    /// How the context ended.
    ///
    /// # Panics
    ///
    /// If there is no Tokio runtime with time enabled.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// use std::time::Duration;
    /// use taut::context::Context;
    ///
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// assert!(ctx.sleep(Duration::from_secs(3600)).await.is_ok());
    /// cancel.cancel();
    /// assert!(ctx.sleep(Duration::from_secs(3600)).await.is_err());
    /// # }
    /// ```
    pub fn sleep(&self, duration: Duration) -> Sleep<'_> {
        Sleep::new(self.run(Deadline::after(duration)))
    }

    pub(crate) const fn from_ref(node: Ref) -> Self {
        Self(Some(node))
    }

    pub(crate) fn to_ref(&self) -> Option<Ref> {
        self.0.clone()
    }

    #[inline(always)]
    pub(crate) fn node(&self) -> Option<NodeRef<'_>> {
        self.0.as_ref().map(Ref::borrow)
    }

    /// Who ends it.
    #[inline(always)]
    pub(crate) fn scope(&self) -> Option<NodeRef<'_>> {
        self.node()?.scope()
    }

    #[inline]
    pub(crate) fn values(&self) -> Option<&Values> {
        let node = self.node()?;
        node.get().values.of(node)?.get().kind.values()
    }

    /// A scope that derives from nothing.
    pub(crate) fn root(kind: Kind) -> Self {
        Self(Some(Ref::with_count(1, |seed| {
            let itself = seed.itself();
            let mut node = Node::new(seed, kind, Flags::NONE);
            node.scope = itself;
            node
        })))
    }
}

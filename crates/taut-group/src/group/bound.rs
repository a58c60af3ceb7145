//! The context of a group: what ends it, and what its end means.

use std::error::Error;
use std::fmt;

use taut_context::{Cancel, Cause, Context, ContextError};

type Shared = Box<dyn Error + Send + Sync>;

/// The context that a group has made for its tasks.
pub(crate) struct Bound<E> {
    pub(crate) ctx: Context,
    cancel: Cancel,
    /// What to give as the cause for an error.
    cause: Box<dyn Fn(&E) -> Shared + Send + Sync>,
    /// The error of a group that has been ended from outside.
    refusal: fn(ContextError) -> E,
}

impl<E> Bound<E> {
    pub(crate) fn new<C: Into<Shared>>(
        parent: &Context,
        cause: impl Fn(&E) -> C + Send + Sync + 'static,
    ) -> Self
    where
        E: From<ContextError>,
    {
        let (ctx, cancel) = parent.with_cancel();
        let cause = Box::new(move |error: &E| cause(error).into());
        Self { ctx, cancel, cause, refusal: E::from }
    }

    /// What an error is to its group.
    pub(crate) fn judge(&self, error: &E) -> Judgement {
        let cause = (self.cause)(error);
        if self.ctx.is_done() && says_that_a_context_ended(&*cause) {
            Judgement::Consequence
        } else {
            Judgement::Reason(cause)
        }
    }

    /// Ends the context of the tasks, if it has not ended.
    pub(crate) fn end(&self, cause: Option<Shared>) {
        match cause {
            Some(cause) => self.cancel.cancel_with(cause),
            None => self.cancel.cancel(),
        };
    }

    /// The error that stands for the end of the context.
    pub(crate) fn refusal(&self) -> E {
        (self.refusal)(self.ctx.err().unwrap_or(ContextError::Cancelled))
    }
}

/// What an error is to its group.
pub(crate) enum Judgement {
    /// It tells that the context had ended, which had.
    Consequence,
    /// This is what ends the context, if it has not ended.
    Reason(Shared),
}

/// Whether an error is that a context has ended, or was caused by that.
fn says_that_a_context_ended(error: &(dyn Error + Send + Sync + 'static)) -> bool {
    let error: &(dyn Error + 'static) = match error.downcast_ref::<Cause>() {
        Some(cause) => &**cause,
        None => error,
    };
    let mut chain = std::iter::successors(Some(error), |&error| error.source());
    chain.any(|error| error.is::<ContextError>())
}

impl<E> fmt::Debug for Bound<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bound").field("ctx", &self.ctx).finish_non_exhaustive()
    }
}

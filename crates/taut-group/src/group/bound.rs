//! The context of a group: what ends it, and what its end means.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::io;

use taut_context::{Cancel, Cause, Context, ContextError};

type Shared = Box<dyn Error + Send + Sync>;

/// The context that a group has made for its tasks.
pub(crate) struct Bound<E> {
    pub(crate) ctx: Context,
    cancel: Cancel,
    /// What to give as the cause for an error.
    cause: Box<dyn Fn(&E) -> Shared + Send + Sync>,
    /// The error itself as an error, if it is of a type that we know.
    view: fn(&E) -> Option<&(dyn Error + 'static)>,
    /// The error of a group that has been ended from outside.
    refusal: fn(ContextError) -> E,
}

impl<E> Bound<E> {
    pub(crate) fn new<C: Into<Shared>>(
        parent: &Context,
        cause: impl Fn(&E) -> C + Send + Sync + 'static,
    ) -> Self
    where
        E: From<ContextError> + 'static,
    {
        let (ctx, cancel) = parent.with_cancel();
        let cause = Box::new(move |error: &E| cause(error).into());
        Self { ctx, cancel, cause, view: as_error, refusal: E::from }
    }

    /// What an error is to its group.
    pub(crate) fn judge(&self, error: &E) -> Judgement {
        let cause = (self.cause)(error);
        // An error that wraps another may hide it, and then reads like it. (`#[error(transparent)]` does.)
        let reads_so = || (self.cause)(&self.refusal()).to_string() == cause.to_string();
        let is_told = || {
            says_that_a_context_ended(&*cause)
                || (self.view)(error).is_some_and(says_that_a_context_ended)
                || reads_so()
        };
        if self.ctx.is_done() && is_told() {
            Judgement::Consequence
        } else {
            Judgement::Reason(cause)
        }
    }

    /// Ends the context of the tasks. False: it had ended.
    pub(crate) fn end(&self, cause: Option<Shared>) -> bool {
        match cause {
            Some(cause) => self.cancel.cancel_with(cause),
            None => self.cancel.cancel(),
        }
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
fn says_that_a_context_ended<'a>(error: &'a (dyn Error + 'static)) -> bool {
    // What an `io::Error` or a `Cause` was made of is not their source.
    let inside = |error: &'a (dyn Error + 'static)| {
        let of_cause = error.downcast_ref::<Cause>().map(|cause| &**cause as _);
        let of_io = error.downcast_ref::<io::Error>();
        of_cause.or_else(|| of_io.and_then(io::Error::get_ref).map(|inside| inside as _))
    };
    let mut chain =
        std::iter::successors(Some(error), |&error| inside(error).or_else(|| error.source()));
    chain.any(|error| error.is::<ContextError>())
}

/// A view of an error whose type is one of those that are used for any error.
fn as_error<E: 'static>(error: &E) -> Option<&(dyn Error + 'static)> {
    let any: &dyn Any = error;
    let of_io = any.downcast_ref::<io::Error>().map(|error| error as _);
    of_io.or_else(|| any.downcast_ref::<Shared>().map(|error| &**error as _))
}

impl<E> fmt::Debug for Bound<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bound").field("ctx", &self.ctx).finish_non_exhaustive()
    }
}

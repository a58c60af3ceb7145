//! Running what may fail by itself, under a context.

use std::error::Error;
use std::fmt;
use std::future::Future;

use crate::context::Context;
use crate::error::ContextError;
use crate::future::TryRun;

/// Why [`Context::try_run`] gave no value: the context ended, or the future failed.
///
/// It shows as the one that it holds. A [`ContextError`] becomes one by `?`, so that `ctx.sleep(…).await?` and
/// `ctx.check()?` fit into the same function.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use taut::context::{Context, TryRunError};
///
/// let failing = async { "seven".parse::<u8>() };
/// match Context::background().try_run(failing).await {
///     Ok(number) => println!("{number}"),
///     Err(TryRunError::Failed(error)) => println!("no number: {error}"),
///     Err(TryRunError::Ended(why)) => println!("no time: {why}"),
/// }
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TryRunError<E> {
    /// The context ended first.
    Ended(ContextError),
    /// The future was ready first, with this.
    Failed(E),
}

impl<E> TryRunError<E> {
    /// How the context ended, if it did.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::{ContextError, TryRunError};
    ///
    /// let error: TryRunError<()> = TryRunError::Ended(ContextError::Cancelled);
    /// assert_eq!(error.ended(), Some(ContextError::Cancelled));
    /// ```
    pub fn ended(&self) -> Option<ContextError> {
        match self {
            Self::Ended(error) => Some(*error),
            Self::Failed(_) => None,
        }
    }

    /// What the future failed with, if it did.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::TryRunError;
    ///
    /// assert_eq!(TryRunError::Failed("no disk").failed(), Some("no disk"));
    /// ```
    pub fn failed(self) -> Option<E> {
        match self {
            Self::Ended(_) => None,
            Self::Failed(error) => Some(error),
        }
    }
}

impl<E> From<ContextError> for TryRunError<E> {
    fn from(ended: ContextError) -> Self {
        Self::Ended(ended)
    }
}

impl<E: fmt::Display> fmt::Display for TryRunError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(error) => error.fmt(f),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl<E: Error> Error for TryRunError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Ended(error) => error.source(),
            Self::Failed(error) => error.source(),
        }
    }
}

impl Context {
    /// As [`run`](Self::run), for a future that may fail by itself: one result instead of one in another.
    ///
    /// With `run`, `let _permit = ctx.run(slots.acquire(1)).await?` compiles, and what it holds may be an
    /// error and no permit.
    ///
    /// # Cancel safety
    ///
    /// Drops `future`: what that costs is up to it, here and when the context ends.
    ///
    /// # Errors
    ///
    /// [`TryRunError::Ended`], how the context ended; [`TryRunError::Failed`], with what the future gave.
    ///
    /// # Panics
    ///
    /// As [`done`](Self::done).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use taut::context::Context;
    /// use taut::sync::Semaphore;
    ///
    /// let slots = Semaphore::new(2);
    /// let permit = Context::background().try_run(slots.acquire(1)).await?;
    /// assert_eq!(permit.units(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn try_run<T, E, F>(&self, future: F) -> TryRun<'_, F>
    where
        F: Future<Output = Result<T, E>>,
    {
        TryRun::new(self.run(future))
    }
}

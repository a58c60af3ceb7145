//! Any error, to be had in several places.

use std::error::Error;
use std::fmt;

use taut_context::Cause;

/// An error of any type, which can be cloned: what a [`Group`](crate::Group) fails with for those who have
/// no error type of their own.
///
/// A group gives its first error to who waits, and to its context as the cause. So it has to be in two
/// places, and most errors cannot be cloned. Every type that is an `Error` becomes a `Failure` by `?`, and
/// a `Failure` becomes a `Box<dyn Error>` by `?`. It is no `Error` itself, or the first could not be.
///
/// `Box<dyn Error + Send + Sync>` and `anyhow::Error` are no `Error` either, so `?` does not convert them:
/// `.map_err(Failure::new)?` does. The other way, into `anyhow`:
/// `.map_err(|failure| anyhow::Error::new(failure.cause().clone()))?`. Where all tasks fail with an
/// `anyhow::Error`, take [`with_context_by`](crate::Group::with_context_by) instead; see [which error
/// type](crate::Group#which-error-type).
///
/// # Examples
///
/// ```
/// use taut::context::Context;
/// use taut::group::{Failure, Group};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let (mut group, ctx) = Group::<u16, Failure>::with_context(&Context::background());
///     group.spawn(async { Ok("80".parse()?) }).await;
///     group.spawn(async { Ok("http".parse()?) }).await;
///     let failure = group.wait().await.unwrap_err();
///     assert!(failure.downcast_ref::<std::num::ParseIntError>().is_some());
///     assert_eq!(ctx.cause().expect("it has ended").to_string(), failure.to_string());
/// }
/// ```
#[derive(Clone)]
pub struct Failure(Cause);

impl Failure {
    /// Of an error, or of a text.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::group::Failure;
    ///
    /// assert_eq!(Failure::new("no disk").to_string(), "no disk");
    /// ```
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        match error.into().downcast::<Cause>() {
            Ok(cause) => Self(*cause),
            Err(other) => Self(Cause::from(other)),
        }
    }

    /// The error inside, if it is of this type.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io;
    /// use taut::group::Failure;
    ///
    /// let failure = Failure::from(io::Error::from(io::ErrorKind::NotFound));
    /// let error = failure.downcast_ref::<io::Error>().expect("that is what it is");
    /// assert_eq!(error.kind(), io::ErrorKind::NotFound);
    /// ```
    #[must_use]
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        self.0.downcast_ref()
    }

    /// The error inside: the very same as that of all clones, and as the cause of the context that it
    /// ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::group::Failure;
    ///
    /// let failure = Failure::new("no disk");
    /// assert!(failure.cause().source().is_none());
    /// ```
    #[must_use]
    pub const fn cause(&self) -> &Cause {
        &self.0
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}

impl From<Failure> for Box<dyn Error + Send + Sync> {
    fn from(failure: Failure) -> Self {
        Box::new(failure.0)
    }
}

impl From<Failure> for Box<dyn Error> {
    fn from(failure: Failure) -> Self {
        Box::new(failure.0)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

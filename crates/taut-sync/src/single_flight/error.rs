//! Why a flight did not land.

use std::any::Any;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Why there is no value.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use taut::sync::{FlightError, SingleFlight};
///
/// # std::panic::set_hook(Box::new(|_| ()));
/// let flights = SingleFlight::<&str, u32>::new();
/// let error = flights.run("answer", || async { panic!("no idea") }).await.unwrap_err();
/// assert!(matches!(&error, FlightError::Panicked(panicked) if panicked.message() == "no idea"));
/// assert_eq!(error.to_string(), "the work of a flight panicked: no idea");
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FlightError {
    /// The work panicked. Every caller of the flight gets this.
    Panicked(Panicked),
    /// The caller is part of the work of this very key, and would wait for itself.
    Reentrant,
}

impl fmt::Display for FlightError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Panicked(panicked) => panicked.fmt(f),
            Self::Reentrant => f.write_str("the work of a flight asks for its own key"),
        }
    }
}

impl Error for FlightError {}

/// The work of a flight panicked.
///
/// # Examples
///
/// See [`FlightError`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked {
    message: Cow<'static, str>,
}

impl Panicked {
    /// Makes it of what was caught.
    pub(super) fn new(payload: Box<dyn Any + Send>) -> Self {
        let message = match payload.downcast::<&'static str>() {
            Ok(message) => Cow::Borrowed(*message),
            Err(payload) => match payload.downcast::<String>() {
                Ok(message) => Cow::Owned(*message),
                Err(payload) => {
                    drop_quietly(payload);
                    Cow::Borrowed("(not a text)")
                }
            },
        };
        Self { message }
    }

    /// What it panicked with, if that was a text, as it is with `panic!`.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::sync::{FlightError, SingleFlight};
    ///
    /// # std::panic::set_hook(Box::new(|_| ()));
    /// let flights = SingleFlight::<u32, u32>::new();
    /// match flights.run(7, || async { panic!("no {}", 7) }).await {
    ///     Err(FlightError::Panicked(panicked)) => assert_eq!(panicked.message(), "no 7"),
    ///     other => unreachable!("{other:?}"),
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the work of a flight panicked: {}", self.message)
    }
}

impl Error for Panicked {}

/// Others wait for the news, whatever this does when it is dropped.
fn drop_quietly(payload: Box<dyn Any + Send>) {
    let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) else { return };
    if !another.is::<&'static str>() && !another.is::<String>() {
        // Its drop may panic in its turn; there is an end to it.
        let _leaked = ManuallyDrop::new(another);
    }
}

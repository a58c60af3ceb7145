//! A panic as an error: what it said.

use std::any::Any;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;

/// What was to be run panicked. It was reported when it happened, like any panic.
///
/// # Examples
///
/// ```
/// use taut::sync::{FlightError, SingleFlight};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let flights = SingleFlight::<u32, u32>::new();
///     match flights.run(7, || async { panic!("no {}", 7) }).await {
///         Err(FlightError::Panicked(panicked)) => {
///             assert_eq!(panicked.to_string(), "the work panicked: no 7");
///         }
///         other => unreachable!("{other:?}"),
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked {
    message: Cow<'static, str>,
}

impl Panicked {
    /// Of a panic that said this.
    pub(crate) fn from_message(message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into() }
    }

    /// Of what was caught.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::Panicked;
    ///
    /// let payload = std::panic::catch_unwind(|| panic!("no {}", 7)).unwrap_err();
    /// assert_eq!(Panicked::of(&*payload).message(), "no 7");
    /// ```
    #[must_use]
    pub fn of(payload: &(dyn Any + Send)) -> Self {
        Self::from_message(text_of(payload).unwrap_or(Cow::Borrowed("(not a text)")))
    }

    /// What it panicked with, if that was a text, as it is with `panic!`.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::sync::{FlightError, SingleFlight};
    ///
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
        write!(f, "the work panicked: {}", self.message)
    }
}

impl Error for Panicked {}

/// What a panic said, if it was a text.
pub(crate) fn text_of(payload: &(dyn Any + Send)) -> Option<Cow<'static, str>> {
    let literal = payload.downcast_ref::<&'static str>().map(|text| Cow::Borrowed(*text));
    literal.or_else(|| payload.downcast_ref::<String>().cloned().map(Cow::Owned))
}

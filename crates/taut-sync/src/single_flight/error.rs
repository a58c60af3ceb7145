//! Why a flight did not land.

use std::error::Error;
use std::fmt;

use taut_core::panics::{Payload, drop_quietly};

use crate::panicked::Panicked;

/// Why there is no value.
///
/// # Examples
///
/// ```
/// use taut::sync::{FlightError, SingleFlight};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let flights = SingleFlight::<&str, u32>::new();
///     let error = flights.run("answer", || async { panic!("no idea") }).await.unwrap_err();
///     assert!(matches!(&error, FlightError::Panicked(panicked) if panicked.message() == "no idea"));
///     assert_eq!(error.to_string(), "the work of a flight panicked: no idea");
/// }
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
            Self::Panicked(panicked) => {
                write!(f, "the work of a flight panicked: {}", panicked.message())
            }
            Self::Reentrant => f.write_str("the work of a flight asks for its own key"),
        }
    }
}

impl Error for FlightError {}

/// Tells of what was caught. Others wait for the news, whatever the payload does when it is dropped.
pub(super) fn panicked(payload: Payload) -> Panicked {
    let panicked = Panicked::of(&*payload);
    drop_quietly(payload);
    panicked
}

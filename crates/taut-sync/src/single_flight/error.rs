//! Why a flight did not land.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::panicked::{Panicked, text_of};

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
            Self::Panicked(panicked) => {
                write!(f, "the work of a flight panicked: {}", panicked.message())
            }
            Self::Reentrant => f.write_str("the work of a flight asks for its own key"),
        }
    }
}

impl Error for FlightError {}

/// Tells of what was caught.
pub(super) fn panicked(payload: Box<dyn Any + Send>) -> Panicked {
    match text_of(&*payload) {
        Some(message) => Panicked::from_message(message),
        None => {
            drop_quietly(payload);
            Panicked::from_message("(not a text)")
        }
    }
}

/// Others wait for the news, whatever this does when it is dropped.
fn drop_quietly(payload: Box<dyn Any + Send>) {
    let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) else { return };
    if text_of(&*another).is_none() {
        // Its drop may panic in its turn; there is an end to it.
        let _leaked = ManuallyDrop::new(another);
    }
}

//! What comes of a flight.

use super::FlightError;

/// What came of the work of a key.
///
/// # Examples
///
/// ```
/// use taut::sync::{Landed, SingleFlight};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let flights = SingleFlight::new();
///     let landed = flights.run("answer", || async { 42 }).await;
///     assert_eq!(landed, Ok(Landed { value: 42, shared: false }));
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landed<V> {
    /// The value, or a clone of it.
    pub value: V,
    /// Whether at least one other caller joined the flight.
    pub shared: bool,
}

pub(super) type Outcome<V> = Result<Landed<V>, FlightError>;

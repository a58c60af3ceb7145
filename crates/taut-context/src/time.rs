//! What contexts use of Tokio's clock.

pub(crate) use taut_core::time::{Instant, poll_timer, timer};
use tokio::runtime::Handle;
pub(crate) use tokio::task::coop::unconstrained;
pub(crate) use tokio::time::Sleep as Timer;

/// Whether a timer can be made here, as far as can be told.
pub(crate) fn is_at_hand() -> bool {
    Handle::try_current().is_ok()
}

//! What contexts use of Tokio's clock, and a nap that begins with its first poll.

use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use taut_core::time::Alarm;
pub(crate) use taut_core::time::{Instant, from_now, poll_timer, timer};
use tokio::runtime::Handle;
pub(crate) use tokio::task::coop::unconstrained;
pub(crate) use tokio::time::Sleep as Timer;

/// Whether a timer can be made here, as far as can be told.
pub(crate) fn is_at_hand() -> bool {
    Handle::try_current().is_ok()
}

pin_project! {
    /// Waits until an instant; for ever, if that is further than time goes. Needs no runtime before it
    /// is polled.
    pub(crate) struct Nap {
        until: Option<Instant>,
        #[pin]
        alarm: Alarm,
    }
}

impl Nap {
    pub(crate) fn new(duration: Duration) -> Self {
        Self { until: from_now(duration), alarm: Alarm::unset() }
    }
}

impl Future for Nap {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<()> {
        let this = self.project();
        this.until.map_or(Poll::Pending, |until| this.alarm.poll_passed(until, cx))
    }
}

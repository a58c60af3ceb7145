//! Tokio's clock and timers, and a nap that begins with its first poll.

use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
pub(crate) use tokio::runtime::Handle;
pub(crate) use tokio::task::coop::unconstrained;
pub(crate) use tokio::time::{Instant, Sleep as Timer, sleep_until};

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
        timer: Option<Timer>,
    }
}

impl Nap {
    pub(crate) fn new(duration: Duration) -> Self {
        Self { until: Instant::now().checked_add(duration), timer: None }
    }
}

impl Future for Nap {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let Some(until) = *this.until else { return Poll::Pending };
        if this.timer.is_none() {
            this.timer.set(Some(sleep_until(until)));
        }
        if let Some(timer) = this.timer.as_pin_mut() {
            ready!(timer.poll(cx));
        }
        Poll::Ready(())
    }
}

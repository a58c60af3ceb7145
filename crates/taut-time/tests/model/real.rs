//! What is tested, as one thing: a timer or a ticker.

use std::future::Future;
use std::time::Duration;

use taut::time::future::{Fired, Tick};
use taut::time::{Ticker, Timer, ZeroPeriod};
use tokio::time::Instant;

pub(crate) trait Real {
    type Wait<'a>: Future<Output = Instant>
    where
        Self: 'a;

    fn wait(&self) -> Self::Wait<'_>;
    fn try_take(&self) -> Option<Instant>;
    /// Whether it was active, if it says so.
    fn stop(&self) -> Option<bool>;
    /// As `stop`. A ticker refuses a period of zero.
    fn reset(&self, duration: Duration) -> Option<bool>;
    /// None: it cannot.
    fn reset_at(&self, instant: Instant) -> Option<bool>;
    /// None: it does not say.
    fn deadline(&self) -> Option<Option<Instant>>;
}

impl Real for Timer {
    type Wait<'a> = Fired<'a>;

    fn wait(&self) -> Fired<'_> {
        self.fired()
    }

    fn try_take(&self) -> Option<Instant> {
        self.try_fired()
    }

    fn stop(&self) -> Option<bool> {
        Some(self.stop())
    }

    fn reset(&self, duration: Duration) -> Option<bool> {
        Some(self.reset(duration))
    }

    fn reset_at(&self, instant: Instant) -> Option<bool> {
        Some(self.reset_at(instant))
    }

    fn deadline(&self) -> Option<Option<Instant>> {
        Some(self.deadline())
    }
}

impl Real for Ticker {
    type Wait<'a> = Tick<'a>;

    fn wait(&self) -> Tick<'_> {
        self.tick()
    }

    fn try_take(&self) -> Option<Instant> {
        self.try_tick()
    }

    fn stop(&self) -> Option<bool> {
        self.stop();
        None
    }

    fn reset(&self, duration: Duration) -> Option<bool> {
        let expected = if duration.is_zero() { Err(ZeroPeriod) } else { Ok(()) };
        assert_eq!(self.reset(duration), expected);
        None
    }

    fn reset_at(&self, _: Instant) -> Option<bool> {
        None
    }

    fn deadline(&self) -> Option<Option<Instant>> {
        None
    }
}

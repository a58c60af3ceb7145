//! Ticks at a steady period.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::arm::Arm;
use crate::future;
use crate::schedule::{Schedule, Shared};
use taut_core::time::{Instant, from_now};

/// Ticks at every multiple of a period, counted from when it was made or reset. Go's `time.Ticker`.
///
/// The first tick comes after one period. Ticks that nobody receives do not pile up: one is kept, the
/// first that was missed, and it carries the instant at which it was due. Those after it are dropped,
/// and the next comes at the next multiple of the period, however late the kept one is received. So
/// a ticker neither drifts nor bursts:
///
/// ```text
///      due    10    20    30    40    50    60
/// received             25 30       47 50    60
///    gives             10 30       40 50    60       20 was missed with 10, and is dropped
/// ```
///
/// A ticker is an instant to compare the clock with, as a [`Timer`](crate::Timer) is: it has no task,
/// costs nothing while nobody awaits it, and needs no stopping. All methods take `&self`; with several
/// who wait, each tick is received by one of them.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use taut::time::Ticker;
///
/// // `start_paused` wants Tokio's feature `test-util`.
/// #[tokio::main(flavor = "current_thread", start_paused = true)]
/// async fn main() -> Result<(), taut::time::ZeroPeriod> {
///     let period = Duration::from_secs(10);
///     let ticker = Ticker::new(period)?;
///     let first = ticker.tick().await;
///     assert_eq!(ticker.tick().await, first + period);
///     Ok(())
/// }
/// ```
///
/// A loop that does something every so often until it is told to stop:
///
/// ```
/// use std::time::Duration;
/// use taut::time::{self, Ticker};
/// use taut::{chan, select};
///
/// #[tokio::main(flavor = "current_thread", start_paused = true)]
/// async fn main() -> Result<(), time::ZeroPeriod> {
///     let (stop, stopped) = chan::rendezvous::<()>();
///     tokio::spawn(async move {
///         time::after(Duration::from_secs(35)).await;
///         drop(stop);
///     });
///     let ticker = Ticker::new(Duration::from_secs(10))?;
///     let mut reports = 0;
///     loop {
///         select! {
///             _ = ticker.tick() => reports += 1,
///             _ = stopped.recv() => break,
///         }
///     }
///     assert_eq!(reports, 3);
///     Ok(())
/// }
/// ```
///
/// # From Go
///
/// | Go | here | what differs |
/// | --- | --- | --- |
/// | `time.NewTicker(d)` | [`Ticker::new(d)?`](Self::new) | a period of zero is an error, not a panic |
/// | `<-t.C` | [`t.tick().await`](Self::tick) | gives the instant at which it was due |
/// | `for range t.C` | `loop { t.tick().await; … }` | |
/// | `t.Stop()` | [`t.stop()`](Self::stop), or drop it | |
/// | `t.Reset(d)` | [`t.reset(d)?`](Self::reset) | |
///
/// # Fairness
///
/// There is no queue: whoever looks first when a tick is due receives it.
///
/// # Cancel safety
///
/// [`tick`](Self::tick) is safe. Dropping the ticker needs nothing either.
///
/// # Synchronization
///
/// What comes before `new` or `reset` happens before the return of what receives a tick of that setting.
///
/// # Errors
///
/// [`ZeroPeriod`], if it is made or reset with a period of zero.
///
/// # Panics
///
/// Only [`tick`](Self::tick), if it must wait and there is no Tokio runtime with time enabled.
///
/// # Cost
///
/// As of a [`Timer`](crate::Timer#cost). Ticks that nobody waits for cost nothing.
///
/// # When to use something else
///
/// `tokio::time::interval` for ticks that are all made up for, or whose first is at once; see
/// [the table](crate#from-tokio).
pub struct Ticker {
    shared: Shared<Ticks>,
}

/// What a ticker is set to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticks {
    period: Duration,
    /// The oldest tick that was not received. None: stopped, or further than time goes.
    next: Option<Instant>,
}

impl Ticks {
    fn every(period: Duration) -> Result<Self, ZeroPeriod> {
        if period.is_zero() { Err(ZeroPeriod) } else { Ok(Self { period, next: from_now(period) }) }
    }

    /// The first tick after `now`, given one that was due by then.
    fn after(self, due: Instant, now: Instant) -> Option<Instant> {
        let since = now.saturating_duration_since(due).as_nanos() % self.period.as_nanos();
        now.checked_add(self.period - from_nanos(since))
    }
}

/// Of less than a period.
fn from_nanos(nanos: u128) -> Duration {
    const SECOND: u128 = 1_000_000_000;
    // Both fit: it is less than a duration.
    Duration::new((nanos / SECOND) as u64, (nanos % SECOND) as u32)
}

impl Schedule for Ticks {
    fn due(&self) -> Option<Instant> {
        self.next
    }

    fn take(&mut self, now: Instant) -> Option<Instant> {
        let due = self.next.filter(|due| *due <= now)?;
        self.next = self.after(due, now);
        Some(due)
    }
}

impl Ticker {
    /// One that ticks every `period`, for the first time one period from now.
    ///
    /// A period that is further than time goes never ticks.
    ///
    /// # Errors
    ///
    /// [`ZeroPeriod`], if the period is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), taut::time::ZeroPeriod> {
    /// use std::time::Duration;
    /// use taut::time::{Ticker, ZeroPeriod};
    /// use tokio::time::Instant;
    ///
    /// let start = Instant::now();
    /// let ticker = Ticker::new(Duration::from_secs(10))?;
    /// assert_eq!(ticker.tick().await, start + Duration::from_secs(10));
    /// assert_eq!(Ticker::new(Duration::ZERO).unwrap_err(), ZeroPeriod);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(period: Duration) -> Result<Self, ZeroPeriod> {
        Ok(Self { shared: Shared::new(Ticks::every(period)?) })
    }

    /// Waits for a tick, and gives the instant at which it was due.
    ///
    /// If ticks were missed, that is the oldest of them, at once; the others are dropped.
    ///
    /// A ticker that was stopped has nothing to give: then this waits until it is
    /// [`reset`](Self::reset), as receiving from Go's does. To end a loop over ticks, have something
    /// else to wait for beside them, as in the example of [`Ticker`].
    ///
    /// # Cancel safety
    ///
    /// Safe: the tick is received when the future completes, not before. Woken and dropped, it leaves
    /// the tick to the others who wait, or to who comes next.
    ///
    /// # Panics
    ///
    /// When it is polled, if it must wait for an instant and there is no Tokio runtime with time
    /// enabled.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), taut::time::ZeroPeriod> {
    /// use std::time::Duration;
    /// use taut::time::{Ticker, after};
    /// use tokio::time::Instant;
    ///
    /// let second = Duration::from_secs(1);
    /// let (start, ticker) = (Instant::now(), Ticker::new(10 * second)?);
    /// after(55 * second).await;
    /// assert_eq!(ticker.tick().await, start + 10 * second, "late, and says so");
    /// assert_eq!(ticker.tick().await, start + 60 * second, "in step again");
    /// # Ok(())
    /// # }
    /// ```
    pub fn tick(&self) -> future::Tick<'_> {
        future::Tick::new(Arm::new(self.shared.next()))
    }

    /// Receives a tick if one is due, and gives the instant at which it was.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), taut::time::ZeroPeriod> {
    /// use std::time::Duration;
    /// use taut::time::{Ticker, after};
    ///
    /// let ticker = Ticker::new(Duration::from_secs(10))?;
    /// assert!(ticker.try_tick().is_none());
    /// after(Duration::from_secs(25)).await;
    /// assert!(ticker.try_tick().is_some());
    /// assert!(ticker.try_tick().is_none(), "one is kept, not two");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "it is received"]
    pub fn try_tick(&self) -> Option<Instant> {
        self.shared.try_take()
    }

    /// Stops the ticker: nothing is received before it is [`reset`](Self::reset), not even a tick that
    /// was due before.
    ///
    /// Those who wait go on waiting.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), taut::time::ZeroPeriod> {
    /// use std::time::Duration;
    /// use taut::time::{Ticker, after};
    ///
    /// let ticker = Ticker::new(Duration::from_secs(10))?;
    /// after(Duration::from_secs(15)).await;
    /// ticker.stop();
    /// assert!(ticker.try_tick().is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub fn stop(&self) {
        self.shared.change(|ticks| ticks.next = None);
    }

    /// Starts anew with this period: the first tick is one period from now, and a tick that was due
    /// before is not received any more.
    ///
    /// # Errors
    ///
    /// [`ZeroPeriod`], if the period is zero. Then the ticker goes on as before.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), taut::time::ZeroPeriod> {
    /// use std::time::Duration;
    /// use taut::time::{Ticker, after};
    /// use tokio::time::Instant;
    ///
    /// let second = Duration::from_secs(1);
    /// let ticker = Ticker::new(10 * second)?;
    /// after(15 * second).await;
    /// ticker.reset(3 * second)?;
    /// assert_eq!(ticker.tick().await, Instant::now());
    /// # Ok(())
    /// # }
    /// ```
    pub fn reset(&self, period: Duration) -> Result<(), ZeroPeriod> {
        let ticks = Ticks::every(period)?;
        self.shared.change(|now| *now = ticks);
        Ok(())
    }

    /// Its period; when it was stopped, that which it had.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use taut::time::Ticker;
    ///
    /// let second = Duration::from_secs(1);
    /// assert_eq!(Ticker::new(second)?.period(), second);
    /// # Ok::<(), taut::time::ZeroPeriod>(())
    /// ```
    #[must_use]
    pub fn period(&self) -> Duration {
        self.shared.read(|ticks| ticks.period)
    }
}

impl fmt::Debug for Ticker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ticks { period, next } = self.shared.read(|ticks| *ticks);
        f.debug_struct("Ticker").field("period", &period).field("next", &next).finish()
    }
}

/// A ticker cannot have a period of zero.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use taut::time::Ticker;
///
/// let error = Ticker::new(Duration::ZERO).unwrap_err();
/// assert_eq!(error.to_string(), "the period of a ticker is zero");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ZeroPeriod;

impl fmt::Display for ZeroPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the period of a ticker is zero")
    }
}

impl Error for ZeroPeriod {}

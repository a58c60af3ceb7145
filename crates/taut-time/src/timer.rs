//! A timer that can be stopped and set anew.

use std::fmt;
use std::time::Duration;

use crate::arm::Arm;
use crate::future;
use crate::schedule::{Schedule, Shared};
use taut_core::time::{Instant, from_now};

/// One expiry, which can be stopped, and set to another time. Go's `time.Timer`, as it is since Go 1.23.
///
/// A timer is an instant to compare the clock with. No task belongs to it, no runtime knows of it until
/// somebody awaits [`fired`](Self::fired), and one that nobody awaits costs nothing. It needs no
/// stopping either: drop it.
///
/// It is *active* from the time it is set until its expiry is received, or it is stopped. That it has
/// expired makes no difference to that: as long as nobody received it, `stop` and `reset` still
/// prevent it, and say so.
///
/// | | `stop` gives | `reset` gives | received afterwards |
/// | --- | --- | --- | --- |
/// | not expired yet | true | true | nothing of the old setting |
/// | expired, not received | true | true | nothing of the old setting |
/// | received | false | false | it was, by exactly one |
/// | stopped before | false | false | nothing of the old setting |
///
/// All methods take `&self`; any number of tasks may wait and set at the same time. One expiry is
/// received by one of those who wait, and the others go on waiting for the next setting.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use taut::time::Timer;
///
/// // `start_paused` wants Tokio's feature `test-util`.
/// #[tokio::main(flavor = "current_thread", start_paused = true)]
/// async fn main() {
///     let timer = Timer::new(Duration::from_secs(5));
///     timer.fired().await;
///     assert!(!timer.stop(), "too late: it was received");
/// }
/// ```
///
/// A watchdog: as long as there are signs of life, the timer moves on.
///
/// ```
/// use std::time::Duration;
/// use taut::chan::{self, Receiver};
/// use taut::select;
/// use taut::time::{self, Timer};
///
/// const PATIENCE: Duration = Duration::from_secs(5);
///
/// async fn watch(life: Receiver<()>) {
///     let silence = Timer::new(PATIENCE);
///     loop {
///         select! {
///             sign = life.recv() => match sign {
///                 Ok(()) => _ = silence.reset(PATIENCE),
///                 Err(_) => return, // nobody is left to give one
///             },
///             _ = silence.fired() => return, // nothing for five seconds
///         }
///     }
/// }
///
/// #[tokio::main(flavor = "current_thread", start_paused = true)]
/// async fn main() {
///     let start = tokio::time::Instant::now();
///     let (tx, life) = chan::bounded(1);
///     let gives_three = async {
///         for _ in 0..3 {
///             time::after(Duration::from_secs(4)).await;
///             assert!(tx.send(()).await.is_ok());
///         }
///     };
///     tokio::join!(gives_three, watch(life));
///     assert_eq!(start.elapsed(), Duration::from_secs(4 + 4 + 4 + 5));
/// }
/// ```
///
/// # From Go
///
/// | Go | here | what differs |
/// | --- | --- | --- |
/// | `time.NewTimer(d)` | [`Timer::new(d)`](Self::new) | |
/// | `<-t.C` | [`t.fired().await`](Self::fired) | gives the instant at which it was due |
/// | `t.Stop()`, `t.Reset(d)` | [`t.stop()`](Self::stop), [`t.reset(d)`](Self::reset) | the same truth table; as since Go 1.23 there is nothing to drain |
/// | `time.AfterFunc(d, f)` | a task | see [the crate](crate#afterfunc) |
///
/// # Fairness
///
/// There is no queue: whoever looks first when it has expired receives it.
///
/// # Cancel safety
///
/// [`fired`](Self::fired) is safe. Dropping the timer needs nothing either: nothing waits on its behalf.
///
/// # Synchronization
///
/// What comes before `new`, `at`, `reset` or `reset_at` happens before the return of what receives
/// that expiry.
///
/// # Errors
///
/// None. A duration that is further than time goes never expires.
///
/// # Panics
///
/// Only [`fired`](Self::fired), if it must wait and there is no Tokio runtime with time enabled.
///
/// # Cost
///
/// No allocation. To make it is to read the clock; to stop or reset it, to take a short lock. A future
/// that waits registers with the timers of its runtime, and is woken when the timer is set anew.
///
/// # When to use something else
///
/// [`after`](crate::after()) for a wait that nobody moves, [`Ticker`](crate::Ticker) for one that comes
/// again, a context with a timeout where many tasks are to hear of it.
pub struct Timer {
    shared: Shared<Expiry>,
}

/// What a timer is set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expiry {
    /// Stopped, or received.
    Idle,
    /// To be received from then on.
    At(Instant),
    /// Set further than time goes.
    Never,
}

impl Expiry {
    const fn at(instant: Option<Instant>) -> Self {
        match instant {
            Some(instant) => Self::At(instant),
            None => Self::Never,
        }
    }

    const fn is_active(self) -> bool {
        !matches!(self, Self::Idle)
    }
}

impl Schedule for Expiry {
    fn due(&self) -> Option<Instant> {
        match *self {
            Self::At(instant) => Some(instant),
            Self::Idle | Self::Never => None,
        }
    }

    fn take(&mut self, now: Instant) -> Option<Instant> {
        let due = self.due().filter(|due| *due <= now)?;
        *self = Self::Idle;
        Some(due)
    }
}

impl Timer {
    fn set_to(expiry: Expiry) -> Self {
        Self { shared: Shared::new(expiry) }
    }

    /// One that expires `duration` from now; never, if that is further than time goes.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
    /// use std::time::Duration;
    /// use taut::time::Timer;
    /// use tokio::time::Instant;
    ///
    /// let start = Instant::now();
    /// let timer = Timer::new(Duration::from_secs(1));
    /// assert_eq!(timer.fired().await, start + Duration::from_secs(1));
    /// # }
    /// ```
    #[must_use]
    pub fn new(duration: Duration) -> Self {
        Self::set_to(Expiry::at(from_now(duration)))
    }

    /// One that expires at `instant`. If that has passed, it has expired.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::time::Timer;
    /// use tokio::time::Instant;
    ///
    /// let now = Instant::now();
    /// assert_eq!(Timer::at(now).try_fired(), Some(now));
    /// ```
    #[must_use]
    pub fn at(instant: Instant) -> Self {
        Self::set_to(Expiry::At(instant))
    }

    /// One that does not expire before it is set.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
    /// use std::time::Duration;
    /// use taut::time::Timer;
    ///
    /// let timer = Timer::stopped();
    /// assert!(!timer.reset(Duration::from_secs(1)), "it was not active");
    /// timer.fired().await;
    /// # }
    /// ```
    #[must_use]
    pub fn stopped() -> Self {
        Self::set_to(Expiry::Idle)
    }

    /// Waits for the timer to expire, receives that, and gives the instant at which it was due.
    ///
    /// Afterwards, and when it was stopped, the timer has nothing to give, and this waits until it is
    /// set anew and expires. It never fails and never ends.
    ///
    /// # Cancel safety
    ///
    /// Safe: the expiry is received when the future completes, not before. Woken and dropped, it leaves
    /// the expiry to the others who wait, or to who comes next.
    ///
    /// # Panics
    ///
    /// When it is polled, if it must wait for an instant and there is no Tokio runtime with time
    /// enabled.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
    /// use std::time::Duration;
    /// use taut::{select, time::Timer};
    ///
    /// let (tea, toast) = (Timer::new(Duration::from_secs(180)), Timer::new(Duration::from_secs(120)));
    /// let first = select! {
    ///     _ = tea.fired() => "tea",
    ///     _ = toast.fired() => "toast",
    /// };
    /// assert_eq!(first, "toast");
    /// assert!(tea.stop(), "it goes on, for it lost and has had no effect");
    /// # }
    /// ```
    pub fn fired(&self) -> future::Fired<'_> {
        future::Fired::new(Arm::new(self.shared.next()))
    }

    /// Receives the expiry if the timer has expired.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use taut::time::Timer;
    ///
    /// let timer = Timer::new(Duration::ZERO);
    /// assert!(timer.try_fired().is_some());
    /// assert!(timer.try_fired().is_none(), "once");
    /// ```
    #[must_use = "it is received"]
    pub fn try_fired(&self) -> Option<Instant> {
        self.shared.try_take()
    }

    /// Stops the timer: nothing is received any more. Whether it was active.
    ///
    /// True: it had not expired, or nobody had received that, and nobody will. False: its expiry was
    /// received, or it was stopped before. Those who wait go on waiting.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use taut::time::Timer;
    ///
    /// let timer = Timer::new(Duration::ZERO);
    /// assert!(timer.stop(), "it has expired, but nobody knows");
    /// assert!(timer.try_fired().is_none());
    /// assert!(!timer.stop());
    /// ```
    pub fn stop(&self) -> bool {
        self.set(Expiry::Idle)
    }

    /// Lets the timer expire `duration` from now instead. Whether it was active.
    ///
    /// Nothing of the setting before is received any more. The result is that of [`stop`](Self::stop).
    /// Those who wait, wait for the new time, be it earlier or later.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
    /// use std::time::Duration;
    /// use taut::time::Timer;
    ///
    /// let timer = Timer::new(Duration::from_secs(3600));
    /// let (start, patient) = (tokio::time::Instant::now(), timer.fired());
    /// assert!(timer.reset(Duration::from_secs(1)));
    /// patient.await;
    /// assert_eq!(start.elapsed(), Duration::from_secs(1));
    /// # }
    /// ```
    pub fn reset(&self, duration: Duration) -> bool {
        self.set(Expiry::at(from_now(duration)))
    }

    /// As [`reset`](Self::reset), to an instant.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::time::Timer;
    /// use tokio::time::Instant;
    ///
    /// let (timer, now) = (Timer::stopped(), Instant::now());
    /// assert!(!timer.reset_at(now));
    /// assert_eq!(timer.try_fired(), Some(now));
    /// ```
    pub fn reset_at(&self, instant: Instant) -> bool {
        self.set(Expiry::At(instant))
    }

    fn set(&self, expiry: Expiry) -> bool {
        self.shared.change(|now| std::mem::replace(now, expiry)).is_active()
    }

    /// When it expires, or expired if nobody has received that. None: it was stopped or received, or is
    /// set further than time goes.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::time::Timer;
    /// use tokio::time::Instant;
    ///
    /// let now = Instant::now();
    /// let timer = Timer::at(now);
    /// assert_eq!(timer.deadline(), Some(now));
    /// assert!(timer.stop() && timer.deadline().is_none());
    /// ```
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.shared.read(Expiry::due)
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Timer").field(&self.shared.read(|expiry| *expiry)).finish()
    }
}

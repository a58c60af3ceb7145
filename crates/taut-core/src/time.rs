//! The door to Tokio's clock: what it shows, and being woken when it has come to an instant.
//!
//! # Examples
//!
//! ```
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! use std::time::Duration;
//! use taut_core::time::{Deadline, Instant};
//!
//! let start = Instant::now();
//! Deadline::after(Duration::from_secs(1)).await;
//! assert_eq!(start.elapsed(), Duration::from_secs(1));
//! # }
//! ```

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::task::coop::unconstrained;
use tokio::time::{Sleep, sleep_until};

pub use tokio::time::Instant;

/// What Tokio rounds up to. It adds nearly that much to an instant, and panics if that is no instant.
const GRAIN: Duration = Duration::from_millis(1);

/// So long from now. None: further than time goes.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use taut_core::time::from_now;
///
/// assert!(from_now(Duration::from_secs(1)).is_some());
/// assert!(from_now(Duration::MAX).is_none());
/// ```
#[inline]
#[must_use]
pub fn from_now(duration: Duration) -> Option<Instant> {
    Instant::now().checked_add(duration)
}

/// A timer of Tokio's, which takes no part in the budget: whoever waits has charged for it. None: `at` is
/// so far off that it never comes.
///
/// # Panics
///
/// If there is no Tokio runtime with time enabled.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let at = taut_core::time::Instant::now();
/// assert_eq!(taut_core::time::timer(at).map(|timer| timer.deadline()), Some(at));
/// # }
/// ```
#[must_use]
pub fn timer(at: Instant) -> Option<Sleep> {
    at.checked_add(GRAIN).map(|_| sleep_until(at))
}

/// Polls a [`timer`]. Ready: it has fired, or its runtime is not the one we run in.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// use std::{future::poll_fn, pin::pin};
/// use taut_core::time::{Instant, poll_timer, timer};
///
/// if let Some(timer) = timer(Instant::now()) {
///     let mut timer = pin!(timer);
///     poll_fn(|cx| poll_timer(timer.as_mut(), cx)).await;
/// }
/// # }
/// ```
pub fn poll_timer(timer: Pin<&mut Sleep>, cx: &mut task::Context<'_>) -> Poll<()> {
    // With no budget left it would not be registered.
    Pin::new(&mut unconstrained(timer)).poll(cx)
}

pin_project! {
    /// What wakes a task at an instant. Registered with the runtime from the first poll on, until the
    /// instant has come or this is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// use std::future::poll_fn;
    /// use std::pin::pin;
    /// use std::time::Duration;
    /// use taut_core::time::{Alarm, Instant, from_now};
    ///
    /// let at = from_now(Duration::from_secs(1)).unwrap();
    /// let mut alarm = pin!(Alarm::unset());
    /// poll_fn(|cx| alarm.as_mut().poll_passed(at, cx)).await;
    /// assert_eq!(Instant::now(), at);
    /// # }
    /// ```
    pub struct Alarm {
        #[pin]
        timer: Option<Sleep>,
    }
}

impl Alarm {
    /// One that is registered nowhere.
    ///
    /// # Examples
    ///
    /// ```
    /// let alarm = std::pin::pin!(taut_core::time::Alarm::unset());
    /// alarm.silence(); // nobody was to be woken
    /// ```
    #[must_use]
    pub const fn unset() -> Self {
        Self { timer: None }
    }

    /// Wakes nobody any more.
    ///
    /// # Examples
    ///
    /// ```
    /// let alarm = std::pin::pin!(taut_core::time::Alarm::unset());
    /// alarm.silence();
    /// ```
    pub fn silence(self: Pin<&mut Self>) {
        self.project().timer.set(None);
    }

    /// Ready once the clock shows `at`.
    ///
    /// # Panics
    ///
    /// If it must wait and there is no Tokio runtime with time enabled.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// use std::{future::poll_fn, pin::pin};
    /// use taut_core::time::{Alarm, Instant};
    ///
    /// let mut alarm = pin!(Alarm::unset());
    /// poll_fn(|cx| alarm.as_mut().poll_passed(Instant::now(), cx)).await;
    /// # }
    /// ```
    pub fn poll_passed(self: Pin<&mut Self>, at: Instant, cx: &mut task::Context<'_>) -> Poll<()> {
        let mut slot = self.project().timer;
        if slot.as_ref().as_pin_ref().is_none_or(|timer| timer.deadline() != at) {
            // It may have been set after the clock was read, for an instant that has passed. That is no
            // reason to wait for a grain of time.
            if Instant::now() >= at {
                slot.set(None);
                return Poll::Ready(());
            }
            slot.set(timer(at));
        }
        let Some(registered) = slot.as_mut().as_pin_mut() else { return Poll::Pending };
        ready!(poll_timer(registered, cx));
        slot.set(None);
        if Instant::now() >= at {
            return Poll::Ready(());
        }
        // It was registered with another runtime, whose clock is ahead of the one we run in. Next time it
        // is with this one.
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl fmt::Debug for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Alarm").field(&self.timer.as_ref().map(Sleep::deadline)).finish()
    }
}

pin_project! {
    /// Waits until an instant; for ever, if that is further than time goes. The timer is made only when
    /// there is something to wait for.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// use std::time::Duration;
    /// use taut_core::time::{Deadline, Instant};
    ///
    /// let start = Instant::now();
    /// Deadline::after(Duration::from_secs(1)).await;
    /// assert_eq!(start.elapsed(), Duration::from_secs(1));
    /// # }
    /// ```
    #[derive(Debug)]
    #[must_use = "futures do nothing unless they are awaited or polled"]
    pub struct Deadline {
        at: Option<Instant>,
        #[pin]
        alarm: Alarm,
    }
}

impl Deadline {
    /// At an instant, or never.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(taut_core::time::Deadline::at(None).instant(), None);
    /// ```
    pub const fn at(at: Option<Instant>) -> Self {
        Self { at, alarm: Alarm::unset() }
    }

    /// So long from now; never, if that is further than time goes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// assert!(taut_core::time::Deadline::after(Duration::MAX).instant().is_none(), "never");
    /// ```
    pub fn after(duration: Duration) -> Self {
        Self::at(from_now(duration))
    }

    /// When it passes, if ever.
    ///
    /// # Examples
    ///
    /// ```
    /// let now = taut_core::time::Instant::now();
    /// assert_eq!(taut_core::time::Deadline::at(Some(now)).instant(), Some(now));
    /// ```
    #[must_use]
    pub const fn instant(&self) -> Option<Instant> {
        self.at
    }
}

impl Future for Deadline {
    type Output = ();

    /// # Panics
    ///
    /// If it must wait and there is no Tokio runtime with time enabled.
    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<()> {
        let this = self.project();
        this.at.map_or(Poll::Pending, |at| this.alarm.poll_passed(at, cx))
    }
}

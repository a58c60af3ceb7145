//! One wait, until an instant.

use std::fmt;
use std::pin::Pin;
use std::task::{self, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;

use crate::arm::{Arm, Await};
use crate::future;
use taut_core::time::{Alarm, Instant, from_now};

/// Waits for `duration` from now, and gives the instant at which that was over. Go's `time.After`, and
/// its `time.Sleep`.
///
/// It is counted from this call, not from the first poll. A duration of zero is over at once; one that
/// is further than time goes is never over.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use taut::{chan, select, time};
///
/// // `start_paused` wants Tokio's feature `test-util`.
/// #[tokio::main(flavor = "current_thread", start_paused = true)]
/// async fn main() {
///     let (_tx, rx) = chan::rendezvous::<u32>();
///     let got = select! {
///         got = rx.recv() => got.ok(),
///         _ = time::after(Duration::from_secs(1)) => None,
///     };
///     assert_eq!(got, None);
/// }
/// ```
///
/// A limit for a whole loop is made in front of it:
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
/// use std::pin::pin;
/// use std::time::Duration;
/// use taut::{chan, select, time};
///
/// let (tx, rx) = chan::bounded::<u32>(8);
/// assert_eq!(tx.try_send(7), Ok(()));
/// let mut time_is_up = pin!(time::after(Duration::from_secs(1)));
/// let mut sum = 0;
/// loop {
///     select! {
///         got = rx.recv() => match got {
///             Ok(n) => sum += n,
///             Err(_closed) => break,
///         },
///         _ = &mut time_is_up => break,
///     }
/// }
/// assert_eq!(sum, 7);
/// # }
/// ```
///
/// # From Go
///
/// | Go | here | what differs |
/// | --- | --- | --- |
/// | `time.Sleep(d)` | `after(d).await` | |
/// | `<-time.After(d)` | `after(d).await` | gone when it is dropped |
///
/// # Fairness
///
/// Each waits for itself. As an arm that is due it has the same chance as any that is ready.
///
/// # Cancel safety
///
/// Safe: nothing is lost.
///
/// # Synchronization
///
/// None: it orders nothing between tasks.
///
/// # Panics
///
/// When it is polled, if it must wait and there is no Tokio runtime with time enabled. It gives no error.
///
/// # Cost
///
/// No allocation. If it must wait it registers with the timers of its runtime; as an arm of a select, only
/// if the select comes to wait.
///
/// # When to use something else
///
/// [`Timer`](crate::Timer) to move it or to learn whether it was prevented; `recv_timeout` and its kin of
/// `taut::chan` for one operation with a limit; `Context::with_timeout` for one that many tasks share.
pub fn after(duration: Duration) -> future::After {
    future::After::new(Arm::new(Delay { until: from_now(duration), alarm: Alarm::unset() }))
}

/// Waits until `instant`, and gives it.
///
/// One that has passed is over at once.
///
/// # Cancel safety
///
/// Safe: nothing is lost.
///
/// # Panics
///
/// When it is polled, if it must wait and there is no Tokio runtime with time enabled.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tokio::time::Instant;
///
/// // `start_paused` wants Tokio's feature `test-util`.
/// #[tokio::main(flavor = "current_thread", start_paused = true)]
/// async fn main() {
///     let noon = Instant::now() + Duration::from_secs(3600);
///     assert_eq!(taut::time::at(noon).await, noon);
///     assert_eq!(Instant::now(), noon);
/// }
/// ```
pub fn at(instant: Instant) -> future::After {
    future::After::new(Arm::new(Delay { until: Some(instant), alarm: Alarm::unset() }))
}

impl future::After {
    /// When it is over, or was. None: never, it is further than time goes.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
    /// use std::time::Duration;
    /// use taut::time;
    /// use tokio::time::Instant;
    ///
    /// let wait = time::after(Duration::from_secs(1));
    /// assert_eq!(wait.deadline(), Some(Instant::now() + Duration::from_secs(1)));
    /// assert_eq!(time::after(Duration::MAX).deadline(), None);
    /// # }
    /// ```
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.arm().inner().until
    }
}

pin_project! {
    /// Waits until an instant.
    pub(crate) struct Delay {
        until: Option<Instant>,
        #[pin]
        alarm: Alarm,
    }
}

impl Await for Delay {
    type Output = Instant;

    fn look(&self) -> Option<Instant> {
        self.until.filter(|until| *until <= Instant::now())
    }

    fn poll_look(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Instant> {
        let is_over = self.look().is_some();
        let this = self.project();
        let Some(until) = *this.until else { return Poll::Pending };
        if !is_over {
            ready!(this.alarm.poll_passed(until, cx));
        }
        Poll::Ready(until)
    }

    fn unregister(self: Pin<&mut Self>) {
        self.project().alarm.silence();
    }
}

impl fmt::Debug for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delay").field("until", &self.until).finish_non_exhaustive()
    }
}

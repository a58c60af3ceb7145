//! The futures of this crate, named after the functions and methods that give them.
//!
//! Each waits inside itself, without allocating, and must stay where it is once it was polled (they are
//! not `Unpin`). Each is a `taut::select::Case` too: an arm of a select. Each gives the instant at
//! which it was due, not that at which it was received.
//!
//! What is due at the first poll is given then and there. A future that must wait needs a Tokio runtime
//! with time enabled, unless there is nothing to wait for but a change: then it needs none. It belongs to
//! that runtime then: polled after the runtime was shut down it panics, as Tokio's own timers do. So does
//! one that is polled after it completed.
//!
//! # Examples
//!
//! Name one to keep it, here until the next turn of a loop:
//!
//! ```
//! use std::{pin::Pin, time::Duration};
//! use taut::time::{self, future::After};
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
//! let mut pause: Pin<Box<After>> = Box::pin(time::after(Duration::from_secs(1)));
//! for _ in 0..3 {
//!     let due = pause.as_mut().await;
//!     pause.set(time::at(due + Duration::from_secs(1)));
//! }
//! # }
//! ```

#![allow(single_use_lifetimes, reason = "the macro serves forms with and without one")]

use crate::after::Delay;
use crate::arm::Arm;
use crate::schedule::Next;
use crate::ticker::Ticks;
use crate::timer::Expiry;
use taut_core::time::Instant;

taut_core::futures! {
    /// Waits until an instant: [`after`](crate::after()), [`at`](crate::at).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use taut::time::{self, future::After};
    ///
    /// fn patience() -> After {
    ///     time::after(Duration::from_secs(5)) // counted from here
    /// }
    /// # assert!(patience().deadline().is_some());
    /// ```
    After: Arm<Delay> => Instant, |_, due| due;

    /// Receives the expiry of a timer: [`Timer::fired`](crate::Timer::fired).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::time::{Timer, future::Fired};
    ///
    /// fn over(timer: &Timer) -> Fired<'_> {
    ///     timer.fired() // nothing is received before it is awaited
    /// }
    /// # let timer = Timer::at(tokio::time::Instant::now());
    /// # drop(over(&timer));
    /// # assert!(timer.try_fired().is_some());
    /// ```
    Fired<'a>: Arm<Next<'a, Expiry>> => Instant, |_, due| due;

    /// Receives a tick: [`Ticker::tick`](crate::Ticker::tick).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::time::{Ticker, future::Tick};
    ///
    /// fn next(ticker: &Ticker) -> Tick<'_> {
    ///     ticker.tick() // nothing is received before it is awaited
    /// }
    /// # let ticker = Ticker::new(std::time::Duration::from_secs(1))?;
    /// # drop(next(&ticker));
    /// # Ok::<(), taut::time::ZeroPeriod>(())
    /// ```
    Tick<'a>: Arm<Next<'a, Ticks>> => Instant, |_, due| due;
}

impl After {
    pub(crate) const fn arm(&self) -> &Arm<Delay> {
        &self.waiting
    }
}

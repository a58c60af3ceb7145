//! The futures of this crate, named after the functions and methods that give them.
//!
//! Each waits inside itself, without allocating, and must stay where it is once it was polled (they are
//! not `Unpin`). Each is a [`Case`](taut_core::Case) too: an arm of a select. Each gives the instant at
//! which it was due, not that at which it was received.
//!
//! What is due at the first poll is given then and there. A future that must wait needs a Tokio runtime
//! with time enabled, unless there is nothing to wait for but a change: then it needs none. It belongs to
//! that runtime then: polled after the runtime was shut down it panics, as Tokio's own timers do.

#![allow(single_use_lifetimes, reason = "the macro serves forms with and without one")]

use crate::after::Delay;
use crate::arm::Arm;
use crate::schedule::Next;
use crate::ticker::Ticks;
use crate::timer::Expiry;
use taut_core::time::Instant;

taut_core::futures! {
    /// Waits until an instant: [`after`](crate::after()), [`at`](crate::at).
    After: Arm<Delay> => Instant, |_, due| due;

    /// Receives the expiry of a timer: [`Timer::fired`](crate::Timer::fired).
    Fired<'a>: Arm<Next<'a, Expiry>> => Instant, |_, due| due;

    /// Receives a tick: [`Ticker::tick`](crate::Ticker::tick).
    Tick<'a>: Arm<Next<'a, Ticks>> => Instant, |_, due| due;
}

impl After {
    pub(crate) const fn arm(&self) -> &Arm<Delay> {
        &self.waiting
    }
}

//! What a timer and a ticker share: a schedule under a lock, and waiting for what it has due.
//!
//! A schedule is compared with the clock by whoever looks; nobody acts for it when its time has come.
//! One who waits has an alarm of its own, aimed at what was due when it looked last, and a place in
//! the monitor's list for the case that the schedule is changed.
//!
//! # Invariants
//!
//! - T1. `version` changes with every `change`, and those who wait are released afterwards: what is due
//!   may have moved to an earlier time. `take` changes no version: what is due moves to a later time
//!   only, and whoever waits is woken too early, by its own alarm, and looks again.
//! - T2. The clock is read before the lock is taken. So what is received was due at an instant within
//!   the call, and what was stopped or set anew under the lock is never received after it.

use std::fmt;
use std::pin::Pin;
use std::task::{self, Poll};

use pin_project_lite::pin_project;
use taut_core::Waiting;
use taut_core::monitor::{Condition, Monitor, Until};
use taut_core::wake::in_batches;

use crate::arm::Await;
use taut_core::time::{Alarm, Instant};

/// What is due, and when.
pub(crate) trait Schedule {
    /// When there is something to be received. None: not before it is changed.
    fn due(&self) -> Option<Instant>;

    /// Takes what is due by `now`, and gives the instant at which it was.
    fn take(&mut self, now: Instant) -> Option<Instant>;
}

struct Versioned<S> {
    schedule: S,
    version: u64,
}

/// A [`Schedule`] that several look at, change and wait for.
pub(crate) struct Shared<S> {
    monitor: Monitor<Versioned<S>>,
}

impl<S: Schedule> Shared<S> {
    pub(crate) fn new(schedule: S) -> Self {
        Self { monitor: Monitor::new(Versioned { schedule, version: 0 }) }
    }

    /// What `look` says of the schedule.
    pub(crate) fn read<R>(&self, look: impl FnOnce(&S) -> R) -> R {
        look(&self.monitor.lock().schedule)
    }

    /// Changes the schedule, and lets those who wait look again.
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut S) -> R) -> R {
        let mut guard = self.monitor.lock();
        guard.version = guard.version.wrapping_add(1);
        let changed = change(&mut guard.schedule);
        let is_awaited = guard.waiting() > 0;
        drop(guard);
        if is_awaited {
            in_batches(|wakes| self.monitor.lock().release(wakes));
        }
        changed
    }

    /// Takes what is due now.
    pub(crate) fn try_take(&self) -> Option<Instant> {
        let now = Instant::now();
        self.monitor.lock().schedule.take(now)
    }

    /// Waits for what is due next, and takes it.
    pub(crate) const fn next(&self) -> Next<'_, S> {
        Next { shared: self, change: None, alarm: Alarm::unset() }
    }

    /// The same, or what is to be waited for.
    fn look(&self) -> Look {
        let now = Instant::now();
        let mut guard = self.monitor.lock();
        match guard.schedule.take(now) {
            Some(due) => Look::Taken(due),
            None => Look::Wait { due: guard.schedule.due(), version: guard.version },
        }
    }
}

enum Look {
    Taken(Instant),
    Wait { due: Option<Instant>, version: u64 },
}

/// The schedule is no longer as it was seen.
#[derive(Debug)]
struct Changed {
    since: u64,
}

impl<S> Condition<Versioned<S>> for Changed {
    fn is_met(&self, state: &Versioned<S>) -> bool {
        state.version != self.since
    }
}

pin_project! {
    /// Waits for what is due next, and takes it.
    pub(crate) struct Next<'a, S> {
        shared: &'a Shared<S>,
        #[pin]
        change: Option<Waiting<Until<'a, Versioned<S>, Changed>>>,
        #[pin]
        alarm: Alarm,
    }
}

impl<S: Schedule> Next<'_, S> {
    /// Ready if the schedule has another version than this one, or may have.
    fn poll_changed(self: Pin<&mut Self>, version: u64, cx: &mut task::Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let since = this.change.as_ref().as_pin_ref().map(|c| c.operation().condition().since);
        if since != Some(version) {
            this.change.set(Some(this.shared.monitor.until(Changed { since: version })));
        }
        let polled = this.change.as_mut().as_pin_mut().map_or(Poll::Ready(()), |c| c.poll(cx));
        if polled.is_ready() {
            this.change.set(None);
        }
        polled
    }
}

impl<S: Schedule> Await for Next<'_, S> {
    type Output = Instant;

    fn look(&self) -> Option<Instant> {
        self.shared.try_take()
    }

    fn poll_look(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Instant> {
        loop {
            let (due, version) = match self.shared.look() {
                Look::Taken(due) => return Poll::Ready(due),
                Look::Wait { due, version } => (due, version),
            };
            if self.as_mut().poll_changed(version, cx).is_ready() {
                continue;
            }
            let alarm = self.as_mut().project().alarm;
            match due {
                None => alarm.silence(),
                Some(due) if alarm.poll_passed(due, cx).is_ready() => continue,
                Some(_) => {}
            }
            return Poll::Pending;
        }
    }

    fn unregister(self: Pin<&mut Self>) {
        let mut this = self.project();
        this.change.set(None);
        this.alarm.silence();
    }
}

impl<S: Schedule> fmt::Debug for Next<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").field("due", &self.shared.read(S::due)).finish_non_exhaustive()
    }
}

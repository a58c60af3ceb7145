//! Who waits for a signal, and who is given one.
//!
//! # Invariants
//!
//! - S1. `untold` is a line behind which everybody is released; who is before it and still in the list
//!   has only not been told. Nobody is given a signal of his own, and no new line is drawn, before
//!   those are told: a signal is not wasted on one that is released already.
//! - S2. `rounds` counts the lines. One that was signalled alone, and finds that a line was drawn since
//!   it came, need not pass the signal on: all who could have had it in its place are released.

use taut_core::in_batches;
use taut_core::monitor::{Condition, Crowd, Glance, Mark, Monitor, MonitorGuard};
use taut_core::sync::{AtomicU64, Ordering};
use taut_core::wake::WakeBatch;

/// What is under the lock of a condition variable.
pub(super) struct Inside {
    crowd: Crowd,
    untold: Option<Mark>,
    rounds: u64,
}

/// Those who wait.
pub(super) struct Waiters(Monitor<Inside>);

impl Waiters {
    taut_core::const_fn! {
        pub(super) fn new() -> Self {
            Self(Monitor::new(Inside { crowd: Crowd::new(), untold: None, rounds: 0 }))
        }
    }

    pub(super) const fn monitor(&self) -> &Monitor<Inside> {
        &self.0
    }

    pub(super) fn count(&self) -> usize {
        self.0.lock().waiting()
    }
}

/// Tells those who are released, while the batch has space. False: come again.
fn tell(inside: &mut MonitorGuard<'_, Inside>, wakes: &mut WakeBatch) -> bool {
    let Some(mark) = inside.untold else { return true };
    let are_all_told = inside.release_until(mark, wakes);
    if are_all_told {
        inside.untold = None;
    }
    are_all_told
}

/// Signals the one who has waited longest, if `is_due` by the number of rounds. Whether there was one.
fn signal(monitor: &Monitor<Inside>, is_due: impl Fn(u64) -> bool) -> bool {
    let mut found = false;
    in_batches(|wakes| {
        let mut inside = monitor.lock();
        if !tell(&mut inside, wakes) {
            return false;
        }
        found = is_due(inside.rounds) && inside.release_one(wakes);
        true
    });
    found
}

pub(super) fn notify_one(monitor: &Monitor<Inside>) -> bool {
    signal(monitor, |_| true)
}

/// Releases all who wait now. How many they were.
pub(super) fn notify_all(monitor: &Monitor<Inside>) -> usize {
    let mut released = None;
    in_batches(|wakes| {
        let mut inside = monitor.lock();
        if !tell(&mut inside, wakes) {
            return false;
        }
        if released.is_some() {
            return true;
        }
        released = Some(inside.waiting());
        let mark = inside.crowd.close();
        inside.untold = Some(mark);
        inside.rounds += 1;
        tell(&mut inside, wakes)
    });
    released.unwrap_or_default()
}

/// That somebody signals.
#[derive(Debug)]
pub(super) struct Signalled {
    /// The number of rounds when it took its place.
    joined: AtomicU64,
}

impl Signalled {
    pub(super) fn new() -> Self {
        Self { joined: AtomicU64::new(0) }
    }

    /// It was signalled, alone or with others, and will not act on it.
    pub(super) fn forward(&self, monitor: &Monitor<Inside>) {
        // ORDERING: Relaxed: its own task wrote it.
        let joined = self.joined.load(Ordering::Relaxed);
        // S2.
        signal(monitor, |rounds| rounds == joined);
    }
}

impl Condition<Inside> for Signalled {
    /// It never comes true by itself.
    fn glance(&self) -> Glance {
        Glance::Unmet(0)
    }

    fn is_met(&self, inside: &Inside) -> bool {
        // Asked when it takes its place, and again only while no line was drawn since.
        self.joined.store(inside.rounds, Ordering::Relaxed);
        false
    }

    fn crowd(inside: &mut Inside) -> Option<&mut Crowd> {
        Some(&mut inside.crowd)
    }

    fn pass_on(&self, monitor: &Monitor<Inside>) {
        self.forward(monitor);
    }
}

//! One flight: work that is under way, and those who want what comes of it.
//!
//! # Invariants
//!
//! - F1. Until there is a result the work is in the hands of one caller, who drives it, or it is
//!   [`Left`](Work::Left) in the flight. Who leaves it tells one of those who wait; one that was told and
//!   goes without having taken it tells the next.
//! - F2. `interested` and `is_shared` change under the lock of the [table](super::table) only.
//! - F3. The result is set once, when nobody can join any more.

use std::pin::Pin;

use taut_core::Waiting;
use taut_core::monitor::{Condition, Glance, Monitor, Until};
use taut_core::sync::{AtomicBool, AtomicUsize, Ordering};
use taut_core::wake::{WakeBatch, in_batches};

use super::error::FlightError;
use super::landed::{Landed, Outcome};
use crate::latch::Latch;
use crate::panicked::Panicked;

/// The work of a flight.
pub(super) type Boxed<V> = Pin<Box<dyn Future<Output = V> + Send>>;

/// Where the work is.
pub(super) enum Work<V> {
    /// With the caller who drives it, or done.
    Driven,
    /// Here, for whoever goes on with it.
    Left(Boxed<V>),
}

/// Work that is under way.
pub(super) struct Flight<K, V> {
    pub(super) hash: u64,
    pub(super) key: K,
    interested: AtomicUsize,
    is_shared: AtomicBool,
    work: Monitor<Work<V>>,
    result: Latch<Result<V, Panicked>>,
}

/// Who was interested in a flight when it came to its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interest {
    /// Nobody but the driver.
    pub(super) is_alone: bool,
    /// Somebody else had joined, and may have left.
    pub(super) is_shared: bool,
}

impl<K, V> Flight<K, V> {
    /// One that its first caller is about to drive.
    pub(super) fn new(hash: u64, key: K) -> Self {
        Self {
            hash,
            key,
            interested: AtomicUsize::new(1),
            is_shared: AtomicBool::new(false),
            work: Monitor::new(Work::Driven),
            result: Latch::new(),
        }
    }

    /// One more is interested. Under the lock of the table.
    pub(super) fn join(&self) {
        // ORDERING: Relaxed, here and below: F2, the lock orders it.
        self.interested.fetch_add(1, Ordering::Relaxed);
        self.is_shared.store(true, Ordering::Relaxed);
    }

    /// One less. True: it was the last. Under the lock of the table.
    pub(super) fn leave(&self) -> bool {
        self.interested.fetch_sub(1, Ordering::Relaxed) == 1
    }

    /// Under the lock of the table, when nobody can join any more.
    pub(super) fn interest(&self) -> Interest {
        Interest {
            is_alone: self.interested.load(Ordering::Relaxed) == 1,
            is_shared: self.is_shared.load(Ordering::Relaxed),
        }
    }

    /// Leaves the work for whoever goes on with it. To be woken without a lock.
    pub(super) fn leave_work(&self, work: Boxed<V>, wakes: &mut WakeBatch) {
        let mut place = self.work.lock();
        *place = Work::Left(work);
        let _nobody_waits = place.release_one(wakes);
    }

    /// Takes the work that somebody left.
    pub(super) fn take_work(&self) -> Option<Boxed<V>> {
        match std::mem::replace(&mut *self.work.lock(), Work::Driven) {
            Work::Left(work) => Some(work),
            Work::Driven => None,
        }
    }

    /// F3. Tells everybody.
    pub(super) fn land(&self, result: Result<V, Panicked>) {
        self.result.set(result);
        in_batches(|wakes| self.work.lock().release(wakes));
    }

    /// Whether there is a result.
    pub(super) fn has_landed(&self) -> bool {
        self.result.get().is_some()
    }

    /// Waits until there is a result, or work to go on with.
    pub(super) fn until_called(&self) -> Waiting<Until<'_, Work<V>, IsCalled<'_, V>>> {
        self.work.until(IsCalled(&self.result))
    }
}

impl<K, V: Clone> Flight<K, V> {
    /// A copy of the result. Of a flight that has landed, and was shared.
    pub(super) fn outcome(&self) -> Outcome<V> {
        match self.result.get() {
            Some(Ok(value)) => Ok(Landed { value: value.clone(), shared: true }),
            Some(Err(panicked)) => Err(FlightError::Panicked(panicked.clone())),
            None => unreachable!("F3: it has landed"),
        }
    }
}

/// That there is a result, or work to go on with.
pub(super) struct IsCalled<'a, V>(&'a Latch<Result<V, Panicked>>);

impl<V> Condition<Work<V>> for IsCalled<'_, V> {
    /// There was no work when it joined: no lock to hear that again. As an arm of a select it is not used.
    #[inline]
    fn glance(&self) -> Glance {
        if self.0.get().is_some() { Glance::Met } else { Glance::Unmet(0) }
    }

    #[inline]
    fn is_met(&self, work: &Work<V>) -> bool {
        matches!(work, Work::Left(_)) || self.0.get().is_some()
    }

    fn pass_on(&self, work: &Monitor<Work<V>>) {
        let _nobody_waits = work.call_one(|place| matches!(place, Work::Left(_)));
    }
}

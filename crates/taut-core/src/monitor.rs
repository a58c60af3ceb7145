//! A monitor: some state under a lock, and those who wait for it to be so.
//!
//! The waiting side of every primitive that hands nothing over: a context that ends, a timer that is
//! set anew, a count that comes to zero. Whoever waits brings a [`Condition`]; whoever makes it true
//! says so with [`MonitorGuard::release`], once, for all who wait at that time. The word is Hoare's
//! ("Monitors: an operating system structuring concept", 1974).
//!
//! # Invariants
//!
//! - M1. A waiter is in the list of the monitor it was made for, and in no other.
//! - M2. A condition is looked at under the lock before its waiter queues. So a change that is made
//!   before `release` takes the lock is either seen by the waiter, or the waiter is released.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;

use crate::case::Peek;
use crate::list::WaitList;
use crate::operation::{Attempt, Enrolled, Operation, Visit};
use crate::slot::Slot;
use crate::sync::{Guard, Lock};
use crate::waiter::{Offer, Verdict, Waiter};
use crate::waiting::Waiting;
use crate::wake::WakeBatch;

/// State under a lock, and a list of those who wait for it to change.
///
/// # Examples
///
/// ```
/// use std::future::Future;
/// use std::pin::pin;
/// use std::task::{Context, Poll, Waker};
/// use taut_core::monitor::{Condition, Glance, Monitor};
/// use taut_core::wake::in_batches;
///
/// #[derive(Debug)]
/// struct IsZero;
///
/// impl Condition<u32> for IsZero {
///     fn is_met(&self, count: &u32) -> bool {
///         *count == 0
///     }
/// }
///
/// let count = Monitor::new(1);
/// let mut zero = pin!(count.until(IsZero));
/// let mut cx = Context::from_waker(Waker::noop());
/// assert!(zero.as_mut().poll(&mut cx).is_pending());
///
/// *count.lock() = 0;
/// in_batches(|wakes| count.lock().release(wakes));
/// assert_eq!(zero.as_mut().poll(&mut cx), Poll::Ready(()));
/// ```
pub struct Monitor<S> {
    inside: Lock<Inside<S>>,
}

struct Inside<S> {
    state: S,
    waiters: WaitList,
}

impl<S> Monitor<S> {
    /// A monitor around `state`.
    #[must_use]
    pub fn new(state: S) -> Self {
        Self { inside: Lock::new(Inside { state, waiters: WaitList::new() }) }
    }

    /// Takes the lock.
    #[inline]
    pub fn lock(&self) -> MonitorGuard<'_, S> {
        MonitorGuard(self.inside.lock())
    }

    /// The state, of a monitor that nobody else has.
    #[inline]
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inside.get_mut().state
    }

    /// Waits until `condition` is met.
    #[inline]
    pub fn until<C: Condition<S>>(&self, condition: C) -> Waiting<Until<'_, S, C>> {
        Waiting::new(Until { monitor: self, condition }, Slot::empty())
    }
}

impl<S> fmt::Debug for Monitor<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Monitor").finish_non_exhaustive()
    }
}

/// The right to the state of a [`Monitor`].
#[must_use = "the lock is released when the guard is dropped"]
pub struct MonitorGuard<'a, S>(Guard<'a, Inside<S>>);

impl<S> MonitorGuard<'_, S> {
    /// Completes the wait of everybody who is waiting, while the batch has space. False: wake the batch,
    /// without the lock, and come again.
    #[must_use = "somebody may be left"]
    pub fn release(&mut self, wakes: &mut WakeBatch) -> bool {
        self.0.waiters.finish_all(wakes, Verdict::Done)
    }

    /// How many wait. A select that was decided elsewhere counts until somebody meets it.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.waiters.len()
    }
}

impl<S> Deref for MonitorGuard<'_, S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.0.state
    }
}

impl<S> DerefMut for MonitorGuard<'_, S> {
    fn deref_mut(&mut self) -> &mut S {
        &mut self.0.state
    }
}

impl<S> fmt::Debug for MonitorGuard<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MonitorGuard").field("waiting", &self.waiting()).finish_non_exhaustive()
    }
}

/// What can be said of a condition without the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glance {
    /// It is met, and stays so for this waiter.
    Met,
    /// It is not met, nor has it been since, for as long as this version stays the same.
    Unmet(u64),
    /// Only the lock tells.
    Unknown,
}

/// What somebody waits for.
pub trait Condition<S> {
    /// What can be said without the lock.
    #[inline(always)]
    fn glance(&self) -> Glance {
        Glance::Unknown
    }

    /// Whether it is met. Under the lock: short, and no foreign code.
    fn is_met(&self, state: &S) -> bool;
}

/// Waiting for a [`Condition`], as an [`Operation`]. It takes nothing, so there is nothing to undo.
#[derive(Debug)]
pub struct Until<'a, S, C> {
    monitor: &'a Monitor<S>,
    condition: C,
}

impl<S, C> Until<'_, S, C> {
    /// What is waited for.
    #[inline(always)]
    pub const fn condition(&self) -> &C {
        &self.condition
    }
}

// SAFETY: M1: the waiter is enrolled with the one monitor; `leave` takes its lock.
unsafe impl<S, C: Condition<S>> Operation for Until<'_, S, C> {
    type Slot = ();
    type Output = ();

    const OFFER: Offer = Offer::Place;

    #[inline(always)]
    fn peek(&self) -> Peek {
        match self.condition.glance() {
            Glance::Met => Peek::Maybe(u64::MAX),
            Glance::Unmet(version) => Peek::Unready(version),
            Glance::Unknown => Peek::Unknown,
        }
    }

    #[inline(always)]
    fn attempt(&mut self, _: &Slot<()>) -> Attempt {
        let is_met = match self.condition.glance() {
            Glance::Met => true,
            Glance::Unmet(_) => false,
            Glance::Unknown => self.condition.is_met(&self.monitor.lock()),
        };
        if is_met { Attempt::Done(None) } else { Attempt::Unready }
    }

    fn enroll(&mut self, waiter: Pin<&Waiter<()>>, visit: &mut Visit<'_>) -> Enrolled {
        let inside = &mut *self.monitor.inside.lock();
        // SAFETY: the core enrols queued waiters only.
        if let Some(verdict) = unsafe { waiter.header().verdict() } {
            return Enrolled::Decided(verdict);
        }
        if self.condition.is_met(&inside.state) {
            // SAFETY: queued, and this is its list: M1.
            unsafe { inside.waiters.remove(waiter.header()) };
            return Enrolled::Decided(Verdict::Done);
        }
        // SAFETY: M1, under the lock.
        unsafe { visit.queue(&mut inside.waiters, waiter) }
    }

    fn conclude(&mut self, _: &Slot<()>, _: Verdict) {}

    fn leave(&mut self, waiter: &Waiter<()>) {
        // SAFETY: queued, and this is its list: M1.
        unsafe { self.monitor.inside.lock().waiters.remove(waiter.header()) };
    }

    fn undo(&mut self, _: &Waiter<()>, _: Verdict) {}
}

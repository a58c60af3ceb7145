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
//! - M3. Where the state keeps a [`Crowd`], waiters are numbered as they come, so the list is in the
//!   order of their numbers. Who came before the last [`Mark`] is released, whether it has been told
//!   yet or not, and nobody else is: those who come while a crowd is being told belong to the next.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::ptr::NonNull;

use crate::case::Peek;
use crate::claim::Seeker;
use crate::list::{WaitList, Wanted};
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

/// Who has come to wait and who of them was released, by number: M3. A part of the state of a monitor
/// whose waiters come in rounds.
#[derive(Debug, Default)]
pub struct Crowd {
    /// The number of the next who comes.
    next: u64,
    /// Those below are released.
    closed: u64,
}

impl Crowd {
    /// Nobody has come.
    #[must_use]
    pub const fn new() -> Self {
        Self { next: 0, closed: 0 }
    }

    /// Draws a line behind those who wait now: they are released, whatever becomes of the state, and
    /// those who come later are not. Tell them, by [`MonitorGuard::release_until`].
    pub const fn close(&mut self) -> Mark {
        self.closed = self.next;
        Mark(self.next)
    }

    const fn admit(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }
}

/// A line drawn behind everybody who waits: see [`Crowd::close`].
#[derive(Clone, Copy, Debug)]
#[must_use = "those before it are released, and are to be told"]
pub struct Mark(u64);

/// What a waiter of a monitor carries: as which it came, into a crowd; or that it was released alone, in
/// the place of whoever else might have been. One word, since it is in every waiting future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note(u64);

impl Note {
    const ALONE: Self = Self(u64::MAX);
}

impl<S> Monitor<S> {
    crate::const_fn! {
        /// A monitor around `state`.
        #[must_use]
        pub fn new(state: S) -> Self {
            Self { inside: Lock::new(Inside { state, waiters: WaitList::new() }) }
        }
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

    /// Completes the wait of the one who has waited longest, if `is_due`: as
    /// [`release_one`](MonitorGuard::release_one), and wakes it. False: it is not due, or nobody waits.
    pub fn call_one(&self, is_due: impl FnOnce(&S) -> bool) -> bool {
        let mut wakes = WakeBatch::new();
        let mut state = self.lock();
        let is_called = is_due(&state) && state.release_one(&mut wakes);
        drop(state);
        wakes.wake_all();
        is_called
    }

    /// Waits until `condition` is met.
    #[inline]
    pub fn until<C: Condition<S>>(&self, condition: C) -> Waiting<Until<'_, S, C>> {
        let until = Until { monitor: NonNull::from(self), condition, _borrow: PhantomData };
        Waiting::new(until, Slot::empty())
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

    /// Completes the wait of those who came before the mark, while the batch has space. False: wake the batch,
    /// without the lock, and come again.
    #[must_use = "somebody may be left"]
    pub fn release_until(&mut self, mark: Mark, wakes: &mut WakeBatch) -> bool {
        while wakes.has_space(1) {
            let found = self.0.waiters.claim_where(Seeker::TASK, |one| {
                // SAFETY: the waiters of a monitor carry a note, filled in before they are linked.
                let Note(number) = unsafe { one.value() };
                if number < mark.0 { Wanted::Yes } else { Wanted::NorWhatFollows }
            });
            let Some(waiter) = found else { return true };
            wakes.extend(waiter.finish(Verdict::Done));
        }
        false
    }

    /// Completes the wait of the one who has waited longest. If it goes without having seen that, then
    /// [`Condition::pass_on`] is called. False: nobody waits.
    ///
    /// # Panics
    ///
    /// If the batch is full.
    pub fn release_one(&mut self, wakes: &mut WakeBatch) -> bool {
        let Some(waiter) = self.0.waiters.claim_first(Seeker::TASK) else { return false };
        // SAFETY: the waiters of a monitor carry a note, which needs no drop.
        let _ = unsafe { waiter.room::<Note>() }.put(Note::ALONE);
        wakes.extend(waiter.finish(Verdict::Done));
        true
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

    /// The crowd in the state that those who wait for this are a part of, if they are of one.
    #[inline(always)]
    fn crowd(state: &mut S) -> Option<&mut Crowd> {
        let _ = state;
        None
    }

    /// Whoever waited for it was released alone, by [`MonitorGuard::release_one`], and went without
    /// having seen that: somebody else may be the one. Without the lock.
    #[inline(always)]
    fn pass_on(&self, monitor: &Monitor<S>) {
        let _ = monitor;
    }
}

/// Waiting for a [`Condition`], as an [`Operation`]. It takes nothing, so there is nothing to undo.
///
/// A pointer, and no borrow: where the condition keeps the monitor alive by itself, it may free it as it
/// is dropped, with this in the hands of who drops it.
#[derive(Debug)]
pub struct Until<'a, S, C> {
    monitor: NonNull<Monitor<S>>,
    condition: C,
    _borrow: PhantomData<&'a Monitor<S>>,
}

// SAFETY: as the borrow that it stands for.
unsafe impl<S: Send, C: Send> Send for Until<'_, S, C> {}
// SAFETY: as above.
unsafe impl<S: Send, C: Sync> Sync for Until<'_, S, C> {}

impl<S, C> Until<'_, S, C> {
    #[inline(always)]
    fn monitor(&self) -> &Monitor<S> {
        // SAFETY: borrowed for longer than this, or kept by the condition.
        unsafe { self.monitor.as_ref() }
    }

    /// What is waited for.
    #[inline(always)]
    pub const fn condition(&self) -> &C {
        &self.condition
    }
}

// SAFETY: M1: the waiter is enrolled with the one monitor; `leave` takes its lock.
unsafe impl<S, C: Condition<S>> Operation for Until<'_, S, C> {
    type Slot = Note;
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
    fn attempt(&mut self, _: &Slot<Note>) -> Attempt {
        let is_met = match self.condition.glance() {
            Glance::Met => true,
            Glance::Unmet(_) => false,
            Glance::Unknown => self.condition.is_met(&self.monitor().lock()),
        };
        if is_met { Attempt::Done(None) } else { Attempt::Unready }
    }

    fn enroll(&mut self, waiter: Pin<&Waiter<Note>>, visit: &mut Visit<'_>) -> Enrolled {
        let inside = &mut *self.monitor().inside.lock();
        // SAFETY: the core enrols queued waiters only.
        if let Some(verdict) = unsafe { waiter.header().verdict() } {
            return Enrolled::Decided(verdict);
        }
        // SAFETY: queued, and this is its list: M1.
        let is_new = !unsafe { inside.waiters.contains(waiter.header()) };
        let crowd = C::crowd(&mut inside.state);
        let is_released = if is_new {
            // SAFETY: queued, in no list and without a verdict.
            unsafe { number(&waiter, crowd.map_or(0, Crowd::admit)) };
            false
        } else {
            // SAFETY: queued, in the list, whose lock is held.
            crowd.is_some_and(|crowd| unsafe { number_of(&waiter) } < crowd.closed)
        };
        if is_released || self.condition.is_met(&inside.state) {
            // SAFETY: queued, and this is its list: M1.
            unsafe { inside.waiters.remove(waiter.header()) };
            return Enrolled::Decided(Verdict::Done);
        }
        // SAFETY: M1, under the lock.
        unsafe { visit.queue(&mut inside.waiters, waiter) }
    }

    fn conclude(&mut self, _: &Slot<Note>, _: Verdict) {}

    fn leave(&mut self, waiter: &Waiter<Note>) {
        // SAFETY: queued, and this is its list: M1.
        unsafe { self.monitor().inside.lock().waiters.remove(waiter.header()) };
    }

    fn undo(&mut self, waiter: &Waiter<Note>, _: Verdict) {
        // SAFETY: it was in the list, so it carries a note; with a verdict it is ours again.
        if unsafe { waiter.slot().filled() }.take() == Note::ALONE {
            self.condition.pass_on(self.monitor());
        }
    }
}

/// Writes into a waiter that is about to be added as which it comes.
///
/// # Safety
///
/// It is ours and in no list.
unsafe fn number(waiter: &Waiter<Note>, number: u64) {
    // SAFETY: by the caller.
    let _ = unsafe { waiter.slot().vacant() }.put(Note(number));
}

/// As which a waiter came.
///
/// # Safety
///
/// It is in its list, whose lock is held.
unsafe fn number_of(waiter: &Waiter<Note>) -> u64 {
    // SAFETY: who is in the list was numbered, and under its lock nobody else is at the slot.
    unsafe { waiter.slot().filled() }.take().0
}

//! The operations of the toy primitive.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Waker;

use taut_core::{
    Attempt, Enrolled, Offer, Operation, Seeker, Slot, Stage, Verdict, Visit, WaitList, Waiter,
};

use super::{Desk, Got, Log, State, Step, Value};

/// What gives and takes have in common.
pub(super) struct Base {
    desk: Arc<Desk>,
    log: Log,
    is_slow: bool,
    before_leave: Option<Box<dyn FnOnce() + Send>>,
}

impl Base {
    pub(super) fn new(desk: &Arc<Desk>, log: &Log) -> Self {
        let (desk, log) = (Arc::clone(desk), log.clone());
        Self { desk, log, is_slow: false, before_leave: None }
    }

    pub(super) fn slow(self) -> Self {
        Self { is_slow: true, ..self }
    }

    pub(super) fn overtaken_by(self, program: impl FnOnce() + Send + 'static) -> Self {
        Self { before_leave: Some(Box::new(program)), ..self }
    }

    fn attempt(&self, go: impl FnOnce(&mut State) -> Option<Option<Waker>>) -> Attempt {
        self.log.add(Step::Attempt);
        if self.is_slow {
            return Attempt::Unready;
        }
        let mut state = self.desk.lock();
        match go(&mut state) {
            Some(woken) => Attempt::Done(woken),
            None if state.closed => Attempt::Closed,
            None => Attempt::Unready,
        }
    }

    fn enroll(
        &self,
        waiter: Pin<&Waiter<Value>>,
        visit: &mut Visit<'_>,
        go: impl FnOnce(&mut State, Seeker<'_>) -> Option<Option<Waker>>,
        list: impl Fn(&mut State) -> &mut WaitList,
    ) -> Enrolled {
        self.log.add(Step::Enroll);
        assert_eq!(waiter.header().stage(), Stage::Queued);
        let state = &mut *self.desk.lock();
        // SAFETY: queued.
        if let Some(verdict) = unsafe { waiter.header().verdict() } {
            return Enrolled::Decided(verdict);
        }
        let verdict = match go(state, visit.seeker()) {
            Some(woken) => {
                visit.wakes.extend(woken);
                Verdict::Done
            }
            None if state.closed => Verdict::Closed,
            // SAFETY: it is always this list, and this is its lock.
            None => return unsafe { visit.queue(list(state), waiter) },
        };
        // SAFETY: as above.
        unsafe { list(state).remove(waiter.header()) };
        Enrolled::Decided(verdict)
    }

    fn leave(&mut self, waiter: &Waiter<Value>, list: impl FnOnce(&mut State) -> &mut WaitList) {
        self.log.add(Step::Leave);
        assert_eq!(waiter.header().stage(), Stage::Queued);
        if let Some(program) = self.before_leave.take() {
            program();
        }
        // SAFETY: queued, it is always this list, and this is its lock.
        unsafe { list(&mut self.desk.lock()).remove(waiter.header()) };
    }

    fn undo(&self, waiter: &Waiter<Value>, verdict: Verdict) {
        self.log.add(Step::Undo(verdict));
        assert_eq!(waiter.header().stage(), Stage::Queued);
    }
}

/// Takes a value. `OTHER`: with the offer `Place`.
pub struct Take<const OTHER: bool = false>(pub(super) Base);

// SAFETY: always on `takes`; `leave` takes that list's lock; `enroll` removes it before it decides.
unsafe impl<const OTHER: bool> Operation for Take<OTHER> {
    type Slot = Value;
    type Output = Got;

    const OFFER: Offer = if OTHER { Offer::Place } else { Offer::Value };

    fn attempt(&mut self, slot: &Slot<Value>) -> Attempt {
        // SAFETY: not begun, so the slot is empty.
        self.0.attempt(|state| state.take_into(unsafe { slot.vacant() }, Seeker::TASK))
    }

    fn enroll(&mut self, waiter: Pin<&Waiter<Value>>, visit: &mut Visit<'_>) -> Enrolled {
        let go = |state: &mut State, seeker: Seeker<'_>| {
            // SAFETY: no verdict, so the slot is empty.
            state.take_into(unsafe { waiter.slot().vacant() }, seeker)
        };
        self.0.enroll(waiter, visit, go, |state| &mut state.takes)
    }

    fn conclude(&mut self, slot: &Slot<Value>, verdict: Verdict) -> Got {
        self.0.log.add(Step::Conclude(verdict));
        match verdict {
            // SAFETY: it was given a value, which is ours.
            Verdict::Done => Got::Taken(*unsafe { slot.filled() }.take()),
            Verdict::Closed => Got::Closed,
        }
    }

    fn leave(&mut self, waiter: &Waiter<Value>) {
        self.0.leave(waiter, |state| &mut state.takes);
    }

    fn undo(&mut self, waiter: &Waiter<Value>, verdict: Verdict) {
        self.0.undo(waiter, verdict);
        if verdict == Verdict::Done {
            // SAFETY: we are its owner and saw the verdict.
            assert!(unsafe { waiter.ticket() }.is_some_and(|ticket| ticket > 0));
            // SAFETY: it was given a value, which is ours.
            let value = unsafe { waiter.slot().filled() }.take();
            self.0.desk.hand_over_or_keep(Slot::holding(value), VecDeque::push_front);
        }
    }

    fn abandon(&mut self, _: &Slot<Value>) {
        self.0.log.add(Step::Abandon);
    }
}

/// Gives the value in its slot.
pub struct Give(pub(super) Base);

// SAFETY: always on `gives`; `leave` takes that list's lock; `enroll` removes it before it decides.
unsafe impl Operation for Give {
    type Slot = Value;
    type Output = Got;

    const OFFER: Offer = Offer::Value;

    fn attempt(&mut self, slot: &Slot<Value>) -> Attempt {
        // SAFETY: not begun, so our value is in the slot.
        self.0.attempt(|state| state.hand_over(unsafe { slot.filled() }, Seeker::TASK).ok())
    }

    fn enroll(&mut self, waiter: Pin<&Waiter<Value>>, visit: &mut Visit<'_>) -> Enrolled {
        let go = |state: &mut State, seeker: Seeker<'_>| {
            // SAFETY: no verdict, so our value is in the slot.
            state.hand_over(unsafe { waiter.slot().filled() }, seeker).ok()
        };
        self.0.enroll(waiter, visit, go, |state| &mut state.gives)
    }

    fn conclude(&mut self, slot: &Slot<Value>, verdict: Verdict) -> Got {
        self.0.log.add(Step::Conclude(verdict));
        match verdict {
            Verdict::Done => Got::Given,
            // SAFETY: nobody took it, so the slot still holds it.
            Verdict::Closed => Got::Returned(*unsafe { slot.filled() }.take()),
        }
    }

    fn leave(&mut self, waiter: &Waiter<Value>) {
        self.0.leave(waiter, |state| &mut state.gives);
    }

    fn undo(&mut self, waiter: &Waiter<Value>, verdict: Verdict) {
        self.0.undo(waiter, verdict);
        if verdict == Verdict::Closed {
            // SAFETY: nobody took it, so the slot still holds it.
            drop(unsafe { waiter.slot().filled() }.take());
        }
    }

    fn abandon(&mut self, slot: &Slot<Value>) {
        self.0.log.add(Step::Abandon);
        // SAFETY: nobody took it, so the slot still holds it.
        drop(unsafe { slot.filled() }.take());
    }
}

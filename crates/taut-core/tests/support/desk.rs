//! A toy primitive on the core, whose operations keep a log: values change hands over a desk.
//!
//! A give waits for a take and a take for a give; `put` leaves its value on the desk if nobody waits.
//! Values are boxed, so that Miri sees one that is lost or freed twice. It is written the way the
//! primitives of `taut` are: decide under the lock, act after it.

mod ops;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::task::Waker;

use taut_core::sync::{Guard, Lock};
use taut_core::{
    Claimed, Filled, Offer, Seeker, Slot, Vacant, Verdict, WaitList, Waiting, WakeBatch, Wanted,
    in_batches,
};

use self::ops::Base;
pub use self::ops::{Give, Take};

pub type Value = Box<u32>;

/// What came of an operation.
#[derive(Debug, PartialEq, Eq)]
pub enum Got {
    Given,
    Returned(u32),
    Taken(u32),
    Closed,
}

/// What the core called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Attempt,
    Enroll,
    Conclude(Verdict),
    Leave,
    Undo(Verdict),
    Abandon,
}

/// What the core called, in order.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<Step>>>);

impl Log {
    /// What was called since the last time.
    pub fn steps(&self) -> Vec<Step> {
        std::mem::take(&mut *self.0.lock().expect("no test panics in here"))
    }

    fn add(&self, step: Step) {
        self.0.lock().expect("no test panics in here").push(step);
    }
}

pub struct State {
    gives: WaitList,
    takes: WaitList,
    kept: VecDeque<Value>,
    served: u64,
    closed: bool,
}

pub struct Desk(Lock<State>);

impl State {
    /// Hands the value to the first take that can be claimed, or gives it back.
    fn hand_over<'a>(
        &mut self,
        from: Filled<'a, Value>,
        seeker: Seeker<'_>,
    ) -> Result<Option<Waker>, Filled<'a, Value>> {
        let Some(take) = self.takes.claim_first(seeker) else { return Err(from) };
        self.served += 1;
        Ok(Self::serve(take, self.served, from))
    }

    fn serve(take: Claimed<'_>, ticket: u64, from: Filled<'_, Value>) -> Option<Waker> {
        take.set_ticket(ticket);
        // SAFETY: takes are `Waiter<Value>`, and empty until they have a verdict.
        let _handed = from.move_to(unsafe { take.room() });
        take.finish(Verdict::Done)
    }

    /// Takes what lies on the desk, or from the first give that can be claimed.
    fn take_into(&mut self, into: Vacant<'_, Value>, seeker: Seeker<'_>) -> Option<Option<Waker>> {
        if let Some(value) = self.kept.pop_front() {
            let _ours = into.put(value);
            return Some(None);
        }
        let give = self.gives.claim_first(seeker)?;
        // SAFETY: gives are `Waiter<Value>`, and full until they have a verdict.
        let _ours = unsafe { give.value() }.move_to(into);
        Some(give.finish(Verdict::Done))
    }
}

impl Desk {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Lock::new(State {
            gives: WaitList::new(),
            takes: WaitList::new(),
            kept: VecDeque::new(),
            served: 0,
            closed: false,
        })))
    }

    fn lock(&self) -> Guard<'_, State> {
        self.0.lock()
    }

    /// Gives a value to the first take, or leaves it on the desk.
    pub fn put(&self, value: u32) {
        self.hand_over_or_keep(Slot::holding(Box::new(value)), VecDeque::push_back);
    }

    fn hand_over_or_keep(&self, from: Slot<Value>, keep: fn(&mut VecDeque<Value>, Value)) {
        let mut state = self.lock();
        // SAFETY: our own, with a value.
        let woken = match state.hand_over(unsafe { from.filled() }, Seeker::TASK) {
            Ok(woken) => woken,
            Err(from) => {
                keep(&mut state.kept, from.take());
                None
            }
        };
        drop(state);
        woken.into_iter().for_each(Waker::wake);
    }

    /// Leaves a value on the desk and tells nobody.
    pub fn leave_behind(&self, value: u32) {
        self.lock().kept.push_back(Box::new(value));
    }

    /// Gives a value to the first that waits with this offer, or only to those in front of the first
    /// that waits with another. False: nobody does.
    pub fn put_for(&self, offer: Offer, leading: bool, value: u32) -> bool {
        let mut state = self.lock();
        state.served += 1;
        let served = state.served;
        let other = if leading { Wanted::NorWhatFollows } else { Wanted::No };
        let take = state.takes.claim_where(Seeker::TASK, |take| match take.offer() == offer {
            true => Wanted::Yes,
            false => other,
        });
        let Some(take) = take else { return false };
        assert_eq!(take.offer(), offer);
        let slot = Slot::holding(Box::new(value));
        // SAFETY: our own, with a value.
        let woken = State::serve(take, served, unsafe { slot.filled() });
        drop(state);
        woken.into_iter().for_each(Waker::wake);
        true
    }

    /// What lies on the desk, taken away.
    pub fn clear(&self) -> Vec<u32> {
        self.lock().kept.drain(..).map(|value| *value).collect()
    }

    /// How many gives and takes are listed.
    pub fn listed(&self) -> (usize, usize) {
        let state = self.lock();
        let listed = (state.gives.len(), state.takes.len());
        assert_eq!(listed == (0, 0), state.gives.is_empty() && state.takes.is_empty());
        listed
    }

    pub fn close(&self) {
        self.lock().closed = true;
        in_batches(|wakes| self.close_some(wakes));
    }

    fn close_some(&self, wakes: &mut WakeBatch) -> bool {
        let state = &mut *self.lock();
        state.takes.finish_all(wakes, Verdict::Closed)
            && state.gives.finish_all(wakes, Verdict::Closed)
    }

    pub fn give(self: &Arc<Self>, value: u32) -> Waiting<Give> {
        self.logged_give(value, &Log::default())
    }

    pub fn logged_give(self: &Arc<Self>, value: u32, log: &Log) -> Waiting<Give> {
        let base = Base::new(self, log);
        Waiting::new(Give(base), Slot::holding(Box::new(value)))
    }

    pub fn take(self: &Arc<Self>) -> Waiting<Take> {
        self.logged_take(&Log::default())
    }

    pub fn logged_take(self: &Arc<Self>, log: &Log) -> Waiting<Take> {
        Waiting::new(Take(Base::new(self, log)), Slot::empty())
    }

    /// A take that makes the other offer.
    pub fn ask(self: &Arc<Self>) -> Waiting<Take<true>> {
        Waiting::new(Take(Base::new(self, &Log::default())), Slot::empty())
    }

    /// A take whose attempts fail, as if what it enrols for had come a moment later.
    pub fn slow_take(self: &Arc<Self>, log: &Log) -> Waiting<Take> {
        let base = Base::new(self, log).slow();
        Waiting::new(Take(base), Slot::empty())
    }

    /// A take that runs `program` when it is told to leave, before it has the lock.
    pub fn overtaken_take(
        self: &Arc<Self>,
        log: &Log,
        program: impl FnOnce() + Send + 'static,
    ) -> Waiting<Take> {
        let base = Base::new(self, log).overtaken_by(program);
        Waiting::new(Take(base), Slot::empty())
    }
}

//! A semaphore against an oracle that keeps a plain list: one thread, futures polled by hand and dropped
//! at any point, alone or as arms of selects. After each step the numbers are compared, and who was
//! woken; what each got, when it is polled. What fails is kept in `proptest-regressions/`.
//!
//! `PROPTEST_CASES` sets the number of runs.

#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "../../../taut-chan/tests/model/config.rs"]
mod config;
mod real;
mod spec;
#[path = "../../../taut-chan/tests/support/mod.rs"]
mod support;

use std::sync::Arc;
use std::task::Poll;

use proptest::prelude::*;
use taut::chan::{self, Sender};
use taut::sync::{OwnedPermit, Semaphore};

use self::config::config;
use self::real::{Acquires, Got};
use self::spec::{Fate, Id, Spec};
use self::support::{Task, task};

/// Enough to find what was ever found here, in a second or two.
const CASES: u32 = 1000;

/// One step of the world. Numbers of waiters and permits are modulo how many there are.
#[derive(Clone, Debug)]
enum Op {
    /// Begins to acquire so many.
    Acquire(usize),
    /// The same in a select beside a channel.
    Select(usize),
    /// Two acquires in one select.
    Either(usize, usize),
    Try(usize),
    /// Polls one who waits, woken or not.
    Poll(usize),
    /// Polls one who waits if it was woken, as a runtime does.
    Answer(usize),
    Leave(usize),
    /// Sends a signal to a select beside a channel, and polls it or drops it.
    Signal(usize, bool),
    Release(usize),
    Split(usize, usize),
    Merge(usize, usize),
    Forget(usize),
    Resize(usize),
    Close,
}

fn op() -> impl Strategy<Value = Op> {
    let which = any::<usize>;
    let units = || 0..7_usize;
    prop_oneof![
        12 => units().prop_map(Op::Acquire),
        6 => units().prop_map(Op::Select),
        4 => (units(), units()).prop_map(|(one, two)| Op::Either(one, two)),
        4 => units().prop_map(Op::Try),
        4 => which().prop_map(Op::Poll),
        8 => which().prop_map(Op::Answer),
        5 => which().prop_map(Op::Leave),
        3 => (which(), any::<bool>()).prop_map(|(n, polls)| Op::Signal(n, polls)),
        10 => which().prop_map(Op::Release),
        3 => (which(), 0..4_usize).prop_map(|(n, units)| Op::Split(n, units)),
        2 => (which(), which()).prop_map(|(one, two)| Op::Merge(one, two)),
        1 => which().prop_map(Op::Forget),
        5 => (0..8_usize).prop_map(Op::Resize),
    ]
}

/// One who acquires, and what the oracle says that it got, if anything.
struct Waiter {
    id: Id,
    acquires: Task<Acquires>,
    signal: Option<Sender<()>>,
    fate: Option<Fate>,
    /// How many places it has had in line, of which the semaphore may find some abandoned.
    places: usize,
}

struct World {
    slots: Arc<Semaphore>,
    spec: Spec,
    waiters: Vec<Waiter>,
    permits: Vec<OwnedPermit>,
    next: Id,
}

impl World {
    fn new(capacity: usize) -> Self {
        let slots = Arc::new(Semaphore::new(capacity));
        Self { slots, spec: Spec::new(capacity), waiters: Vec::new(), permits: Vec::new(), next: 0 }
    }

    /// What was got is what was to be.
    fn got(&mut self, got: Got, fate: Fate) {
        match (got, fate) {
            (Some(Ok(permit)), Fate::Granted(units)) => {
                assert_eq!(permit.units(), units);
                self.permits.push(permit);
            }
            (Some(Err(refusal)), Fate::Refused(expected)) => assert_eq!(refusal, expected),
            (got, fate) => panic!("got {got:?}, not {fate:?}"),
        }
    }

    fn begin(&mut self, acquires: Acquires, wanted: &[usize], signal: Option<Sender<()>>) {
        let id = self.next;
        self.next += 1;
        let mut acquires = task(acquires);
        match (acquires.poll(), self.spec.acquire(id, wanted)) {
            (Poll::Ready(got), Some(fate)) => self.got(got, fate),
            (Poll::Pending, None) => {
                let places = wanted.len();
                self.waiters.push(Waiter { id, acquires, signal, fate: None, places });
            }
            (polled, fate) => panic!("{polled:?}, not {fate:?}"),
        }
    }

    fn poll(&mut self, n: usize) {
        let waiter = &mut self.waiters[n];
        match (waiter.acquires.poll(), waiter.fate) {
            (Poll::Pending, None) => {}
            (Poll::Ready(got), Some(fate)) => {
                drop(self.waiters.remove(n));
                self.got(got, fate);
            }
            (polled, fate) => panic!("{polled:?}, not {fate:?}"),
        }
    }

    fn answer(&mut self, n: usize) {
        if let Some(got) = self.waiters[n].acquires.answer() {
            let waiter = self.waiters.remove(n);
            self.got(got, waiter.fate.expect("woken without need"));
        }
    }

    fn leave(&mut self, n: usize) {
        let waiter = self.waiters.remove(n);
        drop(waiter.acquires);
        match waiter.fate {
            Some(Fate::Granted(units)) => self.spec.release(units),
            Some(Fate::Refused(_)) => {}
            None => self.spec.leave(waiter.id),
        }
    }

    /// The other arm of a select wins, unless it was decided.
    fn signal(&mut self, n: usize, polls: bool) {
        let waiter = &mut self.waiters[n];
        let Some(signal) = &waiter.signal else { return };
        let is_claimed = signal.try_send(()).is_ok();
        assert_eq!(is_claimed, waiter.fate.is_none(), "nobody else receives");
        if !is_claimed {
            return;
        }
        if polls {
            assert!(matches!(waiter.acquires.answer(), Some(None)));
        }
        self.leave(n);
    }

    fn on_permit(&mut self, op: &Op) {
        let many = self.permits.len();
        match *op {
            Op::Release(n) => {
                let permit = self.permits.remove(n % many);
                self.spec.release(permit.units());
            }
            Op::Forget(n) => {
                let permit = self.permits.remove(n % many);
                self.spec.forget(permit.units());
                permit.forget();
            }
            Op::Split(n, units) => {
                let permit = &mut self.permits[n % many];
                let had = permit.units();
                let part = permit.split(units);
                assert_eq!(part.is_some(), units <= had);
                assert_eq!(permit.units(), part.as_ref().map_or(had, |part| had - part.units()));
                self.permits.extend(part);
            }
            Op::Merge(one, two) => {
                let other = self.permits.remove(two % many);
                let left = self.permits.len().max(1);
                match self.permits.get_mut(one % left) {
                    Some(permit) => assert!(permit.merge(other).is_ok()),
                    None => self.permits.push(other),
                }
            }
            _ => unreachable!("it has to do with a permit"),
        }
    }

    fn apply(&mut self, op: Op) {
        match op {
            Op::Acquire(units) => self.begin(real::one(&self.slots, units), &[units], None),
            Op::Select(units) => {
                let (tx, rx) = chan::rendezvous();
                self.begin(real::or_signal(&self.slots, units, rx), &[units], Some(tx));
            }
            Op::Either(one, two) => {
                self.begin(real::either(&self.slots, [one, two]), &[one, two], None);
            }
            Op::Try(units) => {
                match (real::try_acquire(&self.slots, units), self.spec.try_acquire(units)) {
                    (None, None) => {}
                    (got, Some(Ok(()))) => self.got(got, Fate::Granted(units)),
                    (got, Some(Err(refusal))) => self.got(got, Fate::Refused(refusal)),
                    (got, None) => panic!("{got:?}, but somebody comes first, or nothing is free"),
                }
            }
            Op::Poll(_) | Op::Answer(_) | Op::Leave(_) | Op::Signal(..)
                if self.waiters.is_empty() => {}
            Op::Poll(n) => self.poll(n % self.waiters.len()),
            Op::Answer(n) => self.answer(n % self.waiters.len()),
            Op::Leave(n) => self.leave(n % self.waiters.len()),
            Op::Signal(n, polls) => self.signal(n % self.waiters.len(), polls),
            Op::Release(_) | Op::Split(..) | Op::Merge(..) | Op::Forget(_)
                if self.permits.is_empty() => {}
            Op::Release(_) | Op::Split(..) | Op::Merge(..) | Op::Forget(_) => self.on_permit(&op),
            Op::Resize(capacity) => {
                self.spec.resize(capacity);
                self.slots.resize(capacity);
            }
            Op::Close => assert_eq!(self.slots.close(), self.spec.close()),
        }
        self.compare();
    }

    /// All that can be seen is as it should be, and exactly those were woken who were decided.
    fn compare(&mut self) {
        for (id, fate) in self.spec.decided() {
            let waiter = self.waiters.iter_mut().find(|waiter| waiter.id == id);
            waiter.expect("decided twice").fate = Some(fate);
        }
        for waiter in &self.waiters {
            assert_eq!(waiter.acquires.wakes() > 0, waiter.fate.is_some(), "{}", waiter.id);
        }
        let (slots, spec) = (&self.slots, &self.spec);
        assert_eq!(
            (slots.capacity(), slots.available(), slots.in_use(), slots.is_closed()),
            (spec.capacity, spec.available(), spec.in_use, spec.closed)
        );
        // The other arms of selects that were decided are found by whoever comes by, or by their owner.
        let decided = self.waiters.iter().filter(|waiter| waiter.fate.is_some());
        let ghosts: usize = decided.map(|waiter| waiter.places - 1).sum();
        let (few, waiting) = (spec.line.len(), slots.waiters());
        assert!((few..=few + ghosts).contains(&waiting), "{few} + {ghosts}: {waiting}");
    }

    /// Whatever happened before: once everything is given back everybody is served, and nothing is lost.
    fn finish(mut self) {
        self.apply(Op::Resize(6));
        while !self.waiters.is_empty() || !self.permits.is_empty() {
            assert!(!self.permits.is_empty() || self.waiters[0].fate.is_some(), "the first waits");
            let op = if self.permits.is_empty() { Op::Answer(0) } else { Op::Release(0) };
            self.apply(op);
        }
        assert_eq!((self.slots.available(), self.slots.waiters()), (6, 0));
        assert_eq!(self.slots.try_acquire(6).is_ok(), !self.spec.closed);
    }
}

proptest! {
    #![proptest_config(config(CASES, "proptest-regressions/semaphore.txt"))]

    #[test]
    fn semaphore(
        capacity in 0..7_usize,
        ops in prop::collection::vec(op(), 1..70),
        closes_at in prop::option::weighted(0.2, 0..70_usize),
    ) {
        let mut world = World::new(capacity);
        for (at, op) in ops.into_iter().enumerate() {
            if closes_at.is_some_and(|close| close == at) {
                world.apply(Op::Close);
            }
            world.apply(op);
        }
        world.finish();
    }
}

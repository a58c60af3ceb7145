//! A read-write lock and a mutex against oracles: one thread, futures polled by hand and dropped at any
//! point, tasks and arms of selects, woken through counted wakers. What fails is kept in
//! `proptest-regressions/`.
//!
//! `PROPTEST_CASES` sets the number of runs for each of the two.

#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "../../../taut-chan/tests/model/config.rs"]
mod config;
mod real;
mod spec;
#[path = "../../../taut-chan/tests/support/mod.rs"]
mod support;

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use proptest::prelude::*;
use taut::chan::{self, Sender};
use taut::sync::{Mutex, RwLock};

use self::config::config;
use self::real::{Got, Guard, Real, Waiting};
use self::spec::{Id, Kind, MutexSpec, RwLockSpec, Spec, Verdict};
use self::support::Wakes;

/// Enough to find what was ever found here, in a second or two.
const CASES: u32 = 512;

/// One step of the world. Numbers of waiters and guards are modulo how many there are.
#[derive(Clone, Debug)]
enum Op {
    /// Begins to wait, as a task or in a select.
    Start {
        kind: Kind,
        is_select: bool,
        is_polled: bool,
    },
    /// Polls one who waits, woken or not, with one of two wakers.
    Poll(usize, usize),
    Drop(usize),
    /// Decides a select that waits for its other arm.
    Decide(usize),
    Try(Kind),
    Release(usize),
    Downgrade(usize),
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::Read), Just(Kind::Write)]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => (kind(), prop::bool::weighted(0.3), prop::bool::weighted(0.9))
            .prop_map(|(kind, is_select, is_polled)| Op::Start { kind, is_select, is_polled }),
        10 => (any::<usize>(), 0..2_usize).prop_map(|(n, waker)| Op::Poll(n, waker)),
        4 => any::<usize>().prop_map(Op::Drop),
        3 => any::<usize>().prop_map(Op::Decide),
        3 => kind().prop_map(Op::Try),
        8 => any::<usize>().prop_map(Op::Release),
        1 => any::<usize>().prop_map(Op::Downgrade),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Fresh,
    Waiting,
    Has(Verdict),
    /// The other arm of its select won.
    Elsewhere,
}

struct Waiter<'a> {
    id: Id,
    kind: Kind,
    state: State,
    future: Waiting<'a>,
    /// Decides the other arm, if it is a select.
    tx: Option<Sender<()>>,
    wakes: [Arc<Wakes>; 2],
    /// How often each of them was to be woken.
    expected: [usize; 2],
    /// Which of them it was polled with last.
    waker: usize,
}

impl Waiter<'_> {
    fn expect_wake(&mut self) {
        assert_eq!(self.state, State::Waiting, "{} was decided twice", self.id);
        self.expected[self.waker] += 1;
    }
}

/// A lock and its oracle, in step.
struct World<'a, R, S> {
    real: &'a R,
    spec: S,
    waiters: Vec<Waiter<'a>>,
    guards: Vec<Guard<'a>>,
    /// How often it was written.
    written: u32,
    next_id: Id,
}

impl<'a, R: Real, S: Spec> World<'a, R, S> {
    fn new(real: &'a R, spec: S) -> Self {
        Self { real, spec, waiters: Vec::new(), guards: Vec::new(), written: 0, next_id: 0 }
    }

    fn apply(&mut self, op: Op) {
        let waiter = |n: usize| n.checked_rem(self.waiters.len());
        let guard = |n: usize| n.checked_rem(self.guards.len());
        match op {
            Op::Start { kind, is_select, is_polled } => self.start(kind, is_select, is_polled),
            Op::Poll(n, waker) => waiter(n).into_iter().for_each(|n| self.poll(n, waker)),
            Op::Drop(n) => waiter(n).into_iter().for_each(|n| self.drop_waiter(n)),
            Op::Decide(n) => waiter(n).into_iter().for_each(|n| self.decide(n)),
            Op::Try(kind) => {
                let kind = self.real.kind(kind);
                let taken = self.real.try_lock(kind);
                assert_eq!(taken.is_some(), self.spec.try_lock(kind), "try {kind:?}");
                self.guards.extend(taken);
            }
            Op::Release(n) => guard(n).into_iter().for_each(|n| self.release(n)),
            Op::Downgrade(n) => guard(n).into_iter().for_each(|n| self.downgrade(n)),
        }
        self.check();
    }

    fn start(&mut self, kind: Kind, is_select: bool, is_polled: bool) {
        let kind = self.real.kind(kind);
        let (tx, rx) = is_select.then(|| chan::bounded(1)).unzip();
        let future = match rx {
            Some(rx) => self.real.select(kind, rx),
            None => self.real.wait(kind),
        };
        self.waiters.push(Waiter {
            id: self.next_id,
            kind,
            state: State::Fresh,
            future,
            tx,
            wakes: [Wakes::new(), Wakes::new()],
            expected: [0; 2],
            waker: 0,
        });
        self.next_id += 1;
        if is_polled {
            self.poll(self.waiters.len() - 1, 0);
        }
    }

    /// Whether this poll completes it, and with the lock.
    fn expect(&mut self, n: usize) -> Option<bool> {
        let Waiter { id, kind, state, ref tx, .. } = self.waiters[n];
        let is_locked = match state {
            State::Fresh if self.spec.try_lock(kind) => true,
            State::Fresh => {
                self.spec.enroll(id, kind, tx.is_some());
                false
            }
            // A select that was not claimed looks at nothing of ours.
            State::Waiting => tx.is_none() && self.spec.look(id, kind),
            State::Has(Verdict::Handed) => true,
            State::Has(Verdict::Called) => self.spec.answer(id),
            State::Elsewhere => {
                self.spec.left_elsewhere(kind);
                return Some(false);
            }
        };
        is_locked.then_some(true)
    }

    fn poll(&mut self, n: usize, waker: usize) {
        let expected = self.expect(n);
        let waiter = &mut self.waiters[n];
        waiter.waker = waker;
        let used = Waker::from(Arc::clone(&waiter.wakes[waker]));
        let polled = waiter.future.as_mut().poll(&mut Context::from_waker(&used));
        let got = match polled {
            Poll::Pending => None,
            Poll::Ready(Got::Lock(guard)) => {
                self.guards.push(guard);
                Some(true)
            }
            Poll::Ready(Got::Other) => Some(false),
        };
        assert_eq!(got, expected, "poll of {} in {:?}", waiter.id, waiter.state);
        match got {
            // What came of dropping the rest of it is as if it had gone at once.
            Some(_) => drop(self.waiters.remove(n)),
            None => waiter.state = State::Waiting,
        }
    }

    fn drop_waiter(&mut self, n: usize) {
        let waiter = self.waiters.remove(n);
        match waiter.state {
            State::Fresh => {}
            State::Waiting => self.spec.leave(waiter.id, waiter.kind),
            State::Has(Verdict::Handed) => self.spec.release(waiter.kind),
            State::Has(Verdict::Called) => self.spec.refuse(waiter.id),
            State::Elsewhere => self.spec.left_elsewhere(waiter.kind),
        }
    }

    fn decide(&mut self, n: usize) {
        let waiter = &mut self.waiters[n];
        if let (State::Waiting, Some(tx)) = (waiter.state, &waiter.tx) {
            tx.try_send(()).unwrap();
            self.spec.forget(waiter.id);
            waiter.expect_wake();
            waiter.state = State::Elsewhere;
        }
    }

    fn release(&mut self, n: usize) {
        let mut guard = self.guards.remove(n);
        assert_eq!(guard.value(), self.written);
        self.written += guard.add();
        self.spec.release(guard.kind());
        drop(guard);
    }

    fn downgrade(&mut self, n: usize) {
        let guard = self.guards.remove(n);
        if guard.can_downgrade() {
            self.spec.downgrade();
        }
        self.guards.push(guard.downgrade());
    }

    /// Both agree.
    fn check(&mut self) {
        for (id, verdict) in self.spec.take_verdicts() {
            let waiter = self.waiters.iter_mut().find(|waiter| waiter.id == id).unwrap();
            waiter.expect_wake();
            waiter.state = State::Has(verdict);
        }
        for waiter in &self.waiters {
            let woken = waiter.wakes.each_ref().map(|wakes| wakes.count());
            assert_eq!(woken, waiter.expected, "wakes of {} in {:?}", waiter.id, waiter.state);
        }
        assert_eq!(self.real.holders(), self.spec.holders());
        let handed = |kind| {
            let has = |w: &&Waiter<'_>| w.state == State::Has(Verdict::Handed) && w.kind == kind;
            let held = self.guards.iter().filter(|guard| guard.kind() == kind).count();
            held + self.waiters.iter().filter(has).count()
        };
        assert_eq!((handed(Kind::Read), handed(Kind::Write) == 1), self.spec.holders());
        // Those that were decided elsewhere may have been met since, or not.
        let gone = self.waiters.iter().filter(|waiter| waiter.state == State::Elsewhere).count();
        let (least, seen) = (self.spec.waiters(), self.real.waiters());
        assert!((least..=least + gone).contains(&seen), "{seen} wait, expected {least}");
    }

    /// Whatever happened before, each who waits is served when the others leave.
    fn finish(mut self) {
        while !self.waiters.is_empty() || !self.guards.is_empty() {
            let mut n = 0;
            while n < self.waiters.len() {
                let waiter = &self.waiters[n];
                let count = self.waiters.len();
                if waiter.state != State::Waiting {
                    let waker = waiter.waker;
                    self.poll(n, waker);
                    self.check();
                }
                n += usize::from(self.waiters.len() == count);
            }
            assert!(!self.guards.is_empty() || self.waiters.is_empty(), "nobody gets on");
            if !self.guards.is_empty() {
                self.release(0);
                self.check();
            }
        }
        assert_eq!((self.real.holders(), self.real.waiters()), ((0, false), 0));
        assert!(self.real.try_lock(Kind::Write).is_some());
    }
}

fn run<R: Real, S: Spec>(real: &R, spec: S, ops: Vec<Op>) {
    let mut world = World::new(real, spec);
    for op in ops {
        world.apply(op);
    }
    world.finish();
}

proptest! {
    #![proptest_config(config(CASES, "proptest-regressions/rw_lock.txt"))]

    #[test]
    fn rw_lock(ops in prop::collection::vec(op(), 1..80)) {
        run(&RwLock::new(0), RwLockSpec::default(), ops);
    }
}

proptest! {
    #![proptest_config(config(CASES, "proptest-regressions/mutex.txt"))]

    #[test]
    fn mutex(ops in prop::collection::vec(op(), 1..80)) {
        run(&Mutex::new(0), MutexSpec::default(), ops);
    }
}

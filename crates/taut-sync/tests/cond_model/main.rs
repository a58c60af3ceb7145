//! A condition variable and its mutex against an oracle: one thread, futures polled by hand and dropped
//! at any point, alone and as arms of selects, woken through counted wakers. What fails is kept in
//! `proptest-regressions/`.
//!
//! `PROPTEST_CASES` sets the number of runs.

#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "../../../taut-chan/tests/model/config.rs"]
mod config;
// The oracle of the mutex is that of its own model.
#[allow(dead_code, reason = "the other lock that it is about is not used here")]
#[path = "../rw_lock_model/spec.rs"]
mod lock;
mod real;
mod spec;
#[path = "../../../taut-chan/tests/support/mod.rs"]
mod support;

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use proptest::prelude::*;
use taut::chan::{self, Sender};

use self::config::config;
use self::lock::Id;
use self::real::{Doing, Got, Guard, Real};
use self::spec::{Spec, What};
use self::support::Wakes;

/// Enough to find what was ever found here, in a second or two.
const CASES: u32 = 512;

/// What is guarded is smaller.
const NUMBERS: u32 = 4;

/// One step of the world. Numbers of parties are modulo how many there are.
#[derive(Clone, Debug)]
enum Op {
    /// Begins to lock, or to wait, for which it needs the lock: the one that is held, or else a free one.
    Start {
        what: What,
        is_select: bool,
        is_polled: bool,
    },
    /// Polls one, woken or not, with one of two wakers.
    Poll(usize, usize),
    /// Polls one that was woken, as a runtime does.
    Answer(usize),
    Drop(usize),
    /// Decides a select for its other arm.
    Decide(usize),
    NotifyOne,
    NotifyAll,
    TryLock,
    /// Changes what is guarded, if the lock is held.
    Set(u32),
    Unlock,
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        1 => Just(What::Lock),
        3 => Just(What::Wait),
        2 => (0..NUMBERS).prop_map(What::WaitWhile),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        10 => (what(), prop::bool::weighted(0.3), prop::bool::weighted(0.9))
            .prop_map(|(what, is_select, is_polled)| Op::Start { what, is_select, is_polled }),
        5 => (any::<usize>(), 0..2_usize).prop_map(|(n, waker)| Op::Poll(n, waker)),
        8 => any::<usize>().prop_map(Op::Answer),
        5 => any::<usize>().prop_map(Op::Drop),
        2 => any::<usize>().prop_map(Op::Decide),
        6 => Just(Op::NotifyOne),
        2 => Just(Op::NotifyAll),
        3 => Just(Op::TryLock),
        3 => (0..NUMBERS).prop_map(Op::Set),
        6 => Just(Op::Unlock),
    ]
}

struct Party<'a> {
    id: Id,
    doing: Doing<'a>,
    /// Decides the other arm, if it is a select.
    tx: Option<Sender<()>>,
    is_polled: bool,
    /// The other arm of its select won.
    is_decided: bool,
    wakes: [Arc<Wakes>; 2],
    /// How often each of them was to be woken.
    expected: [usize; 2],
    /// Which of them it was polled with last.
    waker: usize,
    /// It was woken since.
    is_woken: bool,
}

impl Party<'_> {
    fn expect_wake(&mut self) {
        self.expected[self.waker] += 1;
        self.is_woken = true;
    }
}

/// The real thing and its oracle, in step.
struct World<'a> {
    real: &'a Real,
    spec: Spec,
    parties: Vec<Party<'a>>,
    guard: Option<Guard<'a>>,
    next_id: Id,
}

impl<'a> World<'a> {
    fn new(real: &'a Real) -> Self {
        Self { real, spec: Spec::default(), parties: Vec::new(), guard: None, next_id: 0 }
    }

    fn apply(&mut self, op: Op) {
        let party = |n: usize| n.checked_rem(self.parties.len());
        match op {
            Op::Start { what, is_select, is_polled } => self.start(what, is_select, is_polled),
            Op::Poll(n, waker) => party(n).into_iter().for_each(|n| self.poll(n, waker)),
            Op::Answer(n) => self.answer(n),
            Op::Drop(n) => party(n).into_iter().for_each(|n| self.drop(n)),
            Op::Decide(n) => party(n).into_iter().for_each(|n| self.decide(n)),
            Op::NotifyOne => assert_eq!(self.real.cond.notify_one(), self.spec.notify_one()),
            Op::NotifyAll => assert_eq!(self.real.cond.notify_all(), self.spec.notify_all()),
            Op::TryLock => self.try_lock(),
            Op::Set(number) => self.set(number),
            Op::Unlock => self.unlock(),
        }
        self.check();
    }

    fn try_lock(&mut self) {
        let taken = self.real.lock.try_lock();
        assert_eq!(taken.is_some(), self.spec.try_lock());
        if taken.is_some() {
            assert!(self.guard.is_none(), "it is held twice");
            self.guard = taken;
        }
    }

    fn set(&mut self, number: u32) {
        if let Some(guard) = &mut self.guard {
            **guard = number;
            self.spec.set(number);
        }
    }

    fn unlock(&mut self) {
        if let Some(guard) = self.guard.take() {
            drop(guard);
            self.spec.unlock();
        }
    }

    fn start(&mut self, what: What, is_select: bool, is_polled: bool) {
        let (mut tx, mut rx) = (None, None);
        let doing = if what == What::Lock {
            self.real.lock()
        } else {
            if self.guard.is_none() {
                self.try_lock();
            }
            let Some(guard) = self.guard.take() else { return };
            if is_select {
                (tx, rx) = Some(chan::bounded(1)).unzip();
            }
            self.real.wait(what, guard, rx)
        };
        self.spec.start(self.next_id, what);
        self.parties.push(Party {
            id: self.next_id,
            doing,
            tx,
            is_polled: false,
            is_decided: false,
            wakes: [Wakes::new(), Wakes::new()],
            expected: [0; 2],
            waker: 0,
            is_woken: false,
        });
        self.next_id += 1;
        if is_polled {
            self.poll(self.parties.len() - 1, 0);
        }
    }

    fn answer(&mut self, n: usize) {
        let woken: Vec<_> = (0..self.parties.len()).filter(|n| self.parties[*n].is_woken).collect();
        if let Some(at) = n.checked_rem(woken.len()) {
            self.poll(woken[at], self.parties[woken[at]].waker);
        }
    }

    fn poll(&mut self, n: usize, waker: usize) {
        let party = &mut self.parties[n];
        let expected = if party.is_decided {
            // What its other arm was at is dropped, wherever it was.
            self.spec.drop(party.id);
            Some(false)
        } else {
            self.spec.poll(party.id).then_some(true)
        };
        (party.waker, party.is_polled, party.is_woken) = (waker, true, false);
        let used = Waker::from(Arc::clone(&party.wakes[waker]));
        let got = match party.doing.as_mut().poll(&mut Context::from_waker(&used)) {
            Poll::Pending => None,
            Poll::Ready(Got::Other) => Some(false),
            Poll::Ready(Got::Lock(guard)) => {
                assert!(self.guard.is_none(), "it is held twice");
                self.guard = Some(guard);
                Some(true)
            }
        };
        assert_eq!(got, expected, "poll of {}", party.id);
        if got.is_some() {
            drop(self.parties.remove(n));
        }
    }

    fn drop(&mut self, n: usize) {
        let party = self.parties.remove(n);
        self.spec.drop(party.id);
    }

    fn decide(&mut self, n: usize) {
        let party = &mut self.parties[n];
        if let (Some(tx), true, false) = (&party.tx, party.is_polled, party.is_decided) {
            tx.try_send(()).unwrap();
            party.is_decided = true;
            party.expect_wake();
        }
    }

    /// Both agree.
    fn check(&mut self) {
        for id in self.spec.take_woken() {
            let party = self.parties.iter_mut().find(|party| party.id == id).unwrap();
            party.expect_wake();
        }
        for party in &self.parties {
            let woken = party.wakes.each_ref().map(|wakes| wakes.count());
            assert_eq!(woken, party.expected, "wakes of {}", party.id);
        }
        assert_eq!(self.real.state(), self.spec.state());
    }

    /// Whatever happened before: if all who wait are notified, each has the lock in the end, and then
    /// it is free.
    fn finish(mut self) {
        for _ in 0..3 * self.parties.len() + 3 {
            self.apply(Op::TryLock);
            self.apply(Op::Set(NUMBERS));
            self.apply(Op::Unlock);
            self.apply(Op::NotifyAll);
            for n in (0..self.parties.len()).rev() {
                self.apply(Op::Poll(n, 0));
                self.apply(Op::Unlock);
            }
        }
        assert!(self.parties.is_empty(), "somebody does not get on");
        assert_eq!(self.real.state(), (0, 0, false));
        assert!(self.real.lock.try_lock().is_some());
    }
}

proptest! {
    #![proptest_config(config(CASES, "proptest-regressions/cond.txt"))]

    #[test]
    fn cond(ops in prop::collection::vec(op(), 1..100)) {
        let real = Real::default();
        let mut world = World::new(&real);
        for op in ops {
            world.apply(op);
        }
        world.finish();
    }
}

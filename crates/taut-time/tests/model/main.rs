//! A timer and a ticker against oracles that count milliseconds: one thread, futures polled by hand and
//! dropped at any point, on a clock that the test moves. What fails is kept in `proptest-regressions/`.
//!
//! `PROPTEST_CASES` sets the number of runs for each of the two.

#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "../../../taut-chan/tests/model/config.rs"]
mod config;
mod real;
mod spec;
#[path = "../../../taut-chan/tests/support/mod.rs"]
mod support;

use std::time::Duration;

use proptest::prelude::*;
use taut::time::{Ticker, Timer};
use tokio::runtime::Builder;
use tokio::time::{Instant, advance};

use self::config::config;
use self::real::Real;
use self::spec::{Spec, Ticks, Timing};
use self::support::{Task, parked, task};

/// Enough to find what was ever found here, in a second or two.
const CASES: u32 = 256;

/// One step of the world. Numbers of waiters are modulo how many there are.
#[derive(Clone, Debug)]
enum Op {
    Advance(u64),
    Stop,
    /// To so many milliseconds; none, to further than time goes.
    Reset(Option<u64>),
    /// To the instant at which it all began, or as many milliseconds later.
    ResetAt(u64),
    Try,
    /// Begins to wait.
    Wait,
    /// Polls one who waits, woken or not.
    Poll(usize),
    /// Polls one who waits if it was woken, as a runtime does.
    Answer(usize),
    Drop(usize),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (0..25_u64).prop_map(Op::Advance),
        1 => (0..300_u64).prop_map(Op::Advance),
        2 => Just(Op::Stop),
        4 => (0..40_u64).prop_map(|millis| Op::Reset(Some(millis))),
        1 => Just(Op::Reset(None)),
        1 => (0..200_u64).prop_map(Op::ResetAt),
        2 => Just(Op::Try),
        5 => Just(Op::Wait),
        2 => any::<usize>().prop_map(Op::Poll),
        8 => any::<usize>().prop_map(Op::Answer),
        2 => any::<usize>().prop_map(Op::Drop),
    ]
}

/// What is tested, what it should do, and those who wait.
struct World<'a, R: Real, S> {
    real: &'a R,
    spec: S,
    start: Instant,
    now: u64,
    waiters: Vec<Task<R::Wait<'a>>>,
}

impl<'a, R: Real, S: Spec> World<'a, R, S> {
    fn new(real: &'a R, spec: S) -> Self {
        Self { real, spec, start: Instant::now(), now: 0, waiters: Vec::new() }
    }

    fn instant(&self, millis: u64) -> Instant {
        self.start + Duration::from_millis(millis)
    }

    /// What is due by now, if anything, taken.
    fn expected(&mut self) -> Option<Instant> {
        self.spec.take(self.now).map(|due| self.instant(due))
    }

    async fn apply(&mut self, op: Op) {
        match op {
            Op::Advance(millis) => {
                advance(Duration::from_millis(millis)).await;
                self.now += millis;
            }
            Op::Stop => assert_eq!(self.real.stop(), self.spec.stop()),
            Op::Reset(millis) => {
                let duration = millis.map_or(Duration::MAX, Duration::from_millis);
                let due = millis.map(|millis| self.now + millis);
                assert_eq!(self.real.reset(duration), self.spec.reset(self.now, due));
            }
            Op::ResetAt(millis) => {
                if let Some(was_active) = self.real.reset_at(self.instant(millis)) {
                    assert_eq!(Some(was_active), self.spec.reset(0, Some(millis)));
                }
            }
            Op::Try => assert_eq!(self.real.try_take(), self.expected()),
            Op::Wait => match self.expected() {
                None => self.waiters.push(parked(self.real.wait())),
                due => assert_eq!(Some(task(self.real.wait()).ready()), due),
            },
            Op::Poll(_) | Op::Answer(_) | Op::Drop(_) if self.waiters.is_empty() => {}
            Op::Poll(n) => {
                let n = n % self.waiters.len();
                match self.expected() {
                    None => self.waiters[n].pending(),
                    due => assert_eq!(Some(self.waiters.swap_remove(n).ready()), due),
                }
            }
            Op::Answer(n) => self.answer(n % self.waiters.len()),
            Op::Drop(n) => drop(self.waiters.swap_remove(n % self.waiters.len())),
        }
        let due = self.spec.due().map(|due| self.instant(due));
        assert!(self.real.deadline().is_none_or(|deadline| deadline == due));
    }

    /// Whoever waits was woken if something is due.
    fn answer(&mut self, n: usize) {
        let due = self.expected();
        assert_eq!(self.waiters[n].answer(), due);
        if due.is_some() {
            drop(self.waiters.swap_remove(n));
        }
    }

    /// Whatever happened before, each who waits gets what is due next.
    async fn finish(mut self) {
        while !self.waiters.is_empty() {
            self.apply(Op::Reset(Some(3))).await;
            self.apply(Op::Advance(3)).await;
            self.answer(0);
        }
    }
}

/// Runs `ops` on a clock of their own.
fn run<R: Real, S: Spec>(make: impl Fn() -> (R, S), ops: Vec<Op>) {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let (real, spec) = make();
        let mut world = World::new(&real, spec);
        for op in ops {
            world.apply(op).await;
        }
        world.finish().await;
    });
}

proptest! {
    #![proptest_config(config(CASES, "proptest-regressions/timer.txt"))]

    #[test]
    fn timer(ops in prop::collection::vec(op(), 1..60), first in 0..30_u64) {
        run(|| (Timer::new(Duration::from_millis(first)), Timing::At(first)), ops);
    }
}

proptest! {
    #![proptest_config(config(CASES, "proptest-regressions/ticker.txt"))]

    #[test]
    fn ticker(ops in prop::collection::vec(op(), 1..60), period in 1..30_u64) {
        run(|| (Ticker::new(Duration::from_millis(period)).unwrap(), Ticks::every(0, period)), ops);
    }
}

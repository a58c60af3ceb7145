//! A group against an oracle that keeps plain lists: one thread, tasks that end when and as they are told, spawns that wait
//! in line and give up, errors, aborts, ends from outside, limits, and waits that are polled once, dropped and made again.
//! After each step all that can be seen is compared, and who was woken. What fails is kept in `proptest-regressions/`.
//!
//! `PROPTEST_CASES` sets the number of runs.

#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "../../../taut-chan/tests/model/config.rs"]
mod config;
#[path = "../it/kit.rs"]
mod kit;
mod spec;
#[path = "../../../taut-chan/tests/support/mod.rs"]
mod support;

use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

use proptest::prelude::*;
use taut::context::{Cancel, Context};
use taut::group::{Completed, OnError, SpawnError, TaskError};
use tokio::runtime::{Builder, Runtime};

use self::config::config;
use self::kit::{CANCELLED, Oops, Starts, Tasks, Teller, Told, told};
use self::spec::{Came, Id, Refusal, Rule, Spec};
use self::support::{Task, task};

/// Enough to find what was ever found here, in a second or two.
const CASES: u32 = 1000;

/// One step of the world. Numbers of tasks and of those in line are modulo how many there are.
#[derive(Clone, Debug)]
enum Op {
    TrySpawn,
    Spawn,
    /// Polls one in line, woken or not.
    Poll(usize),
    /// Polls one in line if it was woken, as a runtime does.
    Answer(usize),
    GiveUp(usize),
    Succeed(usize),
    /// A task fails: with an error of its own, or since a context had ended.
    Fail(usize, bool),
    SetLimit(Option<usize>),
    /// Polls a wait, and drops it.
    Wait,
    WaitAll,
    Next,
    /// The context that the group's derives from ends.
    Cancel,
}

fn op() -> impl Strategy<Value = Op> {
    let which = any::<usize>;
    prop_oneof![
        6 => Just(Op::TrySpawn),
        14 => Just(Op::Spawn),
        4 => which().prop_map(Op::Poll),
        8 => which().prop_map(Op::Answer),
        5 => which().prop_map(Op::GiveUp),
        12 => which().prop_map(Op::Succeed),
        4 => (which(), any::<bool>()).prop_map(|(n, is_real)| Op::Fail(n, is_real)),
        5 => prop::option::weighted(0.8, 0..5_usize).prop_map(Op::SetLimit),
        3 => Just(Op::Wait),
        1 => Just(Op::WaitAll),
        5 => Just(Op::Next),
    ]
}

type Spawns = Pin<Box<dyn Future<Output = Result<(), SpawnError<Told>>>>>;

/// One in line.
struct Waiter {
    id: Id,
    spawns: Task<Spawns>,
}

struct World {
    runtime: Runtime,
    group: Option<Tasks>,
    ctx: Option<Context>,
    parent: Cancel,
    starts: Starts,
    spec: Spec,
    line: Vec<Waiter>,
    /// Those that were to be tasks, by number.
    tellers: Vec<Teller>,
}

impl World {
    fn new(rule: Rule, has_context: bool, limit: Option<usize>) -> Self {
        let (above, parent) = Context::background().with_cancel();
        let (group, ctx) = if has_context {
            let (group, ctx) = Tasks::with_context(&above);
            (group, Some(ctx))
        } else {
            (Tasks::new(), None)
        };
        let group = group.on_error(match rule {
            Rule::Cancel => OnError::Cancel,
            Rule::Abort => OnError::Abort,
            Rule::Continue => OnError::Continue,
        });
        group.set_limit(limit);
        let (starts, mut spec) = (group.spawner(), Spec::new(rule, has_context));
        spec.set_limit(limit);
        let runtime = Builder::new_current_thread().build().unwrap();
        let (line, tellers) = (Vec::new(), Vec::new());
        Self { runtime, group: Some(group), ctx, parent, starts, spec, line, tellers }
    }

    fn group(&mut self) -> &mut Tasks {
        self.group.as_mut().unwrap()
    }

    fn told(&mut self) -> (Id, Told) {
        let (teller, told) = told();
        self.tellers.push(teller);
        (self.tellers.len() - 1, told)
    }

    /// What was answered is what was to be; a future that was refused is given back.
    fn answered(&self, id: Id, got: Result<(), SpawnError<Told>>, expected: Result<(), Refusal>) {
        let refusal = match &got {
            Ok(()) => Ok(()),
            Err(SpawnError::Full(_)) => Err(Refusal::Full),
            Err(SpawnError::Ended(_)) => Err(Refusal::Ended),
            Err(SpawnError::Closed(_)) => Err(Refusal::Closed),
            Err(other) => panic!("{other}"),
        };
        // Of a group that is over both are true: it is closed, and its context has ended.
        let is_over = |refusal| matches!(refusal, Err(Refusal::Ended | Refusal::Closed));
        assert!(refusal == expected || (is_over(refusal) && is_over(expected)), "{refusal:?}");
        assert_eq!((self.tellers[id].is_gone(), self.tellers[id].polls()), (false, 0));
    }

    fn try_spawn(&mut self) {
        let (id, told) = self.told();
        let runtime = self.runtime.handle().clone();
        let _inside = runtime.enter();
        let got = self.group().try_spawn(told);
        let expected = self.spec.try_spawn(id);
        self.answered(id, got, expected);
    }

    fn spawn(&mut self) {
        let (id, told) = self.told();
        let starts = self.starts.clone();
        let mut spawns: Task<Spawns> = task(Box::pin(async move { starts.spawn(told).await }));
        let polled = self.inside(|| spawns.poll());
        match (polled, self.spec.spawn(id)) {
            (Poll::Ready(got), Some(expected)) => self.answered(id, got, expected),
            (Poll::Pending, None) => self.line.push(Waiter { id, spawns }),
            (polled, expected) => panic!("{polled:?}, not {expected:?}"),
        }
    }

    fn inside<R>(&self, program: impl FnOnce() -> R) -> R {
        let _inside = self.runtime.enter();
        program()
    }

    fn poll(&mut self, n: usize, only_if_woken: bool) {
        let runtime = self.runtime.handle().clone();
        let waiter = &mut self.line[n];
        let _inside = runtime.enter();
        let got = if only_if_woken {
            waiter.spawns.answer()
        } else {
            match waiter.spawns.poll() {
                Poll::Ready(got) => Some(got),
                Poll::Pending => None,
            }
        };
        let id = waiter.id;
        match (got, self.spec.ask(id)) {
            (None, None) => {}
            (Some(got), Some(expected)) => {
                drop(self.line.remove(n));
                self.answered(id, got, expected);
            }
            (got, expected) => panic!("{got:?}, not {expected:?}"),
        }
    }

    fn end(&mut self, n: usize, outcome: Result<u32, Oops>) {
        let (id, _) = self.spec.live[n];
        self.tellers[id].end(outcome.clone());
        self.settle();
        self.spec.end(id, outcome);
        assert!(self.tellers[id].is_gone());
    }

    fn wait(&mut self) {
        let got = task(self.group().wait()).poll();
        match (got, self.spec.wait()) {
            (Poll::Pending, None) => {}
            (Poll::Ready(got), Some(expected)) => assert_eq!(got, expected),
            (got, expected) => panic!("{got:?}, not {expected:?}"),
        }
    }

    fn wait_all(&mut self) {
        let got = task(self.group().wait_all()).poll();
        match (got, self.spec.wait_all()) {
            (Poll::Pending, None) => {}
            (Poll::Ready(got), Some(expected)) => {
                let got: Vec<Came> =
                    got.into_iter().map(|came| came.map_err(TaskError::failure)).collect();
                assert_eq!(got, expected);
            }
            (got, expected) => panic!("{got:?}, not {expected:?}"),
        }
    }

    fn next(&mut self) {
        let got = task(self.group().next()).poll();
        match got {
            Poll::Pending => assert!(self.spec.done.is_empty() && !self.spec.live.is_empty()),
            Poll::Ready(None) => assert!(self.spec.done.is_empty() && self.spec.live.is_empty()),
            Poll::Ready(Some(Completed { index, result })) => {
                let came = result.map_err(TaskError::failure);
                assert!(self.spec.take(index, &came), "{index}: {came:?}");
            }
        }
    }

    fn apply(&mut self, op: &Op) {
        let (waiting, living) = (self.line.len(), self.spec.live.len());
        match *op {
            Op::TrySpawn => self.try_spawn(),
            Op::Spawn => self.spawn(),
            Op::Poll(n) if waiting > 0 => self.poll(n % waiting, false),
            Op::Answer(n) if waiting > 0 => self.poll(n % waiting, true),
            Op::GiveUp(n) if waiting > 0 => {
                let waiter = self.line.remove(n % waiting);
                drop(waiter.spawns);
                assert!(self.tellers[waiter.id].is_gone());
                self.spec.give_up(waiter.id);
            }
            Op::Succeed(n) if living > 0 => self.end(n % living, Ok(n as u32)),
            Op::Fail(n, true) if living > 0 => self.end(n % living, Err(Oops::Real(n as u32))),
            Op::Fail(n, false) if living > 0 => self.end(n % living, Err(CANCELLED)),
            Op::SetLimit(limit) => {
                self.group().set_limit(limit);
                self.spec.set_limit(limit);
            }
            Op::Wait => self.wait(),
            Op::WaitAll => self.wait_all(),
            Op::Next => self.next(),
            Op::Cancel => {
                self.parent.cancel();
                self.spec.cancel();
            }
            _ => {}
        }
        self.settle();
        self.compare();
    }

    fn settle(&self) {
        self.runtime.block_on(async {
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
        });
    }

    /// All that can be seen is as it should be, and exactly those were woken who have something to hear.
    fn compare(&self) {
        let (group, spec) = (self.group.as_ref().unwrap(), &self.spec);
        assert_eq!((group.len(), group.capacity()), (spec.live.len(), spec.limit));
        assert_eq!(self.runtime.metrics().num_alive_tasks(), spec.live.len());
        assert_eq!(self.ctx.as_ref().map(Context::is_done), spec.ctx_is_done);
        let cause = self.ctx.as_ref().and_then(Context::cause);
        let cause = cause.and_then(|cause| cause.downcast_ref::<Oops>().cloned());
        assert_eq!(cause, spec.cause);
        for waiter in &self.line {
            let is_told = spec.has_ended() || spec.answered.iter().any(|(id, _)| *id == waiter.id);
            assert_eq!(waiter.spawns.wakes() > 0, is_told, "{}", waiter.id);
        }
        let is_held = |id: Id| {
            spec.live.iter().any(|(other, _)| *other == id)
                || self.line.iter().any(|waiter| waiter.id == id)
        };
        for (id, teller) in self.tellers.iter().enumerate() {
            assert_eq!(teller.is_gone(), !is_held(id), "{id}");
        }
    }

    /// Whatever happened before: all can be served and waited for, and nothing is left then.
    fn finish(mut self) {
        self.apply(&Op::SetLimit(None));
        while let Some(waiter) = self.line.first() {
            assert!(waiter.spawns.wakes() > 0);
            self.apply(&Op::Answer(0));
        }
        while !self.spec.live.is_empty() {
            self.apply(&Op::Succeed(0));
        }
        self.apply(&Op::Wait);
        let _inside = self.runtime.enter();
        let (teller, last) = told();
        let is_started = self.starts.try_spawn(last).is_ok();
        assert_eq!(is_started, self.ctx.is_none());
        drop(self.group.take());
        assert!(teller.is_gone());
    }
}

fn rule() -> impl Strategy<Value = Rule> {
    prop_oneof![Just(Rule::Cancel), Just(Rule::Abort), Just(Rule::Continue)]
}

proptest! {
    #![proptest_config(config(CASES, "proptest-regressions/group.txt"))]

    #[test]
    fn group(
        rule in rule(),
        has_context in any::<bool>(),
        limit in prop::option::weighted(0.8, 0..4_usize),
        ops in prop::collection::vec(op(), 1..70),
        cancelled_at in prop::option::weighted(0.2, 0..70_usize),
    ) {
        let mut world = World::new(rule, has_context, limit);
        for (at, op) in ops.iter().enumerate() {
            if cancelled_at == Some(at) {
                world.apply(&Op::Cancel);
            }
            world.apply(op);
        }
        world.finish();
    }
}

//! What the models under shuttle share: how they are run, and the choices they make.
//!
//! A model is run `TAUT_SHUTTLE_ITERATIONS` times (100 unless set), each time with another schedule and
//! other choices. To have a failure again, and nothing but the failure, run the one test with the
//! schedule that it printed in `TAUT_SHUTTLE_SCHEDULE`. If it crashed and printed none, run the one test
//! with the seed from its first line in `SHUTTLE_RANDOM_SEED`: that gives the whole run again.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of it")]

use std::env;
use std::fmt::Debug;
use std::future::{Future, poll_fn};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write as _};
use std::pin::{Pin, pin};
use std::str::FromStr;
use std::task::Poll;
use std::thread;

use shuttle::rand::{Rng as _, RngCore as _, thread_rng};
use shuttle::scheduler::{PctScheduler, RandomScheduler, ReplayScheduler, Scheduler};
use shuttle::{Config, MaxSteps, Runner};

/// In how many places the schedule of [`pct`] departs from one that runs the most urgent task.
const PCT_DEPTH: usize = 4;

/// Any task may go next at any step.
pub fn random(model: impl Fn() + Send + Sync + 'static) {
    explore(RandomScheduler::new_from_seed, model);
}

/// Tasks have priorities, which change a few times: what one does is seldom interrupted, and others may
/// not get to run for long.
pub fn pct(model: impl Fn() + Send + Sync + 'static) {
    explore(|seed, iterations| PctScheduler::new_from_seed(seed, PCT_DEPTH, iterations), model);
}

fn explore<S: Scheduler + 'static>(
    scheduler: impl FnOnce(u64, usize) -> S,
    model: impl Fn() + Send + Sync + 'static,
) {
    if let Ok(schedule) = env::var("TAUT_SHUTTLE_SCHEDULE") {
        run(ReplayScheduler::new_from_encoded(schedule.trim()), model);
        return;
    }
    let seed = number("SHUTTLE_RANDOM_SEED").unwrap_or_else(|| RandomState::new().hash_one(0));
    let iterations = number("TAUT_SHUTTLE_ITERATIONS").unwrap_or(100);
    // Past the capture of output, which a crash would take with it.
    let test = thread::current();
    let test = test.name().unwrap_or_default();
    let mut shown = io::stderr();
    writeln!(shown, "{test}: SHUTTLE_RANDOM_SEED={seed}").unwrap();
    run(scheduler(seed, iterations), model);
}

fn number<N: FromStr<Err: Debug>>(key: &str) -> Option<N> {
    let text = env::var(key).ok()?;
    Some(text.parse().unwrap_or_else(|error| panic!("{key}={text}: {error:?}")))
}

fn run(scheduler: impl Scheduler + 'static, model: impl Fn() + Send + Sync + 'static) {
    let mut config = Config::new();
    // A panic is formatted on the stack of its task.
    config.stack_size = 1 << 18;
    config.max_steps = MaxSteps::FailAfter(200_000);
    // That it takes every ordering for the strongest is known: weak memory is for loom.
    config.silence_warnings = true;
    Runner::new(scheduler, config).run(model);
}

/// A number below `bound`, part of the schedule like all choices.
pub fn below(bound: usize) -> usize {
    thread_rng().gen_range(0..bound)
}

/// Any number, for a generator of the model's own.
pub fn seed() -> u64 {
    thread_rng().next_u64()
}

pub fn coin() -> bool {
    thread_rng().gen_bool(0.5)
}

/// Polls once: the output, if it was ready.
pub async fn once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    poll_fn(|cx| match Pin::new(&mut *future).poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// Polls again and again, without being asked to, and drops at any time: the output, if there was one.
pub async fn impatient<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if coin() => Poll::Ready(None),
        Poll::Pending => {
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await
}

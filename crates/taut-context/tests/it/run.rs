//! `run` and `sleep`: the context is looked at first, at every poll, and what it ends is gone at once.

use std::cell::Cell;
use std::future::{Future, pending, poll_fn, ready};
use std::task::Poll;
use std::time::Duration;

use taut::chan;
use taut::context::{Context, ContextError, TryRunError};
use taut::select;
use tokio::time::{Instant, advance};

use crate::support::{Census, now, parked, task};

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

const CANCELLED: Result<u8, ContextError> = Err(ContextError::Cancelled);

/// Counts its polls, and is ready once `is_ready` says so.
fn counting<'a>(polls: &'a Cell<u32>, is_ready: &'a Cell<bool>) -> impl Future<Output = u8> + 'a {
    poll_fn(|_| {
        polls.set(polls.get() + 1);
        if is_ready.get() { Poll::Ready(7) } else { Poll::Pending }
    })
}

#[test]
fn it_gives_what_the_future_gives() {
    let (ctx, _cancel) = Context::background().with_cancel();
    assert_eq!(now(ctx.run(ready(7_u8))), Ok(7));
    assert_eq!(now(Context::background().run(ready("x"))), Ok("x"));
    let (tx, rx) = chan::rendezvous();
    let mut waits = parked(ctx.run(rx.recv()));
    tx.try_send(1).unwrap();
    assert_eq!((waits.wakes(), waits.ready()), (1, Ok(Ok(1))));
}

#[test]
fn an_ended_context_polls_nothing() {
    let (ctx, cancel) = Context::background().with_cancel();
    let (polls, is_ready) = (Cell::new(0), Cell::new(true));
    assert!(cancel.cancel());
    assert_eq!(now(ctx.run(counting(&polls, &is_ready))), CANCELLED);
    let mut late = task(ctx.run(counting(&polls, &is_ready)));
    assert_eq!((late.ready(), polls.get()), (CANCELLED, 0));
}

#[test]
fn the_context_comes_first_when_both_are_ready() {
    let (ctx, cancel) = Context::background().with_cancel();
    let (polls, is_ready) = (Cell::new(0), Cell::new(false));
    let mut run = parked(ctx.run(counting(&polls, &is_ready)));
    run.pending();
    assert_eq!(polls.get(), 2, "once at each poll");
    is_ready.set(true);
    assert!(cancel.cancel());
    assert_eq!((run.wakes(), run.ready(), polls.get()), (1, CANCELLED, 2));
}

#[test]
fn what_ends_it_drops_the_future_at_once() {
    // Goal: while the `Run` that held it still exists.
    let census = Census::default();
    let (ctx, cancel) = Context::background().with_cancel();
    let held = census.value(1);
    let mut run = parked(ctx.run(async move {
        let _held = held;
        pending::<u8>().await
    }));
    assert!(cancel.cancel());
    assert_eq!(census.alive(), 1, "nobody has polled it");
    assert_eq!((run.ready(), census.alive()), (CANCELLED, 0));
    drop(run);

    let held = census.value(2);
    let mut unpolled = task(ctx.run(async move { drop(held) }));
    assert!(unpolled.ready().is_err());
    assert_eq!(census.alive(), 0);
}

#[test]
fn dropped_it_drops_the_future_and_leaves() {
    let census = Census::default();
    let (ctx, cancel) = Context::background().with_cancel();
    let held = census.value(1);
    let run = parked(ctx.run(async move {
        let _held = held;
        pending::<()>().await
    }));
    drop(run);
    assert_eq!(census.alive(), 0);
    assert!(cancel.cancel());
}

#[test]
fn an_output_that_came_in_time_is_not_lost() {
    // Goal: the future finds itself done at a poll at which the context lived; the end comes after.
    let (ctx, cancel) = Context::background().with_cancel();
    let mut run = task(ctx.run(async {
        cancel.cancel();
        7_u8
    }));
    assert_eq!(run.ready(), Ok(7));
    assert!(ctx.is_done());
}

#[test]
fn cancelled_from_inside_it_ends_in_the_same_poll() {
    let (ctx, cancel) = Context::background().with_cancel();
    let mut run = task(ctx.run(async {
        cancel.cancel();
        pending::<u8>().await
    }));
    assert_eq!((run.ready(), run.wakes()), (CANCELLED, 0));
}

#[test]
fn runs_nest() {
    let (outer, outer_cancel) = Context::background().with_cancel();
    let (inner, inner_cancel) = outer.with_cancel();
    let mut run = parked(outer.run(inner.run(pending::<u8>())));
    assert!(inner_cancel.cancel());
    assert_eq!(run.ready(), Ok(CANCELLED));
    let endless = inner.without_cancel();
    let mut run = parked(outer.run(endless.run(pending::<u8>())));
    assert!(outer_cancel.cancel());
    assert_eq!(run.ready(), Err(ContextError::Cancelled));
}

#[test]
fn it_is_an_arm() {
    let (ctx, cancel) = Context::background().with_cancel();
    let (tx, rx) = chan::rendezvous::<u8>();
    let mut waits = parked(async {
        select::select! {
            ran = ctx.run(pending::<u8>()) => ran,
            got = rx.recv() => Ok(got.unwrap()),
        }
    });
    assert!(cancel.cancel());
    assert_eq!((waits.wakes(), waits.ready()), (1, CANCELLED));
    assert!(tx.try_send(1).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_it() {
    let start = Instant::now();
    let (ctx, _cancel) = Context::background().with_timeout(ms(50));
    assert_eq!(ctx.run(pending::<u8>()).await, Err(ContextError::DeadlineExceeded));
    assert_eq!(start.elapsed(), ms(50));
    assert_eq!(ctx.run(ready(1)).await, Err(ContextError::DeadlineExceeded));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_has_passed_comes_before_an_output() {
    let (ctx, _cancel) = Context::background().with_timeout(ms(50));
    let (polls, is_ready) = (Cell::new(0), Cell::new(true));
    advance(ms(50)).await;
    let ran = ctx.run(counting(&polls, &is_ready)).await;
    assert_eq!((ran, polls.get()), (Err(ContextError::DeadlineExceeded), 0));
}

#[tokio::test(start_paused = true)]
async fn sleep_sleeps() {
    let start = Instant::now();
    let (ctx, _cancel) = Context::background().with_timeout(ms(500));
    assert_eq!(ctx.sleep(ms(50)).await, Ok(()));
    assert_eq!(Context::background().sleep(ms(50)).await, Ok(()));
    assert_eq!(start.elapsed(), ms(100));
    assert_eq!(ctx.sleep(Duration::ZERO).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn sleep_ends_with_the_context() {
    let start = Instant::now();
    let (ctx, cancel) = Context::background().with_cancel();
    let (timed, _timed_cancel) = ctx.with_timeout(ms(50));
    assert_eq!(timed.sleep(ms(500)).await, Err(ContextError::DeadlineExceeded));
    assert_eq!(start.elapsed(), ms(50));
    for long in [ms(500), Duration::MAX] {
        let mut sleeps = parked(ctx.sleep(long));
        sleeps.pending();
    }
    let mut sleeps = [parked(ctx.sleep(ms(500))), parked(ctx.sleep(Duration::MAX))];
    assert!(cancel.cancel());
    assert!(sleeps.iter_mut().all(|task| task.ready() == Err(ContextError::Cancelled)));
    assert_eq!(ctx.sleep(Duration::ZERO).await, Err(ContextError::Cancelled));
    assert_eq!(start.elapsed(), ms(50));
}

#[tokio::test(start_paused = true)]
async fn sleep_as_long_as_the_deadline_ends_by_it() {
    let (ctx, _cancel) = Context::background().with_timeout(ms(50));
    assert_eq!(ctx.sleep(ms(50)).await, Err(ContextError::DeadlineExceeded));
}

#[test]
fn try_run_gives_one_result() {
    // Goal: what the future gives, what it failed with, or how the context ended, and that comes first.
    let (ctx, cancel) = Context::background().with_cancel();
    assert_eq!(now(ctx.try_run(async { Ok::<_, &str>(7) })), Ok(7));
    assert_eq!(now(ctx.try_run(async { Err::<u8, _>("bad") })), Err(TryRunError::Failed("bad")));
    cancel.cancel();
    let late = now(ctx.try_run(async { Ok::<_, &str>(7) }));
    assert_eq!(late, Err(TryRunError::Ended(ContextError::Cancelled)));
}

#[test]
fn an_error_of_try_run_shows_what_it_holds() {
    let parse = "seven".parse::<u8>().unwrap_err();
    let failed = TryRunError::Failed(parse.clone());
    assert_eq!(failed.to_string(), parse.to_string());
    assert_eq!((failed.ended(), failed.failed()), (None, Some(parse)));
    let ended = TryRunError::<std::num::ParseIntError>::Ended(ContextError::DeadlineExceeded);
    assert_eq!(ended.to_string(), ContextError::DeadlineExceeded.to_string());
    assert_eq!((ended.ended(), ended.failed()), (Some(ContextError::DeadlineExceeded), None));
}

#[test]
fn of_two_ways_to_end_in_one_function_both_go_by_the_question_mark() {
    // Goal: `try_run`, `check` and `sleep` fit into one function, whatever its own error is.
    async fn fetch(ctx: &Context) -> Result<u8, TryRunError<&'static str>> {
        let part = ctx.try_run(async { Ok(7) }).await?;
        ctx.check()?;
        Ok(part)
    }
    let (ctx, cancel) = Context::background().with_cancel();
    assert_eq!(now(fetch(&ctx)), Ok(7));
    cancel.cancel();
    assert_eq!(now(fetch(&ctx)), Err(TryRunError::Ended(ContextError::Cancelled)));
    let checked: Result<(), TryRunError<()>> = (|| Ok(ctx.check()?))();
    assert_eq!(checked, Err(TryRunError::Ended(ContextError::Cancelled)));
}

//! Deadlines that are waited for: one timer for all who wait, none before, none left.

use std::future::ready;
use std::time::Duration;

use taut::context::{Context, ContextError};
use taut::select;
use tokio::time::{Instant, advance};

use crate::support::{Census, LATE, ROUNDS, SOME, Seen, Why, now, parked, seen, task};

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_awaited_to_the_point() {
    let start = Instant::now();
    let (ctx, _cancel) = Context::background().with_timeout(ms(50));
    assert_eq!(ctx.done().await, ContextError::DeadlineExceeded);
    assert_eq!(start.elapsed(), ms(50));
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_woken_once_by_the_deadline() {
    let (ctx, _cancel) = Context::background().with_timeout(ms(50));
    let (mut one, mut two) = (parked(ctx.done()), parked(ctx.done()));
    advance(ms(49)).await;
    assert_eq!((one.wakes(), two.wakes()), (0, 0));
    one.pending();
    advance(ms(1)).await;
    assert_eq!((one.wakes(), two.wakes()), (1, 1));
    assert_eq!(
        (one.ready(), two.ready()),
        (ContextError::DeadlineExceeded, ContextError::DeadlineExceeded)
    );
    advance(ms(100)).await;
    assert_eq!((one.wakes(), two.wakes()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_thousand_below_one_deadline_are_woken_together() {
    let (ctx, _cancel) = Context::background().with_timeout(ms(50));
    let children: Vec<_> = (0..10).map(|_| ctx.with_cancel()).collect();
    let below: Vec<_> = (0..SOME as usize).map(|n| children[n % 10].0.with_cancel()).collect();
    let mut waits: Vec<_> = below.iter().map(|(ctx, _)| parked(ctx.done())).collect();
    advance(ms(50)).await;
    assert!(waits.iter().all(|task| task.wakes() == 1));
    assert!(waits.iter_mut().all(|task| task.ready() == ContextError::DeadlineExceeded));
}

#[tokio::test(start_paused = true)]
async fn a_look_wakes_those_who_wait_before_the_timer_does() {
    // Goal: the clock has moved and the timers have not run: one look ends it for all, once.
    let (ctx, _cancel) = Context::background().with_timeout(ms(50));
    let (child, _child_cancel) = ctx.with_cancel();
    let mut waits = parked(child.done());
    let mut moving = Box::pin(advance(ms(50)));
    // The first poll moves the clock and gives way, so that timers run afterwards.
    let mut turn = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(Future::poll(moving.as_mut(), &mut turn).is_pending());
    assert_eq!(waits.wakes(), 0);
    assert_eq!((seen(&ctx), waits.wakes()), (LATE, 1));
    assert_eq!(waits.ready(), ContextError::DeadlineExceeded);
    moving.await;
    assert_eq!(waits.wakes(), 1, "the timer finds nothing left to do");
}

#[test]
fn derived_outside_a_runtime_and_waited_for_inside() {
    let census = Census::default();
    let (ctx, _cancel) = Context::background().with_value(census.value(1)).with_timeout(ms(1));
    let (below, _below_cancel) = ctx.with_timeout(Duration::from_secs(3600));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    assert_eq!(runtime.block_on(below.done()), ContextError::DeadlineExceeded);
    assert_eq!(seen(&ctx), LATE);
}

#[tokio::test(start_paused = true)]
async fn cx_23_an_armed_deadline_goes_with_the_last_handle() {
    // Goal: nothing of the timer's keeps the context while the runtime lives on.
    let census = Census::default();
    let valued = Context::background().with_value(census.value(1));
    let (ctx, cancel) = valued.with_timeout(Duration::from_secs(3600));
    let (child, child_cancel) = ctx.with_cancel();
    let mut waits = parked(child.done());
    advance(ms(1)).await;
    waits.pending();
    drop(waits);
    cancel.detach();
    child_cancel.detach();
    drop((valued, ctx));
    assert_eq!(census.alive(), 1);
    drop(child);
    assert_eq!(census.alive(), 0);
    advance(Duration::from_secs(7200)).await;
}

#[tokio::test(start_paused = true)]
async fn cx_23_a_cancel_disarms() {
    let census = Census::default();
    let valued = Context::background().with_value(census.value(1));
    let (ctx, cancel) = valued.with_timeout(ms(50));
    let mut waits = parked(ctx.done());
    assert!(cancel.cancel());
    assert_eq!((waits.wakes(), waits.ready()), (1, ContextError::Cancelled));
    advance(ms(100)).await;
    assert_eq!(waits.wakes(), 1);
    drop(waits);
    drop((valued, ctx, cancel));
    assert_eq!(census.alive(), 0);
}

#[tokio::test(start_paused = true)]
async fn who_stops_waiting_leaves_the_timer_to_the_others() {
    let (ctx, _cancel) = Context::background().with_timeout(ms(50));
    let one = parked(ctx.done());
    let two = parked(ctx.done());
    drop(one);
    advance(ms(50)).await;
    assert_eq!(two.wakes(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_waits_again_is_served_again() {
    // Goal: the one who armed it went; who comes later is still woken.
    let (ctx, _cancel) = Context::background().with_timeout(ms(50));
    drop(parked(ctx.done()));
    advance(ms(20)).await;
    let (child, _child_cancel) = ctx.with_cancel();
    let waits = parked(child.done());
    advance(ms(30)).await;
    assert_eq!(waits.wakes(), 1);
}

#[tokio::test(start_paused = true)]
async fn each_deadline_has_its_own_time() {
    let contexts: Vec<_> =
        (1..=20).map(|n| Context::background().with_timeout(ms(10 * n))).collect();
    let waits: Vec<_> = contexts.iter().rev().map(|(ctx, _)| parked(ctx.done())).collect();
    for passed in 1..=20 {
        advance(ms(10)).await;
        let woken = waits.iter().filter(|task| task.wakes() == 1).count();
        assert_eq!(woken, passed);
    }
}

#[tokio::test(start_paused = true)]
async fn cx_33_a_callback_arms_the_deadline() {
    let (send, got) = std::sync::mpsc::channel();
    let (ctx, _cancel) = Context::background().with_timeout(ms(50));
    let (child, _child_cancel) = ctx.with_cancel();
    let _registered = child.after_func(move || send.send(Instant::now()).unwrap());
    let due = Instant::now() + ms(50);
    advance(ms(49)).await;
    assert!(got.try_recv().is_err());
    advance(ms(1)).await;
    assert_eq!(got.try_recv(), Ok(due));
}

/// A runtime whose clock stands still.
fn paused() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().unwrap()
}

#[test]
fn cx_04_a_deadline_that_has_passed_counts_though_nobody_serves_its_timer() {
    // Goal: whoever waits looks at the clock too. The timer is in a runtime that stands still.
    let hour = Duration::from_secs(3600);
    for look in 0..4 {
        let (idle, other) = (paused(), paused());
        let (ctx, _cancel) = idle.block_on(async { Context::background().with_timeout(hour) });
        let mut waits = task(ctx.done());
        idle.block_on(async { waits.pending() });
        other.block_on(async {
            advance(2 * hour).await;
            let error = match look {
                0 => waits.ready(),
                1 => now(ctx.done()),
                2 => select::select! { biased; error = ctx.done() => error, _ = ready(()) => panic!("second") },
                _ => select::select! { error = ctx.done() => error, default => panic!("nothing was ready") },
            };
            assert_eq!(error, ContextError::DeadlineExceeded, "{look}");
        });
    }
}

#[test]
fn a_deadline_armed_in_a_runtime_that_is_gone_is_armed_anew() {
    // Goal: who waits in the second runtime is not forgotten with the first.
    let first = paused();
    let (ctx, _cancel) =
        first.block_on(async { Context::background().with_timeout(Duration::from_secs(3600)) });
    let mut waits = task(ctx.done());
    first.block_on(async { assert!(waits.poll().is_pending()) });
    drop(first);
    let second = paused();
    let waited = second.block_on(async {
        let limit = Duration::from_secs(3 * 3600);
        tokio::time::timeout(limit, ctx.done()).await
    });
    assert_eq!(waited, Ok(ContextError::DeadlineExceeded));
    assert!(waits.poll().is_ready());
}

#[test]
fn a_runtime_that_goes_leaves_the_context_usable() {
    let census = Census::default();
    let (ctx, cancel) =
        Context::background().with_value(census.value(1)).with_timeout(Duration::from_secs(3600));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let mut waits = task(ctx.done());
    runtime.block_on(async { assert!(waits.poll().is_pending()) });
    drop(runtime);
    assert!(!ctx.is_done());
    assert!(cancel.cancel());
    assert_eq!(waits.wakes(), 1);
    assert_eq!(waits.ready(), ContextError::Cancelled);
    drop(waits);
    drop((ctx, cancel));
    assert_eq!(census.alive(), 0);
}

#[test]
fn waited_for_by_many_threads_of_a_runtime() {
    // Goal: the timer fires on one worker while others start to wait.
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(4).enable_time().build().unwrap();
    runtime.block_on(async {
        for _ in 0..ROUNDS / 20 + 1 {
            let (ctx, _cancel) = Context::background().with_timeout(ms(2));
            let tasks: Vec<_> = (0..SOME / 20 + 2)
                .map(|_| {
                    let ctx = ctx.clone();
                    tokio::spawn(async move {
                        let (child, _cancel) = ctx.with_cancel();
                        child.done().await
                    })
                })
                .collect();
            for task in tasks {
                assert_eq!(task.await.unwrap(), ContextError::DeadlineExceeded);
            }
        }
    });
}

#[test]
fn cx_22_a_cancel_and_a_timer_at_once() {
    // Goal: whoever is first to notice that the deadline has passed, a cancel after it comes late. The
    // timer fires on one thread while the other, which has waited for the same instant, cancels.
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_time().build().unwrap();
    for _ in 0..ROUNDS / 20 + 1 {
        let (ctx, cancel) = Context::background().with_timeout_cause(ms(2), Why(1));
        let (child, _child_cancel) = ctx.with_cancel();
        let due = ctx.deadline().unwrap();
        let waits = runtime.spawn(async move { (child.done().await, child) });
        while Instant::now() < due {
            std::thread::yield_now();
        }
        assert!(!cancel.cancel_with(Why(2)));
        let (error, child) = runtime.block_on(waits).unwrap();
        assert_eq!(error, ContextError::DeadlineExceeded);
        assert_eq!([seen(&ctx), seen(&child)], [Seen::Late(Some(1)); 2]);
    }
}

//! Deadlines, seen by the clock alone: nobody waits, and nothing is armed.

use std::time::Duration;

use taut::context::{Context, ContextError};
use tokio::time::{Instant, advance};

use crate::support::{CANCELLED, LATE, Seen, Why, now, seen, task};

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[tokio::test(start_paused = true)]
async fn cx_24_a_timeout_is_a_deadline_from_now() {
    let start = Instant::now();
    let (ctx, _cancel) = Context::background().with_timeout(ms(50));
    assert_eq!((ctx.deadline(), ctx.remaining()), (Some(start + ms(50)), Some(ms(50))));
    let (same, _cancel) = Context::background().with_deadline(start + ms(50));
    assert_eq!(same.deadline(), ctx.deadline());
    advance(ms(20)).await;
    assert_eq!((ctx.deadline(), ctx.remaining()), (Some(start + ms(50)), Some(ms(30))));
    advance(ms(80)).await;
    assert_eq!((ctx.deadline(), ctx.remaining()), (Some(start + ms(50)), Some(ms(0))));
}

#[tokio::test(start_paused = true)]
async fn the_error_is_a_matter_of_the_clock() {
    // Goal: without anybody who waits. Each way to look is the first one on a context of its own.
    let looks: [fn(&Context) -> bool; 5] = [
        |ctx| ctx.err() == Some(ContextError::DeadlineExceeded),
        |ctx| ctx.is_done(),
        |ctx| ctx.check() == Err(ContextError::DeadlineExceeded),
        |ctx| ctx.cause().is_some_and(|cause| cause.is::<ContextError>()),
        |ctx| task(ctx.done()).poll().is_ready(),
    ];
    for look in &looks[..4] {
        let (ctx, _cancel) = Context::background().with_timeout(ms(50));
        advance(ms(49)).await;
        assert!(!look(&ctx));
        advance(ms(1)).await;
        assert!(look(&ctx));
        assert_eq!(seen(&ctx), LATE);
    }
    let (ctx, _cancel) = Context::background().with_timeout(ms(50));
    advance(ms(50)).await;
    assert!(looks[4](&ctx));
}

#[tokio::test(start_paused = true)]
async fn one_look_ends_the_whole_subtree() {
    // Goal: that of the context whose deadline it was, siblings of who looked included.
    let (root, _root_cancel) = Context::background().with_cancel();
    let (owner, _cancel) = root.with_timeout_cause(ms(50), Why(5));
    let (one, cancel_one) = owner.with_cancel();
    let (two, cancel_two) = owner.with_cancel();
    let below = two.with_value(1_u8);
    advance(ms(50)).await;
    assert_eq!(seen(&one), Seen::Late(Some(5)));
    assert!([&owner, &two, &below].iter().all(|ctx| ctx.is_done()));
    assert!(!cancel_one.cancel() && !cancel_two.cancel_with(Why(6)));
    assert_eq!([&owner, &two, &below].map(seen), [Seen::Late(Some(5)); 3]);
    assert_eq!(seen(&root), Seen::Live);
}

#[tokio::test(start_paused = true)]
async fn children_are_done_once_the_parent_has_noticed() {
    let (parent, _cancel) = Context::background().with_timeout(ms(50));
    let children: Vec<_> = (0..100).map(|_| parent.with_cancel()).collect();
    advance(ms(60)).await;
    assert_eq!(parent.err(), Some(ContextError::DeadlineExceeded));
    assert!(children.iter().all(|(ctx, _)| ctx.is_done()));
    assert!(children.iter().all(|(_, cancel)| !cancel.cancel()));
}

#[tokio::test(start_paused = true)]
async fn cx_21_a_deadline_in_the_past_has_passed_when_it_is_made() {
    advance(ms(100)).await;
    let past = Instant::now() - ms(50);
    let (ctx, cancel) = Context::background().with_deadline_cause(past, Why(1));
    assert!(!cancel.cancel());
    assert_eq!((seen(&ctx), ctx.deadline()), (Seen::Late(Some(1)), Some(past)));
    assert_eq!(ctx.remaining(), Some(Duration::ZERO));
    let (child, _cancel) = ctx.with_cancel();
    assert_eq!(seen(&child), Seen::Late(Some(1)));

    let (ctx, _cancel) = Context::background().with_timeout(Duration::ZERO);
    assert_eq!(seen(&ctx), LATE);
    let (ctx, _cancel) = Context::background().with_deadline(Instant::now());
    assert_eq!(seen(&ctx), LATE);
}

#[tokio::test(start_paused = true)]
async fn cx_21_an_ended_parent_takes_precedence() {
    let (parent, cancel) = Context::background().with_cancel();
    assert!(cancel.cancel_with(Why(1)));
    let (child, _cancel) = parent.with_timeout_cause(Duration::ZERO, Why(2));
    assert_eq!(seen(&child), Seen::Cancelled(Some(1)));

    let (parent, _cancel) = Context::background().with_timeout_cause(ms(10), Why(1));
    advance(ms(20)).await;
    let earlier = Instant::now() - ms(15);
    let (child, _cancel) = parent.with_deadline_cause(earlier, Why(2));
    assert_eq!(seen(&child), Seen::Late(Some(1)), "it had ended, though nobody had looked");
}

#[tokio::test(start_paused = true)]
async fn cx_22_a_cancel_before_the_deadline() {
    let (ctx, cancel) = Context::background().with_timeout_cause(ms(50), Why(1));
    advance(ms(49)).await;
    assert!(cancel.cancel());
    assert_eq!(seen(&ctx), CANCELLED);
    advance(ms(10)).await;
    assert_eq!(seen(&ctx), CANCELLED, "CX-03");
    assert_eq!(ctx.remaining(), Some(Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn cx_22_a_cancel_after_the_deadline_changes_nothing() {
    // Goal: whether or not anybody has seen that the deadline passed.
    for is_seen in [false, true] {
        let (ctx, cancel) = Context::background().with_timeout_cause(ms(50), Why(1));
        advance(ms(50)).await;
        assert!(!is_seen || ctx.is_done());
        assert!(!cancel.cancel_with(Why(2)));
        assert_eq!(seen(&ctx), Seen::Late(Some(1)));
    }
}

#[tokio::test(start_paused = true)]
async fn dropping_the_cancel_after_the_deadline_changes_nothing() {
    let (ctx, cancel) = Context::background().with_timeout_cause(ms(50), Why(1));
    advance(ms(50)).await;
    drop(cancel);
    assert_eq!(seen(&ctx), Seen::Late(Some(1)));
}

#[tokio::test(start_paused = true)]
async fn dropping_the_cancel_before_the_deadline_ends_it() {
    let (ctx, cancel) = Context::background().with_timeout_cause(ms(50), Why(1));
    drop(cancel);
    assert_eq!(seen(&ctx), CANCELLED);
}

#[tokio::test(start_paused = true)]
async fn a_detached_deadline_still_passes() {
    let (ctx, cancel) = Context::background().with_timeout(ms(50));
    cancel.detach();
    advance(ms(49)).await;
    assert_eq!(seen(&ctx), Seen::Live);
    advance(ms(1)).await;
    assert_eq!(seen(&ctx), LATE);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_further_than_time_goes_is_none() {
    let (ctx, cancel) = Context::background().with_timeout_cause(Duration::MAX, Why(1));
    assert_eq!((seen(&ctx), ctx.deadline(), ctx.remaining()), (Seen::Live, None, None));
    let mut done = crate::support::parked(ctx.done());
    advance(Duration::from_secs(3600)).await;
    done.pending();
    let (child, _cancel) = ctx.with_timeout(ms(1));
    assert!(child.deadline().is_some());
    assert!(cancel.cancel());
    assert_eq!((seen(&ctx), done.wakes()), (CANCELLED, 1));

    let (bounded, _cancel) = Context::background().with_timeout(ms(9));
    let (child, _cancel) = bounded.with_timeout(Duration::MAX);
    assert_eq!(child.deadline(), bounded.deadline());
}

#[test]
fn deadlines_need_no_runtime_until_somebody_waits() {
    let (ctx, cancel) = Context::background().with_timeout(Duration::from_secs(3600));
    assert!(ctx.remaining().is_some_and(|left| left > Duration::from_secs(3000)));
    assert_eq!(seen(&ctx), Seen::Live);
    let (late, _cancel) = ctx.with_timeout(Duration::ZERO);
    assert_eq!(seen(&late), LATE);
    assert!(cancel.cancel());
    assert_eq!(now(ctx.done()), ContextError::Cancelled, "it has ended: nothing to wait for");
}

#[test]
#[should_panic]
fn waiting_for_a_deadline_without_a_runtime_panics() {
    let (ctx, _cancel) = Context::background().with_timeout(Duration::from_secs(3600));
    let _polled = task(ctx.done()).poll();
}

#[test]
fn waiting_without_a_deadline_needs_no_runtime() {
    let (ctx, cancel) = Context::background().with_timeout(Duration::MAX);
    let mut done = crate::support::parked(ctx.done());
    let run = async { ctx.run(std::future::ready(1)).await };
    assert_eq!(now(run), Ok(1));
    assert!(cancel.cancel());
    assert_eq!(done.ready(), ContextError::Cancelled);
}

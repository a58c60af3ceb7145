//! Groups with a context: when it ends, and with what cause.

use std::error::Error;
use std::future::ready;
use std::io;
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use taut::context::{Context, ContextError};
use taut::group::{Failure, Group, OnError, SpawnError};

use crate::kit::{CANCELLED, Oops, Outcome, Tasks, giving, many_told, settle, soon, told};
use crate::support::{Census, parked};

fn cause_of(ctx: &Context) -> Option<Oops> {
    ctx.cause()?.downcast_ref::<Oops>().cloned()
}

#[tokio::test]
async fn eg_04_eg_05_hb_20_the_first_error_ends_the_context_and_is_its_cause() {
    // As Go's TestWithContext and TestCancelCause.
    let (mut group, ctx) = Tasks::with_context(&Context::background());
    let (tellers, tasks) = many_told::<3>();
    for told in tasks {
        group.spawn(told).await;
    }
    tellers[0].end(Ok(0));
    settle().await;
    assert!(!ctx.is_done());
    tellers[2].end(Err(Oops::Real(2)));
    settle().await;
    assert_eq!((ctx.err(), cause_of(&ctx)), (Some(ContextError::Cancelled), Some(Oops::Real(2))));
    tellers[1].end(Err(Oops::Real(1)));
    assert_eq!(soon(group.wait()).await, Err(Oops::Real(2)));
    assert_eq!(cause_of(&ctx), Some(Oops::Real(2)));
}

#[tokio::test]
async fn eg_05_of_a_failure_wait_and_cause_have_the_very_same_error() {
    let (mut group, ctx) = Group::<(), Failure>::with_context(&Context::background());
    group.spawn(async { Err(io::Error::from(io::ErrorKind::NotFound).into()) }).await;
    let failure = soon(group.wait()).await.unwrap_err();
    let cause = ctx.cause().unwrap();
    assert!(Arc::ptr_eq(&cause, failure.cause()));
    assert!(cause.downcast_ref::<io::Error>().is_some());
    assert_eq!(failure.downcast_ref::<io::Error>().unwrap().kind(), io::ErrorKind::NotFound);
}

#[tokio::test]
async fn eg_05_the_parent_lives_on_and_children_end_with_the_same_cause() {
    let (parent, _cancel) = Context::background().with_cancel();
    let (mut group, ctx) = Tasks::with_context(&parent);
    let (child, _cancel) = ctx.with_cancel();
    group.spawn(ready(Err(Oops::Real(1)))).await;
    settle().await;
    assert_eq!((cause_of(&ctx), cause_of(&child)), (Some(Oops::Real(1)), Some(Oops::Real(1))));
    assert!(!parent.is_done());
    assert!(soon(group.wait()).await.is_err());
}

#[tokio::test]
async fn eg_04_eg_06_the_context_has_ended_when_wait_returns() {
    let (mut group, ctx) = Tasks::with_context(&Context::background());
    group.spawn(ready(Ok(1))).await;
    settle().await;
    assert!(!ctx.is_done(), "nobody has waited");
    assert_eq!(soon(group.wait()).await, Ok(vec![1]));
    assert_eq!(ctx.err(), Some(ContextError::Cancelled));
    let cause = ctx.cause().unwrap();
    assert_eq!(cause.downcast_ref(), Some(&ContextError::Cancelled));
}

#[tokio::test]
async fn eg_04_each_way_of_waiting_ends_the_context_and_next_does_not() {
    let (mut group, ctx) = Tasks::with_context(&Context::background());
    assert_eq!(soon(group.next()).await, None);
    assert!(!ctx.is_done());
    assert_eq!(soon(group.wait_all()).await, []);
    assert!(ctx.is_done());
    let (mut group, ctx) = Tasks::with_context(&Context::background());
    soon(group.shutdown()).await;
    assert!(ctx.is_done());
    let (group, ctx) = Tasks::with_context(&Context::background());
    drop(group);
    assert_eq!(ctx.err(), Some(ContextError::Cancelled));
}

#[tokio::test]
async fn a_wait_that_is_dropped_ends_no_context() {
    let (mut group, ctx) = Tasks::with_context(&Context::background());
    let (teller, told) = told();
    group.spawn(told).await;
    drop(parked(group.wait()));
    settle().await;
    assert!(!ctx.is_done() && group.try_spawn(ready(Ok(2))).is_ok());
    teller.end(Ok(1));
    assert_eq!(soon(group.wait()).await, Ok(vec![1, 2]));
}

#[tokio::test]
async fn eg_08_a_group_with_a_context_is_over_after_a_wait() {
    let (mut group, ctx) = Tasks::with_context(&Context::background());
    let starts = group.spawner();
    group.spawn(ready(Ok(1))).await;
    assert_eq!(soon(group.wait()).await, Ok(vec![1]));
    let (teller, late) = told();
    assert!(!group.spawn(late).await);
    assert!(teller.is_gone() && teller.polls() == 0);
    assert!(group.try_spawn(ready(Ok(2))).is_err());
    assert!(matches!(
        starts.spawn(ready(Ok(2))).await,
        Err(SpawnError::Closed(_) | SpawnError::Ended(_))
    ));
    assert_eq!(soon(group.wait()).await, Err(CANCELLED));
    assert_eq!(soon(group.wait()).await, Err(CANCELLED));
    assert_eq!(soon(group.wait_all()).await, []);
    assert!(ctx.is_done());
}

#[tokio::test]
async fn eg_08_an_error_is_given_once() {
    let (mut group, _ctx) = Tasks::with_context(&Context::background());
    group.spawn(ready(Err(Oops::Real(1)))).await;
    assert_eq!(soon(group.wait()).await, Err(Oops::Real(1)));
    assert_eq!(soon(group.wait()).await, Err(CANCELLED));
}

#[tokio::test]
async fn eg_09_tasks_are_not_interrupted_and_are_waited_for() {
    let (mut group, ctx) = Tasks::with_context(&Context::background());
    let ([first, second], tasks) = many_told();
    for told in tasks {
        group.spawn(told).await;
    }
    first.end(Err(Oops::Real(1)));
    settle().await;
    assert!(ctx.is_done() && !second.is_gone());
    let mut wait = parked(group.wait());
    settle().await;
    wait.pending();
    second.end(Ok(2));
    settle().await;
    assert_eq!(wait.answer(), Some(Err(Oops::Real(1))));
}

#[tokio::test]
async fn eg_10_nothing_is_started_once_the_context_has_ended() {
    // Goal: in Go it runs. It does not here, and `wait` cannot say that all is well.
    let census = Census::default();
    for cancelled_by_parent in [true, false] {
        let (parent, cancel) = Context::background().with_cancel();
        let (mut group, _ctx) = Tasks::with_context(&parent);
        let held = |n| giving(census.value(n));
        group.spawn(held(1)).await;
        if cancelled_by_parent {
            cancel.cancel();
        } else {
            group.spawn(ready(Err(Oops::Real(1)))).await;
        }
        settle().await;
        assert!(!group.spawn(held(2)).await);
        assert_eq!(census.alive(), 0);
        assert!(matches!(group.try_spawn(held(3)), Err(SpawnError::Ended(_))));
        let expected = if cancelled_by_parent { CANCELLED } else { Oops::Real(1) };
        assert_eq!(soon(group.wait()).await, Err(expected));
    }
}

#[tokio::test]
async fn eg_10_one_that_was_given_back_is_not_missed() {
    let (parent, cancel) = Context::background().with_cancel();
    let (mut group, _ctx) = Tasks::with_context(&parent);
    group.spawn(ready(Ok(1))).await;
    cancel.cancel();
    assert!(group.try_spawn(ready(Ok(2))).is_err());
    assert!(group.spawner().spawn(ready(Ok(2))).await.is_err());
    assert_eq!(soon(group.wait()).await, Ok(vec![1]));
}

#[tokio::test]
async fn eg_11_if_only_the_parent_ends_and_all_tasks_succeed_all_is_well() {
    let (parent, cancel) = Context::background().with_cancel();
    let (mut group, ctx) = Tasks::with_context(&parent);
    let (teller, told) = told();
    group.spawn(told).await;
    cancel.cancel_with("the client has gone");
    settle().await;
    assert!(!teller.is_gone());
    teller.end(Ok(1));
    assert_eq!(soon(group.wait()).await, Ok(vec![1]));
    assert_eq!(ctx.cause().unwrap().to_string(), "the client has gone");
}

#[tokio::test(start_paused = true)]
async fn eg_11_a_deadline_that_passed_is_what_wait_says() {
    let hour = std::time::Duration::from_secs(3600);
    let (parent, _cancel) = Context::background().with_timeout(hour);
    let (mut group, ctx) = Tasks::with_context(&parent);
    tokio::time::advance(hour * 2).await;
    assert!(!group.spawn(ready(Ok(1))).await);
    assert_eq!(soon(group.wait()).await, Err(Oops::Ended(ContextError::DeadlineExceeded)));
    assert_eq!(ctx.err(), Some(ContextError::DeadlineExceeded));
}

#[tokio::test]
async fn a_group_of_a_context_that_has_ended_starts_nothing() {
    let (parent, cancel) = Context::background().with_cancel();
    cancel.cancel();
    let (mut group, ctx) = Tasks::with_context(&parent);
    assert!(ctx.is_done());
    assert_eq!(group.spawn(ready(Ok(1))).now_or_never(), Some(false));
    assert_eq!(group.wait().now_or_never(), Some(Err(CANCELLED)));
}

#[tokio::test]
async fn eg_05_errors_that_cannot_be_cloned_have_a_cause_of_the_users_making() {
    type Any = Box<dyn Error + Send + Sync>;
    let (mut group, ctx) =
        Group::<u32, Any>::with_context_by(&Context::background(), ToString::to_string);
    group.spawn(async { Err("no disk".into()) }).await;
    let error = soon(group.wait()).await.unwrap_err();
    assert_eq!(error.to_string(), "no disk");
    assert_eq!(ctx.cause().unwrap().to_string(), "no disk");
    // What `wait` makes of an end from outside.
    let (parent, cancel) = Context::background().with_cancel();
    let (mut group, _ctx) = Group::<u32, Any>::with_context_by(&parent, ToString::to_string);
    cancel.cancel();
    group.spawn(async { Ok(1) }).await;
    assert!(soon(group.wait()).await.unwrap_err().is::<ContextError>());
}

#[tokio::test]
async fn eg_05_a_cause_is_made_outside_of_the_lock() {
    // Goal: it may use the group.
    let slot = Arc::new(Mutex::new(None::<taut::group::Spawner<u32, Oops>>));
    let theirs = Arc::clone(&slot);
    let (mut group, _ctx) = Tasks::with_context_by(&Context::background(), move |error| {
        let starts = theirs.lock().unwrap().take().unwrap();
        format!("{error} {starts:?}")
    });
    *slot.lock().unwrap() = Some(group.spawner());
    group.spawn(ready(Err(Oops::Real(1)))).await;
    assert_eq!(soon(group.wait()).await, Err(Oops::Real(1)));
}

#[tokio::test]
async fn what_hears_of_the_end_may_use_the_group() {
    // Goal: contexts are ended without the lock: in a task that fails, in a drop, in a wait.
    let use_it = |ctx: &Context, group: &Tasks| {
        let starts = group.spawner();
        ctx.after_func(move || assert!(starts.try_spawn(ready(Ok(1))).is_err())).detach();
    };
    let (mut group, ctx) = Tasks::with_context(&Context::background());
    use_it(&ctx, &group);
    group.spawn(ready(Err(Oops::Real(1)))).await;
    settle().await;
    assert!(ctx.is_done());
    assert!(soon(group.wait()).await.is_err());
    let (mut group, ctx) = Tasks::with_context(&Context::background());
    use_it(&ctx, &group);
    assert!(soon(group.wait()).await.is_ok());
    let (group, ctx) = Tasks::with_context(&Context::background());
    use_it(&ctx, &group);
    drop(group);
}

#[tokio::test]
async fn a_context_of_the_task_watches_for_it() {
    // Goal: the whole way, as users write it.
    async fn fetch(ctx: &Context, page: u32) -> Outcome {
        if page == 3 {
            return Err(Oops::Real(page));
        }
        ctx.done().await;
        Err(ContextError::Cancelled.into())
    }
    for rule in [OnError::Cancel, OnError::Abort] {
        let (group, ctx) = Tasks::with_context(&Context::background());
        let mut group = group.limit(4).on_error(rule);
        let mut started = 0;
        for page in 1..=10 {
            let ctx = ctx.clone();
            started += u32::from(soon(group.spawn(async move { fetch(&ctx, page).await })).await);
        }
        assert_eq!(started, 4);
        assert_eq!(soon(group.wait()).await, Err(Oops::Real(3)));
        assert_eq!(cause_of(&ctx), Some(Oops::Real(3)));
    }
}

#[tokio::test]
async fn hb_20_the_context_has_ended_before_a_wait_can_see_the_error() {
    // Goal: a wait that comes just then ends the context with no other cause.
    let (group, ctx) = Tasks::with_context(&Context::background());
    let (group, was_pending) = (Arc::new(Mutex::new(group)), Arc::new(Mutex::new(None)));
    let (theirs, seen) = (Arc::clone(&group), Arc::clone(&was_pending));
    ctx.after_func(move || {
        let mut group = theirs.lock().unwrap();
        *seen.lock().unwrap() = Some(group.wait().now_or_never().is_none());
    })
    .detach();
    assert!(group.lock().unwrap().try_spawn(ready(Err(Oops::Real(1)))).is_ok());
    settle().await;
    assert_eq!(
        (was_pending.lock().unwrap().take(), cause_of(&ctx)),
        (Some(true), Some(Oops::Real(1)))
    );
    assert_eq!(group.lock().unwrap().wait().now_or_never(), Some(Err(Oops::Real(1))));
}

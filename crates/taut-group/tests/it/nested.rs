//! Groups in tasks of groups: ends, limits and drops go down, and errors go up.

use std::future::{pending, ready};

use taut::context::{Context, ContextError};
use taut::group::{Group, OnError};

use crate::kit::{CANCELLED, Oops, Outcome, Tasks, alive, holding, panic_of, settle, soon};
use crate::support::Census;

/// A task with a group of its own, of `tasks`, which sums up.
async fn sum_of(ctx: Context, limit: usize, tasks: Vec<u32>) -> Outcome {
    let (group, _ctx) = Tasks::with_context(&ctx);
    let mut group = group.limit(limit);
    for n in tasks {
        group.spawn(async move { if n == 13 { Err(Oops::Real(n)) } else { Ok(n) } }).await;
    }
    Ok(group.wait().await?.iter().sum())
}

#[tokio::test]
async fn groups_in_groups_with_limits_of_their_own() {
    // Goal: who waits in one group holds a place of another, and nobody is told that it would hang.
    let (group, ctx) = Tasks::with_context(&Context::background());
    let mut group = group.limit(2);
    for n in 0..10 {
        assert!(soon(group.spawn(sum_of(ctx.clone(), 1, vec![n; 5]))).await);
    }
    assert_eq!(soon(group.wait()).await, Ok((0..10).map(|n| n * 5).collect()));
    settle().await;
    assert_eq!(alive(), 0);
}

#[tokio::test]
async fn an_error_of_an_inner_group_ends_the_outer_and_all_others_in_it() {
    let (mut group, ctx) = Tasks::with_context(&Context::background());
    let inner = ctx.clone();
    group
        .spawn(async move {
            let (mut group, ctx) = Tasks::with_context(&inner);
            group.spawn(async move { ctx.run(pending()).await? }).await;
            group.wait().await?;
            Ok(0)
        })
        .await;
    group.spawn(sum_of(ctx.clone(), 2, vec![1, 13, 2])).await;
    assert_eq!(soon(group.wait()).await, Err(Oops::Real(13)));
    assert_eq!(ctx.cause().unwrap().downcast_ref(), Some(&Oops::Real(13)));
}

#[tokio::test]
async fn an_error_of_the_outer_group_ends_the_inner_contexts_with_its_cause() {
    let (mut group, ctx) = Tasks::with_context(&Context::background());
    let inner = ctx.clone();
    group
        .spawn(async move {
            let (mut group, ctx) = Tasks::with_context(&inner);
            let watched = ctx.clone();
            group.spawn(async move { watched.run(pending()).await? }).await;
            let ended = group.wait().await;
            assert_eq!(ctx.cause().unwrap().downcast_ref(), Some(&Oops::Real(1)));
            Ok(ended?.len() as u32)
        })
        .await;
    settle().await;
    group.spawn(ready(Err(Oops::Real(1)))).await;
    assert_eq!(soon(group.wait()).await, Err(Oops::Real(1)));
}

/// A task whose own group holds tasks, to some depth, all of which hold a value.
fn nest(census: Census, depth: u32) -> futures_util::future::BoxFuture<'static, Outcome> {
    Box::pin(async move {
        let mut group = Tasks::new();
        for n in 0..2 {
            let held = census.value(n);
            if depth > 0 {
                group.spawn(nest(census.clone(), depth - 1)).await;
            }
            group.spawn(holding(held)).await;
        }
        Ok(group.wait().await?.len() as u32)
    })
}

#[tokio::test]
async fn dropping_the_outermost_drops_all_at_once() {
    let (census, mut group) = (Census::default(), Tasks::new());
    group.spawn(nest(census.clone(), 4)).await;
    settle().await;
    assert_eq!((census.alive(), alive()), (62, 1 + 30 + 62));
    drop(group);
    assert_eq!(census.alive(), 0);
    settle().await;
    assert_eq!(alive(), 0);
}

#[tokio::test]
async fn an_abort_drops_inner_groups_at_once() {
    let (census, mut group) = (Census::default(), Tasks::new().on_error(OnError::Abort));
    group.spawn(nest(census.clone(), 2)).await;
    settle().await;
    assert!(census.alive() > 0);
    let seen = census.clone();
    group.spawn(ready(Err(Oops::Real(1)))).await;
    tokio::task::yield_now().await;
    assert_eq!(seen.alive(), 0);
    assert_eq!(soon(group.wait()).await, Err(Oops::Real(1)));
}

#[tokio::test]
async fn eg_12_a_panic_goes_up_through_all_groups() {
    fn deep(ctx: Context, depth: u32) -> futures_util::future::BoxFuture<'static, Outcome> {
        Box::pin(async move {
            assert!(depth > 0, "at the bottom");
            let (mut group, inner) = Tasks::with_context(&ctx);
            group.spawn(deep(inner.clone(), depth - 1)).await;
            group.spawn(async move { inner.run(pending()).await? }).await;
            Ok(group.wait().await?.len() as u32)
        })
    }
    let (mut group, ctx) = Tasks::with_context(&Context::background());
    group.spawn(deep(ctx, 4)).await;
    assert_eq!(panic_of(group.wait()).await, "at the bottom");
    settle().await;
    assert_eq!(alive(), 0);
}

#[tokio::test]
async fn a_task_of_an_inner_group_starts_others_in_the_outer_one() {
    let mut group = Tasks::new();
    let starts = group.spawner();
    group
        .spawn(async move {
            let mut inner = Tasks::new();
            inner
                .spawn(async move {
                    starts.spawn(ready(Ok(7))).await.unwrap();
                    Ok(1)
                })
                .await;
            Ok(inner.wait().await?[0])
        })
        .await;
    assert_eq!(soon(group.wait()).await, Ok(vec![1, 7]));
}

#[tokio::test]
async fn the_end_of_a_parent_goes_down_to_the_innermost() {
    let (parent, cancel) = Context::background().with_cancel();
    let (mut outer, ctx) = Tasks::with_context(&parent);
    outer
        .spawn(async move {
            let (mut inner, ctx) = Group::<u32, Oops>::with_context(&ctx);
            inner.spawn(async move { Err(ctx.done().await.into()) }).await;
            Ok(inner.wait().await?.len() as u32)
        })
        .await;
    settle().await;
    cancel.cancel();
    assert_eq!(soon(outer.wait()).await, Err(CANCELLED));
    assert_eq!(parent.err(), Some(ContextError::Cancelled));
}

//! Spawners: tasks that start tasks, of groups that live and that are gone.

use std::future::{pending, ready};

use futures_util::future::BoxFuture;
use taut::context::Context;
use taut::group::SpawnError;

use crate::kit::{Oops, Outcome, Starts, Tasks, giving, many_told, settle, soon, told};
use crate::support::{Census, parked};

#[tokio::test]
async fn eg_23_a_spawner_starts_tasks_until_its_group_is_gone() {
    let mut group = Tasks::new();
    let starts = group.spawner();
    assert!(starts.try_spawn(ready(Ok(1))).is_ok());
    assert!(starts.clone().spawn(ready(Ok(2))).await.is_ok());
    assert_eq!(soon(group.wait()).await, Ok(vec![1, 2]));
    drop(group);
    let census = Census::default();
    let refused = starts.spawn(giving(census.value(3))).await.unwrap_err();
    assert!(matches!(refused, SpawnError::Closed(_)));
    assert_eq!(refused.into_inner().await, Ok(3), "it comes back");
    assert!(matches!(starts.try_spawn(ready(Ok(1))), Err(SpawnError::Closed(_))));
}

#[tokio::test]
async fn eg_23_a_spawner_keeps_no_group_and_no_context() {
    let (mut group, ctx) = Tasks::with_context(&Context::background());
    let (starts, census) = (group.spawner(), Census::default());
    let held = census.value(1);
    group
        .spawn(async move {
            let _held = held;
            pending().await
        })
        .await;
    drop(group);
    assert!(ctx.is_done());
    assert_eq!(census.alive(), 0);
    assert!(starts.try_spawn(ready(Ok(1))).is_err());
}

#[tokio::test]
async fn eg_23_what_outsiders_start_is_waited_for_as_well() {
    let mut group = Tasks::new();
    let (teller, first) = told();
    let starts = group.spawner();
    group.spawn(first).await;
    let mut wait = parked(group.wait());
    let (other, second) = told();
    assert!(tokio::spawn(async move { starts.spawn(second).await.is_ok() }).await.unwrap());
    teller.end(Ok(1));
    settle().await;
    wait.pending();
    other.end(Ok(2));
    settle().await;
    assert_eq!(wait.answer(), Some(Ok(vec![1, 2])));
}

#[tokio::test]
async fn eg_10_a_spawner_gives_the_future_back_when_the_context_has_ended() {
    let (group, _ctx) = Tasks::with_context(&Context::background());
    let mut group = group;
    let starts = group.spawner();
    group.spawn(ready(Err(Oops::Real(1)))).await;
    settle().await;
    assert!(matches!(starts.spawn(ready(Ok(1))).await, Err(SpawnError::Ended(_))));
    assert!(matches!(starts.try_spawn(ready(Ok(1))), Err(SpawnError::Ended(_))));
}

#[tokio::test]
async fn eg_25_numbers_are_given_as_tasks_are_started_by_whomever() {
    let mut group = Tasks::new();
    let (first, second) = (group.spawner(), group.spawner());
    let ([one, two, three], [a, b, c]) = many_told();
    second.spawn(a).await.unwrap();
    group.spawn(b).await;
    first.try_spawn(c).unwrap();
    for (teller, n) in [(three, 3), (two, 2), (one, 1)] {
        teller.end(Ok(n));
        settle().await;
    }
    assert_eq!(soon(group.wait()).await, Ok(vec![1, 2, 3]));
}

/// Divides a range among tasks until it is small, and where no place is left does the work itself.
fn divided(starts: Starts, from: u32, to: u32) -> BoxFuture<'static, Outcome> {
    Box::pin(async move {
        if to - from <= 4 {
            return Ok((from..to).sum());
        }
        let middle = from.midpoint(to);
        let mut sum = 0;
        for (from, to) in [(from, middle), (middle, to)] {
            if let Err(refused) = starts.spawn(divided(starts.clone(), from, to)).await {
                sum += refused.into_inner().await?;
            }
        }
        Ok(sum)
    })
}

#[tokio::test]
async fn eg_24_a_recursion_at_the_limit_ends() {
    // Goal: in Go it hangs.
    for limit in [1, 2, 3, 7] {
        let mut group = Tasks::new().limit(limit);
        let starts = group.spawner();
        group.spawn(divided(starts, 0, 1000)).await;
        let mut wait = parked(group.wait());
        let mut sum = None;
        for _ in 0..100 {
            settle().await;
            sum = sum.or_else(|| wait.answer());
        }
        let sum: u32 = sum.expect("it hangs").unwrap().iter().sum();
        assert_eq!(sum, (0..1000).sum(), "{limit}");
    }
}

#[tokio::test]
async fn a_spawner_of_a_task_does_not_keep_its_own_future() {
    // Goal: what a group is made of goes with the last handle: no cycles.
    let census = Census::default();
    let mut group = taut::group::Group::<_, Oops>::new();
    let starts = group.spawner();
    group.spawn(ready(Ok(census.value(1)))).await;
    settle().await;
    drop(group);
    assert_eq!(census.alive(), 0, "a spawner keeps no results");
    drop(starts);
}

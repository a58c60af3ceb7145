//! The limit: how many run, set at any time.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt;
use taut::context::Context;
use taut::group::{Group, SpawnError};

use crate::kit::{Oops, Outcome, Tasks, many_told, settle, soon, told};
use crate::support::{MANY, parked, task};

/// Counts how many run at the same time, and takes a few turns.
async fn counted(running: Arc<AtomicUsize>, most: Arc<AtomicUsize>) -> Outcome {
    let now = running.fetch_add(1, Ordering::SeqCst) + 1;
    most.fetch_max(now, Ordering::SeqCst);
    for _ in 0..3 {
        tokio::task::yield_now().await;
    }
    running.fetch_sub(1, Ordering::SeqCst);
    Ok(0)
}

#[tokio::test]
async fn eg_14_at_most_so_many_run_and_as_many_as_may() {
    // As Go's TestGoLimit.
    for limit in [1, 2, 10] {
        let (running, most) = (Arc::default(), Arc::default());
        let mut group = Tasks::new().limit(limit);
        for _ in 0..50 {
            group.spawn(counted(Arc::clone(&running), Arc::clone(&most))).await;
        }
        assert_eq!(soon(group.wait()).await.unwrap().len(), 50);
        assert_eq!(most.load(Ordering::SeqCst), limit);
    }
}

#[tokio::test]
async fn eg_15_a_limit_of_none_admits_nobody_until_it_is_raised() {
    let mut group = Tasks::new().limit(0);
    assert_eq!(group.capacity(), Some(0));
    assert!(matches!(group.try_spawn(ready(Ok(0))), Err(SpawnError::Full(_))));
    assert_eq!(group.spawn(ready(Ok(0))).now_or_never(), None);
    let starts = group.spawner();
    let mut waits = parked(starts.spawn(ready(Ok(1))));
    settle().await;
    waits.pending();
    // Nobody lives: there is nothing to wait for.
    assert_eq!(group.wait().now_or_never(), Some(Ok(vec![])));
    group.set_limit(Some(1));
    assert!(waits.answer().unwrap().is_ok());
    assert_eq!(soon(group.wait()).await, Ok(vec![1]));
}

#[tokio::test]
async fn eg_16_without_a_limit_all_in_line_are_admitted() {
    // Goal: more than are woken in one batch.
    let mut group = Tasks::new().limit(0);
    let starts = group.spawner();
    let mut line: Vec<_> = (0..MANY).map(|n| parked(starts.spawn(ready(Ok(n as u32))))).collect();
    group.set_limit(None);
    assert_eq!(group.capacity(), None);
    for waits in &mut line {
        assert_eq!(waits.wakes(), 1);
        assert!(waits.answer().unwrap().is_ok());
    }
    assert_eq!(soon(group.wait()).await, Ok((0..MANY as u32).collect()));
}

#[tokio::test]
async fn eg_17_a_higher_limit_admits_as_many_more() {
    let mut group = Tasks::new().limit(1);
    group.spawn(std::future::pending()).await;
    let starts = group.spawner();
    let mut line: Vec<_> = (0..4).map(|n| parked(starts.spawn(ready(Ok(n))))).collect();
    group.set_limit(Some(3));
    let woken: Vec<_> = line.iter().map(crate::support::Task::wakes).collect();
    assert_eq!(woken, [1, 1, 0, 0]);
    assert!(line[0].answer().unwrap().is_ok() && line[1].answer().unwrap().is_ok());
    settle().await;
    // Both have ended, and left their places to the next.
    assert_eq!((line[2].wakes(), line[3].wakes()), (1, 1));
}

#[tokio::test]
async fn eg_17_a_lower_limit_lets_those_go_on_who_run_and_counts_them() {
    let mut group = Tasks::new().limit(3);
    let (tellers, tasks) = many_told::<3>();
    for told in tasks {
        group.spawn(told).await;
    }
    group.set_limit(Some(1));
    let starts = group.spawner();
    let mut waits = parked(starts.spawn(ready(Ok(9))));
    for teller in &tellers[..2] {
        assert!(!teller.is_gone());
        teller.end(Ok(1));
        settle().await;
        waits.pending();
        assert!(matches!(group.try_spawn(ready(Ok(8))), Err(SpawnError::Full(_))));
    }
    tellers[2].end(Ok(1));
    settle().await;
    assert!(waits.answer().unwrap().is_ok());
    assert_eq!(soon(group.wait()).await, Ok(vec![1, 1, 1, 9]));
}

#[tokio::test]
async fn eg_18_a_first_limit_counts_those_who_run_already() {
    // Goal: in Go these tasks hang in their epilogue.
    let mut group = Tasks::new();
    let ([first, second], tasks) = many_told();
    for told in tasks {
        group.spawn(told).await;
    }
    settle().await;
    group.set_limit(Some(2));
    assert!(matches!(group.try_spawn(ready(Ok(3))), Err(SpawnError::Full(_))));
    first.end(Ok(1));
    settle().await;
    assert!(group.try_spawn(ready(Ok(3))).is_ok());
    second.end(Ok(2));
    assert_eq!(soon(group.wait()).await, Ok(vec![1, 2, 3]));
}

#[tokio::test]
async fn eg_18_a_limit_below_those_who_run() {
    let mut group = Tasks::new();
    let ([first, second], tasks) = many_told();
    for told in tasks {
        group.spawn(told).await;
    }
    group.set_limit(Some(1));
    let starts = group.spawner();
    let mut waits = parked(starts.spawn(ready(Ok(3))));
    first.end(Ok(1));
    settle().await;
    waits.pending();
    second.end(Ok(2));
    settle().await;
    assert!(waits.answer().unwrap().is_ok());
    assert_eq!(soon(group.wait()).await, Ok(vec![1, 2, 3]));
}

#[tokio::test]
async fn eg_19_forty_two_go_and_the_next_does_not() {
    // As Go's TestTryGo.
    let mut group = Tasks::new().limit(42);
    let mut tellers = Vec::new();
    for _ in 0..42 {
        let (teller, told) = told();
        assert!(group.try_spawn(told).is_ok());
        tellers.push(teller);
    }
    assert!(matches!(group.try_spawn(ready(Ok(0))), Err(SpawnError::Full(_))));
    tellers.iter().for_each(|teller| teller.end(Ok(1)));
    assert_eq!(soon(group.wait()).await.unwrap().len(), 42);
    // EG-20: all places are free again.
    for _ in 0..42 {
        assert!(group.try_spawn(ready(Ok(0))).is_ok());
    }
    assert!(group.try_spawn(ready(Ok(0))).is_err());
}

#[tokio::test]
async fn eg_19_try_spawn_passes_nobody_who_waits() {
    let mut group = Tasks::new().limit(1);
    let (teller, told) = told();
    group.spawn(told).await;
    let starts = group.spawner();
    let mut waits = parked(starts.spawn(ready(Ok(2))));
    teller.end(Ok(1));
    settle().await;
    // The place is free, and it is for who waits.
    assert!(matches!(group.try_spawn(ready(Ok(3))), Err(SpawnError::Full(_))));
    assert!(matches!(starts.try_spawn(ready(Ok(3))), Err(SpawnError::Full(_))));
    assert!(waits.answer().unwrap().is_ok());
    settle().await;
    assert!(group.try_spawn(ready(Ok(3))).is_ok());
    assert_eq!(soon(group.wait()).await, Ok(vec![1, 2, 3]));
}

#[tokio::test]
async fn eg_20_a_place_is_free_when_the_future_is_gone_and_before_the_result_is_given() {
    let mut group = Tasks::new().limit(1);
    for n in 0..5 {
        group.spawn(ready(Ok(n))).await;
        assert_eq!(soon(group.next()).await.unwrap().result, Ok(n));
        assert!(group.try_spawn(ready(Ok(n))).is_ok());
        assert!(soon(group.next()).await.is_some());
    }
}

#[tokio::test]
async fn eg_20_a_task_that_fails_panics_or_is_aborted_frees_its_place_too() {
    let mut group = Tasks::new().limit(1);
    group.spawn(ready(Err(Oops::Real(1)))).await;
    assert!(soon(group.spawn(ready(Ok(2)))).await);
    assert_eq!(soon(group.wait()).await, Err(Oops::Real(1)));
    group.spawn(async { panic!("no disk") }).await;
    assert!(!soon(group.spawn(ready(Ok(2)))).await, "a panic ends such a group");
    assert_eq!(crate::kit::panic_of(group.wait()).await, "no disk");
    group.spawn(std::future::pending()).await;
    soon(group.shutdown()).await;
    assert!(group.try_spawn(ready(Ok(3))).is_ok());
    assert_eq!(soon(group.wait()).await, Ok(vec![3]));
}

#[tokio::test]
async fn eg_21_who_waits_for_a_place_hears_that_the_context_has_ended() {
    let (ctx, cancel) = Context::background().with_cancel();
    let (group, _ctx) = Tasks::with_context(&ctx);
    let mut group = group.limit(1);
    let (teller, first) = told();
    group.spawn(first).await;
    let (other, second) = told();
    let mut waits = parked(group.spawn(second));
    cancel.cancel();
    assert_eq!((waits.wakes(), waits.answer()), (1, Some(false)));
    drop(waits);
    assert!(other.is_gone() && other.polls() == 0, "it is dropped un-run");
    teller.end(Ok(1));
    assert_eq!(soon(group.wait()).await, Err(crate::kit::CANCELLED));
}

#[tokio::test]
async fn eg_21_a_spawner_that_waits_for_a_place_gets_its_future_back() {
    let (group, _ctx) = Tasks::with_context(&Context::background());
    let mut group = group.limit(1);
    let (teller, first) = told();
    group.spawn(first).await;
    let starts = group.spawner();
    let mut waits = parked(starts.spawn(ready(Ok(7))));
    teller.end(Err(Oops::Real(1)));
    settle().await;
    let Some(Err(SpawnError::Ended(future))) = waits.answer() else { panic!("it ended") };
    assert_eq!(future.await, Ok(7));
}

#[tokio::test]
async fn a_spawn_does_nothing_before_it_is_polled() {
    let mut group = Tasks::new().limit(1);
    let (teller, first) = told();
    drop(group.spawn(first));
    assert!(teller.is_gone() && group.is_empty());
    let starts = group.spawner();
    let (mut late, mut early) =
        (task(starts.spawn(ready(Ok(1)))), task(starts.spawn(ready(Ok(2)))));
    assert!(early.ready().is_ok());
    late.pending();
    settle().await;
    assert!(late.answer().unwrap().is_ok());
    assert_eq!(soon(group.wait()).await, Ok(vec![2, 1]));
}

#[tokio::test]
async fn the_limit_can_be_set_in_any_state() {
    let mut group = Group::<u32, Oops>::new();
    for limit in [Some(0), Some(usize::MAX), None, Some(3), Some(3), Some(0), None] {
        group.set_limit(limit);
        assert_eq!(group.capacity(), limit);
    }
    group.spawn(ready(Ok(1))).await;
    group.set_limit(Some(0));
    assert_eq!(soon(group.wait()).await, Ok(vec![1]));
    assert_eq!(group.capacity(), Some(0), "a wait does not change it");
}

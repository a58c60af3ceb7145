//! Groups that are not limited: what is started runs, and all of it is waited for.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::{FutureExt, StreamExt};
use taut::group::{Completed, Group, OnError, SpawnError, Spawner, TaskError};

use crate::kit::{Oops, Tasks, alive, giving, many_told, settle, soon, told};
use crate::not_impl::assert_not_impl;
use crate::support::{Census, MANY, parked};

#[tokio::test]
async fn eg_01_eg_02_hb_01_all_run_at_the_same_time_and_without_a_limit() {
    let mut group = Tasks::new();
    let mut tellers = Vec::new();
    for n in 0..MANY {
        let (teller, told) = told();
        assert_eq!(group.spawn(told).now_or_never(), Some(true), "{n}");
        tellers.push(teller);
    }
    assert_eq!((group.len(), group.capacity(), group.is_empty()), (MANY, None, false));
    settle().await;
    assert!(tellers.iter().all(|teller| teller.polls() == 1), "all were begun");
    tellers.iter().zip(0..).for_each(|(teller, n)| teller.end(Ok(n)));
    assert_eq!(soon(group.wait()).await, Ok((0..MANY as u32).collect()));
    assert!(group.is_empty());
}

#[tokio::test]
async fn eg_01_an_error_keeps_nobody_from_running_where_there_is_no_context() {
    let mut group = Group::default();
    let ([first, second], tasks) = many_told();
    for told in tasks {
        group.spawn(told).await;
    }
    first.end(Err(Oops::Real(1)));
    settle().await;
    assert!(group.spawn(ready(Ok(9))).await, "it goes on");
    let mut wait = parked(group.wait());
    settle().await;
    wait.pending();
    assert!(!second.is_gone());
    second.end(Ok(2));
    assert_eq!(soon(wait_for(wait)).await, Err(Oops::Real(1)));
}

/// A future in hand, to be waited for.
async fn wait_for<F: Future>(mut task: crate::support::Task<F>) -> F::Output {
    loop {
        if let Some(output) = task.answer() {
            return output;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn eg_03_hb_20_wait_returns_when_all_have_with_the_first_error_in_time() {
    // As Go's TestZeroGroup: in each order, the first to fail is the one.
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    for order in orders {
        let mut group = Tasks::new();
        let (tellers, tasks) = many_told::<3>();
        for told in tasks {
            group.spawn(told).await;
        }
        let mut wait = parked(group.wait());
        for at in order {
            wait.pending();
            tellers[at].end(Err(Oops::Real(at as u32)));
            settle().await;
        }
        assert_eq!(wait.answer(), Some(Err(Oops::Real(order[0] as u32))), "{order:?}");
        assert_eq!(alive(), 0);
    }
}

#[tokio::test]
async fn eg_25_results_come_in_the_order_of_the_spawns_and_completions_in_their_own() {
    let mut group = Tasks::new();
    let (tellers, tasks) = many_told::<4>();
    for told in tasks {
        group.spawn(told).await;
    }
    let order = [2, 0, 3, 1];
    for at in order {
        tellers[at].end(Ok(at as u32 * 10));
        settle().await;
    }
    let mut again = Tasks::new();
    let (tellers, tasks) = many_told::<4>();
    for told in tasks {
        again.spawn(told).await;
    }
    for at in order {
        tellers[at].end(Ok(at as u32 * 10));
        settle().await;
    }
    assert_eq!(soon(group.wait()).await, Ok(vec![0, 10, 20, 30]));
    let came: Vec<_> = order.iter().map(|&at| completed(at, Ok(at as u32 * 10))).collect();
    assert_eq!(soon(again.by_ref().collect::<Vec<_>>()).await, came);
    assert_eq!(soon(again.wait()).await, Ok(vec![]));
}

fn completed(index: usize, result: Result<u32, TaskError<Oops>>) -> Completed<u32, Oops> {
    Completed { index, result }
}

#[tokio::test]
async fn eg_07_eg_25_next_gives_each_as_it_completes_errors_too() {
    let mut group = Tasks::new();
    let ([first, second, third], tasks) = many_told();
    for told in tasks {
        group.spawn(told).await;
    }
    second.end(Err(Oops::Real(1)));
    assert_eq!(soon(group.next()).await, Some(completed(1, Err(TaskError::Failed(Oops::Real(1))))));
    third.end(Ok(3));
    assert_eq!(soon(group.next()).await, Some(completed(2, Ok(3))));
    let next = parked(group.next());
    first.end(Ok(1));
    settle().await;
    assert_eq!(next.wakes(), 1);
    assert_eq!(soon(wait_for(next)).await, Some(completed(0, Ok(1))));
    assert_eq!(soon(group.next()).await, None);
    assert_eq!(soon(group.next()).await, None, "again and again");
    // That ended nothing.
    assert!(group.spawn(ready(Ok(4))).await);
    assert_eq!(soon(group.next()).await, Some(completed(3, Ok(4))));
}

#[tokio::test]
async fn eg_25_a_group_is_a_stream() {
    let mut group = Tasks::new();
    for n in 0..4 {
        group.spawn(ready(Ok(n))).await;
    }
    assert_eq!(group.size_hint_of(), (0, None));
    settle().await;
    assert_eq!(group.size_hint_of(), (4, None));
    let sum = group.fold(0, async |sum, completed| sum + completed.result.unwrap());
    assert_eq!(soon(sum).await, 6);
}

trait SizeHint {
    fn size_hint_of(&self) -> (usize, Option<usize>);
}

impl SizeHint for Tasks {
    fn size_hint_of(&self) -> (usize, Option<usize>) {
        futures_util::Stream::size_hint(self)
    }
}

#[tokio::test]
async fn eg_23_wait_waits_for_what_tasks_start_meanwhile_too() {
    fn tree(
        starts: Spawner<u32, Oops>,
        depth: u32,
    ) -> futures_util::future::BoxFuture<'static, Result<u32, Oops>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            for _ in 0..if depth > 0 { 2 } else { 0 } {
                starts.spawn(tree(starts.clone(), depth - 1)).await.unwrap();
            }
            Ok(1)
        })
    }
    let mut group = Tasks::new();
    let starts = group.spawner();
    group.spawn(tree(starts, 6)).await;
    assert_eq!(group.wait().await.unwrap().len(), 127);
    settle().await;
    assert_eq!(alive(), 0);
}

#[tokio::test]
async fn hb_02_when_a_task_has_completed_its_future_is_gone() {
    let (census, mut group) = (Census::default(), Tasks::new());
    for n in 0..3 {
        group.spawn(giving(census.value(n))).await;
    }
    assert_eq!(census.alive(), 3);
    while let Some(completed) = soon(group.next()).await {
        assert!(completed.result.is_ok());
    }
    assert_eq!(census.alive(), 0);
}

#[tokio::test]
async fn go_08_a_task_that_never_ran_is_never_a_success() {
    // Goal: a task that is aborted is told apart from one that returned.
    let mut group = Tasks::new().on_error(OnError::Abort);
    let ([first, second], tasks) = many_told();
    for told in tasks {
        group.spawn(told).await;
    }
    settle().await;
    second.end(Err(Oops::Real(2)));
    let all = soon(group.wait_all()).await;
    assert_eq!(all, [Err(TaskError::Aborted), Err(TaskError::Failed(Oops::Real(2)))]);
    assert!(first.is_gone());
}

#[tokio::test]
async fn a_group_that_is_empty_is_waited_for_at_once() {
    let mut group = Tasks::new();
    assert_eq!(group.wait().now_or_never(), Some(Ok(vec![])));
    assert_eq!(group.wait_all().now_or_never(), Some(vec![]));
    assert_eq!(group.next().now_or_never(), Some(None));
    assert_eq!(group.shutdown().now_or_never(), Some(()));
}

#[tokio::test]
async fn try_spawn_gives_the_future_back_as_it_was() {
    let mut group = Tasks::new().limit(0);
    let (teller, told) = told();
    let refused = group.try_spawn(told).unwrap_err();
    assert!(matches!(refused, SpawnError::Full(_)));
    assert_eq!(refused.to_string(), "the group is at its limit");
    assert_eq!(format!("{refused:?}"), "Full(..)");
    assert!(!teller.is_gone() && teller.polls() == 0);
    teller.end(Ok(7));
    assert_eq!(refused.into_inner().await, Ok(7));
}

#[tokio::test]
async fn the_future_is_moved_once_and_pinned_from_its_first_poll() {
    let is_same = Arc::new(AtomicBool::new(true));
    let seen = Arc::clone(&is_same);
    let mut group = Tasks::new();
    group
        .spawn(async move {
            let local = 0_u8;
            let at = std::ptr::from_ref(&local).addr();
            for _ in 0..3 {
                tokio::task::yield_now().await;
                seen.fetch_and(std::ptr::from_ref(&local).addr() == at, Ordering::SeqCst);
            }
            Ok(0)
        })
        .await;
    assert!(soon(group.wait()).await.is_ok() && is_same.load(Ordering::SeqCst));
}

#[tokio::test]
async fn it_says_what_it_knows_when_it_is_printed() {
    let mut group = Tasks::new().limit(1);
    group.spawn(ready(Err(Oops::Real(1)))).await;
    let starts = group.spawner();
    let waits = parked(starts.spawn(ready(Ok(1))));
    let text = format!("{group:?}");
    assert!(text.contains("live: 1") && text.contains("in_line: 1"), "{text}");
    assert!(text.contains("has_failed: false") && text.contains("limit: Some(1)"), "{text}");
    drop(waits);
    settle().await;
    assert!(format!("{group:?}").contains("has_failed: true"));
    assert!(format!("{starts:?}").starts_with("Spawner"));
}

#[test]
fn groups_and_their_futures_can_be_sent() {
    fn is_send<T: Send>(_: &T) {}
    fn is_sync<T: Sync>(_: &T) {}
    let mut group = Tasks::new();
    is_send(&group);
    is_sync(&group);
    is_send(&group.spawn(ready(Ok(1))));
    is_send(&group.wait());
    is_send(&group.wait_all());
    is_send(&group.next());
    is_send(&group.shutdown());
    let starts = group.spawner();
    is_send(&starts);
    is_sync(&starts);
    is_send(&starts.spawn(ready(Ok(1))));
    // A value that cannot be shared can be a result.
    let cells = Group::<std::cell::Cell<u8>, Oops>::new();
    is_send(&cells);
    is_sync(&cells);
    assert_not_impl!(Tasks: Clone);
}

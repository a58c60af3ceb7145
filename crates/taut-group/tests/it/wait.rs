//! Waiting: given up and taken up again, as an arm of a select, by other wakers; and groups that are used again.

use std::future::ready;
use std::sync::Arc;
use std::task::Waker;

use futures_util::{FutureExt, StreamExt};
use taut::group::Completed;
use taut::{chan, select};

use crate::kit::{Oops, Tasks, Teller, many_told, settle, soon, told};
use crate::support::{Census, Wakes, gives_way, now, parked, task};

async fn started<const N: usize>() -> ([Teller; N], Tasks) {
    let mut group = Tasks::new();
    let (tellers, tasks) = many_told();
    for told in tasks {
        group.spawn(told).await;
    }
    settle().await;
    (tellers, group)
}

#[tokio::test]
async fn a_wait_that_is_dropped_and_called_again_loses_nothing() {
    let (tellers, mut group) = started::<4>().await;
    for (teller, n) in tellers.iter().zip(0..) {
        let mut wait = parked(group.wait());
        teller.end(Ok(n));
        settle().await;
        if n < 3 {
            wait.pending();
        }
        drop(wait);
        let next = task(group.next());
        drop(next);
    }
    assert_eq!(now(group.wait()), Ok(vec![0, 1, 2, 3]));
}

#[tokio::test]
async fn an_error_is_not_lost_with_a_wait_that_was_woken_for_it() {
    let ([one, two], mut group) = started().await;
    one.end(Err(Oops::Real(1)));
    let wait = parked(group.wait());
    two.end(Ok(2));
    settle().await;
    assert_eq!(wait.wakes(), 1);
    drop(wait);
    assert_eq!(now(group.wait()), Err(Oops::Real(1)));
}

#[tokio::test]
async fn who_waits_for_all_is_woken_once_and_who_asks_for_the_next_each_time() {
    let (tellers, mut group) = started::<4>().await;
    let wait = parked(group.wait());
    tellers[0].end(Ok(0));
    settle().await;
    assert_eq!(wait.wakes(), 0);
    drop(wait);
    let mut next = parked_next(&mut group).await;
    assert_eq!(next, Some(Completed { index: 0, result: Ok(0) }));
    let waits = parked(group.next());
    tellers[1].end(Ok(1));
    settle().await;
    assert_eq!(waits.wakes(), 1);
    drop(waits);
    next = parked_next(&mut group).await;
    assert_eq!(next.map(|completed| completed.index), Some(1), "it was kept");
    let wait = parked(group.wait());
    tellers[2].end(Ok(2));
    settle().await;
    assert_eq!(wait.wakes(), 0);
    tellers[3].end(Ok(3));
    settle().await;
    assert_eq!(wait.wakes(), 1);
    drop(wait);
    assert_eq!(now(group.wait()), Ok(vec![2, 3]), "without those that were given");
}

async fn parked_next(group: &mut Tasks) -> Option<Completed<u32, Oops>> {
    soon(group.next()).await
}

#[tokio::test]
async fn a_wait_after_a_next_that_was_given_up_and_the_other_way_round() {
    let ([one, two], mut group) = started().await;
    drop(parked(group.next()));
    let wait = parked(group.wait());
    one.end(Ok(1));
    settle().await;
    assert_eq!(wait.wakes(), 0);
    drop(wait);
    assert!(task(group.next()).poll().is_ready());
    let next = parked(group.next());
    two.end(Ok(2));
    settle().await;
    assert_eq!(next.wakes(), 1);
}

#[tokio::test]
async fn the_waker_of_the_last_poll_is_woken_and_none_stays_behind() {
    let ([one, two], mut group) = started().await;
    let (other, mut wait) = (Wakes::new(), parked(group.wait()));
    for _ in 0..3 {
        assert!(wait.poll_with(&Waker::from(Arc::clone(&other))).is_pending());
    }
    one.end(Ok(1));
    two.end(Ok(2));
    settle().await;
    assert_eq!((wait.wakes(), other.count()), (0, 1));
    drop(wait);
    assert_eq!(Arc::strong_count(&other), 1);
    let ([_one], mut group) = started().await;
    let mut next = task(group.next());
    assert!(next.poll_with(&Waker::from(Arc::clone(&other))).is_pending());
    drop(next);
    assert_eq!(Arc::strong_count(&other), 1);
}

#[tokio::test]
async fn a_waker_that_panics_loses_nothing() {
    let ([one], mut group) = started().await;
    let mut wait = task(group.wait());
    assert!(wait.poll_with(&crate::support::hooks::bomb()).is_pending());
    one.end(Ok(1));
    settle().await;
    assert_eq!(wait.ready(), Ok(vec![1]));
}

#[tokio::test]
async fn next_and_wait_are_arms_of_a_select() {
    let ([one, two], mut group) = started().await;
    let (tx, rx) = chan::rendezvous::<u32>();
    one.end(Ok(1));
    let mut seen = Vec::new();
    for _ in 0..2 {
        select! {
            completed = group.next() => seen.push(completed.unwrap().result.unwrap()),
            value = rx.recv() => seen.push(value.unwrap()),
        }
        drop(tokio::spawn({
            let tx = tx.clone();
            async move { tx.send(7).await }
        }));
    }
    assert_eq!(seen, [1, 7]);
    let came = select! { biased; all = group.wait() => Some(all), default => None };
    assert_eq!(came, None);
    two.end(Ok(2));
    settle().await;
    let came = select! { biased; all = group.wait() => Some(all), default => None };
    assert_eq!(came, Some(Ok(vec![2])));
    assert!(matches!(group.next().now_or_never(), Some(None)));
}

#[tokio::test]
async fn a_loop_that_starts_tasks_and_takes_results_at_the_same_time() {
    let mut group = Tasks::new().limit(3);
    let (starts, mut sum, mut next) = (group.spawner(), 0, 0);
    let mut spawns = task(Box::pin(starts.spawn(ready(Ok(0)))));
    while next < 100 || !group.is_empty() {
        if next < 100 && spawns.poll().is_ready() {
            next += 1;
            spawns = task(Box::pin(starts.spawn(ready(Ok(next)))));
        }
        if let Some(Some(completed)) = group.next().now_or_never() {
            sum += completed.result.unwrap();
        }
        tokio::task::yield_now().await;
    }
    while let Some(completed) = soon(group.next()).await {
        sum += completed.result.unwrap();
    }
    assert_eq!(sum, (0..100).sum());
}

#[tokio::test]
async fn eg_08_a_group_without_a_context_is_as_new_after_a_wait() {
    let mut group = Tasks::new().limit(2);
    for round in 0..3 {
        group.spawn(ready(Ok(round))).await;
        group.spawn(ready(if round == 1 { Err(Oops::Real(1)) } else { Ok(9) })).await;
        let expected = if round == 1 { Err(Oops::Real(1)) } else { Ok(vec![round, 9]) };
        assert_eq!(soon(group.wait()).await, expected, "an error is not kept");
    }
    // Numbers begin anew.
    group.spawn(ready(Ok(1))).await;
    assert_eq!(soon(group.next()).await.map(|completed| completed.index), Some(0));
    assert_eq!(soon(group.wait()).await, Ok(vec![]));
    assert_eq!(group.capacity(), Some(2));
}

#[tokio::test]
async fn tasks_are_started_between_two_waits_that_are_given_up() {
    let mut group = Tasks::new();
    let ([one, two], [first, second]) = many_told();
    group.spawn(first).await;
    drop(parked(group.wait()));
    group.spawn(second).await;
    one.end(Ok(1));
    settle().await;
    let mut wait = parked(group.wait());
    two.end(Ok(2));
    settle().await;
    assert_eq!(wait.answer(), Some(Ok(vec![1, 2])));
}

#[tokio::test]
async fn a_stream_that_is_polled_and_left_loses_nothing() {
    let ([one, two], mut group) = started().await;
    {
        let mut ready = task(group.by_ref().ready_chunks(8).into_future());
        assert!(ready.poll().is_pending());
        one.end(Ok(1));
        settle().await;
        let (chunk, _) = ready.answer().unwrap();
        assert_eq!(chunk.unwrap().len(), 1);
    }
    two.end(Ok(2));
    assert_eq!(soon(group.wait()).await, Ok(vec![2]));
}

#[tokio::test]
async fn values_are_given_once() {
    let census = Census::default();
    let mut group = taut::group::Group::<_, Oops>::new();
    for n in 0..4 {
        group.spawn(ready(Ok(census.value(n)))).await;
    }
    assert_eq!(soon(group.next()).await.unwrap().result.unwrap(), 0);
    assert_eq!(census.alive(), 3);
    let rest = soon(group.wait()).await.unwrap();
    assert_eq!(rest.iter().map(|value| value.id).collect::<Vec<_>>(), [1, 2, 3]);
    drop(rest);
    assert_eq!(census.alive(), 0);
}

#[tokio::test]
async fn values_beside_an_error_are_dropped() {
    let census = Census::default();
    let mut group = taut::group::Group::<_, Oops>::new();
    group.spawn(ready(Ok(census.value(1)))).await;
    group.spawn(ready(Err(Oops::Real(1)))).await;
    group.spawn(ready(Ok(census.value(2)))).await;
    assert!(soon(group.wait()).await.is_err());
    assert_eq!(census.alive(), 0);
}

#[tokio::test]
async fn waiting_again_and_again_gives_way() {
    gives_way("wait", async || assert!(Tasks::new().wait().await.is_ok())).await;
    gives_way("next", async || assert!(Tasks::new().next().await.is_none())).await;
    // And a task that starts others and takes their results.
    let (teller, first) = told();
    teller.end(Ok(1));
    let mut group = Tasks::new();
    group.spawn(first).await;
    assert_eq!(soon(group.wait()).await, Ok(vec![1]));
}

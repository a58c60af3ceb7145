//! EG-24, further: tasks with several spawns at once, those from outside, groups and spawns in odd places.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use taut::context::Context;
use taut::group::SpawnError;

use crate::kit::{Oops, Tasks, alive, many_told, settle, soon, told};
use crate::stuck::Heard::{Ended, Nothing, Started, WouldDeadlock};
use crate::stuck::{Log, spawning, started};
use crate::support::{MANY, parked};

#[tokio::test]
async fn eg_24_a_task_that_waits_for_two_places_at_once_counts_once() {
    let mut group = Tasks::new().limit(2);
    let (starts, other) = (group.spawner(), group.spawner());
    let (teller, second) = told();
    group
        .spawn(async move {
            let both =
                futures_util::future::join(starts.spawn(ready(Ok(2))), starts.spawn(ready(Ok(3))));
            let (one, two) = both.await;
            assert!(one.is_ok() && two.is_ok());
            Ok(1)
        })
        .await;
    group.spawn(second).await;
    settle().await;
    assert_eq!(group.len(), 2, "it is told nothing while the other works");
    assert!(matches!(other.try_spawn(ready(Ok(0))), Err(SpawnError::Full(_))));
    teller.end(Ok(4));
    assert_eq!(soon(group.wait()).await, Ok(vec![1, 4, 2, 3]));
}

#[tokio::test]
async fn eg_24_a_task_that_waits_for_two_places_is_told_of_both() {
    let mut group = Tasks::new().limit(2);
    let starts = group.spawner();
    let (teller, second) = told();
    group
        .spawn(async move {
            let (one, two) =
                futures_util::future::join(starts.spawn(ready(Ok(2))), starts.spawn(ready(Ok(3))))
                    .await;
            assert!(matches!(one, Err(SpawnError::WouldDeadlock(_))));
            assert!(matches!(two, Err(SpawnError::WouldDeadlock(_))));
            Ok(1)
        })
        .await;
    group.spawn(second).await;
    settle().await;
    group.set_limit(Some(1));
    teller.end(Ok(4));
    assert_eq!(soon(group.wait()).await, Ok(vec![1, 4]));
}

#[tokio::test]
async fn eg_24_who_is_no_task_of_the_group_only_waits() {
    let mut group = Tasks::new().limit(1);
    let (teller, first) = told();
    group.spawn(first).await;
    let (starts, mut other) = (group.spawner(), Tasks::new().limit(1));
    let from_outside = group.spawner();
    let mut outside = parked(from_outside.spawn(ready(Ok(2))));
    other.spawn(async move { starts.spawn(ready(Ok(3))).await.map_or(Ok(1), |()| Ok(0)) }).await;
    settle().await;
    outside.pending();
    assert_eq!(other.len(), 1, "nor is a task of another group");
    teller.end(Ok(1));
    settle().await;
    assert!(outside.answer().unwrap().is_ok());
    assert_eq!(soon(other.wait()).await, Ok(vec![0]));
    assert_eq!(soon(group.wait()).await, Ok(vec![1, 2, 3]));
}

#[tokio::test]
async fn eg_24_those_from_outside_keep_their_places_in_line() {
    let (mut group, log, [one, two], [ends_one, ends_two]) = started(Some(2)).await;
    let outside = group.spawner();
    let mut first = parked(outside.spawn(ready(Ok(7))));
    one.end(Ok(0));
    settle().await;
    let mut last = parked(outside.spawn(ready(Ok(8))));
    two.end(Ok(0));
    settle().await;
    log.is(&[Nothing, WouldDeadlock]);
    first.pending();
    ends_two.end(Ok(2));
    settle().await;
    assert!(first.answer().unwrap().is_ok());
    settle().await;
    log.is(&[Started, WouldDeadlock]);
    settle().await;
    assert!(last.answer().unwrap().is_ok());
    ends_one.end(Ok(1));
    assert_eq!(soon(group.wait()).await, Ok(vec![1, 2, 7, 100, 8]));
}

#[tokio::test]
async fn eg_24_those_who_wait_hear_of_the_end_of_the_context() {
    let (group, _ctx) = Tasks::with_context(&Context::background());
    let mut group = group.limit(2);
    let (log, starts) = (Log::new(1), group.spawner());
    let ([when, then, other], [w, t, o]) = many_told();
    group.spawn(spawning(&log, 0, &starts, w, t)).await;
    group.spawn(o).await;
    settle().await;
    when.end(Ok(0));
    settle().await;
    log.is(&[Nothing]);
    other.end(Err(Oops::Real(1)));
    settle().await;
    log.is(&[Ended]);
    then.end(Ok(1));
    assert_eq!(soon(group.wait()).await, Err(Oops::Real(1)));
}

#[tokio::test]
async fn eg_24_try_spawn_in_a_task_says_that_it_is_full() {
    let mut group = Tasks::new().limit(1);
    let starts = group.spawner();
    group
        .spawn(async move {
            assert!(matches!(starts.try_spawn(ready(Ok(1))), Err(SpawnError::Full(_))));
            Ok(1)
        })
        .await;
    assert_eq!(soon(group.wait()).await, Ok(vec![1]));
}

#[tokio::test]
async fn eg_24_a_group_in_its_own_task() {
    let mut group = Tasks::new().limit(1);
    let slot = Arc::new(Mutex::new(None::<Tasks>));
    let theirs = Arc::clone(&slot);
    let (tx, rx) = std::sync::mpsc::channel();
    group
        .spawn(async move {
            let own = theirs.lock().unwrap().take();
            let mut group = own.unwrap();
            tx.send(group.spawn(ready(Ok(1))).await).unwrap();
            Ok(1)
        })
        .await;
    *slot.lock().unwrap() = Some(group);
    settle().await;
    assert_eq!(rx.try_recv(), Ok(false));
    assert_eq!(alive(), 0);
}

#[tokio::test]
async fn eg_24_a_spawn_that_leaves_its_task_waits_for_nobody() {
    type Moved = Pin<Box<dyn Future<Output = bool> + Send>>;
    let mut group = Tasks::new().limit(2);
    let (starts, moved) = (group.spawner(), Arc::new(Mutex::new(None::<Moved>)));
    let outside = group.spawner();
    let ([ends_one, two, ends_two], [e, t, f]) = many_told();
    let (theirs, log) = (Arc::clone(&moved), Log::new(1));
    group
        .spawn(async move {
            e.await?;
            let mut spawns: Moved =
                Box::pin(async move { starts.spawn(ready(Ok(9))).await.is_ok() });
            assert!((&mut spawns).now_or_never().is_none());
            *theirs.lock().unwrap() = Some(spawns);
            Ok(1)
        })
        .await;
    let again = group.spawner();
    group.spawn(spawning(&log, 0, &again, t, f)).await;
    let (ends_three, third) = told();
    let mut in_line = parked(outside.spawn(third));
    ends_one.end(Ok(0));
    settle().await;
    assert!(in_line.answer().unwrap().is_ok());
    settle().await;
    // The third one works, and its end will free a place.
    two.end(Ok(0));
    settle().await;
    log.is(&[Nothing]);
    ends_three.end(Ok(3));
    settle().await;
    let spawns = moved.lock().unwrap().take();
    assert!(spawns.unwrap().await);
    ends_two.end(Ok(2));
    assert!(soon(group.wait()).await.is_ok());
}

#[tokio::test]
async fn eg_24_more_than_a_batch_is_told() {
    // Goal: a task with many spawns in line, which is stuck since somebody who was admitted gives up.
    let mut group = Tasks::new().limit(2);
    let (starts, outside) = (group.spawner(), group.spawner());
    let ([go, ends_two], [g, second]) = many_told();
    group
        .spawn(async move {
            g.await?;
            let spawns = (0..MANY).map(|n| starts.spawn(ready(Ok(n as u32))));
            let all = futures_util::future::join_all(spawns).await;
            assert!(all.iter().all(|told| matches!(told, Err(SpawnError::WouldDeadlock(_)))));
            Ok(1)
        })
        .await;
    group.spawn(second).await;
    settle().await;
    let in_line = parked(outside.spawn(ready(Ok(7))));
    go.end(Ok(0));
    settle().await;
    ends_two.end(Ok(2));
    settle().await;
    assert_eq!(in_line.wakes(), 1);
    group.set_limit(Some(1));
    drop(in_line);
    assert_eq!(soon(group.wait()).await, Ok(vec![1, 2]));
}

#[tokio::test]
async fn eg_24_more_than_a_batch_is_told_when_the_last_that_works_ends() {
    let mut group = Tasks::new().limit(2);
    let starts = group.spawner();
    let (teller, second) = told();
    group
        .spawn(async move {
            let spawns = (0..MANY).map(|n| starts.spawn(ready(Ok(n as u32))));
            let all = futures_util::future::join_all(spawns).await;
            assert!(all.iter().all(|told| matches!(told, Err(SpawnError::WouldDeadlock(_)))));
            Ok(1)
        })
        .await;
    group.spawn(second).await;
    settle().await;
    group.set_limit(Some(1));
    teller.end(Ok(2));
    assert_eq!(soon(group.wait()).await, Ok(vec![1, 2]));
}

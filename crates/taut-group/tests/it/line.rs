//! The line of those who wait for a place: first come, first served, and leaving it.

use std::future::{Future, pending, ready};
use std::sync::Arc;
use std::task::Waker;

use taut::chan;
use taut::context::Context;
use taut::group::SpawnError;
use taut::select;

use crate::kit::{Outcome, Starts, Tasks, giving, many_told, settle, soon, told};
use crate::support::hooks::panics;
use crate::support::{Census, MANY, Task, Wakes, parked};

type Waits<'a> = Task<std::pin::Pin<Box<dyn Future<Output = bool> + 'a>>>;

/// In line.
fn in_line(starts: &Starts, future: impl Future<Output = Outcome> + Send + 'static) -> Waits<'_> {
    parked(Box::pin(async { starts.spawn(future).await.is_ok() }))
}

#[tokio::test]
async fn eg_22_of_14_those_who_wait_are_admitted_first_come_first_served() {
    // As Go's TestEGFIFO.
    let mut group = Tasks::new().limit(1);
    let (first, told) = told();
    group.spawn(told).await;
    let starts = group.spawner();
    let (tellers, tasks) = many_told::<5>();
    let mut line: Vec<_> = tasks.into_iter().map(|told| in_line(&starts, told)).collect();
    first.end(Ok(0));
    for (at, teller) in tellers.iter().enumerate() {
        settle().await;
        let woken: Vec<_> = line.iter().map(Task::wakes).collect();
        assert!(
            woken.iter().enumerate().all(|(n, &wakes)| wakes == usize::from(n <= at)),
            "{woken:?}"
        );
        assert_eq!(line[at].answer(), Some(true));
        teller.end(Ok(at as u32 + 1));
    }
    assert_eq!(soon(group.wait()).await, Ok(vec![0, 1, 2, 3, 4, 5]));
}

#[tokio::test]
async fn of_14_the_index_is_that_of_the_admission() {
    let mut group = Tasks::new().limit(0);
    let starts = group.spawner();
    let mut line: Vec<_> = (0..3).map(|n| in_line(&starts, ready(Ok(n)))).collect();
    group.set_limit(None);
    // They are admitted in this order, and take their seats in another.
    for at in [2, 0, 1] {
        assert_eq!(line[at].answer(), Some(true));
    }
    drop(line);
    let came = soon(group.wait()).await.unwrap();
    assert_eq!(came.len(), 3);
}

#[tokio::test]
async fn one_that_gives_up_in_line_passes_its_place_on() {
    let mut group = Tasks::new().limit(1);
    let (first, told) = told();
    group.spawn(told).await;
    let starts = group.spawner();
    let census = Census::default();
    let held = |n| giving(census.value(n));
    let (one, two, mut three) =
        (in_line(&starts, held(1)), in_line(&starts, held(2)), in_line(&starts, held(3)));
    // Before there is a place.
    drop(one);
    assert_eq!(census.alive(), 2, "the future is dropped");
    first.end(Ok(0));
    settle().await;
    // After it was admitted, and before it knows.
    assert_eq!((two.wakes(), three.wakes()), (1, 0));
    drop(two);
    assert_eq!((census.alive(), three.wakes()), (1, 1));
    assert_eq!(three.answer(), Some(true));
    drop(three);
    assert_eq!(soon(group.wait()).await, Ok(vec![0, 3]));
}

#[tokio::test]
async fn the_last_that_gives_up_leaves_its_place_to_newcomers() {
    let mut group = Tasks::new().limit(1);
    group.spawn(ready(Ok(1))).await;
    let starts = group.spawner();
    let waits = in_line(&starts, ready(Ok(2)));
    settle().await;
    assert_eq!(waits.wakes(), 1);
    assert!(group.try_spawn(ready(Ok(3))).is_err());
    drop(waits);
    assert!(group.try_spawn(ready(Ok(3))).is_ok());
}

#[tokio::test]
async fn many_that_give_up_lose_nothing() {
    let mut group = Tasks::new().limit(2);
    let ([one, two], tasks) = many_told();
    for told in tasks {
        group.spawn(told).await;
    }
    let starts = group.spawner();
    let mut line: Vec<_> = (0..MANY).map(|n| Some(in_line(&starts, ready(Ok(n as u32))))).collect();
    line.iter_mut().step_by(3).for_each(|waits| drop(waits.take()));
    one.end(Ok(0));
    two.end(Ok(0));
    for mut waits in line.into_iter().flatten() {
        settle().await;
        assert_eq!(waits.answer(), Some(true));
    }
    assert_eq!(soon(group.wait()).await.unwrap().len(), 2 + MANY - MANY.div_ceil(3));
}

#[tokio::test]
async fn the_waker_of_the_last_poll_is_woken_and_only_that() {
    let mut group = Tasks::new().limit(1);
    let (teller, told) = told();
    group.spawn(told).await;
    let starts = group.spawner();
    let mut waits = in_line(&starts, ready(Ok(2)));
    let other = Wakes::new();
    assert!(waits.poll_with(&Waker::from(Arc::clone(&other))).is_pending());
    assert!(waits.poll_with(&Waker::from(Arc::clone(&other))).is_pending());
    teller.end(Ok(1));
    settle().await;
    assert_eq!((waits.wakes(), other.count()), (0, 1));
    assert!(waits.poll().is_ready());
}

#[tokio::test]
async fn no_waker_stays_behind() {
    let mut group = Tasks::new().limit(0);
    let starts = group.spawner();
    let wakes = Wakes::new();
    let waker = Waker::from(Arc::clone(&wakes));
    let mut waits = crate::support::task(starts.spawn(ready(Ok(1))));
    assert!(waits.poll_with(&waker).is_pending());
    drop(waits);
    let mut wait = crate::support::task(group.spawn(pending()));
    assert!(wait.poll_with(&waker).is_pending());
    drop(wait);
    drop(waker);
    assert_eq!(Arc::strong_count(&wakes), 1);
}

#[tokio::test]
async fn a_waker_that_panics_keeps_nobody_from_being_admitted() {
    let group = Tasks::new().limit(0);
    let starts = group.spawner();
    let mut first = crate::support::task(starts.spawn(ready(Ok(1))));
    assert!(first.poll_with(&crate::support::hooks::bomb()).is_pending());
    let mut line: Vec<_> = (0..MANY).map(|n| in_line(&starts, ready(Ok(n as u32)))).collect();
    panics("a waker panics", || group.set_limit(None));
    for waits in &mut line {
        assert_eq!(waits.answer(), Some(true));
    }
    assert!(first.poll().is_ready());
}

#[tokio::test]
async fn a_spawn_is_an_arm_of_a_select() {
    let mut group = Tasks::new().limit(1);
    let (teller, first) = told();
    group.spawn(first).await;
    let (other, second) = told();
    let (tx, rx) = chan::bounded(1);
    tx.try_send(7).unwrap();
    let came = select! {
        biased;
        _ = group.spawn(second) => None,
        value = rx.recv() => value.ok(),
    };
    assert_eq!(came, Some(7));
    assert!(other.is_gone(), "the arm that lost dropped its future");
    // And it has left the line.
    teller.end(Ok(1));
    settle().await;
    assert!(group.try_spawn(ready(Ok(2))).is_ok());
    let came = select! {
        biased;
        admitted = group.spawn(ready(Ok(3))) => Some(admitted),
        _ = rx.recv() => None,
        default => None,
    };
    assert_eq!(came, None, "not at once");
    settle().await;
    let came = select! {
        biased;
        admitted = group.spawn(ready(Ok(3))) => Some(admitted),
        _ = rx.recv() => None,
    };
    assert_eq!(came, Some(true));
    assert_eq!(soon(group.wait()).await, Ok(vec![1, 2, 3]));
}

#[tokio::test]
async fn two_spawns_of_one_select_take_one_place() {
    let mut group = Tasks::new().limit(1);
    let (teller, first) = told();
    group.spawn(first).await;
    let starts = group.spawner();
    let (census, other) = (Census::default(), starts.clone());
    let held = |n| giving(census.value(n));
    let (one, two) = (held(1), held(2));
    let mut either = parked(async move {
        select! {
            biased;
            started = starts.spawn(one) => started.is_ok(),
            started = other.spawn(two) => started.is_ok(),
        }
    });
    teller.end(Ok(0));
    settle().await;
    assert_eq!((either.answer(), census.alive()), (Some(true), 1));
    assert_eq!(soon(group.wait()).await, Ok(vec![0, 1]));
    assert!(group.try_spawn(ready(Ok(1))).is_ok());
}

#[tokio::test(start_paused = true)]
async fn eg_21_a_spawn_with_a_timeout() {
    let mut group = Tasks::new().limit(1);
    let (teller, first) = told();
    group.spawn(first).await;
    let hour = std::time::Duration::from_secs(3600);
    let (ctx, _cancel) = Context::background().with_timeout(hour);
    let starts = group.spawner();
    assert!(ctx.run(starts.spawn(ready(Ok(2)))).await.is_err());
    teller.end(Ok(1));
    settle().await;
    assert!(ctx.without_cancel().run(starts.spawn(ready(Ok(2)))).await.unwrap().is_ok());
    assert_eq!(soon(group.wait()).await, Ok(vec![1, 2]));
}

#[tokio::test]
async fn those_in_line_get_their_futures_back_when_the_group_is_dropped() {
    let group = Tasks::new().limit(0);
    let starts = group.spawner();
    let mut line: Vec<_> = (0..MANY).map(|n| parked(starts.spawn(ready(Ok(n as u32))))).collect();
    drop(group);
    for (waits, n) in line.iter_mut().zip(0..) {
        let Some(Err(SpawnError::Closed(future))) = waits.answer() else { panic!("it is gone") };
        assert_eq!(future.await, Ok(n));
    }
    assert!(matches!(starts.try_spawn(ready(Ok(1))), Err(SpawnError::Closed(_))));
}

#[tokio::test]
async fn who_was_admitted_and_does_not_know_yet_starts_nothing_in_a_group_that_is_gone() {
    let mut group = Tasks::new().limit(1);
    let (first, told) = told();
    group.spawn(told).await;
    let starts = group.spawner();
    let (teller, second) = crate::kit::told();
    let mut waits = parked(starts.spawn(second));
    first.end(Ok(0));
    settle().await;
    assert_eq!(waits.wakes(), 1);
    drop(group);
    let Some(Err(SpawnError::Closed(future))) = waits.answer() else { panic!("it was started") };
    assert!(!teller.is_gone());
    drop(future);
}

#[tokio::test]
async fn who_was_admitted_and_does_not_know_yet_starts_nothing_after_a_shutdown() {
    let mut group = Tasks::new().limit(1);
    let (first, told) = told();
    group.spawn(told).await;
    let starts = group.spawner();
    let mut waits = parked(starts.spawn(pending()));
    first.end(Ok(0));
    settle().await;
    soon(group.shutdown()).await;
    assert!(matches!(waits.answer(), Some(Err(SpawnError::Ended(_)))));
    assert!(group.is_empty());
}

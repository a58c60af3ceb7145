//! Groups that abort, are dropped, or are shut down: the futures of their tasks go at once.

use std::future::{pending, ready};
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use taut::context::Context;
use taut::group::{OnError, SpawnError, TaskError};

use crate::kit::{CANCELLED, Oops, Tasks, alive, holding, many_told, settle, soon, told};
use crate::support::hooks::OnDrop;
use crate::support::{Census, MANY, parked};

#[tokio::test]
async fn eg_09_abort_drops_the_others_before_the_failing_one_is_done() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let note = |text: &'static str| {
        let log = Arc::clone(&log);
        move || log.lock().unwrap().push(text)
    };
    let (group, ctx) = Tasks::with_context(&Context::background());
    let mut group = group.on_error(OnError::Abort);
    let was_running = OnDrop(note("running"));
    group
        .spawn(async move {
            let _held = was_running;
            pending().await
        })
        .await;
    group.spawn(ready(Err(Oops::Real(1)))).await;
    let (after, never_began) = (note("a turn later"), OnDrop(note("never begun")));
    group
        .spawn(async move {
            let _held = never_began;
            unreachable!("it was dropped before its first turn")
        })
        .await;
    tokio::spawn(async move { after() });
    ctx.after_func(note("ended")).detach();
    assert_eq!(soon(group.wait()).await, Err(Oops::Real(1)));
    assert_eq!(*log.lock().unwrap(), ["ended", "running", "never begun", "a turn later"]);
    assert_eq!(alive(), 0);
}

#[tokio::test]
async fn abort_without_a_context_starts_no_more_until_it_is_waited_for() {
    let mut group = Tasks::new().on_error(OnError::Abort);
    let starts = group.spawner();
    let (teller, first) = told();
    group.spawn(first).await;
    group.spawn(ready(Err(Oops::Real(1)))).await;
    settle().await;
    assert!(teller.is_gone());
    assert!(!group.spawn(ready(Ok(1))).await);
    assert!(matches!(group.try_spawn(ready(Ok(1))), Err(SpawnError::Ended(_))));
    assert!(matches!(starts.spawn(ready(Ok(1))).await, Err(SpawnError::Ended(_))));
    assert_eq!(soon(group.wait()).await, Err(Oops::Real(1)));
    assert!(group.spawn(ready(Ok(1))).await);
    assert_eq!(soon(group.wait()).await, Ok(vec![1]));
}

#[tokio::test]
async fn those_in_line_hear_of_an_abort() {
    let mut group = Tasks::new().limit(1).on_error(OnError::Abort);
    let (teller, first) = told();
    group.spawn(first).await;
    let starts = group.spawner();
    let mut line: Vec<_> = (0..MANY).map(|n| parked(starts.spawn(ready(Ok(n as u32))))).collect();
    teller.end(Err(Oops::Real(1)));
    settle().await;
    let admitted = usize::from(line[0].answer().unwrap().is_ok());
    assert!(admitted <= 1);
    for waits in &mut line[1..] {
        assert!(matches!(waits.answer(), Some(Err(SpawnError::Ended(_)))));
    }
    assert!(soon(group.wait()).await.is_err());
}

#[tokio::test]
async fn what_was_aborted_is_incomplete_and_no_success() {
    // Goal: a group with a context whose error was taken by `next` says it was ended for the rest.
    let mut group = Tasks::new().on_error(OnError::Abort);
    let (_teller, first) = told();
    group.spawn(ready(Ok(0))).await;
    group.spawn(first).await;
    group.spawn(ready(Err(Oops::Real(1)))).await;
    let all = soon(group.wait_all()).await;
    assert_eq!(all, [Ok(0), Err(TaskError::Aborted), Err(TaskError::Failed(Oops::Real(1)))]);
}

#[tokio::test]
async fn dropping_a_group_drops_what_runs_and_what_has_not_begun() {
    let (census, mut group) = (Census::default(), Tasks::new());
    for n in 0..3 {
        group.spawn(holding(census.value(n))).await;
    }
    settle().await;
    for n in 3..6 {
        group.spawn(holding(census.value(n))).await;
    }
    assert_eq!((census.alive(), alive()), (6, 6));
    drop(group);
    assert_eq!(census.alive(), 0, "at once");
    settle().await;
    assert_eq!(alive(), 0);
}

#[tokio::test]
async fn dropping_a_group_drops_its_results() {
    let census = Census::default();
    let mut group = taut::group::Group::<_, Oops>::new();
    for n in 0..3 {
        group.spawn(ready(Ok(census.value(n)))).await;
    }
    settle().await;
    assert_eq!(census.alive(), 3);
    waits_that_are_dropped(&mut group);
    assert_eq!(census.alive(), 3);
    drop(group);
    assert_eq!(census.alive(), 0);
}

fn waits_that_are_dropped<T, E>(group: &mut taut::group::Group<T, E>) {
    drop(group.wait());
    drop(group.next());
    drop(group.wait_all());
}

#[tokio::test]
async fn a_group_that_is_dropped_ends_its_context_before_its_tasks_go() {
    let (mut group, ctx) = Tasks::with_context(&Context::background());
    let was_done = Arc::new(Mutex::new(None));
    let (seen, watched) = (Arc::clone(&was_done), ctx.clone());
    let looks = OnDrop(move || *seen.lock().unwrap() = Some(watched.is_done()));
    group
        .spawn(async move {
            let _held = looks;
            pending().await
        })
        .await;
    drop(group);
    assert_eq!(*was_done.lock().unwrap(), Some(true));
}

#[tokio::test]
async fn shutdown_ends_all_and_returns_when_nobody_lives() {
    let (census, (mut group, ctx)) =
        (Census::default(), Tasks::with_context(&Context::background()));
    for n in 0..3 {
        group.spawn(holding(census.value(n))).await;
    }
    group.spawn(ready(Err(Oops::Real(1)))).await;
    soon(group.shutdown()).await;
    assert_eq!((census.alive(), group.len()), (0, 0));
    assert!(ctx.is_done() && !group.spawn(ready(Ok(1))).await);
    assert_eq!(soon(group.wait()).await, Err(CANCELLED));
    settle().await;
    assert_eq!(alive(), 0);
}

#[tokio::test]
async fn shutdown_of_a_group_without_a_context_leaves_it_as_new() {
    let (census, mut group) = (Census::default(), Tasks::new().limit(2));
    group.spawn(holding(census.value(1))).await;
    group.spawn(ready(Err(Oops::Real(1)))).await;
    settle().await;
    soon(group.shutdown()).await;
    assert_eq!(census.alive(), 0);
    assert!(group.spawn(ready(Ok(5))).await && group.spawn(ready(Ok(6))).await);
    assert_eq!(soon(group.wait()).await, Ok(vec![5, 6]));
}

#[tokio::test]
async fn shutdown_aborts_at_its_first_poll() {
    let (census, mut group) = (Census::default(), Tasks::new());
    group.spawn(holding(census.value(1))).await;
    drop(group.shutdown());
    assert_eq!(census.alive(), 1, "it was not polled");
    assert!(crate::support::task(group.shutdown()).poll().is_ready());
    assert_eq!(census.alive(), 0);
}

#[tokio::test]
async fn a_task_that_drops_its_own_group_is_dropped_when_its_poll_returns() {
    let (census, mut group) = (Census::default(), Tasks::new());
    let ([first, second], tasks) = many_told();
    for told in tasks {
        group.spawn(told).await;
    }
    let slot = Arc::new(Mutex::new(None::<Tasks>));
    let (theirs, seen, held) = (Arc::clone(&slot), census.clone(), census.value(1));
    group
        .spawn(async move {
            let _held = held;
            tokio::task::yield_now().await;
            let group = theirs.lock().unwrap().take().unwrap();
            drop(group);
            assert_eq!(seen.alive(), 1, "not while it is polled");
            pending().await
        })
        .await;
    *slot.lock().unwrap() = Some(group);
    settle().await;
    assert!(first.is_gone() && second.is_gone());
    assert_eq!((census.alive(), alive()), (0, 0));
}

#[tokio::test]
async fn a_task_that_drops_its_own_group_and_returns() {
    let mut group = Tasks::new();
    let slot = Arc::new(Mutex::new(None::<Tasks>));
    let (census, theirs) = (Census::default(), Arc::clone(&slot));
    let held = census.value(1);
    group
        .spawn(async move {
            drop(theirs.lock().unwrap().take());
            crate::kit::giving(held).await
        })
        .await;
    *slot.lock().unwrap() = Some(group);
    settle().await;
    assert_eq!((census.alive(), alive()), (0, 0));
}

#[tokio::test]
async fn a_task_that_owns_its_group_ends_with_it() {
    // Goal: it is in its own group, and drops it as a part of itself.
    let (census, mut group) = (Census::default(), Tasks::new());
    group.spawn(holding(census.value(1))).await;
    let starts = group.spawner();
    let held = census.value(2);
    starts
        .spawn(async move {
            let _held = held;
            let mut group = group;
            group.spawn(ready(Ok(1))).await;
            tokio::task::yield_now().await;
            Ok(7)
        })
        .await
        .unwrap();
    settle().await;
    assert_eq!((census.alive(), alive()), (0, 0));
    assert!(matches!(starts.try_spawn(ready(Ok(1))), Err(SpawnError::Closed(_))));
}

#[tokio::test]
async fn a_destructor_that_spawns_in_a_group_that_is_aborted_is_refused() {
    let mut group = Tasks::new();
    let (starts, seen) = (group.spawner(), Arc::new(Mutex::new(None)));
    let theirs = Arc::clone(&seen);
    let tries = OnDrop(move || {
        *theirs.lock().unwrap() = Some(starts.try_spawn(pending()).map_err(|e| e.to_string()));
    });
    group
        .spawn(async move {
            let _held = tries;
            pending().await
        })
        .await;
    drop(group);
    assert_eq!(*seen.lock().unwrap(), Some(Err("the group is closed".into())));
    settle().await;
    assert_eq!(alive(), 0);
}

#[tokio::test]
async fn a_task_that_spawns_as_its_group_is_dropped_leaves_nothing_behind() {
    // Goal: G-16: a task in its turn, that starts others; dropped between its turns.
    let (census, mut group) = (Census::default(), Tasks::new());
    let (starts, all) = (group.spawner(), census.clone());
    group
        .spawn(async move {
            loop {
                let Ok(()) = starts.spawn(holding(all.value(1))).await else { return Ok(0) };
                tokio::task::yield_now().await;
            }
        })
        .await;
    settle().await;
    assert!(census.alive() > 10);
    drop(group);
    assert_eq!(census.alive(), 0);
    settle().await;
    assert_eq!(alive(), 0);
}

#[tokio::test]
async fn an_abort_is_over_before_a_wait_can_see_its_reason() {
    // Goal: a wait that comes just then does not return, or the abort would hit the next round.
    let group = Arc::new(Mutex::new(Tasks::new().on_error(OnError::Abort)));
    let was_pending = Arc::new(Mutex::new(None));
    let (theirs, seen) = (Arc::clone(&group), Arc::clone(&was_pending));
    let looks = OnDrop(move || {
        let mut group = theirs.lock().unwrap();
        *seen.lock().unwrap() = Some(group.wait().now_or_never().is_none());
    });
    assert!(group.lock().unwrap().try_spawn(holding(looks)).is_ok());
    settle().await;
    assert!(group.lock().unwrap().try_spawn(ready(Err(Oops::Real(1)))).is_ok());
    settle().await;
    assert_eq!(was_pending.lock().unwrap().take(), Some(true));
    let ended = group.lock().unwrap().wait().now_or_never();
    assert_eq!(ended, Some(Err(Oops::Real(1))));
    assert!(group.lock().unwrap().try_spawn(ready(Ok(1))).is_ok());
}

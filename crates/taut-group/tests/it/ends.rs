//! Groups and runtimes: groups that are dropped outside of theirs, runtimes that go first, threads that poll just then.

use std::future::{pending, ready};
use std::sync::mpsc;

use futures_util::FutureExt;
use taut::context::{Context, ContextError};
use taut::group::TaskError;
use tokio::runtime::{Builder, Runtime};

use crate::kit::{CANCELLED, Tasks, holding, panic_in};
use crate::support::{Census, task};

fn runtime() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

/// A group with tasks, of which one has run and one has not.
fn started(runtime: &Runtime, census: &Census, mut group: Tasks) -> Tasks {
    runtime.block_on(async {
        group.spawn(holding(census.value(1))).await;
        tokio::task::yield_now().await;
        group.spawn(holding(census.value(2))).await;
    });
    assert_eq!((census.alive(), group.len()), (2, 2));
    group
}

#[test]
fn a_group_is_dropped_outside_of_its_runtime() {
    let (runtime, census) = (runtime(), Census::default());
    let group = started(&runtime, &census, Tasks::new());
    drop(group);
    assert_eq!(census.alive(), 0, "at once");
    assert_eq!(runtime.metrics().num_alive_tasks(), 2, "the runtime has had no turn");
    runtime.block_on(async {
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(runtime.metrics().num_alive_tasks(), 0);
}

#[test]
fn a_group_is_dropped_on_another_thread() {
    let (runtime, census) = (runtime(), Census::default());
    let group = started(&runtime, &census, Tasks::new());
    std::thread::scope(|scope| drop(scope.spawn(|| drop(group))));
    assert_eq!(census.alive(), 0);
}

#[test]
fn go_05_a_runtime_that_goes_drops_the_tasks_and_wait_is_not_ok() {
    let (group, ctx) = Tasks::with_context(&Context::background());
    let (first, census) = (runtime(), Census::default());
    let mut group = started(&first, &census, group);
    drop(first);
    assert_eq!((census.alive(), group.len()), (0, 0));
    assert!(!ctx.is_done());
    assert_eq!(group.wait().now_or_never(), Some(Err(CANCELLED)));
    assert_eq!(ctx.err(), Some(ContextError::Cancelled));
}

#[test]
fn go_05_without_a_context_wait_panics_and_wait_all_says_which() {
    let (first, census) = (runtime(), Census::default());
    let mut group = started(&first, &census, Tasks::new());
    first.block_on(async {
        group.spawn(ready(Ok(3))).await;
        tokio::task::yield_now().await;
    });
    drop(first);
    let all = group.wait_all().now_or_never().unwrap();
    assert_eq!(all, [Err(TaskError::Aborted), Err(TaskError::Aborted), Ok(3)]);
    let first = runtime();
    let mut group = started(&first, &census, group);
    drop(first);
    let told = panic_in(|| drop(group.wait().now_or_never()));
    assert_eq!(told.as_deref(), Some("a task of the group was dropped before its end"));
    // As new, on another runtime.
    let second = runtime();
    second.block_on(async {
        group.spawn(ready(Ok(4))).await;
        assert_eq!(group.wait().await, Ok(vec![4]));
    });
}

#[test]
fn a_runtime_that_goes_wakes_who_waits() {
    let (first, census) = (runtime(), Census::default());
    let mut group = started(&first, &census, Tasks::new());
    let mut wait = task(group.wait_all());
    assert!(wait.poll().is_pending());
    drop(first);
    assert_eq!(wait.answer(), Some(vec![Err(TaskError::Aborted), Err(TaskError::Aborted)]));
}

#[test]
fn a_runtime_that_goes_with_the_group_in_one_of_its_tasks() {
    let (first, census) = (runtime(), Census::default());
    let group = started(&first, &census, Tasks::new());
    let other = census.value(3);
    first.block_on(async {
        drop(tokio::spawn(async move {
            let _held = (other, group);
            pending::<()>().await;
        }));
        tokio::task::yield_now().await;
    });
    drop(first);
    assert_eq!(census.alive(), 0);
}

#[test]
fn go_18_outside_of_a_runtime_a_spawn_panics_and_takes_no_place() {
    let mut group = Tasks::new().limit(1);
    let census = Census::default();
    let told = panic_in(|| drop(group.try_spawn(holding(census.value(1)))));
    assert!(told.unwrap().contains("no reactor running"));
    let told = panic_in(|| assert!(group.spawn(holding(census.value(1))).now_or_never().is_none()));
    assert!(told.is_some());
    assert_eq!((census.alive(), group.len()), (0, 0));
    runtime().block_on(async {
        assert!(group.try_spawn(ready(Ok(1))).is_ok(), "the place is free");
        let all = group.wait_all().await;
        assert_eq!(all.last(), Some(&Ok(1)));
    });
}

#[test]
fn a_task_that_is_polled_just_then_is_dropped_when_the_poll_returns() {
    let workers = Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let (census, mut group) = (Census::default(), Tasks::new());
    let (enters, entered) = mpsc::channel();
    let (lets_go, go) = mpsc::channel::<()>();
    let (is_dropped, dropped) = mpsc::channel();
    let held =
        (census.value(1), crate::support::hooks::OnDrop(move || is_dropped.send(()).unwrap()));
    let _inside = workers.enter();
    let started = group.try_spawn(async move {
        let _held = held;
        enters.send(()).unwrap();
        go.recv().unwrap();
        pending().await
    });
    assert!(started.is_ok());
    entered.recv().unwrap();
    drop(group);
    assert_eq!(census.alive(), 1, "the drop does not wait for it");
    lets_go.send(()).unwrap();
    dropped.recv().unwrap();
    let mut spins = 0;
    while workers.metrics().num_alive_tasks() > 0 {
        spins += 1;
        assert!(spins < 100_000_000);
        std::thread::yield_now();
    }
    assert_eq!(census.alive(), 0);
}

#[test]
fn a_group_may_be_used_from_several_runtimes() {
    let (one, two) = (runtime(), runtime());
    let mut group = Tasks::new();
    one.block_on(async { group.spawn(ready(Ok(1))).await });
    two.block_on(async { group.spawn(ready(Ok(2))).await });
    let mut wait = task(group.wait());
    assert!(wait.poll().is_pending());
    two.block_on(tokio::task::yield_now());
    assert!(wait.poll().is_pending());
    one.block_on(tokio::task::yield_now());
    assert_eq!(wait.answer(), Some(Ok(vec![1, 2])));
}

#[test]
fn a_group_is_made_waited_for_and_dropped_without_a_runtime() {
    let (mut group, ctx) = Tasks::with_context(&Context::background());
    assert_eq!(group.wait().now_or_never(), Some(Ok(vec![])));
    assert!(ctx.is_done());
    drop(Tasks::new().limit(1));
}

//! Destructors that panic: of futures, of values. Nobody else is left alive by that, nobody waits for ever.

use std::future::{pending, ready};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use taut::group::{Group, OnError, SpawnError};

use crate::kit::{Oops, Tasks, alive, holding, many_told, panic_in, panic_of, settle, soon, told};
use crate::support::hooks::{OnDrop, hooked};
use crate::support::{Census, parked};

/// Panics when it is dropped, unless a panic is under way.
fn bomb(text: &'static str) -> OnDrop<impl FnMut() + Send + 'static> {
    OnDrop(move || assert!(std::thread::panicking(), "{text}"))
}

#[tokio::test]
async fn one_that_panics_keeps_no_other_task_alive_and_the_drop_raises_it() {
    let (census, mut group) = (Census::default(), Tasks::new());
    group.spawn(holding(census.value(1))).await;
    group.spawn(holding((bomb("first"), census.value(2)))).await;
    group.spawn(holding(census.value(3))).await;
    group.spawn(holding((bomb("second"), census.value(4)))).await;
    group.spawn(holding(census.value(5))).await;
    settle().await;
    assert_eq!(panic_in(|| drop(group)).as_deref(), Some("first"));
    assert_eq!(census.alive(), 0);
    settle().await;
    assert_eq!(alive(), 0);
}

#[tokio::test]
async fn a_group_that_is_dropped_by_a_panic_raises_no_other() {
    let (census, mut group) = (Census::default(), Tasks::new());
    // Whether or not there is a panic already.
    group.spawn(holding(OnDrop(|| panic!("the destructor")))).await;
    group.spawn(holding(census.value(2))).await;
    settle().await;
    let told = panic_in(move || {
        let _group = group;
        panic!("the owner");
    });
    assert_eq!((told.as_deref(), census.alive()), (Some("the owner"), 0));
    settle().await;
    assert_eq!(alive(), 0);
}

#[tokio::test]
async fn eg_12_a_destructor_that_panics_at_the_end_of_a_task_is_a_panic_of_the_task() {
    struct Late<D>(D);
    impl<D: Unpin> Future for Late<D> {
        type Output = Result<u32, Oops>;
        fn poll(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Self::Output> {
            std::task::Poll::Ready(Ok(1))
        }
    }
    let mut group = Tasks::new();
    group.spawn(Late(bomb("as it went"))).await;
    assert_eq!(panic_of(group.wait()).await, "as it went");
    // The panic of the body goes first, and what is dropped by it is dropped as it unwinds.
    group
        .spawn(async {
            let _held = bomb("never");
            panic!("the body")
        })
        .await;
    assert_eq!(panic_of(group.wait()).await, "the body");
}

#[tokio::test]
async fn what_is_left_of_a_task_that_panicked_may_panic_again() {
    struct Twice;
    impl Future for Twice {
        type Output = Result<u32, Oops>;
        fn poll(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Self::Output> {
            panic!("the body")
        }
    }
    impl Drop for Twice {
        fn drop(&mut self) {
            panic!("what is left")
        }
    }
    let mut group = Tasks::new();
    group.spawn(Twice).await;
    assert_eq!(panic_of(group.wait()).await, "the body");
    settle().await;
    assert_eq!(alive(), 0);
}

#[tokio::test]
async fn shutdown_waits_until_nobody_lives_though_a_destructor_panics() {
    let (census, mut group) = (Census::default(), Tasks::new());
    group.spawn(holding((bomb("as it went"), census.value(1)))).await;
    group.spawn(holding(census.value(2))).await;
    settle().await;
    assert_eq!(panic_of(group.shutdown()).await, "as it went");
    assert_eq!(census.alive(), 0);
    soon(group.shutdown()).await;
    assert!(group.spawn(ready(Ok(1))).await);
}

#[tokio::test]
async fn an_abort_by_a_task_whose_victim_panics_is_told_to_who_waits() {
    let mut group = Tasks::new().on_error(OnError::Abort);
    group.spawn(holding(bomb("the victim"))).await;
    let (teller, second) = told();
    group.spawn(second).await;
    settle().await;
    let wait = parked(group.wait());
    teller.end(Err(Oops::Real(1)));
    settle().await;
    assert_eq!(wait.wakes(), 1);
    drop(wait);
    assert_eq!(panic_of(group.wait()).await, "the victim");
}

#[tokio::test]
async fn an_abort_by_a_task_whose_victim_panics_wakes_who_asks_for_the_next() {
    let mut group = Tasks::new().on_error(OnError::Abort);
    group.spawn(holding(bomb("the victim"))).await;
    let (teller, second) = told();
    group.spawn(second).await;
    settle().await;
    let next = parked(group.next());
    teller.end(Err(Oops::Real(1)));
    settle().await;
    assert!(next.wakes() > 0);
}

#[tokio::test]
async fn a_value_that_panics_as_it_is_dropped_keeps_no_task_alive() {
    let census = Census::default();
    let mut group = Group::<_, Oops>::new();
    group.spawn(ready(Ok(bomb("the value")))).await;
    settle().await;
    let held = census.value(1);
    group
        .spawn(async move {
            let _held = held;
            pending().await
        })
        .await;
    let starts = group.spawner();
    settle().await;
    assert_eq!(panic_in(|| drop(group)).as_deref(), Some("the value"));
    assert_eq!(census.alive(), 0);
    assert!(matches!(starts.try_spawn(pending()), Err(SpawnError::Closed(_))));
}

#[tokio::test]
async fn what_panics_as_the_context_is_ended_keeps_no_task_alive() {
    let census = Census::default();
    let (mut group, ctx) = Tasks::with_context(&taut::context::Context::background());
    group.spawn(holding(census.value(1))).await;
    ctx.after_func(|| panic!("who heard of it")).detach();
    settle().await;
    assert_eq!(panic_in(|| drop(group)).as_deref(), Some("who heard of it"));
    assert_eq!(census.alive(), 0);
}

#[tokio::test]
async fn values_that_nobody_wants_any_more_are_dropped_though_one_panics() {
    // A task in its poll while the group is dropped by it: its value is unwanted.
    let slot = Arc::new(std::sync::Mutex::new(None));
    let mut group = Group::<_, Oops>::new();
    let theirs = Arc::clone(&slot);
    group
        .spawn(async move {
            drop(theirs.lock().unwrap().take());
            Ok(bomb("unwanted"))
        })
        .await;
    *slot.lock().unwrap() = Some(group);
    settle().await;
    assert_eq!(alive(), 0);
}

#[tokio::test]
async fn a_payload_that_uses_the_group_as_it_is_dropped() {
    // Goal: the second panic is not the one that is told, and is dropped without the lock.
    let (mut group, _ctx) = Tasks::with_context(&taut::context::Context::background());
    let (starts, dropped) = (group.spawner(), Arc::new(AtomicBool::new(false)));
    let seen = Arc::clone(&dropped);
    let uses = OnDrop(move || {
        assert!(starts.try_spawn(pending()).is_err());
        seen.store(true, Ordering::SeqCst);
    });
    let ([first, second], tasks) = many_told();
    for told in tasks {
        group.spawn(told).await;
    }
    settle().await;
    first.panic("first");
    second.run(move || resume_unwind(Box::new(uses)));
    settle().await;
    assert!(dropped.load(Ordering::SeqCst));
    assert_eq!(panic_of(group.wait()).await, "first");
}

#[tokio::test]
async fn a_waker_that_uses_the_group_as_it_is_dropped() {
    // Goal: no waker is cloned, woken or dropped under the lock, also where it is not kept.
    let mut group = Tasks::new().limit(1);
    let starts = group.spawner();
    let uses = || {
        let starts = starts.clone();
        // It asks, and so takes the lock.
        hooked(move |_| assert!(starts.try_spawn(pending()).is_err()))
    };
    let (inside, theirs) = (uses(), starts.clone());
    group
        .spawn(async move {
            let mut spawns = crate::support::task(theirs.spawn(ready(Ok(1))));
            assert!(spawns.poll_with(&inside).is_ready(), "it would hang");
            Ok(1)
        })
        .await;
    assert!(soon(group.next()).await.is_some());
    group.spawn(pending()).await;
    group.set_limit(Some(0));
    let mut waits = crate::support::task(starts.spawn(ready(Ok(1))));
    for _ in 0..2 {
        assert!(waits.poll_with(&uses()).is_pending());
    }
    drop(waits);
    let mut waits = crate::support::task(starts.spawn(ready(Ok(1))));
    assert!(waits.poll_with(&uses()).is_pending());
    group.set_limit(Some(2));
    assert!(waits.poll_with(&uses()).is_ready());
    let mut wait = crate::support::task(group.wait());
    for _ in 0..2 {
        assert!(wait.poll_with(&uses()).is_pending());
    }
    drop(wait);
    drop(group);
    assert!(matches!(starts.try_spawn(pending()), Err(SpawnError::Closed(_))));
}

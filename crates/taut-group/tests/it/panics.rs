//! Tasks that panic: the others hear of it at once, and who waits gets it.

use std::future::{pending, ready};

use taut::context::{Context, ContextError};
use taut::group::OnError;

use crate::kit::{Oops, Tasks, Teller, alive, many_told, panic_of, payload_of, settle, soon, told};
use crate::support::parked;

/// Tasks of a group.
async fn started<const N: usize>(group: Tasks) -> ([Teller; N], Tasks) {
    let mut group = group;
    let (tellers, tasks) = many_told();
    for told in tasks {
        group.spawn(told).await;
    }
    settle().await;
    (tellers, group)
}

#[tokio::test]
async fn eg_12_a_panic_ends_the_context_at_once_and_wait_raises_it() {
    let (group, ctx) = Tasks::with_context(&Context::background());
    let ([one, two], mut group) = started(group).await;
    one.panic("no disk");
    settle().await;
    assert_eq!(ctx.err(), Some(ContextError::Cancelled));
    assert_eq!(ctx.cause().unwrap().to_string(), "a task of the group panicked: no disk");
    assert!(!two.is_gone(), "they are to watch it");
    assert!(!group.spawn(ready(Ok(3))).await);
    let mut wait = parked(group.wait());
    settle().await;
    wait.pending();
    drop(wait);
    two.end(Ok(2));
    assert_eq!(panic_of(group.wait()).await, "no disk");
    // It is raised once.
    assert_eq!(soon(group.wait()).await, Err(crate::kit::CANCELLED));
}

#[tokio::test]
async fn eg_12_without_a_context_a_panic_drops_the_others_at_once() {
    for rule in [OnError::Cancel, OnError::Abort, OnError::Continue] {
        let ([one, two, three], mut group) = started(Tasks::new().on_error(rule)).await;
        two.panic("no disk");
        settle().await;
        assert!(one.is_gone() && three.is_gone(), "{rule:?}");
        assert_eq!((group.len(), alive()), (0, 0));
        assert!(!group.spawn(ready(Ok(3))).await, "nothing is started any more");
        assert_eq!(panic_of(group.wait()).await, "no disk");
        // As new.
        assert!(group.spawn(ready(Ok(3))).await);
        assert_eq!(soon(group.wait()).await, Ok(vec![3]));
    }
}

#[tokio::test]
async fn eg_12_with_another_rule_than_cancel_a_panic_drops_the_others() {
    for rule in [OnError::Abort, OnError::Continue] {
        let (group, ctx) = Tasks::with_context(&Context::background());
        let ([one, two], mut group) = started(group.on_error(rule)).await;
        one.panic("no disk");
        settle().await;
        assert!(ctx.is_done() && two.is_gone(), "{rule:?}");
        assert_eq!(panic_of(group.wait()).await, "no disk");
    }
}

#[tokio::test]
async fn eg_12_each_way_of_waiting_raises_it() {
    let ([one], mut group) = started(Tasks::new()).await;
    one.panic("first");
    assert_eq!(panic_of(group.wait_all()).await, "first");
    let ([one], mut group) = started(Tasks::new()).await;
    one.panic("second");
    settle().await;
    assert_eq!(panic_of(group.shutdown()).await, "second");
    let ([one], mut group) = started(Tasks::new()).await;
    one.panic("third");
    assert_eq!(panic_of(group.next()).await, "third");
    assert_eq!(soon(group.next()).await, None);
}

#[tokio::test]
async fn eg_12_next_raises_it_before_the_others_have_ended() {
    let (group, _ctx) = Tasks::with_context(&Context::background());
    let ([one, two, three], mut group) = started(group).await;
    three.end(Ok(3));
    settle().await;
    let next = parked_after_one(&mut group).await;
    assert_eq!(next.index, 2);
    one.panic("no disk");
    assert_eq!(panic_of(group.next()).await, "no disk");
    assert!(!two.is_gone());
    two.end(Ok(2));
    assert_eq!(soon(group.next()).await.unwrap().result, Ok(2));
    assert_eq!(soon(group.next()).await, None);
}

async fn parked_after_one(group: &mut Tasks) -> taut::group::Completed<u32, Oops> {
    soon(group.next()).await.unwrap()
}

#[tokio::test]
async fn eg_12_the_first_panic_counts_and_goes_before_errors() {
    let (group, ctx) = Tasks::with_context(&Context::background());
    let ([one, two, three], mut group) = started(group).await;
    three.end(Err(Oops::Real(3)));
    settle().await;
    two.panic("first");
    settle().await;
    one.panic("second");
    assert_eq!(panic_of(group.wait()).await, "first");
    assert_eq!(ctx.cause().unwrap().downcast_ref(), Some(&Oops::Real(3)), "what came first");
}

#[tokio::test]
async fn eg_12_the_payload_is_the_tasks_own() {
    let mut group = Tasks::new();
    group.spawn(async { std::panic::panic_any(7_u64) }).await;
    assert_eq!(payload_of(group.wait()).await.downcast_ref(), Some(&7_u64));
    let (group, ctx) = Tasks::with_context(&Context::background());
    let mut group = group;
    group.spawn(async { std::panic::panic_any(7_u64) }).await;
    group.spawn(async { panic!("{}", 7) }).await;
    settle().await;
    assert_eq!(ctx.cause().unwrap().to_string(), "a task of the group panicked: (not a text)");
    assert!(payload_of(group.wait()).await.is::<u64>());
}

#[tokio::test]
async fn eg_12_a_group_that_is_dropped_takes_its_panic_with_it() {
    let ([one], group) = started(Tasks::new()).await;
    one.panic("unheard");
    settle().await;
    drop(group);
}

#[tokio::test]
async fn go_07_a_panic_at_the_first_poll_and_one_of_many() {
    let (mut group, ctx) = Tasks::with_context(&Context::background());
    for n in 0..100 {
        let ctx = ctx.clone();
        group
            .spawn(async move {
                assert!(n != 50, "number {n}");
                ctx.done().await;
                Err(ContextError::Cancelled.into())
            })
            .await;
    }
    assert_eq!(panic_of(group.wait()).await, "number 50");
    settle().await;
    assert_eq!(alive(), 0);
}

#[tokio::test]
async fn a_panic_frees_its_place_and_tells_those_in_line() {
    let mut group = Tasks::new().limit(1);
    let (teller, first) = told();
    group.spawn(first).await;
    let starts = group.spawner();
    let mut waits = parked(starts.spawn(pending()));
    teller.panic("no disk");
    settle().await;
    assert!(waits.answer().unwrap().is_err());
    assert_eq!(panic_of(group.wait()).await, "no disk");
}

#[tokio::test]
async fn a_cause_that_panics_is_a_panic_of_its_task() {
    let (mut group, ctx) =
        Tasks::with_context_by(&Context::background(), |_| -> String { panic!("no cause") });
    let (teller, second) = told();
    group.spawn(ready(Err(Oops::Real(1)))).await;
    group.spawn(second).await;
    settle().await;
    assert!(ctx.is_done());
    teller.end(Ok(2));
    assert_eq!(panic_of(group.wait()).await, "no cause");
    assert!(group.is_empty());
}

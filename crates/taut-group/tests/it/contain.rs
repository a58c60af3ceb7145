//! Panics that are contained: the others go on, and whoever takes the results is given what the panic said.

use std::future::{pending, ready};
use std::panic::panic_any;
use std::sync::Arc;

use taut::context::{Context, ContextError};
use taut::group::{Failure, Group, OnError, OnPanic, SpawnError, TaskError};
use taut::sync::Panicked;

use crate::kit::{
    Oops, Outcome, Tasks, Teller, alive, holding, many_told, panic_of, settle, soon, told,
};
use crate::support::hooks::OnDrop;
use crate::support::{Census, now, parked};

fn contained() -> Tasks {
    Tasks::new().on_panic(OnPanic::Contain)
}

fn contained_in(ctx: &Context) -> (Tasks, Context) {
    let (group, ctx) = Tasks::with_context(ctx);
    (group.on_panic(OnPanic::Contain), ctx)
}

async fn started<const N: usize>(group: &mut Tasks) -> [Teller; N] {
    let (tellers, tasks) = many_told::<N>();
    for told in tasks {
        group.spawn(told).await;
    }
    settle().await;
    tellers
}

/// What a task is said to have panicked with.
fn said(result: Result<u32, TaskError<Oops>>) -> String {
    match result {
        Err(TaskError::Panicked(panicked)) => panicked.message().to_owned(),
        other => panic!("no panic: {other:?}"),
    }
}

#[tokio::test]
async fn the_others_go_on_and_next_gives_it() {
    let mut group = contained();
    let [one, two, three] = started(&mut group).await;
    two.panic("a bug");
    let completed = soon(group.next()).await.unwrap();
    assert_eq!((completed.index, said(completed.result)), (1, "a bug".to_owned()));
    assert!(!one.is_gone() && two.is_gone() && !three.is_gone());
    assert!(group.spawn(ready(Ok(4))).await, "and more are started");
    one.end(Ok(1));
    three.end(Ok(3));
    let rest = [(); 3].map(|()| ());
    let mut values = Vec::new();
    for () in rest {
        values.push(soon(group.next()).await.unwrap().result.unwrap());
    }
    values.sort_unstable();
    assert_eq!(values, [1, 3, 4]);
    assert_eq!(soon(group.next()).await, None);
    assert_eq!(soon(group.wait()).await, Ok(vec![]), "it was given");
}

#[tokio::test]
async fn wait_all_gives_it_in_its_place() {
    let mut group = contained();
    let [one, two, three] = started(&mut group).await;
    two.panic("a bug");
    settle().await;
    three.end(Ok(3));
    one.end(Err(Oops::Real(1)));
    let mut all = soon(group.wait_all()).await;
    assert_eq!(all.remove(0), Err(TaskError::Failed(Oops::Real(1))));
    assert_eq!(said(all.remove(0)), "a bug");
    assert_eq!(all, [Ok(3)]);
}

#[tokio::test]
async fn wait_raises_it_when_all_have_ended_and_the_group_is_as_new_then() {
    let mut group = contained();
    let [one, two, three] = started(&mut group).await;
    two.panic("the first in the order of the tasks");
    settle().await;
    let mut wait = parked(group.wait());
    three.panic("a later one");
    settle().await;
    wait.pending();
    drop(wait);
    one.end(Ok(1));
    let text = panic_of(group.wait()).await;
    assert_eq!(text, "a task of the group panicked: the first in the order of the tasks");
    assert!(group.spawn(ready(Ok(4))).await);
    assert_eq!(soon(group.wait()).await, Ok(vec![4]));
}

#[tokio::test]
async fn an_error_goes_before_it() {
    for rule in [OnError::Cancel, OnError::Continue, OnError::Abort] {
        let mut group = contained().on_error(rule);
        let [one, two] = started(&mut group).await;
        one.panic("a bug");
        settle().await;
        assert!(!two.is_gone(), "whatever is to follow from an error");
        two.end(Err(Oops::Real(2)));
        assert_eq!(soon(group.wait()).await, Err(Oops::Real(2)));
    }
}

#[tokio::test]
async fn it_does_not_end_the_context() {
    let (mut group, ctx) = contained_in(&Context::background());
    let [one, two] = started(&mut group).await;
    one.panic("a bug");
    settle().await;
    assert!(!ctx.is_done() && !two.is_gone());
    assert!(group.spawn(ready(Ok(3))).await);
    two.end(Ok(2));
    assert_eq!(panic_of(group.wait()).await, "a task of the group panicked: a bug");
    assert!(ctx.is_done());
    assert_eq!(ctx.cause().unwrap().downcast_ref(), Some(&ContextError::Cancelled));
    assert_eq!(soon(group.wait()).await, Err(Oops::Ended(ContextError::Cancelled)));
}

#[tokio::test]
async fn an_error_ends_the_context_all_the_same() {
    let (mut group, ctx) = contained_in(&Context::background());
    let [one, two, three] = started(&mut group).await;
    one.panic("a bug");
    settle().await;
    two.end(Err(Oops::Real(2)));
    settle().await;
    assert_eq!(ctx.cause().unwrap().downcast_ref(), Some(&Oops::Real(2)));
    three.panic("of the end");
    let all = soon(group.wait_all()).await.into_iter().map(|result| match result {
        Err(TaskError::Failed(error)) => error.to_string(),
        panicked => said(panicked),
    });
    assert_eq!(all.collect::<Vec<_>>(), ["a bug", "oops 2", "of the end"]);
}

/// The rule is that of the time of the spawn, and a spawner has the one that it was made with.
#[tokio::test]
async fn a_rule_is_for_tasks_that_are_started_from_then_on() {
    let mut group = Tasks::new();
    let raises = group.spawner();
    group = group.on_panic(OnPanic::Contain);
    let contains = group.spawner();
    group = group.on_panic(OnPanic::Raise);
    let (teller, one) = told();
    contains.spawn(one).await.unwrap();
    settle().await;
    teller.panic("contained");
    assert_eq!(said(soon(group.next()).await.unwrap().result), "contained");
    let (teller, one) = told();
    raises.spawn(one).await.unwrap();
    settle().await;
    teller.panic("raised");
    assert_eq!(panic_of(group.next()).await, "raised");
}

/// One that is raised goes before those that are contained, and aborts who is left, as ever.
#[tokio::test]
async fn one_that_is_raised_goes_before_it() {
    let mut group = contained();
    let [one, two] = started(&mut group).await;
    one.panic("contained");
    settle().await;
    group = group.on_panic(OnPanic::Raise);
    group.spawn(async { panic!("raised") }).await;
    assert_eq!(panic_of(group.wait()).await, "raised");
    assert!(two.is_gone());
}

#[tokio::test]
async fn a_panic_before_the_first_await_and_one_that_is_no_text() {
    let mut group = contained();
    group.spawn(async { panic_any(7_u8) }).await;
    group.spawn(async { panic!("no {}", 8) }).await;
    let all = soon(group.wait_all()).await.into_iter().map(said);
    assert_eq!(all.collect::<Vec<_>>(), ["(not a text)", "no 8"]);
}

#[tokio::test]
async fn its_place_is_free_and_those_in_line_are_admitted() {
    let mut group = contained().limit(1);
    let [one] = started(&mut group).await;
    let mut spawn = parked(group.spawn(ready(Ok(2))));
    one.panic("a bug");
    settle().await;
    assert_eq!(spawn.answer(), Some(true));
    drop(spawn);
    let mut all = soon(group.wait_all()).await;
    assert_eq!(all.pop(), Some(Ok(2)));
    assert_eq!(all.into_iter().map(said).collect::<Vec<_>>(), ["a bug"]);
}

#[tokio::test]
async fn a_group_that_is_dropped_takes_it_along_and_its_tasks() {
    let (census, mut group) = (Census::default(), contained());
    let [one] = started(&mut group).await;
    group.spawn(holding(census.value(1))).await;
    settle().await;
    one.panic("a bug");
    settle().await;
    drop(group);
    settle().await;
    assert_eq!((census.alive(), alive()), (0, 0));
}

/// A destructor of the user's that panics when the task is done is a panic of the task.
#[tokio::test]
async fn one_of_a_destructor_is_contained_too() {
    struct Late(#[expect(dead_code, reason = "it is there to be dropped")] OnDrop<fn()>);
    impl Future for Late {
        type Output = Outcome;
        fn poll(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Outcome> {
            std::task::Poll::Ready(Ok(1))
        }
    }
    let mut group = contained();
    group.spawn(Late(OnDrop(|| panic!("as it went")))).await;
    assert_eq!(said(soon(group.next()).await.unwrap().result), "as it went");
}

/// The payload is dropped where the task has ended; if that panics, that is raised.
#[tokio::test]
async fn a_payload_that_panics_as_it_is_dropped_is_raised() {
    let (census, mut group) = (Census::default(), contained());
    group.spawn(holding(census.value(1))).await;
    let (teller, one) = told();
    group.spawn(one).await;
    settle().await;
    teller.run(|| panic_any(OnDrop(|| panic!("the payload"))));
    settle().await;
    assert_eq!(panic_of(group.next()).await, "the payload");
    assert_eq!(census.alive(), 0);
}

#[test]
fn in_a_scope_it_stays_in_the_group() {
    let (values, said) = now(taut::scope(async |s| {
        let mut group = s.group::<u32, Oops>().on_panic(OnPanic::Contain);
        group.spawn(async { panic!("a bug") }).await;
        group.spawn(async { Ok(2) }).await;
        let other = s.spawn(async { 3 });
        let mut all = group.wait_all().await;
        (vec![all.pop().unwrap().unwrap(), other.await], said(all.pop().unwrap()))
    }));
    assert_eq!((values, said.as_str()), (vec![2, 3], "a bug"));
}

/// A server: it takes what has completed by the way, and nothing is kept.
#[tokio::test]
async fn many_of_them() {
    let (shared, mut group) = (Arc::new(()), contained());
    for n in 0..100 {
        let held = Arc::clone(&shared);
        group
            .spawn(async move {
                let _held = held;
                if n % 3 == 0 { panic!("{n}") } else { Ok(n) }
            })
            .await;
    }
    let mut panicked = 0;
    while let Some(completed) = soon(group.next()).await {
        match completed.result {
            Ok(n) => assert_eq!(n as usize, completed.index),
            panic => {
                panicked += 1;
                assert_eq!(said(panic), completed.index.to_string());
            }
        }
    }
    assert_eq!((panicked, Arc::strong_count(&shared)), (34, 1));
}

#[test]
fn what_it_says_of_itself() {
    let payload = std::panic::catch_unwind(|| panic!("no {}", 7)).unwrap_err();
    let panicked = Panicked::of(&*payload);
    assert_eq!(panicked.message(), "no 7");
    let error: TaskError<Oops> = TaskError::Panicked(panicked.clone());
    assert_eq!(error.to_string(), "the task panicked: no 7");
    assert!(std::error::Error::source(&error).is_none());
    assert_eq!(error.clone().failure(), None);
    assert_eq!(error, TaskError::Panicked(panicked));
}

#[test]
fn a_failure_is_made_of_what_came_of_a_task() {
    let failed: Failure = TaskError::Failed(Failure::new(Oops::Real(1))).into();
    assert_eq!(failed.downcast_ref::<Oops>(), Some(&Oops::Real(1)), "the very same");
    let payload = std::panic::catch_unwind(|| panic!("no disk")).unwrap_err();
    let panicked: Failure = TaskError::<Failure>::Panicked(Panicked::of(&*payload)).into();
    assert_eq!(panicked.downcast_ref::<Panicked>().unwrap().message(), "no disk");
    let aborted: Failure = TaskError::<Failure>::Aborted.into();
    assert_eq!(aborted.to_string(), "the task was aborted");
    // By `?`, which is what it is for.
    let by_question_mark = || -> Result<u32, Failure> {
        let completed: Result<u32, TaskError<Failure>> = Err(TaskError::Aborted);
        Ok(completed?)
    };
    assert!(by_question_mark().is_err());
}

#[tokio::test]
async fn what_is_not_started_is_dropped_and_the_reason_is_left() {
    let census = Census::default();
    let mut group = Group::<u32, Oops>::new().limit(1);
    let spawner = group.spawner();
    group.spawn(pending()).await;
    let future = |value: crate::support::Counted| async move { Ok(value.id as u32) };
    let full = spawner.try_spawn(future(census.value(1))).map_err(SpawnError::discard);
    assert_eq!((full, census.alive()), (Err(SpawnError::Full(())), 0));
    drop(group);
    let closed = spawner.spawn(future(census.value(2))).await.map_err(SpawnError::discard);
    assert_eq!((closed, census.alive()), (Err(SpawnError::Closed(())), 0));
    let (ended, would) = (SpawnError::Ended(census.value(3)), SpawnError::WouldDeadlock("here"));
    assert_eq!(
        (ended.discard(), would.discard()),
        (SpawnError::Ended(()), SpawnError::WouldDeadlock(()))
    );
    assert_eq!(census.alive(), 0);
    // An error of any type, which can be kept and sent.
    let kept: Box<dyn std::error::Error + Send + Sync> =
        SpawnError::Full(census.value(4)).discard().into();
    assert_eq!((kept.to_string().as_str(), census.alive()), ("the group is at its limit", 0));
}

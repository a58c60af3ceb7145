//! Which error counts: the first in time, and a real one before those that only say that a context had ended.

use std::error::Error;
use std::future::ready;
use std::io;
use std::sync::Arc;

use taut::context::{Context, ContextError};
use taut::group::{Failure, Group, OnError, SpawnError, TaskError};

use crate::kit::{CANCELLED, Oops, Tasks, Teller, many_told, settle, soon, told};

/// Tasks of a group with a context, and what it derives from.
async fn started<const N: usize>(
    rule: OnError,
) -> ([Teller; N], Tasks, Context, taut::context::Cancel) {
    let (parent, cancel) = Context::background().with_cancel();
    let (group, ctx) = Tasks::with_context(&parent);
    let mut group = group.on_error(rule);
    let (tellers, tasks) = many_told();
    for told in tasks {
        group.spawn(told).await;
    }
    settle().await;
    (tellers, group, ctx, cancel)
}

fn failed(error: Oops) -> Result<u32, TaskError<Oops>> {
    Err(TaskError::Failed(error))
}

#[tokio::test]
async fn eg_07_the_cancellations_that_an_error_caused_come_after_it() {
    let ([one, two, three], mut group, ctx, _cancel) = started(OnError::Cancel).await;
    two.end(Err(Oops::Real(2)));
    settle().await;
    one.end(Err(CANCELLED));
    three.end(Err(Oops::Real(3)));
    assert_eq!(soon(group.wait()).await, Err(Oops::Real(2)));
    assert!(ctx.cause().unwrap().is::<Oops>());
}

#[tokio::test]
async fn a_real_error_beats_the_cancellations_before_it() {
    // Goal: also when somebody else had cancelled: it has more to say.
    let ([one, two, three], mut group, ctx, cancel) = started(OnError::Cancel).await;
    cancel.cancel_with("the client has gone");
    for (teller, error) in [(&one, CANCELLED), (&two, Oops::Real(2)), (&three, Oops::Real(3))] {
        teller.end(Err(error));
        settle().await;
    }
    assert_eq!(soon(group.wait()).await, Err(Oops::Real(2)));
    assert_eq!(ctx.cause().unwrap().to_string(), "the client has gone");
}

#[tokio::test]
async fn of_cancellations_alone_the_first_counts() {
    let ([one, two], mut group, _ctx, cancel) = started(OnError::Cancel).await;
    cancel.cancel();
    two.end(Err(Oops::Ended(ContextError::DeadlineExceeded)));
    settle().await;
    one.end(Err(CANCELLED));
    assert_eq!(soon(group.wait()).await, Err(Oops::Ended(ContextError::DeadlineExceeded)));
}

#[tokio::test]
async fn a_cancellation_of_another_context_is_a_real_error() {
    // Goal: a task's own timeout ends the group, as long as nobody has ended it.
    let ([one, two], mut group, ctx, _cancel) = started(OnError::Cancel).await;
    let timeout = Oops::Ended(ContextError::DeadlineExceeded);
    one.end(Err(timeout.clone()));
    settle().await;
    assert_eq!(ctx.cause().unwrap().downcast_ref(), Some(&timeout));
    two.end(Err(Oops::Real(2)));
    assert_eq!(soon(group.wait()).await, Err(timeout));
}

#[tokio::test]
async fn a_failure_knows_a_cancellation_wherever_it_is() {
    #[derive(Debug)]
    struct Wrapped(Box<dyn Error + Send + Sync>);
    impl std::fmt::Display for Wrapped {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "while it fetched")
        }
    }
    impl Error for Wrapped {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&*self.0)
        }
    }
    let cancelled = || ContextError::Cancelled;
    let forms: [fn(ContextError) -> Failure; 4] = [
        Failure::from,
        |error| Wrapped(error.into()).into(),
        |error| Wrapped(Wrapped(error.into()).into()).into(),
        |error| Failure::new(Arc::new(Wrapped(error.into())) as taut::context::Cause),
    ];
    for (at, form) in forms.into_iter().enumerate() {
        let (parent, cancel) = Context::background().with_cancel();
        let (mut group, _ctx) = Group::<u32, Failure>::with_context(&parent);
        let ended = form(cancelled());
        group.spawn(async { Err(ended) }).await;
        group.spawn(async { Err(Failure::new("no disk")) }).await;
        cancel.cancel();
        assert_eq!(soon(group.wait()).await.unwrap_err().to_string(), "no disk", "{at}");
    }
}

#[tokio::test]
async fn an_io_error_that_a_cancellation_became_is_known_as_one() {
    let (parent, cancel) = Context::background().with_cancel();
    let (mut group, _ctx) = Group::<u32, Failure>::with_context(&parent);
    group.spawn(async { Err(io::Error::from(ContextError::Cancelled).into()) }).await;
    group.spawn(async { Err(Failure::new("no disk")) }).await;
    cancel.cancel();
    assert_eq!(soon(group.wait()).await.unwrap_err().to_string(), "no disk");
}

#[tokio::test]
async fn a_cancellation_is_known_when_its_cause_is_made_by_the_user() {
    // Goal: of errors of the types that can be any error; the cause is a text that says nothing.
    async fn check<E>(no_disk: E)
    where
        E: ToString + From<ContextError> + Send + 'static,
    {
        let (parent, cancel) = Context::background().with_cancel();
        let (mut group, _ctx) = Group::<u32, E>::with_context_by(&parent, ToString::to_string);
        group.spawn(async { Err(ContextError::Cancelled.into()) }).await;
        group.spawn(async { Err(no_disk) }).await;
        cancel.cancel();
        assert_eq!(soon(group.wait()).await.unwrap_err().to_string(), "no disk");
    }
    check(io::Error::other("no disk")).await;
    check(Box::<dyn Error + Send + Sync>::from("no disk")).await;
}

#[tokio::test]
async fn a_cancellation_aborts_nobody_and_a_real_error_does() {
    let ([one, two, three], mut group, _ctx, cancel) = started(OnError::Abort).await;
    cancel.cancel();
    one.end(Err(CANCELLED));
    settle().await;
    assert!(!two.is_gone() && !three.is_gone());
    two.end(Err(Oops::Real(2)));
    settle().await;
    assert!(three.is_gone());
    assert_eq!(soon(group.wait()).await, Err(Oops::Real(2)));
}

#[tokio::test]
async fn eg_07_continue_lets_all_run_and_wait_all_gives_all_errors() {
    let ([one, two, three], group, ctx, _cancel) = started(OnError::Continue).await;
    let mut group = group;
    one.end(Err(Oops::Real(1)));
    settle().await;
    assert!(!ctx.is_done(), "it ends nothing");
    assert!(group.spawn(ready(Ok(4))).await);
    two.end(Ok(2));
    three.end(Err(Oops::Real(3)));
    let all = soon(group.wait_all()).await;
    assert_eq!(all, [failed(Oops::Real(1)), Ok(2), failed(Oops::Real(3)), Ok(4)]);
    assert!(ctx.is_done() && ctx.cause().unwrap().is::<ContextError>());
}

#[tokio::test]
async fn continue_and_wait_give_the_first_error_in_time() {
    let ([one, two], mut group, _ctx, _cancel) = started(OnError::Continue).await;
    two.end(Err(Oops::Real(2)));
    settle().await;
    one.end(Err(Oops::Real(1)));
    assert_eq!(soon(group.wait()).await, Err(Oops::Real(2)));
}

#[tokio::test]
async fn the_rule_is_that_of_the_time_of_the_spawn() {
    let (group, ctx) = Tasks::with_context(&Context::background());
    let mut group = group.on_error(OnError::Continue);
    let starts = group.spawner();
    group.spawn(ready(Err(Oops::Real(1)))).await;
    let mut group = group.on_error(OnError::Abort);
    assert!(starts.spawn(ready(Err(Oops::Real(2)))).await.is_ok());
    let (teller, third) = told();
    group.spawn(third).await;
    settle().await;
    assert!(!ctx.is_done() && !teller.is_gone());
    group.spawn(ready(Err(Oops::Real(4)))).await;
    settle().await;
    assert!(ctx.is_done() && teller.is_gone());
    // The error that ended the group, and not those that were to end nothing.
    assert_eq!(soon(group.wait()).await, Err(Oops::Real(4)));
    assert_eq!(ctx.cause().unwrap().downcast_ref(), Some(&Oops::Real(4)));
}

#[tokio::test]
async fn eg_07_what_next_has_given_is_not_given_again() {
    let ([one, two, three], mut group, _ctx, _cancel) = started(OnError::Cancel).await;
    two.end(Err(Oops::Real(2)));
    assert_eq!(soon(group.next()).await.unwrap().result, failed(Oops::Real(2)));
    one.end(Ok(1));
    three.end(Err(Oops::Real(3)));
    // The first of those that are left.
    assert_eq!(soon(group.wait()).await, Err(Oops::Real(3)));
    let ([one, two], mut group, _ctx, _cancel) = started(OnError::Cancel).await;
    two.end(Err(Oops::Real(2)));
    assert!(soon(group.next()).await.unwrap().result.is_err());
    one.end(Ok(1));
    assert!(!group.spawn(ready(Ok(3))).await);
    let ended = Oops::Ended(ContextError::Cancelled);
    assert_eq!(soon(group.wait()).await, Err(ended), "what was refused is not forgotten");
}

#[tokio::test]
async fn eg_05_the_first_of_two_that_fail_in_one_turn() {
    let ([one, two], mut group, ctx, _cancel) = started(OnError::Cancel).await;
    two.end(Err(Oops::Real(2)));
    one.end(Err(Oops::Real(1)));
    assert_eq!(soon(group.wait()).await, Err(Oops::Real(2)));
    assert_eq!(ctx.cause().unwrap().downcast_ref(), Some(&Oops::Real(2)));
}

#[test]
fn errors_say_what_they_are() {
    let texts = [
        (SpawnError::Full(()), "Full(..)", "the group is at its limit"),
        (
            SpawnError::WouldDeadlock(()),
            "WouldDeadlock(..)",
            "all places of the group are held by tasks that wait for one",
        ),
        (SpawnError::Ended(()), "Ended(..)", "the group has ended"),
        (SpawnError::Closed(()), "Closed(..)", "the group is closed"),
    ];
    for (error, debug, display) in texts {
        assert_eq!((format!("{error:?}"), error.to_string()), (debug.into(), display.into()));
        assert!(error.source().is_none());
    }
    let failed = TaskError::Failed(CANCELLED);
    assert_eq!(failed.to_string(), "it was ended");
    assert!(failed.source().unwrap().is::<ContextError>());
    assert_eq!(failed.failure(), Some(CANCELLED));
    assert_eq!(TaskError::<Oops>::Aborted.to_string(), "the task was aborted");
    assert!(TaskError::<Oops>::Aborted.source().is_none());
    assert_eq!(TaskError::<Oops>::Aborted.failure(), None);
}

#[test]
fn a_failure_is_of_any_error_and_becomes_any() {
    fn fails() -> Result<(), Failure> {
        Err(Oops::Real(7))?;
        Ok(())
    }
    fn boxes() -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(fails()?)
    }
    fn boxes_here() -> Result<(), Box<dyn Error>> {
        Ok(fails()?)
    }
    let failure = fails().unwrap_err();
    assert_eq!((failure.to_string(), format!("{failure:?}")), ("oops 7".into(), "Real(7)".into()));
    assert_eq!(failure.downcast_ref(), Some(&Oops::Real(7)));
    assert!(failure.downcast_ref::<io::Error>().is_none());
    let boxed = boxes().unwrap_err();
    assert_eq!(boxed.to_string(), "oops 7");
    assert_eq!(boxes_here().unwrap_err().to_string(), "oops 7");
    // There and back again, it is the very same.
    let again = Failure::new(Box::<dyn Error + Send + Sync>::from(failure.clone()));
    assert!(Arc::ptr_eq(again.cause(), failure.cause()));
    assert!(Arc::ptr_eq(failure.clone().cause(), failure.cause()));
    assert_eq!(Failure::new(String::from("no disk")).to_string(), "no disk");
}

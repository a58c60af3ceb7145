//! Tasks that belong together: who ends them, and when one of them fails.

use std::future::pending;

use taut::context::Context;
use taut::group::{Failure, Group};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinSet, yield_now};
use tokio_util::task::TaskTracker;

use crate::by_hand::{Census, Counted};
use crate::support::GONE;

fn runtime() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

/// A task that waits for ever, and holds what counts itself.
async fn hold(value: Counted) -> Result<(), Failure> {
    pending::<()>().await;
    drop(value);
    Ok(())
}

#[test]
fn taut_groups_drop_their_tasks() {
    runtime().block_on(async {
        let census = Census::default();
        let value = census.value(1);
        let mut group = Group::<(), Failure>::new();
        group.spawn(hold(value)).await;
        yield_now().await;
        assert_eq!(census.alive(), 1);
        drop(group);
        assert_eq!(census.alive(), 0, "at once");
    });
}

#[test]
fn tokio_tasks_outlive_their_handles() {
    runtime().block_on(async {
        let census = Census::default();
        drop(tokio::spawn(hold(census.value(1))));
        yield_now().await;
        assert_eq!(census.alive(), 1, "{GONE}");
    });
}

#[test]
fn tokio_util_tasks_outlive_their_tracker() {
    runtime().block_on(async {
        let census = Census::default();
        let tracker = TaskTracker::new();
        drop(tracker.spawn(hold(census.value(1))));
        drop(tracker);
        yield_now().await;
        assert_eq!(census.alive(), 1, "{GONE}");
    });
}

#[test]
fn tokio_join_sets_abort_their_tasks() {
    runtime().block_on(async {
        let census = Census::default();
        let mut set = JoinSet::new();
        drop(set.spawn(hold(census.value(1))));
        yield_now().await;
        drop(set);
        assert_eq!(census.alive(), 1, "not yet: the runtime drops them in its own time");
        yield_now().await;
        assert_eq!(census.alive(), 0);
    });
}

#[test]
fn tokio_join_sets_go_on_after_an_error() {
    runtime().block_on(async {
        let mut set = JoinSet::new();
        drop(set.spawn(async { Err("broken") }));
        drop(set.spawn(pending::<Result<(), _>>()));
        assert_eq!(set.join_next().await.unwrap().unwrap(), Err("broken"));
        yield_now().await;
        assert!(set.try_join_next().is_none());
        assert_eq!(set.len(), 1, "{GONE}");
    });
}

#[test]
fn taut_groups_end_with_the_first_error() {
    runtime().block_on(async {
        let (mut group, ctx) = Group::<(), Failure>::with_context(&Context::background());
        group.spawn(async { Err(Failure::new("broken")) }).await;
        group.spawn(async move { ctx.run(pending()).await? }).await;
        assert_eq!(group.wait().await.unwrap_err().to_string(), "broken");
    });
}

#[test]
fn tokio_keeps_a_panic_from_who_does_not_ask() {
    runtime().block_on(async {
        let handle = tokio::spawn(async { panic!("a bug") });
        drop(handle);
        yield_now().await;
    });
}

#[test]
fn taut_groups_raise_a_panic_where_they_are_awaited() {
    let wait = || {
        runtime().block_on(async {
            let mut group = Group::<(), Failure>::new();
            group.spawn(async { panic!("a bug") }).await;
            group.wait().await
        })
    };
    assert!(std::panic::catch_unwind(wait).is_err());
}

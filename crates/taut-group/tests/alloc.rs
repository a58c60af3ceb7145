//! What a group allocates: two allocations for a task, its own and the runtime's, and no other for waiting, asking or
//! leaving. A test binary of its own, for the allocator that counts. Counts are per thread, so that tests do not see each
//! other.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../../taut-chan/tests/support/allocations.rs"]
mod allocations;

use std::future::{pending, ready};
use std::pin::pin;

use taut::context::{Context, ContextError};
use taut::group::Group;
use tokio::task::yield_now;

use crate::allocations::{at_once, calls, live_bytes, poll};

type Tasks = Group<u64, ContextError>;

/// A few rounds first, in which the group and the runtime get what they keep; then many with this many allocations each.
async fn allocates(name: &str, expected: u64, mut round: impl AsyncFnMut()) {
    for _ in 0..3 {
        round().await;
    }
    let before = (calls(), live_bytes());
    for _ in 0..100 {
        round().await;
    }
    assert_eq!((calls() - before.0, live_bytes()), (100 * expected, before.1), "{name}");
}

#[tokio::test]
async fn a_task_costs_two_allocations() {
    let mut bare = Tasks::new();
    allocates("spawn and next", 2, async || {
        bare.spawn(ready(Ok(1))).await;
        assert!(bare.next().await.is_some());
    })
    .await;
    let mut limited = Tasks::new().limit(1);
    allocates("with a limit", 2, async || {
        assert!(limited.try_spawn(ready(Ok(1))).is_ok());
        assert!(limited.next().await.is_some());
    })
    .await;
    let (mut bound, _ctx) = Tasks::with_context(&Context::background());
    allocates("with a context", 2, async || {
        bound.spawn(ready(Ok(1))).await;
        assert!(bound.next().await.is_some());
    })
    .await;
    let starts = bare.spawner();
    allocates("by a spawner", 2, async || {
        starts.spawn(ready(Ok(1))).await.unwrap();
        assert!(bare.next().await.is_some());
    })
    .await;
}

#[tokio::test]
async fn many_turns_of_a_task_allocate_nothing() {
    let mut group = Tasks::new();
    group
        .spawn(async {
            loop {
                yield_now().await;
            }
        })
        .await;
    allocates("a turn", 0, async || yield_now().await).await;
    drop(group);
}

#[tokio::test]
async fn waiting_allocates_nothing() {
    let mut group = Tasks::new().limit(1);
    group.spawn(pending()).await;
    allocates("waiting", 0, async || {
        assert!(poll(pin!(group.wait())).is_pending());
        assert!(poll(pin!(group.wait_all())).is_pending());
        let mut next = pin!(group.next());
        for _ in 0..3 {
            assert!(poll(next.as_mut()).is_pending());
        }
    })
    .await;
    allocates("refusing", 0, async || {
        assert!(group.try_spawn(ready(Ok(1))).is_err());
        assert!(group.spawner().try_spawn(ready(Ok(1))).is_err());
        group.set_limit(Some(0));
        group.set_limit(Some(1));
        assert_eq!((group.len(), group.capacity()), (1, Some(1)));
    })
    .await;
    drop(group);
    let mut empty = Tasks::new();
    allocates("nothing to wait for", 0, async || {
        assert_eq!(at_once(empty.wait()), Ok(vec![]));
        assert_eq!(at_once(empty.next()), None);
    })
    .await;
}

#[tokio::test]
async fn a_place_in_line_behind_another_costs_no_allocation() {
    // Goal: the line is a tree, whose first node is the only one that is allocated for so few.
    let mut group = Tasks::new().limit(1);
    group.spawn(pending()).await;
    let (first, second) = (group.spawner(), group.spawner());
    let mut ahead = pin!(first.spawn(ready(Ok(1))));
    assert!(poll(ahead.as_mut()).is_pending());
    allocates("a place in line", 0, async || {
        let mut waits = pin!(second.spawn(ready(Ok(2))));
        for _ in 0..3 {
            assert!(poll(waits.as_mut()).is_pending());
        }
    })
    .await;
}

#[tokio::test]
async fn a_group_that_is_gone_keeps_nothing() {
    let round = async || {
        let (mut group, _ctx) = Tasks::with_context(&Context::background());
        group.spawn(pending()).await;
        group.spawn(ready(Ok(1))).await;
        group.spawn(ready(Err(ContextError::Cancelled))).await;
        yield_now().await;
        assert!(poll(pin!(group.wait())).is_pending());
        drop(group);
        yield_now().await;
    };
    for _ in 0..3 {
        round().await;
    }
    let before = live_bytes();
    for _ in 0..100 {
        round().await;
    }
    assert_eq!(live_bytes(), before);
}

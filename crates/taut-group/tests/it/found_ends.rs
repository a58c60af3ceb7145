//! What reviews have found about ends, each kept from coming back: long chains of groups, payloads that panic, tasks that
//! begin too late, destructors outside of the runtime.

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use futures_util::future::BoxFuture;
use taut::context::Context;
use taut::group::{Group, OnError};
use tokio::runtime::Handle;

use crate::kit::{Oops, Outcome, Tasks, alive, panic_of, settle, soon};
use crate::support::hooks::OnDrop;
use crate::support::{Census, Counted, ROUNDS};

/// Longer than a stack of two megabytes is deep.
const DEPTH: u64 = 3_000;

/// How the outermost group of a chain ends.
#[derive(Clone, Copy)]
enum End {
    Dropped,
    Failed,
    Panicked,
}

/// A group in a task of a group, and so on; each level is a task that the one above has started.
fn chain(census: Census, depth: u64) -> BoxFuture<'static, Outcome> {
    Box::pin(async move {
        let _value: Counted = census.value(depth);
        let mut group = Tasks::new();
        if depth > 1 {
            group.spawn(chain(census, depth - 1)).await;
        } else {
            group.spawn(pending()).await;
        }
        group.wait().await.map(|_| 0)
    })
}

fn ends_a_chain(how: End) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let census = Census::default();
        let mut group = Tasks::new().on_error(OnError::Abort);
        group.spawn(chain(census.clone(), DEPTH)).await;
        while alive() <= DEPTH as usize {
            tokio::task::yield_now().await;
        }
        assert_eq!(census.alive(), DEPTH as usize);
        match how {
            End::Dropped => drop(group),
            End::Failed => {
                group.spawn(async { Err(Oops::Real(1)) }).await;
                assert_eq!(soon(group.wait()).await, Err(Oops::Real(1)));
            }
            End::Panicked => {
                group.spawn(async { panic!("no disk") }).await;
                assert_eq!(panic_of(group.wait()).await, "no disk");
            }
        }
        assert!(census.alive() < DEPTH as usize, "the first of them go at once");
        for _ in 0..DEPTH {
            tokio::task::yield_now().await;
        }
        assert_eq!((census.alive(), alive()), (0, 0));
    });
}

/// On a stack of known size.
fn on_a_stack(program: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(2 << 20).spawn(program).unwrap();
    thread.join().unwrap();
}

#[test]
fn a_long_chain_of_groups_is_dropped_on_a_small_stack() {
    on_a_stack(|| ends_a_chain(End::Dropped));
}

#[test]
fn a_long_chain_of_groups_is_aborted_by_an_error_on_a_small_stack() {
    on_a_stack(|| ends_a_chain(End::Failed));
}

#[test]
fn a_long_chain_of_groups_is_aborted_by_a_panic_on_a_small_stack() {
    on_a_stack(|| ends_a_chain(End::Panicked));
}

/// What a chain of the depth that is documented promises: all are gone before the drop returns.
#[tokio::test]
async fn a_chain_of_thirty_groups_is_dropped_at_once() {
    let (census, mut group) = (Census::default(), Tasks::new());
    group.spawn(chain(census.clone(), 30)).await;
    settle().await;
    settle().await;
    assert_eq!(census.alive(), 30);
    drop(group);
    assert_eq!(census.alive(), 0);
    settle().await;
    assert_eq!(alive(), 0);
}

/// A payload that panics as it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("the destructor of a payload");
    }
}

#[tokio::test]
async fn destructors_whose_payloads_panic_keep_no_other_task_alive() {
    let (census, mut group) = (Census::default(), Tasks::new());
    for n in 0..10 {
        let value = census.value(n);
        group
            .spawn(async move {
                let _first = value;
                let _bomb = OnDrop(move || {
                    if n < 4 {
                        panic_any(Bomb);
                    }
                });
                pending().await
            })
            .await;
    }
    settle().await;
    let payload = catch_unwind(AssertUnwindSafe(|| drop(group))).unwrap_err();
    assert!(payload.is::<Bomb>());
    assert_eq!(census.alive(), 0, "all are dropped, whatever panics");
    let drops = catch_unwind(AssertUnwindSafe(|| drop(payload)));
    assert!(drops.is_err(), "it is ours alone");
}

/// A group that is dropped by a panic lets that go on, and does not drop the payload of its own in it.
#[tokio::test]
async fn a_payload_that_panics_ends_no_process_when_a_panic_is_under_way() {
    let mut group = Tasks::new();
    group
        .spawn(async {
            let _bomb = OnDrop(|| panic_any(Bomb));
            pending().await
        })
        .await;
    settle().await;
    let payload = catch_unwind(AssertUnwindSafe(|| {
        let _dropped_by_this = group;
        panic!("the first");
    }));
    assert_eq!(payload.unwrap_err().downcast_ref(), Some(&"the first"));
}

/// On the one thread of the runtime a task that is polled after the drop has returned has begun after it.
#[test]
fn no_task_begins_once_its_group_has_been_dropped() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for _ in 0..ROUNDS {
        let (is_over, late) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let start = Barrier::new(2);
        thread::scope(|scope| {
            let group = Tasks::new();
            let spawner = group.spawner();
            let (handle, start) = (runtime.handle().clone(), &start);
            let (over, lates) = (Arc::clone(&is_over), Arc::clone(&late));
            let thread = scope.spawn(move || {
                let _in_runtime = handle.enter();
                start.wait();
                drop(spawner.try_spawn(async move {
                    lates.fetch_add(usize::from(over.load(Ordering::SeqCst)), Ordering::SeqCst);
                    pending().await
                }));
            });
            runtime.block_on(async {
                start.wait();
                drop(group);
                is_over.store(true, Ordering::SeqCst);
                while !thread.is_finished() {
                    tokio::task::yield_now().await;
                }
                settle().await;
                assert_eq!(alive(), 0);
            });
        });
        assert_eq!(late.load(Ordering::SeqCst), 0);
    }
}

/// Destructors run where the group is dropped, though that is outside of the runtime.
#[test]
fn destructors_of_aborted_tasks_run_on_the_thread_that_drops_the_group() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let seen = Arc::new(AtomicUsize::new(0));
    let group = runtime.block_on(async {
        let mut group = Group::<(), Oops>::new();
        let seen = Arc::clone(&seen);
        group
            .spawn(async move {
                let _looks = OnDrop(move || {
                    assert!(Handle::try_current().is_err() && tokio::task::try_id().is_none());
                    seen.fetch_add(1, Ordering::SeqCst);
                });
                pending().await
            })
            .await;
        settle().await;
        group
    });
    drop(group);
    assert_eq!(seen.load(Ordering::SeqCst), 1);
    runtime.block_on(async {
        settle().await;
        assert_eq!(alive(), 0);
    });
}

/// The context of a group is to be had from it, and from those who start tasks in it.
#[tokio::test]
async fn a_group_and_its_spawners_have_its_context() {
    let (mut group, ctx) = Tasks::with_context(&Context::background());
    let spawner = group.spawner();
    assert!(!group.context().unwrap().is_done() && !spawner.context().unwrap().is_done());
    group.spawn(async { Err(Oops::Real(1)) }).await;
    settle().await;
    for ctx in [&ctx, group.context().unwrap(), spawner.context().unwrap()] {
        assert_eq!(ctx.cause().unwrap().downcast_ref(), Some(&Oops::Real(1)));
    }
    drop(group);
    assert!(spawner.context().is_some_and(Context::is_done));
    let group = Tasks::new();
    assert!(group.context().is_none() && group.spawner().context().is_none());
}

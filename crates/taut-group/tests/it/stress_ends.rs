//! Groups on a runtime with threads: how they end is decided once, whoever is faster, and for all to see.

use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use taut::context::{Context, ContextError};
use taut::group::OnError;
use tokio::task::yield_now;

use crate::kit::{Oops, Tasks};
use crate::stress::{ROUNDS, assert_deserted, workers};
use crate::support::Census;

#[test]
fn eg_05_the_error_of_wait_is_the_cause_whoever_is_faster() {
    let runtime = workers(3);
    runtime.block_on(async {
        for round in 0..ROUNDS * 5 {
            let (mut group, ctx) = Tasks::with_context(&Context::background());
            group.spawn(async move { Err(Oops::Real(round)) }).await;
            assert_eq!(group.wait().await, Err(Oops::Real(round)));
            let cause = ctx.cause().unwrap();
            assert_eq!(cause.downcast_ref(), Some(&Oops::Real(round)), "{round}: {cause}");
        }
    });
}

#[test]
fn eg_05_of_two_errors_at_the_same_time_the_same_one_is_first_for_all() {
    let runtime = workers(3);
    runtime.block_on(async {
        for round in 0..ROUNDS * 5 {
            let (mut group, ctx) = Tasks::with_context(&Context::background());
            let go = Arc::new(AtomicUsize::new(0));
            for n in 0..2 {
                let go = Arc::clone(&go);
                group
                    .spawn(async move {
                        go.fetch_add(1, Ordering::SeqCst);
                        while go.load(Ordering::SeqCst) < 2 {
                            yield_now().await;
                        }
                        Err(Oops::Real(n))
                    })
                    .await;
            }
            let error = group.wait().await.unwrap_err();
            assert_eq!(ctx.cause().unwrap().downcast_ref(), Some(&error), "{round}");
        }
    });
}

#[test]
fn a_real_error_beats_its_consequences_whoever_is_faster() {
    let runtime = workers(3);
    runtime.block_on(async {
        for round in 0..ROUNDS {
            let (mut group, ctx) = Tasks::with_context(&Context::background());
            for _ in 0..3 {
                let ctx = ctx.clone();
                group.spawn(async move { Err(ctx.done().await.into()) }).await;
            }
            group.spawn(async move { Err(Oops::Real(round)) }).await;
            assert_eq!(group.wait().await, Err(Oops::Real(round)));
        }
    });
}

#[test]
fn eg_09_an_abort_is_over_when_the_wait_returns() {
    let runtime = workers(3);
    runtime.block_on(async {
        let mut group = Tasks::new().on_error(OnError::Abort);
        for round in 0..ROUNDS * 5 {
            group.spawn(async move { Err(Oops::Real(round)) }).await;
            assert_eq!(group.wait().await, Err(Oops::Real(round)));
            assert!(group.spawn(ready(Ok(round))).await, "{round}");
            assert_eq!(group.wait().await, Ok(vec![round]));
        }
    });
}

#[test]
fn eg_23_nothing_is_started_once_a_wait_has_returned() {
    let runtime = workers(3);
    for round in 0..ROUNDS * 2 {
        let (mut group, ctx) = Tasks::with_context(&Context::background());
        let (starts, is_over) = (group.spawner(), Arc::new(AtomicBool::new(false)));
        let seen = Arc::clone(&is_over);
        let other = runtime.spawn(async move {
            while let Ok(()) = starts.try_spawn(async {
                yield_now().await;
                Ok(1)
            }) {
                if seen.load(Ordering::SeqCst) {
                    return false;
                }
                yield_now().await;
            }
            true
        });
        runtime.block_on(async {
            drop(group.wait().await);
            assert_eq!(group.len(), 0, "{round}");
            is_over.store(true, Ordering::SeqCst);
            assert!(ctx.is_done());
            assert!(other.await.unwrap(), "{round}");
            assert_eq!(group.len(), 0, "{round}");
        });
    }
    assert_deserted(&runtime);
}

#[test]
fn eg_12_a_panic_among_many_is_raised_when_all_others_have_ended() {
    let (runtime, census) = (workers(4), Census::default());
    for round in 0..ROUNDS / 40 {
        let mut group = Tasks::new();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(async {
                for n in 0..8 {
                    let held = census.value(n);
                    group
                        .spawn(async move {
                            yield_now().await;
                            if held.id == 5 {
                                // Without the hook, which would print each of them.
                                resume_unwind(Box::new("number 5"));
                            }
                            pending().await
                        })
                        .await;
                }
                group.wait().await
            })
        }));
        assert_eq!(panicked.unwrap_err().downcast_ref(), Some(&"number 5"), "{round}");
        assert_eq!((census.alive(), group.len()), (0, 0));
    }
    assert_deserted(&runtime);
}

#[test]
fn the_end_of_a_parent_ends_groups_in_all_threads() {
    let (runtime, census) = (workers(4), Census::default());
    runtime.block_on(async {
        for _ in 0..ROUNDS / 20 {
            let (parent, cancel) = Context::background().with_cancel();
            let groups: Vec<_> = (0..4)
                .map(|n| {
                    let (parent, census) = (parent.clone(), census.clone());
                    taut::spawn(async move {
                        let (group, ctx) = Tasks::with_context(&parent);
                        let mut group = group.limit(2);
                        loop {
                            let (ctx, held) = (ctx.clone(), census.value(n));
                            let watches = async move {
                                let _held = held;
                                ctx.run(yield_now()).await?;
                                Ok(1)
                            };
                            if !group.spawn(watches).await {
                                return group.wait().await;
                            }
                        }
                    })
                })
                .collect();
            yield_now().await;
            cancel.cancel();
            for group in groups {
                assert_eq!(group.await.unwrap(), Err(Oops::Ended(ContextError::Cancelled)));
            }
            assert_eq!(census.alive(), 0);
        }
    });
    assert_deserted(&runtime);
}

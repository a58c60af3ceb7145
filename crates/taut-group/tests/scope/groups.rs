//! Groups whose tasks run in a scope, and borrow as its tasks do.

use std::future::pending;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};

use taut::context::{Context, ContextError};
use taut::group::{Completed, Failure, SpawnError, TaskError};

use crate::kit::{Gate, Log, Noted, turn};
use crate::support::{Census, now, parked, task};

/// Waits, notes, and gives its number.
async fn works<'a>(log: &Log<u32>, n: u32, is_fine: bool) -> Result<u32, &'a str> {
    let _noted = Noted(log, n);
    turn().await;
    if is_fine { Ok(n) } else { Err("failed") }
}

#[test]
fn results_come_in_the_order_of_the_spawns() {
    let gates = [(); 3].map(|()| Gate::new());
    let mut scope = parked(taut::scope(async |s| {
        let mut group = s.group();
        for (n, gate) in gates.iter().enumerate() {
            group
                .spawn(async move {
                    gate.pass().await;
                    Ok::<_, ()>(n)
                })
                .await;
        }
        group.wait().await
    }));
    for n in [2, 0] {
        gates[n].open();
        scope.pending();
    }
    gates[1].open();
    assert_eq!(scope.ready(), Ok(vec![0, 1, 2]));
}

#[test]
fn results_may_borrow() {
    let text = String::from("one two");
    let words = now(taut::scope(async |s| {
        let mut group = s.group::<&str, &str>();
        for word in text.split(' ') {
            group.spawn(async move { if word.is_empty() { Err(word) } else { Ok(word) } }).await;
        }
        group.wait().await
    }));
    assert_eq!(words, Ok(vec!["one", "two"]));
}

#[test]
fn a_limit_admits_first_come_first_served() {
    let (running, most, log) = (AtomicUsize::new(0), AtomicUsize::new(0), Log::new());
    let mut scope = task(taut::scope(async |s| {
        let mut group = s.group().limit(3);
        for n in 0..20 {
            let (running, most, log) = (&running, &most, &log);
            let is_in = group.spawn(async move {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                log.note(n);
                turn().await;
                running.fetch_sub(1, Ordering::SeqCst);
                Ok::<_, ()>(n)
            });
            assert!(is_in.await);
        }
        group.wait().await
    }));
    let result = loop {
        if let std::task::Poll::Ready(result) = scope.poll() {
            break result;
        }
        assert!(scope.wakes() > 0, "it sleeps");
    };
    assert_eq!(result, Ok((0..20).collect()));
    assert_eq!((log.take(), most.load(Ordering::SeqCst)), ((0..20).collect(), 3));
}

#[test]
fn whoever_does_not_wait_is_told_that_it_is_full() {
    let census = Census::default();
    now(taut::scope(async |s| {
        let mut group = s.group::<_, ()>().limit(1);
        group.spawn(pending()).await;
        let value = census.value(1);
        let refused = group.try_spawn(async move { Ok(value) });
        let Err(SpawnError::Full(future)) = refused else { panic!("it was let in") };
        group.set_limit(None);
        assert!(group.try_spawn(future).is_ok());
        assert_eq!(group.next().await.unwrap().result.unwrap().id, 1);
    }));
    assert_eq!(census.alive(), 0);
}

#[test]
fn the_first_error_is_the_result() {
    let log = Log::new();
    let result = now(taut::scope(async |s| {
        let mut group = s.group();
        for n in 0..4 {
            group.spawn(works(&log, n, n % 2 == 0)).await;
        }
        group.wait().await
    }));
    assert_eq!((result, log.take()), (Err("failed"), vec![0, 1, 2, 3]), "all ran to their end");
}

#[test]
fn all_errors_and_results_as_they_come() {
    let log = Log::new();
    now(taut::scope(async |s| {
        let mut group = s.group();
        for n in 0..3 {
            group.spawn(works(&log, n, n != 1)).await;
        }
        assert_eq!(group.next().await, Some(Completed { index: 0, result: Ok(0) }));
        let rest = group.wait_all().await;
        assert_eq!(rest, [Err(TaskError::Failed("failed")), Ok(2)]);
        assert_eq!(group.next().await, None);
    }));
}

#[test]
fn an_error_ends_the_context_of_the_group() {
    let (cause, left) = now(taut::scope(async |s| {
        let (mut group, ctx) = s.group_with_context::<(), Failure>(&Context::background());
        let ours = ctx.clone();
        group.spawn(async move { Ok(ours.run(pending()).await?) }).await;
        group.spawn(async { Err(Failure::new("no disk")) }).await;
        let error = group.wait().await.unwrap_err();
        assert!(!group.spawn(async { Ok(()) }).await, "it has ended");
        (error.to_string(), ctx.cause().unwrap().to_string())
    }));
    assert_eq!((&*cause, &*left), ("no disk", "no disk"));
}

#[test]
fn a_context_from_outside_ends_a_group() {
    let (ctx, cancel) = Context::background().with_cancel();
    let mut scope = parked(taut::scope(async |s| {
        let (mut group, ctx) = s.group_with_context::<(), ContextError>(&ctx);
        let ours = ctx.clone();
        group.spawn(async move { Err(ours.done().await) }).await;
        group.wait().await
    }));
    cancel.cancel();
    assert_eq!(scope.ready(), Err(ContextError::Cancelled));
}

#[test]
fn a_task_that_would_wait_for_itself_is_told() {
    let log = &Log::new();
    let result = now(taut::scope(async |s| {
        let mut group = s.group::<(), ()>().limit(1);
        let spawner = group.spawner();
        group
            .spawn(async move {
                let refused = spawner.spawn(async { Ok(()) }).await;
                log.note(matches!(refused, Err(SpawnError::WouldDeadlock(_))));
                Ok(())
            })
            .await;
        group.wait().await
    }));
    assert_eq!((result, log.take()), (Ok(vec![(); 1]), vec![true]));
}

#[test]
fn tasks_of_the_group_start_others() {
    let count = AtomicUsize::new(0);
    let result = now(taut::scope(async |s| {
        let mut group = s.group::<usize, ()>();
        let (spawner, count) = (group.spawner(), &count);
        group
            .spawn(async move {
                for n in 1..4 {
                    let task = async move { Ok(count.fetch_add(n, Ordering::SeqCst)) };
                    assert!(spawner.spawn(task).await.is_ok());
                }
                Ok(0)
            })
            .await;
        group.wait().await
    }));
    assert_eq!(result, Ok(vec![0, 0, 1, 3]));
}

#[test]
fn groups_in_tasks_of_groups() {
    let numbers: Vec<u64> = (0..20).collect();
    let sum = now(taut::scope(async |s| {
        let mut group = s.group::<u64, ()>().limit(2);
        for part in numbers.chunks(5) {
            let s = s.clone();
            group
                .spawn(async move {
                    let mut group = s.group::<u64, ()>().limit(2);
                    for n in part {
                        group.spawn(async move { Ok(n * n) }).await;
                    }
                    Ok(group.wait().await?.iter().sum())
                })
                .await;
        }
        group.wait().await.map(|sums| sums.iter().sum::<u64>())
    }));
    assert_eq!(sum, Ok(numbers.iter().map(|n| n * n).sum()));
}

/// The wait is given up, and begun again.
#[test]
fn a_wait_that_is_dropped_loses_nothing() {
    let (gate, log) = (Gate::new(), Log::new());
    let mut scope = parked(taut::scope(async |s| {
        let mut group = s.group();
        group.spawn(works(&log, 1, true)).await;
        group
            .spawn(async {
                gate.pass().await;
                works(&log, 2, true).await
            })
            .await;
        for _ in 0..3 {
            let mut turn = pin!(turn());
            let mut wait = pin!(group.wait());
            std::future::poll_fn(|cx| {
                assert!(wait.as_mut().poll(cx).is_pending());
                turn.as_mut().poll(cx)
            })
            .await;
        }
        group.wait().await
    }));
    gate.open();
    assert_eq!(scope.ready(), Ok(vec![1, 2]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
#[cfg_attr(miri, ignore = "a runtime with threads")]
async fn a_group_of_the_runtime_whose_tasks_have_scopes_with_groups() {
    let mut group = taut::group::Group::<usize, Failure>::new().limit(3);
    for n in 0..12 {
        let task = async move {
            let words: Vec<String> = (0..n).map(|n| n.to_string()).collect();
            let lengths = taut::scope(async |s| {
                let mut group = s.group::<usize, Failure>().limit(2);
                for word in &words {
                    let task = async {
                        tokio::task::yield_now().await;
                        Ok(word.len())
                    };
                    group.spawn(task).await;
                }
                group.wait().await
            });
            Ok(lengths.await?.len())
        };
        group.spawn(task).await;
    }
    assert_eq!(group.wait().await.unwrap(), (0..12).collect::<Vec<_>>());
}

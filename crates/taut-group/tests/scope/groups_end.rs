//! The ends of groups in a scope: aborted, dropped, shut down, panicked. Where the scope is driven their tasks are dropped in
//! place.

use taut::group::{OnError, TaskError};

use crate::kit::{Log, Slot, stays, turn};
use crate::support::hooks::panics;
use crate::support::{Census, now, parked, task};

/// It is called by a task of the scope, so the others are dropped where they are.
#[test]
fn an_abort_drops_the_others_in_place() {
    let log = Log::new();
    now(taut::scope(async |s| {
        let mut group = s.group::<(), &str>().on_error(OnError::Abort);
        for n in 0..3 {
            let log = &log;
            group
                .spawn(async move {
                    stays(log, n).await;
                    Ok(())
                })
                .await;
        }
        group
            .spawn(async {
                turn().await;
                log.note(9);
                Err("abort")
            })
            .await;
        assert_eq!(group.wait().await, Err("abort"));
        let mut dropped = log.take();
        assert_eq!(dropped.remove(0), 9);
        dropped.sort_unstable();
        assert_eq!(dropped, [0, 1, 2], "when `wait` returns none is alive");
    }));
}

#[test]
fn a_group_that_is_dropped_drops_its_tasks_in_place() {
    let (log, census) = (Log::new(), Census::default());
    now(taut::scope(async |s| {
        let mut group = s.group::<_, ()>();
        let value = census.value(1);
        group.spawn(async { Ok(value) }).await;
        for n in 0..3 {
            let (log, value) = (&log, census.value(n));
            group
                .spawn(async move {
                    stays(log, n).await;
                    Ok(value)
                })
                .await;
        }
        turn().await;
        drop(group);
        assert_eq!((log.take().len(), census.alive()), (3, 0));
        s.spawn(stays(&log, 9)).abort();
    }));
}

/// Where the scope is not driven the tasks are dropped at its next turn.
#[test]
fn a_group_that_is_dropped_outside_of_its_scope() {
    let (log, slot) = (Log::new(), Slot::new());
    let mut scope = parked(taut::scope(async |s| {
        let mut group = s.group::<(), ()>();
        for n in 0..3 {
            let log = &log;
            group
                .spawn(async move {
                    stays(log, n).await;
                    Ok(())
                })
                .await;
        }
        slot.put(group);
    }));
    drop(slot.take());
    assert_eq!((log.take(), scope.wakes()), (vec![], 1));
    scope.ready();
    assert_eq!(log.take().len(), 3);
}

#[test]
fn shutdown_waits_until_no_task_is_alive() {
    let log = Log::new();
    now(taut::scope(async |s| {
        let mut group = s.group::<(), ()>();
        group
            .spawn(async {
                stays(&log, 1).await;
                Ok(())
            })
            .await;
        turn().await;
        group.shutdown().await;
        assert_eq!((log.take(), group.len()), (vec![1], 0));
    }));
}

#[test]
fn a_panic_of_a_task_is_raised_by_who_waits_for_the_group() {
    let log = Log::new();
    let mut scope = task(taut::scope(async |s| {
        s.spawn(stays(&log, 0));
        let mut group = s.group::<(), ()>();
        group
            .spawn(async {
                stays(&log, 1).await;
                Ok(())
            })
            .await;
        group.spawn(async { panic!("a task of the group") }).await;
        group.wait().await
    }));
    panics("a task of the group", || assert!(scope.poll().is_pending()));
    let mut dropped = log.take();
    dropped.sort_unstable();
    assert_eq!(dropped, [0, 1]);
}

#[test]
fn a_scope_that_is_dropped_drops_the_tasks_of_its_groups() {
    let (log, slot) = (Log::new(), Slot::new());
    let scope = parked(taut::scope(async |s| {
        let mut group = s.group::<u32, ()>().limit(2);
        for n in 0..2 {
            let log = &log;
            group
                .spawn(async move {
                    stays(log, n).await;
                    Ok(n)
                })
                .await;
        }
        let spawner = group.spawner();
        slot.put(group);
        s.spawn(async move { spawner.spawn(async { Ok(7) }).await.is_ok() });
    }));
    drop(scope);
    assert_eq!(log.take().len(), 2);
    let mut group = slot.take();
    assert_eq!(now(group.wait_all()), [Err(TaskError::Aborted), Err(TaskError::Aborted)]);
    assert!(!now(group.spawn(async { Ok(8) })), "there is nobody to run it");
    assert_eq!(now(group.wait_all()), []);
}

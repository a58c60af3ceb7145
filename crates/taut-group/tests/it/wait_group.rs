//! `WaitGroup::spawn`: the rows of Go's `WaitGroup.Go`, on a runtime.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use taut::chan;
use taut::group::WaitGroupExt;
use taut::sync::WaitGroup;

/// Waits in a task; what it panicked with, if it did.
async fn message_of_wait(wg: &WaitGroup) -> Option<String> {
    let error = tokio::spawn(wg.wait_owned()).await.err()?;
    let payload = error.into_panic();
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wg_09_tasks_are_waited_for_and_what_they_did_is_seen() {
    let (wg, done) = (WaitGroup::new(), Arc::new(AtomicU32::new(0)));
    for _ in 0..1000 {
        let done = done.clone();
        // A detached task is waited for all the same.
        wg.spawn(async move { done.fetch_add(1, Ordering::Relaxed) });
    }
    wg.wait().await;
    assert_eq!((done.load(Ordering::Relaxed), wg.count()), (1000, 0));
}

#[tokio::test]
async fn wg_09_it_is_counted_from_the_call_and_its_handle_gives_the_output() {
    let wg = WaitGroup::new();
    let (tx, rx) = chan::rendezvous();
    let task = wg.spawn(async move { rx.recv().await });
    assert_eq!(wg.count(), 1);
    tx.send(7).await.unwrap();
    assert_eq!(task.await.unwrap(), Ok(7));
    wg.wait().await;
}

#[tokio::test]
async fn wg_10_go_07_a_panic_is_told_to_who_joins_and_to_all_who_wait() {
    let wg = WaitGroup::new();
    let fails = wg.spawn(async { panic!("no disk") });
    let others = wg.spawn(async {});
    assert_eq!(message_of_wait(&wg).await.unwrap(), "no disk");
    let again = message_of_wait(&wg).await.unwrap();
    assert_eq!(again, "a future that is tracked by a `WaitGroup` panicked: no disk");
    let told = fails.await.unwrap_err();
    assert_eq!(told.into_panic().downcast_ref(), Some(&"no disk"));
    others.await.unwrap();
}

#[tokio::test]
async fn wg_10_go_07_a_panic_of_a_task_that_was_detached_is_not_lost() {
    let wg = WaitGroup::new();
    drop(wg.spawn(async { panic!("unheard") }));
    assert_eq!(message_of_wait(&wg).await.unwrap(), "unheard");
}

#[tokio::test]
async fn wg_11_go_08_a_task_that_is_aborted_is_done_and_has_not_panicked() {
    let wg = WaitGroup::new();
    let (running, unpolled) = (wg.spawn(pending::<()>()), wg.spawn(pending::<()>()));
    unpolled.abort();
    tokio::task::yield_now().await;
    running.abort();
    wg.wait().await;
    assert!(running.await.unwrap_err().is_cancelled());
    assert!(unpolled.await.unwrap_err().is_cancelled());
}

#[tokio::test]
async fn wg_12_a_task_spawns_others() {
    fn tree(wg: &WaitGroup, depth: u32, done: &Arc<AtomicU32>) {
        let (group, done) = (wg.clone(), done.clone());
        wg.spawn(async move {
            done.fetch_add(1, Ordering::Relaxed);
            if depth > 0 {
                tree(&group, depth - 1, &done);
                tree(&group, depth - 1, &done);
            }
        });
    }
    let (wg, done) = (WaitGroup::new(), Arc::new(AtomicU32::new(0)));
    tree(&wg, 6, &done);
    wg.wait().await;
    assert_eq!(done.load(Ordering::Relaxed), 127);
}

#[test]
fn a_runtime_that_goes_drops_its_tasks_and_their_tokens() {
    let wg = WaitGroup::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { drop(wg.spawn(pending::<()>())) });
    assert_eq!(wg.count(), 1);
    drop(runtime);
    wg.blocking_wait();
}

#[test]
fn without_a_runtime_it_panics_and_counts_nothing() {
    let wg = WaitGroup::new();
    let outside = std::panic::catch_unwind(|| drop(wg.spawn(async {})));
    assert!(outside.is_err());
    wg.blocking_wait();
}

//! `taut::spawn` and `taut::spawn_blocking`: the rows of `go f()`, on a runtime.

use std::future::pending;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use taut::chan;

use crate::kit::{alive, giving, settle, soon};
use crate::support::Census;
use crate::support::hooks::panics;

#[tokio::test]
async fn go_01_arguments_are_evaluated_by_the_caller_and_bodies_are_not() {
    fn noted(log: &Mutex<Vec<&'static str>>, text: &'static str) -> u32 {
        log.lock().unwrap().push(text);
        7
    }
    let log = Arc::new(Mutex::new(Vec::new()));
    let theirs = Arc::clone(&log);
    let argument = async |n: u32, log: Arc<Mutex<Vec<&'static str>>>| noted(&log, "body") + n;
    let task = taut::spawn(argument(noted(&log, "argument"), theirs));
    noted(&log, "after");
    assert_eq!(soon(task).await.unwrap(), 14);
    assert_eq!(*log.lock().unwrap(), ["argument", "after", "body"]);
}

#[tokio::test]
async fn go_02_hb_01_a_task_runs_beside_its_caller_whether_its_handle_is_kept_or_not() {
    let (tx, rx) = chan::rendezvous();
    drop(taut::spawn(async move { tx.send("hello").await }));
    assert_eq!(soon(rx.recv()).await, Ok("hello"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn go_02_every_task_that_is_ready_runs() {
    let count = Arc::new(AtomicU32::new(0));
    let tasks: Vec<_> = (0..1000)
        .map(|_| {
            let count = Arc::clone(&count);
            taut::spawn(async move {
                tokio::task::yield_now().await;
                count.fetch_add(1, Ordering::Relaxed);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(count.load(Ordering::Relaxed), 1000, "HB-02: it is seen by who joins");
}

#[tokio::test]
async fn go_03_go_06_go_10_the_handle_gives_the_value_ends_the_task_and_tells_it_apart() {
    assert_eq!(soon(taut::spawn(async { String::from("value") })).await.unwrap(), "value");
    let census = Census::default();
    let held = census.value(1);
    let task = taut::spawn(async move {
        let _held = held;
        pending::<()>().await;
    });
    settle().await;
    assert!(!task.is_finished());
    task.abort();
    // GO-08: an end from outside is no success.
    assert!(soon(task).await.unwrap_err().is_cancelled());
    assert_eq!(census.alive(), 0);
}

#[tokio::test]
async fn go_07_a_panic_is_kept_in_the_handle() {
    let error = soon(taut::spawn(async { panic!("no disk") })).await.unwrap_err();
    assert_eq!(error.into_panic().downcast_ref(), Some(&"no disk"));
    drop(taut::spawn(async { panic!("unheard") }));
    settle().await;
    assert_eq!(alive(), 0);
}

#[test]
fn go_05_a_runtime_that_goes_runs_the_destructors_of_its_tasks() {
    let (census, runtime) =
        (Census::default(), tokio::runtime::Builder::new_current_thread().build().unwrap());
    let held = census.value(1);
    runtime.block_on(async {
        drop(taut::spawn(async move {
            let _held = held;
            pending::<()>().await;
        }));
    });
    assert_eq!(census.alive(), 1);
    drop(runtime);
    assert_eq!(census.alive(), 0);
}

#[test]
fn go_18_outside_of_a_runtime_it_panics_and_drops_the_future() {
    let census = Census::default();
    let held = census.value(1);
    panics("no reactor running", || drop(taut::spawn(giving(held))));
    assert_eq!(census.alive(), 0);
    let held = census.value(1);
    panics("no reactor running", || drop(taut::spawn_blocking(|| drop(held))));
    assert_eq!(census.alive(), 0);
}

#[tokio::test]
async fn go_12_a_closure_that_blocks_stalls_nobody() {
    let (lets_go, go) = std::sync::mpsc::channel();
    let task = taut::spawn_blocking(move || go.recv().unwrap());
    // This thread goes on, and the only worker of the runtime with it.
    taut::spawn(async move { lets_go.send(7).unwrap() }).await.unwrap();
    assert_eq!(task.await.unwrap(), 7);
}

#[tokio::test]
async fn go_07_a_closure_that_panics() {
    let error = taut::spawn_blocking(|| panic!("no disk")).await.unwrap_err();
    assert_eq!(error.into_panic().downcast_ref(), Some(&"no disk"));
}

#[tokio::test]
async fn go_14_each_turn_of_a_loop_has_its_own_variable() {
    let mut tasks = Vec::new();
    for n in 0..3 {
        tasks.push(taut::spawn(async move { n }));
    }
    for (n, task) in tasks.into_iter().enumerate() {
        assert_eq!(soon(task).await.unwrap(), n);
    }
}

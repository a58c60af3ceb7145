//! Channels, selects, locks and contexts between the tasks of a scope, and with tasks outside of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use taut::chan::{self, Receiver, Sender};
use taut::context::{Context, ContextError};
use taut::select;
use taut::sync::{Mutex, Semaphore, WaitGroup};

use crate::kit::turn;
use crate::support::{now, parked, task};

#[test]
fn a_rendezvous_between_two_tasks() {
    let (tx, rx) = chan::rendezvous();
    let received = now(taut::scope(async |s| {
        s.spawn(async {
            for n in 0..100 {
                tx.send(n).await.unwrap();
            }
        });
        let receives = s.spawn(async {
            let mut received = Vec::new();
            while received.len() < 100 {
                received.push(rx.recv().await.unwrap());
            }
            received
        });
        receives.await
    }));
    assert_eq!(received, (0..100).collect::<Vec<_>>());
}

/// Each says what it has, in turn; no wake-up of the scope is needed.
#[test]
fn a_round_trip_stays_inside() {
    let ((there, here), (back, answer)) = (chan::rendezvous::<u32>(), chan::rendezvous::<u32>());
    let mut scope = task(taut::scope(async |s| {
        s.spawn(async {
            while let Ok(n) = here.recv().await {
                back.send(n + 1).await.unwrap();
                if n == 40 {
                    break;
                }
            }
        });
        let mut n = 0;
        while n < 41 {
            there.send(n).await.unwrap();
            n = answer.recv().await.unwrap();
        }
        n
    }));
    assert_eq!(scope.ready(), 41);
    assert_eq!(scope.wakes(), 0, "nobody outside heard of it");
}

#[test]
fn a_pipeline_that_closes() {
    let (out, sums) = chan::bounded(1);
    let numbers: Vec<u32> = (1..=10).collect();
    let total = now(taut::scope(async |s| {
        let (tx, rx) = chan::bounded(2);
        let numbers = &numbers;
        s.spawn(async move {
            for n in numbers {
                tx.send(*n).await.unwrap();
            }
        });
        s.spawn(async move {
            while let Ok(n) = rx.recv().await {
                out.send(n * n).await.unwrap();
            }
        });
        let mut total = 0;
        while let Ok(n) = sums.recv().await {
            total += n;
        }
        total
    }));
    assert_eq!(total, 385);
}

#[test]
fn selects_in_tasks() {
    async fn merge(one: Receiver<u32>, other: Receiver<u32>, out: &Sender<u32>) {
        loop {
            let n = select! {
                Ok(n) = one.recv() => n,
                Ok(n) = other.recv() => n,
                else => return,
            };
            out.send(n).await.unwrap();
        }
    }
    let ((a, from_a), (b, from_b), (out, merged)) =
        (chan::rendezvous(), chan::rendezvous(), chan::rendezvous());
    let mut numbers = now(taut::scope(async |s| {
        for (tx, first) in [(a, 0), (b, 100)] {
            s.spawn(async move {
                for n in first..first + 20 {
                    tx.send(n).await.unwrap();
                }
            });
        }
        s.spawn(merge(from_a, from_b, &out));
        let mut numbers = Vec::new();
        while numbers.len() < 40 {
            numbers.push(merged.recv().await.unwrap());
        }
        numbers
    }));
    let halves: (Vec<u32>, Vec<u32>) = numbers.iter().partition(|&&n| n < 100);
    assert!(halves.0.is_sorted() && halves.1.is_sorted(), "each in its order");
    numbers.sort_unstable();
    assert_eq!(numbers, (0..20).chain(100..120).collect::<Vec<_>>());
}

#[test]
fn locks_and_permits() {
    let (sum, permits, most) = (Mutex::new(0), Semaphore::new(3), AtomicU32::new(0));
    let wg = WaitGroup::new();
    let mut scope = task(taut::scope(async |s| {
        for n in 0..20 {
            let (sum, permits, most, token) = (&sum, &permits, &most, wg.token());
            s.spawn(async move {
                let _permit = permits.acquire(1).await.unwrap();
                most.fetch_max(3 - permits.available() as u32, Ordering::SeqCst);
                let mut sum = sum.lock().await;
                turn().await;
                *sum += n;
                drop(token);
            });
        }
        wg.wait().await;
        *sum.lock().await
    }));
    let sum = loop {
        if let std::task::Poll::Ready(sum) = scope.poll() {
            break sum;
        }
        assert!(scope.wakes() > 0, "it sleeps");
    };
    assert_eq!((sum, most.load(Ordering::SeqCst)), (190, 3));
}

#[test]
fn a_context_ends_tasks_from_outside() {
    let (ctx, cancel) = Context::background().with_cancel();
    let mut scope = parked(taut::scope(async |s| {
        let tasks = [(); 3].map(|()| s.spawn(ctx.run(std::future::pending::<()>())));
        let mut ends = Vec::new();
        for task in tasks {
            ends.push(task.await);
        }
        ends
    }));
    cancel.cancel();
    assert_eq!(scope.wakes(), 1);
    assert_eq!(scope.ready(), [Err(ContextError::Cancelled); 3]);
}

#[test]
fn a_context_ends_tasks_from_inside() {
    let (ctx, cancel) = Context::background().with_cancel();
    let ends = now(taut::scope(async |s| {
        let waits = s.spawn(async { ctx.done().await });
        s.spawn(async { cancel.cancel() });
        waits.await
    }));
    assert_eq!(ends, ContextError::Cancelled);
}

/// On a runtime with threads, against tasks that run elsewhere at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
#[cfg_attr(miri, ignore = "a runtime with threads")]
async fn with_tasks_outside() {
    let (requests, served) = chan::bounded::<(u32, Sender<u32>)>(4);
    let served = Arc::new(served);
    let servers = [(); 2].map(|()| {
        let served = Arc::clone(&served);
        tokio::spawn(async move {
            while let Ok((n, answer)) = served.recv().await {
                answer.send(n * 2).await.unwrap();
            }
        })
    });
    let count = if cfg!(debug_assertions) { 300 } else { 3000 };
    let (sum, requests) = (AtomicU32::new(0), requests);
    taut::scope(async |s| {
        for n in 0..count {
            let requests = requests.clone();
            let sum = &sum;
            s.spawn(async move {
                let (tx, rx) = chan::rendezvous();
                requests.send((n, tx)).await.unwrap();
                sum.fetch_add(rx.recv().await.unwrap(), Ordering::Relaxed);
            });
        }
    })
    .await;
    drop(requests);
    assert_eq!(sum.load(Ordering::Relaxed), count * (count - 1));
    for server in servers {
        server.await.unwrap();
    }
}

//! Scopes in scopes, in arms of selects, and under a deadline.

use std::future::pending;
use std::time::Duration;

use taut::chan;
use taut::context::{Context, ContextError};
use taut::select;
use taut::time::after;

use crate::kit::{Gate, Log, Noted, Slot, stays, turn};
use crate::support::hooks::panics;
use crate::support::{now, parked, task};

#[test]
fn a_scope_in_the_body_of_a_scope() {
    let words = ["a".to_owned(), "bc".to_owned()];
    let sum = now(taut::scope(async |outer| {
        let first = outer.spawn(async { words[0].len() });
        let second = taut::scope(async |inner| inner.spawn(async { words[1].len() }).await).await;
        first.await + second
    }));
    assert_eq!(sum, 3);
}

/// A task of the scope may have a scope of its own, for what it has itself.
#[test]
fn scopes_in_tasks() {
    let numbers: Vec<u32> = (0..12).collect();
    let sum = now(taut::scope(async |s| {
        let sums: Vec<_> = numbers
            .chunks(4)
            .map(|chunk| {
                s.spawn(async move {
                    let squares: Vec<_> = chunk.iter().map(|n| n * n).collect();
                    taut::scope(async |s| {
                        let halves = [&squares[..2], &squares[2..]];
                        let halves =
                            halves.map(|half| s.spawn(async move { half.iter().sum::<u32>() }));
                        let mut sum = 0;
                        for half in halves {
                            turn().await;
                            sum += half.await;
                        }
                        sum
                    })
                    .await
                })
            })
            .collect();
        let mut all = 0;
        for sum in sums {
            all += sum.await;
        }
        all
    }));
    assert_eq!(sum, (0..12).map(|n| n * n).sum());
}

#[test]
fn wake_ups_cross_between_scopes() {
    let gates = [(); 2].map(|()| Gate::new());
    let mut scope = task(taut::scope(async |outer| {
        let waits = outer.spawn(async {
            gates[0].pass().await;
            gates[1].open();
        });
        taut::scope(async |inner| {
            inner.spawn(gates[1].pass());
            turn().await;
            gates[0].open();
        })
        .await;
        waits.await;
    }));
    for _ in 0..5 {
        if scope.poll().is_ready() {
            return;
        }
        assert!(scope.wakes() > 0, "it sleeps");
    }
    panic!("it goes round and round");
}

#[test]
fn deeply_nested() {
    fn down(depth: u32) -> std::pin::Pin<Box<dyn Future<Output = u32> + Send>> {
        Box::pin(taut::scope(async move |s| {
            let below = s.spawn(async move { if depth == 0 { 0 } else { down(depth - 1).await } });
            turn().await;
            below.await + 1
        }))
    }
    let mut scope = task(down(50));
    let sum = loop {
        if let std::task::Poll::Ready(sum) = scope.poll() {
            break sum;
        }
        assert!(scope.wakes() > 0, "it sleeps");
    };
    assert_eq!(sum, 51);
}

#[test]
fn a_panic_of_an_inner_task_comes_out_of_both() {
    let log = Log::new();
    let mut scope = task(taut::scope(async |outer| {
        outer.spawn(stays(&log, 'o'));
        outer.spawn(async {
            taut::scope(async |inner| {
                inner.spawn(stays(&log, 'i'));
                inner.spawn(async { panic!("innermost") });
            })
            .await;
        });
    }));
    panics("innermost", || assert!(scope.poll().is_pending()));
    assert_eq!(log.take(), ['i', 'o']);
}

/// After a panic was caught inside, who drives this thread is who did before.
#[test]
fn a_panic_of_an_inner_scope_that_is_caught_leaves_the_outer_one_as_it_was() {
    use futures_util::FutureExt as _;
    let (gate, log) = (Gate::new(), Log::new());
    now(taut::scope(async |outer| {
        outer.spawn(async {
            gate.pass().await;
            log.note('g');
        });
        turn().await;
        let inner = taut::scope(async |inner| {
            inner.spawn(async { panic!("inner") });
        });
        assert!(std::panic::AssertUnwindSafe(inner).catch_unwind().await.is_err());
        let kept = outer.spawn(stays(&log, 's'));
        gate.open();
        turn().await;
        kept.abort();
    }));
    assert_eq!(log.take(), ['g', 's']);
}

#[test]
fn an_arm_that_loses_drops_the_scope_with_its_tasks() {
    let (log, (tx, rx)) = (Log::new(), chan::bounded(1));
    let mut selects = parked(async {
        select! {
            () = taut::scope(async |s| {
                s.spawn(stays(&log, 't'));
                let _noted = Noted(&log, 'b');
                pending::<()>().await;
            }) => 'x',
            value = rx.recv() => value.unwrap(),
        }
    });
    tx.try_send('v').unwrap();
    assert_eq!(selects.ready(), 'v');
    assert_eq!(log.take(), ['b', 't']);
}

#[test]
fn an_arm_that_wins() {
    let (gate, (_tx, rx)) = (Gate::new(), chan::bounded::<u32>(1));
    let mut selects = parked(async {
        select! {
            n = taut::scope(async |s| s.spawn(async { gate.pass().await; 3 }).await) => n,
            _ = rx.recv() => 0,
        }
    });
    gate.open();
    assert_eq!(selects.ready(), 3);
}

/// A scope is resumed where it was, if the select leaves it by reference.
#[test]
fn a_scope_is_polled_by_reference_in_arms() {
    let ((tx, rx), gate) = (chan::bounded(1), Gate::new());
    let mut selects = parked(async {
        let mut scope = std::pin::pin!(taut::scope(async |s| {
            s.spawn(gate.pass());
            5
        }));
        let mut seen = Vec::new();
        loop {
            select! {
                n = &mut scope => {
                    seen.push(n);
                    return seen;
                }
                n = rx.recv() => seen.push(n.unwrap()),
            }
        }
    });
    for n in [1, 2] {
        tx.try_send(n).unwrap();
        selects.pending();
    }
    gate.open();
    assert_eq!(selects.ready(), [1, 2, 5]);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_drops_the_scope_with_its_tasks() {
    let log = Log::new();
    let (ctx, _cancel) = Context::background().with_timeout(Duration::from_secs(3));
    let result = ctx
        .run(taut::scope(async |s| {
            s.spawn(stays(&log, 't'));
            pending::<()>().await;
        }))
        .await;
    assert_eq!((result, log.take()), (Err(ContextError::DeadlineExceeded), vec!['t']));
    let scope = taut::scope(async |s| drop(s.spawn(stays(&log, 't'))));
    assert!(tokio::time::timeout(Duration::from_secs(3), scope).await.is_err());
    assert_eq!(log.take(), ['t']);
}

#[tokio::test(start_paused = true)]
async fn tasks_of_a_scope_sleep_side_by_side() {
    let (log, start) = (Log::new(), tokio::time::Instant::now());
    taut::scope(async |s| {
        for seconds in [3, 1, 2] {
            let log = &log;
            s.spawn(async move {
                after(Duration::from_secs(seconds)).await;
                log.note(seconds);
            });
        }
    })
    .await;
    assert_eq!((log.take(), start.elapsed()), (vec![1, 2, 3], Duration::from_secs(3)));
}

/// One scope polled by one task, then by another.
#[test]
fn a_scope_may_change_hands() {
    let (gate, slot) = (Gate::new(), Slot::new());
    let mut first = Box::pin(taut::scope(async |s| {
        s.spawn(gate.pass());
        4
    }));
    let polls = |cx: &mut std::task::Context<'_>| {
        assert!(first.as_mut().poll(cx).is_pending());
        std::task::Poll::Ready(())
    };
    let wakes = crate::support::Wakes::new();
    let mut one = task(std::future::poll_fn(polls));
    assert!(one.poll_with(&wakes.clone().into()).is_ready());
    drop(one);
    slot.put(first);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let mut other = task(slot.take());
            other.pending();
            gate.open();
            assert_eq!((other.wakes(), wakes.count()), (1, 0));
            assert_eq!(other.ready(), 4);
        });
    });
}

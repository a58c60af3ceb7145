//! A scope is one task of the runtime, and gives way as one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use taut::chan;

use crate::kit::{Slot, polled, turn};
use crate::support::{gives_way, parked, task};

/// Tasks that are always ready, until told to end.
async fn busy(is_over: &AtomicBool, turns: &AtomicUsize) {
    while !is_over.load(Ordering::SeqCst) {
        turns.fetch_add(1, Ordering::SeqCst);
        turn().await;
    }
}

#[test]
fn a_turn_ends_though_tasks_are_ready() {
    let (is_over, turns) = (AtomicBool::new(false), AtomicUsize::new(0));
    let mut scope = task(taut::scope(async |s| {
        for _ in 0..3 {
            s.spawn(busy(&is_over, &turns));
        }
    }));
    scope.pending();
    let first = turns.swap(0, Ordering::SeqCst);
    assert!((200..=256).contains(&first), "{first} polls");
    assert_eq!(scope.wakes(), 1, "it is to be polled again");
    scope.pending();
    assert_eq!(turns.load(Ordering::SeqCst), 256);
    is_over.store(true, Ordering::SeqCst);
    scope.ready();
}

/// What was not polled in one turn comes first in the next.
#[test]
fn the_next_turn_goes_on_where_the_last_has_ended() {
    let polls: Vec<_> = (0..700).map(|_| AtomicUsize::new(0)).collect();
    let mut scope = task(taut::scope(async |s| {
        for polls in &polls {
            s.spawn(polled(polls, |_| std::task::Poll::Ready(())));
        }
    }));
    let polled = || polls.iter().filter(|polls| polls.load(Ordering::SeqCst) == 1).count();
    scope.pending();
    assert_eq!(polled(), 255, "and the body");
    scope.pending();
    assert_eq!(polled(), 511);
    scope.ready();
    assert_eq!(polled(), 700);
}

#[tokio::test(start_paused = true)]
async fn a_timer_of_another_task_is_not_starved() {
    let is_over = Arc::new(AtomicBool::new(false));
    let sleeper = tokio::spawn({
        let is_over = Arc::clone(&is_over);
        async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            is_over.store(true, Ordering::SeqCst);
        }
    });
    // Time stands still while somebody is ready, so somebody moves it.
    let clock = tokio::spawn(async {
        for _ in 0..10 {
            tokio::time::advance(Duration::from_millis(1)).await;
        }
    });
    let turns = AtomicUsize::new(0);
    taut::scope(async |s| {
        for _ in 0..4 {
            s.spawn(busy(&is_over, &turns));
        }
    })
    .await;
    sleeper.await.unwrap();
    clock.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_timer_of_the_body_or_of_a_task_is_not_starved() {
    let (is_over, turns) = (AtomicBool::new(false), AtomicUsize::new(0));
    let clock = tokio::spawn(async {
        for _ in 0..20 {
            tokio::time::advance(Duration::from_millis(1)).await;
        }
    });
    taut::scope(async |s| {
        s.spawn(busy(&is_over, &turns));
        s.spawn(busy(&is_over, &turns));
        s.spawn(tokio::time::sleep(Duration::from_millis(3)));
        taut::time::after(Duration::from_millis(5)).await;
        is_over.store(true, Ordering::SeqCst);
    })
    .await;
    clock.await.unwrap();
}

#[tokio::test]
async fn another_task_of_a_runtime_with_one_thread_has_its_turns() {
    let is_over = Arc::new(AtomicBool::new(false));
    let other = tokio::spawn({
        let is_over = Arc::clone(&is_over);
        async move {
            for _ in 0..50 {
                tokio::task::yield_now().await;
            }
            is_over.store(true, Ordering::SeqCst);
        }
    });
    let turns = AtomicUsize::new(0);
    taut::scope(async |s| {
        for _ in 0..4 {
            s.spawn(busy(&is_over, &turns));
        }
    })
    .await;
    other.await.unwrap();
    assert!(turns.into_inner() <= 53 * 256, "the other had turn after turn");
}

/// Pairs that talk all the time; what they do counts for the budget of the task.
#[tokio::test]
async fn a_pair_that_talks_for_ever_gives_way_to_other_tasks() {
    let other = tokio::spawn(async {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    });
    let (tx, rx) = chan::rendezvous();
    let scope = taut::scope(async |s| {
        s.spawn(async { while tx.send(()).await.is_ok() {} });
        s.spawn(async { while rx.recv().await.is_ok() {} });
    });
    taut::select! {
        () = scope => unreachable!("they go on for ever"),
        done = other => done.unwrap(),
    }
}

#[tokio::test]
async fn a_loop_over_scopes_gives_way() {
    let (tx, rx) = chan::bounded(1);
    gives_way("a scope with a channel", async || {
        taut::scope(async |s| {
            s.spawn(tx.send(1));
            rx.recv().await.unwrap();
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_loop_in_a_scope_gives_way() {
    let handle = Slot::new();
    let mut scope = parked(async {
        taut::scope(async |s| {
            handle.put(s.clone());
            loop {
                s.spawn(async {}).await;
            }
        })
        .await;
    });
    scope.pending();
    assert!(scope.wakes() > 0);
    drop(handle.take());
}

/// A scope in a scope has turns of its own; the outer one has to end its as well.
#[test]
fn an_inner_scope_that_is_busy_gives_way_to_the_tasks_of_the_outer() {
    let (is_over, turns, others) =
        (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    let mut scope = task(taut::scope(async |outer| {
        outer.spawn(async {
            taut::scope(async |inner| {
                inner.spawn(busy(&is_over, &turns));
                inner.spawn(busy(&is_over, &turns));
            })
            .await;
        });
        while others.fetch_add(1, Ordering::SeqCst) < 20 {
            turn().await;
        }
        is_over.store(true, Ordering::SeqCst);
    }));
    assert!((0..40).any(|_| scope.poll().is_ready()), "the inner scope has all the turns");
}

/// It should not; but then it is to get on, however many polls have been made above it.
#[test]
fn a_task_that_blocks_on_a_scope_of_its_own_goes_on() {
    let mut scope = task(taut::scope(async |s| {
        s.spawn(async {
            let mut inner = task(taut::scope(async |s| {
                let turns = s.spawn(async {
                    for _ in 0..1000 {
                        turn().await;
                    }
                });
                turns.await;
            }));
            assert!((0..3000).any(|_| inner.poll().is_ready()), "it does not get on");
        });
    }));
    scope.ready();
}

//! Many tasks: on a small stack, and for no more than each of them costs.

use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use taut::group::Scope;

use crate::kit::{Gate, Log, polled, turn};
use crate::support::{ROUNDS, parked, task};

const MANY: usize = if cfg!(miri) { 40 } else { 1_000_000 };
const IDLE: usize = if cfg!(miri) { 40 } else { 100_000 };

/// Smaller than what any recursion over so many needs.
fn on_a_small_stack(program: impl FnOnce() + Send + 'static) {
    let small = thread::Builder::new().stack_size(128 << 10);
    small.spawn(program).unwrap().join().unwrap();
}

#[test]
fn a_million_tasks_complete() {
    on_a_small_stack(|| {
        let count = AtomicUsize::new(0);
        let mut scope = task(taut::scope(async |s| {
            for _ in 0..MANY {
                s.spawn(async { count.fetch_add(1, Ordering::Relaxed) });
            }
        }));
        let mut polls = 1;
        while scope.poll().is_pending() {
            polls += 1;
        }
        assert_eq!(polls, MANY / 256 + 1);
        assert_eq!(count.load(Ordering::Relaxed), MANY);
    });
}

#[test]
fn a_million_tasks_wait_are_woken_and_end() {
    on_a_small_stack(|| {
        let (gate, handles) = (Gate::new(), Log::new());
        let mut scope = task(taut::scope(async |s| {
            for _ in 0..MANY {
                handles.note(s.spawn(gate.pass()));
            }
        }));
        while gate.polls() < MANY {
            scope.pending();
        }
        gate.open();
        while scope.poll().is_pending() {}
        assert_eq!(gate.polls(), 2 * MANY);
        assert!(handles.take().iter().all(taut::group::Spawned::is_finished));
    });
}

#[test]
fn a_million_tasks_are_dropped() {
    on_a_small_stack(|| {
        let gate = Gate::new();
        let mut scope = task(taut::scope(async |s| {
            for _ in 0..MANY {
                s.spawn(gate.pass());
            }
        }));
        for _ in 0..MANY / 512 + 1 {
            scope.pending();
        }
        drop(scope);
        gate.open();
    });
}

#[test]
fn a_million_tasks_are_aborted() {
    on_a_small_stack(|| {
        let mut scope = task(taut::scope(async |s| {
            let tasks: Vec<_> = (0..MANY).map(|_| s.spawn(pending::<()>())).collect();
            for _ in 0..MANY / 512 + 1 {
                turn().await;
            }
            tasks.into_iter().for_each(|task| task.abort());
        }));
        while scope.poll().is_pending() {}
    });
}

/// Each starts the next, and waits for it.
#[test]
fn a_long_chain_of_tasks() {
    fn next<'a>(s: Scope<'a>, left: usize, done: &'a AtomicUsize) {
        let ours = s.clone();
        s.spawn(async move {
            turn().await;
            done.fetch_add(1, Ordering::Relaxed);
            if left > 0 {
                next(ours, left - 1, done);
            }
        });
    }
    on_a_small_stack(|| {
        let done = AtomicUsize::new(0);
        let mut scope = task(taut::scope(async |s| next(s, MANY / 10, &done)));
        while scope.poll().is_pending() {}
        assert_eq!(done.load(Ordering::Relaxed), MANY / 10 + 1);
    });
}

/// A value that goes through all of them, one handle after the other.
#[test]
fn a_daisy_chain_of_handles() {
    on_a_small_stack(|| {
        let mut scope = task(taut::scope(async |s| {
            let mut last = s.spawn(async {
                turn().await;
                0_usize
            });
            for _ in 0..IDLE {
                let before = last;
                last = s.spawn(async move { before.await + 1 });
            }
            last.await
        }));
        let sum = loop {
            if let std::task::Poll::Ready(sum) = scope.poll() {
                break sum;
            }
        };
        assert_eq!(sum, IDLE);
    });
}

/// Waking one touches none of the others.
#[test]
fn one_is_woken_among_many_that_are_idle() {
    let (gate, idle, polls) = (Gate::new(), Gate::new(), AtomicUsize::new(0));
    let mut scope = task(taut::scope(async |s| {
        for _ in 0..IDLE {
            s.spawn(idle.pass());
        }
        let mut pass = Box::pin(gate.pass());
        s.spawn(polled(&polls, move |cx| pass.as_mut().poll(cx)));
    }));
    while gate.polls() == 0 {
        scope.pending();
    }
    for n in 1..=ROUNDS as usize {
        gate.knock();
        scope.pending();
        assert_eq!((polls.load(Ordering::SeqCst), idle.polls()), (n + 1, IDLE));
    }
    gate.open();
    idle.open();
    while scope.poll().is_pending() {}
}

/// As soon as a task is done its memory is free, while the scope goes on.
#[test]
fn a_scope_that_lives_long_keeps_nothing_of_tasks_that_are_done() {
    let (gate, census) = (Gate::new(), crate::support::Census::default());
    let mut scope = parked(taut::scope(async |s| {
        for n in 0..(IDLE / 10) as u64 {
            let value = census.value(n);
            s.spawn(async move { drop(value) }).await;
            assert_eq!(census.alive(), 0);
        }
        gate.pass().await;
    }));
    while gate.polls() == 0 {
        scope.pending();
    }
    gate.open();
    scope.ready();
}

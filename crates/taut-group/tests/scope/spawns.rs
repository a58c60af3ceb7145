//! Who may start tasks, and when: the body, tasks, other threads, destructors, and who comes too late.

use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};

use taut::group::Scope;

use crate::kit::{Gate, Log, Noted, Slot, stays, turn};
use crate::support::hooks::{OnDrop, panics};
use crate::support::{Census, Program, ROUNDS, now, parked, race, task};

#[test]
fn a_scope_without_tasks_is_its_body() {
    assert_eq!(now(taut::scope(async |_| 5)), 5);
    assert_eq!(now(taut::scope(|_| std::future::ready(6))), 6);
}

#[test]
fn a_scope_waits_for_tasks_that_nobody_awaits() {
    let (gate, log) = (Gate::new(), Log::new());
    let mut scope = task(taut::scope(async |s| {
        s.spawn(async {
            gate.pass().await;
            log.note('t');
        });
        Noted(&log, 'v')
    }));
    assert!(scope.poll().is_pending());
    assert_eq!(log.take(), [], "the value of the body is kept");
    gate.open();
    drop(scope.ready());
    assert_eq!(log.take(), ['t', 'v']);
}

#[test]
fn a_handle_of_the_scope_does_not_keep_it() {
    let door = Slot::new();
    now(taut::scope(async |s| {
        door.put(s.clone());
        let ours = s.clone();
        s.spawn(async move { drop(ours) });
    }));
    drop(door.take());
}

fn tree<'a>(s: &Scope<'a>, depth: u32, count: &'a AtomicUsize) {
    for _ in 0..2 {
        let inner = s.clone();
        s.spawn(async move {
            count.fetch_add(1, Ordering::SeqCst);
            turn().await;
            if depth > 1 {
                tree(&inner, depth - 1, count);
            }
        });
    }
}

#[test]
fn tasks_start_tasks() {
    let count = AtomicUsize::new(0);
    let mut scope = task(taut::scope(async |s| tree(&s, 6, &count)));
    while scope.poll().is_pending() {}
    assert_eq!(count.load(Ordering::SeqCst), 2 + 4 + 8 + 16 + 32 + 64);
}

/// Each one by the one before, as it ends.
#[test]
fn the_last_task_may_start_another() {
    fn next<'a>(s: Scope<'a>, left: u32, log: &'a Log<u32>) {
        let inner = s.clone();
        s.spawn(async move {
            log.note(left);
            if left > 0 {
                next(inner, left - 1, log);
            }
        });
    }
    let log = Log::new();
    now(taut::scope(async |s| next(s, 3, &log)));
    assert_eq!(log.take(), [3, 2, 1, 0]);
}

#[test]
fn threads_start_tasks() {
    for _ in 0..ROUNDS / 3 + 1 {
        let (gate, door, count) = (Gate::new(), Slot::new(), AtomicUsize::new(0));
        let mut scope = parked(taut::scope(async |s| {
            door.put(s);
            gate.pass().await;
        }));
        let s = door.take();
        let start = |n: usize| {
            let (s, count) = (&s, &count);
            let spawns = move || {
                for _ in 0..n {
                    let _detached = s.spawn(async move { count.fetch_add(1, Ordering::SeqCst) });
                }
            };
            Box::new(spawns) as Program<'_, ()>
        };
        let polls = || while scope.poll().is_pending() && count.load(Ordering::SeqCst) < 6 {};
        race(vec![start(2), start(4), Box::new(polls)]);
        gate.open();
        scope.ready();
        assert_eq!(count.load(Ordering::SeqCst), 6);
    }
}

#[test]
fn whoever_starts_a_task_from_outside_wakes_the_scope() {
    let (gate, door) = (Gate::new(), Slot::new());
    let mut scope = parked(taut::scope(async |s| {
        door.put(s);
        gate.pass().await;
    }));
    let s = door.take();
    let spawned = s.spawn(async { 3 });
    assert_eq!(scope.wakes(), 1);
    drop(s.spawn(async { 4 }));
    assert_eq!(scope.wakes(), 1, "it knows");
    scope.pending();
    assert_eq!(now(spawned), 3);
    gate.open();
    scope.ready();
}

#[test]
fn the_destructor_of_a_task_starts_another() {
    let log = &Log::new();
    now(taut::scope(async |s| {
        let inner = s.clone();
        s.spawn(async {
            let _starts = OnDrop(move || {
                inner.spawn(async { log.note('b') });
            });
            log.note('a');
        });
    }));
    assert_eq!(log.take(), ['a', 'b']);
}

/// There is no time left to run it: it is dropped at once.
#[test]
fn a_destructor_that_runs_as_the_scope_is_dropped_starts_nothing() {
    let log = &Log::new();
    let scope = parked(taut::scope(async |s| {
        let inner = s.clone();
        s.spawn(async {
            let _starts = OnDrop(move || {
                let noted = Noted(log, 'b');
                let spawned = inner.spawn(async move { drop(noted) });
                assert!(spawned.is_finished());
                log.note('c');
            });
            pending::<()>().await;
        });
    }));
    drop(scope);
    assert_eq!(log.take(), ['b', 'c']);
}

/// The body goes first, so that what it starts then is a task like any other, which is dropped with them.
#[test]
fn the_destructor_of_the_body_starts_a_task_that_is_dropped_with_the_others() {
    let log = &Log::new();
    let scope = parked(taut::scope(async |s| {
        let _starts = OnDrop(move || {
            let noted = Noted(log, 'b');
            s.spawn(async move { drop(noted) });
            log.note('a');
        });
        pending::<()>().await;
    }));
    drop(scope);
    assert_eq!(log.take(), ['a', 'b']);
}

#[test]
fn after_the_end_a_task_is_dropped_at_once() {
    let (census, door) = (Census::default(), Slot::new());
    now(taut::scope(async |s| door.put(s)));
    let s = door.take();
    let value = census.value(1);
    let spawned = s.spawn(async move { value });
    assert_eq!(census.alive(), 0);
    assert!(spawned.is_finished());
    panics("the scope was dropped before the task had ended", || drop(now(spawned)));
}

#[test]
fn after_a_drop_a_task_is_dropped_at_once() {
    let (census, door, log) = (Census::default(), Slot::new(), Log::new());
    drop(parked(taut::scope(async |s| {
        s.spawn(stays(&log, 'a'));
        door.put(s);
        pending::<()>().await;
    })));
    assert_eq!(log.take(), ['a']);
    let s = door.take();
    let value = census.value(1);
    s.spawn(async move { value }).abort();
    assert_eq!(census.alive(), 0);
}

/// A task that is started and not polled is dropped without having run.
#[test]
fn a_scope_that_is_never_polled_drops_what_was_started() {
    let log = Log::new();
    let scope = taut::scope(|s| {
        let noted = Noted(&log, 'a');
        s.spawn(async move { drop(noted) });
        async {}
    });
    assert_eq!(log.take(), []);
    drop(scope);
    assert_eq!(log.take(), ['a']);
}

#[test]
fn a_task_may_start_tasks_in_the_scope_around() {
    let log = Log::new();
    now(taut::scope(async |outer| {
        taut::scope(async |inner| {
            inner.spawn(async {
                outer.spawn(async { log.note('o') });
                turn().await;
                log.note('i');
            });
        })
        .await;
        log.note('b');
    }));
    assert_eq!(log.take(), ['i', 'b', 'o']);
}

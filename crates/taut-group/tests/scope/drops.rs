//! A scope that is dropped before its end: at any point, with all of its tasks, before that returns.

use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::kit::{Gate, Log, Noted, Slot, stays, turn};
use crate::support::hooks::OnDrop;
use crate::support::{Census, parked, task};

/// The body first, then the tasks: first those that were started and never polled, then the others, the last first.
#[test]
fn the_body_goes_first_then_the_tasks() {
    let log = Log::new();
    let scope = parked(taut::scope(async |s| {
        let _noted = Noted(&log, "body");
        for name in ["a", "b", "c"] {
            s.spawn(stays(&log, name));
        }
        pending::<()>().await;
    }));
    drop(scope);
    let dropped = log.take();
    assert_eq!(dropped[0], "body");
    assert_eq!(dropped[1..], ["c", "b", "a"]);
}

#[test]
fn whatever_state_they_are_in_all_tasks_are_dropped() {
    for stop_after in 0..40 {
        let (census, gates) = (Census::default(), [(); 6].map(|()| Gate::new()));
        let mut scope = task(taut::scope(async |s| {
            for (n, gate) in gates.iter().enumerate() {
                let values = [census.value(n as u64), census.value(100 + n as u64)];
                let inner = s.clone();
                let (gates, census) = (&gates, &census);
                s.spawn(async move {
                    let [inside, output] = values;
                    gate.pass().await;
                    gates[(n + 2) % 6].knock();
                    let value = census.value(200);
                    inner.spawn(async move {
                        turn().await;
                        drop(value);
                        pending::<()>().await;
                    });
                    drop(inside);
                    output
                });
                turn().await;
            }
            pending::<()>().await;
        }));
        for step in 0..stop_after {
            match step % 3 {
                0 => assert!(scope.poll().is_pending()),
                1 => gates[step % 6].open(),
                _ => gates[step % 5].knock(),
            }
        }
        drop(scope);
        assert_eq!(census.alive(), 0, "after {stop_after} steps");
    }
}

#[test]
fn what_tasks_borrow_is_there_until_the_last_of_them_is_gone() {
    let count = AtomicUsize::new(0);
    let text = String::from("still here");
    let scope = parked(taut::scope(async |s| {
        for _ in 0..5 {
            s.spawn(async {
                let _reads = OnDrop(|| {
                    count.fetch_add(text.len(), Ordering::SeqCst);
                });
                pending::<()>().await;
            });
        }
    }));
    drop(scope);
    drop(text);
    assert_eq!(count.into_inner(), 50);
}

/// By a destructor of what is dropped: the queue is closed by then.
#[test]
fn a_wake_up_of_a_task_that_is_about_to_be_dropped_does_nothing() {
    let (gate, log) = (Gate::new(), Log::new());
    let scope = parked(taut::scope(async |s| {
        for name in ['a', 'b'] {
            let (gate, log) = (&gate, &log);
            s.spawn(async move {
                let _wakes = OnDrop(|| gate.knock());
                let _noted = Noted(log, name);
                gate.pass().await;
            });
        }
    }));
    drop(scope);
    let mut dropped = log.take();
    dropped.sort_unstable();
    assert_eq!((dropped, gate.polls()), (vec!['a', 'b'], 2));
}

#[test]
fn what_is_woken_but_not_polled_is_dropped() {
    let (gate, log) = (Gate::new(), Log::new());
    let scope = parked(taut::scope(async |s| {
        for name in ['a', 'b'] {
            let (gate, log) = (&gate, &log);
            s.spawn(async move {
                let _noted = Noted(log, name);
                gate.pass().await;
                log.note('x');
            });
        }
    }));
    gate.open();
    assert_eq!(scope.wakes(), 1);
    drop(scope);
    assert_eq!(log.take().len(), 2);
}

/// A scope is a future that may be sent: it is dropped by another thread than polled it.
#[test]
fn another_thread_may_drop_it() {
    let (log, text) = (Log::new(), String::from("borrowed"));
    let scope = parked(taut::scope(async |s| {
        for _ in 0..3 {
            s.spawn(stays(&log, text.as_str()));
        }
    }));
    std::thread::scope(|threads| {
        threads.spawn(move || drop(scope));
    });
    assert_eq!(log.take(), ["borrowed"; 3]);
}

/// While other threads wake its tasks, start some, and drop handles.
#[test]
fn others_may_be_at_it_as_it_is_dropped() {
    for _ in 0..crate::support::ROUNDS {
        let (census, gate, slot, door) = (Census::default(), Gate::new(), Slot::new(), Slot::new());
        let mut scope = task(taut::scope(async |s| {
            for n in 0..3 {
                let (value, gate) = (census.value(n), &gate);
                slot_of(
                    &slot,
                    s.spawn(async move {
                        gate.pass().await;
                        value
                    }),
                );
            }
            door.put(s);
            pending::<()>().await;
        }));
        scope.pending();
        let (handle, s, value) = (slot.take(), door.take(), census.value(9));
        crate::support::race::<()>(vec![
            Box::new(|| gate.open()),
            Box::new(move || drop(handle)),
            Box::new(move || drop(s.spawn(async move { value }))),
            Box::new(move || drop(scope)),
        ]);
        assert_eq!(census.alive(), 0);
    }
}

/// Keeps the first handle, and lets the others go.
fn slot_of<T>(slot: &Slot<T>, handle: T) {
    if let Some(before) = slot.try_take() {
        slot.put(before);
    } else {
        slot.put(handle);
    }
}

#[test]
fn a_scope_that_has_ended_holds_nothing_that_a_drop_would_have_to_do() {
    let log = Log::new();
    let mut scope = task(taut::scope(async |s| {
        s.spawn(async { log.note('t') });
        Noted(&log, 'v')
    }));
    let value = scope.ready();
    drop(scope);
    assert_eq!(log.take(), ['t']);
    drop(value);
    assert_eq!(log.take(), ['v']);
}

/// The value of the body is dropped with the scope, if tasks go on after it and are dropped.
#[test]
fn a_value_that_waits_for_the_tasks_is_dropped_with_them() {
    let log = Log::new();
    let mut scope = task(taut::scope(async |s| {
        s.spawn(stays(&log, 't'));
        Noted(&log, 'v')
    }));
    assert!(scope.poll().is_pending());
    drop(scope);
    let mut dropped = log.take();
    dropped.sort_unstable();
    assert_eq!(dropped, ['t', 'v']);
}

/// Whoever is last frees the task: here the scope, or a thread that has a waker.
#[test]
fn a_waker_goes_while_the_scope_does() {
    for is_dropped in [true, false] {
        for _ in 0..crate::support::ROUNDS {
            let (gate, count) = (Gate::new(), AtomicUsize::new(0));
            let mut scope = parked(taut::scope(async |s| {
                s.spawn(async {
                    gate.pass().await;
                    count.fetch_add(1, Ordering::SeqCst);
                });
            }));
            let waker = gate.wakers().pop().unwrap();
            if !is_dropped {
                gate.open();
                waker.wake_by_ref();
            }
            crate::support::race::<()>(vec![
                Box::new(move || drop(waker)),
                Box::new(move || if is_dropped { drop(scope) } else { scope.ready() }),
            ]);
            assert_eq!(count.into_inner(), usize::from(!is_dropped));
        }
    }
}

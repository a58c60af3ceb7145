//! Panics of tasks, bodies, destructors, outputs and wakers: the others are dropped, nothing is dropped twice, and
//! nothing runs after that.

use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Waker;

use crate::kit::{Gate, Log, Noted, Slot, stays, turn};
use crate::support::hooks::{Event, OnDrop, bomb, hooked, panics};
use crate::support::{Census, parked, task};

#[test]
fn a_panic_of_a_task_drops_the_others_and_goes_on_out_of_the_scope() {
    let (gate, census) = (Gate::new(), Census::default());
    let mut scope = parked(taut::scope(async |s| {
        for n in 0..3 {
            let value = census.value(n);
            s.spawn(async move {
                pending::<()>().await;
                drop(value);
            });
        }
        s.spawn(async {
            gate.pass().await;
            panic!("task three");
        });
        for n in 3..6 {
            let value = census.value(n);
            s.spawn(async move {
                pending::<()>().await;
                drop(value);
            });
        }
        pending::<()>().await;
    }));
    gate.open();
    panics("task three", || assert!(scope.poll().is_pending()));
    assert_eq!(census.alive(), 0, "the others are gone when the panic comes out");
    panics("polled after completion", || assert!(scope.poll().is_pending()));
    drop(scope);
}

#[test]
fn a_panic_of_the_body_drops_the_tasks() {
    let log = Log::new();
    let mut scope = task(taut::scope(async |s| {
        s.spawn(stays(&log, 'a'));
        turn().await;
        s.spawn(stays(&log, 'b'));
        if s.spawn(async { true }).await {
            panic!("the body");
        }
    }));
    panics("the body", || assert!(scope.poll().is_pending()));
    let mut dropped = log.take();
    dropped.sort_unstable();
    assert_eq!(dropped, ['a', 'b']);
    panics("polled after completion", || assert!(scope.poll().is_pending()));
}

#[test]
fn a_panic_before_the_first_poll_is_the_callers() {
    let (log, door) = (Log::new(), Slot::new());
    panics("a plain closure", || {
        drop(taut::scope(|s| {
            let noted = Noted(&log, 'a');
            s.spawn(async move { drop(noted) });
            door.put(s);
            let _noted = Noted(&log, 'b');
            let fails = true;
            assert!(!fails, "a plain closure");
            async {}
        }));
    });
    assert_eq!(log.take(), ['b', 'a']);
    assert!(door.take().spawn(pending::<()>()).is_finished(), "the scope is over");
}

/// As often as there are tasks, and all are dropped.
#[test]
fn destructors_that_panic_keep_no_other_task_alive() {
    let count = Cell::new(0);
    let fails = || {
        OnDrop(|| {
            COUNT.with(|count| count.set(count.get() + 1));
            panic!("a destructor");
        })
    };
    thread_local!(static COUNT: Cell<u32> = const { Cell::new(0) });
    let scope = parked(taut::scope(async |s| {
        for _ in 0..4 {
            s.spawn(async move {
                let _fails = fails();
                pending::<()>().await;
            });
        }
        count.set(1);
        pending::<()>().await;
    }));
    panics("a destructor", || drop(scope));
    assert_eq!((count.get(), COUNT.get()), (1, 4));
}

/// A future that panics when it is polled, and again when it is dropped.
struct Fails<'a>(&'a Log<char>);

impl Future for Fails<'_> {
    type Output = ();

    fn poll(self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<()> {
        panic!("the first panic");
    }
}

impl Drop for Fails<'_> {
    fn drop(&mut self) {
        self.0.note('f');
        panic!("the second panic");
    }
}

#[test]
fn the_first_panic_is_the_one_that_goes_on() {
    let log = Log::new();
    let mut scope = task(taut::scope(async |s| {
        s.spawn(stays(&log, 'a'));
        s.spawn(Fails(&log));
        s.spawn(Fails(&log));
        s.spawn(stays(&log, 'b'));
    }));
    panics("the first panic", || assert!(scope.poll().is_pending()));
    let mut dropped = log.take();
    dropped.sort_unstable();
    assert_eq!(dropped, ['a', 'f', 'f'], "b was never polled");
    panics("polled after completion", || assert!(scope.poll().is_pending()));
}

#[test]
fn a_panic_in_the_destructor_of_a_future_that_is_done_is_one_of_the_task() {
    let (log, census) = (Log::new(), Census::default());
    let handle = Slot::new();
    let mut scope = task(taut::scope(async |s| {
        s.spawn(stays(&log, 'a'));
        let value = census.value(1);
        let fails = OnDrop(|| panic!("a destructor"));
        let mut value = Some(value);
        let spawned = s.spawn(poll_fn(move |_| {
            let _fails = &fails;
            std::task::Poll::Ready(value.take())
        }));
        handle.put(spawned);
        pending::<()>().await;
    }));
    panics("a destructor", || assert!(scope.poll().is_pending()));
    assert_eq!(census.alive(), 0, "what it gave is dropped");
    drop(scope);
    let handle = handle.take();
    assert!(handle.is_finished());
    panics("dropped before the task had ended", || drop(crate::support::now(handle)));
}

#[test]
fn a_panic_in_the_destructor_of_an_output_that_nobody_wants() {
    let log = Log::new();
    let mut scope = task(taut::scope(async |s| {
        s.spawn(stays(&log, 'a'));
        s.spawn(async { OnDrop(|| panic!("an output")) });
        s.spawn(stays(&log, 'b'));
    }));
    panics("an output", || assert!(scope.poll().is_pending()));
    assert_eq!(log.take(), ['a']);
    panics("polled after completion", || assert!(scope.poll().is_pending()));
}

#[test]
fn a_panic_in_the_destructor_of_an_output_is_that_of_who_drops_the_handle() {
    let mut scope = task(taut::scope(async |s| {
        let spawned = s.spawn(async { OnDrop(|| panic!("an output")) });
        turn().await;
        assert!(spawned.is_finished());
        assert!(catch_unwind(AssertUnwindSafe(|| drop(spawned))).is_err());
        5
    }));
    assert_eq!(scope.ready(), 5);
}

#[test]
fn a_panic_of_an_aborted_task_is_that_of_who_aborts() {
    let log = Log::new();
    let mut scope = task(taut::scope(async |s| {
        s.spawn(async {
            turn().await;
            log.note('z');
        });
        let spawned = s.spawn(async {
            let _fails = OnDrop(|| panic!("a destructor"));
            pending::<()>().await;
        });
        turn().await;
        assert!(catch_unwind(AssertUnwindSafe(|| spawned.abort())).is_err());
    }));
    scope.ready();
    assert_eq!(log.take(), ['z']);
}

/// The future goes also if the waker of who waits for its value panics.
#[test]
fn a_panic_in_the_waker_of_who_waits_for_a_value_keeps_no_future_alive() {
    let (log, handle) = (Log::new(), Slot::new());
    let scope = parked(taut::scope(async |s| {
        handle.put(s.spawn(stays(&log, 'a')));
        s.spawn(stays(&log, 'b'));
    }));
    let mut waits = task(handle.take());
    assert!(waits.poll_with(&bomb()).is_pending());
    panics("a waker panics", || drop(scope));
    let mut dropped = log.take();
    dropped.sort_unstable();
    assert_eq!(dropped, ['a', 'b']);
}

#[test]
fn a_panic_in_the_waker_of_who_waits_for_a_value_that_comes() {
    let (log, gate, handle) = (Log::new(), Gate::new(), Slot::new());
    let mut scope = parked(taut::scope(async |s| {
        handle.put(s.spawn(async {
            gate.pass().await;
            7
        }));
        s.spawn(stays(&log, 'b'));
    }));
    let mut waits = task(handle.take());
    assert!(waits.poll_with(&bomb()).is_pending());
    gate.open();
    panics("a waker panics", || assert!(scope.poll().is_pending()));
    assert_eq!(log.take(), ['b']);
    assert_eq!(waits.ready(), 7, "it was done before that");
}

/// A task that panics, and who waits for it has a waker that panics.
#[test]
fn a_panic_of_a_task_and_one_of_a_waker() {
    let (gate, log, handle) = (Gate::new(), Log::new(), Slot::new());
    let mut scope = parked(taut::scope(async |s| {
        s.spawn(stays(&log, 'b'));
        let fails = s.spawn(async {
            let _noted = Noted(&log, 'a');
            gate.pass().await;
            panic!("the task");
        });
        handle.put(fails);
    }));
    let mut waits = task(handle.take());
    assert!(waits.poll_with(&bomb()).is_pending());
    gate.open();
    panics("the task", || assert!(scope.poll().is_pending()));
    assert_eq!(log.take(), ['a', 'b']);
}

/// The waker of the scope panics when a task from outside comes: that is queued all the same, and nothing is freed twice.
#[test]
fn a_panic_in_the_waker_of_the_scope_when_a_task_is_spawned() {
    let (census, door) = (Census::default(), Slot::new());
    let gate = Gate::new();
    let mut scope = task(taut::scope(async |s| {
        door.put(s);
        gate.pass().await;
    }));
    assert!(scope.poll_with(&bomb()).is_pending());
    let value = census.value(1);
    panics("a waker panics", || drop(door.take().spawn(async move { value })));
    gate.open();
    scope.ready();
    assert_eq!(census.alive(), 0, "it ran, and what it gave was dropped");
}

#[test]
fn a_panic_in_the_waker_of_the_scope_when_a_task_is_woken_or_aborted() {
    let (gate, log, handle) = (Gate::new(), Log::new(), Slot::new());
    let mut scope = task(taut::scope(async |s| {
        s.spawn(gate.pass());
        handle.put(s.spawn(stays(&log, 'a')));
    }));
    assert!(scope.poll_with(&bomb()).is_pending());
    panics("a waker panics", || handle.take().abort());
    assert!(scope.poll_with(&bomb()).is_pending());
    assert_eq!(log.take(), ['a']);
    panics("a waker panics", || gate.open());
    scope.ready();
}

/// Cloning and dropping a waker is foreign code as well.
#[test]
fn a_panic_in_the_clone_or_the_drop_of_the_scopes_waker() {
    for fails_on in [Event::Clone, Event::Drop] {
        let (log, armed) =
            (Log::new(), std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false)));
        let is_armed = std::sync::Arc::clone(&armed);
        let fails = hooked(move |event| {
            let is_armed = is_armed.load(std::sync::atomic::Ordering::SeqCst);
            assert!(!is_armed || event != fails_on, "a waker's {event:?}");
        });
        let mut scope = task(taut::scope(async |s| {
            s.spawn(stays(&log, 'a'));
            s.spawn(stays(&log, 'b'));
        }));
        assert!(scope.poll_with(&fails).is_pending());
        armed.store(true, std::sync::atomic::Ordering::SeqCst);
        panics("a waker's", || {
            let other = if fails_on == Event::Clone { &fails } else { Waker::noop() };
            _ = scope.poll_with(other);
        });
        armed.store(false, std::sync::atomic::Ordering::SeqCst);
        let mut dropped = log.take();
        dropped.sort_unstable();
        assert_eq!(dropped, ['a', 'b'], "{fails_on:?}");
    }
}

#[test]
fn a_panic_in_the_drop_of_the_scopes_waker_as_the_scope_is_dropped() {
    let (log, gate) = (Log::new(), Gate::new());
    let mut scope = task(taut::scope(async |s| {
        s.spawn(stays(&log, 'a'));
        s.spawn(async {
            let _noted = Noted(&log, 'b');
            gate.pass().await;
        });
    }));
    let armed = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let is_armed = std::sync::Arc::clone(&armed);
    let fails = hooked(move |event| {
        let is_armed = is_armed.load(std::sync::atomic::Ordering::SeqCst);
        assert!(!is_armed || event != Event::Drop, "a waker is dropped");
    });
    assert!(scope.poll_with(&fails).is_pending());
    armed.store(true, std::sync::atomic::Ordering::SeqCst);
    panics("a waker is dropped", || drop(scope));
    armed.store(false, std::sync::atomic::Ordering::SeqCst);
    let mut dropped = log.take();
    dropped.sort_unstable();
    assert_eq!(dropped, ['a', 'b']);
}

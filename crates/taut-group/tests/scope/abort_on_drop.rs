//! Handles that end their task when they are dropped: by `?`, at the end of a block, in a panic; and that give its value else.

use std::num::ParseIntError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicUsize;
use std::task::Poll;

use taut::group::{AbortOnDrop, Scope};

use crate::kit::{Gate, Log, Noted, Slot, polled, stays, turn};
use crate::support::hooks::{OnDrop, panics};
use crate::support::{Census, now, parked, task};

/// A task that goes on for ever, as somebody's companion.
fn stays_with<'a>(s: &Scope<'a>, log: &'a Log<u32>, n: u32) -> AbortOnDrop<'a, ()> {
    s.spawn(stays(log, n)).abort_on_drop()
}

#[test]
fn it_ends_its_task_when_it_is_dropped_and_no_other() {
    let (log, gate) = (Log::new(), Gate::new());
    let mut scope = parked(taut::scope(async |s| {
        let one = stays_with(&s, &log, 1);
        s.spawn(stays(&log, 2));
        turn().await;
        drop(one);
        assert_eq!(log.take(), [1], "at once");
        gate.pass().await;
    }));
    gate.open();
    scope.pending(); // for the other task is alive
    drop(scope);
    assert_eq!(log.take(), [2]);
}

#[test]
fn a_question_mark_that_returns_ends_it() {
    let log = Log::new();
    let port = now(taut::scope(async |s| -> Result<u16, ParseIntError> {
        let _companion = stays_with(&s, &log, 1);
        turn().await;
        let port = "http".parse::<u16>()?;
        unreachable!("{port}")
    }));
    assert!(port.is_err());
    assert_eq!(log.take(), [1]);
}

#[test]
fn the_normal_end_of_its_block_ends_it_in_the_order_of_drops() {
    let log = Log::new();
    let sum = now(taut::scope(async |s| {
        let sum = {
            let _first = stays_with(&s, &log, 1);
            let _second = stays_with(&s, &log, 2);
            turn().await;
            log.note(0);
            1 + 1
        };
        log.note(3);
        sum
    }));
    assert_eq!((sum, log.take()), (2, vec![0, 2, 1, 3]));
}

#[test]
fn a_task_that_has_not_begun_is_never_polled() {
    let (polls, log) = (AtomicUsize::new(0), Log::new());
    now(taut::scope(async |s| {
        let noted = Noted(&log, 1);
        let future = polled(&polls, move |_| {
            let _held = &noted;
            Poll::Ready(())
        });
        drop(s.spawn(future_of(future)).abort_on_drop());
        assert_eq!(log.take(), [1]);
        turn().await;
    }));
    assert_eq!(polls.into_inner(), 0);
}

/// What holds what it is made of.
async fn future_of<T>(future: impl Future<Output = T>) -> T {
    future.await
}

#[test]
fn awaiting_it_gives_the_value() {
    let gate = Gate::new();
    let mut scope = task(taut::scope(async |s| {
        let fast = s.spawn(async { 1 }).abort_on_drop();
        let mut slow = s
            .spawn(async {
                gate.pass().await;
                2
            })
            .abort_on_drop();
        assert_eq!(fast.await, 1);
        let by_reference = (&mut slow).await;
        drop(slow); // there is nothing left to end
        by_reference
    }));
    scope.pending();
    gate.open();
    assert_eq!(scope.ready(), 2);
}

#[test]
fn a_wait_for_it_that_is_given_up_ends_the_task() {
    let (log, gate) = (Log::new(), Gate::new());
    let mut scope = parked(taut::scope(async |s| {
        let companion = stays_with(&s, &log, 1);
        taut::select! {
            () = companion => unreachable!("it stays"),
            () = gate.pass() => {}
        }
        assert_eq!(log.take(), [1]);
    }));
    gate.open();
    scope.ready();
}

#[test]
fn a_value_that_nobody_takes_is_dropped_with_it() {
    let census = Census::default();
    now(taut::scope(async |s| {
        let value = census.value(1);
        let done = s.spawn(async { value }).abort_on_drop();
        turn().await;
        assert_eq!(census.alive(), 1);
        drop(done);
        assert_eq!(census.alive(), 0);
    }));
}

#[test]
fn a_panic_of_the_body_drops_it_and_goes_on() {
    let log = Log::new();
    let mut scope = task(taut::scope(async |s| {
        let _companion = stays_with(&s, &log, 1);
        let _last = Noted(&log, 2);
        turn().await;
        panic!("the body");
    }));
    panics("the body", || assert!(scope.poll().is_pending()));
    assert_eq!(log.take(), [2, 1]);
}

/// The task is dropped by an unwinding, and what panics in that would end the process if it were let out.
#[test]
fn a_panic_that_is_caught_ends_it_and_the_scope_goes_on() {
    let log = Log::new();
    let value = now(taut::scope(async |s| {
        let companion = stays_with(&s, &log, 1);
        turn().await;
        let caught = catch_unwind(AssertUnwindSafe(|| {
            let _dropped_by_this = companion;
            panic!("caught");
        }));
        assert!(caught.is_err());
        assert_eq!(log.take(), [1]);
        s.spawn(async { 7 }).await
    }));
    assert_eq!(value, 7);
}

#[test]
fn a_destructor_that_panics_is_that_of_who_drops_it() {
    let census = Census::default();
    let mut scope = task(taut::scope(async |s| {
        let value = census.value(1);
        let bomb = s
            .spawn(async move {
                let _value = value;
                let _bomb = OnDrop(|| panic!("the companion"));
                std::future::pending::<()>().await;
            })
            .abort_on_drop();
        turn().await;
        drop(bomb);
    }));
    panics("the companion", || assert!(scope.poll().is_pending()));
    assert_eq!(census.alive(), 0);
}

/// The companion of a task goes with it when that is aborted.
#[test]
fn one_in_a_task_that_is_aborted() {
    let log = Log::new();
    now(taut::scope(async |s| {
        let (inner, log) = (s.clone(), &log);
        let outer = s.spawn(async move {
            let _companion = stays_with(&inner, log, 1);
            stays(log, 2).await;
        });
        turn().await;
        turn().await;
        outer.abort();
        let mut dropped = log.take();
        dropped.sort_unstable();
        assert_eq!(dropped, [1, 2]);
    }));
}

#[test]
fn outside_of_the_scope_it_ends_the_task_at_the_next_poll() {
    let (log, slot) = (Log::new(), Slot::new());
    let mut scope = parked(taut::scope(async |s| slot.put(stays_with(&s, &log, 1))));
    drop(slot.take());
    assert_eq!((log.take(), scope.wakes()), (vec![], 1));
    scope.ready();
    assert_eq!(log.take(), [1]);
    // And after the end it does nothing.
    now(taut::scope(async |s| slot.put(s.spawn(async {}).abort_on_drop())));
    drop(slot.take());
}

#[test]
fn it_gives_its_value_once() {
    now(taut::scope(async |s| {
        let mut done = task(s.spawn(async { 1 }).abort_on_drop());
        turn().await;
        assert_eq!(done.ready(), 1);
        panics("polled after", || assert!(done.poll().is_pending()));
    }));
}

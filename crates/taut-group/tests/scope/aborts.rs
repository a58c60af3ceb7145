//! Ending a task from outside: where it is done at once, and where it is done later.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use taut::group::Spawned;

use crate::kit::{Gate, Log, Noted, Slot, polled, stays, turn};
use crate::support::hooks::OnDrop;
use crate::support::{Census, Counted, Program, ROUNDS, now, parked, race, task};

#[test]
fn a_task_that_waits_is_dropped_at_once() {
    let log = Log::new();
    now(taut::scope(async |s| {
        let stays = s.spawn(stays(&log, 'a'));
        turn().await;
        stays.abort();
        log.note('b');
    }));
    assert_eq!(log.take(), ['a', 'b']);
}

#[test]
fn a_task_that_was_not_yet_polled_is_dropped_at_once_and_never_polled() {
    let log = Log::new();
    now(taut::scope(async |s| {
        let noted = Noted(&log, 'a');
        let never = s.spawn(async {
            let _noted = noted;
            log.note('x');
        });
        never.abort();
        log.note('b');
        turn().await;
    }));
    assert_eq!(log.take(), ['a', 'b']);
}

/// It is in the queue, for it was woken.
#[test]
fn a_task_that_was_woken_is_dropped_at_once_and_polled_no_more() {
    let (gate, log) = (Gate::new(), Log::new());
    now(taut::scope(async |s| {
        let woken = s.spawn(async {
            let _noted = Noted(&log, 'a');
            gate.pass().await;
            log.note('x');
        });
        turn().await;
        gate.open();
        woken.abort();
        log.note('b');
    }));
    assert_eq!((log.take(), gate.polls()), (vec!['a', 'b'], 1));
}

#[test]
fn another_task_may_abort() {
    let log = &Log::new();
    now(taut::scope(async |s| {
        let first = s.spawn(stays(log, 'a'));
        let second = s.spawn(async move {
            turn().await;
            first.abort();
            log.note('b');
            pending::<()>().await;
        });
        s.spawn(async move {
            turn().await;
            turn().await;
            second.abort();
            log.note('c');
        });
    }));
    assert_eq!(log.take(), ['a', 'b', 'c']);
}

/// The poll goes on to its next await, and that is the end of it.
#[test]
fn a_task_that_aborts_itself_ends_as_its_poll_returns() {
    let log = &Log::new();
    now(taut::scope(async |s| {
        let slot = Arc::new(Slot::<Spawned<'_, ()>>::new());
        let own = Arc::clone(&slot);
        slot.put(s.spawn(async move {
            let _noted = Noted(log, 'c');
            turn().await;
            own.take().abort();
            log.note('a');
            turn().await;
            log.note('x');
        }));
        turn().await;
        turn().await;
    }));
    assert_eq!(log.take(), ['a', 'c']);
}

#[test]
fn a_task_that_aborts_itself_as_it_ends() {
    let census = Census::default();
    let value = census.value(1);
    now(taut::scope(async |s| {
        let slot = Arc::new(Slot::<Spawned<'_, Counted>>::new());
        let own = Arc::clone(&slot);
        slot.put(s.spawn(async move {
            turn().await;
            own.take().abort();
            value
        }));
    }));
    assert_eq!(census.alive(), 0);
}

/// Its destructor aborts the very task: it is not being dropped twice.
#[test]
fn a_destructor_that_aborts_its_own_task() {
    for ends in [true, false] {
        let log = &Log::new();
        let mut scope = task(taut::scope(async |s| {
            let slot = Arc::new(Slot::<Spawned<'_, ()>>::new());
            let own = Arc::clone(&slot);
            slot.put(s.spawn(async move {
                let _aborts = OnDrop(move || {
                    log.note('a');
                    own.take().abort();
                });
                turn().await;
                if !ends {
                    pending::<()>().await;
                }
            }));
            turn().await;
            turn().await;
        }));
        if ends {
            scope.ready();
        } else {
            scope.pending();
        }
        drop(scope);
        assert_eq!(log.take(), ['a']);
    }
}

#[test]
fn what_a_finished_task_gave_is_dropped() {
    let census = Census::default();
    let value = census.value(1);
    now(taut::scope(async |s| {
        let done = s.spawn(async { value });
        turn().await;
        assert!(done.is_finished());
        done.abort();
        assert_eq!(census.alive(), 0);
    }));
}

/// From there the scope is not driven, so it must be polled first.
#[test]
fn from_outside_of_the_scope_it_is_done_when_the_scope_is_polled() {
    let (log, polls, slot) = (Log::new(), AtomicUsize::new(0), Slot::new());
    let mut scope = parked(taut::scope(async |s| {
        slot.put(s.spawn(async {
            let _noted = Noted(&log, 'a');
            polled(&polls, |_| std::task::Poll::<()>::Pending).await;
        }));
    }));
    slot.take().abort();
    assert_eq!((log.take(), scope.wakes()), (vec![], 1));
    scope.ready();
    assert_eq!(
        (log.take(), polls.load(Ordering::SeqCst)),
        (vec!['a'], 1),
        "it is not polled again"
    );
}

#[test]
fn from_outside_as_the_task_was_woken() {
    let (log, gate, slot) = (Log::new(), Gate::new(), Slot::new());
    let mut scope = parked(taut::scope(async |s| {
        slot.put(s.spawn(async {
            let _noted = Noted(&log, 'a');
            gate.pass().await;
            log.note('x');
        }));
    }));
    gate.open();
    slot.take().abort();
    assert_eq!(scope.wakes(), 1);
    scope.ready();
    assert_eq!(log.take(), ['a']);
}

/// A scope inside of another one is what this thread drives, so the outer one comes later.
#[test]
fn from_a_scope_inside_it_is_done_when_the_outer_scope_goes_on() {
    let log = &Log::new();
    now(taut::scope(async |outer| {
        let stays = outer.spawn(stays(log, 'a'));
        turn().await;
        taut::scope(async |inner| {
            inner.spawn(async move {
                stays.abort();
                log.note('b');
            });
        })
        .await;
        log.note('c');
    }));
    assert_eq!(log.take(), ['b', 'c', 'a']);
}

#[test]
fn a_thread_aborts_while_the_scope_runs() {
    for _ in 0..ROUNDS {
        let (census, gate, slot) = (Census::default(), Gate::new(), Slot::new());
        let values = [census.value(1), census.value(2)];
        let mut scope = parked(taut::scope(async |s| {
            let [inside, output] = values;
            slot.put(s.spawn(async {
                gate.pass().await;
                drop(inside);
                turn().await;
                output
            }));
        }));
        let handle = slot.take();
        let aborts: Program<'_, ()> = Box::new(move || handle.abort());
        race(vec![
            aborts,
            Box::new(|| gate.open()),
            Box::new(|| while scope.poll().is_pending() {}),
        ]);
        drop(scope);
        assert_eq!(census.alive(), 0);
    }
}

/// All of them in the destructor of one, as it is dropped, and as the scope is.
#[test]
fn a_destructor_aborts_others() {
    for by_abort in [true, false] {
        let log = &Log::new();
        let mut scope = parked(taut::scope(async |s| {
            let others = ['a', 'b', 'c'].map(|name| s.spawn(stays(log, name)));
            let aborts = s.spawn(async move {
                let _aborts = OnDrop({
                    let mut others = Some(others);
                    move || {
                        others.take().into_iter().flatten().for_each(|other| other.abort());
                        log.note('z');
                    }
                });
                pending::<()>().await;
            });
            turn().await;
            if by_abort {
                aborts.abort();
                assert_eq!(log.take(), ['a', 'b', 'c', 'z']);
            }
            pending::<()>().await;
        }));
        scope.pending();
        drop(scope);
        let mut dropped = log.take();
        dropped.sort_unstable();
        assert_eq!(dropped, if by_abort { vec![] } else { vec!['a', 'b', 'c', 'z'] });
    }
}

/// Two tasks whose destructors abort each other.
#[test]
fn destructors_that_abort_each_other() {
    let log = &Log::new();
    let scope = parked(taut::scope(async |s| {
        let all = Arc::new([(); 2].map(|()| Slot::<Spawned<'_, ()>>::new()));
        for n in 0..2 {
            let slots = Arc::clone(&all);
            all[n].put(s.spawn(async move {
                let _aborts = OnDrop(move || {
                    log.note(n);
                    slots[1 - n].take().abort();
                });
                pending::<()>().await;
            }));
        }
        turn().await;
    }));
    drop(scope);
    let mut dropped = log.take();
    dropped.sort_unstable();
    assert_eq!(dropped, [0, 1]);
}

#[test]
fn whoever_waits_for_a_task_that_was_aborted_is_nobody() {
    // A handle is used up by the abort, so that nobody can wait for what will not come.
    let mut scope = task(taut::scope(async |s| {
        let stays = s.spawn(pending::<u32>());
        stays.abort();
    }));
    scope.ready();
}

#[test]
fn after_the_end_of_the_scope_it_does_nothing() {
    let handle = now(taut::scope(async |s| s.spawn(async { 1 })));
    handle.abort();
    let (log, slot) = (Log::new(), Slot::new());
    drop(parked(taut::scope(async |s| slot.put(s.spawn(stays(&log, 'a'))))));
    slot.take().abort();
    assert_eq!(log.take(), ['a']);
}

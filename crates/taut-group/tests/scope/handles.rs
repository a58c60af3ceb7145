//! What a handle gives, and when: also outside of the scope, after it, and not at all. An output is dropped once.

#![allow(clippy::async_yields_async, reason = "handles are carried out")]

use std::cell::Cell;
use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use taut::group::Spawned;

use crate::kit::{Gate, Log, Noted, Slot, forget, own_waker, stays, turn};
use crate::support::hooks::{OnDrop, hooked, panics};
use crate::support::{Census, Program, ROUNDS, now, parked, race, task};

#[test]
fn a_handle_gives_the_value() {
    let gate = Gate::new();
    let mut scope = parked(taut::scope(async |s| {
        let late = s.spawn(async {
            gate.pass().await;
            1
        });
        let early = s.spawn(async { 2 });
        assert!(!early.is_finished() && !late.is_finished());
        let early = early.await;
        assert!(!late.is_finished());
        (early, late.await)
    }));
    gate.open();
    assert_eq!(scope.ready(), (2, 1));
}

#[test]
fn a_handle_is_polled_by_reference_and_left_and_polled_again() {
    let gate = Gate::new();
    let mut scope = parked(taut::scope(async |s| {
        let mut handle = s.spawn(async {
            gate.pass().await;
            1
        });
        for _ in 0..3 {
            let mut turn = std::pin::pin!(turn());
            poll_fn(|cx| {
                assert!(Pin::new(&mut handle).poll(cx).is_pending());
                turn.as_mut().poll(cx)
            })
            .await;
        }
        handle.await
    }));
    gate.open();
    assert_eq!(scope.ready(), 1);
}

#[test]
fn a_handle_that_has_given_its_value_panics() {
    let mut scope = task(taut::scope(async |s| {
        let mut handle = s.spawn(async { 1 });
        assert_eq!((&mut handle).await, 1);
        assert!(!handle.is_finished(), "it has nothing more to give");
        handle.await
    }));
    panics("polled after completion", || assert!(scope.poll().is_pending()));
}

#[test]
fn a_handle_outlives_the_scope() {
    let (text, slot) = (String::from("outer"), Slot::new());
    let mut scope = task(taut::scope(async |s| slot.put(s.spawn(async { &text[1..] }))));
    scope.ready();
    drop(scope);
    let handle = slot.take();
    assert!(handle.is_finished());
    assert_eq!(now(handle), "uter");
}

/// It is what the body gives.
#[test]
fn a_handle_may_be_the_value_of_the_scope() {
    let handle = now(taut::scope(async |s| s.spawn(async { 3 })));
    assert_eq!(now(handle), 3);
}

#[test]
fn a_handle_of_a_task_that_was_dropped_says_so() {
    let slot = Slot::new();
    drop(parked(taut::scope(async |s| slot.put(s.spawn(pending::<u32>())))));
    let handle = slot.take();
    assert!(handle.is_finished());
    panics("the scope was dropped before the task had ended", || _ = now(handle));
}

#[test]
fn whoever_waits_outside_is_woken_when_the_scope_is_dropped() {
    let slot = Slot::new();
    let scope = parked(taut::scope(async |s| slot.put(s.spawn(pending::<u32>()))));
    let mut waits = task(slot.take());
    waits.pending();
    drop(scope);
    assert_eq!(waits.wakes(), 1);
    panics("the scope was dropped", || _ = waits.poll());
    panics("polled after completion", || _ = waits.poll());
}

#[test]
fn whoever_waits_outside_is_woken_by_the_end_of_the_task() {
    let (gate, slot) = (Gate::new(), Slot::new());
    let mut scope = parked(taut::scope(async |s| {
        slot.put(s.spawn(async {
            gate.pass().await;
            7
        }));
        pending::<()>().await;
    }));
    let mut waits = task(slot.take());
    let old = crate::support::Wakes::new();
    assert!(waits.poll_with(&old.clone().into()).is_pending());
    waits.pending();
    waits.pending();
    gate.open();
    assert_eq!(waits.wakes(), 0, "the scope is to be polled first");
    scope.pending();
    assert_eq!((old.count(), waits.wakes()), (0, 1), "the last waker is the one that counts");
    assert_eq!(waits.ready(), 7);
}

#[test]
fn tasks_wait_for_tasks() {
    let log = Log::new();
    now(taut::scope(async |s| {
        let mut last = s.spawn(async { 0 });
        for n in 1..5 {
            let (before, log) = (last, &log);
            last = s.spawn(async move {
                let sum = before.await + n;
                log.note(sum);
                sum
            });
        }
        assert_eq!(last.await, 10);
    }));
    assert_eq!(log.take(), [1, 3, 6, 10]);
}

#[test]
fn an_output_that_nobody_takes_is_dropped_with_the_handle_or_with_the_task() {
    let census = &Census::default();
    let value = |n| {
        let value = census.value(n);
        async move { value }
    };
    let kept = now(taut::scope(async |s| {
        drop(s.spawn(value(1)));
        let dropped_later = s.spawn(value(2));
        let kept = s.spawn(value(3));
        let taken = s.spawn(value(4)).await;
        assert_eq!(census.alive(), 3, "1 is gone, 2 to 4 are there");
        drop(dropped_later);
        assert_eq!(census.alive(), 2);
        drop(taken);
        assert_eq!(census.alive(), 1);
        kept
    }));
    assert_eq!(census.alive(), 1);
    drop(kept);
    assert_eq!(census.alive(), 0);
}

#[test]
fn an_output_is_dropped_by_a_handle_that_is_dropped_after_the_scope_was() {
    let (census, slot) = (Census::default(), Slot::new());
    let value = census.value(1);
    let scope = parked(taut::scope(async |s| {
        slot.put(s.spawn(async { value }));
        pending::<()>().await;
    }));
    drop(scope);
    assert_eq!(census.alive(), 1, "the task had ended");
    drop(slot.take());
    assert_eq!(census.alive(), 0);
}

/// Who is first, the end of the task or the drop of the handle, is for two threads to find out.
#[test]
fn an_output_is_dropped_once_whoever_is_last() {
    for _ in 0..ROUNDS {
        let (census, gate, slot) = (Census::default(), Gate::new(), Slot::new());
        let value = census.value(1);
        let mut scope = parked(taut::scope(async |s| {
            slot.put(s.spawn(async {
                gate.pass().await;
                value
            }));
        }));
        gate.open();
        let handle = slot.take();
        let drops: Program<'_, ()> = Box::new(move || drop(handle));
        race(vec![drops, Box::new(|| scope.ready())]);
        assert_eq!(census.alive(), 0);
    }
}

#[test]
fn an_output_is_given_once_whoever_is_last() {
    for _ in 0..ROUNDS {
        let (census, gate, slot) = (Census::default(), Gate::new(), Slot::new());
        let value = census.value(1);
        let mut scope = parked(taut::scope(async |s| {
            slot.put(s.spawn(async {
                gate.pass().await;
                value
            }));
        }));
        let handle = slot.take();
        let takes: Program<'_, ()> = Box::new(move || {
            let mut waits = task(handle);
            let mut output = waits.poll();
            while output.is_pending() {
                std::thread::yield_now();
                if let Some(value) = waits.answer() {
                    output = Poll::Ready(value);
                }
            }
        });
        race(vec![
            takes,
            Box::new(|| gate.open()),
            Box::new(|| while scope.poll().is_pending() {}),
        ]);
        assert_eq!(census.alive(), 0);
    }
}

/// In the stage of its own task: nobody reaches it any more, and nothing is done with it.
#[test]
fn a_handle_inside_of_what_its_task_gives() {
    let (slot, log) = (Slot::new(), Log::new());
    now(taut::scope(async |s| {
        let own = Slot::<Pin<Box<dyn Future<Output = u32> + Send>>>::new();
        let own = Arc::new(own);
        let kept = Arc::clone(&own);
        let handle = s.spawn(async move {
            turn().await;
            drop(kept.take());
            5
        });
        own.put(Box::pin(handle));
        slot.put(own);
        log.note(1);
    }));
    drop(slot.take());
    assert_eq!(log.take(), [1]);
}

/// Wakers of tasks that are gone do nothing, and touch nothing of what the tasks borrowed.
#[test]
fn wakers_outlive_the_scope_and_all_that_it_borrowed() {
    let mut wakers = Vec::new();
    {
        let (text, slot, log) = (String::from("borrowed"), Log::new(), Log::new());
        let slot_of_handle = Slot::new();
        let mut scope = parked(taut::scope(async |s| {
            s.spawn(async { slot.note(own_waker().await) });
            slot_of_handle.put(s.spawn(async {
                slot.note(own_waker().await);
                Noted(&log, &text[..2])
            }));
            s.spawn(async {
                slot.note(own_waker().await);
                stays(&log, "dropped").await;
            });
            slot.note(own_waker().await);
            pending::<()>().await;
        }));
        scope.pending();
        wakers.append(&mut slot.take());
        drop(scope);
        assert_eq!(log.take(), ["dropped"]);
        wakers.iter().for_each(Waker::wake_by_ref);
        drop(slot_of_handle.take());
        assert_eq!(log.take(), ["bo"]);
    }
    assert_eq!(wakers.len(), 4);
    wakers.iter().for_each(Waker::wake_by_ref);
    assert!(wakers[0].will_wake(&wakers[0].clone()) && !wakers[0].will_wake(&wakers[1]));
    std::thread::scope(|threads| {
        for waker in wakers {
            threads.spawn(move || {
                waker.wake_by_ref();
                let other = waker.clone();
                other.wake();
                drop(waker);
            });
        }
    });
}

/// The handle is forgotten: its output is never dropped, though the last share in the task is that of a waker that goes later.
#[test]
fn an_output_whose_handle_was_forgotten_is_not_touched() {
    let slot = Slot::new();
    {
        let text = String::from("borrowed");
        now(taut::scope(async |s| {
            let reads = s.spawn(async {
                slot.put(own_waker().await);
                OnDrop(|| drop(text.clone()))
            });
            turn().await;
            assert!(reads.is_finished());
            forget(reads);
        }));
    }
    slot.take().wake();
}

/// What is kept for whoever waits is foreign: when it is dropped it may reach the handle's task.
#[test]
fn the_waker_of_who_waits_is_dropped_without_the_lock() {
    let slot = Slot::new();
    let scope = parked(taut::scope(async |s| slot.put(s.spawn(pending::<u32>()))));
    let handle = slot.take();
    let waits = Box::into_pin(Box::new(handle));
    let is_finished = Cell::new(false);
    let shared = Arc::new(std::sync::Mutex::new(Some(waits)));
    let polls = |waker: &Waker| {
        let mut waits = shared.lock().unwrap();
        let Some(waits) = waits.as_mut() else { return };
        let polled = Pin::new(waits).poll(&mut Context::from_waker(waker));
        is_finished.set(polled.is_ready());
    };
    let first = hooked(|_| {});
    polls(&first);
    drop(first);
    polls(Waker::noop());
    assert!(!is_finished.get());
    drop(shared.lock().unwrap().take());
    drop(scope);
}

/// Both wait for each other, give up, and end.
#[test]
fn tasks_that_wait_for_each_other_and_give_up() {
    let census = &Census::default();
    now(taut::scope(async |s| {
        let all = Arc::new([(); 2].map(|()| Slot::<Spawned<'_, ()>>::new()));
        for n in 0..2 {
            let (slots, value) = (Arc::clone(&all), census.value(n as u64));
            all[n].put(s.spawn(async move {
                let mut handle = slots[1 - n].take();
                poll_fn(|cx| {
                    assert_eq!(Pin::new(&mut handle).poll(cx).is_ready(), n == 1);
                    Poll::Ready(())
                })
                .await;
                drop(value);
            }));
        }
    }));
    assert_eq!(census.alive(), 0);
}

#[test]
fn what_is_shown_of_it() {
    let mut scope = task(taut::scope(async |s| {
        assert_eq!(format!("{s:?}"), "Scope { .. }");
        let handle = s.spawn(async {});
        assert_eq!(format!("{handle:?}"), "Spawned { is_finished: false, .. }");
        turn().await;
        assert_eq!(format!("{handle:?}"), "Spawned { is_finished: true, .. }");
    }));
    scope.ready();
    let mut scope = Box::pin(taut::scope(async |_| ()));
    assert_eq!(format!("{scope:?}"), "Scoped { is_over: false, .. }");
    assert!(scope.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    assert_eq!(format!("{scope:?}"), "Scoped { is_over: true, .. }");
}

//! `done`: any number wait at once, each is woken once, and who leaves is not.

use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use taut::context::{Context, ContextError};

use crate::support::hooks::{Event, hooked};
use crate::support::{MANY, Wakes, now, parked, task};

#[test]
fn cx_02_any_number_wait_at_once() {
    let (ctx, cancel) = Context::background().with_cancel();
    let mut waits: Vec<_> = (0..MANY).map(|_| parked(ctx.done())).collect();
    assert!(waits.iter().all(|task| task.wakes() == 0));
    assert!(cancel.cancel());
    assert!(waits.iter().all(|task| task.wakes() == 1));
    assert!(waits.iter_mut().all(|task| task.ready() == ContextError::Cancelled));
    cancel.cancel();
    assert!(waits.iter().all(|task| task.wakes() == 1));
}

#[test]
fn cx_04_done_is_ready_whenever_there_is_an_error() {
    // Goal: made before the end or after, polled before or not.
    let (ctx, cancel) = Context::background().with_cancel();
    let (mut waiting, mut unpolled) = (parked(ctx.done()), task(ctx.done()));
    assert!(cancel.cancel());
    assert!(ctx.err().is_some());
    assert_eq!(unpolled.ready(), ContextError::Cancelled);
    assert_eq!(waiting.ready(), ContextError::Cancelled);
    assert_eq!(now(ctx.done()), ContextError::Cancelled);
    assert_eq!((waiting.wakes(), unpolled.wakes()), (1, 0), "only who waited is woken");
}

#[test]
fn cx_04_seen_from_a_waker_too() {
    // Goal: at the first wake, wherever in the tree, the error is there and `done` is ready.
    let (root, cancel) = Context::background().with_cancel();
    let (child, _child_cancel) = root.with_cancel();
    let both = [root.clone(), child.clone()];
    let seen = Arc::new(Mutex::new(Vec::new()));
    let waker = {
        let seen = Arc::clone(&seen);
        hooked(move |event| {
            if event == Event::Wake {
                let each = both.each_ref().map(|ctx| (ctx.err(), task(ctx.done()).poll()));
                seen.lock().unwrap().push(each);
            }
        })
    };
    let (mut one, mut two) = (task(root.done()), task(child.done()));
    assert!(one.poll_with(&waker).is_pending() && two.poll_with(&waker).is_pending());
    drop(waker);
    assert!(cancel.cancel());
    let end = ContextError::Cancelled;
    assert_eq!(*seen.lock().unwrap(), [[(Some(end), Poll::Ready(end)); 2]; 2]);
    drop((one, two));
}

#[test]
fn who_stops_waiting_is_not_woken() {
    let (ctx, cancel) = Context::background().with_cancel();
    let wakes = Wakes::new();
    let waker = Waker::from(Arc::clone(&wakes));
    let mut tasks: Vec<_> = (0..5).map(|_| task(ctx.done())).collect();
    assert!(tasks.iter_mut().all(|task| task.poll_with(&waker).is_pending()));
    // The first, the last, one between.
    for at in [4, 2, 0] {
        drop(tasks.remove(at));
    }
    assert_eq!(Arc::strong_count(&wakes), 4, "those that left have dropped their wakers");
    assert!(cancel.cancel());
    assert_eq!(wakes.count(), 2);
    drop(tasks);
}

#[test]
fn who_was_woken_may_leave_unpolled() {
    let (ctx, cancel) = Context::background().with_cancel();
    let waits = parked(ctx.done());
    assert!(cancel.cancel());
    assert_eq!(waits.wakes(), 1);
    drop(waits);
    assert_eq!(now(ctx.done()), ContextError::Cancelled);
}

#[test]
fn the_last_waker_counts() {
    let (ctx, cancel) = Context::background().with_cancel();
    let mut waits = parked(ctx.done());
    let other = Wakes::new();
    let waker = Waker::from(Arc::clone(&other));
    assert!(waits.poll_with(&waker).is_pending());
    assert!(cancel.cancel());
    assert_eq!((waits.wakes(), other.count()), (0, 1));
    assert_eq!(waits.ready(), ContextError::Cancelled);
}

#[test]
fn polled_again_without_a_wake_it_stays_pending_and_counts_once() {
    let (ctx, cancel) = Context::background().with_cancel();
    let mut waits = parked(ctx.done());
    for _ in 0..10 {
        waits.pending();
    }
    assert!(cancel.cancel());
    assert_eq!(waits.wakes(), 1);
    assert_eq!(waits.ready(), ContextError::Cancelled);
}

#[test]
fn dropped_unpolled_it_leaves_nothing() {
    let (ctx, cancel) = Context::background().with_cancel();
    drop(ctx.done());
    drop(task(ctx.done()));
    assert!(cancel.cancel());
}

#[test]
fn of_17_parents_are_woken_before_children() {
    // Method: all wait, the lowest first or the highest first; the order of the wakes is noted.
    for is_reversed in [false, true] {
        let order = Arc::new(Mutex::new(Vec::new()));
        let (root, cancel) = Context::background().with_cancel();
        let mut chain = vec![(root, None)];
        for _ in 0..4 {
            let (child, held) = chain[chain.len() - 1].0.with_cancel();
            chain.push((child, Some(held)));
        }
        let mut waits: Vec<_> = chain.iter().map(|(ctx, _)| task(ctx.done())).collect();
        let mut numbered: Vec<_> = waits.iter_mut().enumerate().collect();
        if is_reversed {
            numbered.reverse();
        }
        for (number, task) in numbered {
            let order = Arc::clone(&order);
            let note = move |event| {
                if event == Event::Wake {
                    order.lock().unwrap().push(number);
                }
            };
            assert!(task.poll_with(&hooked(note)).is_pending());
        }
        assert!(cancel.cancel());
        assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4]);
    }
}

#[test]
fn of_17_many_generations_many_waiters() {
    // Goal: as above, with more than a batch of waiters in each of three generations.
    let order = Arc::new(Mutex::new(Vec::new()));
    let (root, cancel) = Context::background().with_cancel();
    let children: Vec<_> = (0..5).map(|_| root.with_cancel()).collect();
    let below: Vec<_> = children.iter().map(|(ctx, _)| ctx.with_cancel()).collect();
    let noting = |generation: usize| {
        let order = Arc::clone(&order);
        hooked(move |event| {
            if event == Event::Wake {
                order.lock().unwrap().push(generation);
            }
        })
    };
    let mut waits = Vec::new();
    for _ in 0..MANY / 5 {
        for ctx in below.iter().map(|(ctx, _)| ctx) {
            waits.push((task(ctx.done()), 2));
        }
        for ctx in children.iter().map(|(ctx, _)| ctx) {
            waits.push((task(ctx.done()), 1));
        }
        waits.extend((0..5).map(|_| (task(root.done()), 0)));
    }
    for (task, generation) in &mut waits {
        assert!(task.poll_with(&noting(*generation)).is_pending());
    }
    assert!(cancel.cancel());
    let order = order.lock().unwrap();
    assert_eq!(order.len(), waits.len());
    assert!(order.is_sorted(), "{order:?}");
}

#[test]
fn waits_of_a_context_that_lives_do_not_keep_others() {
    // Goal: those who wait for a child are woken by it alone, once, whatever ends later.
    let (root, cancel) = Context::background().with_cancel();
    let (child, child_cancel) = root.with_cancel();
    let (mut one, mut two) = (parked(root.done()), parked(child.done()));
    assert!(child_cancel.cancel());
    assert_eq!((one.wakes(), two.wakes()), (0, 1));
    one.pending();
    assert!(cancel.cancel());
    assert_eq!((one.wakes(), two.wakes()), (1, 1));
    assert_eq!((one.ready(), two.ready()), (ContextError::Cancelled, ContextError::Cancelled));
}

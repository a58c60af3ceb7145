//! Wakers that wait for an unlock.

use std::sync::{Arc, Mutex};
use std::task::Waker;

use taut_core::{WakeBatch, in_batches};

use crate::support::{Wakes, bomb, hooked, panics};

/// A batch with so many wakers of `wakes`.
fn batch_of(count: usize, wakes: &Arc<Wakes>) -> WakeBatch {
    let mut batch = WakeBatch::new();
    (0..count).for_each(|_| batch.push(wakes.waker()));
    batch
}

#[test]
fn wakes_in_the_order_of_arrival() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut batch = WakeBatch::new();
    for n in 0..5 {
        let order = Arc::clone(&order);
        batch.push(hooked(move || order.lock().unwrap().push(n)));
    }
    assert_eq!(format!("{batch:?}"), "WakeBatch { len: 5 }");
    batch.wake_all();
    assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4]);
}

#[test]
fn has_room_for_thirty_two() {
    let wakes = Wakes::new();
    let mut batch = WakeBatch::default();
    assert!(batch.is_empty() && batch.has_space(32) && !batch.has_space(33));
    for free in (0..32).rev() {
        assert!(!batch.is_full());
        batch.push(wakes.waker());
        assert!(batch.has_space(free) && !batch.has_space(free + 1) && !batch.is_empty());
    }
    assert!(batch.is_full());
    batch.wake_all();
    assert_eq!((wakes.count(), wakes.copies()), (32, 0));
}

#[test]
fn one_waker_too_many_panics_and_the_others_are_woken() {
    let wakes = Wakes::new();
    let mut batch = batch_of(32, &wakes);
    let message = "index out of bounds: the len is 32 but the index is 32";
    panics(message, || batch.push(wakes.waker()));
    assert_eq!((wakes.count(), wakes.copies()), (0, 32));
    batch.wake_all();
    assert_eq!((wakes.count(), wakes.copies()), (32, 0));
}

#[test]
fn extends_by_what_an_option_holds() {
    let wakes = Wakes::new();
    let mut batch = WakeBatch::new();
    batch.extend(None::<Waker>);
    assert!(batch.is_empty());
    batch.extend(Some(wakes.waker()));
    assert!(!batch.is_empty());
    batch.wake_all();
    assert_eq!(wakes.count(), 1);
}

#[test]
fn a_dropped_batch_wakes_what_is_in_it() {
    // Goal: B2.
    let wakes = Wakes::new();
    drop(batch_of(3, &wakes));
    assert_eq!((wakes.count(), wakes.copies()), (3, 0));
}

#[test]
fn a_waker_that_panics_does_not_keep_the_others_from_being_woken() {
    // Goal: B2, wherever it stands among them.
    for before in [0, 1, 3, 4] {
        let wakes = Wakes::new();
        let mut batch = batch_of(before, &wakes);
        batch.push(bomb());
        batch.extend((before..4).map(|_| wakes.waker()));
        panics("a waker panics", || batch.wake_all());
        assert_eq!((wakes.count(), wakes.copies()), (4, 0), "{before} before it");
    }
}

#[test]
fn an_unwinding_round_wakes_what_it_had_decided() {
    // Goal: B2. The panic is somebody else's, between the decision and the wake-up.
    let wakes = Wakes::new();
    panics("in between", || {
        let _batch = batch_of(2, &wakes);
        panic!("in between");
    });
    assert_eq!(wakes.count(), 2);
}

#[test]
fn a_round_is_woken_before_the_next_begins() {
    let wakes = Wakes::new();
    let mut rounds = 0;
    in_batches(|batch| {
        assert!(batch.is_empty());
        assert_eq!(wakes.count(), rounds);
        batch.push(wakes.waker());
        rounds += 1;
        rounds == 3
    });
    assert_eq!((rounds, wakes.count()), (3, 3));
}

#[test]
fn a_waker_that_panics_does_not_end_the_rounds() {
    // Goal: whoever waits behind the first batch is told too.
    let wakes = Wakes::new();
    let mut rounds = 0;
    panics("a waker panics", || {
        in_batches(|batch| {
            if rounds == 0 {
                batch.push(bomb());
            }
            batch.push(wakes.waker());
            rounds += 1;
            rounds == 3
        });
    });
    assert_eq!((rounds, wakes.count()), (3, 3));
}

#[test]
fn a_batch_that_was_woken_has_all_its_room_again() {
    // Goal: one batch serves any number of rounds.
    let wakes = Wakes::new();
    let mut batch = WakeBatch::new();
    for round in 1..=3 {
        while !batch.is_full() {
            batch.push(wakes.waker());
        }
        batch.wake_all();
        assert!(batch.is_empty() && !batch.is_full(), "round {round}");
    }
    assert_eq!(wakes.count(), 3 * 32);
}

#[test]
fn the_last_of_a_full_batch_may_panic() {
    // Goal: the batch has its room again, or whoever fills it anew would never end.
    let wakes = Wakes::new();
    let mut batch = batch_of(31, &wakes);
    batch.push(bomb());
    panics("a waker panics", || batch.wake_all());
    assert!(batch.is_empty() && batch.has_space(32));
    assert_eq!(wakes.count(), 31);
}

#[test]
fn of_several_wakers_that_panic_one_is_heard_and_all_are_woken() {
    let wakes = Wakes::new();
    let mut batch = WakeBatch::new();
    for _ in 0..4 {
        batch.push(bomb());
        batch.push(wakes.waker());
    }
    panics("a waker panics", || batch.wake_all());
    assert_eq!(wakes.count(), 4);
}

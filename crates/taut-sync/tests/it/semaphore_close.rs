//! `Semaphore`: closing it.

use std::sync::Arc;

use taut::sync::{AcquireError, Semaphore, TryAcquireError};

use crate::support::hooks::{Event, bomb, hooked, panics};
use crate::support::{MANY, Task, now, parked, race, task};

#[test]
fn a_close_refuses_all_who_wait_and_all_who_come() {
    let slots = Arc::new(Semaphore::new(3));
    let all = slots.try_acquire(3).unwrap();
    let mut queue: Vec<_> = (0..MANY).map(|n| parked(slots.acquire((n + 1) % 4))).collect();
    assert!(slots.close() && slots.is_closed());
    for waits in &mut queue {
        assert_eq!(waits.wakes(), 1);
        assert_eq!(waits.ready().err(), Some(AcquireError::Closed));
    }
    assert!(!slots.close(), "once");
    assert_eq!(slots.waiters(), 0);
    for units in [0, 1, 4] {
        assert_eq!(now(slots.acquire(units)).err(), Some(AcquireError::Closed));
        assert_eq!(now(slots.acquire_owned(units)).err(), Some(AcquireError::Closed));
        assert_eq!(slots.blocking_acquire(units).err(), Some(AcquireError::Closed));
        assert_eq!(slots.blocking_acquire_owned(units).err(), Some(AcquireError::Closed));
        assert_eq!(slots.try_acquire(units).err(), Some(TryAcquireError::Closed));
        assert_eq!(slots.try_acquire_owned(units).err(), Some(TryAcquireError::Closed));
    }
    drop(all);
    assert_eq!((slots.available(), slots.capacity(), slots.in_use()), (3, 3, 0));
    assert_eq!(slots.try_acquire(1).err(), Some(TryAcquireError::Closed));
}

#[test]
fn permits_that_are_out_outlive_a_close() {
    let slots = Semaphore::new(5);
    let mut permit = slots.try_acquire(4).unwrap();
    slots.close();
    let part = permit.split(1).unwrap();
    drop(part);
    assert_eq!((permit.units(), slots.available(), slots.in_use()), (3, 2, 3));
    let part = permit.split(2).unwrap();
    assert!(permit.merge(part).is_ok());
    slots.resize(2);
    assert_eq!((slots.capacity(), slots.available(), slots.in_use()), (2, 0, 3));
    permit.split(1).unwrap().forget();
    drop(permit);
    assert_eq!((slots.capacity(), slots.available(), slots.in_use()), (1, 1, 0));
    assert!(slots.is_closed() && !slots.close());
}

#[test]
fn what_was_granted_before_the_close_stays_granted() {
    let slots = Semaphore::new(1);
    let held = slots.try_acquire(1).unwrap();
    let mut granted = parked(slots.acquire(1));
    let mut dropped = parked(slots.acquire(1));
    drop(held);
    slots.close();
    let permit = granted.answer().unwrap().unwrap();
    assert_eq!((permit.units(), slots.in_use()), (1, 1));
    assert_eq!(dropped.answer().unwrap().err(), Some(AcquireError::Closed));
    drop(permit);
    // Granted, closed, and never looked at: the units come back, to nobody.
    let slots = Semaphore::new(1);
    let held = slots.try_acquire(1).unwrap();
    let granted = parked(slots.acquire(1));
    drop(held);
    slots.close();
    drop(granted);
    assert_eq!((slots.available(), slots.in_use()), (1, 0));
}

#[test]
fn nobody_is_granted_anything_once_somebody_was_refused() {
    // Goal: while a close is between two batches, units come back: from the waker of the very first. Who
    // still waits is not granted them, for those before it were refused.
    let slots = Arc::new(Semaphore::new(1));
    let held = std::sync::Mutex::new(slots.try_acquire_owned(1).ok());
    let give_back = hooked(move |event| {
        if event == Event::Wake {
            drop(held.lock().unwrap().take());
        }
    });
    let mut first = task(slots.acquire(1));
    assert!(first.poll_with(&give_back).is_pending());
    let mut queue: Vec<_> = (0..MANY).map(|_| parked(slots.acquire(1))).collect();
    slots.close();
    assert_eq!(slots.available(), 1, "it was given back");
    let all = std::iter::once(&mut first).chain(&mut queue);
    assert!(all.map(Task::ready).all(|refused| refused.is_err_and(|e| e.is_closed())));
}

#[test]
fn a_close_tells_all_although_a_waker_panics() {
    let slots = Semaphore::new(1);
    let held = slots.try_acquire(1).unwrap();
    let mut first = task(slots.acquire(1));
    assert!(first.poll_with(&bomb()).is_pending());
    let mut queue: Vec<_> = (0..MANY).map(|_| parked(slots.acquire(1))).collect();
    panics("a waker panics", || assert!(slots.close()));
    assert!(slots.is_closed());
    assert!(queue.iter().all(|waits| waits.wakes() == 1));
    assert!(first.ready().is_err() && queue.iter_mut().all(|waits| waits.ready().is_err()));
    drop(held);
}

#[test]
fn of_many_who_close_one_did() {
    for _ in 0..if cfg!(miri) { 2 } else { 50 } {
        let slots = Semaphore::new(1);
        let closed = race::<bool>(vec![Box::new(|| slots.close()), Box::new(|| slots.close())]);
        assert_ne!(closed[0], closed[1]);
    }
}

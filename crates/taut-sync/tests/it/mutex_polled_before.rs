//! A future of a [`Mutex`] that waited as a future first and becomes an arm of a select then, in each
//! state that it may have come to by then: called, beaten, handed the lock.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};

use taut::chan;
use taut::select;
use taut::sync::Mutex;
use taut::sync::future::Lock;
use taut_core::Case;

use crate::mutex::{assert_idle, held, lost, queue};
use crate::support::{holding, now, parked};

/// A future that was polled once and waits. By `&mut` it is a future like any other to a select; by
/// value it is a case.
fn waiting(mutex: &Mutex<u32>) -> Pin<Box<Lock<'_, u32>>> {
    let mut lock = Box::pin(mutex.lock());
    assert!(lock.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    lock
}

#[test]
fn one_that_waited_before_becomes_an_arm() {
    // Goal: in each state that it may have come to by then: called, beaten, handed the lock.
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let mut lock = waiting(&mutex);
    drop(guard);
    let won = now(async {
        select::select! { guard = &mut lock => guard, default => unreachable!() }
    });
    drop((won, lock));
    assert_idle(&mutex);

    let guard = held(&mutex);
    let mut lock = waiting(&mutex);
    drop(guard);
    let newcomer = held(&mutex);
    let idle = chan::never::<u32>();
    let mut selecting = parked(async {
        select::select! { guard = &mut lock => guard, _ = idle.recv() => unreachable!() }
    });
    let [mut behind] = queue(&mutex);
    drop(newcomer);
    assert_eq!((selecting.wakes(), behind.wakes()), (1, 0));
    drop(selecting.ready());
    drop(selecting);
    drop(lock);
    drop(behind.ready());
    assert_idle(&mutex);

    let (waiter, newcomer) = lost(&mutex);
    let mut lock = waiting(&mutex);
    drop((waiter, newcomer));
    drop(now(async {
        select::select! { guard = &mut lock => guard, default => unreachable!() }
    }));
    drop(lock);
    assert_idle(&mutex);
}

#[test]
fn one_that_waited_before_becomes_a_case() {
    // Goal: called, and the lock is free; called, and a newcomer has it: then it is before the others.
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let lock = waiting(&mutex);
    drop(guard);
    drop(now(async {
        select::select! { guard = lock => guard, default => unreachable!() }
    }));
    assert_idle(&mutex);

    let guard = held(&mutex);
    let lock = waiting(&mutex);
    let [mut behind] = queue(&mutex);
    drop(guard);
    let newcomer = held(&mutex);
    let idle = chan::never::<u32>();
    let mut selecting = parked(async {
        select::select! { guard = lock => guard, _ = idle.recv() => unreachable!() }
    });
    drop(newcomer);
    assert_eq!((selecting.wakes(), behind.wakes()), (1, 0));
    assert!(mutex.is_locked());
    drop(selecting.ready());
    drop(behind.ready());
    assert_idle(&mutex);

    // Handed the lock.
    let guard = held(&mutex);
    let mut lock = waiting(&mutex);
    drop(guard);
    let newcomer = held(&mutex);
    assert!(lock.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(newcomer);
    assert!(mutex.is_locked());
    drop(now(async {
        select::select! { guard = lock => guard, default => unreachable!() }
    }));
    assert_idle(&mutex);
}

#[test]
fn one_that_waited_before_and_loses_as_a_case() {
    // Goal: called, or handed the lock, and dropped with the select, unseen.
    for is_beaten in [false, true] {
        for is_looked_at in [false, true] {
            let mutex = Mutex::new(0);
            let guard = held(&mutex);
            let mut lock = waiting(&mutex);
            let [mut behind] = queue(&mutex);
            drop(guard);
            let mut newcomer = Some(held(&mutex));
            if is_beaten {
                assert!(lock.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
                drop(newcomer.take());
            }
            let (_full, rx) = holding(7);
            let idle = chan::never::<u32>();
            let won = now(async {
                select::select! {
                    biased;
                    _ = idle.recv() => unreachable!(),
                    got = rx.recv(), if !is_looked_at => got.unwrap(),
                    _guard = lock => 1,
                    got = rx.recv() => got.unwrap(),
                }
            });
            assert_eq!(won, if is_beaten && is_looked_at { 1 } else { 7 });
            drop(newcomer);
            drop(behind.ready());
            assert_idle(&mutex);
        }
    }
}

#[test]
fn one_that_waited_before_and_loses_as_an_arm() {
    // Goal: called or handed the lock before, as an arm by `&mut` it is never looked at: it keeps what
    // it has, and passes it on when it is dropped.
    for is_beaten in [false, true] {
        let mutex = Mutex::new(0);
        let guard = held(&mutex);
        let mut lock = waiting(&mutex);
        let [mut behind] = queue(&mutex);
        drop(guard);
        if is_beaten {
            let newcomer = held(&mutex);
            assert!(lock.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            drop(newcomer);
        }
        let (_full, rx) = holding(7);
        let won = now(async {
            select::select! { biased; got = rx.recv() => got.unwrap(), _ = &mut lock => 0 }
        });
        assert_eq!((won, behind.wakes()), (7, 0));
        drop(lock);
        drop(behind.ready());
        assert_idle(&mutex);
    }
}

#[test]
fn x2_a_beaten_one_that_lost_as_an_arm_is_not_counted_any_more() {
    // Goal: afterwards an unlock while one is on its way calls nobody else.
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let lock = waiting(&mutex);
    drop(guard);
    let newcomer = held(&mutex);
    let (tx, rx) = chan::bounded(1);
    let mut waiter = parked(async {
        select::select! { biased; _ = lock => 0, got = rx.recv() => got.unwrap() }
    });
    // Decided elsewhere; the unlock meets it.
    tx.try_send(7).unwrap();
    drop(newcomer);
    assert_eq!(waiter.ready(), 7);
    drop(waiter);
    let guard = held(&mutex);
    let [mut first, mut second] = queue(&mutex);
    drop(guard);
    drop(held(&mutex));
    assert_eq!((first.wakes(), second.wakes()), (1, 0), "one is on its way");
    drop(first.ready());
    drop(second.ready());
    assert_idle(&mutex);
}

#[test]
fn one_that_was_beaten_and_gave_up_its_place_queues_at_the_end() {
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let mut beaten = waiting(&mutex);
    drop(guard);
    let guard = held(&mutex);
    assert!(beaten.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    // It becomes an arm, is tried, and so gives up its place.
    assert!(beaten.as_mut().attempt(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!(mutex.waiters(), 0);
    let [mut other] = queue::<1>(&mutex);
    assert!(beaten.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(guard);
    drop(other.ready());
    drop(beaten);
    assert_idle(&mutex);
}

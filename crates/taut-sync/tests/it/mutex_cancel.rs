//! Futures of a [`Mutex`] that are dropped, in each of their states, and wakers that panic: the lock is
//! never lost.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};

use taut::sync::Mutex;

use crate::mutex::{assert_idle, held, lost, queue, wakes};
use crate::support::hooks::{bomb, panics};
use crate::support::{parked, task};

#[test]
fn g_04_one_that_was_never_polled() {
    let mutex = Mutex::new(0);
    drop(task(mutex.lock()));
    let guard = held(&mutex);
    drop(task(mutex.lock()));
    assert_eq!(mutex.waiters(), 0);
    drop(guard);
    assert_idle(&mutex);
}

#[test]
fn g_04_one_that_waits() {
    // Goal: the first, one in the middle, the last; the others keep their order.
    for gone in 0..3 {
        let mutex = Mutex::new(0);
        let guard = held(&mutex);
        let mut waiting = Vec::from(queue::<3>(&mutex));
        drop(waiting.remove(gone));
        assert_eq!(mutex.waiters(), 2);
        drop(guard);
        for mut next in waiting {
            assert_eq!(next.wakes(), 1);
            drop(next.ready());
        }
        assert_idle(&mutex);
    }
}

#[test]
fn g_04_the_only_one_that_waits() {
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let [waiter] = queue(&mutex);
    drop(waiter);
    assert_eq!(mutex.waiters(), 0);
    drop(guard);
    assert_idle(&mutex);
}

#[test]
fn g_04_one_that_was_called_passes_the_call_on() {
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let mut waiting = Vec::from(queue::<3>(&mutex));
    drop(guard);
    for expected in [2, 1] {
        drop(waiting.remove(0));
        assert_eq!(waiting[0].wakes(), 1);
        assert_eq!((waiting.len(), mutex.is_locked()), (expected, false));
    }
    drop(waiting.remove(0).ready());
    assert_idle(&mutex);
}

#[test]
fn g_04_one_that_was_called_while_a_newcomer_has_the_lock() {
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let [first, mut second] = queue(&mutex);
    drop(guard);
    let newcomer = held(&mutex);
    drop(first);
    assert_eq!(second.wakes(), 0, "there is nothing to be had");
    drop(newcomer);
    assert_eq!(second.wakes(), 1);
    drop(second.ready());
    assert_idle(&mutex);
}

#[test]
fn g_04_one_that_was_called_and_has_nobody_behind_it() {
    let mutex = Mutex::new(0);
    for is_taken in [false, true] {
        let guard = held(&mutex);
        let [waiter] = queue(&mutex);
        drop(guard);
        let newcomer = is_taken.then(|| held(&mutex));
        drop(waiter);
        drop(newcomer);
        assert_idle(&mutex);
    }
}

#[test]
fn g_04_one_that_was_beaten_and_waits_again() {
    let mutex = Mutex::new(0);
    let (first, newcomer) = lost(&mutex);
    let [mut second, mut third] = queue(&mutex);
    drop(first);
    assert_eq!(mutex.waiters(), 2);
    drop(newcomer);
    // The second has not lost: it is called, and nothing is left of the first.
    assert_eq!((mutex.is_locked(), wakes(&[second, third])), (false, [1, 0]));
    assert_idle_but_for_nobody(&mutex);

    let (first, newcomer) = lost(&mutex);
    [second, third] = queue(&mutex);
    drop(first);
    drop(newcomer);
    let newcomer = held(&mutex);
    drop(newcomer);
    assert_eq!([second.wakes(), third.wakes()], [1, 0], "one is called at a time");
    drop(second.ready());
    drop(third.ready());
    assert_idle(&mutex);
}

/// All who waited are gone.
fn assert_idle_but_for_nobody(mutex: &Mutex<u32>) {
    assert_eq!(mutex.waiters(), 0);
    assert_idle(mutex);
}

#[test]
fn g_04_one_that_was_handed_the_lock_passes_it_on() {
    let mutex = Mutex::new(0);
    let (first, newcomer) = lost(&mutex);
    let [mut second, mut third] = queue(&mutex);
    drop(newcomer);
    assert!(mutex.is_locked());
    drop(first);
    // As any unlock: the next is called.
    assert_eq!((mutex.is_locked(), second.wakes(), third.wakes()), (false, 1, 0));
    let newcomer = held(&mutex);
    second.pending();
    drop(newcomer);
    drop(second);
    drop(third.ready());
    assert_idle(&mutex);
}

#[test]
fn g_04_one_that_was_handed_the_lock_and_has_nobody_behind_it() {
    let mutex = Mutex::new(0);
    let (first, newcomer) = lost(&mutex);
    drop(newcomer);
    assert!(mutex.is_locked());
    drop(first);
    assert_idle(&mutex);
}

#[test]
fn g_04_all_of_them_at_once() {
    // Goal: in any order, among them one that was called.
    for order in [[0, 0, 0], [2, 1, 0], [1, 0, 0], [0, 1, 0]] {
        let mutex = Mutex::new(0);
        let guard = held(&mutex);
        let mut waiting = Vec::from(queue::<3>(&mutex));
        drop(guard);
        order.into_iter().for_each(|n| drop(waiting.remove(n)));
        assert_idle(&mutex);
    }
}

#[test]
fn one_that_completed_and_is_kept_is_nothing() {
    let mutex = Mutex::new(0);
    let mut lock = task(mutex.lock());
    let guard = lock.ready();
    let [mut next] = queue(&mutex);
    drop(lock);
    assert_eq!((mutex.waiters(), next.wakes()), (1, 0));
    drop(guard);
    drop(next.ready());
    assert_idle(&mutex);
}

#[test]
fn g_06_a_waker_that_panics_when_it_is_called() {
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let mut waiter = task(mutex.lock());
    assert!(waiter.poll_with(&bomb()).is_pending());
    let [mut second] = queue(&mutex);
    panics("a waker panics", || drop(guard));
    assert!(!mutex.is_locked());
    drop(waiter.ready());
    assert_eq!(second.wakes(), 1);
    drop(second.ready());
    assert_idle(&mutex);
}

#[test]
fn g_06_a_waker_that_panics_when_its_task_is_handed_the_lock() {
    for is_dropped in [false, true] {
        let mutex = Mutex::new(0);
        let (mut waiter, newcomer) = lost(&mutex);
        assert!(waiter.poll_with(&bomb()).is_pending());
        let [mut second] = queue(&mutex);
        panics("a waker panics", || drop(newcomer));
        assert!(mutex.is_locked());
        if is_dropped {
            drop(waiter);
        } else {
            drop(waiter.ready());
        }
        drop(second.ready());
        assert_idle(&mutex);
    }
}

#[test]
fn g_06_a_waker_that_panics_when_a_call_is_passed_on_to_it() {
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let [first] = queue(&mutex);
    let mut second = task(mutex.lock());
    assert!(second.poll_with(&bomb()).is_pending());
    let mut third = parked(mutex.lock());
    drop(guard);
    panics("a waker panics", || drop(first));
    drop(second.ready());
    drop(third.ready());
    assert_idle(&mutex);
}

#[test]
fn mu_11_an_unwinding_holder_hands_over() {
    let mutex = Mutex::new(0);
    let (mut waiter, newcomer) = lost(&mutex);
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let _held = newcomer;
        panic!("in the middle");
    }));
    assert!(unwound.is_err() && mutex.is_locked());
    drop(waiter.ready());
    assert_idle(&mutex);
}

/// A waker whose destructor panics once it is armed.
struct Fuse(AtomicBool);

impl Wake for Fuse {
    fn wake(self: Arc<Self>) {}
}

impl Drop for Fuse {
    fn drop(&mut self) {
        assert!(!self.0.load(Ordering::Relaxed), "dropped");
    }
}

#[test]
fn g_07_a_waker_that_panics_as_it_is_dropped_leaves_the_lock_free() {
    // Goal: it takes the lock as it looks again, and drops the waker that it does not need any more.
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let [called] = queue::<1>(&mutex);
    let mut next = Box::pin(mutex.lock());
    let fuse = Arc::new(Fuse(AtomicBool::new(false)));
    let waker = Waker::from(Arc::clone(&fuse));
    assert!(next.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop((guard, waker));
    fuse.0.store(true, Ordering::Relaxed);
    drop(fuse); // the last is with the waiter
    let mut noop = Context::from_waker(Waker::noop());
    assert!(catch_unwind(AssertUnwindSafe(|| next.as_mut().poll(&mut noop).is_ready())).is_err());
    drop((next, called));
    assert_idle(&mutex);
}

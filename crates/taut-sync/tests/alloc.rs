//! What waiting allocates: nothing. A test binary of its own, for the allocator
//! that counts. Counts are per thread, so that tests do not see each other.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../../taut-chan/tests/support/allocations.rs"]
mod allocations;
#[path = "../../taut-chan/tests/support/mod.rs"]
mod support;

use std::fmt::Debug;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use taut::select::first;
use taut::sync::{Cond, Mutex, OnceCell, OnceValue, RwLock, Semaphore, WaitGroup};

use crate::allocations::{at_once, calls, live_bytes, poll};
use crate::support::{MANY, Program, race};

/// Begins to wait, is served by `serve`, and gives what it got back.
fn serves<F: Future>(waits: F, serve: impl FnOnce())
where
    F::Output: Debug,
{
    let mut waits = pin!(waits);
    assert!(poll(waits.as_mut()).is_pending());
    assert!(poll(waits.as_mut()).is_pending(), "nobody asked for it");
    serve();
    assert!(poll(waits).is_ready());
}

/// Begins to wait, and gives up.
fn gives_up(waits: impl Future) {
    assert!(poll(pin!(waits)).is_pending());
}

/// A few rounds first, in which a thread gets what it keeps; then many that must not allocate at all.
fn never_allocates(name: &str, round: impl Fn()) {
    (0..3).for_each(|_| round());
    let before = (calls(), live_bytes());
    (0..100).for_each(|_| round());
    assert_eq!((calls(), live_bytes()), before, "{name}");
}

#[test]
fn no_operation_of_a_semaphore_allocates() {
    let slots = Arc::new(Semaphore::new(4));
    never_allocates("waiting", || {
        let held = slots.try_acquire(4).unwrap();
        serves(slots.acquire(3), || drop(held));
        let held = slots.try_acquire_owned(4).unwrap();
        serves(slots.acquire_owned(3), || drop(held));
        let held = at_once(slots.acquire_owned(4)).unwrap();
        gives_up(slots.acquire(1));
        serves(slots.acquire(2), || held.forget());
        slots.resize(4);
        let held = slots.blocking_acquire(4).unwrap();
        serves(slots.acquire(1), || slots.resize(5));
        serves(slots.acquire(5), || slots.resize(4));
        drop(held);
    });
    never_allocates("permits", || {
        let mut permit = slots.try_acquire(4).unwrap();
        let part = permit.split(2).unwrap();
        assert!(permit.merge(part).is_ok());
        let mut owned = slots.try_acquire_owned(0).unwrap();
        let part = owned.split(0).unwrap();
        assert!(owned.merge(part).is_ok() && slots.try_acquire(1).is_err());
        assert!(at_once(slots.acquire(5)).is_err());
    });
}

#[test]
fn no_operation_of_a_mutex_allocates() {
    let lock = Arc::new(Mutex::new(0));
    never_allocates("mutex", || {
        let held = at_once(lock.lock());
        gives_up(lock.lock());
        serves(lock.lock(), || drop(held));
        let held = at_once(lock.lock_owned());
        gives_up(lock.lock_owned());
        serves(lock.lock_owned(), || drop(held));
        drop((lock.try_lock(), lock.try_lock_owned()));
        drop(lock.blocking_lock());
        drop(lock.blocking_lock_owned());
    });
}

#[test]
fn no_operation_of_a_read_write_lock_allocates() {
    let lock = Arc::new(RwLock::new(0));
    never_allocates("read-write lock", || {
        let held = at_once(lock.write());
        gives_up(lock.read());
        serves(lock.read(), || drop(held));
        let held = at_once(lock.read());
        gives_up(lock.write());
        serves(lock.write(), || drop(held));
        let held = at_once(lock.write_owned());
        gives_up(lock.read_owned());
        serves(lock.read_owned(), || drop(held));
        let held = at_once(lock.read_owned());
        gives_up(lock.write_owned());
        serves(lock.write_owned(), || drop(held));
        drop((lock.try_read(), lock.try_read_owned()));
        drop((lock.try_write(), lock.try_write_owned()));
        drop(lock.blocking_read());
        drop(lock.blocking_write());
    });
}

#[test]
fn a_select_of_all_three_allocates_nothing() {
    let (slots, lock, shared) = (Semaphore::new(1), Mutex::new(0), RwLock::new(0));
    never_allocates("select", || {
        let held = (slots.try_acquire(1).unwrap(), at_once(lock.lock()), at_once(shared.read()));
        let three = || first((slots.acquire(1), lock.lock(), shared.write()));
        gives_up(three());
        serves(three(), || drop(held));
    });
}

/// So many that wait, all served by one step: none of it allocates.
fn many_served<F: Future>(waits: impl Fn() -> F, serve: impl FnOnce()) {
    let mut queue: Vec<_> = (0..MANY).map(|_| Box::pin(waits())).collect();
    let before = calls();
    for one in &mut queue {
        assert!(poll(one.as_mut()).is_pending());
    }
    serve();
    for one in &mut queue {
        assert!(poll(one.as_mut()).is_ready());
    }
    assert_eq!(calls(), before);
}

#[test]
fn many_that_wait_allocate_nothing() {
    // Goal: more than a batch of them, served, refused or let in.
    let slots = Semaphore::new(MANY);
    let held = slots.try_acquire(MANY).unwrap();
    many_served(|| slots.acquire(1), || drop(held));
    let held = slots.try_acquire(MANY).unwrap();
    many_served(|| slots.acquire(2), || slots.resize(1));
    many_served(|| slots.acquire(1), || assert!(slots.close()));
    drop(held);
    let (lock, shared) = (Mutex::new(0), RwLock::new(0));
    let held = at_once(lock.lock());
    many_served(|| lock.lock(), || drop(held));
    let held = at_once(shared.write());
    many_served(|| shared.read(), || drop(held));
    let held = at_once(shared.write());
    many_served(|| shared.write(), || drop(held));
}

/// Two threads take turns with `take`, which blocks; each holds on until the other waits.
fn taking_turns<G>(take: impl Fn() -> G + Sync, waiters: impl Fn() -> usize + Sync) {
    let is_over = AtomicBool::new(false);
    let program = || -> Program<'_, u64> {
        Box::new(|| {
            let mut before = 0;
            for turn in 0..150 {
                if turn == 50 {
                    before = calls();
                }
                let held = take();
                while waiters() == 0 && !is_over.load(Ordering::SeqCst) {
                    std::thread::yield_now();
                }
                drop(held);
            }
            is_over.store(true, Ordering::SeqCst);
            calls() - before
        })
    };
    assert_eq!(race(vec![program(), program()]), [0, 0]);
}

#[test]
fn blocked_threads_allocate_nothing() {
    // Goal: after the first call of a thread, which makes its parker.
    let (slots, lock, shared) = (Semaphore::new(1), Mutex::new(0), RwLock::new(0));
    taking_turns(|| slots.blocking_acquire(1), || slots.waiters());
    taking_turns(|| lock.blocking_lock(), || lock.waiters());
    taking_turns(|| shared.blocking_write(), || shared.waiters());
}

#[test]
fn they_are_made_without_allocating() {
    let before = (calls(), live_bytes());
    let _made = (Semaphore::new(1 << 40), Mutex::new(0), RwLock::new([0; 100]));
    assert_eq!((calls(), live_bytes()), before);
}

#[test]
fn on_09_no_call_after_the_first_allocates() {
    let (cell, value) = (OnceCell::new(), OnceValue::new(|| async { 7 }));
    at_once(cell.get_or_init(|| async { 7 }));
    at_once(value.get());
    never_allocates("a value that is there", || {
        assert_eq!((cell.get(), value.try_get()), (Some(&7), Some(&7)));
        assert_eq!(at_once(cell.get_or_init(|| async { 8 })), &7);
        assert_eq!((at_once(cell.wait()), at_once(value.get())), (&7, &7));
    });
}

#[test]
fn waiting_for_a_value_a_group_or_a_signal_allocates_nothing() {
    let (empty, wg) = (OnceCell::<u8>::new(), WaitGroup::new());
    let (mutex, cond) = (Mutex::new(0), Cond::new());
    never_allocates("waiting", || {
        gives_up(empty.wait());
        let token = wg.token();
        gives_up(wg.wait());
        serves(wg.wait(), || drop(token));
        gives_up(cond.wait(mutex.try_lock().unwrap()));
        serves(cond.wait(mutex.try_lock().unwrap()), || assert!(cond.notify_one()));
    });
}

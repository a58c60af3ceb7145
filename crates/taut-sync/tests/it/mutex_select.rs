//! A [`Mutex`] in selects: arms that win, that lose without a trace, and what else a select does with them.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::task::Poll;

use taut::chan;
use taut::select::{self, Select};
use taut::sync::{Mutex, MutexGuard};

use crate::mutex::{assert_idle, held, queue};
use crate::support::{Task, holding, now, parked, task};

/// Waits in a select of a lock and something that is never ready.
fn selecting(mutex: &Mutex<u32>) -> Task<impl Future<Output = MutexGuard<'_, u32>>> {
    let (tx, rx) = chan::bounded::<u32>(1);
    parked(async move {
        let _open = tx;
        select::select! {
            guard = mutex.lock() => guard,
            _ = rx.recv() => unreachable!("nobody sends"),
        }
    })
}

#[test]
fn se_01_of_two_mutexes_one_is_taken() {
    let (a, b) = (Mutex::new(1), Mutex::new(2));
    let mut won = [0; 2];
    for _ in 0..200 {
        let guard = now(async {
            select::select! { guard = a.lock() => guard, guard = b.lock() => guard }
        });
        assert!(a.is_locked() ^ b.is_locked());
        won[*guard as usize - 1] += 1;
    }
    assert!(won.iter().all(|count| *count > 50), "{won:?}");
    assert_idle(&a);
    assert_idle(&b);
}

#[test]
fn se_07_a_select_that_waits_takes_the_one_that_is_free_first() {
    for first in 0..2 {
        let mutexes = [Mutex::new(0), Mutex::new(1)];
        let [a, b] = &mutexes;
        let mut guards = vec![held(a), held(b)];
        let mut waiter = parked(async {
            select::select! { guard = a.lock() => guard, guard = b.lock() => guard }
        });
        drop(guards.remove(first));
        // A select that is claimed is decided: it is handed the lock.
        assert!(mutexes[first].is_locked() && mutexes[first].try_lock().is_none());
        assert_eq!(waiter.wakes(), 1);
        drop(guards);
        assert_eq!(waiter.wakes(), 1, "the other arm is of no use any more");
        let guard = waiter.ready();
        assert_eq!(*guard, first as u32);
        assert_eq!((a.waiters(), b.waiters()), (0, 0));
        drop(guard);
        mutexes.iter().for_each(assert_idle);
    }
}

#[test]
fn se_06_an_arm_that_loses_leaves_no_trace() {
    // Goal: the other arm is ready at once, or gets ready while it waits, or is decided elsewhere.
    let mutex = Mutex::new(0);
    let (_full, rx) = holding(7);
    let guard = held(&mutex);
    let won = now(async {
        select::select! { biased; _ = mutex.lock() => 0, got = rx.recv() => got.unwrap() }
    });
    assert_eq!((won, mutex.waiters()), (7, 0));

    let (tx, rx) = chan::bounded(1);
    let mut waiter = parked(async {
        select::select! { _ = mutex.lock() => 0, got = rx.recv() => got.unwrap() }
    });
    let [mut behind] = queue(&mutex);
    tx.try_send(7).unwrap();
    drop(guard);
    assert_eq!(behind.wakes(), 1, "the select is passed over");
    assert_eq!((waiter.ready(), mutex.waiters()), (7, 0));
    drop(behind.ready());
    assert_idle(&mutex);
}

#[test]
fn g_04_a_select_that_is_dropped() {
    for is_handed in [false, true] {
        let mutex = Mutex::new(0);
        let guard = held(&mutex);
        let waiter = selecting(&mutex);
        let [mut behind] = queue(&mutex);
        if is_handed {
            drop(guard);
            assert!(mutex.is_locked());
            drop(waiter);
        } else {
            drop(waiter);
            drop(guard);
        }
        assert_eq!(behind.wakes(), 1);
        drop(behind.ready());
        assert_idle(&mutex);
    }
}

#[test]
fn se_17_the_same_mutex_twice() {
    let mutex = Mutex::new(0);
    let twice = || async {
        select::select! { guard = mutex.lock() => (0, guard), guard = mutex.lock() => (1, guard) }
    };
    drop(now(twice()));
    assert_idle(&mutex);

    let guard = held(&mutex);
    let mut waiter = parked(twice());
    let [mut behind] = queue(&mutex);
    assert_eq!(mutex.waiters(), 3);
    drop(guard);
    assert_eq!((waiter.wakes(), behind.wakes()), (1, 0));
    assert!(mutex.is_locked());
    let (_, guard) = waiter.ready();
    assert_eq!(mutex.waiters(), 1);
    drop(guard);
    drop(behind.ready());
    assert_idle(&mutex);
}

#[test]
fn of_09_tasks_and_selects_are_in_one_line() {
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let [mut one] = queue(&mutex);
    let mut two = selecting(&mutex);
    let [mut three] = queue(&mutex);
    let mut four = selecting(&mutex);
    drop(guard);
    drop(one.answer().unwrap());
    drop(two.answer().unwrap());
    drop(three.answer().unwrap());
    drop(four.answer().unwrap());
    assert_idle(&mutex);
}

#[test]
fn of_09_a_select_is_handed_the_lock_by_who_barged_in() {
    // Goal: one is called, a newcomer unlocks, and who is called gives up: the select behind it is
    // handed the lock.
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let [first] = queue(&mutex);
    let mut second = selecting(&mutex);
    drop(guard);
    drop(held(&mutex));
    assert_eq!(second.wakes(), 0);
    drop(first);
    assert!(mutex.is_locked() && second.wakes() == 1);
    drop(second.ready());
    assert_idle(&mutex);
}

#[test]
fn se_05_default_is_taken_while_it_is_held_only() {
    let mutex = Mutex::new(0);
    let try_lock = || async {
        select::select! { _ = mutex.lock() => true, default => false }
    };
    assert!(now(try_lock()));
    let guard = held(&mutex);
    assert!(!now(try_lock()));
    let [first] = queue(&mutex);
    drop(guard);
    assert!(now(try_lock()), "one is on its way, and the lock is free");
    drop(first);
    assert_idle(&mutex);
}

#[test]
fn a_select_that_is_busy_sees_what_it_missed() {
    // Goal: the lock is released while the select polls a foreign future: nobody can be given it then,
    // and the select takes it by itself, in the same poll.
    let mutex = Mutex::new(0);
    let holder = Cell::new(None);
    let guard = held(&mutex);
    let mut waiter = parked(async {
        select::select! {
            biased;
            guard = mutex.lock() => guard,
            () = poll_fn(|_| { drop(holder.take()); Poll::Pending }) => unreachable!(),
        }
    });
    holder.set(Some(guard));
    let guard = waiter.ready();
    assert!(mutex.is_locked() && mutex.waiters() == 0);
    drop(guard);
    drop(waiter);
    assert_idle(&mutex);
}

#[test]
fn a_select_that_is_busy_is_passed_for_one_behind_it() {
    let mutex = Mutex::new(0);
    let holder = Cell::new(None);
    let guard = held(&mutex);
    let mut waiter = parked(async {
        select::select! {
            biased;
            guard = mutex.lock() => Some(guard),
            () = poll_fn(|_| {
                let guard = holder.take();
                if guard.is_some() { Poll::Ready(()) } else { Poll::Pending }
            }) => None,
        }
    });
    let [mut behind] = queue(&mutex);
    holder.set(Some(guard));
    assert!(waiter.ready().is_none(), "the foreign future was ready");
    drop(waiter);
    assert_eq!(behind.wakes(), 1);
    drop(behind.ready());
    assert_idle(&mutex);
}

#[test]
fn two_selects_that_are_busy_at_once() {
    // Goal: one is polled inside the other, and the lock is released inside both.
    let mutex = Mutex::new(0);
    let holder = Cell::new(None);
    let inner = RefCell::new(None);
    let guard = held(&mutex);
    let mut outer = parked(async {
        select::select! {
            biased;
            guard = mutex.lock() => Some(guard),
            () = poll_fn(|_| match &mut *inner.borrow_mut() {
                Some(inner) => { let inner: &mut Task<_> = inner; inner.poll() }
                None => Poll::Pending,
            }) => None,
        }
    });
    *inner.borrow_mut() = Some(parked(async {
        select::select! {
            biased;
            guard = mutex.lock() => drop(guard),
            () = poll_fn(|_| { drop(holder.take()); Poll::Pending }) => unreachable!(),
        }
    }));
    holder.set(Some(guard));
    assert!(outer.ready().is_none(), "the inner one took the lock, and released it");
    drop(outer);
    drop(inner.take());
    assert_idle(&mutex);
}

#[test]
fn a_dynamic_select_keeps_what_it_was_handed() {
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let mut select = Select::new();
    select.add("lock", Box::pin(mutex.lock()));
    let next = parked(select.next());
    drop(guard);
    drop(next);
    assert!(mutex.is_locked(), "it was decided for this arm");
    let (name, guard) = now(select.next()).unwrap();
    assert_eq!(name, "lock");
    drop(guard);
    assert_idle(&mutex);

    let guard = held(&mutex);
    let mut select = Select::new();
    select.add("lock", Box::pin(mutex.lock()));
    let next = parked(select.next());
    drop(guard);
    drop(next);
    drop(select);
    assert_idle(&mutex);
}

#[test]
fn a_pattern_that_misses_gives_the_lock_back() {
    let mutex = Mutex::new(0);
    let mut waiter = task(async {
        select::select! {
            _guard @ None = select::map(mutex.lock(), Some) => unreachable!(),
            else => mutex.is_locked(),
        }
    });
    assert!(!waiter.ready());
    drop(waiter);
    assert_idle(&mutex);
}

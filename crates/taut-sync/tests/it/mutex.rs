//! Who gets a [`Mutex`], and when: first come, first served among those who wait, and newcomers within
//! the bound.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use taut::sync::future::Lock;
use taut::sync::{Mutex, MutexGuard};
use taut_core::Case;

use crate::support::{Task, Wakes, gives_way, now, parked, task};

type Waiting<'a> = Task<Lock<'a, u32>>;

/// A mutex that is held, and by what.
pub(crate) fn held(mutex: &Mutex<u32>) -> MutexGuard<'_, u32> {
    mutex.try_lock().unwrap()
}

/// So many who wait, in this order.
pub(crate) fn queue<const N: usize>(mutex: &Mutex<u32>) -> [Waiting<'_>; N] {
    [(); N].map(|()| parked(mutex.lock()))
}

/// One who was called, and found the lock taken by a newcomer: both.
pub(crate) fn lost(mutex: &Mutex<u32>) -> (Waiting<'_>, MutexGuard<'_, u32>) {
    let guard = held(mutex);
    let mut waiter = parked(mutex.lock());
    drop(guard);
    let newcomer = held(mutex);
    waiter.pending();
    (waiter, newcomer)
}

/// It is free, nobody waits, and it works.
#[track_caller]
pub(crate) fn assert_idle(mutex: &Mutex<u32>) {
    assert_eq!((mutex.is_locked(), mutex.waiters()), (false, 0));
    drop(now(mutex.lock()));
    let guard = held(mutex);
    let [mut next] = queue(mutex);
    drop(guard);
    assert_eq!(next.wakes(), 1);
    drop(next.ready());
    assert!(!mutex.is_locked());
}

/// How often each of them was woken.
pub(crate) fn wakes<const N: usize>(waiting: &[Waiting<'_>; N]) -> [usize; N] {
    std::array::from_fn(|n| waiting[n].wakes())
}

#[test]
fn mu_01_one_at_a_time() {
    let mutex = Mutex::<u32>::default();
    let mut guard = now(mutex.lock());
    *guard += 1;
    assert!(mutex.is_locked() && mutex.try_lock().is_none());
    let [mut next] = queue(&mutex);
    assert_eq!((mutex.waiters(), next.wakes()), (1, 0));
    drop(guard);
    assert_eq!((mutex.is_locked(), next.wakes()), (false, 1));
    assert_eq!(*next.ready(), 1);
    assert_idle(&mutex);
}

#[test]
fn mu_02_it_is_not_reentrant() {
    let mutex = Mutex::new(0);
    let mut twice = task(async {
        let _one = mutex.lock().await;
        let _other = mutex.lock().await;
    });
    (0..3).for_each(|_| twice.pending());
    assert_eq!((twice.wakes(), mutex.is_locked()), (0, true));
    drop(twice);
    assert_idle(&mutex);
}

#[test]
fn mu_05_try_lock_fails_only_while_held() {
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let [mut first, mut second] = queue(&mutex);
    assert!(mutex.try_lock().is_none());
    drop(guard);
    // Somebody was called, and another waits: it is free all the same, again and again.
    for _ in 0..3 {
        drop(held(&mutex));
    }
    let guard = held(&mutex);
    first.pending();
    assert!(mutex.try_lock().is_none());
    drop(guard);
    // Handed over: the first holds it, though it does not know yet.
    assert!(mutex.is_locked() && mutex.try_lock().is_none());
    drop(first.ready());
    drop(second.ready());
    assert_idle(&mutex);
}

#[test]
fn mu_06_of_09_those_who_wait_are_served_in_order() {
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let mut waiting: [_; 5] = queue(&mutex);
    assert_eq!(mutex.waiters(), 5);
    drop(guard);
    for n in 0..5 {
        assert_eq!(wakes(&waiting), std::array::from_fn(|i| usize::from(i <= n)));
        assert_eq!(mutex.waiters(), 4 - n, "who was called does not wait");
        drop(waiting[n].ready());
    }
    assert_idle(&mutex);
}

#[test]
fn mu_06_a_newcomer_may_take_it_before_the_one_who_was_called() {
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let [mut first] = queue(&mutex);
    drop(guard);
    drop(now(mutex.lock()));
    assert_eq!(first.wakes(), 1, "it is on its way already");
    drop(first.ready());
    assert_idle(&mutex);
}

#[test]
fn mu_06_one_is_called_at_a_time() {
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let mut waiting: [_; 3] = queue(&mutex);
    drop(guard);
    for _ in 0..3 {
        drop(held(&mutex));
        assert_eq!(wakes(&waiting), [1, 0, 0]);
    }
    let guard = waiting[0].ready();
    assert_eq!(wakes(&waiting), [1, 0, 0]);
    drop(guard);
    assert_eq!(wakes(&waiting), [1, 1, 0]);
    waiting.iter_mut().skip(1).for_each(|next| drop(next.ready()));
    assert_idle(&mutex);
}

#[test]
fn mu_07_who_was_beaten_once_is_handed_the_lock() {
    let mutex = Mutex::new(0);
    let (mut first, newcomer) = lost(&mutex);
    assert_eq!((first.wakes(), mutex.waiters()), (1, 1), "it waits again");
    drop(newcomer);
    assert_eq!((first.wakes(), mutex.waiters()), (2, 0));
    // Nobody passes it a second time, by any form.
    assert!(mutex.is_locked() && mutex.try_lock().is_none());
    let [mut newer] = queue(&mutex);
    drop(first.ready());
    drop(newer.ready());
    assert_idle(&mutex);
}

#[test]
fn mu_08_who_was_beaten_keeps_its_place_before_the_others() {
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let [mut first, mut second, mut third] = queue(&mutex);
    drop(guard);
    let newcomer = held(&mutex);
    first.pending();
    drop(newcomer);
    assert_eq!([&first, &second, &third].map(Task::wakes), [2, 0, 0]);
    drop(first.ready());
    assert_eq!([&second, &third].map(Task::wakes), [1, 0]);
    drop(second.ready());
    drop(third.ready());
    assert_idle(&mutex);
}

#[test]
fn mu_07_however_many_newcomers_each_waiter_is_passed_in_one_window() {
    // Goal: a newcomer at every turn; each waiter is beaten once, then served, in order.
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let mut waiting: [_; 4] = queue(&mutex);
    drop(guard);
    for n in 0..waiting.len() {
        let newcomer = held(&mutex);
        waiting[n].pending();
        assert!(mutex.try_lock().is_none());
        drop(newcomer);
        assert!(mutex.try_lock().is_none(), "{n} was handed it");
        drop(waiting[n].ready());
        // Each was woken when it was called and when it was handed the lock.
        let expected = std::array::from_fn(|i| if i <= n { 2 } else { usize::from(i == n + 1) });
        assert_eq!(wakes(&waiting), expected);
    }
    assert_idle(&mutex);
}

#[test]
fn mu_06_who_waits_and_looks_by_itself_may_take_a_free_lock() {
    // Goal: polled for another reason while the first is called and the lock is free: a newcomer, no
    // more; and the first, who lost, is handed it.
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let [mut first, mut second] = queue(&mutex);
    drop(guard);
    let guard = second.ready();
    first.pending();
    drop(guard);
    assert!(mutex.is_locked());
    drop(first.ready());
    assert_idle(&mutex);
}

#[test]
fn g_05_polls_without_a_wake_keep_the_place() {
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let [mut first, mut second] = queue(&mutex);
    for _ in 0..3 {
        first.pending();
        second.pending();
    }
    assert_eq!(mutex.waiters(), 2);
    drop(guard);
    assert_eq!([&first, &second].map(Task::wakes), [1, 0]);
    let newcomer = held(&mutex);
    (0..3).for_each(|_| first.pending());
    second.pending();
    assert_eq!(mutex.waiters(), 2);
    drop(newcomer);
    assert_eq!([&first, &second].map(Task::wakes), [2, 0]);
    second.pending();
    drop(first.ready());
    assert_eq!(second.wakes(), 1);
    drop(second.ready());
    assert_idle(&mutex);
}

#[test]
fn g_05_the_waker_of_the_last_poll_is_woken() {
    // Goal: a future that moved to another task in each of its states.
    let mutex = Mutex::new(0);
    let others = [(); 3].map(|()| Wakes::new());
    let wakers = others.each_ref().map(|wakes| Waker::from(Arc::clone(wakes)));
    let guard = held(&mutex);
    let [mut waiter] = queue(&mutex);

    assert!(waiter.poll_with(&wakers[0]).is_pending());
    drop(guard);
    assert_eq!((waiter.wakes(), others[0].count()), (0, 1), "queued");
    let newcomer = held(&mutex);
    assert!(waiter.poll_with(&wakers[1]).is_pending(), "called: it loses with another waker");
    assert!(waiter.poll_with(&wakers[2]).is_pending(), "lost");
    drop(newcomer);
    assert_eq!(others.each_ref().map(|wakes| wakes.count()), [1, 0, 1]);
    drop(waiter.ready());
    assert_idle(&mutex);

    let guard = held(&mutex);
    let [mut waiter] = queue(&mutex);
    drop(guard);
    assert!(waiter.poll_with(&wakers[0]).is_ready(), "called: it takes it with another waker");
    drop(waiter);
    assert_idle(&mutex);
    // Nothing keeps a waker that is no longer of use.
    drop(wakers);
    others.iter().for_each(|wakes| assert_eq!(Arc::strong_count(wakes), 1));
}

#[test]
fn hb_11_a_failed_try_lock_changes_nothing() {
    let mutex = Mutex::new(0);
    let guard = held(&mutex);
    let [mut first] = queue(&mutex);
    (0..3).for_each(|_| assert!(mutex.try_lock().is_none()));
    assert_eq!((first.wakes(), mutex.waiters()), (0, 1));
    drop(guard);
    drop(first.ready());
    assert_idle(&mutex);
}

#[tokio::test]
#[cfg_attr(miri, ignore = "it takes long, and is about scheduling")]
async fn g_11_a_lock_that_is_always_free_gives_way() {
    let mutex = Arc::new(Mutex::new(0));
    gives_way("lock", async || drop(mutex.lock().await)).await;
    gives_way("lock_owned", async || drop(mutex.lock_owned().await)).await;
}

#[test]
#[should_panic(expected = "polled after completion")]
fn g_09_it_is_not_polled_after_completion() {
    let mutex = Mutex::new(0);
    let mut lock = task(mutex.lock());
    drop(lock.ready());
    let _again = lock.poll();
}

/// One that was beaten and waits again, though another is on its way: both, and a newcomer that has
/// the lock.
///
/// Tried as an arm of a select is, a future loses in one step and waits again in the next.
fn beaten_and_called(
    mutex: &Mutex<u32>,
) -> (Pin<Box<Lock<'_, u32>>>, Waiting<'_>, MutexGuard<'_, u32>) {
    let guard = held(mutex);
    let mut first = Box::pin(mutex.lock());
    let mut cx = Context::from_waker(Waker::noop());
    assert!(first.as_mut().poll(&mut cx).is_pending());
    let [second] = queue(mutex);
    drop(guard);
    let newcomer = held(mutex);
    assert!(first.as_mut().attempt(&mut cx).is_pending());
    drop(newcomer);
    assert_eq!(second.wakes(), 1);
    let newcomer = held(mutex);
    assert!(first.as_mut().poll(&mut cx).is_pending());
    (first, second, newcomer)
}

#[test]
fn mu_07_who_was_beaten_goes_before_one_who_is_on_its_way() {
    let mutex = Mutex::new(0);
    let (mut first, mut second, newcomer) = beaten_and_called(&mutex);
    drop(newcomer);
    assert!(mutex.is_locked(), "it was handed to the first");
    second.pending();
    assert!(first.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    drop(second.ready());
    drop(first);
    assert_idle(&mutex);
}

#[test]
fn mu_08_of_two_who_were_beaten_the_first_goes_first() {
    // Goal: the other one is beaten as well, while the first waits.
    let mutex = Mutex::new(0);
    let (mut first, mut second, newcomer) = beaten_and_called(&mutex);
    second.pending();
    drop(newcomer);
    second.pending();
    assert!(first.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    assert!(mutex.is_locked() && second.wakes() == 2, "handed on at once");
    drop(second.ready());
    drop(first);
    assert_idle(&mutex);
}

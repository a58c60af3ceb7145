//! `Cond` with every lock there is; on threads; with producers and consumers that are cancelled. And
//! which type is `Send`, `Sync`, `Unpin`.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::thread;

use taut::select::Case;
use taut::sync::future::{CondWait, WaitWhile};
use taut::sync::{
    Cond, Exclusive, Mutex, MutexGuard, OwnedMutexGuard, OwnedRwLockReadGuard,
    OwnedRwLockWriteGuard, Relock, RwLock, RwLockReadGuard, RwLockWriteGuard,
};

use crate::not_impl::assert_not_impl;
use crate::support::{MANY, Program, ROUNDS, now, parked, race, task};

/// Waits once with this guard, is notified, and has it again.
fn goes_round<G: Relock + Debug>(guard: G, is_free: impl Fn() -> bool) -> G {
    let cond = Cond::new();
    let mut waits = parked(cond.wait(guard));
    assert!(is_free() && cond.notify_one());
    let guard = waits.ready();
    assert!(!is_free());
    guard
}

/// Waits with this guard until what it guards is 1, which `make_it_so` makes.
fn waits_for_one<G: Exclusive<Target = u32> + Debug>(guard: G, make_it_so: impl Fn()) {
    let cond = Cond::new();
    let mut waits = parked(cond.wait_while(guard, |n| {
        let is_less = *n < 1;
        *n = (*n).max(1);
        is_less
    }));
    make_it_so();
    cond.notify_all();
    assert_eq!(*waits.ready(), 1);
}

#[test]
fn co_08_any_lock_will_do() {
    let lock = Arc::new(Mutex::new(0));
    let is_free = || lock.try_lock().is_some();
    drop(goes_round(lock.try_lock().unwrap(), is_free));
    drop(goes_round(lock.try_lock_owned().unwrap(), is_free));
    let rw = Arc::new(RwLock::new(0));
    let is_free = || rw.try_write().is_some();
    drop(goes_round(rw.try_read().unwrap(), is_free));
    drop(goes_round(rw.try_write().unwrap(), is_free));
    drop(goes_round(rw.try_read_owned().unwrap(), is_free));
    drop(goes_round(rw.try_write_owned().unwrap(), is_free));
    assert!(is_free());
}

#[test]
fn co_08_wait_while_takes_the_guards_that_exclude_others() {
    let lock = || Arc::new(Mutex::new(0));
    let one = lock();
    waits_for_one(one.try_lock().unwrap(), || *one.try_lock().unwrap() = 1);
    let one = lock();
    waits_for_one(one.try_lock_owned().unwrap(), || assert!(!one.is_locked()));
    let rw = Arc::new(RwLock::new(0));
    waits_for_one(rw.try_write().unwrap(), || *rw.try_write().unwrap() = 1);
    *rw.try_write().unwrap() = 0;
    waits_for_one(rw.try_write_owned().unwrap(), || assert!(!rw.is_locked()));
}

#[test]
fn co_08_of_many_readers_all_come_back_together() {
    let (cond, rw) = (Cond::new(), RwLock::new(0));
    let mut waiters: Vec<_> =
        (0..MANY).map(|_| parked(cond.wait(rw.try_read().unwrap()))).collect();
    let writes = rw.try_write().unwrap();
    assert_eq!(cond.notify_all(), MANY);
    waiters.iter_mut().for_each(|waits| waits.pending());
    drop(writes);
    let guards: Vec<_> = waiters.iter_mut().map(|waits| waits.ready()).collect();
    assert_eq!(rw.readers(), guards.len());
}

#[test]
fn co_13_a_writer_that_is_dropped_on_its_way_lets_readers_in_and_passes_on() {
    let (cond, rw) = (Cond::new(), RwLock::new(0));
    let mut writer = parked(cond.wait(rw.try_write().unwrap()));
    let mut other = parked(cond.wait(rw.try_read().unwrap()));
    let reads = rw.try_read().unwrap();
    assert!(cond.notify_one());
    writer.pending();
    let mut behind = parked(rw.read());
    drop(writer);
    assert!(behind.answer().is_some() && other.answer().is_some());
    drop(reads);
}

#[test]
fn what_is_guarded_may_be_unsized() {
    let (cond, lock) = (Cond::new(), Arc::new(Mutex::new([0; 3])));
    let lock: Arc<Mutex<[i32]>> = lock;
    let guard = lock.try_lock_owned().unwrap();
    let guard = now(cond.wait_while(guard, |slice| slice.is_empty()));
    let mut waits = parked(cond.wait(guard));
    cond.notify_one();
    assert_eq!(waits.ready().len(), 3);
}

#[test]
fn hb_14_what_comes_before_a_notification_is_seen_by_whom_it_reaches() {
    // Goal: also when it was passed on, and if nothing was written under the lock.
    for _ in 0..ROUNDS {
        let (cond, lock, note) = (Cond::new(), Mutex::new(()), AtomicU64::new(0));
        let first = parked(cond.wait(lock.try_lock().unwrap()));
        let mut second = parked(cond.wait(lock.try_lock().unwrap()));
        let programs: Vec<Program<'_, ()>> = vec![
            Box::new(|| {
                note.store(7, Ordering::Relaxed);
                assert!(cond.notify_one());
            }),
            Box::new(|| {
                while second.poll().map(drop).is_pending() {
                    thread::yield_now();
                }
                assert_eq!(note.load(Ordering::Relaxed), 7);
            }),
            Box::new(|| drop(first)),
        ];
        race(programs);
        assert_eq!(cond.waiters(), 0);
    }
}

#[test]
fn blocking_wait_on_threads() {
    // Goal: a queue with room for one, and as many threads on either side.
    const EACH: u64 = if cfg!(miri) { 2 } else { 500 };
    let (queue, has_room, has_item) = (Mutex::new(None), Cond::new(), Cond::new());
    let sum = AtomicU64::new(0);
    let mut programs: Vec<Program<'_, ()>> = Vec::new();
    for _ in 0..2 {
        programs.push(Box::new(|| {
            for item in 1..=EACH {
                let mut slot = queue.blocking_lock();
                while slot.is_some() {
                    slot = has_room.blocking_wait(slot);
                }
                *slot = Some(item);
                has_item.notify_one();
            }
        }));
        programs.push(Box::new(|| {
            for _ in 0..EACH {
                let mut slot = queue.blocking_lock();
                while slot.is_none() {
                    slot = has_item.blocking_wait(slot);
                }
                sum.fetch_add(slot.take().unwrap(), Ordering::Relaxed);
                has_room.notify_one();
            }
        }));
    }
    race(programs);
    assert_eq!(sum.into_inner(), EACH * (EACH + 1));
}

#[tokio::test]
async fn blocking_wait_refuses_in_a_task() {
    let lock = Arc::new(Mutex::new(0));
    let theirs = lock.clone();
    let refused = tokio::spawn(async move {
        let guard = theirs.lock().await;
        drop(Cond::new().blocking_wait(guard));
    });
    let panic = refused.await.unwrap_err().into_panic();
    assert!(panic.downcast_ref::<String>().unwrap().contains("`blocking_wait` would block"));
    assert!(!lock.is_locked());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn co_13_consumers_that_are_cancelled_lose_no_item() {
    // Goal: each item is notified once, each notification reaches one who stays, whoever is aborted.
    const ITEMS: u32 = if cfg!(miri) { 10 } else { 300 };
    let state = Arc::new((Mutex::new(Vec::<u32>::new()), Cond::new()));
    let consume = |count: u32| {
        let state = state.clone();
        async move {
            for _ in 0..count {
                let guard = state.0.lock().await;
                state.1.wait_while(guard, |items| items.is_empty()).await.pop();
            }
        }
    };
    let stays = tokio::spawn(consume(ITEMS));
    for item in 0..ITEMS {
        let goes = tokio::spawn({
            let state = state.clone();
            async move {
                let guard = state.0.lock().await;
                // Takes nothing, for it is cancelled before, or passes on what it was told.
                drop(state.1.wait(guard).await);
                state.1.notify_one();
            }
        });
        tokio::task::yield_now().await;
        state.0.lock().await.push(item);
        state.1.notify_one();
        goes.abort();
    }
    stays.await.unwrap();
    assert!(state.0.lock().await.is_empty());
}

const fn is_sent<T: Send + Sync + Debug>() {}
const fn is_case<T: Case<Output = G> + Future<Output = G>, G>(_: &T) {}

#[test]
fn co_09_traits_of_cond_and_its_futures() {
    is_sent::<Cond>();
    is_sent::<CondWait<'_, MutexGuard<'_, u32>>>();
    is_sent::<CondWait<'_, OwnedMutexGuard<u32>>>();
    is_sent::<CondWait<'_, RwLockReadGuard<'_, u32>>>();
    is_sent::<CondWait<'_, RwLockWriteGuard<'_, u32>>>();
    is_sent::<CondWait<'_, OwnedRwLockReadGuard<u32>>>();
    is_sent::<CondWait<'_, OwnedRwLockWriteGuard<u32>>>();
    is_sent::<WaitWhile<'_, MutexGuard<'_, u32>, fn(&mut u32) -> bool>>();
    assert_not_impl!(Cond: Clone);
    assert_not_impl!(CondWait<'static, MutexGuard<'static, u32>>: Unpin);
    assert_not_impl!(RwLockReadGuard<'static, u32>: Exclusive);
    let (cond, lock) = (Cond::default(), Mutex::new(0));
    let mut waits = task(cond.wait(lock.try_lock().unwrap()));
    assert_eq!(format!("{cond:?}"), "Cond { waiters: 0 }");
    waits.pending();
    assert_eq!(format!("{cond:?}"), "Cond { waiters: 1 }");
    let wait = cond.wait(lock.try_lock().unwrap());
    is_case(&wait);
    assert_eq!(format!("{wait:?}"), "CondWait(Holding)");
    drop(wait);
    let wait = cond.wait_while(lock.try_lock().unwrap(), |_| true);
    is_case(&wait);
    assert_eq!(format!("{wait:?}"), "WaitWhile(Holding)");
    drop(wait);
    assert_eq!(task(lock.lock()).poll().map(|guard| *guard), Poll::Ready(0));
}

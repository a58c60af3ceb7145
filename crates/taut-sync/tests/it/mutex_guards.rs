//! The guards of a [`Mutex`]: owned, mapped, sent about, dropped in a panic; what can be printed, sent,
//! pinned; and the forms that block.

use std::cell::Cell;
use std::fmt::{Debug, Display};
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use taut::sync::future::{Lock, LockOwned};
use taut::sync::{MappedMutexGuard, Mutex, MutexGuard, OwnedMappedMutexGuard, OwnedMutexGuard};

use crate::mutex::{assert_idle, held, queue};
use crate::not_impl::assert_not_impl;
use crate::support::hooks::panics;
use crate::support::{Census, Task, now, parked, race, task};

const REFUSED: &str = "`blocking_lock` would block a thread that runs async tasks: await `lock` \
                       instead, or call it in `tokio::task::spawn_blocking`";

#[test]
fn mu_04_a_guard_is_dropped_on_another_thread() {
    let mutex = Arc::new(Mutex::new(1));
    let mut guard = now(mutex.lock_owned());
    let mut next = parked(mutex.lock_owned());
    thread::spawn(move || *guard += 1).join().unwrap();
    assert_eq!(*next.ready(), 2);
    assert_idle(&mutex);

    let guard = held(&mutex);
    let [mut next] = queue(&mutex);
    thread::scope(|scope| drop(scope.spawn(move || drop(guard)).join()));
    assert_eq!(next.wakes(), 1);
    drop(next.ready());
    assert_idle(&mutex);
}

#[test]
fn owned_and_borrowed_ones_are_one_lock() {
    let mutex = Arc::new(Mutex::new(1));
    let owned = mutex.try_lock_owned().unwrap();
    assert!(mutex.try_lock().is_none() && mutex.try_lock_owned().is_none());
    assert!(Arc::ptr_eq(OwnedMutexGuard::mutex(&owned), &mutex));
    let mut first = parked(mutex.lock());
    let mut second = parked(mutex.lock_owned());
    drop(owned);
    let guard = first.ready();
    assert!(std::ptr::eq(MutexGuard::mutex(&guard), &*mutex));
    drop(guard);
    let guard = second.ready();
    drop((first, second));
    assert_eq!(Arc::strong_count(&mutex), 2, "of the guard and ours");
    drop(guard);
    assert_eq!(Arc::strong_count(&mutex), 1);
    assert_idle(&mutex);
}

#[test]
fn an_owned_future_keeps_the_mutex_until_it_goes() {
    let mutex = Arc::new(Mutex::new(1));
    let guard = mutex.try_lock_owned().unwrap();
    let mut waiter = parked(mutex.lock_owned());
    drop(mutex);
    drop(guard);
    let guard = waiter.ready();
    let mutex = Arc::downgrade(OwnedMutexGuard::mutex(&guard));
    drop((guard, waiter));
    assert!(mutex.upgrade().is_none());
}

#[test]
fn a_mapped_guard_holds_the_lock() {
    let pair = Mutex::new((1, vec![1, 2]));
    let list = MutexGuard::map(pair.try_lock().unwrap(), |pair| &mut pair.1);
    assert!(pair.is_locked() && pair.try_lock().is_none());
    let mut next = parked(pair.lock());
    let mut last = MappedMutexGuard::map(list, |list| list.last_mut().unwrap());
    *last += 1;
    let last = MappedMutexGuard::try_map(last, |_| None::<&mut u8>).unwrap_err();
    let last = MappedMutexGuard::try_map(last, |last| Some(last)).unwrap();
    assert_eq!((*last, next.wakes()), (3, 0));
    drop(last);
    assert_eq!(next.ready().1, [1, 3]);
    assert!(!pair.is_locked());
    let whole = MutexGuard::try_map(pair.try_lock().unwrap(), |_| None::<&mut u8>).unwrap_err();
    assert_eq!(whole.0, 1);
}

#[test]
fn an_owned_mapped_guard_holds_the_lock_and_the_mutex() {
    let census = Census::default();
    let pair = Arc::new(Mutex::new((1, vec![census.value(1), census.value(2)])));
    let guard = pair.try_lock_owned().unwrap();
    let list = OwnedMutexGuard::map(guard, |pair| &mut pair.1);
    assert!(pair.try_lock().is_none());
    drop(pair);
    let mut last = OwnedMappedMutexGuard::map(list, |list| list.last_mut().unwrap());
    last.id += 1;
    let last = OwnedMappedMutexGuard::try_map(last, |_| None::<&mut u8>).unwrap_err();
    let last = OwnedMappedMutexGuard::try_map(last, |last| Some(&mut last.id)).unwrap();
    let last = thread::spawn(move || {
        assert_eq!(*last, 3);
        last
    })
    .join()
    .unwrap();
    assert_eq!(census.alive(), 2);
    drop(last);
    assert_eq!(census.alive(), 0);

    let mutex = Arc::new(Mutex::new(1));
    let guard = mutex.try_lock_owned().unwrap();
    let guard = OwnedMutexGuard::try_map(guard, |_| None::<&mut u8>).unwrap_err();
    drop(OwnedMutexGuard::try_map(guard, |value| Some(value)).unwrap());
    assert_idle(&mutex);
}

fn part(_: &mut u32) -> &mut u32 {
    panic!("no such part")
}

fn perhaps(_: &mut u32) -> Option<&mut u32> {
    panic!("no such part")
}

#[test]
fn a_mapping_that_panics_unlocks() {
    let mutex = Mutex::new(1);
    let owned = Arc::new(Mutex::new(1));
    let text = "no such part";
    panics(text, || drop(MutexGuard::map(held(&mutex), part)));
    assert_idle(&mutex);
    panics(text, || drop(MutexGuard::try_map(held(&mutex), perhaps)));
    assert_idle(&mutex);
    let mapped = || MutexGuard::map(held(&mutex), |value| value);
    panics(text, || drop(MappedMutexGuard::map(mapped(), part)));
    assert_idle(&mutex);
    panics(text, || drop(MappedMutexGuard::try_map(mapped(), perhaps)));
    assert_idle(&mutex);
    let guard = || owned.try_lock_owned().unwrap();
    panics(text, || drop(OwnedMutexGuard::map(guard(), part)));
    panics(text, || drop(OwnedMutexGuard::try_map(guard(), perhaps)));
    let mapped = || OwnedMutexGuard::map(guard(), |value| value);
    panics(text, || drop(OwnedMappedMutexGuard::map(mapped(), part)));
    panics(text, || drop(OwnedMappedMutexGuard::try_map(mapped(), perhaps)));
    assert_idle(&owned);
    assert_eq!(Arc::strong_count(&owned), 1);
}

#[test]
fn mu_11_a_panic_unlocks_and_poisons_nothing() {
    let mutex = Arc::new(Mutex::new(1));
    let theirs = Arc::clone(&mutex);
    let panicked = thread::spawn(move || {
        let mut guard = theirs.blocking_lock();
        *guard = 2;
        panic!("in the middle");
    });
    assert!(panicked.join().is_err());
    assert_eq!(*now(mutex.lock()), 2);
    assert_idle(&mutex);
}

#[test]
fn everything_shows_its_state() {
    let mutex = Mutex::new(7);
    assert_eq!(format!("{mutex:?}"), "Mutex { value: 7, waiters: 0 }");
    let guard = held(&mutex);
    let [waiter] = queue(&mutex);
    assert_eq!(format!("{mutex:?}"), "Mutex { value: <locked>, waiters: 1 }");
    assert_eq!((format!("{guard:?}"), format!("{guard}")), ("7".into(), "7".into()));
    let mapped = MutexGuard::map(guard, |value| value);
    assert_eq!((format!("{mapped:?}"), format!("{mapped:>3}")), ("7".into(), "  7".into()));
    drop((mapped, waiter));
    assert_idle(&mutex);

    let owned = Arc::new(Mutex::new("a"));
    let guard = owned.try_lock_owned().unwrap();
    assert_eq!((format!("{guard:?}"), format!("{guard}")), ("\"a\"".into(), "a".into()));
    let guard = OwnedMutexGuard::map(guard, |value| value);
    assert_eq!((format!("{guard:?}"), format!("{guard}")), ("\"a\"".into(), "a".into()));
    assert!(format!("{:?} {:?}", mutex.lock(), owned.lock_owned()).contains("Start"));
}

#[test]
fn printing_it_takes_the_lock_from_nobody_for_good() {
    // Goal: printed while one is on its way: that one still gets the lock.
    let mutex = Mutex::new(7);
    let guard = held(&mutex);
    let [mut waiter] = queue(&mutex);
    drop(guard);
    assert_eq!(format!("{mutex:?}"), "Mutex { value: 7, waiters: 0 }");
    drop(waiter.ready());
    assert_idle(&mutex);
}

#[test]
fn the_value_goes_in_and_comes_out() {
    let census = Census::default();
    let mut mutex = Mutex::from(census.value(1));
    mutex.get_mut().id += 1;
    assert_eq!(mutex.into_inner().id, 2);
    assert_eq!(census.alive(), 0);
    drop(Mutex::new(census.value(3)));
    assert_eq!(census.alive(), 0);
    static WORDS: Mutex<Vec<&str>> = Mutex::new(Vec::new());
    WORDS.try_lock().unwrap().push("static");
    assert_eq!(*now(WORDS.lock()), ["static"]);
    assert_eq!(Mutex::<u8>::default().into_inner(), 0);
}

#[test]
fn mu_15_it_guards_what_has_no_size() {
    let list: &Mutex<[u8]> = &Mutex::new([1, 2, 3]);
    now(list.lock())[1] = 7;
    let mut next = task(list.lock());
    assert_eq!(*next.ready(), [1, 7, 3]);
    drop(MutexGuard::map(now(list.lock()), |list| &mut list[1..]));

    let shown: Arc<Mutex<dyn Display + Send>> = Arc::new(Mutex::new(7));
    assert_eq!(now(shown.lock()).to_string(), "7");
    assert_eq!(shown.try_lock_owned().unwrap().to_string(), "7");
    let guard = shown.blocking_lock_owned();
    let mut next = waits(&shown);
    drop(guard);
    assert_eq!(next.ready().to_string(), "7");
    assert!(!shown.is_locked() && format!("{list:?}").contains("[1, 7, 3]"));
}

/// One who waits for what cannot be printed.
fn waits<T: ?Sized>(mutex: &Arc<Mutex<T>>) -> Task<LockOwned<T>> {
    let mut waiter = task(mutex.lock_owned());
    assert!(waiter.poll().is_pending());
    waiter
}

#[test]
fn threads_wait_for_it() {
    let mutex = Arc::new(Mutex::new(0));
    let rounds = if cfg!(miri) { 10 } else { 1000 };
    race::<()>(vec![
        Box::new(|| (0..rounds).for_each(|_| *mutex.blocking_lock() += 1)),
        Box::new(|| (0..rounds).for_each(|_| *mutex.blocking_lock() += 1)),
        Box::new(|| (0..rounds).for_each(|_| *mutex.blocking_lock_owned() += 1)),
    ]);
    assert_eq!(*held(&mutex), 3 * rounds);
    assert_idle(&mutex);
}

#[tokio::test]
async fn blocking_is_refused_in_a_task_if_it_would_wait() {
    let mutex = Arc::new(Mutex::new(0));
    drop(mutex.blocking_lock());
    let guard = mutex.blocking_lock_owned();
    panics(REFUSED, || drop(mutex.blocking_lock()));
    panics("await `lock_owned` instead", || drop(mutex.blocking_lock_owned()));
    assert_eq!(mutex.waiters(), 0);
    drop(guard);
    assert_idle(&mutex);
}

/// `Send`, and not `Sync`.
type OnlySend = Cell<u64>;
/// `Sync`, and not `Send`.
type OnlySync = std::sync::MutexGuard<'static, u64>;
/// Neither.
type Neither = Rc<u64>;

const fn is_send<T: Send>() {}
const fn is_sync<T: Sync>() {}
const fn is_unpin<T: Unpin>() {}
const fn is_debug<T: Debug>() {}

/// Nothing can be done with it but to have it.
struct Mute;

#[test]
fn g_08_a_mutex_is_send_and_sync_if_its_value_is_send() {
    is_send::<Mutex<OnlySend>>();
    is_sync::<Mutex<OnlySend>>();
    assert_not_impl!(Mutex<OnlySync>: Send);
    assert_not_impl!(Mutex<OnlySync>: Sync);
    assert_not_impl!(Mutex<Neither>: Send);
    assert_not_impl!(Mutex<Neither>: Sync);
}

#[test]
fn g_08_a_guard_is_what_a_mutable_reference_is() {
    is_send::<(MutexGuard<'_, OnlySend>, OwnedMutexGuard<OnlySend>)>();
    is_send::<(MappedMutexGuard<'_, OnlySend>, OwnedMappedMutexGuard<OnlySend, OnlySend>)>();
    is_sync::<(MutexGuard<'_, u8>, OwnedMutexGuard<u8>)>();
    is_sync::<(MappedMutexGuard<'_, OnlySync>, OwnedMappedMutexGuard<OnlySend, OnlySync>)>();
    assert_not_impl!(MutexGuard<'static, Neither>: Send);
    assert_not_impl!(MutexGuard<'static, OnlySend>: Sync);
    assert_not_impl!(OwnedMutexGuard<Neither>: Send);
    assert_not_impl!(OwnedMutexGuard<OnlySend>: Sync);
    assert_not_impl!(MappedMutexGuard<'static, Neither>: Send);
    assert_not_impl!(MappedMutexGuard<'static, OnlySync>: Send);
    assert_not_impl!(MappedMutexGuard<'static, OnlySend>: Sync);
    assert_not_impl!(OwnedMappedMutexGuard<Neither, u8>: Send);
    assert_not_impl!(OwnedMappedMutexGuard<u8, Neither>: Send);
    assert_not_impl!(OwnedMappedMutexGuard<Neither, u8>: Sync);
    assert_not_impl!(OwnedMappedMutexGuard<u8, OnlySend>: Sync);
}

#[test]
fn g_08_futures_follow_the_mutex_and_are_pinned() {
    is_send::<(Lock<'_, OnlySend>, LockOwned<OnlySend>)>();
    is_sync::<(Lock<'_, OnlySend>, LockOwned<OnlySend>)>();
    assert_not_impl!(Lock<'static, Neither>: Send);
    assert_not_impl!(LockOwned<Neither>: Send);
    assert_not_impl!(Lock<'static, u8>: Unpin);
    assert_not_impl!(LockOwned<u8>: Unpin);
    is_unpin::<(MutexGuard<'_, u8>, OwnedMutexGuard<u8>, MappedMutexGuard<'_, u8>)>();
    is_unpin::<(Mutex<u8>, OwnedMappedMutexGuard<u8, u8>)>();
    is_debug::<(Lock<'_, Mute>, LockOwned<Mute>)>();
}

//! The guards of an [`RwLock`]: owned, sent about, dropped in a panic; what can be printed, sent, pinned;
//! and the forms that block.

use std::cell::Cell;
use std::fmt::{Debug, Display};
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use taut::sync::future::{Read, ReadOwned, Write, WriteOwned};
use taut::sync::{
    OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, RwLockReadGuard, RwLockWriteGuard,
};

use crate::not_impl::assert_not_impl;
use crate::rw_lock::{assert_idle, reader, reading, writer, writing};
use crate::support::hooks::panics;
use crate::support::{Census, now, parked, race, task};

#[test]
fn rw_09_guards_are_dropped_on_other_threads() {
    let lock = Arc::new(RwLock::new(1));
    let mut guard = now(lock.write_owned());
    let mut read = parked(lock.read_owned());
    thread::spawn(move || *guard += 1).join().unwrap();
    let guard = read.ready();
    let mut write = parked(lock.write_owned());
    thread::spawn(move || assert_eq!(*guard, 2)).join().unwrap();
    drop(write.ready());
    assert_idle(&lock);

    let guard = writing(&lock);
    let mut read = reader(&lock);
    thread::scope(|scope| drop(scope.spawn(move || drop(guard)).join()));
    let guard = read.ready();
    let mut write = writer(&lock);
    thread::scope(|scope| drop(scope.spawn(move || drop(guard)).join()));
    drop(write.ready());
    assert_idle(&lock);
}

#[test]
fn owned_and_borrowed_ones_are_one_lock() {
    let lock = Arc::new(RwLock::new(1));
    let (owned, borrowed) = (lock.try_read_owned().unwrap(), reading(&lock));
    assert_eq!(lock.readers(), 2);
    assert!(Arc::ptr_eq(OwnedRwLockReadGuard::rwlock(&owned), &lock));
    assert!(std::ptr::eq(RwLockReadGuard::rwlock(&borrowed), &*lock));
    assert!(lock.try_write().is_none() && lock.try_write_owned().is_none());
    drop((owned, borrowed));
    let owned = lock.try_write_owned().unwrap();
    assert!(Arc::ptr_eq(OwnedRwLockWriteGuard::rwlock(&owned), &lock));
    assert!(lock.try_read().is_none() && lock.try_read_owned().is_none());
    drop(owned);
    let borrowed = writing(&lock);
    assert!(std::ptr::eq(RwLockWriteGuard::rwlock(&borrowed), &*lock));
    drop(borrowed);
    assert_eq!(Arc::strong_count(&lock), 1);
    assert_idle(&lock);
}

#[test]
fn rw_06_an_owned_writer_reads_on() {
    let census = Census::default();
    let lock = Arc::new(RwLock::new(census.value(1)));
    let mut guard = lock.try_write_owned().unwrap();
    guard.id = 7;
    let mut next = parked(lock.write_owned());
    let mut with = parked(lock.read_owned());
    let guard = OwnedRwLockWriteGuard::downgrade(guard);
    assert_eq!((guard.id, lock.readers(), next.wakes()), (7, 2, 0));
    assert_eq!(with.ready().id, 7);
    drop(guard);
    drop(next.ready());
    drop((next, with));
    assert_eq!((Arc::strong_count(&lock), census.alive()), (1, 1));
    let guard = OwnedRwLockWriteGuard::downgrade(lock.try_write_owned().unwrap());
    drop(lock);
    assert_eq!((guard.id, census.alive()), (7, 1));
    drop(guard);
    assert_eq!(census.alive(), 0);
}

#[test]
fn a_panic_unlocks_and_poisons_nothing() {
    let lock = Arc::new(RwLock::new(1));
    for is_writer in [false, true] {
        let theirs = Arc::clone(&lock);
        let panicked = thread::spawn(move || {
            if is_writer {
                let _guard = theirs.blocking_write();
                panic!("in the middle");
            }
            let _guard = theirs.blocking_read();
            panic!("in the middle");
        });
        assert!(panicked.join().is_err());
        assert_idle(&lock);
    }
}

#[test]
fn everything_shows_its_state() {
    let lock = RwLock::new(7);
    assert_eq!(format!("{lock:?}"), "RwLock { value: 7, readers: 0, waiters: 0 }");
    let guard = reading(&lock);
    assert_eq!(format!("{lock:?}"), "RwLock { value: 7, readers: 1, waiters: 0 }");
    assert_eq!((format!("{guard:?}"), format!("{guard:>2}")), ("7".into(), " 7".into()));
    let waiter = writer(&lock);
    assert_eq!(format!("{lock:?}"), "RwLock { value: <locked>, readers: 1, waiters: 1 }");
    drop((guard, waiter));
    let guard = writing(&lock);
    assert_eq!(format!("{lock:?}"), "RwLock { value: <locked>, readers: 0, waiters: 0 }");
    assert_eq!((format!("{guard:?}"), format!("{guard}")), ("7".into(), "7".into()));
    drop(guard);
    assert_idle(&lock);

    let owned = Arc::new(RwLock::new("a"));
    let guard = owned.try_write_owned().unwrap();
    assert_eq!((format!("{guard:?}"), format!("{guard}")), ("\"a\"".into(), "a".into()));
    let guard = OwnedRwLockWriteGuard::downgrade(guard);
    assert_eq!((format!("{guard:?}"), format!("{guard}")), ("\"a\"".into(), "a".into()));
    assert!(format!("{:?} {:?}", owned.read(), owned.write_owned()).contains("Start"));
}

#[test]
fn the_value_goes_in_and_comes_out() {
    let census = Census::default();
    let mut lock = RwLock::from(census.value(1));
    lock.get_mut().id += 1;
    assert_eq!(lock.into_inner().id, 2);
    drop(RwLock::new(census.value(3)));
    assert_eq!(census.alive(), 0);
    static WORDS: RwLock<Vec<&str>> = RwLock::new(Vec::new());
    WORDS.try_write().unwrap().push("static");
    assert_eq!(*now(WORDS.read()), ["static"]);
    assert_eq!(RwLock::<u8>::default().into_inner(), 0);
}

#[test]
fn it_guards_what_has_no_size() {
    let list: &RwLock<[u8]> = &RwLock::new([1, 2, 3]);
    now(list.write())[1] = 7;
    assert_eq!(*now(list.read()), [1, 7, 3]);
    let shown: Arc<RwLock<dyn Display + Send + Sync>> = Arc::new(RwLock::new(7));
    assert_eq!(shown.blocking_read().to_string(), "7");
    let guard = shown.try_write_owned().unwrap();
    let mut next = task(shown.read_owned());
    assert!(next.poll().is_pending());
    let guard = OwnedRwLockWriteGuard::downgrade(guard);
    assert_eq!((guard.to_string(), next.ready().to_string()), ("7".into(), "7".into()));
    assert!(format!("{list:?}").contains("[1, 7, 3]"));
}

#[test]
fn threads_wait_for_it() {
    let lock = Arc::new(RwLock::new(0));
    let rounds = if cfg!(miri) { 10 } else { 1000 };
    race::<()>(vec![
        Box::new(|| (0..rounds).for_each(|_| *lock.blocking_write() += 1)),
        Box::new(|| (0..rounds).for_each(|_| *lock.blocking_write_owned() += 1)),
        Box::new(|| (0..rounds).for_each(|_| assert!(*lock.blocking_read() <= 2 * rounds))),
        Box::new(|| (0..rounds).for_each(|_| assert!(*lock.blocking_read_owned() <= 2 * rounds))),
    ]);
    assert_eq!(*reading(&lock), 2 * rounds);
    assert_idle(&lock);
}

#[tokio::test]
async fn blocking_is_refused_in_a_task_if_it_would_wait() {
    let lock = Arc::new(RwLock::new(0));
    drop((lock.blocking_read(), lock.blocking_read_owned()));
    drop(lock.blocking_write());
    let guard = lock.blocking_write_owned();
    panics("`blocking_read` would block a thread that runs async tasks: await `read`", || {
        drop(lock.blocking_read());
    });
    panics("await `read_owned` instead", || drop(lock.blocking_read_owned()));
    panics("await `write` instead", || drop(lock.blocking_write()));
    panics("await `write_owned` instead", || drop(lock.blocking_write_owned()));
    assert_eq!(lock.waiters(), 0);
    drop(guard);
    assert_idle(&lock);
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
fn g_08_a_lock_is_shared_if_its_value_can_be() {
    is_send::<(RwLock<u8>, RwLock<OnlySend>)>();
    is_sync::<RwLock<u8>>();
    assert_not_impl!(RwLock<OnlySend>: Sync);
    assert_not_impl!(RwLock<OnlySync>: Sync);
    assert_not_impl!(RwLock<OnlySync>: Send);
    assert_not_impl!(RwLock<Neither>: Send);
    assert_not_impl!(RwLock<Neither>: Sync);
}

#[test]
fn g_08_guards_are_what_references_are() {
    is_send::<(RwLockReadGuard<'_, u8>, RwLockWriteGuard<'_, u8>)>();
    is_send::<(OwnedRwLockReadGuard<u8>, OwnedRwLockWriteGuard<u8>)>();
    is_sync::<(RwLockReadGuard<'_, u8>, RwLockWriteGuard<'_, u8>)>();
    is_sync::<(OwnedRwLockReadGuard<u8>, OwnedRwLockWriteGuard<u8>)>();
    assert_not_impl!(RwLockReadGuard<'static, OnlySend>: Send);
    assert_not_impl!(RwLockReadGuard<'static, OnlySync>: Send);
    assert_not_impl!(RwLockReadGuard<'static, OnlySend>: Sync);
    assert_not_impl!(RwLockWriteGuard<'static, Neither>: Send);
    assert_not_impl!(RwLockWriteGuard<'static, OnlySend>: Sync);
    assert_not_impl!(OwnedRwLockReadGuard<OnlySend>: Send);
    assert_not_impl!(OwnedRwLockReadGuard<OnlySync>: Send);
    assert_not_impl!(OwnedRwLockReadGuard<OnlySend>: Sync);
    assert_not_impl!(OwnedRwLockWriteGuard<Neither>: Send);
    assert_not_impl!(OwnedRwLockWriteGuard<OnlySend>: Sync);
}

#[test]
fn g_08_futures_follow_the_lock_and_are_pinned() {
    is_send::<(Read<'_, u8>, Write<'_, u8>, ReadOwned<u8>, WriteOwned<u8>)>();
    is_sync::<(Read<'_, u8>, Write<'_, u8>, ReadOwned<u8>, WriteOwned<u8>)>();
    assert_not_impl!(Read<'static, OnlySend>: Send);
    assert_not_impl!(Write<'static, OnlySend>: Send);
    assert_not_impl!(ReadOwned<OnlySend>: Send);
    assert_not_impl!(WriteOwned<Neither>: Send);
    assert_not_impl!(Read<'static, u8>: Unpin);
    assert_not_impl!(Write<'static, u8>: Unpin);
    assert_not_impl!(ReadOwned<u8>: Unpin);
    assert_not_impl!(WriteOwned<u8>: Unpin);
    is_unpin::<(RwLockReadGuard<'_, u8>, RwLockWriteGuard<'_, u8>, RwLock<u8>)>();
    is_unpin::<(OwnedRwLockReadGuard<u8>, OwnedRwLockWriteGuard<u8>)>();
    is_debug::<(Read<'_, Mute>, Write<'_, Mute>, ReadOwned<Mute>, WriteOwned<Mute>)>();
}

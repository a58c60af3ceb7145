//! Who gets an [`RwLock`], and when: phases of readers and of writers take turns.

use std::sync::Arc;
use std::task::Waker;

use taut::sync::future::{Read, Write};
use taut::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::support::{MANY, Task, Wakes, gives_way, now, parked, task};

pub(crate) fn reading(lock: &RwLock<u32>) -> RwLockReadGuard<'_, u32> {
    lock.try_read().unwrap()
}

pub(crate) fn writing(lock: &RwLock<u32>) -> RwLockWriteGuard<'_, u32> {
    lock.try_write().unwrap()
}

pub(crate) fn reader(lock: &RwLock<u32>) -> Task<Read<'_, u32>> {
    parked(lock.read())
}

pub(crate) fn writer(lock: &RwLock<u32>) -> Task<Write<'_, u32>> {
    parked(lock.write())
}

/// It is free, nobody waits, and it works.
#[track_caller]
pub(crate) fn assert_idle(lock: &RwLock<u32>) {
    assert_eq!((lock.is_locked(), lock.is_write_locked()), (false, false));
    assert_eq!((lock.readers(), lock.waiters()), (0, 0));
    let mut guards = vec![now(lock.read()), reading(lock)];
    let mut next = writer(lock);
    let mut then = reader(lock);
    drop(guards.pop());
    assert_eq!(next.wakes(), 0);
    drop(guards);
    drop(next.ready());
    drop(then.ready());
    drop(writing(lock));
    drop(now(lock.write()));
    assert_eq!((lock.is_locked(), lock.waiters()), (false, 0));
}

#[test]
fn rw_01_many_readers_or_one_writer() {
    let lock = RwLock::<u32>::default();
    let mut guards = vec![now(lock.read()), now(lock.read()), reading(&lock)];
    assert_eq!((lock.readers(), lock.is_locked(), lock.is_write_locked()), (3, true, false));
    assert!(lock.try_write().is_none());
    let mut next = writer(&lock);
    while let Some(guard) = guards.pop() {
        assert_eq!(next.wakes(), 0);
        drop(guard);
    }
    assert_eq!(next.wakes(), 1);
    // It is handed over, seen or not.
    assert!(lock.is_write_locked() && lock.try_read().is_none() && lock.try_write().is_none());
    let mut guard = next.ready();
    *guard += 1;
    let (mut one, mut other) = (reader(&lock), writer(&lock));
    assert_eq!((lock.readers(), lock.waiters()), (0, 2));
    drop(guard);
    assert_eq!(*one.ready(), 1);
    drop(other.ready());
    assert_idle(&lock);
}

#[test]
fn rw_02_a_writer_that_waits_stops_new_readers() {
    let lock = RwLock::new(0);
    let guard = reading(&lock);
    let mut next = writer(&lock);
    let mut late = reader(&lock);
    assert!(lock.try_read().is_none());
    assert_eq!((lock.readers(), lock.waiters()), (1, 2));
    late.pending();
    drop(guard);
    assert_eq!((next.wakes(), late.wakes()), (1, 0));
    drop(next.ready());
    drop(late.ready());
    assert_idle(&lock);
}

#[test]
fn rw_03_a_writer_waits_for_those_who_read_when_it_came_and_no_others() {
    let lock = RwLock::new(0);
    let guards = [(); 3].map(|()| reading(&lock));
    let mut next = writer(&lock);
    let mut late = [(); 3].map(|()| reader(&lock));
    drop(guards);
    assert_eq!((next.wakes(), lock.is_write_locked()), (1, true));
    drop(next.ready());
    late.iter_mut().for_each(|late| drop(late.ready()));
    assert_idle(&lock);
}

#[test]
fn rw_04_of_10_readers_that_wait_go_before_the_next_writer() {
    // Goal: W1 holds, W2 waits, then R3 and R4 come: W1 R3 R4 W2, although W2 was there first.
    let lock = RwLock::new(0);
    let first = writing(&lock);
    let mut second = writer(&lock);
    let (mut third, mut fourth) = (reader(&lock), reader(&lock));
    drop(first);
    assert_eq!([second.wakes(), third.wakes(), fourth.wakes()], [0, 1, 1]);
    assert_eq!((lock.readers(), lock.waiters()), (2, 1));
    // Who comes in their phase waits for the next.
    let mut fifth = reader(&lock);
    drop(third.ready());
    assert_eq!(second.wakes(), 0);
    drop(fourth.ready());
    assert_eq!((second.wakes(), fifth.wakes()), (1, 0));
    drop(second.ready());
    drop(fifth.ready());
    assert_idle(&lock);
}

#[test]
fn rw_04_phases_alternate_while_there_are_both() {
    // Goal: three writers and as many readers, all there from the start but for readers that come
    // during a phase of readers.
    let lock = RwLock::new(0);
    let guard = writing(&lock);
    let mut writers = [(); 3].map(|()| writer(&lock));
    let mut readers = vec![reader(&lock), reader(&lock)];
    drop(guard);
    for writer in &mut writers {
        assert_eq!((writer.wakes(), lock.readers()), (0, 2));
        let phase: Vec<_> = readers.drain(..).map(|mut reader| reader.ready()).collect();
        readers.extend([(); 2].map(|()| reader(&lock)));
        assert!(readers.iter().all(|reader| reader.wakes() == 0));
        drop(phase);
        assert!(readers.iter().all(|reader| reader.wakes() == 0));
        drop(writer.ready());
    }
    readers.into_iter().for_each(|mut reader| drop(reader.ready()));
    assert_idle(&lock);
}

#[test]
fn rw_04_all_who_wait_read_together() {
    let lock = RwLock::new(0);
    let guard = writing(&lock);
    let mut next = writer(&lock);
    let mut readers: Vec<_> = (0..MANY).map(|_| reader(&lock)).collect();
    drop(guard);
    assert_eq!((lock.readers(), lock.waiters()), (MANY, 1));
    assert!(readers.iter().all(|reader| reader.wakes() == 1));
    let guards: Vec<_> = readers.iter_mut().map(Task::ready).collect();
    drop(guards);
    drop(next.ready());
    assert_idle(&lock);
}

#[test]
fn rw_05_a_read_in_a_read_waits_for_itself_if_a_writer_waits() {
    let lock = RwLock::new(0);
    let guard = reading(&lock);
    let nested = reading(&lock);
    let mut next = writer(&lock);
    drop(nested);
    let mut nested = reader(&lock);
    next.pending();
    nested.pending();
    drop(guard);
    drop(next.ready());
    drop(nested.ready());
    assert_idle(&lock);
}

#[test]
fn rw_07_try_read_fails_while_a_writer_holds_or_waits_only() {
    let lock = RwLock::new(0);
    drop((reading(&lock), reading(&lock)));
    let guard = writing(&lock);
    assert!(lock.try_read().is_none());
    drop(guard);
    let guard = reading(&lock);
    let next = writer(&lock);
    assert!(lock.try_read().is_none());
    drop(next);
    drop(reading(&lock));
    drop(guard);
    assert_idle(&lock);
}

#[test]
fn rw_07_try_write_fails_while_anybody_holds_only() {
    let lock = RwLock::new(0);
    let guard = reading(&lock);
    assert!(lock.try_write().is_none());
    let next = writer(&lock);
    assert!(lock.try_write().is_none());
    drop(next);
    drop(guard);
    let guard = writing(&lock);
    assert!(lock.try_write().is_none());
    drop(guard);
    for _ in 0..100 {
        drop(writing(&lock));
    }
    assert_idle(&lock);
}

#[test]
fn rw_12_writers_are_served_in_order() {
    let lock = RwLock::new(0);
    let guard = reading(&lock);
    let mut writers = [(); 4].map(|()| writer(&lock));
    drop(guard);
    for n in 0..writers.len() {
        let woken: Vec<_> = writers.iter().map(Task::wakes).collect();
        assert_eq!(woken, (0..4).map(|i| usize::from(i <= n)).collect::<Vec<_>>());
        drop(writers[n].ready());
    }
    assert_idle(&lock);
}

#[test]
fn rw_06_a_writer_that_reads_on_takes_the_readers_with_it() {
    let lock = RwLock::new(0);
    let mut guard = writing(&lock);
    *guard = 7;
    let mut next = writer(&lock);
    let mut with = [(); 2].map(|()| reader(&lock));
    let guard = RwLockWriteGuard::downgrade(guard);
    assert_eq!((*guard, lock.readers(), lock.is_write_locked()), (7, 3, false));
    assert_eq!((next.wakes(), with[0].wakes(), with[1].wakes()), (0, 1, 1));
    let mut late = reader(&lock);
    with.iter_mut().for_each(|reader| assert_eq!(*reader.ready(), 7));
    assert_eq!(next.wakes(), 0);
    drop(guard);
    assert_eq!((next.wakes(), late.wakes()), (1, 0));
    drop(next.ready());
    drop(late.ready());
    assert_idle(&lock);
}

#[test]
fn rw_06_a_writer_that_reads_on_alone() {
    let lock = RwLock::new(0);
    let guard = RwLockWriteGuard::downgrade(writing(&lock));
    drop(reading(&lock));
    assert!(lock.try_write().is_none());
    let mut next = writer(&lock);
    assert!(lock.try_read().is_none());
    drop(guard);
    drop(next.ready());

    // Somebody waits to write only.
    let guard = writing(&lock);
    let mut next = writer(&lock);
    let guard = RwLockWriteGuard::downgrade(guard);
    assert_eq!((next.wakes(), lock.readers()), (0, 1));
    assert!(lock.try_read().is_none());
    drop(guard);
    drop(next.ready());
    assert_idle(&lock);
}

#[test]
fn g_05_polls_without_a_wake_keep_the_place() {
    let lock = RwLock::new(0);
    let guard = writing(&lock);
    let (mut one, mut two) = (writer(&lock), writer(&lock));
    let (mut three, mut four) = (reader(&lock), reader(&lock));
    for _ in 0..3 {
        two.pending();
        four.pending();
        one.pending();
        three.pending();
    }
    assert_eq!(lock.waiters(), 4);
    drop(guard);
    (0..3).for_each(|_| two.pending());
    (0..3).for_each(|_| one.pending());
    drop((three.ready(), four.ready()));
    assert_eq!((one.wakes(), two.wakes()), (1, 0));
    two.pending();
    drop(one.ready());
    drop(two.ready());
    assert_idle(&lock);
}

#[test]
fn g_05_the_waker_of_the_last_poll_is_woken() {
    let lock = RwLock::new(0);
    let others = [(); 2].map(|()| Wakes::new());
    let wakers = others.each_ref().map(|wakes| Waker::from(Arc::clone(wakes)));
    let guard = writing(&lock);
    let (mut read, mut write) = (reader(&lock), writer(&lock));
    assert!(read.poll_with(&wakers[0]).is_pending());
    assert!(write.poll_with(&wakers[1]).is_pending());
    drop(guard);
    assert_eq!((read.wakes(), others[0].count(), others[1].count()), (0, 1, 0));
    // Admitted, it completes for whoever polls it.
    let guard = match read.poll_with(&wakers[1]) {
        std::task::Poll::Ready(guard) => guard,
        std::task::Poll::Pending => panic!("it was admitted"),
    };
    drop(guard);
    assert_eq!((write.wakes(), others[1].count()), (0, 1));
    drop(write.ready());
    drop((read, write, wakers));
    others.iter().for_each(|wakes| assert_eq!(Arc::strong_count(wakes), 1));
    assert_idle(&lock);
}

#[test]
fn hb_11_a_failed_try_changes_nothing() {
    let lock = RwLock::new(0);
    let guard = reading(&lock);
    let mut next = writer(&lock);
    for _ in 0..3 {
        assert!(lock.try_read().is_none() && lock.try_write().is_none());
    }
    assert_eq!((next.wakes(), lock.waiters(), lock.readers()), (0, 1, 1));
    drop(guard);
    drop(next.ready());
    assert_idle(&lock);
}

#[tokio::test]
#[cfg_attr(miri, ignore = "it takes long, and is about scheduling")]
async fn g_11_a_lock_that_is_always_free_gives_way() {
    let lock = Arc::new(RwLock::new(0));
    gives_way("read", async || drop(lock.read().await)).await;
    gives_way("write", async || drop(lock.write().await)).await;
    gives_way("read_owned", async || drop(lock.read_owned().await)).await;
    gives_way("write_owned", async || drop(lock.write_owned().await)).await;
}

#[test]
#[should_panic(expected = "polled after completion")]
fn g_09_it_is_not_polled_after_completion() {
    let lock = RwLock::new(0);
    let mut read = task(lock.read());
    drop(read.ready());
    let _again = read.poll();
}

//! Futures of an [`RwLock`] that are dropped, in each of their states, and wakers that panic: the lock is
//! never lost, and nobody waits for one that is gone.

use std::sync::{Arc, Mutex};

use taut::sync::{RwLock, RwLockWriteGuard};

use crate::rw_lock::{assert_idle, reader, reading, writer, writing};
use crate::support::hooks::{Event, bomb, hooked, panics};
use crate::support::{MANY, Task, task};

#[test]
fn g_04_one_that_was_never_polled() {
    let lock = RwLock::new(0);
    let guard = writing(&lock);
    drop((task(lock.read()), task(lock.write())));
    assert_eq!(lock.waiters(), 0);
    drop(guard);
    assert_idle(&lock);
}

#[test]
fn rw_13_a_writer_that_gives_up_lets_the_readers_in() {
    let lock = RwLock::new(0);
    let guard = reading(&lock);
    let next = writer(&lock);
    let mut readers = [(); 2].map(|()| reader(&lock));
    drop(next);
    assert_eq!((lock.readers(), lock.waiters()), (3, 0));
    readers.iter_mut().for_each(|reader| assert_eq!((reader.wakes(), *reader.ready()), (1, 0)));
    drop(guard);
    assert_idle(&lock);
}

#[test]
fn rw_13_the_last_of_several_writers_that_give_up_lets_the_readers_in() {
    // Goal: in any order; the readers wait as long as one of them waits.
    for order in [[0, 0, 0], [2, 1, 0], [1, 1, 0], [1, 0, 0]] {
        let lock = RwLock::new(0);
        let guard = reading(&lock);
        let mut writers = Vec::from([(); 3].map(|()| writer(&lock)));
        let mut read = reader(&lock);
        for n in order {
            assert_eq!(read.wakes(), 0);
            drop(writers.remove(n));
        }
        assert_eq!(read.wakes(), 1);
        drop((read.ready(), guard));
        assert_idle(&lock);
    }
}

#[test]
fn rw_13_more_readers_than_are_woken_at_once() {
    for is_panicking in [false, true] {
        let lock = RwLock::new(0);
        let guard = reading(&lock);
        let next = writer(&lock);
        let mut readers: Vec<_> = (0..MANY).map(|_| reader(&lock)).collect();
        if is_panicking {
            assert!(readers[1].poll_with(&bomb()).is_pending());
            panics("a waker panics", || drop(next));
        } else {
            drop(next);
        }
        assert_eq!((lock.readers(), lock.waiters()), (MANY + 1, 0));
        let unwoken = readers.iter().filter(|reader| reader.wakes() == 0).count();
        assert_eq!(unwoken, usize::from(is_panicking));
        drop(readers.iter_mut().map(Task::ready).collect::<Vec<_>>());
        drop(guard);
        assert_idle(&lock);
    }
}

#[test]
fn g_04_a_writer_in_the_middle() {
    let lock = RwLock::new(0);
    let guard = writing(&lock);
    let (mut one, two, mut three) = (writer(&lock), writer(&lock), writer(&lock));
    drop(two);
    assert_eq!(lock.waiters(), 2);
    drop(guard);
    drop(one.ready());
    drop(three.ready());
    assert_idle(&lock);
}

#[test]
fn g_04_readers_that_wait() {
    for gone in 0..3 {
        let lock = RwLock::new(0);
        let guard = writing(&lock);
        let mut next = writer(&lock);
        let mut readers = Vec::from([(); 3].map(|()| reader(&lock)));
        drop(readers.remove(gone));
        drop(guard);
        assert_eq!((lock.readers(), next.wakes()), (2, 0));
        readers.into_iter().for_each(|mut reader| drop(reader.ready()));
        drop(next.ready());
        assert_idle(&lock);
    }
    // All of them: it is the turn of the writer.
    let lock = RwLock::new(0);
    let guard = writing(&lock);
    let mut next = writer(&lock);
    drop([(); 3].map(|()| reader(&lock)));
    drop(guard);
    drop(next.ready());
    assert_idle(&lock);
}

#[test]
fn g_04_a_writer_that_was_handed_the_lock_passes_it_on() {
    // Goal: to the readers first, as any writer that leaves; else to the next writer; else to nobody.
    for (readers, writers) in [(0, 0), (2, 0), (0, 2), (2, 2)] {
        let lock = RwLock::new(0);
        let guard = reading(&lock);
        let handed = writer(&lock);
        let mut writers: Vec<_> = (0..writers).map(|_| writer(&lock)).collect();
        let mut readers: Vec<_> = (0..readers).map(|_| reader(&lock)).collect();
        drop(guard);
        assert_eq!(handed.wakes(), 1);
        drop(handed);
        assert_eq!(lock.readers(), readers.len());
        assert_eq!(lock.is_write_locked(), readers.is_empty() && !writers.is_empty());
        readers.iter_mut().for_each(|reader| drop(reader.ready()));
        writers.iter_mut().for_each(|writer| drop(writer.ready()));
        assert_idle(&lock);
    }
}

#[test]
fn g_04_readers_that_were_let_in_and_are_dropped_unseen() {
    let lock = RwLock::new(0);
    let guard = writing(&lock);
    let (one, two) = (reader(&lock), reader(&lock));
    let mut next = writer(&lock);
    drop(guard);
    drop(one);
    assert_eq!((lock.readers(), next.wakes()), (1, 0));
    drop(two);
    assert_eq!((lock.readers(), next.wakes()), (0, 1));
    drop(next.ready());
    assert_idle(&lock);
}

#[test]
fn g_06_wakers_that_panic_keep_nobody_out() {
    // Goal: of many readers of one phase, in the first batch and in the last.
    for bombs in [vec![0], vec![MANY - 1], vec![0, 5, MANY - 1]] {
        for is_downgraded in [false, true] {
            let lock = RwLock::new(0);
            let guard = writing(&lock);
            let mut next = writer(&lock);
            let mut readers: Vec<_> = (0..MANY).map(|_| reader(&lock)).collect();
            for &n in &bombs {
                assert!(readers[n].poll_with(&bomb()).is_pending());
            }
            panics("a waker panics", || {
                if is_downgraded { drop(RwLockWriteGuard::downgrade(guard)) } else { drop(guard) }
            });
            assert_eq!((lock.readers(), lock.waiters()), (MANY, 1));
            let woken = readers.iter().map(Task::wakes).sum::<usize>();
            assert_eq!(woken, MANY - bombs.len());
            assert_eq!(next.wakes(), 0);
            drop(readers.iter_mut().map(Task::ready).collect::<Vec<_>>());
            drop(next.ready());
            assert_idle(&lock);
        }
    }
}

#[test]
fn g_06_a_waker_of_a_writer_that_panics() {
    let lock = RwLock::new(0);
    let guard = reading(&lock);
    let mut next = writer(&lock);
    assert!(next.poll_with(&bomb()).is_pending());
    let mut read = reader(&lock);
    panics("a waker panics", || drop(guard));
    assert!(lock.is_write_locked());
    drop(next.ready());
    drop(read.ready());
    assert_idle(&lock);
}

#[test]
fn rw_04_many_who_leave_while_others_are_still_let_in() {
    // Goal: the first waker drops what was let in so far, among the rest of a phase of many: the phase
    // goes on, and the writer comes after it.
    static LOCK: RwLock<u32> = RwLock::new(0);
    let lock = &LOCK;
    let guard = writing(lock);
    let mut next = writer(lock);
    let early: Arc<Mutex<Vec<_>>> = Arc::default();
    let mine = Arc::clone(&early);
    let mut first = task(lock.read());
    let leave = hooked(move |event| {
        if event == Event::Wake {
            drop(std::mem::take(&mut *mine.lock().unwrap()));
        }
    });
    assert!(first.poll_with(&leave).is_pending());
    early.lock().unwrap().extend((0..20).map(|_| reader(lock)));
    let mut late: Vec<_> = (0..MANY).map(|_| reader(lock)).collect();
    drop(guard);
    assert_eq!((lock.readers(), lock.waiters()), (MANY + 1, 1));
    drop(first.ready());
    late.iter_mut().for_each(|reader| drop(reader.ready()));
    drop(next.ready());
    assert_idle(lock);
}

#[test]
fn rw_04_who_comes_while_a_phase_is_let_in_waits_for_the_next() {
    // Goal: of a phase of many, let in batch by batch, the first waker begins to read beside them: a
    // writer waits, so that is for the next phase.
    static LOCK: RwLock<u32> = RwLock::new(0);
    let lock = &LOCK;
    let guard = writing(lock);
    let mut next = writer(lock);
    let late: Arc<Mutex<Vec<_>>> = Arc::default();
    let theirs = Arc::clone(&late);
    let come = hooked(move |event| {
        if event == Event::Wake {
            theirs.lock().unwrap().push(reader(lock));
        }
    });
    let mut first = task(lock.read());
    assert!(first.poll_with(&come).is_pending());
    let mut readers: Vec<_> = (0..MANY).map(|_| reader(lock)).collect();
    drop(guard);
    assert_eq!((lock.readers(), lock.waiters()), (MANY + 1, 2));
    drop(first.ready());
    readers.iter_mut().for_each(|reader| drop(reader.ready()));
    let mut late = std::mem::take(&mut *late.lock().unwrap());
    assert_eq!((next.wakes(), late[0].wakes()), (1, 0));
    drop(next.ready());
    drop(late[0].ready());
    assert_idle(lock);
}

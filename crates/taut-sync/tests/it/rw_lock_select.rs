//! An [`RwLock`] in selects: arms that win, that lose without a trace, writers that were decided
//! elsewhere, and selects that are busy.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use taut::chan::{self, Sender};
use taut::select::{self, Select};
use taut::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::rw_lock::{assert_idle, reader, reading, writer, writing};
use crate::support::hooks::{Event, OnDrop, hooked, panics};
use crate::support::{Task, holding, now, parked, task};

/// Waits to write in a select, which is decided for something else when a value is sent.
fn selecting_write(
    lock: &RwLock<u32>,
) -> (Sender<u32>, Task<impl Future<Output = Option<RwLockWriteGuard<'_, u32>>>>) {
    let (tx, rx) = chan::bounded(1);
    let waiter = parked(async move {
        select::select! { biased; guard = lock.write() => Some(guard), _ = rx.recv() => None }
    });
    (tx, waiter)
}

/// The same to read.
fn selecting_read(
    lock: &RwLock<u32>,
) -> (Sender<u32>, Task<impl Future<Output = Option<RwLockReadGuard<'_, u32>>>>) {
    let (tx, rx) = chan::bounded(1);
    let waiter = parked(async move {
        select::select! { biased; guard = lock.read() => Some(guard), _ = rx.recv() => None }
    });
    (tx, waiter)
}

/// Waits to write in a select whose other arm runs `step` whenever it is polled again.
fn busy_write<'a>(
    lock: &'a RwLock<u32>,
    mut step: impl FnMut() -> Poll<()> + 'a,
) -> Task<impl Future<Output = Option<RwLockWriteGuard<'a, u32>>>> {
    parked(async move {
        select::select! {
            biased;
            guard = lock.write() => Some(guard),
            () = poll_fn(|_| step()) => None,
        }
    })
}

#[test]
fn se_07_arms_that_win() {
    let lock = RwLock::new(0);
    let guard = reading(&lock);
    let (_open, mut write) = selecting_write(&lock);
    let (_open, mut read) = selecting_read(&lock);
    assert_eq!(lock.waiters(), 2);
    drop(guard);
    assert_eq!((write.wakes(), read.wakes(), lock.is_write_locked()), (1, 0, true));
    drop(write.ready().unwrap());
    assert_eq!((read.wakes(), lock.readers()), (1, 1));
    drop(read.ready().unwrap());
    assert_idle(&lock);
}

#[test]
fn se_06_arms_that_lose_leave_no_trace() {
    let lock = RwLock::new(0);
    let guard = writing(&lock);
    let (_full, rx) = holding(7);
    for _ in 0..20 {
        let won = now(async {
            select::select! {
                _ = lock.read() => 0,
                _ = lock.write() => 0,
                got = rx.recv() => { let _open = &_full; got.unwrap() },
            }
        });
        assert_eq!((won, lock.waiters()), (7, 0));
        _full.try_send(7).unwrap();
    }
    drop(guard);
    assert_idle(&lock);
}

#[test]
fn g_04_selects_that_are_dropped() {
    // Goal: as they wait, or when they were handed the lock.
    for is_handed in [false, true] {
        let lock = RwLock::new(0);
        let guard = reading(&lock);
        let (_open, write) = selecting_write(&lock);
        let mut read = reader(&lock);
        if is_handed {
            drop(guard);
            assert!(lock.is_write_locked());
            drop(write);
        } else {
            drop(write);
            drop(guard);
        }
        assert_eq!(read.wakes(), 1);
        drop(read.ready());
        assert_idle(&lock);
    }
}

#[test]
fn se_17_to_read_and_to_write_in_one_select() {
    let lock = RwLock::new(0);
    let both = || async {
        select::select! { _guard = lock.read() => 'r', _guard = lock.write() => 'w' }
    };
    // Free: either. Read: to read only, whatever was tried before. Written: it waits for both.
    assert!(['r', 'w'].contains(&now(both())));
    let guard = reading(&lock);
    (0..20).for_each(|_| assert_eq!(now(both()), 'r'));
    drop(guard);
    let guard = writing(&lock);
    let mut waiter = parked(both());
    assert_eq!(lock.waiters(), 2);
    waiter.pending();
    drop(guard);
    assert_eq!(waiter.ready(), 'r');
    drop(waiter);
    assert_idle(&lock);
}

#[test]
fn se_17_to_write_twice_in_one_select() {
    let lock = RwLock::new(0);
    let twice = || async {
        select::select! { _guard = lock.write() => 0, _guard = lock.write() => 1 }
    };
    assert!(now(twice()) < 2);
    let guard = reading(&lock);
    let mut waiter = parked(twice());
    waiter.pending();
    let mut read = reader(&lock);
    drop(guard);
    let _which = waiter.ready();
    drop(waiter);
    drop(read.ready());
    assert_idle(&lock);
}

#[test]
fn se_05_default_is_taken_while_it_waits_only() {
    let lock = RwLock::new(0);
    let read = || async {
        select::select! { _ = lock.read() => true, default => false }
    };
    let write = || async {
        select::select! { _ = lock.write() => true, default => false }
    };
    assert!(now(read()) && now(write()));
    let guard = reading(&lock);
    assert!(now(read()) && !now(write()));
    let next = writer(&lock);
    assert!(!now(read()) && !now(write()));
    drop((next, guard));
    let guard = writing(&lock);
    assert!(!now(read()) && !now(write()));
    drop(guard);
    assert_idle(&lock);
}

#[test]
fn rw_13_a_writer_whose_select_decided_elsewhere_lets_the_readers_in() {
    let lock = RwLock::new(0);
    let guard = reading(&lock);
    let (tx, mut write) = selecting_write(&lock);
    let mut read = reader(&lock);
    tx.try_send(7).unwrap();
    assert!(write.ready().is_none());
    assert_eq!((read.wakes(), lock.readers()), (1, 2));
    drop((read.ready(), guard));
    assert_idle(&lock);
}

#[test]
fn rw_13_whoever_met_it_after_it_decided() {
    // Goal: decided elsewhere and not polled yet, the writer is met, and taken out, by somebody else;
    // the readers that it kept out go in when it leaves, at the latest.
    type Meet = fn(&RwLock<u32>);
    let meetings: [(&str, Meet); 4] = [
        ("try_read", |lock| drop(reading(lock))),
        ("try_write", |lock| assert!(lock.try_write().is_none())),
        ("read", |lock| drop(now(lock.read()))),
        ("write", |lock| drop(writer(lock))),
    ];
    for (name, meet) in meetings {
        let lock = RwLock::new(0);
        let guard = reading(&lock);
        let (tx, mut write) = selecting_write(&lock);
        let mut read = reader(&lock);
        tx.try_send(7).unwrap();
        meet(&lock);
        assert!(write.ready().is_none());
        assert_eq!(read.wakes(), 1, "{name}");
        drop((read.ready(), guard));
        assert_idle(&lock);
    }
}

#[test]
fn y3_a_lock_is_not_left_free_behind_a_writer_that_somebody_else_took_out() {
    // Goal: a select that waits to write is busy; a writer tries in vain, the lock is released, and the
    // writer queues behind the select; the select is dropped, and the next writer to come takes it out
    // before it leaves by itself. The first writer must get the lock all the same. Method: a foreign
    // future of the select runs this as it is polled, panics, and goes on as it is dropped, before the
    // other arm; and the lock is released as the writer's waker is cloned, when it goes to wait.
    static LOCK: RwLock<u32> = RwLock::new(0);
    let lock = &LOCK;
    let holder = Arc::new(Mutex::new(Some(reading(lock))));
    let release = hooked(move |event| {
        if event == Event::Clone {
            drop(holder.lock().unwrap().take());
        }
    });
    let is_armed = &Cell::new(false);
    let behind = &RefCell::new(Vec::new());
    let step = OnDrop(move || behind.borrow_mut().push(writer(lock)));
    let foreign = poll_fn(move |_| {
        let _until_dropped = &step;
        if is_armed.get() {
            let mut next = task(lock.write());
            assert!(next.poll_with(&release).is_pending());
            assert!(!lock.is_locked());
            behind.borrow_mut().push(next);
            panic!("in the middle");
        }
        Poll::<()>::Pending
    });
    let mut first = parked(select::first((select::future(foreign), lock.write())));
    is_armed.set(true);
    panics("in the middle", || drop(first.poll()));
    drop(first);
    assert!(lock.is_write_locked(), "it is handed to the first writer");
    let behind = behind.take();
    assert_eq!(behind.len(), 2);
    behind.into_iter().for_each(|mut next| drop(next.ready()));
    assert_idle(lock);
}

#[test]
fn a_writer_that_is_busy_sees_what_it_missed() {
    let lock = RwLock::new(0);
    let holder = Cell::new(None);
    let guard = reading(&lock);
    let mut write = busy_write(&lock, || {
        drop(holder.take());
        Poll::Pending
    });
    holder.set(Some(guard));
    let guard = write.ready().unwrap();
    assert!(lock.is_write_locked());
    drop(guard);
    drop(write);
    assert_idle(&lock);
}

#[test]
fn a_writer_that_is_busy_is_passed_by_the_readers_behind_it() {
    // Goal: when the last reader leaves, and the only writer cannot be claimed, the readers go in; the
    // writer keeps its place.
    let lock = RwLock::new(0);
    let holder = Cell::new(None);
    let guard = reading(&lock);
    let mut write = busy_write(&lock, || {
        drop(holder.take());
        Poll::Pending
    });
    let mut read = reader(&lock);
    holder.set(Some(guard));
    write.pending();
    assert_eq!((read.wakes(), lock.readers()), (1, 1));
    assert!(lock.try_read().is_none(), "it waits again");
    drop(read.ready());
    drop(write.ready().unwrap());
    drop(write);
    assert_idle(&lock);
}

#[test]
fn a_reader_that_is_busy_sees_what_it_missed() {
    for has_writer in [false, true] {
        let lock = RwLock::new(0);
        let holder = Cell::new(None);
        let guard = writing(&lock);
        let mut read = parked(async {
            select::select! {
                biased;
                guard = lock.read() => guard,
                () = poll_fn(|_| { drop(holder.take()); Poll::Pending }) => unreachable!(),
            }
        });
        let mut next = has_writer.then(|| writer(&lock));
        holder.set(Some(guard));
        if let Some(next) = &mut next {
            // It could not be claimed, so the writer was next.
            read.pending();
            drop(next.ready());
        }
        drop(read.ready());
        drop((read, next));
        assert_idle(&lock);
    }
}

#[test]
fn rw_04_a_phase_of_selects() {
    // Goal: more than are woken at once, tasks and selects, some of them decided elsewhere.
    let lock = RwLock::new(0);
    let guard = writing(&lock);
    let mut next = writer(&lock);
    let mut tasks: Vec<_> = (0..20).map(|_| reader(&lock)).collect();
    let (open, mut selects): (Vec<_>, Vec<_>) = (0..20).map(|_| selecting_read(&lock)).unzip();
    open.iter().step_by(3).for_each(|tx| tx.try_send(7).unwrap());
    drop(guard);
    assert_eq!((lock.readers(), next.wakes()), (20 + 13, 0));
    let guards: Vec<_> = selects.iter_mut().map(Task::ready).collect();
    for (n, guard) in guards.iter().enumerate() {
        assert_eq!(guard.is_none(), n % 3 == 0);
    }
    drop(guards);
    tasks.iter_mut().for_each(|task| drop(task.ready()));
    drop(next.ready());
    drop((selects, open));
    assert_idle(&lock);
}

#[test]
fn a_dynamic_select_keeps_what_it_was_handed() {
    let lock = RwLock::new(0);
    let guard = reading(&lock);
    let mut select = Select::new();
    select.add("write", Box::pin(lock.write()));
    let next = parked(select.next());
    drop(guard);
    drop(next);
    assert!(lock.is_write_locked());
    drop(now(select.next()).unwrap());
    assert_idle(&lock);
}

#[test]
fn one_that_waited_before_becomes_a_case() {
    // Goal: it gives up its place; if it was handed the lock it has it.
    let lock = RwLock::new(0);
    let guard = reading(&lock);
    let mut lost = Box::pin(lock.write());
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(lost.as_mut().poll(&mut cx).is_pending());
    let mut read = reader(&lock);
    let won = now(async {
        select::select! { _ = lost => true, default => false }
    });
    assert!(!won && read.wakes() == 1);
    drop((read.ready(), guard));
    assert_idle(&lock);

    let guard = reading(&lock);
    let mut handed = Box::pin(lock.write());
    assert!(handed.as_mut().poll(&mut cx).is_pending());
    drop(guard);
    let won = now(async {
        select::select! { _ = handed => true, default => false }
    });
    assert!(won);
    assert_idle(&lock);
}

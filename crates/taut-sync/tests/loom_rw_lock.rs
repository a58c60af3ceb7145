//! Models of a read-write lock: two or three threads, every interleaving within the preemption bound, one
//! question each. What it guards is loom's, so that a writer beside anybody else is a fault.
//!
//! Run by `cargo x loom`.

#![cfg(taut_loom)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "../../taut-chan/tests/support/models.rs"]
mod models;
#[path = "../../taut-chan/tests/support/select.rs"]
mod select;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use loom::cell::UnsafeCell;
use loom::future::block_on;
use loom::thread::{self, JoinHandle};
use models::{model, model_of_three, once};
use select::{Either, select};
use taut_sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// Loom's cell, as something that readers may share.
struct Guarded(UnsafeCell<u32>);

// SAFETY: the lock is between, which is what the models are about.
unsafe impl Sync for Guarded {}

type Shared = Arc<RwLock<Guarded>>;

fn shared() -> Shared {
    Arc::new(RwLock::new(Guarded(UnsafeCell::new(0))))
}

/// Counts, under the lock.
fn count(guard: &OwnedRwLockWriteGuard<Guarded>) {
    // SAFETY: it is locked.
    guard.0.with_mut(|p| unsafe { *p += 1 });
}

/// Looks, under the lock.
fn look(guard: &OwnedRwLockReadGuard<Guarded>) -> u32 {
    // SAFETY: it is locked.
    guard.0.with(|p| unsafe { *p })
}

fn total(lock: &Shared) -> u32 {
    look(&block_on(lock.read_owned()))
}

fn write(lock: &Shared) -> JoinHandle<()> {
    let lock = lock.clone();
    thread::spawn(move || count(&block_on(lock.write_owned())))
}

fn read(lock: &Shared) -> JoinHandle<()> {
    let lock = lock.clone();
    thread::spawn(move || _ = look(&block_on(lock.read_owned())))
}

/// Comes to wait, and waits no longer than that.
fn once_write(lock: &Shared) -> JoinHandle<()> {
    let lock = lock.clone();
    thread::spawn(move || drop(block_on(once(lock.write_owned())).inspect(count)))
}

fn once_read(lock: &Shared) -> JoinHandle<()> {
    let lock = lock.clone();
    thread::spawn(move || drop(block_on(once(lock.read_owned())).inspect(|guard| _ = look(guard))))
}

/// Waits already.
fn queued<F: Future>(future: F) -> Pin<Box<F>> {
    let mut future = Box::pin(future);
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    future
}

fn all<const N: usize>(threads: [JoinHandle<()>; N]) {
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn rw_01_hb_10_writers_and_readers_keep_apart() {
    model(|| {
        let lock = shared();
        let others = [write(&lock), read(&lock)];
        count(&block_on(lock.write_owned()));
        all(others);
        assert_eq!(total(&lock), 2);
    });
}

#[test]
fn rw_07_those_who_try_keep_apart() {
    model(|| {
        let lock = shared();
        let theirs = lock.clone();
        let writer = thread::spawn(move || drop(theirs.try_write_owned().inspect(count)));
        let reader = read(&lock);
        drop(lock.try_read_owned().inspect(|guard| _ = look(guard)));
        all([writer, reader]);
        assert!(total(&lock) < 2);
    });
}

#[test]
fn y3_the_last_reader_leaves_as_a_writer_comes() {
    model(|| {
        let lock = shared();
        let guard = lock.try_read_owned().unwrap();
        let writer = write(&lock);
        drop(guard);
        writer.join().unwrap();
        assert_eq!(total(&lock), 1);
    });
}

#[test]
fn y3_two_readers_leave_as_a_writer_comes() {
    model(|| {
        let lock = shared();
        let guards = [(); 2].map(|()| lock.try_read_owned().unwrap());
        let writer = write(&lock);
        let [one, other] = guards;
        let leaving = thread::spawn(move || assert!(look(&one) == 0));
        assert_eq!(look(&other), 0);
        drop(other);
        all([writer, leaving]);
        assert_eq!(total(&lock), 1);
    });
}

#[test]
fn rw_13_the_last_reader_leaves_as_a_writer_gives_up_before_a_reader() {
    model(|| {
        let lock = shared();
        let guard = lock.try_read_owned().unwrap();
        let writer = queued(lock.write_owned());
        let behind = queued(lock.read_owned());
        let quitter = thread::spawn(move || drop(writer));
        let reader = thread::spawn(move || _ = look(&block_on(behind)));
        drop(guard);
        all([quitter, reader]);
        assert_eq!(total(&lock), 0);
    });
}

#[test]
fn rw_13_a_writer_comes_and_goes_as_a_reader_comes() {
    model(|| {
        let lock = shared();
        let guard = lock.try_read_owned().unwrap();
        let others = [once_write(&lock), read(&lock)];
        drop(guard);
        all(others);
        assert!(total(&lock) < 2);
    });
}

#[test]
fn y3_a_writer_that_was_handed_the_lock_gives_up_as_others_come() {
    model_of_three(|| {
        let lock = shared();
        let guard = lock.try_read_owned().unwrap();
        let writer = queued(lock.write_owned());
        drop(guard);
        let quitter = thread::spawn(move || drop(writer));
        let reader = read(&lock);
        count(&block_on(lock.write_owned()));
        all([quitter, reader]);
        assert_eq!(total(&lock), 1);
    });
}

#[test]
fn y3_a_writer_leaves_as_readers_come_and_go() {
    model(|| {
        let lock = shared();
        let guard = lock.try_write_owned().unwrap();
        let others = [read(&lock), once_read(&lock)];
        count(&guard);
        drop(guard);
        all(others);
        assert_eq!(total(&lock), 1);
    });
}

#[test]
fn rw_04_a_writer_leaves_as_readers_give_up_before_a_writer() {
    model(|| {
        let lock = shared();
        let guard = lock.try_write_owned().unwrap();
        let waiting = queued(lock.read_owned());
        let next = queued(lock.write_owned());
        let quitter = thread::spawn(move || drop(waiting));
        let writer = thread::spawn(move || count(&block_on(next)));
        count(&guard);
        drop(guard);
        all([quitter, writer]);
        assert_eq!(total(&lock), 2);
    });
}

#[test]
fn rw_04_a_phase_of_readers_leaves_before_a_writer() {
    model(|| {
        let lock = shared();
        let guard = lock.try_write_owned().unwrap();
        let readers = [(); 2].map(|()| queued(lock.read_owned()));
        let next = queued(lock.write_owned());
        count(&guard);
        drop(guard);
        let readers =
            readers.map(|reader| thread::spawn(move || assert_eq!(look(&block_on(reader)), 1)));
        count(&block_on(next));
        all(readers);
        assert_eq!(total(&lock), 2);
    });
}

#[test]
fn rw_06_a_writer_reads_on_as_others_come() {
    model(|| {
        let lock = shared();
        let guard = lock.try_write_owned().unwrap();
        let others = [read(&lock), write(&lock)];
        count(&guard);
        let guard = OwnedRwLockWriteGuard::downgrade(guard);
        assert_eq!(look(&guard), 1);
        drop(guard);
        all(others);
        assert_eq!(total(&lock), 2);
    });
}

#[test]
fn rw_06_a_writer_reads_on_as_a_writer_gives_up() {
    model(|| {
        let lock = shared();
        let guard = lock.try_write_owned().unwrap();
        let next = queued(lock.write_owned());
        let quitter = thread::spawn(move || drop(next));
        let reader = read(&lock);
        let guard = OwnedRwLockWriteGuard::downgrade(guard);
        all([reader]);
        drop(guard);
        all([quitter]);
        count(&lock.try_write_owned().unwrap());
    });
}

#[test]
fn g_05_one_who_moved_to_another_thread_is_woken_there() {
    model(|| {
        let lock = shared();
        let guard = lock.try_write_owned().unwrap();
        let reader = queued(lock.read_owned());
        let writer = queued(lock.write_owned());
        let others = [
            thread::spawn(move || _ = look(&block_on(reader))),
            thread::spawn(move || count(&block_on(writer))),
        ];
        drop(guard);
        all(others);
        assert_eq!(total(&lock), 1);
    });
}

#[test]
fn rw_13_a_writer_that_was_decided_elsewhere_keeps_nobody_out() {
    // Whoever meets it, before it leaves or after.
    model_of_three(|| {
        let lock = shared();
        let guard = lock.try_read_owned().unwrap();
        let (tx, rx) = taut_chan::bounded(1);
        let arm = lock.clone();
        let select = thread::spawn(move || {
            block_on(async {
                match select(arm.write_owned(), rx.recv()).await {
                    Either::A(guard) => count(&guard),
                    Either::B(got) => got.unwrap(),
                }
            });
        });
        let reader = read(&lock);
        _ = tx.try_send(());
        drop(lock.try_read_owned());
        all([reader, select]);
        drop(guard);
        assert!(total(&lock) < 2);
    });
}

#[test]
fn y3_an_arm_and_two_writers_wait_for_the_last_reader() {
    // The arm is busy, or decided elsewhere, when it is met.
    model_of_three(|| {
        let lock = shared();
        let guard = lock.try_read_owned().unwrap();
        let (tx, rx) = taut_chan::bounded(1);
        let arm = lock.clone();
        let select = thread::spawn(move || {
            block_on(async {
                match select(arm.write_owned(), rx.recv()).await {
                    Either::A(guard) => count(&guard),
                    Either::B(got) => got.unwrap(),
                }
            });
        });
        let writer = write(&lock);
        drop(guard);
        _ = tx.try_send(());
        count(&block_on(lock.write_owned()));
        all([select, writer]);
        assert!(total(&lock) > 1);
    });
}

#[test]
fn an_arm_to_read_and_one_to_write_meet_the_end_of_a_writer() {
    model(|| {
        let lock = shared();
        let guard = lock.try_write_owned().unwrap();
        let both = lock.clone();
        let select = thread::spawn(move || {
            block_on(async {
                match select(both.write_owned(), both.read_owned()).await {
                    Either::A(guard) => count(&guard),
                    Either::B(guard) => _ = look(&guard),
                }
            });
        });
        let writer = write(&lock);
        drop(guard);
        all([select, writer]);
        assert!(total(&lock) > 0);
    });
}

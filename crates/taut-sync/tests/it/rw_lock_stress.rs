//! Many tasks and threads at one [`RwLock`], some of which give up at any point: everything ends, no
//! writer is beside anybody else, and nothing is lost.

use std::sync::Arc;

use taut::chan;
use taut::select;
use taut::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};
use tokio::task::yield_now;

use crate::mutex_stress::{Dice, impatient};
use crate::support::{ROUNDS, race};

/// What each task does so often.
const COUNT: u32 = if cfg!(debug_assertions) { 10_000 } else { 20_000 };

/// Two numbers that are the same whenever nobody writes.
type Pair = (u32, u32);

#[track_caller]
fn assert_idle(lock: &RwLock<Pair>) {
    assert_eq!((lock.is_locked(), lock.readers(), lock.waiters()), (false, 0, 0));
    drop(lock.try_write().unwrap());
    drop(lock.try_read().unwrap());
}

/// Adds one, in two steps; then reads on, perhaps.
async fn write(mut guard: OwnedRwLockWriteGuard<Pair>, dice: &mut Dice) -> u32 {
    guard.0 += 1;
    if dice.below(4) == 0 {
        yield_now().await;
    }
    guard.1 += 1;
    if dice.below(3) == 0 {
        read(OwnedRwLockWriteGuard::downgrade(guard), dice).await;
    }
    1
}

async fn read(guard: OwnedRwLockReadGuard<Pair>, dice: &mut Dice) -> u32 {
    let before = *guard;
    if dice.below(4) == 0 {
        yield_now().await;
    }
    assert_eq!((guard.0, *guard), (guard.1, before));
    0
}

/// Takes the lock in every way there is; how often it wrote.
async fn hammer(lock: Arc<RwLock<Pair>>, seed: usize) -> u32 {
    let mut dice = Dice::new(seed);
    let mut wrote = 0;
    let (_open, idle) = chan::bounded::<()>(1);
    for _ in 0..COUNT {
        let polls = dice.below(4);
        let (reads, writes) = match dice.below(12) {
            0..=2 => (Some(lock.read_owned().await), None),
            3 | 4 => (None, Some(lock.write_owned().await)),
            5 => (lock.try_read_owned(), None),
            6 => (None, lock.try_write_owned()),
            7 => (impatient(lock.read_owned(), polls).await, None),
            8 => (None, impatient(lock.write_owned(), polls).await),
            9 => select::select! {
                guard = lock.read_owned() => (Some(guard), None),
                guard = lock.write_owned() => (None, Some(guard)),
            },
            10 => select::select! {
                guard = lock.write_owned() => (None, Some(guard)),
                _ = idle.recv() => unreachable!("nobody sends"),
            },
            _ => select::select! {
                guard = lock.write_owned() => (None, Some(guard)),
                default => (None, None),
            },
        };
        if let Some(guard) = reads {
            wrote += read(guard, &mut dice).await;
        }
        if let Some(guard) = writes {
            wrote += write(guard, &mut dice).await;
        }
    }
    wrote
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rw_01_tasks_that_read_and_write() {
    let lock = Arc::new(RwLock::new((0, 0)));
    let tasks: Vec<_> = (0..6).map(|seed| tokio::spawn(hammer(Arc::clone(&lock), seed))).collect();
    let mut wrote = 0;
    for task in tasks {
        wrote += task.await.unwrap();
    }
    assert_eq!(*lock.read().await, (wrote, wrote));
    assert_idle(&lock);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rw_13_writers_that_are_decided_elsewhere_keep_nobody_out() {
    // Goal: selects that want to write and are given a value instead, all the time, among readers that
    // never leave the lock free for long: everybody gets on.
    let lock = Arc::new(RwLock::new((0, 0)));
    let (tx, rx) = chan::bounded(1);
    let undecided: Vec<_> = (0..2)
        .map(|_| {
            let (lock, rx) = (Arc::clone(&lock), rx.clone());
            tokio::spawn(async move {
                let mut wrote = 0;
                loop {
                    select::select! {
                        guard = lock.write_owned() => wrote += write(guard, &mut Dice::new(wrote as usize)).await,
                        got = rx.recv() => if got.is_err() { return wrote },
                    }
                }
            })
        })
        .collect();
    let others: Vec<_> = (0..4)
        .map(|seed| {
            let (lock, tx) = (Arc::clone(&lock), tx.clone());
            tokio::spawn(async move {
                let mut dice = Dice::new(seed);
                for _ in 0..COUNT {
                    _ = tx.try_send(());
                    read(lock.read_owned().await, &mut dice).await;
                    if let Some(guard) = lock.try_read_owned() {
                        read(guard, &mut dice).await;
                    }
                }
            })
        })
        .collect();
    drop(tx);
    for other in others {
        other.await.unwrap();
    }
    let mut wrote = 0;
    for undecided in undecided {
        wrote += undecided.await.unwrap();
    }
    assert_eq!(*lock.read().await, (wrote, wrote));
    assert_idle(&lock);
}

#[test]
fn rw_01_threads_that_block_and_tasks_that_give_up() {
    for seed in 0..ROUNDS as usize / 8 + 1 {
        let lock = Arc::new(RwLock::new((0, 0)));
        let add = |pair: &mut Pair| {
            pair.0 += 1;
            pair.1 += 1;
            1
        };
        let wrote = race::<u32>(vec![
            Box::new(|| (0..50).map(|_| add(&mut lock.blocking_write())).sum()),
            Box::new(|| {
                (0..50).for_each(|_| {
                    let guard = lock.blocking_read();
                    assert_eq!(guard.0, guard.1);
                });
                0
            }),
            Box::new(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                runtime.block_on(async {
                    let (mut dice, mut wrote) = (Dice::new(seed), 0);
                    for _ in 0..50 {
                        let polls = dice.below(3);
                        if let Some(mut guard) = impatient(lock.write(), polls).await {
                            wrote += add(&mut guard);
                        }
                        drop(impatient(lock.read(), polls).await);
                    }
                    wrote
                })
            }),
        ]);
        let wrote = wrote.iter().sum::<u32>();
        assert_eq!(*lock.try_read().unwrap(), (wrote, wrote));
        assert_idle(&lock);
    }
}

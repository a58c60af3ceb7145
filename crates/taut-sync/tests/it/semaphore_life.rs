//! `Semaphore`: wakers that panic, threads that block, the budget of a task.

use std::sync::Arc;

use taut::sync::{AcquireError, Semaphore};
use taut::{chan, select};

use crate::support::hooks::{bomb, panics};
use crate::support::{MANY, ROUNDS, Wakes, gives_way, parked, race, task};

#[test]
fn a_release_grants_all_although_a_waker_panics() {
    // Goal: more than a batch; the drop of the permit panics, and the units of each are accounted for.
    let slots = Semaphore::new(MANY + 1);
    let all = slots.try_acquire(MANY + 1).unwrap();
    let mut first = task(slots.acquire(1));
    assert!(first.poll_with(&bomb()).is_pending());
    let mut queue: Vec<_> = (0..MANY).map(|_| parked(slots.acquire(1))).collect();
    panics("a waker panics", || drop(all));
    assert!(queue.iter().all(|waits| waits.wakes() == 1));
    assert_eq!((slots.in_use(), slots.waiters()), (MANY + 1, 0));
    let held: Vec<_> = queue.iter_mut().map(|waits| waits.ready().unwrap()).collect();
    let one = first.ready().unwrap();
    assert_eq!((held.len(), one.units(), slots.available()), (MANY, 1, 0));
    drop((held, one));
    assert_eq!((slots.available(), slots.in_use()), (MANY + 1, 0));
}

#[test]
fn one_that_leaves_past_a_waker_that_panics_has_left() {
    // Goal: it gives up at the head, or what it was granted: the next gets its own, and nothing is lost.
    for was_granted in [false, true] {
        let slots = Semaphore::new(2);
        let held = slots.try_acquire(2).unwrap();
        let first = parked(slots.acquire(2));
        let mut second = task(slots.acquire(1));
        assert!(second.poll_with(&bomb()).is_pending());
        let mut held = held;
        if was_granted {
            drop(held);
        } else {
            drop(held.split(1));
        }
        panics("a waker panics", || drop(first));
        assert_eq!(slots.waiters(), 0);
        assert_eq!(second.ready().unwrap().units(), 1);
        if was_granted {
            assert_eq!((slots.available(), slots.in_use()), (2, 0));
        }
    }
}

#[test]
fn one_that_leaves_past_a_waker_that_panics_drops_its_own() {
    let slots = Semaphore::new(2);
    let held = slots.try_acquire(1).unwrap();
    let (mut first, own) = (task(slots.acquire(2)), Wakes::new());
    assert!(first.poll_with(&own.clone().into()).is_pending());
    let mut second = task(slots.acquire(1));
    assert!(second.poll_with(&bomb()).is_pending());
    panics("a waker panics", || drop(first));
    assert_eq!(Arc::strong_count(&own), 1);
    drop((second.ready(), held));
}

#[test]
fn threads_take_turns() {
    // Goal: no more at a time than there are units, whoever blocks.
    let slots = Arc::new(Semaphore::new(3));
    let program = |units: usize| -> crate::support::Program<'_, ()> {
        let slots = &slots;
        Box::new(move || {
            for _ in 0..ROUNDS {
                let permit = slots.blocking_acquire(units).unwrap();
                assert!(slots.in_use() >= units && slots.in_use() <= 3);
                drop(permit);
                drop(slots.blocking_acquire_owned(3 - units).unwrap());
            }
        })
    };
    race(vec![program(1), program(2), program(3)]);
    assert_eq!((slots.available(), slots.waiters()), (3, 0));
}

#[test]
fn a_blocked_thread_and_a_task_are_in_one_line() {
    let slots = Semaphore::new(1);
    let held = slots.try_acquire(1).unwrap();
    let mut first = parked(slots.acquire(1));
    race::<()>(vec![
        Box::new(|| assert_eq!(slots.blocking_acquire(1).unwrap().units(), 1)),
        Box::new(|| {
            while slots.waiters() < 2 {
                std::thread::yield_now();
            }
            drop(held);
            assert_eq!(slots.waiters(), 1, "the task was first");
            drop(first.answer().unwrap());
        }),
    ]);
    assert_eq!(slots.available(), 1);
}

#[test]
fn a_close_and_a_resize_release_blocked_threads() {
    let slots = Arc::new(Semaphore::new(2));
    let held = slots.try_acquire(1).unwrap();
    let wait = || {
        while slots.waiters() == 0 {
            std::thread::yield_now();
        }
    };
    let refused = race(vec![
        Box::new(|| slots.blocking_acquire(2).err()) as crate::support::Program<'_, _>,
        Box::new(|| {
            wait();
            slots.resize(1);
            None
        }),
    ]);
    assert_eq!(refused[0], Some(AcquireError::TooLarge { requested: 2, capacity: 1 }));
    let refused = race(vec![
        Box::new(|| slots.blocking_acquire_owned(1).err()) as crate::support::Program<'_, _>,
        Box::new(|| {
            wait();
            slots.close();
            None
        }),
    ]);
    assert_eq!(refused[0], Some(AcquireError::Closed));
    drop(held);
}

#[tokio::test]
async fn a_task_may_not_block_and_may_if_it_need_not() {
    let slots = Arc::new(Semaphore::new(1));
    let held = slots.blocking_acquire(1).unwrap();
    panics(
        "`blocking_acquire` would block a thread that runs async tasks: await `acquire`",
        || {
            drop(slots.blocking_acquire(1));
        },
    );
    panics(
        "`blocking_acquire_owned` would block a thread that runs async tasks: await `acquire_o",
        || {
            drop(slots.blocking_acquire_owned(1));
        },
    );
    assert_eq!((slots.waiters(), slots.in_use()), (0, 1));
    assert!(slots.blocking_acquire(2).is_err_and(|error| error.is_too_large()));
    drop(held);
    assert!(slots.blocking_acquire_owned(1).is_ok());
    slots.close();
    assert!(slots.blocking_acquire(1).is_err_and(|error| error.is_closed()));
}

#[tokio::test]
#[cfg_attr(miri, ignore = "it takes long, and is about scheduling")]
async fn g_11_acquiring_gives_way() {
    let slots = Arc::new(Semaphore::new(2));
    gives_way("acquire", async || drop(slots.acquire(1).await.unwrap())).await;
    gives_way("owned", async || drop(slots.acquire_owned(2).await.unwrap())).await;
    gives_way("nothing", async || drop(slots.acquire(0).await.unwrap())).await;
    gives_way("too large", async || assert!(slots.acquire(3).await.is_err())).await;
    let idle = chan::never::<()>();
    let round = async || {
        select::select! { permit = slots.acquire(1) => drop(permit), _ = idle.recv() => {} }
    };
    gives_way("select", round).await;
    slots.close();
    gives_way("closed", async || assert!(slots.acquire(1).await.is_err())).await;
}

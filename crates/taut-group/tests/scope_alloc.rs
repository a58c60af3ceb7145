//! What a scope allocates: one allocation for itself, one for its body, one for a task, none for a wake-up. A test binary
//! of its own, for the allocator that counts. Counts are per thread, so that tests do not see each other.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../../taut-chan/tests/support/allocations.rs"]
mod allocations;
#[path = "scope/kit.rs"]
mod kit;

use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use crate::allocations::{at_once, calls, live_bytes, poll};
use crate::kit::{Gate, own_waker, turn};

/// What `round` allocates, after a first one in which a thread gets what it keeps; it leaves nothing behind.
fn allocates(name: &str, expected: u64, mut round: impl FnMut()) {
    (0..2).for_each(|_| round());
    let before = (calls(), live_bytes());
    (0..10).for_each(|_| round());
    assert_eq!((calls() - before.0, live_bytes()), (10 * expected, before.1), "{name}");
}

/// The queue, and the node of the body.
const SCOPE: u64 = 2;

#[test]
fn a_scope_allocates_its_queue_and_the_node_of_its_body() {
    allocates("an empty scope", SCOPE, || at_once(taut::scope(async |_| ())));
    allocates("never polled", SCOPE, || drop(taut::scope(async |_| ())));
}

#[test]
fn a_task_is_one_allocation() {
    allocates("ten that complete", SCOPE + 10, || {
        at_once(taut::scope(async |s| {
            for n in 0..10 {
                s.spawn(async move { n });
            }
        }));
    });
    allocates("ten that are awaited", SCOPE + 10, || {
        let sum = at_once(taut::scope(async |s| {
            let mut sum = 0;
            for n in 0..10 {
                sum += s.spawn(async move { n }).await;
            }
            sum
        }));
        assert_eq!(sum, 45);
    });
    allocates("ten that are dropped", SCOPE + 10, || {
        let mut scope = pin!(taut::scope(async |s| {
            for _ in 0..10 {
                s.spawn(pending::<()>());
            }
        }));
        assert!(poll(scope.as_mut()).is_pending());
    });
    allocates("ten that are aborted", SCOPE + 10, || {
        at_once(taut::scope(async |s| {
            for _ in 0..10 {
                s.spawn(pending::<()>()).abort();
            }
        }));
    });
}

#[test]
fn no_wake_up_allocates() {
    let (count, measured) = (AtomicUsize::new(0), Cell::new(None));
    at_once(taut::scope(async |s| {
        for _ in 0..3 {
            s.spawn(async {
                while count.fetch_add(1, Ordering::Relaxed) < 200 {
                    turn().await;
                }
            });
        }
        turn().await;
        let before = calls();
        while count.load(Ordering::Relaxed) < 150 {
            turn().await;
        }
        measured.set(Some(calls() - before));
    }));
    assert_eq!(measured.get(), Some(0));
}

#[test]
fn no_wake_up_from_outside_allocates() {
    let (waker, count) = (std::sync::Mutex::new(None), AtomicUsize::new(0));
    let mut scope = pin!(taut::scope(async |s| {
        s.spawn(async {
            *waker.lock().unwrap() = Some(own_waker().await);
            poll_fn(|_| {
                count.fetch_add(1, Ordering::Relaxed);
                Poll::<()>::Pending
            })
            .await;
        });
    }));
    assert!(poll(scope.as_mut()).is_pending());
    let waker = waker.lock().unwrap().take().unwrap();
    let before = calls();
    for _ in 0..100 {
        waker.wake_by_ref();
        let other = waker.clone();
        other.wake();
        assert!(poll(scope.as_mut()).is_pending());
    }
    assert_eq!((calls() - before, count.load(Ordering::Relaxed)), (0, 101));
}

#[test]
fn a_message_between_two_tasks_allocates_nothing() {
    let ((tx, rx), measured) = (taut::chan::rendezvous(), Cell::new(None));
    at_once(taut::scope(async |s| {
        s.spawn(async {
            for n in 0..100 {
                tx.send(n).await.unwrap();
            }
        });
        rx.recv().await.unwrap();
        let before = calls();
        for _ in 0..50 {
            rx.recv().await.unwrap();
        }
        measured.set(Some(calls() - before));
        for _ in 51..100 {
            rx.recv().await.unwrap();
        }
    }));
    assert_eq!(measured.get(), Some(0));
}

/// Two that wait for each other, give up, and end: each had left its waker with the other.
#[test]
fn wakers_that_were_left_with_handles_keep_nothing() {
    use std::sync::Arc;
    use taut::group::Spawned;
    type Handle<'a> = std::sync::Mutex<Option<Spawned<'a, ()>>>;
    let left = || {
        at_once(taut::scope(async |s| {
            let all = Arc::new([(); 2].map(|()| Handle::new(None)));
            for n in 0..2 {
                let handles = Arc::clone(&all);
                let spawned = s.spawn(async move {
                    let mut handle = handles[1 - n].lock().unwrap().take().unwrap();
                    look(&mut handle).await;
                    turn().await;
                    drop(handle);
                });
                *all[n].lock().unwrap() = Some(spawned);
            }
        }));
    };
    allocates("two that wait for each other", SCOPE + 3, left);
    let own = || {
        at_once(taut::scope(async |s| {
            let slot = Arc::new(Handle::new(None));
            let own = Arc::clone(&slot);
            let spawned = s.spawn(async move {
                let mut handle = own.lock().unwrap().take().unwrap();
                look(&mut handle).await;
                drop(handle);
                turn().await;
            });
            *slot.lock().unwrap() = Some(spawned);
        }));
    };
    allocates("one that waits for itself", SCOPE + 2, own);
}

/// Polls once, and does not care.
async fn look<F: Future + Unpin>(future: &mut F) {
    poll_fn(|cx| {
        let _polled = Pin::new(&mut *future).poll(cx);
        Poll::Ready(())
    })
    .await;
}

/// A wake-up that is under way as the scope ends, or a waker that outlives it, keeps the task's memory until it is gone.
#[test]
fn a_waker_that_outlives_the_scope_frees_the_task_as_it_goes() {
    let wakers = std::sync::Mutex::new(Vec::with_capacity(100));
    allocates("with wakers", SCOPE + 4, || {
        at_once(taut::scope(async |s| {
            for _ in 0..4 {
                s.spawn(async {
                    let waker = own_waker().await;
                    wakers.lock().unwrap().push(waker);
                });
            }
        }));
        let held = live_bytes();
        wakers.lock().unwrap().clear();
        assert!(live_bytes() < held, "the wakers held something");
    });
}

/// A scope that goes on keeps nothing of the tasks that are done.
#[test]
fn what_is_done_is_free_while_the_scope_goes_on() {
    let gate = Gate::new();
    let mut scope = pin!(taut::scope(async |s| {
        s.spawn(async {}).await;
        let before = live_bytes();
        for _ in 0..40 {
            s.spawn(async {
                turn().await;
            })
            .await;
        }
        assert_eq!(live_bytes(), before);
        gate.pass().await;
    }));
    assert!(scope.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    gate.open();
    assert!(poll(scope).is_ready());
}

/// A future and some twelve words, as the docs say.
#[test]
fn a_task_is_as_large_as_is_said() {
    let size = Cell::new(0);
    at_once(taut::scope(async |s| {
        let before = live_bytes();
        let handle = s.spawn(std::future::ready(1_u64));
        size.set(live_bytes() - before);
        handle.await;
    }));
    let words = size.get() / size_of::<usize>() as i64;
    assert!((10..=18).contains(&words), "{words} words");
}

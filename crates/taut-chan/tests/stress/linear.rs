//! A hundred thousand who wait cost a hundred thousand steps, whatever becomes of them: were any of it
//! quadratic, these tests would take minutes.

use std::future::Future;

use taut_chan::{bounded, rendezvous, unbounded};

use crate::rng::{Rng, seed};
use crate::support::{Task, parked};

const MANY: usize = 100_000;

fn many<F: Future>(mut make: impl FnMut(usize) -> F) -> Vec<Task<F>>
where
    F::Output: std::fmt::Debug,
{
    (0..MANY).map(|n| parked(make(n))).collect()
}

/// Drops all but a few, at random, and says which stay.
fn thin_out<F>(name: &str, tasks: Vec<Task<F>>) -> Vec<(usize, Task<F>)> {
    let mut tasks: Vec<_> = tasks.into_iter().enumerate().collect();
    Rng::new(seed(name), 0).shuffle(&mut tasks);
    tasks.truncate(3);
    tasks.sort_by_key(|(n, _)| *n);
    tasks
}

#[test]
fn receives_are_withdrawn_in_linear_time() {
    for (tx, rx) in [rendezvous(), bounded(1), unbounded()] {
        let mut left = thin_out("receives", many(|_| rx.recv()));
        for (n, (_, recv)) in left.iter_mut().enumerate() {
            assert_eq!(tx.try_send(n), Ok(()));
            assert_eq!(recv.wakes(), 1, "first come, first served");
        }
    }
}

#[test]
fn sends_are_withdrawn_in_linear_time() {
    for capacity in [0, 1] {
        let (tx, rx) = bounded(capacity);
        assert_eq!(tx.try_send(usize::MAX).is_ok(), capacity == 1);
        let left = thin_out("sends", many(|n| tx.send(n)));
        let kept: Vec<_> = left.iter().map(|(n, _)| *n).collect();
        let received: Vec<_> = std::iter::from_fn(|| rx.try_recv().ok()).collect();
        assert_eq!(received[capacity..], kept);
    }
}

#[test]
fn reservations_and_watchers_are_withdrawn_in_linear_time() {
    let (tx, rx) = rendezvous::<()>();
    let reservations = thin_out("reservations", many(|_| tx.reserve()));
    let watchers = thin_out("watchers", many(|_| rx.closed()));
    rx.close();
    assert!(reservations.iter().all(|(_, task)| task.wakes() == 1));
    assert!(watchers.iter().all(|(_, task)| task.wakes() == 1));
}

#[test]
fn a_close_wakes_all_in_linear_time() {
    let (tx, rx) = rendezvous::<usize>();
    let receives = many(|_| rx.recv());
    tx.close();
    assert!(receives.iter().all(|task| task.wakes() == 1));
    drop(receives);
    let (tx, rx) = rendezvous();
    let sends = many(|n| tx.send(n));
    rx.close();
    assert!(sends.iter().all(|task| task.wakes() == 1));
}

/// As when a runtime goes: everybody was handed a value and nobody looks at it.
#[test]
fn values_are_given_back_in_linear_time() {
    for (tx, rx) in [rendezvous(), bounded(1), unbounded()] {
        let receives = many(|_| rx.recv());
        for n in 0..MANY {
            assert_eq!(tx.try_send(n), Ok(()));
        }
        drop(receives);
        assert_eq!(rx.len(), MANY);
        assert!((0..MANY).all(|n| rx.try_recv() == Ok(n)));
    }
}

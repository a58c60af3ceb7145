//! Cells under wakers of others, in selects, and on several threads.

use std::future::{Future, pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use taut::sync::{Once, OnceCell, SetError};
use taut::{chan, select};

use crate::once::{Gate, never, running};
use crate::support::hooks::{Event, bomb, hooked, panics};
use crate::support::{MANY, ROUNDS, Wakes, now, parked, race, task};

/// A caller of any kind.
type Caller<'a> = Pin<Box<dyn Future<Output = &'a u32> + Send + 'a>>;

#[test]
fn g_07_a_waker_that_panics_is_not_felt_by_the_others() {
    let (cell, gate) = (OnceCell::new(), Gate::default());
    let mut first = running(&cell, gate.clone(), 7);
    let mut bad = task(cell.get_or_init(never));
    assert!(bad.poll_with(&bomb()).is_pending());
    let mut others: Vec<_> = (0..MANY).map(|_| parked(cell.get_or_init(never))).collect();
    let mut watcher = parked(cell.wait());
    gate.open();
    panics("a waker panics", || _ = first.poll());
    assert_eq!(cell.get(), Some(&7));
    assert!(others.iter_mut().all(|other| other.wakes() == 1 && other.ready() == &7));
    assert_eq!((watcher.wakes(), watcher.ready(), bad.ready()), (1, &7, &7));
}

#[test]
fn g_07_a_waker_may_use_the_cell() {
    let cell = Arc::new(OnceCell::new());
    let seen = Arc::new(AtomicUsize::new(0));
    let waker = {
        let (cell, seen) = (Arc::clone(&cell), Arc::clone(&seen));
        hooked(move |event| {
            if event == Event::Wake {
                assert_eq!(cell.set(9), Err(SetError::Initialized(9)));
                assert_eq!((now(cell.wait()), now(cell.get_or_init(never))), (&7, &7));
                seen.fetch_add(1, Ordering::SeqCst);
            }
        })
    };
    let mut other = task(cell.wait());
    assert!(other.poll_with(&waker).is_pending());
    assert_eq!(now(cell.get_or_init(|| ready(7))), &7);
    assert_eq!(seen.load(Ordering::SeqCst), 1);
}

#[test]
fn g_07_who_is_told_may_be_polled_right_there() {
    // Goal: a waker that polls what it wakes is no part of the initialiser.
    static CELL: OnceCell<u32> = OnceCell::new();
    let cell = &CELL;
    let mut first = task(cell.get_or_try_init(|| {
        let mut polls = 0;
        poll_fn(move |_| {
            polls += 1;
            if polls == 1 { Poll::Pending } else { Poll::Ready(Err(())) }
        })
    }));
    first.pending();
    let inner: Mutex<Caller<'_>> = Mutex::new(Box::pin(cell.get_or_init(pending)));
    let third: Mutex<Caller<'_>> = Mutex::new(Box::pin(cell.get_or_init(never)));
    let waker = hooked(move |event| {
        if event == Event::Wake {
            let mut cx = Context::from_waker(Waker::noop());
            assert!(inner.lock().unwrap().as_mut().poll(&mut cx).is_pending(), "it runs");
            assert!(third.lock().unwrap().as_mut().poll(&mut cx).is_pending(), "it waits");
        }
    });
    let mut told = task(cell.get_or_init(never));
    assert!(told.poll_with(&waker).is_pending());
    assert_eq!(first.ready(), Err(()));
    assert_eq!(cell.set(1), Err(SetError::Initializing(1)));
}

#[tokio::test]
async fn an_arm_that_loses_leaves_the_cell_to_others() {
    let cell = OnceCell::new();
    let (tx, rx) = chan::bounded(1);
    tx.send(1).await.unwrap();
    select! {
        biased;
        _ = cell.get_or_init(pending::<u32>) => unreachable!(),
        received = rx.recv() => assert_eq!(received, Ok(1)),
    }
    select! {
        biased;
        _ = cell.wait() => unreachable!(),
        value = cell.get_or_init(|| ready(7)) => assert_eq!(value, &7),
    }
    select! {
        value = cell.wait() => assert_eq!(value, &7),
        value = cell.get_or_init(never) => assert_eq!(value, &7),
    }
}

#[tokio::test]
async fn an_arm_that_waits_is_told() {
    let cell = Arc::new(OnceCell::new());
    let silent = chan::rendezvous::<()>();
    let theirs = Arc::clone(&cell);
    let setter = tokio::spawn(async move {
        tokio::task::yield_now().await;
        let init = async || {
            tokio::task::yield_now().await;
            7
        };
        *theirs.get_or_init(init).await
    });
    let value = select! {
        value = cell.wait() => *value,
        _ = silent.1.recv() => unreachable!(),
    };
    assert_eq!((value, setter.await.unwrap()), (7, 7));
}

#[test]
fn once_runs_once() {
    let (once, times, gate) = (Once::new(), AtomicUsize::new(0), Gate::default());
    let work = async || {
        gate.passed().await;
        times.fetch_add(1, Ordering::SeqCst);
    };
    let (mut first, mut other) = (parked(once.call(work)), parked(once.call(work)));
    let mut watcher = parked(once.wait());
    assert!(!once.is_completed());
    gate.open();
    first.ready();
    assert_eq!((other.wakes(), watcher.wakes(), times.load(Ordering::SeqCst)), (1, 1, 1));
    other.ready();
    watcher.ready();
    assert!(once.is_completed());
    now(once.call(work));
    assert_eq!(times.load(Ordering::SeqCst), 1);
}

#[test]
fn once_begins_anew_after_a_panic() {
    let once = Once::default();
    let first = catch_unwind(AssertUnwindSafe(|| now(once.call(async || panic!("no")))));
    assert!(first.is_err() && !once.is_completed());
    now(once.call(async || ()));
    assert!(once.is_completed());
}

#[test]
fn hb_12_what_the_initialiser_did_is_seen_by_all() {
    for round in 0..ROUNDS {
        let (cell, runs) = (OnceCell::new(), AtomicUsize::new(0));
        let program = || -> Box<dyn FnOnce() -> usize + Send> {
            Box::new(|| {
                let init = async || {
                    runs.fetch_add(1, Ordering::Relaxed);
                    vec![round; 3]
                };
                let wakes = Wakes::new();
                let mut asks = task(cell.get_or_init(init));
                loop {
                    match asks.poll_with(&Waker::from(Arc::clone(&wakes))) {
                        Poll::Ready(value) => return std::ptr::from_ref(value).addr(),
                        Poll::Pending => std::thread::yield_now(),
                    }
                }
            })
        };
        let seen = race(vec![program(), program(), program()]);
        assert!(seen.iter().all(|one| *one == seen[0]));
        assert_eq!(runs.load(Ordering::Relaxed), 1);
        assert_eq!(cell.get(), Some(&vec![round; 3]));
    }
}

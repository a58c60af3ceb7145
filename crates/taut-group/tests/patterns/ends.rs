//! `parallel_map`: errors, panics, being dropped. Nobody is left behind.

use std::cell::Cell;
use std::future::pending;

use taut::group::parallel_map;
use tokio::runtime;
use tokio::task::yield_now;

use crate::kit::{Oops, Outcome, alive, holding, many_told, panic_of, settle};
use crate::support::hooks::{OnDrop, panics};
use crate::support::{Census, ROUNDS, parked, task};

#[tokio::test]
async fn the_first_error_drops_the_others_and_takes_no_more_items() {
    let (tellers, tasks) = many_told::<5>();
    let taken = Cell::new(0);
    let items = tasks.into_iter().inspect(|_| taken.set(taken.get() + 1));
    let mut map = parked(parallel_map(2, items, |told| told));
    settle().await;
    tellers[1].end(Err(Oops::Real(1)));
    while map.wakes() == 0 {
        yield_now().await;
    }
    assert_eq!(map.answer(), Some(Err(Oops::Real(1))));
    assert!(tellers[..3].iter().all(|teller| teller.is_gone()));
    // The third was taken, and waited for its place.
    assert_eq!((taken.get(), tellers[2].polls()), (3, 0));
    drop(map);
    settle().await;
    assert_eq!(alive(), 0);
}

#[tokio::test]
async fn the_first_error_is_the_first_in_time() {
    let (tellers, tasks) = many_told::<3>();
    let mut map = parked(parallel_map(3, tasks, |told| told));
    settle().await;
    tellers[0].end(Ok(0));
    settle().await;
    // Both are woken; the one that has its turn first aborts the other.
    tellers[2].end(Err(Oops::Real(2)));
    tellers[1].end(Err(Oops::Real(1)));
    settle().await;
    assert_eq!(map.answer(), Some(Err(Oops::Real(2))));
    assert!(tellers.iter().all(|teller| teller.is_gone()));
}

#[tokio::test]
async fn a_panic_ends_the_others_and_goes_on() {
    let (tellers, tasks) = many_told::<4>();
    let taken = Cell::new(0);
    let items = tasks.into_iter().inspect(|_| taken.set(taken.get() + 1));
    let map = parallel_map(2, items, |told| {
        if taken.get() == 2 {
            tellers[1].panic("oops");
        }
        told
    });
    assert_eq!(panic_of(map).await, "oops");
    assert_eq!((taken.get(), tellers[2].polls()), (3, 0));
    assert!(tellers.iter().all(|teller| teller.is_gone()));
    settle().await;
    assert_eq!(alive(), 0);
}

#[tokio::test]
async fn a_destructor_that_panics_as_it_is_aborted_keeps_nobody_alive() {
    let census = Census::default();
    let map = parallel_map(9, 0..5, |n| {
        let held = census.value(n);
        let bomb = OnDrop(move || assert!(n != 1, "a destructor"));
        let waits = holding((bomb, held));
        async move { if n == 3 { Err(Oops::Real(3)) } else { waits.await } }
    });
    assert_eq!(panic_of(map).await, "a destructor");
    assert_eq!(census.alive(), 0);
    settle().await;
    assert_eq!(alive(), 0);
}

#[tokio::test]
async fn dropped_it_leaves_nothing() {
    for turns in 0..6 {
        let census = Census::default();
        let mut map = task(parallel_map(2, 0..9, |n| {
            let held = census.value(n);
            async move {
                yield_now().await;
                if n < 3 { Ok(0) } else { holding(held).await }
            }
        }));
        for _ in 0..turns {
            assert!(map.poll().is_pending());
            yield_now().await;
        }
        drop(map);
        assert_eq!(census.alive(), 0, "after {turns} turns");
        settle().await;
        assert_eq!(alive(), 0);
    }
}

#[test]
fn a_runtime_that_goes_away_is_a_panic() {
    let runtime = runtime::Builder::new_current_thread().build().unwrap();
    let entered = runtime.enter();
    let mut map = parked(parallel_map(2, [(), ()], |()| pending::<Outcome>()));
    drop(entered);
    drop(runtime);
    assert!(map.wakes() > 0);
    panics("dropped before its end", || drop(map.poll()));
}

#[test]
fn on_several_threads_nobody_is_left_when_it_returns() {
    let runtime = runtime::Builder::new_multi_thread().worker_threads(3).build().unwrap();
    for round in 0..ROUNDS {
        let census = Census::default();
        let bad = round % 20;
        let map = parallel_map(4, 0..20, |n| {
            let held = census.value(n);
            async move {
                for _ in 0..(n + round) % 5 {
                    yield_now().await;
                }
                if held == bad { Err(Oops::Real(9)) } else { Ok(n) }
            }
        });
        assert_eq!(runtime.block_on(map), Err(Oops::Real(9)));
        assert_eq!(census.alive(), 0);
    }
}

#[tokio::test]
async fn an_error_after_all_were_started_is_told_at_once() {
    let (tellers, tasks) = many_told::<3>();
    let mut map = parked(parallel_map(3, tasks, |told| told));
    settle().await;
    map.pending();
    tellers[2].end(Err(Oops::Real(2)));
    settle().await;
    assert_eq!(map.answer(), Some(Err(Oops::Real(2))));
    assert!(tellers.iter().all(|teller| teller.is_gone()));
}

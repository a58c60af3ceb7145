//! `parallel_map`: order, limit, and when an item is taken.

use std::cell::Cell;
use std::future::{pending, ready};
use std::iter::repeat_with;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use taut::group::parallel_map;
use tokio::task::yield_now;

use crate::kit::{Oops, many_told, panic_of, settle, soon};
use crate::support::{Census, now, parked, task};

#[tokio::test]
async fn values_are_in_the_order_of_the_items() {
    let (tellers, tasks) = many_told::<5>();
    let mut map = parked(parallel_map(5, tasks, |told| told));
    for (n, teller) in tellers.iter().enumerate().rev() {
        settle().await;
        map.pending();
        teller.end(Ok(n as u32));
    }
    settle().await;
    assert_eq!(map.answer(), Some(Ok(vec![0, 1, 2, 3, 4])));
}

#[tokio::test]
async fn the_limit_is_reached_and_never_passed() {
    // 0 counts as 1.
    for (limit, reached) in [(0, 1), (1, 1), (3, 3), (10, 10), (usize::MAX, 50)] {
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let squares = parallel_map(limit, 0..50, |n| {
            let (running, most) = (Arc::clone(&running), Arc::clone(&most));
            async move {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                for _ in 0..1 + n % 4 {
                    yield_now().await;
                }
                running.fetch_sub(1, Ordering::SeqCst);
                Ok::<_, Oops>(n * n)
            }
        });
        assert_eq!(squares.await, Ok((0..50).map(|n| n * n).collect()), "limit {limit}");
        assert_eq!(most.load(Ordering::SeqCst), reached, "limit {limit}");
    }
}

#[tokio::test]
async fn nothing_is_taken_before_it_is_polled() {
    let taken = Cell::new(0);
    let items = repeat_with(|| taken.set(taken.get() + 1));
    drop(parallel_map(3, items, |()| pending::<Result<(), Oops>>()));
    assert_eq!(taken.get(), 0);
}

#[tokio::test]
async fn items_are_taken_as_there_are_places_for_them_and_one_ahead() {
    let (tellers, tasks) = many_told::<6>();
    let taken = Cell::new(0);
    let items = tasks.into_iter().inspect(|_| taken.set(taken.get() + 1));
    let mut map = parked(parallel_map(2, items, |told| told));
    for (n, teller) in tellers.iter().enumerate() {
        settle().await;
        // Two run, and the next waits for its place.
        assert_eq!((map.answer(), taken.get()), (None, 6.min(n + 3)));
        settle().await;
        let polled = tellers.iter().filter(|teller| teller.polls() > 0).count();
        assert_eq!(polled, 6.min(n + 2));
        teller.end(Ok(0));
    }
    settle().await;
    assert_eq!(map.answer(), Some(Ok(vec![0; 6])));
}

#[test]
fn of_nothing_it_gives_nothing_at_once_and_needs_no_runtime() {
    for limit in [0, 1, usize::MAX] {
        let none: Vec<u8> = Vec::new();
        let never = |_| -> std::future::Ready<Result<u8, Oops>> { unreachable!("no item") };
        assert_eq!(now(parallel_map(limit, none, never)), Ok(vec![]));
    }
}

#[test]
fn outside_of_a_runtime_it_panics() {
    crate::support::hooks::panics("no reactor running", || {
        drop(now(parallel_map(1, [1], |n| ready(Ok::<_, Oops>(n)))));
    });
}

#[tokio::test]
async fn items_may_borrow_and_so_may_the_function_inside_of_a_task() {
    let words = vec!["to".to_owned(), "be".to_owned(), String::new()];
    let task = tokio::spawn(async move {
        let (mut calls, suffix) = (0, String::from("!"));
        let loud = parallel_map(2, &words, |word| {
            calls += 1;
            let word = format!("{word}{suffix}");
            async move {
                yield_now().await;
                Ok::<_, Oops>(word)
            }
        });
        (loud.await, calls)
    });
    let loud = ["to!", "be!", "!"].map(str::to_owned).to_vec();
    assert_eq!(task.await.unwrap(), (Ok(loud), 3));
}

#[tokio::test]
async fn an_iterator_that_borrows_goes_into_a_task() {
    let words = ["to", "be"].map(String::from);
    let task = tokio::spawn(async move {
        let lengths = words.iter().map(String::len);
        parallel_map(2, lengths, |length| ready(Ok::<_, Oops>(length))).await
    });
    assert_eq!(task.await.unwrap(), Ok(vec![2, 2]));
}

#[tokio::test]
async fn it_may_be_used_inside_of_itself() {
    let table = parallel_map(2, 1..4_u32, |row| parallel_map(1, 1..4, move |n| ready(Ok(row * n))));
    let rows = vec![vec![1, 2, 3], vec![2, 4, 6], vec![3, 6, 9]];
    assert_eq!(soon(table).await, Ok::<_, Oops>(rows));
}

#[tokio::test]
async fn it_gives_way_though_there_are_places_for_all() {
    // So that an error of the first is seen before the last is taken.
    let taken = Cell::new(0);
    let items = repeat_with(|| taken.set(taken.get() + 1)).take(200_000);
    let mut map = task(parallel_map(usize::MAX, items, |()| ready(Err::<(), _>(Oops::Real(1)))));
    assert!(map.poll().is_pending());
    settle().await;
    assert_eq!(map.answer(), Some(Err(Oops::Real(1))));
    assert!(taken.get() < 200_000, "it took them all");
}

#[tokio::test]
async fn what_the_function_and_the_items_panic_with_goes_on_and_leaves_nobody() {
    let census = Census::default();
    let waits = |n: u64| {
        let held = census.value(n);
        async move {
            let _held = held;
            pending::<Result<(), Oops>>().await
        }
    };
    let items = (0..3).inspect(|n| assert!(*n < 2, "no more items"));
    assert_eq!(panic_of(parallel_map(9, items, waits)).await, "no more items");
    let function = |n| {
        assert!(n < 2, "not this one");
        waits(n)
    };
    assert_eq!(panic_of(parallel_map(9, 0..3, function)).await, "not this one");
    assert_eq!(census.alive(), 0);
}

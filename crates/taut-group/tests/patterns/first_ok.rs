//! `first_ok`: the first value, and nobody beside it.

use std::future::{Ready, pending, ready};
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::BoxFuture;
use taut::group::first_ok;

use crate::kit::{Oops, Outcome, Teller, holding, many_told, panic_in, told};
use crate::support::hooks::OnDrop;
use crate::support::{Census, MANY, now, parked, task};

/// Whether all futures were dropped.
fn all_gone(tellers: &[Teller]) -> bool {
    tellers.iter().all(Teller::is_gone)
}

#[test]
fn the_first_value_in_time_wins_and_the_others_are_dropped() {
    let (tellers, futures) = many_told::<3>();
    let mut race = parked(first_ok(futures));
    tellers[1].end(Ok(1));
    assert_eq!(race.answer(), Some(Ok(1)));
    // Before it returns: what it has given is all that is left of it.
    assert!(all_gone(&tellers));
    assert_eq!(tellers.each_ref().map(Teller::polls), [1, 2, 1]);
}

#[test]
fn of_two_that_are_ready_at_once_the_first_in_order_wins() {
    assert_eq!(now(first_ok([ready(Ok::<_, Oops>(0)), ready(Ok(1))])), Ok(0));
    let second_fails = [ready(Err(Oops::Real(0))), ready(Ok(1)), ready(Ok(2))];
    assert_eq!(now(first_ok(second_fails)), Ok(1));
}

#[test]
fn of_two_that_become_ready_in_the_same_turn_the_first_that_is_woken_wins() {
    let (tellers, futures) = many_told::<3>();
    let mut race = parked(first_ok(futures));
    for n in [2, 0, 1] {
        tellers[n].end(Ok(n as u32));
    }
    assert_eq!(race.answer(), Some(Ok(2)));
    assert!(all_gone(&tellers));
}

#[test]
fn nobody_is_polled_after_the_first_value() {
    let (tellers, futures) = many_told::<4>();
    let mut race = parked(first_ok(futures));
    tellers[0].end(Err(Oops::Real(0)));
    tellers[1].end(Ok(1));
    tellers[2].end(Ok(2));
    tellers[3].panic("too late");
    assert_eq!(race.answer(), Some(Ok(1)));
    assert_eq!(tellers.each_ref().map(Teller::polls), [2, 2, 1, 1]);
    assert!(all_gone(&tellers));
    // Not for the first time either.
    let (teller, second) = told();
    let first: BoxFuture<'_, Outcome> = Box::pin(ready(Ok(1)));
    let race = first_ok([first, Box::pin(second)]);
    assert_eq!(now(race), Ok(1));
    assert_eq!((teller.polls(), teller.is_gone()), (0, true));
}

#[test]
fn the_errors_are_in_the_order_of_the_futures() {
    let (tellers, futures) = many_told::<4>();
    let mut race = parked(first_ok(futures));
    for n in [2, 0, 3, 1] {
        assert_eq!(race.answer(), None);
        tellers[n].end(Err(Oops::Real(n as u32)));
    }
    assert_eq!(race.answer(), Some(Err([0, 1, 2, 3].map(Oops::Real).to_vec())));
    let all_at_once = (0..3).map(|n| ready(Err::<(), _>(n)));
    assert_eq!(now(first_ok(all_at_once)), Err(vec![0, 1, 2]));
}

#[test]
fn of_nothing_it_gives_no_error_at_once() {
    assert_eq!(now(first_ok(Vec::<Ready<Outcome>>::new())), Err(vec![]));
}

#[test]
fn one_is_as_good_as_awaited() {
    let (teller, future) = told();
    let mut race = parked(first_ok([future]));
    teller.end(Ok(7));
    assert_eq!((race.wakes(), race.answer()), (1, Some(Ok(7))));
}

#[test]
fn of_many_only_who_was_woken_is_polled() {
    let (tellers, futures): (Vec<_>, Vec<_>) = (0..MANY * 20).map(|_| told()).unzip();
    let mut race = task(first_ok(futures));
    while race.poll().is_pending() && race.wakes() > 0 && tellers.iter().any(|t| t.polls() == 0) {}
    assert!(tellers.iter().all(|teller| teller.polls() == 1));
    tellers[77].end(Err(Oops::Real(7)));
    assert_eq!(race.answer(), None);
    assert_eq!(tellers.iter().map(Teller::polls).sum::<usize>(), tellers.len() + 1);
    tellers[MANY].end(Ok(1));
    assert_eq!(race.answer(), Some(Ok(1)));
    assert!(all_gone(&tellers));
}

#[test]
fn a_panic_before_the_first_value_goes_on_and_drops_the_others() {
    let (tellers, futures) = many_told::<3>();
    let mut race = parked(first_ok(futures));
    tellers[2].panic("oops");
    tellers[0].end(Ok(0));
    let told = panic_in(|| drop(race.answer()));
    assert_eq!(told.as_deref(), Some("oops"));
    assert!(all_gone(&tellers));
}

#[test]
fn a_loser_whose_destructor_panics_keeps_no_other_alive() {
    let census = Census::default();
    let waits = |n: u64| {
        let held = (OnDrop(move || assert!(n != 1, "a destructor")), census.value(n));
        async move { if n == 3 { Ok(3) } else { holding(held).await } }
    };
    let told = panic_in(|| drop(now(first_ok((0..6).map(waits)))));
    assert_eq!((told.as_deref(), census.alive()), (Some("a destructor"), 0));
}

#[test]
fn what_the_iterator_panics_with_goes_on() {
    let census = Census::default();
    let futures = (0..3).map(|n| {
        assert!(n < 2, "no more futures");
        holding(census.value(n))
    });
    let told = panic_in(|| drop(now(first_ok(futures))));
    assert_eq!((told.as_deref(), census.alive()), (Some("no more futures"), 0));
}

#[test]
fn dropped_it_drops_the_futures() {
    let census = Census::default();
    let race = || first_ok((0..3).map(|n| holding(census.value(n))).collect::<Vec<_>>());
    let unpolled = race();
    assert_eq!(census.alive(), 3);
    drop(unpolled);
    assert_eq!(census.alive(), 0);
    let polled = parked(race());
    assert_eq!(census.alive(), 3);
    drop(polled);
    assert_eq!(census.alive(), 0);
}

#[tokio::test]
async fn it_may_borrow_inside_of_a_task() {
    let names = ["a", "bb", "cc"].map(String::from);
    let task = tokio::spawn(async move {
        let asked = AtomicUsize::new(0);
        let ask = async |name: &str| {
            asked.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            if name.len() == 1 { Err(name.to_owned()) } else { Ok(name.len()) }
        };
        let length = first_ok(names.iter().map(|name| ask(name))).await;
        (length, asked.into_inner())
    });
    assert_eq!(task.await.unwrap(), (Ok(2), 3));
}

#[test]
fn the_winner_may_borrow_what_the_losers_borrow() {
    let mut text = String::from("text");
    let longest = {
        let race = first_ok([&text, &text].map(|text| async move { Ok::<_, ()>(text.as_str()) }));
        now(race).unwrap()
    };
    assert_eq!(longest, "text");
    text.clear();
}

#[test]
fn it_may_be_used_inside_of_itself() {
    let inner = |n: u32| async move {
        let three = [n, n + 1, n + 2].map(|n| async move { if n == 7 { Ok(n) } else { Err(n) } });
        first_ok(three).await
    };
    assert_eq!(now(first_ok([inner(0), inner(5), inner(9)])), Ok(7));
    let errors = now(first_ok([inner(0), inner(10)])).unwrap_err();
    assert_eq!(errors, [vec![0, 1, 2], vec![10, 11, 12]]);
}

#[test]
fn a_value_that_is_never_ready_waits_for_ever() {
    let mut race = parked(first_ok([pending::<Outcome>(), pending()]));
    assert_eq!((race.wakes(), race.answer()), (0, None));
}

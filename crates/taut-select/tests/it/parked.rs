//! A select that waits: who comes first wins, its places are those of any other, and it loses them.

use std::sync::Arc;
use std::task::Waker;

use taut::chan::{self, never};
use taut::select::{self, OneOf2, Select};

use crate::support::{Wakes, holding, now, parked, task};

#[test]
fn se_07_the_first_to_commit_wins_while_it_waits() {
    // Goal: OF-06. b, then a: always b, and a stays in its buffer. No choice is made any more.
    for round in 0..1000 {
        let ((a_tx, a_rx), (b_tx, b_rx)) = (chan::bounded(1), chan::bounded(1));
        let mut select: Select<_, _> =
            [('a', a_rx.recv()), ('b', b_rx.recv())].into_iter().collect();
        let arms = (a_rx.recv(), b_rx.recv());
        let (won, wakes) = match round % 3 {
            0 => {
                let mut waits = parked(async {
                    select::select! { got = a_rx.recv() => ('a', got), got = b_rx.recv() => ('b', got) }
                });
                assert_eq!((b_tx.try_send(2), a_tx.try_send(1)), (Ok(()), Ok(())));
                (waits.ready(), waits.wakes())
            }
            1 => {
                let mut waits = parked(select::first(arms));
                assert_eq!((b_tx.try_send(2), a_tx.try_send(1)), (Ok(()), Ok(())));
                let won = match waits.ready() {
                    OneOf2::A(got) => ('a', got),
                    OneOf2::B(got) => ('b', got),
                };
                (won, waits.wakes())
            }
            _ => {
                let mut waits = parked(select.next());
                assert_eq!((b_tx.try_send(2), a_tx.try_send(1)), (Ok(()), Ok(())));
                (waits.ready().unwrap(), waits.wakes())
            }
        };
        assert_eq!((won, wakes, a_rx.len(), a_rx.try_recv()), (('b', Ok(2)), 1, 1, Ok(1)));
    }
}

#[test]
fn se_19_selects_and_plain_operations_stand_in_one_line() {
    // Goal: OF-01, OF-02: by the time of their first poll, in both directions.
    let ((tx, rx), idle) = (chan::rendezvous(), never::<u64>());
    let mut first = parked(rx.recv());
    let mut second = parked(async {
        select::select! { got = idle.recv() => got, got = rx.recv() => got }
    });
    let mut third = parked(rx.recv());
    let mut fourth = parked(select::first((rx.recv(), idle.recv())));
    for n in 0..4 {
        assert_eq!(tx.try_send(n), Ok(()));
        let woken = [first.wakes(), second.wakes(), third.wakes(), fourth.wakes()];
        assert_eq!(woken.iter().sum::<usize>() as u64, n + 1);
    }
    assert_eq!(fourth.ready(), OneOf2::A(Ok(3)));
    assert_eq!((third.ready(), second.ready(), first.ready()), (Ok(2), Ok(1), Ok(0)));

    let mut first = parked(tx.send(10));
    let mut second = parked(async {
        select::select! { sent = tx.send(11) => sent.is_ok(), _ = idle.recv() => false }
    });
    let mut third = parked(tx.send(12));
    assert_eq!([rx.try_recv(), rx.try_recv(), rx.try_recv()], [Ok(10), Ok(11), Ok(12)]);
    assert!(first.ready().is_ok() && second.ready() && third.ready().is_ok());
}

#[test]
fn se_20_selects_that_were_decided_elsewhere_are_passed_over() {
    // Goal: of many only the last still waits: the one send reaches it, and the order of the rest stays.
    let (tx, rx) = chan::rendezvous();
    let own: Vec<_> = (0..100).map(|_| chan::bounded(1)).collect();
    let mut waits: Vec<_> =
        own.iter().map(|(_, own)| parked(select::first((rx.recv(), own.recv())))).collect();
    for (n, (own, _)) in own.iter().enumerate().filter(|(n, _)| n % 10 != 9) {
        own.try_send(n as u64).unwrap();
    }
    for n in 0..10 {
        assert_eq!(tx.try_send(1000 + n), Ok(()));
    }
    assert!(tx.try_send(0).is_err());
    for (n, wait) in waits.iter_mut().enumerate() {
        let expected =
            if n % 10 == 9 { OneOf2::A(Ok(1000 + n as u64 / 10)) } else { OneOf2::B(Ok(n as u64)) };
        assert_eq!((wait.wakes(), wait.ready()), (1, expected));
    }
}

#[test]
fn of_07_a_select_that_comes_again_stands_at_the_end() {
    // Goal: a place is lost with the select, also by the arms of a `Select` that stay in it.
    let ((tx, rx), (other_tx, other_rx)) = (chan::rendezvous(), chan::rendezvous());
    let mut select = Select::new();
    select.add("shared", rx.recv());
    select.add("other", other_rx.recv());
    let mut waits = parked(select.next());
    let mut plain = parked(rx.recv());
    other_tx.try_send(0).unwrap();
    assert_eq!(waits.ready(), Some(("other", Ok(0))));
    drop(waits);
    let mut waits = parked(select.next());
    assert_eq!((tx.try_send(1), tx.try_send(2)), (Ok(()), Ok(())));
    assert_eq!((plain.ready(), waits.ready()), (Ok(1), Some(("shared", Ok(2)))));
}

#[test]
fn g_06_spurious_polls_change_no_place() {
    // Goal: neither lost nor taken twice; for all forms.
    let (tx, rx) = chan::rendezvous();
    let idle = never::<u64>();
    let mut kept: Select<_, _> = [(0, rx.recv()), (1, idle.recv())].into_iter().collect();
    let mut first = parked(async {
        select::select! { got = rx.recv() => got, got = idle.recv() => got }
    });
    let mut second = parked(kept.next());
    let mut third = parked(select::first((rx.recv(), idle.recv())));
    let mut fourth = parked(rx.recv());
    for _ in 0..100 {
        third.pending();
        fourth.pending();
        first.pending();
        second.pending();
    }
    (0..4).for_each(|n| tx.try_send(n).unwrap());
    assert_eq!((first.ready(), second.ready()), (Ok(0), Some((0, Ok(1)))));
    assert_eq!((third.ready(), fourth.ready()), (OneOf2::A(Ok(2)), Ok(3)));
    assert_eq!([first.wakes(), second.wakes(), third.wakes()], [1; 3]);
}

#[test]
fn g_05_a_select_polled_with_another_waker_wakes_only_that() {
    // Goal: whichever arm it is that is served; and when it is done, it keeps no waker.
    for arm in 0..2 {
        let channels = [(); 2].map(|()| chan::rendezvous::<u64>());
        let mut waits = parked(select::first((channels[0].1.recv(), channels[1].1.recv())));
        let new = Wakes::new();
        assert!(waits.poll_with(Waker::noop()).is_pending());
        assert!(waits.poll_with(&Waker::from(Arc::clone(&new))).is_pending());
        channels[arm].0.try_send(1).unwrap();
        assert_eq!((waits.wakes(), new.count()), (0, 1));
        let (OneOf2::A(got) | OneOf2::B(got)) = waits.ready();
        assert_eq!((got, Arc::strong_count(&new)), (Ok(1), 1));
    }
}

#[test]
fn g_05_a_select_that_is_kept_keeps_no_waker_between_its_rounds() {
    // Goal: what `next` was woken by, or gave up, may be gone long before the `Select` is.
    let (tx, rx) = chan::rendezvous::<u64>();
    let waker = Wakes::new();
    let mut select = Select::new();
    select.add((), rx.recv());
    {
        let mut waits = task(select.next());
        assert!(waits.poll_with(&Waker::from(Arc::clone(&waker))).is_pending());
    }
    let after_a_drop = Arc::strong_count(&waker);
    {
        let mut waits = task(select.next());
        assert!(waits.poll_with(&Waker::from(Arc::clone(&waker))).is_pending());
        tx.try_send(1).unwrap();
        assert_eq!(waits.ready(), Some(((), Ok(1))));
    }
    assert_eq!((after_a_drop, Arc::strong_count(&waker)), (1, 1));
}

#[test]
fn g_02_a_select_that_was_never_polled_has_no_place_and_no_effect() {
    // Goal: made first, polled second: it comes second. Never polled: its value is untouched.
    let ((tx, rx), idle) = (chan::rendezvous(), never::<u64>());
    let mut unpolled = task(select::first((rx.recv(), idle.recv())));
    let mut early = parked(rx.recv());
    unpolled.pending();
    assert_eq!((tx.try_send(1), tx.try_send(2)), (Ok(()), Ok(())));
    assert_eq!((unpolled.ready(), early.ready()), (OneOf2::A(Ok(2)), Ok(1)));
    let mut slot = Some(1);
    let (to, empty) = chan::bounded(1);
    drop(select::first((to.send_from(&mut slot), idle.recv())));
    assert_eq!((slot, empty.len()), (Some(1), 0));
}

#[test]
fn g_04_a_select_that_is_done_is_dropped_without_effect() {
    let (_tx, rx) = holding(1);
    let idle = never::<u64>();
    let mut done = task(select::first((rx.recv(), idle.recv())));
    assert_eq!(done.ready(), OneOf2::A(Ok(1)));
    drop(done);
    assert_eq!((rx.len(), rx.try_recv().is_err()), (0, true));
}

#[test]
fn first_goes_on_with_what_is_left() {
    // Goal: polled once more after it was ready it waits for another arm, and in the end for none.
    let ((_x, x_rx), (_y, y_rx)) = (holding(1), holding(2));
    let mut both = task(select::first((x_rx.recv(), y_rx.recv())).biased());
    assert_eq!((both.ready(), both.ready()), (OneOf2::A(Ok(1)), OneOf2::B(Ok(2))));
    both.pending();
}

#[test]
fn se_08_a_select_without_arms_waits_for_ever() {
    // Goal: and its type is `!`, so that it ends a function of any type.
    async fn never_returns() -> String {
        select::select! {}
    }
    let mut never = parked(never_returns());
    never.pending();
    assert_eq!(never.wakes(), 0);
    assert!(now(async {
        select::select! { default => true }
    }));
}

//! Selects of all kinds under Miri: aliasing, leaks, data races. Values are boxed: one that is lost is a
//! leak, one that is received twice a double free.
//!
//! Run by `cargo x miri`, with Stacked and with Tree Borrows.

#![cfg(not(taut_loom))]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/arms.rs"]
mod arms;
#[path = "miri/foul.rs"]
mod foul;
#[path = "../../taut-chan/tests/support/mod.rs"]
mod support;
#[path = "miri/threads.rs"]
mod threads;

use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use arms::{OnEnroll, foreign};
use support::{channel, now, parked};
use taut_chan::{Receiver, Sender, bounded, never, rendezvous};
use taut_select::{BoxCase, OneOf2, OneOf3, OneOf4, Select, boxed, first, future, map, select};

type Value = Box<u64>;

/// The looks that a select takes on end.
const LOOKS: u32 = 32;

fn value(n: u64) -> Value {
    Box::new(n)
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Which of seven arms, of every kind there is, wins.
async fn any_kind(ways: &[(Sender<Value>, Receiver<Value>)], slot: &mut Option<Value>) -> usize {
    let [a, b, c, d, e, f] = ways else { panic!("six channels") };
    select! {
        Ok(got) = a.1.recv() => *got as usize,
        sent = b.0.send(value(1)), if true => sent.map_or(11, |()| 1),
        sent = c.0.send_from(slot) => sent.map_or(12, |()| 2),
        permit = d.0.reserve() => permit.map_or(13, |permit| permit.send(value(3)).map_or(13, |()| 3)),
        permit = e.0.clone().reserve_owned() => {
            permit.map_or(14, |permit| permit.send(value(4)).map_or(14, |_| 4))
        }
        () = f.0.closed() => 5,
        () = std::future::pending::<()>(), if true => unreachable!("never"),
        else => unreachable!("most are enabled"),
    }
}

#[test]
fn every_kind_of_arm_wins_and_loses() {
    for winner in 0..6 {
        let ways: Vec<_> = (0..6).map(|_| rendezvous()).collect();
        let mut slot = Some(value(2));
        let mut waits = parked(any_kind(&ways, &mut slot));
        waits.pending();
        let (tx, rx) = &ways[winner];
        let mut receive = Box::pin(rx.recv());
        match winner {
            0 => tx.try_send(value(0)).unwrap(),
            5 => assert!(rx.close()),
            1 | 2 => assert_eq!(rx.try_recv(), Ok(value(winner as u64))),
            _ => assert!(poll_once(receive.as_mut()).is_pending()),
        }
        assert_eq!((waits.wakes(), waits.ready()), (1, winner));
        drop(waits);
        if winner == 3 || winner == 4 {
            assert_eq!(now(receive), Ok(value(winner as u64)));
        }
        assert_eq!(slot.is_some(), winner != 2);
        for (tx, rx) in &ways {
            assert!(tx.try_send(value(9)).is_err() && rx.try_recv().is_err(), "nobody is left");
        }
    }
}

#[test]
fn every_kind_of_arm_is_dropped_after_it_was_committed() {
    // Goal: a value that was handed over is back, one that was taken is gone, room is free.
    for winner in 0..6 {
        let ways: Vec<_> = (0..6).map(|_| rendezvous()).collect();
        let mut slot = Some(value(2));
        let waits = parked(any_kind(&ways, &mut slot));
        let (tx, rx) = &ways[winner];
        let mut receive = Box::pin(rx.recv());
        match winner {
            0 => tx.try_send(value(0)).unwrap(),
            5 => assert!(rx.close()),
            1 | 2 => assert_eq!(rx.try_recv(), Ok(value(winner as u64))),
            _ => assert!(poll_once(receive.as_mut()).is_pending()),
        }
        drop(waits);
        assert_eq!(slot.is_some(), winner != 2);
        match winner {
            0 => assert_eq!(rx.try_recv(), Ok(value(0))),
            3 | 4 => {
                assert_eq!(tx.try_send(value(7)), Ok(()), "the permit is back");
                assert_eq!(now(receive), Ok(value(7)));
            }
            _ => {}
        }
    }
}

#[test]
fn ready_at_once_by_every_form() {
    for capacity in [Some(1), None] {
        let ((tx, rx), idle) = (channel(capacity), never::<Value>());
        tx.try_send(value(1)).unwrap();
        let got = now(async {
            select! {
                got = idle.recv() => got,
                got = rx.recv() => got,
            }
        });
        assert_eq!(got, Ok(value(1)));
        assert_eq!(now(first((tx.send(value(2)), idle.recv()))), OneOf2::A(Ok(())));
        let arms = (idle.recv(), Some(rx.recv()), None::<BoxCase<'_, ()>>);
        assert_eq!(now(first(arms).biased().now()), Some(OneOf3::B(Ok(value(2)))));
        assert_eq!(now(first((idle.recv(), rx.recv())).now()), None);
        let mut select = Select::biased();
        select.add(1, rx.recv());
        assert_eq!(select.try_next(), None);
        tx.try_send(value(3)).unwrap();
        assert_eq!(select.try_next(), Some((1, Ok(value(3)))));
        assert_eq!((select.try_next(), now(select.next())), (None, None));
    }
}

#[test]
fn moved_before_its_first_poll() {
    let ((tx, rx), idle) = (rendezvous(), never::<Value>());
    let moved = first((idle.recv(), rx.recv(), tx.send(value(1))));
    let moved = [moved.biased()];
    let mut moved = Box::new(moved.into_iter().next().unwrap());
    // SAFETY: in its box it stays where it is.
    let mut waits = unsafe { Pin::new_unchecked(&mut *moved) };
    assert!(poll_once(waits.as_mut()).is_pending());
    tx.try_send(value(2)).unwrap();
    assert_eq!(poll_once(waits.as_mut()), Poll::Ready(OneOf3::B(Ok(value(2)))));
    // It goes on with the arms that are left.
    assert!(poll_once(waits.as_mut()).is_pending());
    assert_eq!(rx.try_recv(), Ok(value(1)));
    assert_eq!(poll_once(waits.as_mut()), Poll::Ready(OneOf3::C(Ok(()))));
}

#[test]
fn each_round_begins_anew() {
    // Goal: all arms are enrolled once a round, and out of their lists when one has won.
    let (channels, rounds) = ([(); 3].map(|()| rendezvous()), Cell::new(0));
    let [a, b, c] = &channels;
    let count = OnEnroll(|| rounds.set(rounds.get() + 1));
    let mut race = pin!(first((a.1.recv(), b.1.recv(), c.1.recv(), count)).biased());
    for (round, (tx, _)) in (1..).zip(&channels) {
        assert!(poll_once(race.as_mut()).is_pending());
        assert_eq!((rounds.get(), tx.try_send(value(round))), (round, Ok(())));
        let won = match poll_once(race.as_mut()) {
            Poll::Ready(OneOf4::A(got) | OneOf4::B(got) | OneOf4::C(got)) => got,
            other => panic!("{other:?}"),
        };
        assert_eq!(won, Ok(value(round)));
        assert!(channels.iter().all(|(tx, _)| tx.try_reserve().is_err()), "nobody receives");
    }
}

/// An arm of every kind, as one type.
fn kinds<'a>(
    tx: &'a Sender<Value>,
    rx: &'a Receiver<Value>,
    slot: &'a mut Option<Value>,
) -> [BoxCase<'a, bool>; 6] {
    [
        boxed(map(rx.recv(), |got| got.is_ok())),
        boxed(map(tx.send(value(1)), |sent| sent.is_ok())),
        boxed(map(tx.send_from(slot), |sent| sent.is_ok())),
        boxed(map(tx.reserve(), |permit| permit.is_ok_and(|permit| permit.send(value(3)).is_ok()))),
        boxed(map(tx.clone().reserve_owned(), |permit| permit.is_ok())),
        boxed(map(future(std::future::pending::<()>()), |()| false)),
    ]
}

#[test]
fn a_select_of_every_kind_over_many_rounds() {
    let ((tx, rx), mut slot) = (bounded(1), Some(value(2)));
    let mut select: Select<usize, _> = kinds(&tx, &rx, &mut slot).into_iter().enumerate().collect();
    let mut won = 0;
    while select.len() > 1 {
        match now_or_none(select.next()) {
            Some(next) => {
                let (_, is_done) = next.unwrap();
                assert!(is_done);
                won += 1;
            }
            // All that is left sends, or all receives.
            None => match rx.try_recv() {
                Ok(_) => {}
                Err(_) => tx.try_send(value(5)).unwrap(),
            },
        }
    }
    assert_eq!(won, 5);
    let mut select = Box::new(select);
    select.add(7, boxed(map(rx.closed(), |()| true)));
    assert!(select.remove(&5) && select.remove(&7) && select.is_empty());
}

/// The output, if there is one at the first poll.
fn now_or_none<F: Future>(future: F) -> Option<F::Output> {
    match poll_once(pin!(future)) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

#[test]
fn an_arm_that_was_polled_before_and_one_that_stays() {
    let ((tx, rx), (other_tx, other_rx)) = (rendezvous(), rendezvous());
    // In a box, as a case: its place of before is given up.
    let mut before = Box::pin(rx.recv());
    assert!(poll_once(before.as_mut()).is_pending());
    let mut waits = parked(first((before, other_rx.recv())));
    tx.try_send(value(1)).unwrap();
    assert_eq!(waits.ready(), OneOf2::A(Ok(value(1))));
    // Decided before it became an arm.
    let mut before = Box::pin(rx.recv());
    assert!(poll_once(before.as_mut()).is_pending());
    tx.try_send(value(2)).unwrap();
    assert_eq!(now(first((other_rx.recv(), before))), OneOf2::B(Ok(value(2))));
    // By reference, as a future: it keeps its place, over selects that it loses.
    let mut stays = pin!(rx.recv());
    for n in 0..2 {
        let mut waits = parked(async {
            select! {
                got = stays.as_mut() => got,
                got = other_rx.recv() => got,
            }
        });
        other_tx.try_send(value(n)).unwrap();
        assert_eq!(waits.ready(), Ok(value(n)));
    }
    tx.try_send(value(3)).unwrap();
    assert_eq!(poll_once(stays), Poll::Ready(Ok(value(3))));
}

#[test]
fn a_foreign_future_that_uses_the_other_arms() {
    let (tx, rx) = bounded(1);
    let sending = tx.clone();
    let meddles = foreign(move |poll| {
        if poll == 2 {
            assert_eq!(sending.try_send(value(1)), Ok(()));
        }
        Poll::<()>::Pending
    });
    let mut waits = parked(first((rx.recv(), future(meddles))));
    assert_eq!((waits.ready(), waits.wakes()), (OneOf2::A(Ok(value(1))), 0));
}

#[test]
fn one_that_is_kept_from_waiting_has_itself_woken() {
    let (tx, rx) = rendezvous();
    let (passing, mut looks) = (tx.clone(), 0);
    let meddles = OnEnroll(move || {
        looks += 1;
        if looks < 40 {
            assert!(passing.try_send(value(9)).is_err());
        }
    });
    let mut waits = parked(first((rx.recv(), meddles)).biased());
    assert_eq!(waits.wakes(), 1);
    waits.pending();
    assert_eq!((waits.wakes(), tx.try_send(value(1))), (1, Ok(())));
    assert_eq!((waits.wakes(), waits.ready()), (2, OneOf2::A(Ok(value(1)))));
}

#[test]
fn what_comes_at_the_last_look_on_end_is_found() {
    // Goal: the mark that it leaves is not wiped out with the look that it was to bring about.
    let (tx, rx) = rendezvous();
    let (mut send, mut looks) = (Box::pin(tx.send(value(7))), 0);
    let meddles = OnEnroll(|| {
        looks += 1;
        if looks < LOOKS {
            assert!(tx.try_send(value(9)).is_err());
        } else if looks == LOOKS {
            assert!(poll_once(send.as_mut()).is_pending());
        }
    });
    let mut waits = parked(first((rx.recv(), meddles)).biased());
    assert_eq!((waits.wakes(), waits.ready()), (1, OneOf2::A(Ok(value(7)))));
}

/// A select of as many arms as there can be, of which the one of this number wins.
macro_rules! sixty_four {
    ($receivers:ident: $($n:literal)*) => {
        select! {
            $(got = $receivers[$n].recv() => (got, $n),)*
        }
    };
}

#[test]
fn sixty_four_arms() {
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..64).map(|_| rendezvous()).unzip();
    for winner in [0, 31, 63] {
        let mut waits = parked(async {
            sixty_four! {
                receivers: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27
                28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55
                56 57 58 59 60 61 62 63
            }
        });
        senders[winner].try_send(value(7)).unwrap();
        assert_eq!(waits.ready(), (Ok(value(7)), winner));
    }
    assert!(senders.iter().all(|tx| tx.try_send(value(8)).is_err()));
}

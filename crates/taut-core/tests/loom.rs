//! Models of the core alone: the claim, the hand-over of a verdict, and leaving against finishing, on
//! a toy primitive. Two or three threads, every interleaving within the preemption bound.
//!
//! Run by `cargo x loom`, one at a time.

#![cfg(taut_loom)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "support/explore.rs"]
mod explore;
mod support;

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, Waker};

use explore::model;
use loom::future::block_on;
use loom::thread;
use support::arms::{Arms, Claims, arm};
use support::desk::{Desk, Got};
use support::once;
use taut_core::claim::{From, Missed};

/// Puts a value on a desk, on a thread of its own.
fn putting(desk: &Arc<Desk>, value: u32) -> thread::JoinHandle<()> {
    let desk = Arc::clone(desk);
    thread::spawn(move || desk.put(value))
}

#[test]
fn the_slot_is_written_before_the_verdict_and_read_after_it() {
    model(|| {
        let desk = Desk::new();
        let mut take = Box::pin(desk.take());
        let first = poll_once(take.as_mut());
        assert!(first.is_pending());
        let put = putting(&desk, 7);
        assert_eq!(block_on(take), Got::Taken(7));
        put.join().unwrap();
    });
}

fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut std::task::Context::from_waker(Waker::noop()))
}

#[test]
fn a_value_that_is_taken_is_seen_and_its_giver_told() {
    // The other way round: the waiter brings the value, and goes as soon as it is told.
    model(|| {
        let desk = Desk::new();
        let other = Arc::clone(&desk);
        let take = thread::spawn(move || block_on(other.take()));
        assert_eq!(block_on(desk.give(7)), Got::Given);
        assert_eq!(take.join().unwrap(), Got::Taken(7));
    });
}

#[test]
fn who_saw_the_verdict_may_free_the_node() {
    // Goal: W4: a claimer that touched it later would race with the next use of the memory.
    model(|| {
        let desk = Desk::new();
        let mut take = Box::pin(desk.take());
        assert!(poll_once(take.as_mut()).is_pending());
        let put = putting(&desk, 7);
        // Not woken: it sees the verdict as early as it can be seen.
        let got = take.as_mut().cancel();
        let again = got.is_some();
        if again {
            assert_eq!(got, Some(Got::Taken(7)));
            // SAFETY: a take begins with an empty slot.
            unsafe { take.as_mut().rearm() };
        }
        // Begins anew in the same place: the header and the slot are written again.
        if poll_once(take.as_mut()).is_ready() {
            assert!(!again);
        }
        drop(take);
        put.join().unwrap();
        assert!(desk.listed() == (0, 0) && desk.clear().len() <= 1);
    });
}

#[test]
fn leaving_against_finishing() {
    // Goal: O2: a verdict or none, and in the end the value exactly once.
    model(|| {
        let desk = Desk::new();
        let take = desk.take();
        let put = putting(&desk, 7);
        let got = block_on(once(take));
        put.join().unwrap();
        let kept = desk.clear();
        assert!(matches!((got, &kept[..]), (Some(Got::Taken(7)), []) | (None, [7])));
        assert_eq!(desk.listed(), (0, 0));
    });
}

#[test]
fn what_is_given_back_finds_another_that_waits() {
    model(|| {
        let desk = Desk::new();
        let mut dropped = Box::pin(desk.take());
        assert!(poll_once(dropped.as_mut()).is_pending());
        let put = putting(&desk, 7);
        let drop_it = thread::spawn(move || drop(dropped));
        assert_eq!(block_on(desk.take()), Got::Taken(7));
        put.join().unwrap();
        drop_it.join().unwrap();
    });
}

#[test]
fn the_waker_of_the_last_poll_is_the_one_that_is_woken() {
    model(|| {
        let desk = Desk::new();
        let put = putting(&desk, 7);
        let mut take = Box::pin(desk.take());
        let early = block_on(poll_fn(|cx| Poll::Ready(take.as_mut().poll(cx))));
        let got = match early {
            Poll::Ready(got) => got,
            Poll::Pending => block_on(take),
        };
        assert_eq!(got, Got::Taken(7));
        put.join().unwrap();
    });
}

#[test]
fn a_close_tells_who_waits() {
    model(|| {
        let desk = Desk::new();
        let other = Arc::clone(&desk);
        let close = thread::spawn(move || other.close());
        assert_eq!(block_on(desk.give(7)), Got::Returned(7));
        close.join().unwrap();
    });
}

#[test]
fn of_two_claimers_one_wins() {
    // Goal: C1. The other one's value stays where it was put.
    model(|| {
        let (x, y) = (Desk::new(), Desk::new());
        let puts = [putting(&x, 0), putting(&y, 1)];
        let (number, got) = block_on(Arms::new([arm(x.take()), arm(y.take())]));
        puts.into_iter().for_each(|put| put.join().unwrap());
        assert_eq!(got, Got::Taken(number as u32));
        let left = [&x, &y].map(|desk| desk.clear().len());
        assert_eq!(left, if number == 0 { [0, 1] } else { [1, 0] });
        assert_eq!((x.listed(), y.listed()), ((0, 0), (0, 0)));
    });
}

#[test]
fn a_mark_while_it_looks_is_not_overlooked() {
    // Goal: C2 for `Looking`. The second arm's desk is looked at last, so what comes to the first one
    // meanwhile is known by the mark only.
    model(|| {
        let (x, y) = (Desk::new(), Desk::new());
        let put = putting(&x, 0);
        let won = block_on(Arms::new([arm(x.take()), arm(y.take())]));
        assert_eq!(won, (0, Got::Taken(0)));
        put.join().unwrap();
    });
}

#[test]
fn a_mark_while_it_is_away_is_not_overlooked() {
    // Goal: C2 for `Away`: between two polls for no reason.
    model(|| {
        let desk = Desk::new();
        let mut arms = Arms::new([arm(desk.take())]);
        // SAFETY: nobody knows the claim yet.
        unsafe { arms.claim().set_waker(Waker::noop()) };
        assert_eq!((arms.register(), arms.wait(From::Looking)), (None, Ok(())));
        let put = putting(&desk, 7);
        let got = match arms.resume() {
            Err(number) => Some(arms.collect(number)),
            Ok(()) => match arms.wait(From::Away) {
                Err(Missed) => Some(arms.register().expect("it was told that there is something")),
                Ok(()) => None,
            },
        };
        put.join().unwrap();
        match got {
            Some(got) => assert_eq!(got, (0, Got::Taken(7))),
            // It came after the wait began, so it found us waiting.
            None => assert_eq!(arms.resume(), Err(0)),
        }
        assert_eq!(desk.clear(), []);
    });
}

#[test]
fn a_mark_during_a_new_look_counts_for_the_next() {
    // Goal: the mark is taken away before the new look, not after it: two values, each can be missed.
    model(|| {
        let (x, y) = (Desk::new(), Desk::new());
        let mut arms = Arms::new([arm(x.take()), arm(y.take())]);
        // SAFETY: nobody knows the claim yet.
        unsafe { arms.claim().set_waker(Waker::noop()) };
        assert_eq!(arms.register(), None);
        let put = putting(&x, 7);
        // Marked by hand, as if something had come by that somebody else took.
        y.put(1);
        assert_eq!(y.clear(), [1]);
        assert_eq!(arms.wait(From::Looking), Err(Missed));
        let won = arms.register();
        let waits = won.is_none() && arms.wait(From::Looking).is_ok();
        put.join().unwrap();
        match won {
            Some(won) => assert_eq!(won, (0, Got::Taken(7))),
            None if waits => assert_eq!(arms.resume(), Err(0)),
            None => assert_eq!(arms.register(), Some((0, Got::Taken(7)))),
        }
    });
}

#[test]
fn a_claim_against_a_drop() {
    // Goal: taken back or claimed; what was handed over is given back.
    model(|| {
        let (x, y) = (Desk::new(), Desk::new());
        let put = putting(&x, 7);
        let won = block_on(once(Arms::new([arm(x.take()), arm(y.take())])));
        put.join().unwrap();
        let kept = x.clear();
        assert!(matches!((won, &kept[..]), (Some((0, Got::Taken(7))), []) | (None, [7])));
        assert_eq!((x.listed(), y.listed()), ((0, 0), (0, 0)));
    });
}

#[test]
fn a_claim_against_another_waker() {
    // Goal: C4: who claimed uses the waker, who took the claim back replaces it.
    model(|| {
        let desk = Desk::new();
        let put = putting(&desk, 7);
        let mut arms = Arms::new([arm(desk.take())]);
        let early = block_on(poll_fn(|cx| Poll::Ready(pin!(&mut arms).poll(cx))));
        let won = match early {
            Poll::Ready(won) => won,
            Poll::Pending => block_on(arms),
        };
        assert_eq!(won, (0, Got::Taken(7)));
        put.join().unwrap();
    });
}

/// Two selects, each of which gives on one desk and takes on the other: one transfer in all, on which
/// both agree. `ours`: the number of our claim, and so of our address.
fn facing(ours: usize) {
    let (x, y) = (Desk::new(), Desk::new());
    let claims = Claims::new(2);
    let one = Arms::with_claim(&claims, ours, [arm(x.give(5)), arm(y.take())]);
    let two = Arms::with_claim(&claims, 1 - ours, [arm(y.give(5)), arm(x.take())]);
    let other = thread::spawn(move || block_on(two));
    let mut both = [block_on(one), other.join().unwrap()];
    both.sort_by_key(|(number, _)| *number);
    assert_eq!(both, [(0, Got::Given), (1, Got::Taken(5))]);
    assert_eq!((x.listed(), y.listed()), ((0, 0), (0, 0)));
}

#[test]
fn facing_from_the_lower_address() {
    model(|| facing(0));
}

#[test]
fn facing_from_the_higher_address() {
    model(|| facing(1));
}

#[test]
fn facing_with_one_that_gives_up() {
    // Goal: one of two is dropped after its first poll: the other got its value, or waits with its own.
    model(|| {
        let (x, y) = (Desk::new(), Desk::new());
        let claims = Claims::new(2);
        let one = Arms::with_claim(&claims, 0, [arm(x.give(5)), arm(y.take())]);
        let two = Arms::with_claim(&claims, 1, [arm(y.give(6)), arm(x.take())]);
        let other = thread::spawn(move || block_on(once(two)));
        let put = putting(&y, 7);
        let ours = block_on(one);
        let theirs = other.join().unwrap();
        put.join().unwrap();
        let kept = (x.clear(), y.clear());
        match (ours, theirs) {
            ((0, Got::Given), Some((1, Got::Taken(5)))) => assert_eq!(kept, (vec![], vec![7])),
            // It was given up with the value in its hand.
            ((0, Got::Given), None) => assert_eq!(kept, (vec![5], vec![7])),
            ((1, Got::Taken(6)), Some((0, Got::Given)) | None) => {
                assert_eq!(kept, (vec![], vec![7]));
            }
            ((1, Got::Taken(7)), None) => assert_eq!(kept, (vec![], vec![])),
            other => panic!("{other:?}"),
        }
    });
}

/// Three selects in a ring: each gives to the next and takes from the one before. Two of them pair; who
/// took then puts a nine in front of the third.
fn ring(numbers: [usize; 3]) {
    const NINE: u32 = 9;
    let desks = [Desk::new(), Desk::new(), Desk::new()];
    let claims = Claims::new(3);
    let [one, two, three] = [0, 1, 2].map(|n| {
        let arms = [arm(desks[n].give(n as u32)), arm(desks[(n + 2) % 3].take())];
        let select = Arms::with_claim(&claims, numbers[n], arms);
        let next = Arc::clone(&desks[n]);
        move || {
            let (_, got) = block_on(select);
            if matches!(got, Got::Taken(value) if value != NINE) {
                next.put(NINE);
            }
            got
        }
    });
    let others = [thread::spawn(one), thread::spawn(two)];
    let third = three();
    let all: Vec<_> =
        others.into_iter().map(|other| other.join().unwrap()).chain([third]).collect();
    assert!(all.contains(&Got::Given) && all.contains(&Got::Taken(NINE)), "{all:?}");
    desks.iter().for_each(|desk| assert_eq!((desk.listed(), desk.clear()), ((0, 0), vec![])));
}

#[test]
fn a_ring_upwards() {
    model(|| ring([0, 1, 2]));
}

#[test]
fn a_ring_downwards() {
    model(|| ring([2, 1, 0]));
}

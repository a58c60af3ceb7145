//! The list of those who wait: order, withdrawal from every place, offers, and verdicts for all.

use std::iter;
use std::sync::Arc;

use taut_core::{Offer, Seeker, Verdict, WaitList, Waiting, WakeBatch};

use crate::support::desk::{Desk, Got, Take};
use crate::support::{Task, task};

/// So many takes that wait, first to last.
fn waiting(desk: &Arc<Desk>, count: usize) -> Vec<Task<Waiting<Take>>> {
    let mut takes: Vec<_> = iter::repeat_with(|| task(desk.take())).take(count).collect();
    takes.iter_mut().for_each(Task::pending);
    takes
}

#[test]
fn first_come_first_served() {
    let desk = Desk::new();
    let mut takes = waiting(&desk, 4);
    // Polled again, in another order: that changes nothing.
    takes.iter_mut().rev().for_each(Task::pending);
    for value in 0..4 {
        assert_eq!(desk.listed(), (0, 4 - value as usize));
        desk.put(value);
    }
    for (value, mut take) in takes.into_iter().enumerate() {
        assert_eq!((take.woken(), take.ready()), (1, Got::Taken(value as u32)));
    }
}

#[test]
fn withdrawn_from_every_place_the_others_keep_theirs() {
    // Goal: front, middle, back, and any two of them one after the other.
    const COUNT: usize = 4;
    for first in 0..COUNT {
        for second in (0..COUNT).filter(|&second| second != first) {
            let desk = Desk::new();
            let mut takes: Vec<_> = waiting(&desk, COUNT).into_iter().map(Some).collect();
            for (place, left) in [(first, COUNT - 1), (second, COUNT - 2)] {
                takes[place] = None;
                assert_eq!(desk.listed(), (0, left));
            }
            let mut late = waiting(&desk, 1);
            let mut rest: Vec<_> = takes.into_iter().flatten().chain(late.drain(..)).collect();
            for (value, take) in rest.iter_mut().enumerate() {
                desk.put(value as u32);
                assert_eq!(take.ready(), Got::Taken(value as u32), "without {first} and {second}");
            }
            assert_eq!(desk.listed(), (0, 0));
        }
    }
}

#[test]
fn withdrawn_by_all_and_used_again() {
    let desk = Desk::new();
    for _ in 0..2 {
        drop(waiting(&desk, 3));
        assert_eq!(desk.listed(), (0, 0));
        let mut takes = waiting(&desk, 1);
        desk.put(1);
        assert_eq!(takes[0].ready(), Got::Taken(1));
    }
}

#[test]
fn only_who_makes_the_offer_is_claimed() {
    let desk = Desk::new();
    let mut values = [task(desk.take()), task(desk.take())];
    let mut others = [task(desk.ask()), task(desk.ask())];
    values[0].pending();
    others.iter_mut().for_each(Task::pending);
    values[1].pending();
    assert!(desk.put_for(Offer::Place, false, 1));
    assert_eq!((others[0].ready(), values[0].woken(), desk.listed()), (Got::Taken(1), 0, (0, 3)));
    assert!(desk.put_for(Offer::Value, false, 2));
    assert_eq!((values[0].ready(), others[1].woken()), (Got::Taken(2), 0));
    assert!(desk.put_for(Offer::Value, false, 3));
    assert!(!desk.put_for(Offer::Value, false, 4), "nobody is left who makes it");
    assert_eq!((values[1].ready(), desk.listed()), (Got::Taken(3), (0, 1)));
    desk.put(5);
    assert_eq!(others[1].ready(), Got::Taken(5));
}

#[test]
fn a_leading_offer_is_looked_for_only_in_front_of_another() {
    let desk = Desk::new();
    let mut values = [task(desk.take()), task(desk.take())];
    let mut other = task(desk.ask());
    assert!(!desk.put_for(Offer::Value, true, 0), "nobody waits");
    values[0].pending();
    other.pending();
    values[1].pending();
    assert!(!desk.put_for(Offer::Place, true, 1));
    assert!(desk.put_for(Offer::Value, true, 2));
    assert!(!desk.put_for(Offer::Value, true, 3), "the other one is in front");
    assert_eq!((values[0].ready(), desk.listed()), (Got::Taken(2), (0, 2)));
    assert!(desk.put_for(Offer::Place, true, 4));
    assert!(desk.put_for(Offer::Value, true, 5));
    assert_eq!((other.ready(), values[1].ready()), (Got::Taken(4), Got::Taken(5)));
}

#[test]
fn a_verdict_for_all_takes_as_many_rounds_as_it_needs() {
    let desk = Desk::new();
    let mut takes = waiting(&desk, 70);
    let mut gives: Vec<_> = (0..3).map(|value| task(Desk::new().give(value))).collect();
    desk.close();
    assert_eq!(desk.listed(), (0, 0));
    for take in &mut takes {
        assert_eq!((take.woken(), take.ready()), (1, Got::Closed));
    }
    gives.iter_mut().for_each(Task::pending);
}

#[test]
fn a_verdict_for_all_of_nobody_needs_no_space() {
    let mut list = WaitList::default();
    assert_eq!((list.is_empty(), list.len()), (true, 0));
    assert!(list.claim_first(Seeker::TASK).is_none());
    let mut batch = WakeBatch::new();
    assert!(list.finish_all(&mut batch, Verdict::Closed), "nobody is left");
    while !batch.is_full() {
        batch.push(std::task::Waker::noop().clone());
    }
    assert!(list.finish_all(&mut batch, Verdict::Closed), "nobody is left");
}

#[test]
fn a_verdict_that_is_not_seen_is_given_back_in_front() {
    let desk = Desk::new();
    let takes = waiting(&desk, 2);
    desk.put(1);
    desk.put(2);
    desk.put(3);
    takes.into_iter().rev().for_each(drop);
    assert_eq!(desk.clear(), [1, 2, 3]);
}

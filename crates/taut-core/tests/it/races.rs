//! The same protocol under real threads: nothing is lost, nothing comes twice.

use std::pin::pin;
use std::sync::Arc;
use std::sync::Barrier;

use taut_core::sync::block_on;

use crate::support::arms::{Arms, Claims, arm};
use crate::support::desk::{Desk, Got};
use crate::support::once;

const ROUNDS: u32 = if cfg!(miri) { 8 } else { 2000 };

fn block<F: Future>(future: F) -> F::Output {
    block_on(pin!(future), None).expect("there is no deadline")
}

/// Runs both at the same time, again and again.
fn race<A: Send, B>(
    rounds: u32,
    make: impl Fn() -> (Box<dyn FnOnce() -> A + Send>, Box<dyn FnOnce() -> B>),
    check: impl Fn(A, B),
) {
    for _ in 0..rounds {
        let (theirs, ours) = make();
        let start = Barrier::new(2);
        let (a, b) = std::thread::scope(|scope| {
            let other = scope.spawn(|| {
                start.wait();
                theirs()
            });
            start.wait();
            let b = ours();
            (other.join().unwrap(), b)
        });
        check(a, b);
    }
}

#[test]
fn a_take_that_is_given_up_loses_nothing() {
    race(
        ROUNDS,
        || {
            let desk = Desk::new();
            let put = Arc::clone(&desk);
            let take = move || (block(once(desk.take())), desk);
            (Box::new(move || put.put(1)), Box::new(take))
        },
        |(), (got, desk)| {
            let kept = desk.clear();
            assert_eq!(got.is_some(), kept.is_empty());
            assert!(got.is_none_or(|got| got == Got::Taken(1)));
        },
    );
}

#[test]
fn one_value_of_two_for_a_select() {
    race(
        ROUNDS,
        || {
            let (x, y) = (Desk::new(), Desk::new());
            let puts = (Arc::clone(&x), Arc::clone(&y));
            let put = move || {
                puts.0.put(1);
                puts.1.put(2);
            };
            let select = move || {
                let won = block(Arms::new([arm(x.take()), arm(y.take())]));
                (won, x, y)
            };
            (Box::new(put), Box::new(select))
        },
        |(), ((number, got), x, y)| {
            assert_eq!(got, Got::Taken(number as u32 + 1));
            let left = if number == 0 { (vec![], vec![2]) } else { (vec![1], vec![]) };
            assert_eq!(
                (x.clear(), y.clear(), x.listed(), y.listed()),
                (left.0, left.1, (0, 0), (0, 0))
            );
        },
    );
}

#[test]
fn selects_that_face_each_other_agree() {
    race(
        ROUNDS,
        || {
            let (x, y) = (Desk::new(), Desk::new());
            let claims = Claims::new(2);
            let one = Arms::with_claim(&claims, 0, [arm(x.give(5)), arm(y.take())]);
            let two = Arms::with_claim(&claims, 1, [arm(y.give(5)), arm(x.take())]);
            (Box::new(move || block(one)), Box::new(move || block(two)))
        },
        |one, two| {
            let mut both = [one, two];
            both.sort_by_key(|(number, _)| *number);
            assert_eq!(both, [(0, Got::Given), (1, Got::Taken(5))]);
        },
    );
}

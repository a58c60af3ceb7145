//! Arms that take no part: guards, `None`, channels that never are, patterns that did not match; and
//! what is left when all of them are gone.

use std::future::ready;

use taut::chan::{self, Closed, never};
use taut::select::{self, OneOf2, OneOf3, Select};

use crate::support::{Census, assert_uniform, drain, holding, now, parked, task};

#[test]
fn nl_03_a_disabled_arm_is_never_chosen() {
    // Goal: SE-09, RS-04, RS-05. It is ready, and the others are chosen nevertheless; in all forms.
    let (_full, held) = holding(1);
    let ((tx, rx), nil) = (chan::bounded(1), never());
    for _ in 0..100 {
        tx.try_send(2).unwrap();
        let by_guard = now(async {
            select::select! { got = held.recv(), if false => got, got = rx.recv(), if true => got }
        });
        tx.try_send(2).unwrap();
        let by_option = now(async {
            select::select! { got = false.then(|| held.recv()) => got, got = Some(rx.recv()) => got }
        });
        tx.try_send(2).unwrap();
        let none = false.then(|| held.recv());
        let by_first = now(select::first((none, rx.recv())));
        tx.try_send(2).unwrap();
        let mut select = Select::new();
        select.add("disabled", None);
        select.add("nil", Some(nil.recv()));
        select.add("ready", Some(rx.recv()));
        assert_eq!((by_guard, by_option, by_first), (Ok(2), Ok(2), OneOf2::B(Ok(2))));
        assert_eq!(now(select.next()), Some(("ready", Ok(2))));
    }
    assert_eq!(held.len(), 1);
}

#[test]
fn nl_03_with_every_arm_disabled_a_select_waits_for_ever() {
    // Goal: RS-09; never a panic. By guards, by `None`, by channels that never are; `first` too.
    let (_full, held) = holding(1);
    let (tx, rx) = chan::rendezvous::<u64>();
    let mut by_guards = parked(async {
        select::select! { got = held.recv(), if false => got, got = rx.recv(), if false => got }
    });
    let mut by_first =
        parked(select::first((false.then(|| rx.recv()), None::<chan::future::Send<'_, u64>>)));
    let nil = never::<u64>();
    let mut by_nil = parked(async {
        select::select! { got = nil.recv() => got }
    });
    assert!(tx.try_send(1).is_err(), "nobody receives");
    for _ in 0..10 {
        by_guards.pending();
        by_first.pending();
        by_nil.pending();
    }
    assert_eq!((by_guards.wakes(), by_first.wakes(), by_nil.wakes(), held.len()), (0, 0, 0, 1));
}

#[test]
fn nl_03_with_every_arm_disabled_an_else_or_else_a_default_runs() {
    let (_full, held) = holding(1);
    let by_else = now(async {
        select::select! { _ = held.recv(), if false => 1, else => 2 }
    });
    let by_default = now(async {
        select::select! { _ = held.recv(), if false => 1, default => 3 }
    });
    let by_both = now(async {
        select::select! { default => 3, _ = held.recv(), if false => 1, else => 2 }
    });
    let nil = never::<()>();
    let by_default_of_both = now(async {
        select::select! { _ = nil.recv(), if true => 1, else => 2, default => 3 }
    });
    assert_eq!((by_else, by_default, by_both, by_default_of_both), (2, 3, 2, 3));
    assert_eq!(
        now(async {
            select::select! { else => 2, default => 3 }
        }),
        2
    );
    assert_eq!(
        now(async {
            select::select! { else => 2 }
        }),
        2
    );
}

#[test]
fn nl_05_a_guard_in_a_loop_is_the_channel_set_to_nil() {
    // Goal: NL-05: each source is dropped from the loop when it is closed; all else arrives.
    let channels: Vec<_> = (0..3_u64).map(holding).collect();
    let [a, b, c] = [0, 1, 2].map(|n| &channels[n].1);
    channels.iter().for_each(|(tx, _)| assert!(tx.close()));
    let mut is_open = [true; 3];
    let note = |n: usize, value: Result<u64, _>, is_open: &mut [bool; 3], got: &mut Vec<u64>| {
        is_open[n] = value.is_ok();
        got.extend(value);
    };
    let mut got = Vec::new();
    now(async {
        loop {
            select::select! {
                value = a.recv(), if is_open[0] => note(0, value, &mut is_open, &mut got),
                value = b.recv(), if is_open[1] => note(1, value, &mut is_open, &mut got),
                value = c.recv(), if is_open[2] => note(2, value, &mut is_open, &mut got),
                else => break,
            }
        }
    });
    got.sort_unstable();
    assert_eq!(got, [0, 1, 2]);
}

#[test]
fn se_14_a_pattern_that_does_not_match_disables_its_arm() {
    // Goal: closed arms fall out, the select goes on with the others, at once or after a wait.
    for is_parked in [false, true] {
        let (closed, closed_rx) = chan::rendezvous::<u64>();
        let (tx, rx) = chan::rendezvous();
        assert!(is_parked || closed.close());
        let mut select = parked(async {
            select::select! {
                Ok(value) = closed_rx.recv() => value,
                Ok(value) = rx.recv() => value,
                else => 0,
            }
        });
        if is_parked {
            assert!(closed.close());
            assert_eq!(select.wakes(), 1);
            select.pending();
        }
        assert_eq!(tx.try_send(5), Ok(()));
        assert_eq!(select.ready(), 5);
    }
}

#[test]
fn se_14_when_no_pattern_matches_else_runs() {
    // Goal: each arm is asked once, and its output dropped; in any order, with `default` too.
    let census = Census::default();
    for has_default in [false, true] {
        let ((_a, a_rx), (_b, b_rx)) = (holding(census.value(1)), holding(census.value(2)));
        let taken = now(async {
            if has_default {
                select::select! {
                    Err(_) = a_rx.recv() => 1, Err(_) = b_rx.recv() => 2, else => 3, default => 4,
                }
            } else {
                select::select! { Err(_) = a_rx.recv() => 1, Err(_) = b_rx.recv() => 2, else => 3 }
            }
        });
        assert_eq!((taken, census.alive(), a_rx.len(), b_rx.len()), (3, 0, 0, 0));
    }
}

#[test]
fn se_14_a_miss_takes_nothing_from_the_other_arms() {
    // Goal: the send is not sent by it, and the other receive keeps its value; then it may win.
    let ((_a, a_rx), (_b, b_rx)) = (holding(Some(1)), holding(2));
    let (full, full_rx) = holding(9);
    let mut slot = Some(7);
    let got = now(async {
        select::select! {
            biased;
            Ok(None) = a_rx.recv() => 0,
            sent = full.send_from(&mut slot) => { sent.unwrap(); 1 }
            Ok(n) = b_rx.recv() => n,
            else => 3,
        }
    });
    assert_eq!((got, slot, drain(&full_rx), a_rx.len()), (2, Some(7), vec![9], 0));
}

#[test]
fn se_14_a_permit_that_does_not_match_gives_its_room_back() {
    let (tx, rx) = chan::bounded::<u64>(1);
    let is_refused = now(async {
        select::select! { Err(Closed) = tx.reserve() => true, else => false }
    });
    assert!(!is_refused);
    assert_eq!((tx.try_send(1), rx.len()), (Ok(()), 1));
}

#[test]
fn se_14_a_pattern_may_move_borrow_and_be_mutable() {
    // Goal: patterns are tried without moving out of what they look at.
    let text = |text: &str| ready(Some(text.to_owned()));
    let moved = now(async {
        select::select! { Some(text) = text("a") => text, else => String::new() }
    });
    let mutable = now(async {
        select::select! {
            Some(mut text) = text("b") => { text.push('!'); text }
            else => String::new(),
        }
    });
    let by_ref = now(async {
        select::select! {
            Some(ref text) = text("c") => text.len(),
            None = ready(None::<u8>), if false => 0,
            else => 9,
        }
    });
    let bound = now(async {
        select::select! { all @ Some(_) = text("d") => all.unwrap(), else => String::new() }
    });
    let either = now(async {
        select::select! {
            Ok(n) | Err(n) = ready(Ok::<u8, u8>(4)) => n,
            (a, _) = ready((1, 2)) => a,
            else => 0,
        }
    });
    assert_eq!((moved, mutable, by_ref, bound), ("a".into(), "b!".into(), 1, "d".into()));
    assert!(either == 4 || either == 1);
}

#[test]
fn se_02_after_a_miss_the_choice_among_the_rest_is_uniform() {
    let ((a, a_rx), (b, b_rx)) = (holding(0), holding(1));
    let mut counts = [0; 2];
    for _ in 0..4000 {
        let won = now(async {
            select::select! {
                None = ready(Some(0)) => 7,
                Ok(n) = a_rx.recv() => n,
                Ok(n) = b_rx.recv() => n,
                else => 8,
            }
        });
        counts[won] += 1;
        let _is_back = if won == 0 { a.try_send(0) } else { b.try_send(1) };
    }
    assert_uniform("after a miss", &counts);
}

#[test]
fn first_takes_options_for_guards() {
    // Goal: RS-04 in the form of a tuple: what is disabled is not even made.
    let (tx, rx) = chan::bounded(1);
    let mut line = None::<u64>;
    let arms = (rx.recv(), line.is_some().then(|| tx.send_from(&mut line)), tx.closed());
    let mut waits = parked(select::first(arms));
    tx.try_send(4).unwrap();
    assert_eq!(waits.ready(), OneOf3::A(Ok(4)));
    drop(waits);
    line = Some(5);
    let arms = (rx.recv(), line.is_some().then(|| tx.send_from(&mut line)), tx.closed());
    assert_eq!(task(select::first(arms)).ready(), OneOf3::B(Ok(())));
    assert_eq!((line, drain(&rx)), (None, vec![5]));
}

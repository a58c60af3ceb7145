//! What selects allocate: nothing, parked or not; `Select` only for arms beyond the most it ever had. A
//! test binary of its own, for the allocator that counts. Counts are per thread, so that tests do not
//! see each other.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../../taut-chan/tests/support/allocations.rs"]
mod allocations;
#[path = "it/support.rs"]
mod support;

use std::future::ready;
use std::pin::pin;
use std::task::Poll;

use taut::chan::{self, Receiver, Sender, never};
use taut::select::{self, OneOf2, Select};

use crate::allocations::{at_once, calls, poll};
use crate::support::{CAPACITIES, channel};

/// Runs `round` a few times, in which a chain gets its spare block, then many times that must not
/// allocate at all.
#[track_caller]
fn allocates_nothing(name: &str, mut round: impl FnMut()) {
    (0..40).for_each(|_| round());
    let before = calls();
    (0..300).for_each(|_| round());
    assert_eq!(calls() - before, 0, "{name}");
}

/// Each kind of `select!` once: ready, waiting and served, given up, with `default` and with `else`.
fn each_form(tx: &Sender<u64>, rx: &Receiver<u64>, idle: &Receiver<u64>) {
    {
        let mut waits = pin!(async {
            select::select! { got = rx.recv() => got, got = idle.recv() => got }
        });
        assert!(poll(waits.as_mut()).is_pending());
        tx.try_send(1).unwrap();
        assert_eq!(poll(waits), Poll::Ready(Ok(1)));
    }
    {
        let mut slot = Some(2);
        let mut given_up = pin!(async {
            select::select! {
                got = rx.recv() => got.is_ok(),
                () = tx.closed() => true,
                _ = idle.recv() => false,
            }
        });
        assert!(poll(given_up.as_mut()).is_pending());
        let sent = at_once(async {
            select::select! {
                sent = tx.send_from(&mut slot) => sent.is_ok(),
                _ = ready(()), if false => false,
            }
        });
        assert!(sent);
        // Dropped with a value, which goes back.
    }
    let back = at_once(async {
        select::select! { got = idle.recv() => got, got = rx.recv() => got, default => Ok(0) }
    });
    assert_eq!(back, Ok(2));
    let missed = at_once(async {
        select::select! {
            None = ready(Some(3)) => 4,
            Ok(n) = rx.recv() => n,
            default => 5,
            else => 6,
        }
    });
    assert_eq!(missed, 5);
}

#[test]
fn no_select_allocates() {
    // Goal: for each flavour of channel, parked or not.
    for capacity in CAPACITIES {
        let ((tx, rx), idle) = (channel(capacity), never());
        allocates_nothing(&format!("{capacity:?}"), || each_form(&tx, &rx, &idle));
    }
}

#[test]
fn first_allocates_nothing() {
    let ((tx, rx), idle) = (chan::rendezvous::<u64>(), never::<u64>());
    allocates_nothing("first", || {
        let mut waits = pin!(select::first((rx.recv(), idle.recv())));
        assert!(poll(waits.as_mut()).is_pending());
        tx.try_send(1).unwrap();
        assert_eq!(poll(waits), Poll::Ready(OneOf2::A(Ok(1))));
        assert_eq!(at_once(select::first((idle.recv(), rx.recv())).now()), None);
    });
}

#[test]
fn facing_selects_allocate_nothing() {
    let ((a, a_rx), (b, b_rx)) = (chan::rendezvous::<u64>(), chan::rendezvous::<u64>());
    allocates_nothing("facing", || {
        let mut waits = pin!(select::first((a.send(1), b_rx.recv())));
        assert!(poll(waits.as_mut()).is_pending());
        assert!(poll(pin!(select::first((a_rx.recv(), b.send(2))))).is_ready());
        assert!(poll(waits).is_ready());
    });
}

#[test]
fn rs_01_a_round_of_select_allocates_nothing_after_the_first() {
    // Goal: with the arm that won added again; ready, parked, given up, and not waiting.
    let channels: Vec<_> = (0..50).map(|_| chan::bounded(1)).collect();
    let mut select = Select::new();
    select.extend(channels.iter().enumerate().map(|(n, (_, rx))| (n, rx.recv())));
    let mut at = 0;
    allocates_nothing("Select", || {
        at = (at + 7) % channels.len();
        let (tx, rx) = &channels[at];
        assert!(select.try_next().is_none());
        assert!(poll(pin!(select.next())).is_pending());
        tx.try_send(1).unwrap();
        assert_eq!(at_once(select.next()), Some((at, Ok(1))));
        select.add(at, rx.recv());
        {
            let mut waits = pin!(select.next());
            assert!(poll(waits.as_mut()).is_pending());
            tx.try_send(2).unwrap();
            assert_eq!(poll(waits), Poll::Ready(Some((at, Ok(2)))));
        }
        select.add(at, rx.recv());
        assert!(select.remove(&at));
        select.add(at, rx.recv());
    });
}

#[test]
fn an_arm_costs_one_allocation_and_room_may_be_made_before() {
    let rx = never::<u64>();
    let mut select = Select::new();
    select.reserve(1000);
    let before = calls();
    (0..1000).for_each(|n| select.add(n, rx.recv()));
    let made = calls() - before;
    println!("1000 arms: {made} allocations");
    assert!(made <= 1001, "{made}");
    let before = calls();
    select.clear();
    (0..1000).for_each(|n| select.add(n, rx.recv()));
    // The list of places that were left may grow once to its full size.
    assert!(calls() - before <= 16, "{}", calls() - before);
}

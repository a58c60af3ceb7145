//! `done` as an arm: of the macro, of `first`, of `Select`, with `default`, beside channels.

use std::time::Duration;

use taut::chan;
use taut::context::{Context, ContextError};
use taut::select::{self, OneOf2, Select};
use tokio::time::{Instant, advance};

use crate::support::{Wakes, now, parked, task};

#[test]
fn se_33_an_end_wins_a_select() {
    let (ctx, cancel) = Context::background().with_cancel();
    let (_tx, rx) = chan::rendezvous::<u8>();
    let mut by_macro = parked(async {
        select::select! {
            why = ctx.done() => Err(why),
            got = rx.recv() => Ok(got),
        }
    });
    let mut by_first = parked(select::first((ctx.done(), rx.recv())));
    assert!(cancel.cancel());
    assert_eq!((by_macro.wakes(), by_first.wakes()), (1, 1));
    assert_eq!(by_macro.ready(), Err(ContextError::Cancelled));
    assert_eq!(by_first.ready(), OneOf2::A(ContextError::Cancelled));
}

#[test]
fn se_06_an_arm_that_loses_waits_no_more() {
    let (ctx, cancel) = Context::background().with_cancel();
    let (tx, rx) = chan::rendezvous::<u8>();
    let mut waits = parked(select::first((ctx.done(), rx.recv())));
    assert!(tx.try_send(7).is_ok());
    assert_eq!((waits.wakes(), waits.ready()), (1, OneOf2::B(Ok(7))));
    assert!(cancel.cancel());
    assert_eq!(waits.wakes(), 1, "it has left");
    drop(waits);
}

#[test]
fn se_07_what_comes_first_wins_though_the_context_ends_before_the_poll() {
    let (ctx, cancel) = Context::background().with_cancel();
    let (tx, rx) = chan::rendezvous::<u8>();
    let mut waits = parked(select::first((ctx.done(), rx.recv())));
    assert!(tx.try_send(7).is_ok());
    assert!(cancel.cancel());
    assert_eq!(waits.ready(), OneOf2::B(Ok(7)));

    let (ctx, cancel) = Context::background().with_cancel();
    let mut waits = parked(select::first((ctx.done(), rx.recv())));
    assert!(cancel.cancel());
    assert!(tx.try_send(8).is_err_and(|error| error.is_full()), "nobody receives any more");
    assert_eq!(waits.ready(), OneOf2::A(ContextError::Cancelled));
}

#[test]
fn se_05_default_is_taken_only_while_the_context_lives() {
    let (ctx, cancel) = Context::background().with_cancel();
    let look = || {
        now(async {
            select::select! {
                why = ctx.done() => Some(why),
                default => None,
            }
        })
    };
    assert_eq!(look(), None);
    assert!(cancel.cancel());
    for _ in 0..100 {
        assert_eq!(look(), Some(ContextError::Cancelled));
    }
}

#[test]
fn biased_takes_the_end_first() {
    let (ctx, cancel) = Context::background().with_cancel();
    let (tx, rx) = chan::bounded::<u8>(1);
    tx.try_send(1).unwrap();
    assert!(cancel.cancel());
    for _ in 0..100 {
        let is_end = now(async {
            select::select! {
                biased;
                _ = ctx.done() => true,
                _ = rx.recv() => false,
            }
        });
        assert!(is_end);
    }
    assert_eq!(rx.try_recv(), Ok(1));
}

#[test]
fn several_contexts_in_a_select_of_any_number() {
    let contexts: Vec<_> = (0..5).map(|_| Context::background().with_cancel()).collect();
    let mut select = Select::new();
    for (number, (ctx, _)) in contexts.iter().enumerate() {
        select.add(number, ctx.done());
    }
    for number in [3, 0, 4] {
        let mut waits = parked(select.next());
        assert!(contexts[number].1.cancel());
        assert_eq!(waits.wakes(), 1);
        assert_eq!(waits.ready(), Some((number, ContextError::Cancelled)));
    }
    let waits = parked(select.next());
    drop(waits);
    drop(select);
    assert!(contexts[1].1.cancel());
}

#[test]
fn one_context_in_two_arms_and_its_child() {
    let (ctx, cancel) = Context::background().with_cancel();
    let (child, _child_cancel) = ctx.with_cancel();
    let mut waits = parked(async {
        select::select! {
            why = ctx.done() => why,
            why = child.done() => why,
            why = ctx.done() => why,
        }
    });
    assert!(cancel.cancel());
    assert_eq!((waits.wakes(), waits.ready()), (1, ContextError::Cancelled));
}

#[test]
fn a_send_that_loses_to_the_end_keeps_its_value() {
    let (ctx, cancel) = Context::background().with_cancel();
    let (tx, rx) = chan::rendezvous();
    let mut slot = Some(String::from("kept"));
    let mut waits = parked(async {
        select::select! {
            why = ctx.done() => Err(why),
            sent = tx.send_from(&mut slot) => Ok(sent),
        }
    });
    assert!(cancel.cancel());
    assert_eq!(waits.ready(), Err(ContextError::Cancelled));
    drop(waits);
    assert!(rx.try_recv().is_err());
    assert_eq!(slot.as_deref(), Some("kept"));
}

#[test]
fn a_background_arm_never_wins_nor_registers() {
    let ctx = Context::background();
    let (tx, rx) = chan::rendezvous::<u8>();
    let mut waits = parked(select::first((ctx.done(), rx.recv())));
    assert!(tx.try_send(1).is_ok());
    assert_eq!(waits.ready(), OneOf2::B(Ok(1)));
    let taken = now(async {
        select::select! { _ = ctx.done() => false, default => true }
    });
    assert!(taken);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_wins_a_select() {
    let start = Instant::now();
    let (ctx, _cancel) = Context::background().with_timeout(Duration::from_millis(50));
    let (_tx, rx) = chan::rendezvous::<u8>();
    let why = select::select! {
        why = ctx.done() => Some(why),
        _ = rx.recv() => None,
    };
    assert_eq!(
        (why, start.elapsed()),
        (Some(ContextError::DeadlineExceeded), Duration::from_millis(50))
    );
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_has_passed_is_ready_at_the_first_look() {
    // Goal: not the `default`, though nobody had noticed.
    let (ctx, _cancel) = Context::background().with_timeout(Duration::from_millis(50));
    advance(Duration::from_millis(50)).await;
    let why = select::select! { why = ctx.done() => Some(why), default => None };
    assert_eq!(why, Some(ContextError::DeadlineExceeded));
}

#[tokio::test(start_paused = true)]
async fn a_default_beside_a_deadline_arms_nothing_that_stays() {
    let (ctx, _cancel) = Context::background().with_timeout(Duration::from_millis(50));
    let wakes = Wakes::new();
    let waker = std::task::Waker::from(std::sync::Arc::clone(&wakes));
    let mut look = task(async {
        select::select! { _ = ctx.done() => true, default => false }
    });
    assert_eq!(look.poll_with(&waker), std::task::Poll::Ready(false));
    drop(look);
    advance(Duration::from_millis(100)).await;
    assert_eq!(wakes.count(), 0);
}

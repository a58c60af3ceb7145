//! The last handle frees everything: values, callbacks, causes. CX-49.

use std::time::Duration;

use taut::context::Context;
use tokio::time::advance;

use crate::support::{Census, parked};

#[test]
fn the_last_context_frees_what_is_above_it() {
    let census = Census::default();
    let mut ctx = Context::background();
    for n in 0..5 {
        let (child, cancel) = ctx.with_value(census.value(n)).with_cancel();
        cancel.detach();
        ctx = child;
    }
    assert_eq!(census.alive(), 5);
    let clone = ctx.clone();
    drop(ctx);
    assert_eq!(census.alive(), 5);
    drop(clone);
    assert_eq!(census.alive(), 0);
}

#[test]
fn a_branch_frees_its_own_values() {
    let census = Census::default();
    let (root, _cancel) = Context::background().with_value(census.value(1)).with_cancel();
    let left = root.with_value(census.value(2));
    let right = root.with_value(census.value(3)).with_value(census.value(4));
    drop(left);
    assert_eq!(census.alive(), 3);
    drop(right);
    assert_eq!(census.alive(), 1);
}

#[test]
fn a_cause_goes_with_the_last_that_has_it() {
    let census = Census::default();
    let (root, cancel) = Context::background().with_cancel();
    let children: Vec<_> = (0..3).map(|_| root.with_cancel()).collect();
    assert!(cancel.cancel_with(census.value(1)));
    assert_eq!(census.alive(), 1);
    drop((root, cancel));
    let cause = children[1].0.cause().unwrap();
    drop(children);
    assert_eq!((census.alive(), cause.to_string()), (1, String::from("number 1")));
    drop(cause);
    assert_eq!(census.alive(), 0);
}

#[test]
fn a_cause_of_a_deadline_goes_with_its_context() {
    let census = Census::default();
    let hour = Duration::from_secs(3600);
    let (ctx, cancel) = Context::background().with_timeout_cause(hour, census.value(1));
    let (child, child_cancel) = ctx.with_timeout_cause(2 * hour, census.value(2));
    assert!(census.alive() >= 1);
    drop((child, child_cancel));
    drop((ctx, cancel));
    assert_eq!(census.alive(), 0);
    drop(Context::background().with_timeout_cause(Duration::MAX, census.value(3)));
    drop(Context::background().with_timeout_cause(Duration::ZERO, census.value(4)));
    assert_eq!(census.alive(), 0);
}

#[test]
fn a_callback_goes_when_it_has_run() {
    let census = Census::default();
    let (ctx, cancel) = Context::background().with_cancel();
    let held = census.value(1);
    let registered = ctx.after_func(move || drop(held));
    assert!(cancel.cancel());
    assert_eq!(census.alive(), 0, "though the registration and the context are there");
    drop(registered);
}

#[test]
fn a_cancel_is_enough_to_keep_it_and_no_more() {
    let census = Census::default();
    let (ctx, cancel) = Context::background().with_value(census.value(1)).with_cancel();
    let held = census.value(2);
    ctx.after_func(move || drop(held)).detach();
    drop(ctx);
    drop(cancel);
    assert_eq!(census.alive(), 0);
}

#[test]
fn ended_trees_are_freed_in_any_order() {
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        for is_ended in [false, true] {
            let census = Census::default();
            let (root, cancel) = Context::background().with_value(census.value(1)).with_cancel();
            let (child, child_cancel) = root.with_value(census.value(2)).with_cancel();
            let merged = Context::merge(&[child.with_value(census.value(3)), root.clone()]);
            if is_ended {
                assert!(cancel.cancel());
            }
            cancel.detach();
            child_cancel.detach();
            let mut handles = [Some(root), Some(child), Some(merged)];
            for at in order {
                assert!(census.alive() > 0);
                handles[at] = None;
            }
            assert_eq!(census.alive(), 0, "{order:?}, ended: {is_ended}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_armed_merged_and_bridged_is_freed_too() {
    let census = Census::default();
    for is_awaited in [false, true] {
        let hour = Duration::from_secs(3600);
        let (timed, cancel) = Context::background().with_value(census.value(1)).with_timeout(hour);
        let (other, other_cancel) =
            Context::background().with_value(census.value(2)).with_timeout(2 * hour);
        let merged = Context::merge(&[timed.clone(), other.clone()]);
        let (child, child_cancel) = merged.with_value(census.value(3)).with_timeout(hour / 2);
        let held = census.value(4);
        child.after_func(move || drop(held)).detach();
        let (tokens, waits) =
            ([timed.token(), merged.token()], [parked(child.done()), parked(other.done())]);
        if is_awaited {
            advance(hour / 2).await;
            assert!(child.is_done());
        }
        drop(waits);
        for cancel in [cancel, other_cancel, child_cancel] {
            cancel.detach();
        }
        drop((timed, other, merged, child));
        assert_eq!(census.alive(), 0);
        assert!(tokens.iter().all(|token| !token.is_cancelled()));
    }
    advance(Duration::from_secs(86_400)).await;
}

//! `without_cancel`: the values, and nothing else.

use std::time::Duration;

use taut::context::Context;
use tokio::time::advance;

use crate::support::{CANCELLED, Census, Seen, Why, parked, seen};

#[test]
fn cx_31_it_does_not_end_with_its_parent() {
    let (parent, cancel) = Context::background().with_value(1_u8).with_cancel();
    let ctx = parent.without_cancel();
    let mut done = parked(ctx.done());
    let registered = ctx.after_func(|| panic!("it never ends"));
    assert!(cancel.cancel());
    assert_eq!((seen(&ctx), ctx.value::<u8>()), (Seen::Live, Some(&1)));
    done.pending();
    assert_eq!(done.wakes(), 0);
    assert!(registered.stop(), "CX-39");
}

#[test]
fn cx_31_of_an_ended_parent_it_lives() {
    let (parent, cancel) = Context::background().with_value(1_u8).with_cancel();
    assert!(cancel.cancel_with(Why(1)));
    let ctx = parent.without_cancel();
    assert_eq!((seen(&ctx), ctx.value::<u8>(), ctx.deadline()), (Seen::Live, Some(&1), None));
}

#[tokio::test(start_paused = true)]
async fn cx_31_it_has_no_deadline() {
    let (parent, _cancel) = Context::background().with_timeout(Duration::from_millis(20));
    let ctx = parent.without_cancel();
    assert_eq!((ctx.deadline(), ctx.remaining()), (None, None));
    advance(Duration::from_millis(50)).await;
    assert_eq!((seen(&ctx), parent.is_done()), (Seen::Live, true));
    let (child, _child_cancel) = ctx.with_timeout(Duration::from_millis(50));
    assert_eq!(child.remaining(), Some(Duration::from_millis(50)), "its own");
}

#[test]
fn cx_32_what_is_below_is_a_tree_of_its_own() {
    let (parent, cancel) = Context::background().with_value(1_u8).with_cancel();
    let (child, child_cancel) = parent.without_cancel().with_value(2_u16).with_cancel();
    let (below, _below_cancel) = child.with_cancel();
    assert!(cancel.cancel_with(Why(1)));
    assert_eq!((seen(&child), seen(&below)), (Seen::Live, Seen::Live));
    assert!(child_cancel.cancel_with(Why(2)));
    assert_eq!([&child, &below].map(seen), [Seen::Cancelled(Some(2)); 2]);
    assert_eq!((below.value::<u8>(), below.value::<u16>()), (Some(&1), Some(&2)));
}

#[test]
fn it_keeps_values_alive_and_no_longer() {
    let census = Census::default();
    let (parent, cancel) = Context::background().with_value(census.value(1)).with_cancel();
    let ctx = parent.without_cancel();
    drop((parent, cancel));
    assert_eq!(census.alive(), 1);
    let child = ctx.with_value(1_u8);
    drop(ctx);
    assert_eq!(census.alive(), 1);
    drop(child);
    assert_eq!(census.alive(), 0);
}

#[test]
fn of_a_background_and_twice() {
    let ctx = Context::background().without_cancel().without_cancel();
    assert_eq!(seen(&ctx), Seen::Live);
    let (child, cancel) = ctx.with_cancel();
    assert!(cancel.cancel());
    assert_eq!((seen(&child), seen(&ctx)), (CANCELLED, Seen::Live));
}

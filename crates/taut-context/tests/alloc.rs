//! What contexts allocate: one piece each, and then nothing. A test binary of its own, for the allocator
//! that counts. Counts are per thread, so that tests do not see each other.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../../taut-chan/tests/support/allocations.rs"]
mod counted;
#[path = "support/mod.rs"]
mod support;

use std::future::{pending, ready};
use std::pin::pin;
use std::time::Duration;

use taut::context::{Cancel, Context};

use crate::counted::{calls, live_bytes, poll};

const HOUR: Duration = Duration::from_secs(3600);

/// Runs `program`; how often it allocated.
fn allocations<R>(program: impl FnOnce() -> R) -> (R, u64) {
    let before = calls();
    let result = program();
    (result, calls() - before)
}

/// Runs `program`, which must allocate as often as this.
#[track_caller]
fn allocates<R>(expected: u64, program: impl FnOnce() -> R) -> R {
    let (result, found) = allocations(program);
    assert_eq!(found, expected, "allocations");
    result
}

fn live() -> (Context, Cancel) {
    Context::background().with_cancel()
}

#[test]
fn cx_01_a_background_allocates_nothing() {
    allocates(0, || {
        let ctx = Context::background();
        assert!(poll(pin!(ctx.done())).is_pending() && !ctx.is_done());
        assert!(poll(pin!(ctx.run(ready(1)))).is_ready());
        assert!(ctx.value::<u8>().is_none() && ctx.deadline().is_none());
        drop((ctx.clone(), Context::default(), ctx.without_cancel()));
    });
}

#[test]
fn a_context_is_one_piece() {
    let root = Context::background();
    let (ctx, _cancel) = allocates(1, || root.with_cancel());
    let (_child, _child_cancel) = allocates(1, || ctx.with_cancel());
    let (_timed, _timed_cancel) = allocates(1, || ctx.with_timeout(HOUR));
    let (_late, _late_cancel) = allocates(1, || ctx.with_timeout(Duration::ZERO));
    let (_later, _later_cancel) = allocates(1, || ctx.with_timeout(Duration::MAX));
    allocates(0, || drop(ctx.clone()));
}

#[test]
fn derived_from_an_ended_context_it_is_no_more() {
    let (ctx, cancel) = live();
    cancel.cancel();
    let (_, found) = allocations(|| drop(ctx.with_cancel()));
    assert!(found <= 1);
}

#[test]
fn looking_and_waiting_allocate_nothing() {
    let (parent, cancel) = live();
    let (ctx, _ctx_cancel) = parent.with_value(1_u8).with_cancel();
    let both = || {
        assert_eq!(ctx.is_done(), ctx.err().is_some() && ctx.check().is_err());
        assert!(ctx.value::<u8>().is_some() && ctx.value::<u16>().is_none());
        assert!(ctx.deadline().is_none() && ctx.remaining().is_none());
    };
    allocates(0, both);
    allocates(0, || {
        let (mut one, mut two) = (pin!(ctx.done()), pin!(ctx.run(pending::<u8>())));
        assert!(poll(one.as_mut()).is_pending() && poll(two.as_mut()).is_pending());
        assert!(poll(one.as_mut()).is_pending());
        assert!(cancel.cancel());
        assert!(poll(one).is_ready() && poll(two).is_ready());
    });
    allocates(0, both);
}

/// The end of a tree of two thousand, with waiters and callbacks, and perhaps with merges below, makes so
/// many allocations at most.
fn a_wide_tree_ends(has_merges: bool, most: u64) {
    let (root, cancel) = live();
    let children: Vec<_> = (0..1000).map(|_| root.with_cancel()).collect();
    let below: Vec<_> = children.iter().map(|(ctx, _)| ctx.with_cancel()).collect();
    let merge = |ctx: &Context| {
        if has_merges { Context::merge(&[ctx.clone(), root.clone()]) } else { ctx.clone() }
    };
    let lowest: Vec<_> = below.iter().map(|(ctx, _)| merge(ctx)).collect();
    let mut waits: Vec<_> = lowest.iter().map(|ctx| Box::pin(ctx.done())).collect();
    let registered: Vec<_> = below.iter().map(|(ctx, _)| ctx.after_func(|| ())).collect();
    assert!(waits.iter_mut().all(|done| poll(done.as_mut()).is_pending()));
    let (has_ended, found) = allocations(|| cancel.cancel());
    assert!(has_ended && found <= most, "{found}");
    assert!(waits.iter_mut().all(|done| poll(done.as_mut()).is_ready()));
    allocates(0, || drop(waits));
    allocates(0, || drop((registered, lowest, below, children)));
}

#[test]
fn the_end_of_a_wide_tree_allocates_nothing() {
    a_wide_tree_ends(false, 0);
}

#[test]
fn the_end_of_a_wide_tree_with_merges_keeps_lists_of_them() {
    // Goal: lists that double, and none for each.
    a_wide_tree_ends(true, 64);
}

#[test]
fn a_cause_is_all_that_a_cancel_with_one_allocates() {
    let (ctx, cancel) = live();
    let cause: Box<dyn std::error::Error + Send + Sync> = "why".into();
    let (_, found) = allocations(|| cancel.cancel_with(cause));
    assert!(found <= 2, "the box becomes counted, and has a place");
    allocates(0, || drop(ctx.cause()));
}

#[test]
fn a_callback_is_its_closure_and_its_place() {
    let (ctx, _cancel) = live();
    let held = [7_u8; 64];
    let (registered, found) = allocations(|| ctx.after_func(move || drop(Box::new(held))));
    assert!(found <= 2, "{found}");
    allocates(0, || assert!(registered.stop()));
}

#[test]
fn a_timer_is_armed_once_for_all_who_wait() {
    // Goal: the first who waits arms it, for all descendants of who has the deadline.
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let (ctx, _cancel) = Context::background().with_timeout(HOUR);
        let children: Vec<_> = (0..100).map(|_| ctx.with_cancel()).collect();
        let mut waits: Vec<_> = children.iter().map(|(ctx, _)| Box::pin(ctx.done())).collect();
        let (_, first) = allocations(|| assert!(poll(waits[0].as_mut()).is_pending()));
        println!("armed in {first} pieces");
        assert!((1..=4).contains(&first), "{first}");
        allocates(0, || {
            waits[1..].iter_mut().for_each(|done| assert!(poll(done.as_mut()).is_pending()))
        });
        allocates(0, || assert!(poll(pin!(ctx.done())).is_pending()));
    });
}

#[test]
fn everything_is_given_back() {
    let before = live_bytes();
    {
        let (ctx, cancel) = live();
        let (timed, _timed_cancel) =
            ctx.with_value([0_u8; 100]).with_timeout_cause(Duration::MAX, "late");
        let merged = Context::merge(&[ctx.clone(), timed.clone(), Context::background()]);
        let (other, other_cancel) = merged.without_cancel().with_cancel();
        merged.after_func(|| ()).detach();
        other.after_func(|| ()).detach();
        let token = other.token();
        cancel.cancel_with("why");
        drop(format!("{:?}", timed.cause()));
        drop((token, other_cancel));
    }
    assert_eq!(live_bytes(), before);
}

#[test]
fn how_large_they_are() {
    let size = |make: &dyn Fn() -> (Context, Option<Cancel>)| {
        let before = live_bytes();
        let made = make();
        let bytes = live_bytes() - before;
        drop(made);
        assert_eq!(live_bytes(), before);
        bytes
    };
    let root = Context::background();
    let cancel = size(&|| {
        let (ctx, cancel) = root.with_cancel();
        (ctx, Some(cancel))
    });
    let timed = size(&|| {
        let (ctx, cancel) = root.with_timeout(HOUR);
        (ctx, Some(cancel))
    });
    let value = size(&|| (root.with_value(1_u64), None));
    println!("with_cancel {cancel} bytes, with_timeout {timed}, with_value {value}");
    assert!(cancel <= 256 && timed <= 256);
}

#[test]
fn one_that_is_detached_after_the_end_is_given_back() {
    let before = live_bytes();
    {
        let (ctx, cancel) = live();
        let registered = ctx.after_func(|| ());
        assert!(cancel.cancel());
        registered.detach();
    }
    assert_eq!(live_bytes(), before);
}

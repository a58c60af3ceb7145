//! Callbacks: each runs once when the context has ended, unless it was prevented.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use taut::context::Context;
use tokio::time::advance;

use crate::support::{CANCELLED, Census, SOME, seen};

/// A callback that counts its runs.
fn counting(runs: &Arc<AtomicUsize>) -> impl FnOnce() + Send + 'static {
    let runs = Arc::clone(runs);
    move || _ = runs.fetch_add(1, Ordering::SeqCst)
}

fn count(runs: &Arc<AtomicUsize>) -> usize {
    runs.load(Ordering::SeqCst)
}

#[test]
fn cx_33_it_runs_when_the_context_ends() {
    let runs = Arc::default();
    let (ctx, cancel) = Context::background().with_cancel();
    let registered = ctx.after_func(counting(&runs));
    assert_eq!(count(&runs), 0);
    assert!(cancel.cancel());
    assert_eq!(count(&runs), 1, "on the thread that ended it, before `cancel` returns");
    assert!(!cancel.cancel());
    assert!(!registered.stop());
    assert_eq!(count(&runs), 1);
}

#[test]
fn cx_33_it_runs_when_an_ancestor_ends() {
    let runs = Arc::default();
    let (root, cancel) = Context::background().with_cancel();
    let (child, _child_cancel) = root.with_value(1_u8).with_cancel();
    let merged = Context::merge(&[Context::background(), child.clone()]);
    let _registered = [child.after_func(counting(&runs)), merged.after_func(counting(&runs))];
    assert!(cancel.cancel());
    assert_eq!(count(&runs), 2);
}

#[tokio::test(start_paused = true)]
async fn cx_33_it_runs_at_the_deadline() {
    let runs = Arc::default();
    let (ctx, _cancel) = Context::background().with_timeout(Duration::from_millis(50));
    let _registered = ctx.after_func(counting(&runs));
    advance(Duration::from_millis(49)).await;
    assert_eq!(count(&runs), 0);
    advance(Duration::from_millis(1)).await;
    assert_eq!(count(&runs), 1, "nobody waits and nobody looks");
}

#[test]
fn cx_34_on_an_ended_context_it_runs_at_once() {
    let runs = Arc::default();
    let (ctx, cancel) = Context::background().with_cancel();
    assert!(cancel.cancel());
    let registered = ctx.after_func(counting(&runs));
    assert_eq!(count(&runs), 1);
    assert!(!registered.stop());
    ctx.after_func(counting(&runs)).detach();
    drop(ctx.after_func(counting(&runs)));
    assert_eq!(count(&runs), 3);
}

#[tokio::test(start_paused = true)]
async fn cx_34_a_deadline_that_has_passed_counts() {
    let runs = Arc::default();
    let (ctx, _cancel) = Context::background().with_timeout(Duration::from_millis(50));
    advance(Duration::from_millis(50)).await;
    assert!(!ctx.after_func(counting(&runs)).stop());
    assert_eq!(count(&runs), 1);
}

#[test]
fn cx_35_registrations_are_independent() {
    let runs: [Arc<AtomicUsize>; 5] = Default::default();
    let (ctx, cancel) = Context::background().with_cancel();
    let mut registered: Vec<_> = runs.iter().map(|runs| ctx.after_func(counting(runs))).collect();
    assert!(registered.remove(3).stop());
    drop(registered.remove(0));
    assert!(cancel.cancel());
    assert_eq!(runs.each_ref().map(count), [0, 1, 1, 0, 1]);
    assert!(registered.into_iter().all(|registered| !registered.stop()));
}

#[test]
fn cx_36_stop_says_whether_it_prevented() {
    let (runs, census) = (Arc::default(), Census::default());
    let (ctx, cancel) = Context::background().with_cancel();
    let (count_it, held) = (counting(&runs), census.value(1));
    let registered = ctx.after_func(move || {
        drop(held);
        count_it();
    });
    assert_eq!(census.alive(), 1);
    assert!(registered.stop());
    assert_eq!(census.alive(), 0, "dropped un-run");
    assert!(cancel.cancel());
    assert_eq!(count(&runs), 0);
}

#[test]
fn cx_36_dropping_a_registration_prevents_it() {
    let (runs, census) = (Arc::default(), Census::default());
    let (ctx, cancel) = Context::background().with_cancel();
    let (count_it, held) = (counting(&runs), census.value(1));
    drop(ctx.after_func(move || {
        drop(held);
        count_it();
    }));
    assert_eq!(census.alive(), 0);
    assert!(cancel.cancel());
    assert_eq!(count(&runs), 0);
}

#[test]
fn cx_39_on_a_background_it_never_runs() {
    let (runs, census) = (Arc::default(), Census::default());
    for ctx in [Context::background(), Context::background().with_value(1_u8).without_cancel()] {
        assert!(ctx.after_func(counting(&runs)).stop());
        drop(ctx.after_func(counting(&runs)));
        let (count_it, held) = (counting(&runs), census.value(1));
        ctx.after_func(move || {
            drop(held);
            count_it();
        })
        .detach();
    }
    assert_eq!((count(&runs), census.alive()), (0, 0), "what never runs is not kept");
}

#[test]
fn cx_41_a_detached_callback_runs() {
    let runs = Arc::default();
    let (ctx, cancel) = Context::background().with_cancel();
    for _ in 0..3 {
        ctx.after_func(counting(&runs)).detach();
    }
    assert_eq!(count(&runs), 0);
    drop(ctx);
    assert!(cancel.cancel(), "a `Cancel` is a handle of the context");
    assert_eq!(count(&runs), 3);
}

#[test]
fn cx_41_a_detached_callback_of_a_context_that_is_gone_is_dropped_unrun() {
    let (runs, census) = (Arc::default(), Census::default());
    let (root, cancel) = Context::background().with_cancel();
    let (ctx, child_cancel) = root.with_cancel();
    let (count_it, held) = (counting(&runs), census.value(1));
    ctx.after_func(move || {
        drop(held);
        count_it();
    })
    .detach();
    child_cancel.detach();
    assert_eq!(census.alive(), 1);
    drop(ctx);
    assert_eq!(census.alive(), 0);
    assert!(cancel.cancel());
    assert_eq!(count(&runs), 0);
}

#[test]
fn cx_41_a_detached_callback_stays_while_a_child_does() {
    let runs = Arc::default();
    let (root, cancel) = Context::background().with_cancel();
    let (ctx, ctx_cancel) = root.with_cancel();
    let child = ctx.with_value(1_u8);
    ctx.after_func(counting(&runs)).detach();
    ctx_cancel.detach();
    drop(ctx);
    assert!(cancel.cancel());
    assert_eq!((seen(&child), count(&runs)), (CANCELLED, 1));
}

#[test]
fn cx_41_stop_leaves_no_trace() {
    // Goal: a context that lives long does not gather what was registered and stopped.
    let census = Census::default();
    let (ctx, _cancel) = Context::background().with_cancel();
    for n in 0..SOME {
        let held = census.value(n);
        let registered = ctx.after_func(move || drop(held));
        if n % 2 == 0 {
            assert!(registered.stop());
        } else {
            drop(registered);
        }
        assert_eq!(census.alive(), 0);
    }
}

#[test]
fn a_registration_may_outlive_its_context() {
    let (runs, census) = (Arc::default(), Census::default());
    let (ctx, cancel) = Context::background().with_value(census.value(1)).with_cancel();
    let registered = ctx.after_func(counting(&runs));
    drop(ctx);
    cancel.detach();
    assert!(registered.stop(), "it never ran");
    assert_eq!((count(&runs), census.alive()), (0, 0));
}

#[test]
fn a_callback_may_hold_the_context_it_waits_for() {
    // Goal: a circle that is cut by stop, by the drop of the registration, and by the end.
    let census = Census::default();
    let make = || Context::background().with_value(census.value(1)).with_cancel();
    let (ctx, cancel) = make();
    let held = ctx.clone();
    assert!(ctx.after_func(move || drop(held)).stop());
    drop((ctx, cancel));
    assert_eq!(census.alive(), 0);

    let (ctx, cancel) = make();
    let held = ctx.clone();
    drop(ctx.after_func(move || drop(held)));
    drop((ctx, cancel));
    assert_eq!(census.alive(), 0);

    let (ctx, cancel) = make();
    let held = ctx.clone();
    ctx.after_func(move || drop(held)).detach();
    drop((ctx, cancel));
    assert_eq!(census.alive(), 0);
}

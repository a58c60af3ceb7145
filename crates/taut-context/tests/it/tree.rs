//! The tree: what ends with what, and what does not.

use taut::context::{Cancel, Context};

use crate::support::{CANCELLED, Census, SOME, Seen, Why, parked, seen};

/// Roots may stand anywhere.
static ROOT: Context = Context::background();

/// One context of each kind that ends with `parent`, and what keeps them from ending before.
fn one_of_each(parent: &Context) -> (Vec<Context>, Vec<Cancel>) {
    let (plain, cancel) = parent.with_cancel();
    let (timed, timed_cancel) = parent.with_timeout(std::time::Duration::from_secs(3600));
    let valued = parent.with_value(7_u8);
    let merged = Context::merge(&[Context::background(), parent.clone()]);
    (vec![plain, timed, valued, merged, parent.clone()], vec![cancel, timed_cancel])
}

#[test]
fn cx_01_background_never_ends() {
    for ctx in [Context::background(), Context::default(), ROOT.clone()] {
        let mut done = parked(ctx.done());
        assert_eq!(seen(&ctx), Seen::Live);
        assert!(ctx.deadline().is_none() && ctx.remaining().is_none());
        assert!(ctx.value::<u8>().is_none());
        let (child, cancel) = ctx.with_cancel();
        assert!(cancel.cancel());
        assert_eq!((seen(&child), seen(&ctx)), (CANCELLED, Seen::Live));
        done.pending();
        assert_eq!(done.wakes(), 0);
    }
}

#[test]
fn cx_03_the_error_never_changes() {
    let (ctx, cancel) = Context::background().with_cancel();
    assert_eq!(seen(&ctx), Seen::Live);
    assert!(cancel.cancel_with(Why(1)));
    assert!(!cancel.cancel_with(Why(2)) && !cancel.cancel());
    drop(cancel);
    assert_eq!(seen(&ctx), Seen::Cancelled(Some(1)));
}

#[test]
fn cx_05_the_whole_subtree_is_done_when_cancel_returns() {
    let (root, cancel) = Context::background().with_cancel();
    let (children, _held) = one_of_each(&root);
    let grandchildren: Vec<_> = children.iter().map(one_of_each).collect();
    let all = || children.iter().chain(grandchildren.iter().flat_map(|(each, _)| each));
    assert!(all().all(|ctx| seen(ctx) == Seen::Live));
    assert!(cancel.cancel());
    assert!(all().all(|ctx| seen(ctx) == CANCELLED));
}

#[test]
fn cx_08_cancel_is_idempotent_and_says_whether_it_was_the_one() {
    let (ctx, cancel) = Context::background().with_cancel();
    assert!(cancel.cancel());
    assert!(!cancel.cancel());
    assert_eq!(seen(&ctx), CANCELLED);
}

#[test]
fn cx_08_a_cancel_after_the_parents_end_says_that_it_came_late() {
    let (parent, cancel) = Context::background().with_cancel();
    let (child, child_cancel) = parent.with_cancel();
    assert!(cancel.cancel());
    assert!(!child_cancel.cancel());
    assert_eq!(seen(&child), CANCELLED);
}

#[test]
fn cx_09_a_childs_end_is_its_own() {
    let (parent, _cancel) = Context::background().with_cancel();
    let (child, child_cancel) = parent.with_cancel();
    let (sibling, _sibling_cancel) = parent.with_cancel();
    let (below, _below_cancel) = child.with_cancel();
    let mut waits = parked(sibling.done());
    assert!(child_cancel.cancel());
    assert_eq!((seen(&child), seen(&below)), (CANCELLED, CANCELLED));
    assert_eq!((seen(&parent), seen(&sibling)), (Seen::Live, Seen::Live));
    waits.pending();
    assert_eq!(waits.wakes(), 0);
}

#[test]
fn cx_09_an_ended_child_leaves_its_parent() {
    // Goal: nothing of it stays with the parent, whose end comes later.
    let census = Census::default();
    let (parent, cancel) = Context::background().with_cancel();
    for n in 0..SOME {
        let (child, child_cancel) = parent.with_value(census.value(n)).with_cancel();
        if n % 2 == 0 {
            assert!(child_cancel.cancel());
        }
        drop((child, child_cancel));
        assert_eq!(census.alive(), 0);
    }
    assert!(cancel.cancel());
    assert_eq!(seen(&parent), CANCELLED);
}

#[test]
fn cx_10_children_get_the_error_and_the_cause() {
    let (root, cancel) = Context::background().with_cancel();
    let (children, _held) = one_of_each(&root);
    assert!(cancel.cancel_with(Why(3)));
    assert!(children.iter().all(|ctx| seen(ctx) == Seen::Cancelled(Some(3))));
}

#[test]
fn cx_11_a_child_of_an_ended_parent_is_ended_when_it_is_made() {
    let (root, cancel) = Context::background().with_cancel();
    assert!(cancel.cancel_with(Why(3)));
    let (children, held) = one_of_each(&root);
    assert!(children.iter().all(|ctx| seen(ctx) == Seen::Cancelled(Some(3))));
    assert!(held.iter().all(|cancel| !cancel.cancel_with(Why(4))));
    let (below, _held) = one_of_each(&children[2]);
    assert!(below.iter().all(|ctx| seen(ctx) == Seen::Cancelled(Some(3))));
}

#[test]
fn cx_49_dropping_the_cancel_ends_the_context() {
    let (ctx, cancel) = Context::background().with_cancel();
    let mut done = parked(ctx.done());
    drop(cancel);
    assert_eq!((seen(&ctx), done.wakes()), (CANCELLED, 1));
    let _error = done.ready();

    #[allow(let_underscore_drop, reason = "what is tested")]
    let (ctx, _) = Context::background().with_cancel();
    assert_eq!(seen(&ctx), CANCELLED, "`_` keeps nothing");
}

#[test]
fn cx_49_a_detached_cancel_ends_nothing() {
    let (parent, cancel) = Context::background().with_cancel();
    let (ctx, child_cancel) = parent.with_cancel();
    child_cancel.detach();
    assert_eq!(seen(&ctx), Seen::Live);
    assert!(cancel.cancel());
    assert_eq!(seen(&ctx), CANCELLED, "its parent still does");
}

#[test]
fn cx_49_dropping_a_context_ends_nothing() {
    // Goal: neither the context itself, seen by a clone, nor what was derived from it.
    let (parent, cancel) = Context::background().with_cancel();
    let (child, child_cancel) = parent.with_cancel();
    let clone = child.clone();
    drop((parent, child));
    assert_eq!(seen(&clone), Seen::Live);
    let (below, _cancel) = clone.with_cancel();
    drop(clone);
    assert_eq!(seen(&below), Seen::Live);
    assert!(cancel.cancel_with(Why(1)), "the chain still holds");
    assert_eq!(seen(&below), Seen::Cancelled(Some(1)));
    assert!(!child_cancel.cancel());
}

#[test]
fn cx_49_a_cancel_alone_still_ends_what_is_below() {
    // Goal: the context's own handles are gone, a child's is left.
    let (ctx, cancel) = Context::background().with_cancel();
    let below = ctx.with_value(1_u8);
    drop(ctx);
    assert_eq!(seen(&below), Seen::Live);
    assert!(cancel.cancel());
    assert_eq!(seen(&below), CANCELLED);
}

#[test]
fn a_cancel_with_nothing_left_to_end() {
    let (ctx, cancel) = Context::background().with_cancel();
    drop(ctx);
    assert!(cancel.cancel());
    assert!(!cancel.cancel());
}

#[test]
fn clones_are_the_same_context() {
    let (ctx, cancel) = Context::background().with_cancel();
    let clone = ctx.clone();
    assert!(cancel.cancel_with(Why(9)));
    assert_eq!((seen(&clone), seen(&ctx)), (Seen::Cancelled(Some(9)), Seen::Cancelled(Some(9))));
}

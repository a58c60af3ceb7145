//! Contexts of several parents: they end with the first, and know all values.

use std::time::Duration;

use taut::context::{Cancel, Context};
use tokio::time::advance;

use crate::support::{CANCELLED, Census, LATE, SOME, Seen, Why, parked, seen};

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[test]
fn of_none_it_never_ends() {
    let ctx = Context::merge(&[]);
    let mut done = parked(ctx.done());
    assert_eq!((seen(&ctx), ctx.deadline()), (Seen::Live, None));
    assert!(ctx.value::<u8>().is_none());
    let (child, cancel) = ctx.with_cancel();
    assert!(cancel.cancel());
    assert_eq!((seen(&child), seen(&ctx)), (CANCELLED, Seen::Live));
    done.pending();
    let ctx = Context::merge(&[Context::background(), Context::background()]);
    assert_eq!(seen(&ctx), Seen::Live);
    assert!(ctx.after_func(|| ()).stop());
}

#[test]
fn of_one_it_is_like_that_one() {
    let (one, cancel) = Context::background().with_value(1_u8).with_cancel();
    let ctx = Context::merge(&[one]);
    assert_eq!((seen(&ctx), ctx.value::<u8>()), (Seen::Live, Some(&1)));
    assert!(cancel.cancel_with(Why(1)));
    assert_eq!(seen(&ctx), Seen::Cancelled(Some(1)));
}

#[test]
fn it_ends_with_the_first_and_has_its_cause() {
    for first in 0..3 {
        let parents: Vec<_> = (0..3).map(|_| Context::background().with_cancel()).collect();
        let contexts: Vec<_> = parents.iter().map(|(ctx, _)| ctx.clone()).collect();
        let merged = Context::merge(&contexts);
        let mut waits = parked(merged.done());
        assert!(parents[first].1.cancel_with(Why(first as u32)));
        let expected = Seen::Cancelled(Some(first as u32));
        assert_eq!((waits.wakes(), seen(&merged)), (1, expected));
        for (_, cancel) in &parents {
            cancel.cancel_with(Why(9));
        }
        assert_eq!((waits.wakes(), seen(&merged)), (1, expected));
        let _error = waits.ready();
    }
}

#[test]
fn it_ends_none_of_its_parents() {
    let (one, _cancel_one) = Context::background().with_cancel();
    let (two, cancel_two) = Context::background().with_cancel();
    let merged = Context::merge(&[one.clone(), two.clone()]);
    let (child, cancel) = merged.with_cancel();
    assert!(cancel.cancel());
    assert_eq!(
        [&child, &merged, &one, &two].map(seen),
        [CANCELLED, Seen::Live, Seen::Live, Seen::Live]
    );
    assert!(cancel_two.cancel());
    assert_eq!([&merged, &one].map(seen), [CANCELLED, Seen::Live]);
}

#[test]
fn of_one_that_has_ended_it_has_ended() {
    let (live, _cancel) = Context::background().with_cancel();
    let (ended, cancel) = Context::background().with_cancel();
    assert!(cancel.cancel_with(Why(1)));
    for contexts in [[live.clone(), ended.clone()], [ended, live]] {
        let merged = Context::merge(&contexts);
        assert_eq!(seen(&merged), Seen::Cancelled(Some(1)));
        let (child, cancel) = merged.with_cancel();
        assert_eq!((seen(&child), cancel.cancel()), (Seen::Cancelled(Some(1)), false));
    }
}

#[test]
fn the_same_context_twice() {
    let census = Census::default();
    let (ctx, cancel) = Context::background().with_value(census.value(1)).with_cancel();
    let merged = Context::merge(&[ctx.clone(), ctx.clone(), ctx.clone()]);
    let waits = parked(merged.done());
    assert!(cancel.cancel());
    assert_eq!((waits.wakes(), seen(&merged)), (1, CANCELLED));
    drop(waits);
    drop((ctx, cancel, merged));
    assert_eq!(census.alive(), 0);
}

#[test]
fn a_context_and_its_ancestor() {
    // Goal: the end comes down on two ways, once.
    let (root, cancel) = Context::background().with_cancel();
    let (child, child_cancel) = root.with_cancel();
    let merged = [
        Context::merge(&[root.clone(), child.clone()]),
        Context::merge(&[child.clone(), root.clone()]),
    ];
    let waits = merged.each_ref().map(|ctx| parked(ctx.done()));
    assert!(child_cancel.cancel_with(Why(1)));
    assert!(cancel.cancel_with(Why(2)));
    assert_eq!(waits.each_ref().map(|task| task.wakes()), [1, 1]);
    assert_eq!(merged.each_ref().map(seen), [Seen::Cancelled(Some(1)); 2]);
    assert_eq!(seen(&root), Seen::Cancelled(Some(2)));
}

#[test]
fn a_diamond_ends_once_with_one_cause() {
    let (root, cancel) = Context::background().with_cancel();
    let sides: Vec<_> = (0..4).map(|_| root.with_cancel()).collect();
    let contexts: Vec<_> = sides.iter().map(|(ctx, _)| ctx.clone()).collect();
    let merged = Context::merge(&contexts);
    let waits = parked(merged.done());
    assert!(cancel.cancel_with(Why(7)));
    assert_eq!((waits.wakes(), seen(&merged)), (1, Seen::Cancelled(Some(7))));
}

#[test]
fn values_come_from_the_first_that_has_one() {
    let one = Context::background().with_value(1_u8);
    let two = Context::background().with_value(2_u8).with_value("two");
    let merged = Context::merge(&[Context::background(), one, two]);
    assert_eq!((merged.value::<u8>(), merged.value::<&str>()), (Some(&1), Some(&"two")));
    assert!(merged.value::<u16>().is_none());
    let inner = merged.with_value(3_u8);
    assert_eq!((inner.value::<u8>(), inner.value::<&str>()), (Some(&3), Some(&"two")));
    let again = Context::merge(&[Context::background().with_value(9_u16), inner]);
    assert_eq!((again.value::<u8>(), again.value::<u16>()), (Some(&3), Some(&9)));
}

#[test]
fn it_leaves_its_parents_when_it_goes() {
    // Goal: nothing of it stays with a parent that lives on.
    let census = Census::default();
    let (long, _cancel) = Context::background().with_cancel();
    for n in 0..SOME {
        let (short, short_cancel) = Context::background().with_value(census.value(n)).with_cancel();
        let merged = Context::merge(&[long.clone(), short, long.clone()]);
        let held = census.value(n);
        let registered = merged.after_func(move || drop(held));
        if n % 3 == 0 {
            assert!(short_cancel.cancel());
            assert_eq!(seen(&merged), CANCELLED);
        }
        registered.detach();
        drop((merged, short_cancel));
        assert_eq!(census.alive(), 0, "{n}");
    }
}

#[test]
fn it_keeps_its_parents_as_long_as_it_lives() {
    let census = Census::default();
    let (one, cancel) = Context::background().with_value(census.value(1)).with_cancel();
    let (two, cancel_two) = Context::background().with_value(census.value(2)).with_cancel();
    let merged = Context::merge(&[one, two]);
    cancel.detach();
    assert_eq!((census.alive(), seen(&merged)), (2, Seen::Live));
    assert!(cancel_two.cancel());
    assert_eq!(seen(&merged), CANCELLED);
    drop((merged, cancel_two));
    assert_eq!(census.alive(), 0);
}

#[tokio::test(start_paused = true)]
async fn its_deadline_is_the_earliest() {
    for is_reversed in [false, true] {
        let (early, _c1) = Context::background().with_timeout_cause(ms(20), Why(1));
        let (late, _c2) = Context::background().with_timeout_cause(ms(50), Why(2));
        let mut contexts = [early.clone(), Context::background(), late.clone()];
        if is_reversed {
            contexts.reverse();
        }
        let merged = Context::merge(&contexts);
        assert_eq!(merged.deadline(), early.deadline());
        let waits = parked(merged.done());
        advance(ms(20)).await;
        assert_eq!((waits.wakes(), seen(&merged)), (1, Seen::Late(Some(1))));
        assert_eq!(seen(&late), Seen::Live);
    }
}

/// A merged context of three of which two deadlines have passed unseen, in one order or the other; its
/// child; and how the first of its parents to be heard of is heard of.
async fn with_passed_deadlines(is_reversed: bool, look: impl Fn(&[Context; 3], &[Cancel; 4])) {
    let (root, cancel) = Context::background().with_cancel();
    let (early, c1) = root.with_timeout_cause(ms(20), Why(1));
    let (late, c2) = root.with_timeout_cause(ms(50), Why(2));
    let (other, c3) = root.with_cancel();
    let named = [early.clone(), late.clone(), other.clone()];
    let mut contexts = [early, late, other];
    if is_reversed {
        contexts.reverse();
    }
    let merged = Context::merge(&contexts);
    let (child, _child_cancel) = merged.with_cancel();
    advance(ms(100)).await;
    let cancels = [cancel, c1, c2, c3];
    look(&named, &cancels);
    let expected = Seen::Late(Some(1));
    assert_eq!([&merged, &child].map(seen), [expected; 2], "{is_reversed}");
    assert_eq!(seen(&named[0]), expected);
    assert_eq!(seen(&named[1]), Seen::Late(Some(2)));
}

#[tokio::test(start_paused = true)]
async fn cx_15_the_earliest_of_its_deadlines_that_passed_unseen_counts() {
    for is_reversed in [false, true] {
        with_passed_deadlines(is_reversed, |_, _| ()).await;
        with_passed_deadlines(is_reversed, |named, _| assert!(named[0].is_done())).await;
    }
}

#[tokio::test(start_paused = true)]
async fn cx_15_also_when_a_later_deadline_is_seen_first() {
    for is_reversed in [false, true] {
        with_passed_deadlines(is_reversed, |named, _| assert!(named[1].is_done())).await;
    }
}

#[tokio::test(start_paused = true)]
async fn cx_15_also_when_a_parent_is_cancelled_first() {
    // Goal: the root of all, and one that has no deadline.
    for is_reversed in [false, true] {
        with_passed_deadlines(is_reversed, |_, cancels| assert!(cancels[0].cancel())).await;
        with_passed_deadlines(is_reversed, |_, cancels| assert!(cancels[3].cancel())).await;
    }
}

#[tokio::test(start_paused = true)]
async fn cx_11_of_one_whose_deadline_has_passed_unseen_it_has_ended() {
    // Goal: a cancel of another parent that comes after it was made comes late.
    let (passed, _c1) = Context::background().with_timeout_cause(ms(20), Why(1));
    let (other, cancel) = Context::background().with_cancel();
    advance(ms(20)).await;
    let merged = Context::merge(&[other, passed]);
    assert!(cancel.cancel_with(Why(2)));
    assert_eq!(seen(&merged), Seen::Late(Some(1)));
}

#[tokio::test(start_paused = true)]
async fn a_look_at_a_parent_ends_the_merged_too() {
    let (one, _c1) = Context::background().with_timeout(ms(20));
    let (other, _c2) = Context::background().with_cancel();
    let merged = Context::merge(&[other, one.clone()]);
    let (child, child_cancel) = merged.with_cancel();
    advance(ms(30)).await;
    assert!(one.is_done());
    assert!(!child_cancel.cancel());
    assert_eq!((seen(&merged), seen(&child)), (LATE, LATE));
}

#[test]
fn many_parents() {
    let parents: Vec<_> = (0..SOME).map(|_| Context::background().with_cancel()).collect();
    let contexts: Vec<_> = parents.iter().map(|(ctx, _)| ctx.clone()).collect();
    let merged = Context::merge(&contexts);
    drop(contexts);
    assert!(parents[7].1.cancel_with(Why(5)));
    assert_eq!(seen(&merged), Seen::Cancelled(Some(5)));
}

#[test]
fn a_ladder_of_diamonds() {
    // Goal: as many ways down as there are is far too many to go: each context is met once.
    let census = Census::default();
    let (root, cancel) = Context::background().with_value(census.value(1)).with_cancel();
    let (mut ctx, mut cancels) = (root.clone(), Vec::new());
    for _ in 0..SOME {
        let ((left, left_cancel), (right, right_cancel)) = (ctx.with_cancel(), ctx.with_cancel());
        cancels.extend([left_cancel, right_cancel]);
        ctx = Context::merge(&[left, right]);
    }
    let waits = parked(ctx.done());
    assert!(cancel.cancel_with(Why(1)));
    assert_eq!((waits.wakes(), seen(&ctx)), (1, Seen::Cancelled(Some(1))));
    drop(waits);
    drop((root, ctx, cancel, cancels));
    assert_eq!(census.alive(), 0);
}

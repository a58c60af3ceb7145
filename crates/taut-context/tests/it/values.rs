//! Values: found by their type, nearest first, whatever happens to the context.

use std::time::Duration;

use taut::context::Context;

use crate::support::{CANCELLED, Seen, seen};

#[derive(Debug, PartialEq)]
struct One(u32);
#[derive(Debug, PartialEq)]
struct Two(u32);

#[test]
fn cx_26_a_value_is_found_by_its_type() {
    let root = Context::background();
    let ctx = root.with_value(One(1)).with_value(Two(2));
    assert_eq!((ctx.value(), ctx.value()), (Some(&One(1)), Some(&Two(2))));
    assert!(ctx.value::<u32>().is_none(), "the same shape, another type");
    assert!(root.value::<One>().is_none());
}

#[test]
fn cx_26_the_nearest_value_hides_the_others() {
    let outer = Context::background().with_value(One(1));
    let inner = outer.with_value(Two(0)).with_value(One(2));
    let beside = outer.with_value(One(3));
    assert_eq!((outer.value(), inner.value()), (Some(&One(1)), Some(&One(2))));
    assert_eq!((beside.value(), inner.value()), (Some(&One(3)), Some(&Two(0))));
}

#[test]
fn cx_27_a_nearer_none_hides_an_outer_some() {
    let outer = Context::background().with_value(Some(One(1)));
    let inner = outer.with_value(None::<One>);
    assert_eq!(inner.value::<Option<One>>(), Some(&None));
    assert_eq!(outer.value::<Option<One>>(), Some(&Some(One(1))));
}

#[test]
fn cx_28_alike_types_are_different_keys() {
    let ctx = Context::background().with_value(String::from("owned")).with_value("borrowed");
    let ctx = ctx.with_value(()).with_value([1_u8; 100]).with_value(1_i32);
    assert_eq!(ctx.value::<String>().unwrap(), "owned");
    assert_eq!(ctx.value::<&'static str>(), Some(&"borrowed"));
    assert_eq!((ctx.value::<()>(), ctx.value::<i32>()), (Some(&()), Some(&1)));
    assert_eq!(ctx.value::<[u8; 100]>(), Some(&[1; 100]));
    assert!(ctx.value::<u32>().is_none() && ctx.value::<[u8; 99]>().is_none());
    assert!(ctx.value::<&'static String>().is_none());
}

#[test]
fn cx_29_values_pass_through_all_derivations() {
    let root = Context::background().with_value(One(1));
    let (cancelled, _c) = root.with_cancel();
    let (timed, _t) = cancelled.with_timeout(Duration::from_secs(3600));
    let valued = timed.with_value(Two(2));
    let without = valued.without_cancel();
    let merged = Context::merge(&[Context::background(), without.clone()]);
    for ctx in [&cancelled, &timed, &valued, &without, &merged, &merged.clone()] {
        assert_eq!(ctx.value(), Some(&One(1)), "{ctx:?}");
    }
    for ctx in [&without, &merged] {
        assert_eq!(ctx.value(), Some(&Two(2)), "{ctx:?}");
    }
}

#[test]
fn cx_29_values_survive_the_end() {
    let root = Context::background().with_value(One(1));
    let (ctx, cancel) = root.with_cancel();
    let below = ctx.with_value(Two(2));
    assert!(cancel.cancel());
    let late = below.with_value(3_u8);
    drop((root, ctx));
    assert_eq!((below.value(), below.value()), (Some(&One(1)), Some(&Two(2))));
    assert_eq!((late.value::<One>(), late.value::<u8>()), (Some(&One(1)), Some(&3)));
    assert_eq!((seen(&below), seen(&late)), (CANCELLED, CANCELLED));
}

#[test]
fn a_value_does_not_end_by_itself() {
    let (parent, cancel) = Context::background().with_cancel();
    let ctx = parent.with_value(One(1));
    assert_eq!((seen(&ctx), ctx.deadline()), (Seen::Live, None));
    let (child, _child_cancel) = ctx.with_cancel();
    cancel.cancel();
    assert_eq!((seen(&ctx), seen(&child)), (CANCELLED, CANCELLED));
}

#[test]
fn a_value_lives_as_long_as_it_is_borrowed() {
    // Goal: what is borrowed is the value itself, at one place for all.
    let ctx = Context::background().with_value(String::from("one"));
    let (child, _cancel) = ctx.with_cancel();
    assert!(std::ptr::eq(ctx.value::<String>().unwrap(), child.value::<String>().unwrap()));
}

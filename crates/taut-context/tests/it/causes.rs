//! Causes: fixed by what ended the context first, inherited from there.

use std::collections::HashSet;
use std::error::Error;
use std::io;
use std::sync::Arc;

use taut::context::{Cancel, Cause, Context, ContextError};

use crate::support::{CANCELLED, Census, Seen, Why, seen};

fn chain() -> [(Context, Cancel); 3] {
    let one = Context::background().with_cancel();
    let two = one.0.with_cancel();
    let three = two.0.with_cancel();
    [one, two, three]
}

#[test]
fn cx_14_a_cause_leaves_the_error_as_it_is() {
    let (ctx, cancel) = Context::background().with_cancel();
    assert!(ctx.cause().is_none());
    assert!(cancel.cancel_with(Why(1)));
    assert_eq!((ctx.err(), seen(&ctx)), (Some(ContextError::Cancelled), Seen::Cancelled(Some(1))));
}

#[test]
fn cx_14_a_cause_is_whatever_becomes_an_error() {
    let said = |cause: &dyn Fn(Cancel) -> bool| {
        let (ctx, cancel) = Context::background().with_cancel();
        assert!(cause(cancel));
        ctx.cause().unwrap().to_string()
    };
    assert_eq!(said(&|cancel| cancel.cancel_with("a word")), "a word");
    assert_eq!(said(&|cancel| cancel.cancel_with(String::from("words"))), "words");
    assert_eq!(said(&|cancel| cancel.cancel_with(io::Error::other("disk"))), "disk");
    let boxed = || -> Box<dyn Error + Send + Sync> { "boxed".into() };
    assert_eq!(said(&|cancel| cancel.cancel_with(boxed())), "boxed");
}

#[test]
fn cx_14_a_cause_can_be_taken_apart() {
    let (ctx, cancel) = Context::background().with_cancel();
    cancel.cancel_with(io::Error::new(io::ErrorKind::TimedOut, Why(2)));
    let cause: Cause = ctx.cause().unwrap();
    let error = cause.downcast_ref::<io::Error>().unwrap();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
}

#[test]
fn cx_15_the_parent_first() {
    let [(one, end_one), (two, end_two), (three, end_three)] = chain();
    assert!(end_one.cancel_with(Why(1)));
    assert!(!end_two.cancel_with(Why(2)) && !end_three.cancel_with(Why(3)));
    assert_eq!([seen(&one), seen(&two), seen(&three)], [Seen::Cancelled(Some(1)); 3]);
}

#[test]
fn cx_15_the_child_first() {
    let [(one, end_one), (two, end_two), (three, end_three)] = chain();
    assert!(end_three.cancel_with(Why(3)));
    assert_eq!([seen(&one), seen(&two)], [Seen::Live; 2]);
    assert!(end_one.cancel_with(Why(1)));
    assert!(!end_two.cancel_with(Why(2)));
    assert_eq!([seen(&one), seen(&two)], [Seen::Cancelled(Some(1)); 2]);
    assert_eq!(seen(&three), Seen::Cancelled(Some(3)));
}

#[test]
fn cx_15_the_middle_first() {
    let [(one, end_one), (two, end_two), (three, end_three)] = chain();
    assert!(end_two.cancel_with(Why(2)));
    assert!(end_one.cancel_with(Why(1)));
    assert!(!end_three.cancel_with(Why(3)));
    assert_eq!(seen(&one), Seen::Cancelled(Some(1)));
    assert_eq!([seen(&two), seen(&three)], [Seen::Cancelled(Some(2)); 2]);
}

#[test]
fn cx_15_each_from_below() {
    let [(one, end_one), (two, end_two), (three, end_three)] = chain();
    assert!(end_three.cancel_with(Why(3)) && end_two.cancel_with(Why(2)));
    assert!(end_one.cancel_with(Why(1)));
    let all = [&one, &two, &three].map(seen);
    assert_eq!(all, [1, 2, 3].map(|n| Seen::Cancelled(Some(n))));
}

#[test]
fn cx_15_a_cause_after_a_plain_end_is_ignored() {
    let (ctx, cancel) = Context::background().with_cancel();
    assert!(cancel.cancel());
    assert!(!cancel.cancel_with(Why(1)));
    assert_eq!(seen(&ctx), CANCELLED);
}

#[test]
fn cx_15_a_parents_cause_does_not_come_down_to_an_ended_child() {
    let [(one, end_one), (two, end_two), (three, _end_three)] = chain();
    assert!(end_two.cancel());
    assert!(end_one.cancel_with(Why(1)));
    assert_eq!(seen(&one), Seen::Cancelled(Some(1)));
    assert_eq!([seen(&two), seen(&three)], [CANCELLED; 2]);
}

#[test]
fn cx_15_a_cause_that_came_late_is_dropped() {
    let census = Census::default();
    let (ctx, cancel) = Context::background().with_cancel();
    assert!(cancel.cancel_with(census.value(1)));
    assert!(!cancel.cancel_with(census.value(2)));
    assert_eq!(census.alive(), 1);
    drop((ctx, cancel));
    assert_eq!(census.alive(), 0);
}

#[test]
fn cx_16_without_a_cause_it_is_the_error() {
    let (ctx, cancel) = Context::background().with_cancel();
    assert!(ctx.cause().is_none());
    assert!(cancel.cancel());
    let cause = ctx.cause().unwrap();
    assert_eq!(cause.downcast_ref(), Some(&ContextError::Cancelled));
    assert_eq!(cause.to_string(), ContextError::Cancelled.to_string());
}

#[test]
fn cx_46_all_that_inherit_a_cause_have_the_same_one() {
    // Goal: each context keeps its own cause, which is the one and not a copy.
    let [(one, end_one), (_two, _end_two), (three, _end_three)] = chain();
    let merged = Context::merge(std::slice::from_ref(&three));
    assert!(end_one.cancel_with(Why(1)));
    let cause = one.cause().unwrap();
    assert!(Arc::ptr_eq(&cause, &three.cause().unwrap()));
    assert!(Arc::ptr_eq(&cause, &merged.cause().unwrap()));
    let late = three.with_value(1_u8);
    assert!(Arc::ptr_eq(&cause, &late.cause().unwrap()));
}

#[test]
fn cx_25_cx_52_the_errors_are_two() {
    let (cancelled, late) = (ContextError::Cancelled, ContextError::DeadlineExceeded);
    assert_ne!(cancelled, late);
    assert_eq!(HashSet::from([cancelled, late, cancelled]).len(), 2);
    assert!(late.is_timeout() && !late.is_cancelled());
    assert!(cancelled.is_cancelled() && !cancelled.is_timeout());
    assert_ne!(cancelled.to_string(), late.to_string());
    assert!(!cancelled.to_string().is_empty() && !late.to_string().is_empty());
    let error: Box<dyn Error + Send + Sync> = late.into();
    assert!(error.source().is_none() && error.is::<ContextError>());
}

#[test]
fn check_is_for_the_question_mark() {
    fn step(ctx: &Context) -> Result<u8, Box<dyn Error>> {
        ctx.check()?;
        Ok(1)
    }
    let (ctx, cancel) = Context::background().with_cancel();
    assert_eq!(step(&ctx).unwrap(), 1);
    cancel.cancel();
    assert!(step(&ctx).unwrap_err().is::<ContextError>());
}

#[test]
fn cx_14_a_cause_that_is_handed_on_stays_the_same() {
    let (one, one_cancel) = Context::background().with_cancel();
    let (two, two_cancel) = Context::background().with_cancel();
    assert!(one_cancel.cancel_with(Why(7)));
    assert!(two_cancel.cancel_with(one.cause().unwrap()));
    assert_eq!(seen(&two), Seen::Cancelled(Some(7)));
}

#[test]
fn cx_25_an_error_becomes_one_of_io() {
    let late = io::Error::from(ContextError::DeadlineExceeded);
    assert_eq!(late.kind(), io::ErrorKind::TimedOut);
    let cancelled = io::Error::from(ContextError::Cancelled);
    assert_eq!(cancelled.kind(), io::ErrorKind::Other);
    let inside = cancelled.get_ref().and_then(|inside| inside.downcast_ref());
    assert_eq!(inside, Some(&ContextError::Cancelled));
}

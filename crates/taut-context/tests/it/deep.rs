//! Very deep and very wide trees: CX-48, G-12. Each test has a thread with little stack.

use std::time::Duration;

use taut::context::{Cancel, Context};

use crate::support::{CANCELLED, Census, Seen, on_a_small_stack, parked, seen};

const DEEP: usize = 200_000;
const WIDE: usize = 1_000_000;

/// A chain below `root`, and every `Cancel` of it.
fn chain(root: &Context, depth: usize) -> (Context, Vec<Cancel>) {
    let mut cancels = Vec::with_capacity(depth);
    let mut ctx = root.clone();
    for _ in 0..depth {
        let (child, cancel) = ctx.with_cancel();
        cancels.push(cancel);
        ctx = child;
    }
    (ctx, cancels)
}

fn detach_all(cancels: Vec<Cancel>) {
    cancels.into_iter().for_each(Cancel::detach);
}

#[test]
fn cx_48_a_long_chain_ends() {
    on_a_small_stack(|| {
        let (root, cancel) = Context::background().with_cancel();
        let (last, cancels) = chain(&root, DEEP);
        let waits = parked(last.done());
        assert!(cancel.cancel());
        assert_eq!((waits.wakes(), seen(&last)), (1, CANCELLED));
        assert!(cancels.iter().all(|cancel| !cancel.cancel()));
        drop(waits);
        drop((last, cancels));
    });
}

#[test]
fn cx_48_a_long_chain_ends_from_below() {
    // Goal: each `Cancel` is dropped, the lowest first and the highest first.
    for is_reversed in [false, true] {
        on_a_small_stack(move || {
            let (root, _cancel) = Context::background().with_cancel();
            let (last, mut cancels) = chain(&root, DEEP);
            if is_reversed {
                cancels.reverse();
            }
            drop(cancels);
            assert_eq!((seen(&last), seen(&root)), (CANCELLED, Seen::Live));
        });
    }
}

#[test]
fn cx_48_a_long_chain_is_dropped() {
    on_a_small_stack(|| {
        let census = Census::default();
        let root = Context::background().with_value(census.value(1));
        let (last, cancels) = chain(&root, DEEP);
        drop(root);
        detach_all(cancels);
        assert_eq!((seen(&last), census.alive()), (Seen::Live, 1));
        drop(last);
        assert_eq!(census.alive(), 0);
    });
}

#[test]
fn cx_48_a_long_chain_is_dropped_by_its_last_cancel() {
    on_a_small_stack(|| {
        let census = Census::default();
        let root = Context::background().with_value(census.value(1));
        let (last, mut cancels) = chain(&root, DEEP);
        let lowest = cancels.pop();
        detach_all(cancels);
        drop((root, last));
        drop(lowest);
        assert_eq!(census.alive(), 0);
    });
}

#[test]
fn cx_48_a_wide_tree_ends_and_goes() {
    on_a_small_stack(|| {
        let (root, cancel) = Context::background().with_cancel();
        let children: Vec<_> = (0..WIDE).map(|_| root.with_cancel()).collect();
        let waits = parked(children[WIDE / 2].0.done());
        assert!(cancel.cancel());
        assert_eq!(waits.wakes(), 1);
        assert!(children.iter().all(|(ctx, cancel)| ctx.is_done() && !cancel.cancel()));
        drop(waits);
        drop(children);
    });
}

#[test]
fn cx_48_a_wide_tree_is_dropped_while_it_lives() {
    on_a_small_stack(|| {
        let census = Census::default();
        let (root, cancel) = Context::background().with_value(census.value(1)).with_cancel();
        let mut children: Vec<_> = (0..WIDE).map(|_| Some(root.with_cancel())).collect();
        cancel.detach();
        drop(root);
        // Neither the order of making nor its reverse; each once, since the step divides no power of ten.
        for n in 0..WIDE {
            let (ctx, cancel) = children[n * 7919 % WIDE].take().unwrap();
            cancel.detach();
            assert_eq!(census.alive(), 1);
            drop(ctx);
        }
        assert_eq!(census.alive(), 0);
    });
}

#[test]
fn cx_48_a_long_chain_of_values() {
    on_a_small_stack(|| {
        let census = Census::default();
        let (root, cancel) = Context::background().with_value(census.value(1)).with_cancel();
        let mut ctx = root;
        for n in 0..DEEP as u64 {
            ctx = ctx.with_value(n);
        }
        assert_eq!(ctx.value::<u64>(), Some(&(DEEP as u64 - 1)));
        assert!(ctx.value::<u32>().is_none());
        assert!(ctx.value::<crate::support::Counted>().is_some_and(|held| held.id == 1));
        assert!(cancel.cancel());
        assert_eq!(seen(&ctx), CANCELLED);
        drop((ctx, cancel));
        assert_eq!(census.alive(), 0);
    });
}

#[test]
fn cx_48_a_long_chain_of_merges() {
    on_a_small_stack(|| {
        let census = Census::default();
        let (root, cancel) = Context::background().with_value(census.value(1)).with_cancel();
        let (other, other_cancel) = Context::background().with_value(2_u8).with_cancel();
        let merges = |last: &Context| {
            let mut ctx = last.clone();
            for _ in 0..DEEP {
                ctx = Context::merge(&[ctx, other.clone()]);
            }
            ctx
        };
        let dropped = merges(&root);
        assert_eq!((seen(&dropped), dropped.value::<u8>()), (Seen::Live, Some(&2)));
        assert!(dropped.value::<u16>().is_none());
        drop(dropped);
        let ended = merges(&root);
        assert!(cancel.cancel());
        assert_eq!((seen(&ended), seen(&other)), (CANCELLED, Seen::Live));
        let late = merges(&other);
        drop((root, ended, cancel));
        assert_eq!(census.alive(), 0);
        assert!(other_cancel.cancel());
        assert_eq!(seen(&late), CANCELLED);
    });
}

#[test]
fn cx_48_a_long_chain_without_cancels() {
    on_a_small_stack(|| {
        let census = Census::default();
        let mut ctx = Context::background().with_value(census.value(1));
        for n in 0..DEEP {
            ctx = ctx.with_value(n).without_cancel();
        }
        assert!(ctx.value::<u8>().is_none());
        assert_eq!(ctx.value::<usize>(), Some(&(DEEP - 1)));
        drop(ctx);
        assert_eq!(census.alive(), 0);
    });
}

#[test]
fn cx_48_a_long_chain_of_deadlines() {
    // Goal: each later than the one above, so that the first counts for all; it has passed.
    on_a_small_stack(|| {
        let (root, _cancel) = Context::background().with_timeout(Duration::from_secs(3600));
        let (mut ctx, mut cancels) = (root.clone(), Vec::with_capacity(DEEP));
        for _ in 0..DEEP {
            let (child, cancel) = ctx.with_timeout(Duration::from_secs(7200));
            cancels.push(cancel);
            ctx = child;
        }
        assert_eq!((ctx.deadline(), seen(&ctx)), (root.deadline(), Seen::Live));
        detach_all(cancels);
        drop(ctx);
    });
}

#[test]
fn cx_50_a_long_chain_is_printed() {
    on_a_small_stack(|| {
        let (root, _cancel) = Context::background().with_cancel();
        let (last, cancels) = chain(&root, DEEP);
        let merged = Context::merge(&[last.clone(), root]);
        assert!(!format!("{last:?} {merged:?}").is_empty());
        detach_all(cancels);
    });
}

//! Models of the tree: deriving, ending and freeing against each other, in every interleaving.
//!
//! | model | row |
//! | --- | --- |
//! | a child that is derived while its parent ends | CX-12, H-19 |
//! | a child that is freed while its parent ends | CX-09, CX-49 |
//! | ends of one context, and of one above the other | CX-05, CX-06, CX-08, CX-10, CX-15 |
//! | a deadline that has passed unseen | CX-21 |
//!
//! Run by `cargo x loom`, one at a time. Deadlines in a model have passed when they are made: Tokio's
//! timers cannot be part of one.

#![cfg(taut_loom)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "support/models.rs"]
mod models;

use std::sync::Arc;

use models::{CANCELLED, Root, model, model_at, model_of_three, spawn};
use taut_context::{Cancel, Context, ContextError};

/// A context that lives without its `Cancel`.
fn child_of(parent: &Context) -> Context {
    let (child, cancel) = parent.with_cancel();
    cancel.detach();
    child
}

fn cause_of(ctx: &Context) -> String {
    ctx.cause().unwrap().to_string()
}

#[test]
fn cx_12_a_child_derived_while_its_parent_ends_is_no_orphan() {
    model(|| {
        let root = Root::new();
        let parent = root.ctx.clone();
        let derive = spawn(move || {
            let child = child_of(&parent);
            let grandchild = child_of(&child);
            (child, grandchild)
        });
        assert!(root.cancel.cancel_with("why"));
        let (child, grandchild) = derive.join().unwrap();
        assert_eq!((child.err(), grandchild.err()), (CANCELLED, CANCELLED));
        assert_eq!((cause_of(&child), cause_of(&grandchild)), ("why".into(), "why".into()));
    });
}

#[test]
fn cx_12_two_children_derived_while_their_parent_ends() {
    model_of_three(|| {
        let root = Root::new();
        let derive = [root.ctx.clone(), root.ctx.clone()].map(|ctx| spawn(move || child_of(&ctx)));
        assert!(root.cancel.cancel());
        for child in derive {
            assert_eq!(child.join().unwrap().err(), CANCELLED);
        }
    });
}

#[test]
fn cx_12_a_grandchild_derived_while_both_above_end() {
    model_of_three(|| {
        let root = Root::new();
        let (child, child_cancel) = root.ctx.with_cancel();
        let derive = spawn(move || child_of(&child));
        let cancel = spawn(move || child_cancel.cancel_with("child"));
        let won = root.cancel.cancel_with("root");
        let grandchild = derive.join().unwrap();
        let child_won = cancel.join().unwrap();
        assert!(won, "the root has no other end");
        assert_eq!(grandchild.err(), CANCELLED);
        assert_eq!(cause_of(&grandchild), if child_won { "child" } else { "root" });
    });
}

#[test]
fn cx_49_a_child_freed_while_its_parent_ends() {
    model(|| {
        let Root { ctx, cancel, freed } = Root::new();
        let child = child_of(&ctx);
        let free = spawn(move || drop(child));
        assert!(cancel.cancel());
        free.join().unwrap();
        drop((ctx, cancel));
        freed.check();
    });
}

#[test]
fn cx_49_a_child_of_a_child_freed_while_all_ends() {
    // The end of the one in the middle may be the last that counts on it.
    model(|| {
        let Root { ctx, cancel, freed } = Root::new();
        let grandchild = child_of(&child_of(&ctx));
        let free = spawn(move || drop(grandchild));
        assert!(cancel.cancel());
        free.join().unwrap();
        drop((ctx, cancel));
        freed.check();
    });
}

#[test]
fn cx_49_neighbours_freed_while_their_parent_ends() {
    // Each is linked to the other.
    model_of_three(|| {
        let Root { ctx, cancel, freed } = Root::new();
        let free = [child_of(&ctx), child_of(&ctx)].map(|child| spawn(move || drop(child)));
        assert!(cancel.cancel());
        free.into_iter().for_each(|free| free.join().unwrap());
        drop((ctx, cancel));
        freed.check();
    });
}

#[test]
fn cx_49_one_in_the_middle_freed_while_its_neighbours_end() {
    // Newest first in the list. All three leave it.
    model_of_three(|| {
        let Root { ctx, cancel, freed } = Root::new();
        let [a, b, c] = [ctx.with_cancel(), ctx.with_cancel(), ctx.with_cancel()];
        let end_first = spawn(move || a.1.cancel());
        let end_last = spawn(move || c.1.cancel());
        b.1.detach();
        drop(b.0);
        assert!(end_first.join().unwrap() && end_last.join().unwrap());
        assert!(!ctx.is_done());
        assert!(cancel.cancel());
        drop((a.0, c.0, ctx, cancel));
        freed.check();
    });
}

#[test]
fn cx_49_a_child_freed_between_two_rounds_of_a_sweep() {
    // A sweep gives the lock to others after some thirty children, and this is the next one.
    model_at(1, || {
        let Root { ctx, cancel, freed } = Root::new();
        let mut children: Vec<_> = (0..34).map(|_| child_of(&ctx)).collect();
        let next = children.remove(1);
        let free = spawn(move || drop(next));
        assert!(cancel.cancel());
        free.join().unwrap();
        assert!(children.iter().all(|child| child.err() == CANCELLED));
        drop((children, ctx, cancel));
        freed.check();
    });
}

#[test]
fn cx_49_all_handles_go_at_once() {
    // Who drops last frees all three; the end takes place on the way.
    model(|| {
        let Root { ctx, cancel, freed } = Root::new();
        let child = child_of(&ctx);
        let free = spawn(move || drop(child));
        drop(ctx);
        drop(cancel);
        free.join().unwrap();
        freed.check();
    });
}

#[test]
fn cx_49_a_child_that_ended_goes_with_its_parent() {
    // It has left the list by itself, so its burial need not look for it there.
    model(|| {
        let Root { ctx, cancel, freed } = Root::new();
        let (child, child_cancel) = ctx.with_cancel();
        let end = spawn(move || drop(child_cancel));
        drop((ctx, cancel));
        drop(child);
        end.join().unwrap();
        freed.check();
    });
}

/// A root, its child and a grandchild.
fn three_levels() -> (Root, (Context, Cancel), Context) {
    let root = Root::new();
    let child = root.ctx.with_cancel();
    let grandchild = child_of(&child.0);
    (root, child, grandchild)
}

#[test]
fn cx_05_an_end_returns_when_what_another_ends_below_is_marked() {
    // CX-15: the first that ends it says why.
    model(|| {
        let (root, (child, child_cancel), grandchild) = three_levels();
        let below = grandchild.clone();
        let end = spawn(move || {
            let won = child_cancel.cancel_with("child");
            assert_eq!(below.err(), CANCELLED, "the child's end is over");
            won
        });
        assert!(root.cancel.cancel_with("root"));
        assert_eq!(child.err(), CANCELLED);
        assert_eq!(grandchild.err(), CANCELLED, "the root's end is over");
        let why = if end.join().unwrap() { "child" } else { "root" };
        assert_eq!((cause_of(&root.ctx), cause_of(&child)), ("root".into(), why.into()));
        assert_eq!(cause_of(&grandchild), why);
    });
}

#[test]
fn cx_06_an_end_returns_when_all_that_others_end_below_is_marked() {
    // The lower one is at work, the upper one waits for it: who comes third waits for both.
    model_at(1, || {
        let root = Root::new();
        let (child, low) = root.ctx.with_cancel();
        let leaf = child_of(&child);
        let high = Arc::new(root.cancel);
        let ends = [Arc::clone(&high), Arc::clone(&high)].map(|cancel| {
            let leaf = leaf.clone();
            spawn(move || {
                let won = cancel.cancel();
                assert_eq!(leaf.err(), CANCELLED);
                (won, leaf, cancel)
            })
        });
        low.cancel();
        assert_eq!(leaf.err(), CANCELLED);
        let won = ends.map(|end| end.join().unwrap().0);
        assert!(won[0] != won[1]);
    });
}

#[test]
fn cx_06_of_two_ends_one_wins_and_both_return_when_all_is_marked() {
    model(|| {
        let root = Root::new();
        let child = child_of(&root.ctx);
        let grandchild = child_of(&child);
        let cancel = Arc::new(root.cancel);
        let (below, other) = (grandchild.clone(), Arc::clone(&cancel));
        let end = spawn(move || {
            let won = other.cancel();
            assert_eq!(below.err(), CANCELLED);
            won
        });
        let won = cancel.cancel();
        assert_eq!((child.err(), grandchild.err()), (CANCELLED, CANCELLED));
        assert_ne!(won, end.join().unwrap());
    });
}

#[test]
fn cx_08_of_two_ends_with_causes_the_winner_says_why() {
    model(|| {
        let root = Root::new();
        let child = child_of(&root.ctx);
        let cancel = Arc::new(root.cancel);
        let other = Arc::clone(&cancel);
        let end = spawn(move || other.cancel_with("theirs"));
        let ours = cancel.cancel_with("ours");
        assert_ne!(ours, end.join().unwrap());
        assert_eq!(cause_of(&child), if ours { "ours" } else { "theirs" });
    });
}

#[test]
fn cx_21_a_deadline_that_passed_unseen_is_seen_by_two() {
    model(|| {
        let (timed, _cancel) =
            Context::background().with_deadline_cause(tokio::time::Instant::now(), "late");
        let children = [child_of(&timed), child_of(&timed)];
        let look = children.map(|child| {
            move || {
                assert_eq!(child.err(), Some(ContextError::DeadlineExceeded));
                assert_eq!(cause_of(&child), "late");
            }
        });
        let [first, second] = look;
        let other = spawn(second);
        first();
        other.join().unwrap();
    });
}

#[test]
fn cx_22_a_deadline_that_passed_unseen_against_an_end() {
    // It was first, whoever notices.
    model(|| {
        let root = Root::new();
        let (timed, cancel) = root.ctx.with_deadline_cause(tokio::time::Instant::now(), "late");
        let child = child_of(&timed);
        let end = spawn(move || cancel.cancel_with("cancelled"));
        root.cancel.cancel();
        assert_eq!(timed.err(), Some(ContextError::DeadlineExceeded));
        assert_eq!(child.err(), Some(ContextError::DeadlineExceeded));
        assert_eq!((cause_of(&timed), cause_of(&child)), ("late".into(), "late".into()));
        assert!(!end.join().unwrap(), "the deadline was first");
    });
}

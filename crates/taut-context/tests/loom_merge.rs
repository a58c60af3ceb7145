//! Models of merged contexts: several that can end one, and the one that is freed meanwhile.
//!
//! | model | row |
//! | --- | --- |
//! | two that a merged context derives from end | CX-05, CX-06, CX-10, CX-15 |
//! | one ends while the merged context is freed | CX-49 |
//! | one ends while the merged context is made | CX-11, CX-12, H-19 |
//!
//! Run by `cargo x loom`, one at a time.

#![cfg(taut_loom)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "support/models.rs"]
mod models;

use std::sync::Arc;

use models::{Book, CANCELLED, Root, model, model_at, model_of_three, spawn};
use taut_context::{Cancel, Context};

fn cause_of(ctx: &Context) -> String {
    ctx.cause().unwrap().to_string()
}

/// A context that lives without its `Cancel`.
fn child_of(parent: &Context) -> Context {
    let (child, cancel) = parent.with_cancel();
    cancel.detach();
    child
}

/// Ends a context on a thread of its own. The right to do so comes back, so that only this is modelled.
fn end(cancel: Cancel, why: &'static str) -> loom::thread::JoinHandle<(bool, Cancel)> {
    spawn(move || (cancel.cancel_with(why), cancel))
}

#[test]
fn cx_15_of_two_that_end_the_first_ends_the_merged() {
    model(|| {
        let (a, b) = (Root::new(), Root::new());
        let merged = Context::merge(&[a.ctx.clone(), b.ctx.clone()]);
        let child = child_of(&merged);
        let end_b = end(b.cancel, "b");
        assert!(a.cancel.cancel_with("a"));
        assert_eq!((merged.err(), child.err()), (CANCELLED, CANCELLED), "a's end is over");
        let why = cause_of(&merged);
        assert!(why == "a" || why == "b");
        assert_eq!(cause_of(&child), why);
        assert!(end_b.join().unwrap().0);
    });
}

#[test]
fn cx_05_the_end_of_the_second_returns_when_the_merged_is_marked() {
    model(|| {
        let (a, b) = (Root::new(), Root::new());
        let merged = Context::merge(&[a.ctx.clone(), b.ctx.clone()]);
        let child = child_of(&merged);
        let end_a = end(a.cancel, "a");
        assert!(b.cancel.cancel_with("b"));
        assert_eq!((merged.err(), child.err()), (CANCELLED, CANCELLED), "b's end is over");
        assert!(end_a.join().unwrap().0);
        assert_eq!(cause_of(&merged), cause_of(&child));
    });
}

#[test]
fn cx_06_an_end_returns_when_the_merged_that_another_ends_is_marked() {
    // One is at work on the merged context, one waits for it: who comes third waits for both.
    model_at(1, || {
        let (a, b) = (Root::new(), Root::new());
        let child = child_of(&Context::merge(&[a.ctx.clone(), b.ctx.clone()]));
        let cancel = Arc::new(a.cancel);
        let ends = [Arc::clone(&cancel), Arc::clone(&cancel)].map(|cancel| {
            let child = child.clone();
            spawn(move || {
                let won = cancel.cancel();
                assert_eq!(child.err(), CANCELLED);
                (won, child, cancel)
            })
        });
        b.cancel.cancel();
        assert_eq!(child.err(), CANCELLED);
        let won = ends.map(|end| end.join().unwrap().0);
        assert!(won[0] != won[1]);
    });
}

#[test]
fn cx_47_two_that_end_two_merged_wait_for_each_other_for_no_time() {
    // Each takes one of the two and finds the other one taken.
    model_at(2, || {
        let (a, b) = (Root::new(), Root::new());
        let one = child_of(&Context::merge(&[a.ctx.clone(), b.ctx.clone()]));
        let two = child_of(&Context::merge(&[b.ctx.clone(), a.ctx.clone()]));
        let end_b = end(b.cancel, "b");
        assert!(a.cancel.cancel_with("a"));
        assert_eq!((one.err(), two.err()), (CANCELLED, CANCELLED));
        assert!(end_b.join().unwrap().0);
    });
}

#[test]
fn cx_10_one_above_all_that_are_merged() {
    // One sweep comes to the merged context by two ways.
    model(|| {
        let root = Root::new();
        let (low, cancel) = root.ctx.with_cancel();
        let merged = Context::merge(&[low, child_of(&root.ctx)]);
        let child = child_of(&merged);
        let end_low = end(cancel, "low");
        assert!(root.cancel.cancel_with("root"));
        assert_eq!((merged.err(), child.err()), (CANCELLED, CANCELLED));
        let (won, _cancel) = end_low.join().unwrap();
        let why = cause_of(&merged);
        assert!(why == "root" || (why == "low" && won));
        assert_eq!(cause_of(&child), why);
    });
}

#[test]
fn cx_10_one_above_all_that_are_merged_comes_to_the_tree_first() {
    // The newest child is met first, and the merged context is below it in the tree.
    model(|| {
        let root = Root::new();
        let old = child_of(&root.ctx);
        let merged = Context::merge(&[child_of(&root.ctx), old]);
        let child = child_of(&merged);
        assert!(root.cancel.cancel_with("root"));
        assert_eq!((merged.err(), child.err()), (CANCELLED, CANCELLED));
        assert_eq!(cause_of(&child), "root");
    });
}

#[test]
fn cx_49_a_merged_context_freed_while_the_second_ends() {
    model(|| {
        let (a, b) = (Root::new(), Root::new());
        let merged = Context::merge(&[a.ctx.clone(), b.ctx.clone()]);
        let free = spawn(move || drop(merged));
        assert!(b.cancel.cancel());
        free.join().unwrap();
        assert!(!a.ctx.is_done());
        for Root { ctx, cancel, freed } in [a, b] {
            drop((ctx, cancel));
            freed.check();
        }
    });
}

#[test]
fn cx_49_a_merged_context_freed_while_both_end() {
    model_of_three(|| {
        let (a, b) = (Root::new(), Root::new());
        let merged = Context::merge(&[a.ctx.clone(), b.ctx.clone()]);
        let ends = [end(a.cancel, "a"), end(b.cancel, "b")];
        drop(merged);
        ends.into_iter().for_each(|end| assert!(end.join().unwrap().0));
        drop((a.ctx, b.ctx));
        a.freed.check();
        b.freed.check();
    });
}

#[test]
fn cx_49_a_merged_context_goes_with_the_last_that_it_derives_from() {
    model(|| {
        let (a, b) = (Root::new(), Root::new());
        let merged = Context::merge(&[a.ctx.clone(), b.ctx.clone()]);
        let free = spawn(move || drop((b.ctx, b.cancel)));
        drop(merged);
        free.join().unwrap();
        drop((a.ctx, a.cancel));
        a.freed.check();
        b.freed.check();
    });
}

#[test]
fn cx_11_a_merged_context_made_while_the_second_ends() {
    model(|| {
        let (a, b) = (Root::new(), Root::new());
        let contexts = [a.ctx.clone(), b.ctx.clone()];
        let make = spawn(move || {
            let merged = Context::merge(&contexts);
            let child = child_of(&merged);
            (merged, child)
        });
        assert!(b.cancel.cancel_with("b"));
        let (merged, child) = make.join().unwrap();
        assert_eq!((merged.err(), child.err()), (CANCELLED, CANCELLED));
        assert_eq!((cause_of(&merged), cause_of(&child)), ("b".into(), "b".into()));
    });
}

#[test]
fn cx_11_a_merged_context_made_while_both_end() {
    model_of_three(|| {
        let (a, b) = (Root::new(), Root::new());
        let contexts = [a.ctx, b.ctx];
        let ends = [end(a.cancel, "a"), end(b.cancel, "b")];
        let merged = Context::merge(&contexts);
        let err = merged.err();
        ends.into_iter().for_each(|end| assert!(end.join().unwrap().0));
        assert_eq!(merged.err(), CANCELLED);
        assert!(err.is_none() || err == CANCELLED);
        drop((merged, contexts));
        a.freed.check();
        b.freed.check();
    });
}

#[test]
fn cx_37_a_callback_of_a_merged_context_runs_once() {
    model(|| {
        let (a, b) = (Root::new(), Root::new());
        let merged = Context::merge(&[a.ctx.clone(), b.ctx.clone()]);
        let book = Book::new();
        merged.after_func(book.callback()).detach();
        let end_b = end(b.cancel, "b");
        assert!(a.cancel.cancel());
        assert!(end_b.join().unwrap().0);
        assert_eq!((book.runs(), book.drops()), (1, 1));
    });
}

//! Models of callbacks: stopping, detaching and dropping them against the end of their context.
//!
//! | model | row |
//! | --- | --- |
//! | stop or drop against the end | CX-36, CX-37, CX-41, H-21 |
//! | a registration against the end | CX-34, CX-37 |
//! | detach against the end, and against the last handle | CX-37, CX-49 |
//! | ends inside a callback | CX-40, CX-47 |
//!
//! Run by `cargo x loom`, one at a time.

#![cfg(taut_loom)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "support/models.rs"]
mod models;

use std::sync::Arc;

use models::{Book, CANCELLED, Root, model, model_of_three, spawn};

#[test]
fn cx_37_either_stop_prevents_it_or_it_runs() {
    model(|| {
        let Root { ctx, cancel, freed } = Root::new();
        let book = Book::new();
        let registration = ctx.after_func(book.callback());
        let stop = spawn(move || registration.stop());
        assert!(cancel.cancel());
        let is_prevented = stop.join().unwrap();
        assert_eq!(book.runs(), usize::from(!is_prevented));
        assert_eq!(book.drops(), 1);
        drop((ctx, cancel));
        freed.check();
    });
}

#[test]
fn cx_37_either_a_drop_prevents_it_or_it_runs() {
    // What the callback has is there for it alone: run or dropped, once.
    model(|| {
        let Root { ctx, cancel, freed } = Root::new();
        let book = Book::new();
        let registration = ctx.after_func(book.callback());
        let free = spawn(move || drop((registration, ctx)));
        assert!(cancel.cancel());
        free.join().unwrap();
        assert!(book.runs() <= 1);
        assert_eq!(book.drops(), 1);
        drop(cancel);
        freed.check();
    });
}

#[test]
fn cx_35_two_that_are_stopped_are_independent() {
    // Neighbours in the list.
    model_of_three(|| {
        let Root { ctx, cancel, freed } = Root::new();
        let books = [Book::new(), Book::new()];
        let stop = [&books[0], &books[1]].map(|book| {
            let registration = ctx.after_func(book.callback());
            spawn(move || registration.stop())
        });
        assert!(cancel.cancel());
        for (stop, book) in stop.into_iter().zip(&books) {
            assert_eq!(book.runs(), usize::from(!stop.join().unwrap()));
            assert_eq!(book.drops(), 1);
        }
        drop((ctx, cancel));
        freed.check();
    });
}

#[test]
fn cx_34_one_that_is_registered_while_the_context_ends_runs() {
    model(|| {
        let Root { ctx, cancel, freed } = Root::new();
        let book = Book::new();
        let callback = book.callback();
        let register = spawn(move || ctx.after_func(callback));
        assert!(cancel.cancel());
        let registration = register.join().unwrap();
        assert_eq!((book.runs(), book.drops()), (1, 1));
        assert!(!registration.stop());
        drop(cancel);
        freed.check();
    });
}

#[test]
fn cx_34_one_that_is_registered_while_the_context_ends_finds_all_marked() {
    model(|| {
        let root = Root::new();
        let (child, _cancel) = root.ctx.with_cancel();
        let (below, _cancel) = child.with_cancel();
        let look = move || assert_eq!(below.err(), CANCELLED, "all is marked before any runs");
        let ctx = root.ctx.clone();
        let register = spawn(move || ctx.after_func(look).detach());
        assert!(root.cancel.cancel());
        register.join().unwrap();
    });
}

#[test]
fn cx_37_one_that_is_detached_while_the_context_ends_runs() {
    model(|| {
        let Root { ctx, cancel, freed } = Root::new();
        let book = Book::new();
        let registration = ctx.after_func(book.callback());
        let detach = spawn(move || registration.detach());
        assert!(cancel.cancel());
        detach.join().unwrap();
        assert_eq!((book.runs(), book.drops()), (1, 1));
        drop((ctx, cancel));
        freed.check();
    });
}

#[test]
fn cx_49_one_that_is_detached_goes_with_the_last_handle() {
    // Dropping `Cancel` ends the context, so this one is given away.
    model(|| {
        let Root { ctx, cancel, freed } = Root::new();
        let book = Book::new();
        let registration = ctx.after_func(book.callback());
        cancel.detach();
        let free = spawn(move || drop(ctx));
        registration.detach();
        free.join().unwrap();
        assert_eq!((book.runs(), book.drops()), (0, 1));
        freed.check();
    });
}

#[test]
fn cx_49_one_that_is_detached_against_an_end_by_the_last_handle() {
    model(|| {
        let Root { ctx, cancel, freed } = Root::new();
        let book = Book::new();
        let registration = ctx.after_func(book.callback());
        drop(ctx);
        let end = spawn(move || drop(cancel));
        registration.detach();
        end.join().unwrap();
        assert_eq!((book.runs(), book.drops()), (1, 1));
        freed.check();
    });
}

#[test]
fn cx_49_one_that_is_detached_keeps_what_is_above() {
    // The list owns it, it owns nothing: an end of the root finds it while its context goes.
    model(|| {
        let Root { ctx, cancel, freed } = Root::new();
        let (child, child_cancel) = ctx.with_cancel();
        child_cancel.detach();
        let book = Book::new();
        child.after_func(book.callback()).detach();
        let free = spawn(move || drop(child));
        assert!(cancel.cancel());
        free.join().unwrap();
        assert!(book.runs() <= 1);
        assert_eq!(book.drops(), 1);
        drop((ctx, cancel));
        freed.check();
    });
}

#[test]
fn cx_41_one_that_is_stopped_while_its_neighbour_is_freed() {
    model(|| {
        let Root { ctx, cancel, freed } = Root::new();
        let book = Book::new();
        let registration = ctx.after_func(book.callback());
        let (child, child_cancel) = ctx.with_cancel();
        let end = spawn(move || drop((child, child_cancel)));
        assert!(registration.stop());
        assert_eq!((book.runs(), book.drops()), (0, 1));
        end.join().unwrap();
        drop((ctx, cancel));
        freed.check();
    });
}

#[test]
fn cx_40_an_end_inside_a_callback_against_one_outside() {
    // The callback ends a context above, one below and one beside its own.
    model(|| {
        let root = Root::new();
        let (left, left_cancel) = root.ctx.with_cancel();
        let (right, right_cancel) = root.ctx.with_cancel();
        let right_cancel = Arc::new(right_cancel);
        let inner = Arc::clone(&right_cancel);
        let book = Book::new();
        left.after_func(book.callback_that(move || _ = inner.cancel())).detach();
        let end = spawn(move || right_cancel.cancel());
        assert!(left_cancel.cancel());
        assert_eq!(right.err(), CANCELLED);
        let _who = end.join().unwrap();
        assert_eq!((book.runs(), book.drops()), (1, 1));
        assert!(!root.ctx.is_done());
    });
}

#[test]
fn cx_47_each_of_two_callbacks_ends_the_context_of_the_other() {
    // Go's TestInterlockedCancels, and both at once.
    model(|| {
        let root = Root::new();
        let contexts = [root.ctx.with_cancel(), root.ctx.with_cancel()];
        let [left, right] = contexts.map(|(ctx, cancel)| (ctx, Arc::new(cancel)));
        let book = Book::new();
        for ((ctx, _), (_, other)) in [(&left, &right), (&right, &left)] {
            let other = Arc::clone(other);
            ctx.after_func(book.callback_that(move || _ = other.cancel())).detach();
        }
        let theirs = Arc::clone(&right.1);
        let end = spawn(move || theirs.cancel());
        left.1.cancel();
        let _who = end.join().unwrap();
        assert_eq!((left.0.err(), right.0.err()), (CANCELLED, CANCELLED));
        assert_eq!(book.runs(), 2);
    });
}

#[test]
fn cx_47_a_callback_ends_what_is_above_while_that_ends() {
    model(|| {
        let root = Root::new();
        let (child, child_cancel) = root.ctx.with_cancel();
        let above = Arc::new(root.cancel);
        let inner = Arc::clone(&above);
        let book = Book::new();
        child.after_func(book.callback_that(move || _ = inner.cancel())).detach();
        let end = spawn(move || child_cancel.cancel());
        above.cancel();
        let _who = end.join().unwrap();
        assert_eq!((root.ctx.err(), child.err()), (CANCELLED, CANCELLED));
        assert_eq!((book.runs(), book.drops()), (1, 1));
    });
}

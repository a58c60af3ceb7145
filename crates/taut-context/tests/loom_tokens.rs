//! Models of the pointer to a context that does not keep it: a token's end against the last handle. The
//! timer of a deadline and a signal use the same one.
//!
//! | model | row |
//! | --- | --- |
//! | the token ends while the context is freed | CX-49, T1 of `weak` |
//! | the token ends while somebody derives, or ends too | CX-12, CX-08 |
//!
//! Run by `cargo x loom`, one at a time. What the token does itself is a single step here, and orders
//! nothing that loom could see: so a context of a token is made before the threads are.

#![cfg(taut_loom)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "support/models.rs"]
mod models;

use models::{Book, CANCELLED, model, model_of_three, spawn};
use taut_context::Context;
use tokio_util::sync::CancellationToken;

#[test]
fn cx_49_a_context_freed_while_its_token_ends() {
    // The callback is the list's: it goes with the context, by the end or without it.
    model(|| {
        let token = CancellationToken::new();
        let ctx = Context::from(token.clone());
        let book = Book::new();
        ctx.after_func(book.callback()).detach();
        let end = spawn(move || token.cancel());
        drop(ctx);
        end.join().unwrap();
        assert!(book.runs() <= 1);
        assert_eq!(book.drops(), 1);
    });
}

#[test]
fn cx_49_two_handles_freed_while_the_token_ends() {
    model_of_three(|| {
        let token = CancellationToken::new();
        let ctx = Context::from(token.clone());
        let book = Book::new();
        let child = ctx.with_value(book.token());
        let end = spawn(move || token.cancel());
        let free = spawn(move || drop(child));
        drop(ctx);
        free.join().unwrap();
        end.join().unwrap();
        assert_eq!(book.drops(), 1);
    });
}

#[test]
fn cx_12_a_child_derived_while_the_token_ends() {
    model(|| {
        let token = CancellationToken::new();
        let ctx = Context::from(token.clone());
        let end = spawn(move || token.cancel());
        let (child, _cancel) = ctx.with_cancel();
        end.join().unwrap();
        assert_eq!((ctx.err(), child.err()), (CANCELLED, CANCELLED));
    });
}

#[test]
fn cx_08_a_token_given_out_against_the_end_of_its_context() {
    model(|| {
        let (ctx, cancel) = Context::background().with_cancel();
        let end = spawn(move || cancel.cancel());
        let token = ctx.token();
        assert!(end.join().unwrap());
        assert!(token.is_cancelled());
    });
}

//! Bridges to `CancellationToken`, both ways; neither side keeps the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use taut::context::{Context, ContextError};
use tokio::time::advance;
use tokio_util::sync::CancellationToken;

use crate::support::{CANCELLED, Census, SOME, Seen, Why, parked, seen};

#[test]
fn a_token_ends_with_its_context() {
    let (root, cancel) = Context::background().with_cancel();
    let (ctx, _ctx_cancel) = root.with_cancel();
    let token = ctx.token();
    let mut waits = parked(token.cancelled());
    assert!(!token.is_cancelled());
    assert!(cancel.cancel());
    assert!(token.is_cancelled());
    assert_eq!(waits.wakes(), 1);
    waits.ready();
}

#[test]
fn a_token_of_an_ended_context_is_cancelled() {
    let (ctx, cancel) = Context::background().with_cancel();
    assert!(cancel.cancel());
    assert!(ctx.token().is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn a_token_ends_with_the_deadline() {
    let (ctx, _cancel) = Context::background().with_timeout(Duration::from_millis(20));
    let token = ctx.token();
    let waits = parked(token.cancelled());
    advance(Duration::from_millis(20)).await;
    assert_eq!((token.is_cancelled(), waits.wakes()), (true, 1), "nobody waits for the context");
}

#[test]
fn cancelling_a_token_of_a_context_ends_only_the_token() {
    let (ctx, cancel) = Context::background().with_cancel();
    let (token, other) = (ctx.token(), ctx.token());
    token.cancel();
    assert_eq!((seen(&ctx), other.is_cancelled()), (Seen::Live, false));
    assert!(cancel.cancel());
    assert!(other.is_cancelled());
}

#[test]
fn many_tokens_of_one_context() {
    let (ctx, cancel) = Context::background().with_cancel();
    let tokens: Vec<_> = (0..SOME).map(|_| ctx.token()).collect();
    let children: Vec<_> = tokens.iter().map(CancellationToken::child_token).collect();
    drop(ctx.token());
    assert!(cancel.cancel());
    assert!(tokens.iter().chain(&children).all(CancellationToken::is_cancelled));
}

#[test]
fn a_token_outlives_its_context() {
    let census = Census::default();
    let (ctx, cancel) = Context::background().with_value(census.value(1)).with_cancel();
    let token = ctx.token();
    cancel.detach();
    assert_eq!(census.alive(), 1);
    drop(ctx);
    assert_eq!(census.alive(), 0, "a token keeps no context");
    assert!(!token.is_cancelled());
    token.cancel();
}

#[test]
fn a_background_token_is_never_cancelled() {
    let token = Context::background().token();
    assert!(!token.is_cancelled());
    token.cancel();
    assert_eq!(seen(&Context::background()), Seen::Live);
}

#[test]
fn a_context_ends_with_its_token() {
    let token = CancellationToken::new();
    let ctx = Context::from(token.clone());
    let (child, _cancel) = ctx.with_cancel();
    let mut waits = parked(child.done());
    assert_eq!((seen(&ctx), seen(&child), ctx.deadline()), (Seen::Live, Seen::Live, None));
    token.cancel();
    assert_eq!(waits.wakes(), 1, "no task stands between");
    assert_eq!((seen(&ctx), seen(&child)), (CANCELLED, CANCELLED));
    assert_eq!(waits.ready(), ContextError::Cancelled);
}

#[test]
fn a_context_from_a_cancelled_token_has_ended() {
    let token = CancellationToken::new();
    token.cancel();
    assert_eq!(seen(&Context::from(token)), CANCELLED);
}

#[test]
fn a_child_of_a_token_ends_its_context_too() {
    let token = CancellationToken::new();
    let ctx = Context::from(token.child_token());
    token.cancel();
    assert_eq!(seen(&ctx), CANCELLED);
}

#[test]
fn what_is_below_a_context_from_a_token_does_not_cancel_it() {
    let token = CancellationToken::new();
    let (_child, cancel) = Context::from(token.clone()).with_cancel();
    assert!(cancel.cancel_with(Why(1)));
    assert!(!token.is_cancelled());
}

#[test]
fn callbacks_of_a_context_from_a_token() {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let token = CancellationToken::new();
    let ctx = Context::from(token.clone());
    let _registered = ctx.after_func(move || _ = counted.fetch_add(1, Ordering::SeqCst));
    token.cancel();
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

#[test]
fn a_source_token_outlives_its_context() {
    // Goal: the context is freed though the token lives; its cancel finds nobody, and hurts nobody.
    let census = Census::default();
    let token = CancellationToken::new();
    for n in 0..SOME {
        let ctx = Context::from(token.clone());
        let held = census.value(n);
        ctx.after_func(move || drop(held)).detach();
        let below = ctx.with_value(census.value(n));
        assert_eq!((seen(&ctx), census.alive()), (Seen::Live, 2));
        drop((ctx, below));
        assert_eq!(census.alive(), 0);
    }
    token.cancel();
}

#[test]
fn a_context_outlives_the_handles_of_its_token() {
    let ctx = Context::from(CancellationToken::new());
    assert_eq!(seen(&ctx), Seen::Live);
    let mut waits = parked(ctx.done());
    waits.pending();
}

#[test]
fn there_and_back() {
    let (ctx, cancel) = Context::background().with_cancel();
    let back = Context::from(ctx.token());
    let again = back.token();
    assert!(cancel.cancel_with(Why(1)));
    assert_eq!((seen(&back), again.is_cancelled()), (CANCELLED, true), "a token has no cause");
}

#[test]
fn a_waker_of_a_token_may_use_the_context() {
    // Goal: G-07 across the bridge: whoever the token wakes may look at the context and derive.
    let token = CancellationToken::new();
    let ctx = Context::from(token.clone());
    let held = ctx.clone();
    let waker = crate::support::hooks::hooked(move |event| {
        if event == crate::support::hooks::Event::Wake {
            drop(held.with_cancel());
            assert!(held.is_done());
        }
    });
    let mut waits = crate::support::task(ctx.done());
    assert!(waits.poll_with(&waker).is_pending());
    token.cancel();
    assert!(waits.poll().is_ready());
}

//! A loop over what is always ready lets others run: G-11.
//!
//! Method: one poll of a loop that goes on for long. It must come back pending.

use std::future::{pending, ready};

use taut::chan;
use taut::context::Context;
use taut::select;

use crate::support::gives_way;

/// Far more than a task may do in one turn.
const ROUNDS: u32 = 200_000;

#[tokio::test]
async fn g_11_a_loop_over_an_ended_context_gives_way() {
    let (ctx, cancel) = Context::background().with_cancel();
    cancel.cancel();
    gives_way("done", async || assert!(ctx.done().await.is_cancelled())).await;
    gives_way("run", async || assert!(ctx.run(pending::<()>()).await.is_err())).await;
    gives_way("sleep", async || assert!(ctx.sleep(std::time::Duration::MAX).await.is_err())).await;
    let idle = chan::never::<u8>();
    gives_way("select", async || {
        select::select! { _ = ctx.done() => {}, _ = idle.recv() => {} }
    })
    .await;
}

#[tokio::test]
async fn g_11_a_loop_over_a_run_that_is_ready_gives_way() {
    let (ctx, _cancel) = Context::background().with_cancel();
    gives_way("run", async || assert!(ctx.run(ready(())).await.is_ok())).await;
}

#[tokio::test]
async fn g_11_other_tasks_get_their_turn() {
    // Goal: E14: who should end the loop is a task of the same thread.
    let (ctx, cancel) = Context::background().with_cancel();
    cancel.cancel();
    let other = tokio::spawn(async {});
    let mut rounds = 0;
    while !other.is_finished() && rounds < ROUNDS {
        let _why = ctx.done().await;
        rounds += 1;
    }
    assert!(other.is_finished());
    other.await.unwrap();
}

#[test]
fn g_15_contexts_need_no_runtime() {
    // Goal: none of Tokio's, for a loop that is far longer than a turn.
    let (ctx, cancel) = Context::background().with_cancel();
    cancel.cancel();
    for _ in 0..10_000 {
        assert!(crate::support::now(ctx.done()).is_cancelled());
    }
}

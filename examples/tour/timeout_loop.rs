//! `timeout_loop`: work in rounds, until the context's time is up. In Go `context.WithTimeout`, and a
//! loop around `select { case <-ctx.Done(): … default: … }`.
//!
//! A goroutine sees the end between two rounds; here `ctx.run` also ends the round that is under way, at
//! whatever it awaits. Work that never awaits asks in between, with `ctx.check()?`. And there is no
//! `defer cancel()` to forget: `_cancel` does it when it is dropped.

use std::time::Duration;

use taut::context::{Context, ContextError};
use tokio::time::sleep;

/// Does rounds until the context ends: how many were finished, and how it ended.
pub(crate) async fn work(ctx: &Context, round: Duration) -> (u32, ContextError) {
    let mut finished = 0;
    loop {
        match ctx.run(sleep(round)).await {
            Ok(()) => finished += 1,
            Err(why) => return (finished, why),
        }
        println!("round {finished} is done");
    }
}

#[tokio::main]
async fn main() {
    let (ctx, _cancel) = Context::background().with_timeout(Duration::from_millis(100));
    let (finished, why) = work(&ctx, Duration::from_millis(15)).await;
    println!("stopped after {finished} rounds: {why}");
}

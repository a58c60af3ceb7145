//! Tokio's cooperative budget: a loop over something that is always ready must let other tasks, and
//! the timeout around it, have a turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use taut::context::Context;
use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;

use crate::support::{AsyncChannel, Asyncband, Crossfire, Flume, GONE, Kanal, Peer, Taut, Tokio};

/// Tokio gives a task 128 operations in one turn.
const ROUNDS: u32 = 100_000;

/// Whether another task, on the same single worker, has run before the rounds are done.
fn gives_way(mut round: impl AsyncFnMut()) -> bool {
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let had_its_turn = Arc::new(AtomicBool::new(false));
        let other = tokio::spawn({
            let had_its_turn = Arc::clone(&had_its_turn);
            async move { had_its_turn.store(true, Ordering::SeqCst) }
        });
        for _ in 0..ROUNDS {
            round().await;
        }
        let before_the_end = had_its_turn.load(Ordering::SeqCst);
        other.await.unwrap();
        before_the_end
    })
}

fn channel_gives_way<P: Peer<u64>>() -> bool {
    let (tx, mut rx) = P::open(1);
    gives_way(async || {
        assert!(P::send(&tx, 1).await);
        assert_eq!(P::recv(&mut rx).await, Some(1));
    })
}

#[test]
fn taut_channels_give_way() {
    assert!(channel_gives_way::<Taut>());
}

#[test]
fn taut_contexts_give_way() {
    let (ctx, cancel) = Context::background().with_cancel();
    cancel.cancel();
    assert!(gives_way(async || assert!(ctx.done().await.is_cancelled())));
}

#[test]
fn tokio_channels_give_way() {
    assert!(channel_gives_way::<Tokio>());
}

#[test]
fn tokio_util_tokens_do_not_give_way() {
    let token = CancellationToken::new();
    token.cancel();
    assert!(!gives_way(async || token.cancelled().await), "{GONE}");
}

#[test]
fn async_channel_does_not_give_way() {
    assert!(!channel_gives_way::<AsyncChannel>(), "{GONE}");
}

#[test]
fn flume_does_not_give_way() {
    assert!(!channel_gives_way::<Flume>(), "{GONE}");
}

#[test]
fn kanal_does_not_give_way() {
    assert!(!channel_gives_way::<Kanal>(), "{GONE}");
}

#[test]
fn crossfire_does_not_give_way() {
    assert!(!channel_gives_way::<Crossfire>(), "{GONE}");
}

#[test]
fn asyncband_does_not_give_way() {
    assert!(!channel_gives_way::<Asyncband>(), "{GONE}");
}

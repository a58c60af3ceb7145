//! `select_default`: to wait not for ever, and not at all. In Go `case <-time.After(d)` and `default`.
//!
//! `default` is taken where Go takes it: if no arm was ready at one instant. A timer in an arm is gone
//! with the `select!` it loses; it neither runs on nor must be stopped. `select!` matters beyond this
//! where there are several channels; for one there are `recv_timeout`, `try_recv` and `try_send` too.

use std::time::Duration;

use taut::chan::{self, Receiver, Sender};
use taut::{select, time};

/// What comes within `limit`, if anything does.
pub(crate) async fn within<T>(from: &Receiver<T>, limit: Duration) -> Option<T> {
    select! {
        got = from.recv() => got.ok(),
        _ = time::after(limit) => None,
    }
}

/// What is there already, if anything is.
pub(crate) async fn at_once<T>(from: &Receiver<T>) -> Option<T> {
    select! {
        got = from.recv() => got.ok(),
        default => None,
    }
}

/// Sends if somebody takes it at once, and says so.
pub(crate) async fn offer<T>(to: &Sender<T>, value: T) -> bool {
    select! {
        sent = to.send(value) => sent.is_ok(),
        default => false,
    }
}

#[tokio::main]
async fn main() {
    let (tx, rx) = chan::bounded(1);
    println!("within 10 ms: {:?}", within(&rx, Duration::from_millis(10)).await);
    println!("at once: {:?}", at_once(&rx).await);
    println!("offered: {}", offer(&tx, "one").await);
    println!("offered another: {}", offer(&tx, "two").await);
    println!("at once: {:?}", at_once(&rx).await);

    taut::spawn(async move { tx.send("three").await });
    println!("within a minute: {:?}", within(&rx, Duration::from_secs(60)).await);
}

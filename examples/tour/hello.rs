//! `hello`: a task, a channel, and one message. In Go `go f()` and `make(chan string)`.
//!
//! Nothing of an async block runs before it is spawned or awaited. That there will be no message is not
//! a deadlock here but a result: if the task ended without sending one, its end of the channel is
//! dropped, and `recv` gives an error.

use taut::chan::{self, RecvError};

/// Has a task greet somebody, and waits for what it says.
pub(crate) async fn greet(name: &'static str) -> Result<String, RecvError> {
    let (tx, rx) = chan::rendezvous();
    taut::spawn(async move { tx.send(format!("hello, {name}")).await });
    rx.recv().await
}

#[tokio::main]
async fn main() -> Result<(), RecvError> {
    println!("{}", greet("from a task").await?);
    Ok(())
}

//! `close_range`: receiving until there is no more. In Go `close(ch)` and `for n := range ch`.
//!
//! The end of the sending task closes the channel, as the last sender is dropped with it; nobody needs
//! to remember. What is in the buffer is still received. Go's zero value with `ok == false` is an error
//! here, and its panics are results: a send to a closed channel gives the value back, and closing twice
//! says that it was closed.

use taut::chan::{self, Receiver, Sender};

/// A generator: a channel of the first `count` squares.
pub(crate) fn squares(count: u32) -> Receiver<u32> {
    let (tx, rx) = chan::bounded(4);
    taut::spawn(async move {
        for n in 1..=count {
            if tx.send(n * n).await.is_err() {
                return; // nobody wants more, which in Go nobody would tell
            }
        }
    });
    rx
}

/// Everything that comes until the channel is closed.
pub(crate) async fn collect<T>(from: &Receiver<T>) -> Vec<T> {
    let mut all = Vec::new();
    while let Ok(value) = from.recv().await {
        all.push(value);
    }
    all
}

/// Closes a channel twice, and sends to it. Whether each was done.
pub(crate) async fn after_closing(tx: &Sender<&str>) -> [bool; 3] {
    [tx.close(), tx.close(), tx.send("too late").await.is_ok()]
}

#[tokio::main]
async fn main() {
    let squares = squares(5);
    println!("{:?}", collect(&squares).await);
    println!("and then: {:?}", squares.recv().await);
    let (tx, _rx) = chan::bounded(1);
    println!("closed, closed again, sent: {:?}", after_closing(&tx).await);
}

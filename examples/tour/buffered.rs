//! `buffered`: how far a sender gets alone. In Go `make(chan int)` against `make(chan int, 2)`.
//!
//! Without a buffer every send waits for its receive; with a buffer of n, the first n do not. As in Go,
//! the order stays the same. A third kind has no limit: `chan::unbounded`.

use taut::chan;

/// Sends 1, 2 and 3. Returns how many of them found a place before anybody received, and all that was
/// received in the end.
pub(crate) async fn send_three(capacity: usize) -> (usize, Vec<u32>) {
    let (tx, rx) = chan::bounded(capacity); // 0: no buffer
    let ahead = (1..=3).take_while(|n| tx.try_send(*n).is_ok()).count();
    // Sent here, the others would wait for ever: it is this task that receives.
    taut::spawn(async move {
        for n in (1..=3).skip(ahead) {
            if tx.send(n).await.is_err() {
                return; // nobody receives any more
            }
        }
    });
    let mut received = Vec::new();
    while let Ok(n) = rx.recv().await {
        received.push(n);
    }
    (ahead, received)
}

#[tokio::main]
async fn main() {
    for capacity in [0, 2, 3] {
        let (ahead, received) = send_three(capacity).await;
        println!("capacity {capacity}: {ahead} sent ahead, received {received:?}");
    }
}

//! `daisy_chain`: 100 000 tasks in a chain, each of which adds 1 to what comes from its right. In Go
//! `left <- 1 + <-right`, from the talk that asked how many goroutines there can be.
//!
//! ```text
//! leftmost <── +1 <── +1 <── … <── +1 <── rightmost
//! ```
//!
//! Twice: with `spawn`, where the runtime may run each task on another thread, and in a `scope`, where
//! all of them run inside of this one. What they do is talk, so the second is the quicker.

use std::time::Instant;

use clap::Parser;
use taut::chan::{self, Receiver, RecvError, Sender};

/// A task of the chain.
async fn link(left: Sender<u64>, right: Receiver<u64>) {
    if let Ok(n) = right.recv().await {
        left.send(n + 1).await.ok();
    }
}

/// A chain with so many links, and its ends: that on the left, that on the right.
fn chain(
    links: usize,
    mut spawn: impl FnMut(Sender<u64>, Receiver<u64>),
) -> (Receiver<u64>, Sender<u64>) {
    let (mut left, leftmost) = chan::rendezvous();
    for _ in 0..links {
        let (next, right) = chan::rendezvous();
        spawn(left, right);
        left = next;
    }
    (leftmost, left)
}

/// Sends 0 in at one end, and receives what comes out at the other.
async fn through((leftmost, rightmost): (Receiver<u64>, Sender<u64>)) -> Result<u64, RecvError> {
    let (_sent, received) = tokio::join!(rightmost.send(0), leftmost.recv());
    received
}

/// The number of links, as the tasks count them.
pub(crate) async fn with_spawn(links: usize) -> Result<u64, RecvError> {
    let ends = chain(links, |left, right| drop(taut::spawn(link(left, right))));
    through(ends).await
}

/// The same, in a scope.
pub(crate) async fn in_scope(links: usize) -> Result<u64, RecvError> {
    taut::scope(async |s| {
        let ends = chain(links, |left, right| drop(s.spawn(link(left, right))));
        through(ends).await
    })
    .await
}

/// Counts the links of a chain, by sending a number through all of them. How long it took goes to
/// stderr.
#[derive(Debug, Parser)]
struct Args {
    #[arg(value_name = "N", default_value_t = 100_000)]
    links: usize,
}

#[tokio::main]
async fn main() -> Result<(), RecvError> {
    let Args { links } = Args::parse();
    let start = Instant::now();
    println!("spawn: {}", with_spawn(links).await?);
    eprintln!("spawn: {:?}", start.elapsed());

    let start = Instant::now();
    println!("scope: {}", in_scope(links).await?);
    eprintln!("scope: {:?}", start.elapsed());
    Ok(())
}

//! `ring`: tasks in a ring, and a token that goes round until it has gone far enough.
//!
//! All that they do is talk to each other, so they live in a `scope`: one task for the runtime, in which
//! a message costs no switch of threads. When the token stops, its task ends and closes both of its
//! channels; then its neighbour finds nobody to receive from, ends too, and so on round the ring.

use clap::Parser;
use taut::chan::{self, Receiver, Sender};

/// Passes the token on, with a hop less, until there is none left; then says where that was.
async fn pass(number: usize, from: Receiver<u64>, to: Sender<u64>, stopped: Sender<usize>) {
    while let Ok(hops) = from.recv().await {
        let Some(left) = hops.checked_sub(1) else {
            stopped.send(number).await.ok();
            return;
        };
        if to.send(left).await.is_err() {
            return;
        }
    }
}

/// The number of the task, counted from 1, at which a token stops that is given to the first and makes
/// so many hops. `None` if there are no tasks.
pub(crate) async fn ring(tasks: usize, hops: u64) -> Option<usize> {
    taut::scope(async |s| {
        // With a place each, so that also a ring of one can pass the token on.
        let (mut senders, receivers): (Vec<_>, Vec<_>) =
            (0..tasks).map(|_| chan::bounded(1)).unzip();
        let first = senders.first()?.clone();
        senders.rotate_left(1); // each sends to its neighbour
        let (stopped, at) = chan::rendezvous();
        for (number, (from, to)) in (1..).zip(receivers.into_iter().zip(senders)) {
            s.spawn(pass(number, from, to, stopped.clone()));
        }
        drop(stopped);
        first.send(hops).await.ok()?;
        at.recv().await.ok()
    })
    .await
}

/// Prints the number of the task at which the token stops.
#[derive(Debug, Parser)]
struct Args {
    #[arg(short, long, value_name = "N", default_value_t = 503)]
    tasks: usize,
    #[arg(value_name = "HOPS", default_value_t = 1000)]
    hops: u64,
}

#[tokio::main]
async fn main() {
    let Args { tasks, hops } = Args::parse();
    match ring(tasks, hops).await {
        Some(number) => println!("{number}"),
        None => println!("there is no ring"),
    }
}

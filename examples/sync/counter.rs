//! `counter`: many tasks add to one number, and none of it is lost.
//!
//! Twice, as in the tutorials of Go: with a mutex around the number, and with an owner that alone sees
//! it and is sent what to add. For a number the mutex is less work; an owner is worth it when what it
//! owns has more to it than a lock can guard, a connection say, or decisions.
//!
//! A plain number would do neither: here it is rustc that says so, not a race detector.

use std::sync::Arc;

use clap::Parser;
use taut::chan;
use taut::sync::{Mutex, WaitGroup};

/// Adds 1 as often as `times` says, in each of so many tasks, under a lock.
///
/// Nothing is awaited while the lock is held, so `std::sync::Mutex` would do here as well.
pub(crate) async fn with_mutex(tasks: u32, times: u32) -> u64 {
    let total = Arc::new(Mutex::new(0));
    let all = WaitGroup::new();
    for _ in 0..tasks {
        let total = total.clone();
        tokio::spawn(all.track(async move {
            for _ in 0..times {
                *total.lock().await += 1;
            }
        }));
    }
    all.wait().await;
    *total.lock().await
}

/// The same, by sending: `total` is a variable of this function and of nobody else.
pub(crate) async fn with_channel(tasks: u32, times: u32) -> u64 {
    let (add, added) = chan::rendezvous();
    for _ in 0..tasks {
        let add = add.clone();
        tokio::spawn(async move {
            for _ in 0..times {
                if add.send(1).await.is_err() {
                    return; // nobody counts any more
                }
            }
        });
    }
    drop(add); // the last task to end closes the channel
    let mut total = 0;
    while let Ok(n) = added.recv().await {
        total += n;
    }
    total
}

/// Counts to N times M with N tasks, with a mutex and with a channel.
#[derive(Debug, Parser)]
struct Args {
    #[arg(short = 'n', long, value_name = "N", default_value_t = 100)]
    tasks: u32,
    /// How often each of them adds 1.
    #[arg(short = 'm', long, value_name = "M", default_value_t = 1000)]
    times: u32,
}

#[tokio::main]
async fn main() {
    let Args { tasks, times } = Args::parse();
    println!("mutex: {}", with_mutex(tasks, times).await);
    println!("channel: {}", with_channel(tasks, times).await);
}

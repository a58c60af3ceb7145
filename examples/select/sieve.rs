//! `sieve`: the concurrent prime sieve of Go's early talks, and of Hoare's CSP before them.
//!
//! ```text
//! generate ── 2, 3, 4, … ──> filter 2 ── 3, 5, 7, … ──> filter 3 ── 5, 7, 11, … ──> …
//! ```
//!
//! Each prime adds a stage that drops its multiples. Every hand-off is a rendezvous, so no stage is
//! ahead of the next by more than the number in its hand. In Go's version the goroutines are left
//! behind at the end; here every stage also waits for `stop`, on which nothing is sent: closing it is
//! the message.

use std::convert::Infallible;
use std::io::{self, Write as _};

use clap::Parser;
use taut::chan::{self, Receiver, RecvError, Sender};
use taut::select;
use tokio::task::JoinSet;

/// Sends 2, 3, 4, … until it is stopped.
async fn generate(to: Sender<u64>, stop: Receiver<Infallible>) {
    for n in 2.. {
        select! {
            sent = to.send(n) => if sent.is_err() { return },
            () = stop.closed() => return,
        }
    }
}

/// Passes on what `prime` does not divide, until it is stopped.
async fn filter(prime: u64, from: Receiver<u64>, to: Sender<u64>, stop: Receiver<Infallible>) {
    loop {
        let n = select! {
            got = from.recv() => match got {
                Ok(n) => n,
                Err(RecvError) => return,
            },
            () = stop.closed() => return,
        };
        if n % prime == 0 {
            continue;
        }
        select! {
            sent = to.send(n) => if sent.is_err() { return },
            () = stop.closed() => return,
        }
    }
}

/// The first `count` primes. When it returns, every task that it started has ended.
pub(crate) async fn sieve(count: usize) -> Vec<u64> {
    let (stop, stopped) = chan::rendezvous();
    let (to, mut from) = chan::rendezvous();
    let mut stages = JoinSet::new();
    stages.spawn(generate(to, stopped.clone()));
    let mut primes = Vec::new();
    while primes.len() < count {
        let Ok(prime) = from.recv().await else { break }; // a stage panicked: see `join_all`
        primes.push(prime);
        let (to, next) = chan::rendezvous();
        stages.spawn(filter(prime, from, to, stopped.clone()));
        from = next;
    }
    stop.close();
    stages.join_all().await;
    primes
}

/// Prints the first N prime numbers.
#[derive(Debug, Parser)]
struct Args {
    #[arg(value_name = "N", default_value_t = 20)]
    count: usize,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut out = io::stdout();
    for prime in sieve(Args::parse().count).await {
        writeln!(out, "{prime}")?;
    }
    Ok(())
}

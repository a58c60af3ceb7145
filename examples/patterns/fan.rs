//! `fan`: one channel to many, and many to one: fan-out and fan-in.
//!
//! Fanned out, each value goes to one of the stages, whichever is free. Fanned in, the values of each
//! stage keep their order, and all of them come as chance has it. The end travels down by itself: the
//! source closes, each stage ends and closes its output, and with the last of them the merged channel
//! closes. "Nobody wants more" travels up in the same way.
//!
//! If the stages are alike and nobody needs their outputs apart, `worker_pool` does this with one
//! channel. To merge in one task instead of one for each source, see `select/merge.rs`.

use clap::Parser;
use taut::chan::{self, Receiver};

/// So many stages that all receive from `source`, and an output for each.
pub(crate) fn fan_out<A, B, F>(source: &Receiver<A>, stages: usize, f: F) -> Vec<Receiver<B>>
where
    A: Send + 'static,
    B: Send + 'static,
    F: Fn(A) -> B + Clone + Send + 'static,
{
    let stage = |_nth| {
        let (to, output) = chan::rendezvous();
        let (source, f) = (source.clone(), f.clone());
        taut::spawn(async move {
            while let Ok(value) = source.recv().await {
                if to.send(f(value)).await.is_err() {
                    return;
                }
            }
        });
        output
    };
    (0..stages).map(stage).collect()
}

/// Everything that comes from the sources, on one channel.
pub(crate) fn fan_in<T: Send + 'static>(sources: Vec<Receiver<T>>) -> Receiver<T> {
    let (to, merged) = chan::rendezvous();
    for source in sources {
        let to = to.clone();
        taut::spawn(async move {
            while let Ok(value) = source.recv().await {
                if to.send(value).await.is_err() {
                    return;
                }
            }
        });
    }
    merged
}

/// A source: the numbers from 1.
pub(crate) fn numbers(last: u64) -> Receiver<u64> {
    let (to, source) = chan::rendezvous();
    taut::spawn(async move {
        for n in 1..=last {
            if to.send(n).await.is_err() {
                return;
            }
        }
    });
    source
}

/// The greatest number that divides `n`, other than itself.
fn greatest_divisor(n: u64) -> u64 {
    (2..).take_while(|d| d * d <= n).find(|d| n % d == 0).map_or(1, |d| n / d)
}

/// Counts the primes up to N: those that are divided by 1 alone.
#[derive(Debug, Parser)]
struct Args {
    #[arg(value_name = "N", default_value_t = 10_000)]
    last: u64,
    #[arg(short, long, value_name = "N", default_value_t = 4)]
    stages: usize,
}

#[tokio::main]
async fn main() {
    let Args { last, stages } = Args::parse();
    let outputs = fan_out(&numbers(last), stages, |n| (n, greatest_divisor(n)));
    let merged = fan_in(outputs);
    let mut primes = 0;
    while let Ok((n, divisor)) = merged.recv().await {
        primes += u64::from(n > 1 && divisor == 1);
    }
    println!("{primes} primes up to {last}");
}

//! `worker_pool`: so many workers on one channel of jobs, and a channel of results that closes with the
//! last of them.
//!
//! Nothing in it counts or closes: each worker holds a sender of results. It ends when the jobs do, and
//! also when nobody wants results any more, even if it waits for a job just then. Both channels are
//! bounded, so whoever is slow makes the others wait.
//!
//! A job that fails is a result like any other: have `work` return a `Result`.

use std::future::Future;
use std::num::NonZeroUsize;

use clap::Parser;
use taut::chan::{self, Receiver};
use taut::select;

/// Has so many tasks do `jobs`, and returns their results, as they come.
pub(crate) fn worker_pool<J, R, F, Fut>(
    workers: NonZeroUsize,
    jobs: &Receiver<J>,
    work: F,
) -> Receiver<R>
where
    J: Send + 'static,
    R: Send + 'static,
    F: Fn(J) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = R> + Send + 'static,
{
    let (to, results) = chan::bounded(workers.get());
    for _ in 0..workers.get() {
        let (jobs, to, work) = (jobs.clone(), to.clone(), work.clone());
        taut::spawn(async move {
            loop {
                let job = select! {
                    job = jobs.recv() => job,
                    () = to.closed() => return,
                };
                let Ok(job) = job else { return };
                if to.send(work(job).await).await.is_err() {
                    return;
                }
            }
        });
    }
    results
}

/// How many steps it takes from `n` to 1: halved if it is even, else tripled and one added.
fn collatz(mut n: u64) -> u32 {
    let mut steps = 0;
    while n > 1 {
        n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
        steps += 1;
    }
    steps
}

/// Finds the number up to N whose way to 1 is the longest: halved if it is even, else tripled and one
/// added.
#[derive(Debug, Parser)]
struct Args {
    #[arg(value_name = "N", default_value_t = 10_000)]
    most: u64,
    /// Tasks that count.
    #[arg(short, long, value_name = "N", default_value = "5")]
    workers: NonZeroUsize,
}

#[tokio::main]
async fn main() {
    let Args { most, workers } = Args::parse();
    let (to, jobs) = chan::bounded(workers.get());
    taut::spawn(async move {
        for n in 1..=most {
            if to.send(n).await.is_err() {
                return;
            }
        }
    });
    let results = worker_pool(workers, &jobs, |n| async move { (collatz(n), n) });
    let (mut count, mut longest) = (0, (0, 0));
    while let Ok((steps, n)) = results.recv().await {
        count += 1;
        longest = longest.max((steps, n));
    }
    println!("{count} numbers, the longest way is that of {}: {} steps", longest.1, longest.0);
}

//! `graceful_shutdown`: a daemon that works off a queue, and does not leave it half done when it is told
//! to stop.
//!
//! In three steps. The signal ends the context, and the queue is closed: nothing is accepted any more,
//! and whoever submits is told so. The workers go on until the queue is empty, which is what a closed
//! channel does by itself. If that takes too long, the workers are dropped where they are, and what they
//! had begun is counted with what they never saw.
//!
//! For an HTTP server, see `context/shutdown.rs`.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use clap::Parser;
use taut::chan::{self, Receiver};
use taut::context::Context;
use taut::group::Group;
use tokio::time::sleep;

/// What became of the jobs that were accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) done: usize,
    /// Begun, and dropped in the middle.
    pub(crate) interrupted: usize,
    /// Accepted, and never begun.
    pub(crate) left: usize,
}

#[derive(Debug, Default)]
struct Counts {
    begun: AtomicUsize,
    done: AtomicUsize,
}

/// Works off `queue` until it is closed and empty. When `ctx` ends it is closed here, and as much time
/// as `drain` is left for what is in it.
pub(crate) async fn serve<J, F, Fut>(
    ctx: &Context,
    queue: Receiver<J>,
    workers: NonZeroUsize,
    drain: Duration,
    work: F,
) -> Report
where
    J: Send + 'static,
    F: Fn(J) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let counts = Arc::new(Counts::default());
    let mut group = Group::<(), Infallible>::new();
    for _ in 0..workers.get() {
        let (queue, work, counts) = (queue.clone(), work.clone(), counts.clone());
        let worker = async move {
            while let Ok(job) = queue.recv().await {
                counts.begun.fetch_add(1, Ordering::Relaxed);
                work(job).await;
                counts.done.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        };
        group.spawn(worker).await;
    }
    // A `wait` that is dropped is called again, and nothing is lost.
    if ctx.run(group.wait()).await.is_err() {
        queue.close();
        let (draining, _cancel) = Context::background().with_timeout(drain);
        if draining.run(group.wait()).await.is_err() {
            group.shutdown().await;
        }
    }
    let (begun, done) = (counts.begun.load(Ordering::Relaxed), counts.done.load(Ordering::Relaxed));
    Report { done, interrupted: begun - done, left: queue.len() }
}

/// Works on each line of stdin for a while, and prints it when that is done. SIGTERM or Ctrl-C stops
/// it from reading on; it works off what it has read, and exits with 0, or with 1 if that took too long.
#[derive(Debug, Parser)]
struct Args {
    #[arg(short, long, value_name = "N", default_value = "4")]
    workers: NonZeroUsize,
    /// Lines that wait at most.
    #[arg(short, long, value_name = "N", default_value_t = 1000)]
    queue: usize,
    /// Seconds that a line takes.
    #[arg(short, long, value_name = "SECONDS", default_value = "0.01", value_parser = seconds)]
    time: Duration,
    /// Seconds for what is left after the first signal. The second one exits at once.
    #[arg(short, long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    drain: Duration,
}

fn seconds(text: &str) -> anyhow::Result<Duration> {
    Ok(Duration::try_from_secs_f64(text.parse()?)?)
}

#[tokio::main]
async fn main() -> io::Result<ExitCode> {
    let Args { workers, queue, time, drain } = Args::parse();
    let (ctx, _cancel) = Context::background().with_shutdown_signals()?;
    let (to, lines) = chan::bounded(queue);
    // A thread of its own: one of the runtime's would keep the program until stdin is closed.
    thread::spawn(move || {
        let lines = io::stdin().lines().map_while(Result::ok);
        lines.map(|line| to.blocking_send(line)).take_while(Result::is_ok).for_each(drop);
    });
    let work = move |line| async move {
        sleep(time).await;
        println!("{line}");
    };
    let Report { done, interrupted, left } = serve(&ctx, lines, workers, drain, work).await;
    eprintln!("done: {done}, interrupted: {interrupted}, left: {left}");
    Ok(if interrupted + left == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

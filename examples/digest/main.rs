//! `digest`: the SHA-256 of every file under some paths, printed as `sha256sum` prints it. It is
//! Go's pipeline: one walker, several hashers, one collector, joined by two channels.
//!
//! ```text
//! walker ── jobs ──> hashers ── results ──> collector, the main task
//!                       ^
//!                       └── stop: nothing is ever sent on it, closing it is the message
//! ```
//!
//! Shutdown is closing, down the pipeline: the walker drops the sender of `jobs`, the hashers drain
//! `jobs` and drop the senders of `results`, the collector drains `results` and prints. Ctrl-C only
//! makes this begin earlier.

mod hash;
mod report;
mod walk;

use std::convert::Infallible;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::{self, ExitCode};
use std::{io, iter, thread};

use anyhow::Context as _;
use clap::Parser;
use taut::chan;
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use crate::hash::Hasher;
use crate::report::Report;
use crate::walk::Walker;

/// What a shell calls the end of a process by Ctrl-C: 128 + SIGINT.
const INTERRUPTED: u8 = 130;

/// Folders of version control and of builds, skipped unless asked for.
const DEFAULT_EXCLUDES: [&str; 2] = [".git", "target"];

/// Prints the SHA-256 of every file under PATHS, sorted by path, in the format of sha256sum.
///
/// Symbolic links are followed when they are among PATHS, and skipped when they are met in a
/// folder, as are devices, sockets and pipes. Exits with 1 if a path could not be read, and with
/// 130 after Ctrl-C, which prints what is done so far; a second Ctrl-C ends the program at once.
#[derive(Debug, Parser)]
struct Args {
    /// Files and folders.
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// Files hashed at a time; by default one for each CPU.
    #[arg(short, long, value_name = "N")]
    #[arg(default_value_t = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN))]
    jobs: NonZeroUsize,
    /// Capacity of the channels; with 0, every hand-off is a rendezvous.
    #[arg(short, long, value_name = "N", default_value_t = 0)]
    capacity: usize,
    /// Skip files and folders of this name, besides `.git` and `target`; may be repeated.
    #[arg(short, long, value_name = "NAME")]
    exclude: Vec<OsString>,
    /// Do not skip `.git` and `target`.
    #[arg(long)]
    no_default_excludes: bool,
    /// Name every file on stderr when its turn comes.
    #[arg(short, long)]
    verbose: bool,
}

impl Args {
    fn excludes(&self) -> Vec<OsString> {
        let defaults: &[&str] = if self.no_default_excludes { &[] } else { &DEFAULT_EXCLUDES };
        self.exclude.iter().cloned().chain(defaults.iter().map(OsString::from)).collect()
    }
}

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    Builder::new_multi_thread()
        .worker_threads(1)
        // The walker and the hashers each keep a thread of this pool for as long as they live.
        .max_blocking_threads(args.jobs.get().saturating_add(1))
        .enable_io()
        .build()
        .context("cannot start the runtime")?
        .block_on(digest(args))
}

/// Runs the pipeline and prints what comes out of it.
async fn digest(args: Args) -> anyhow::Result<ExitCode> {
    // Before anything is begun, so that there is no moment at which Ctrl-C just kills.
    let mut interrupts = interrupts().context("cannot listen for Ctrl-C")?;

    let (job_sender, job_receiver) = chan::bounded(args.capacity);
    let (result_sender, results) = chan::bounded(args.capacity);
    let (stop, stopped) = chan::rendezvous::<Infallible>();
    // Weak, because the channel is to close when the walker drops its sender, not when we do.
    let job_closer = job_sender.downgrade();

    let walker = Walker { jobs: job_sender, results: result_sender.clone() };
    let hasher =
        Hasher { jobs: job_receiver, results: result_sender, stop: stopped, verbose: args.verbose };
    let mut tasks = JoinSet::new();
    for hasher in iter::repeat_n(hasher, args.jobs.get()) {
        tasks.spawn_blocking(move || hasher.run());
    }
    tasks.spawn_blocking(move || walker.run(&args.paths, &args.excludes()));

    let mut report = Report::new();
    let interrupted = tokio::select! {
        // Losing to Ctrl-C loses nothing: a receive dropped with a value gives the value back.
        collected = report.collect(&results) => { collected?; false }
        _ = interrupts.recv() => true,
    };
    tokio::spawn(async move {
        // The first Ctrl-C ends the work, or comes too late to; the second ends the process.
        for _nth in usize::from(interrupted)..2 {
            interrupts.recv().await;
        }
        process::exit(INTERRUPTED.into());
    });
    if interrupted {
        // Busy hashers look at `stop`, idle ones and the walker find `jobs` closed.
        stop.close();
        if let Some(jobs) = job_closer.upgrade() {
            jobs.close();
        }
        report.interrupt()?;
        report.collect(&results).await?;
    }
    tasks.join_all().await;

    report.print(io::stdout().lock()).context("cannot print the report")?;
    Ok(match (interrupted, report.errors()) {
        (true, _) => ExitCode::from(INTERRUPTED),
        (false, 0) => ExitCode::SUCCESS,
        (false, _) => ExitCode::FAILURE,
    })
}

/// Ctrl-C, from this call on; `tokio::signal::ctrl_c` would listen only from its first poll on.
#[cfg(unix)]
fn interrupts() -> io::Result<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())
}

#[cfg(windows)]
fn interrupts() -> io::Result<tokio::signal::windows::CtrlC> {
    tokio::signal::windows::ctrl_c()
}

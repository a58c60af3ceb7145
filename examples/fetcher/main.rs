//! `fetcher`: fetches URLs, so many at a time and so many in a second, tries again what may get better,
//! and says what came of each. Without URLs it fetches from a site of its own, which has bad weather.
//!
//! ```text
//!              ┌─> a task for each URL, in a group with a limit ──┐
//! URLs ── spawn┼─> waits for its turn, asks, waits, asks again ───┼─ events ──> report, progress
//!              └─> …                                              ┘
//! ```
//!
//! Ctrl-C ends one context, and three things follow from that: the group takes no more tasks, those that
//! wait for anything but an answer give up, and `watch` says so. The end is the same as ever: the tasks
//! are done, so their senders are gone, so the events end, and the report is printed.

mod client;
mod dice;
mod fetch;
mod hosts;
mod latency;
mod pace;
mod progress;
mod report;
mod retry;
mod site;
mod target;
mod weather;

use std::error::Error;
use std::io::{self, Write as _};
use std::net::Ipv4Addr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser};
use taut::chan;
use taut::context::{Context, SignalReceived};
use tokio::net::TcpListener;

use crate::client::Http;
use crate::fetch::{Fetcher, OutOfTime, fetch_all};
use crate::hosts::Hosts;
use crate::pace::Pacer;
use crate::report::Report;
use crate::retry::Retries;
use crate::site::Site;
use crate::target::{Target, read_list};
use crate::weather::Weather;

/// Fetches URLs concurrently and politely, and prints what came of each, with the latencies.
///
/// Without URLs it serves files on this machine, with latency and faults, and fetches those.
/// Redirects are not followed, and there is no TLS.
///
/// Exits with 0 if all was fetched, with 1 if something was not, and with 2 if an argument is wrong.
/// Ctrl-C lets what is in flight finish, prints the report and exits with 130 (SIGTERM: 143); a second
/// one ends the program at once.
#[derive(Debug, Parser)]
#[command(name = "fetcher")]
struct Args {
    /// URLs that begin with `http://`.
    urls: Vec<Target>,
    /// A file with more of them, one a line; `-` is stdin.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// URLs fetched at a time.
    #[arg(short, long, value_name = "N", default_value = "8")]
    concurrency: NonZeroUsize,
    /// Requests in flight to a host at a time.
    #[arg(long, value_name = "N", default_value = "6")]
    per_host: NonZeroUsize,
    /// Requests begun in a second, at most.
    #[arg(short, long, value_name = "N", default_value = "40")]
    rps: NonZeroU32,
    /// Seconds that a request may take.
    #[arg(short, long, value_name = "SECONDS", default_value = "2", value_parser = some_seconds)]
    timeout: Duration,
    /// Seconds that all of it may take.
    #[arg(short, long, value_name = "SECONDS", value_parser = some_seconds)]
    deadline: Option<Duration>,
    /// Attempts after the first, for what may get better by itself.
    #[arg(long, value_name = "N", default_value = "4")]
    retries: u32,
    /// Makes the waits, and the weather, repeatable.
    #[arg(long, value_name = "N", default_value = "1")]
    seed: u64,
    /// Show no progress.
    #[arg(short, long, visible_alias = "no-progress")]
    quiet: bool,
    #[command(flatten)]
    site: SiteArgs,
}

/// What there is to fetch, if the user has nothing.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Without URLs")]
struct SiteArgs {
    /// Files of the site, from 1 to 256 KiB.
    #[arg(long, value_name = "N", default_value = "100", conflicts_with_all = ["urls", "from"])]
    files: NonZeroUsize,
    /// Serve the files of this folder instead.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["urls", "from", "files"])]
    dir: Option<PathBuf>,
    /// Seconds that half of the answers take, or less.
    #[arg(long, value_name = "SECONDS", default_value = "0.08", value_parser = seconds)]
    #[arg(conflicts_with_all = ["urls", "from"])]
    latency: Duration,
    /// Requests in a hundred that are refused, cut short or answered slowly.
    #[arg(long, value_name = "N", default_value = "15", conflicts_with_all = ["urls", "from"])]
    #[arg(value_parser = clap::value_parser!(u8).range(..=100))]
    faults: u8,
}

/// What to fetch from.
enum Source {
    Web(Vec<Target>),
    Here(Site),
}

impl Args {
    fn source(&self) -> Result<Source, Box<dyn Error>> {
        let mut targets = self.urls.clone();
        if let Some(list) = &self.from {
            targets.extend(read_list(list)?);
        }
        if !targets.is_empty() {
            return Ok(Source::Web(targets));
        }
        let SiteArgs { files, dir, latency, faults } = &self.site;
        let weather = Weather { seed: self.seed, latency: *latency, faults: *faults };
        Ok(Source::Here(match dir {
            Some(folder) => Site::of_folder(folder, weather)?,
            None => Site::made_up(files.get(), weather),
        }))
    }
}

fn seconds(text: &str) -> anyhow::Result<Duration> {
    Ok(Duration::try_from_secs_f64(text.parse()?)?)
}

fn some_seconds(text: &str) -> anyhow::Result<Duration> {
    let duration = seconds(text)?;
    anyhow::ensure!(!duration.is_zero(), "it is no time at all");
    Ok(duration)
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    let source = args.source().unwrap_or_else(|error| {
        // As clap does with what it finds out by itself: usage, and 2.
        Args::command().error(ErrorKind::ValueValidation, error).exit()
    });
    match source {
        Source::Web(targets) => fetch(&args, targets).await,
        Source::Here(site) => fetch_here(&args, site).await,
    }
}

/// Fetches from a site that lives as long as that takes.
async fn fetch_here(args: &Args, site: Site) -> anyhow::Result<ExitCode> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("cannot listen")?;
    let targets = site.targets(listener.local_addr()?)?;
    let (ctx, close) = Context::background().with_cancel();
    let site = Arc::new(site);
    let server = taut::spawn(site::serve(ctx, listener, Arc::clone(&site)));
    let code = fetch(args, targets).await?;
    close.cancel();
    server.await??;
    let (requests, at_a_time) = site.seen();
    writeln!(io::stdout(), "\nthe site saw {requests} requests, at most {at_a_time} at a time")?;
    Ok(code)
}

async fn fetch(args: &Args, targets: Vec<Target>) -> anyhow::Result<ExitCode> {
    let all = Context::background();
    let (budget, _cancel) = match args.deadline {
        Some(deadline) => all.with_timeout_cause(deadline, OutOfTime(deadline)),
        None => all.with_cancel(),
    };
    // Before the first request, so that there is no moment at which Ctrl-C just kills.
    let (stop, _cancel) = budget.with_shutdown_signals().context("cannot listen for Ctrl-C")?;

    let at_a_time = args.concurrency.get().min(targets.len());
    // Room for a word from each: nobody waits with an answer in hand because a bar is drawn.
    let (sender, events) = chan::bounded(at_a_time);
    let fetcher = Fetcher {
        get: Http::new(),
        hosts: Hosts::new(&targets, args.per_host),
        pacer: Pacer::new(args.rps),
        retries: Retries { most: args.retries, seed: args.seed },
        timeout: args.timeout,
        budget,
        events: sender,
    };
    let mut report = Report::new(targets.clone());
    let begun = Instant::now();
    let fetching = async {
        let fetched = fetch_all(&stop, fetcher, targets, at_a_time).await;
        fetched.map_err(|failure| anyhow::Error::from_boxed(failure.into()))
    };
    let watching = progress::watch(&events, &stop, &mut report, args.quiet);
    // The first error drops the other half, and with it the group and all that is in flight.
    tokio::try_join!(fetching, watching)?;

    let signal =
        stop.cause().and_then(|cause| Some(cause.downcast_ref::<SignalReceived>()?.signal()));
    report.print(begun.elapsed(), io::stdout().lock()).context("cannot print the report")?;
    Ok(match signal {
        Some(signal) => ExitCode::from(u8::try_from(128 + signal.number())?),
        None if report.is_complete() => ExitCode::SUCCESS,
        None => ExitCode::FAILURE,
    })
}

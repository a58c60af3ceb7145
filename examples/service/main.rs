//! `service`: an HTTP service that stops what nobody waits for.
//!
//! | module | what it shows |
//! | --- | --- |
//! | [`request`] | a [`Context`] for each request: its deadline from a header, its end when the client leaves |
//! | [`backend`] | a [`Semaphore`](taut::sync::Semaphore) as bulkhead, and counts of what runs behind it |
//! | [`app`] | a [`SingleFlight`](taut::sync::SingleFlight) before a slow backend; a [`Group`](taut::group::Group) over three |
//! | [`failure`] | what can go wrong, as an error and as an answer |
//! | [`drain`] | stopping: no more connections, time for what has begun, and then a cause |
//! | [`source`] | what backends ask: a simulation, or another server |

pub(crate) mod app;
pub(crate) mod backend;
pub(crate) mod drain;
pub(crate) mod failure;
pub(crate) mod request;
pub(crate) mod source;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::http::uri::Authority;
use clap::Parser;
use clap::builder::PossibleValuesParser;
use taut::context::Context;
use tokio::net::TcpListener;

use self::app::{App, NAMES};
use self::backend::Backend;
use self::drain::serve;
use self::source::{Http, simulated, upstream};

/// Serves `/item/ID`, `/page/ID`, `/stats` and `/health`. A request may say in the header `x-timeout-ms`
/// how long it waits.
///
/// SIGTERM or Ctrl-C lets requests that have begun finish, and exits with 0, or with 1 if some were not
/// done in time; a second one exits at once.
#[derive(Debug, Parser)]
struct Args {
    /// Address and port; port 0 is any that is free.
    #[arg(short, long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Seconds that a request may take, whatever its header says.
    #[arg(short = 't', long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    longest: Duration,
    /// Seconds that requests which have begun may take after the first signal.
    #[arg(short, long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    grace: Duration,
    /// Requests that one backend gets at a time.
    #[arg(short, long, value_name = "N", default_value = "8")]
    places: NonZeroUsize,
    /// Seconds that a backend takes.
    #[arg(short = 'd', long, value_name = "SECONDS", default_value = "0.2", value_parser = seconds)]
    latency: Duration,
    /// A backend that fails, at once. May be repeated.
    #[arg(short, long, value_name = "BACKEND", value_parser = PossibleValuesParser::new(NAMES))]
    faulty: Vec<String>,
    /// Asks an HTTP server for `/BACKEND/ID` where it would simulate the backends.
    #[arg(short, long, value_name = "HOST:PORT", conflicts_with_all = ["latency", "faulty"])]
    upstream: Option<Authority>,
}

fn seconds(text: &str) -> anyhow::Result<Duration> {
    Ok(Duration::try_from_secs_f64(text.parse()?)?)
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    // Before the first connection, so that there is no moment at which a signal just kills.
    let (stop, _cancel) = Context::background().with_shutdown_signals()?;
    let listener = TcpListener::bind(args.listen)
        .await
        .with_context(|| format!("cannot listen on {}", args.listen))?;
    println!("listening on {}", listener.local_addr()?);

    let http = Http::default();
    let app = App::new(&stop, args.longest, |name| {
        let fetch = match &args.upstream {
            Some(server) => upstream(&http, server, name),
            None => simulated(name, args.latency, args.faulty.iter().any(|faulty| faulty == name)),
        };
        Backend::new(name, args.places, fetch)
    });
    let drained = serve(&stop, listener, &Arc::new(app), args.grace).await?;
    println!("{drained}");
    Ok(if drained.in_time() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

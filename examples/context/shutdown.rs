//! `shutdown`: an HTTP server that is told to stop, finishes what it has begun, and exits with 0.
//!
//! Two contexts. `ctx` ends on the signal: from then on no connection is accepted. Requests must not
//! end with it; theirs is derived `without_cancel`, and ends when the time to drain is over. A second
//! signal finds nothing left to end, so it ends the process, however long there is to drain.
//!
//! Each request is answered with the next line of stdin, and waits until there is one.

use std::error::Error;
use std::fmt;
use std::future::IntoFuture as _;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use clap::Parser;
use taut::chan::{self, Receiver, RecvError};
use taut::context::Context;
use tokio::net::TcpListener;

/// How long requests have for an answer after their context has ended.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The cause of requests that were not done in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DrainOver;

impl fmt::Display for DrainOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the server stops")
    }
}

impl Error for DrainOver {}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drained {
    /// Every request was answered in time.
    All,
    /// The context of some has ended before.
    Some,
}

/// Serves `app`, whose state is the context of requests, until `ctx` ends; then gives what has begun
/// the time of `drain`.
pub(crate) async fn serve<F>(
    ctx: &Context,
    listener: TcpListener,
    app: F,
    drain: Duration,
) -> io::Result<Drained>
where
    F: FnOnce(Context) -> Router,
{
    let (requests, cancel) = ctx.without_cancel().with_cancel();
    let stop = ctx.clone();
    let stopped = async move {
        stop.done().await;
    };
    let server = axum::serve(listener, app(requests)).with_graceful_shutdown(stopped);
    let mut server = pin!(server.into_future());
    if let Ok(result) = ctx.run(server.as_mut()).await {
        return result.map(|()| Drained::All);
    }

    println!("{}, {drain:?} to drain", why(ctx));
    let (draining, _cancel) = Context::background().with_timeout(drain);
    if let Ok(result) = draining.run(server.as_mut()).await {
        return result.map(|()| Drained::All);
    }

    cancel.cancel_with(DrainOver);
    // Who has not even sent a whole request is not waited for.
    let (ending, _cancel) = Context::background().with_timeout(LAST_WORDS);
    ending.run(server).await.unwrap_or(Ok(())).map(|()| Drained::Some)
}

fn why(ctx: &Context) -> String {
    ctx.cause().map(|cause| cause.to_string()).unwrap_or_default()
}

/// What a request needs.
#[derive(Clone)]
struct Lines {
    ctx: Context,
    lines: Receiver<String>,
}

/// Answers each request with the next of `lines`.
pub(crate) fn app(ctx: Context, lines: Receiver<String>) -> Router {
    Router::new().route("/", get(next_line)).with_state(Lines { ctx, lines })
}

async fn next_line(State(Lines { ctx, lines }): State<Lines>) -> (StatusCode, String) {
    println!("a request waits");
    // A client that goes away drops this, and the line is for the next.
    match ctx.run(lines.recv()).await {
        Ok(Ok(line)) => (StatusCode::OK, line + "\n"),
        Ok(Err(RecvError)) => (StatusCode::GONE, "there are no more lines\n".to_owned()),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, why(&ctx) + "\n"),
    }
}

/// Answers each HTTP request with the next line of stdin. SIGTERM or Ctrl-C lets requests that have
/// begun finish and exits with 0, or with 1 if they were not done in time; a second one exits at once.
#[derive(Debug, Parser)]
struct Args {
    /// Address and port; port 0 is any that is free.
    #[arg(short, long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Seconds that requests which have begun may take after the first signal.
    #[arg(short, long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    drain: Duration,
}

fn seconds(text: &str) -> anyhow::Result<Duration> {
    Ok(Duration::try_from_secs_f64(text.parse()?)?)
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let Args { listen, drain } = Args::parse();
    // Before the first connection, so that there is no moment at which a signal just kills.
    let (ctx, _cancel) = Context::background().with_shutdown_signals()?;
    let listener =
        TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    println!("listening on {}", listener.local_addr()?);
    let lines = lines_of_stdin();
    Ok(match serve(&ctx, listener, |requests| app(requests, lines), drain).await? {
        Drained::All => ExitCode::SUCCESS,
        Drained::Some => ExitCode::FAILURE,
    })
}

fn lines_of_stdin() -> Receiver<String> {
    let (to, lines) = chan::rendezvous();
    thread::spawn(move || {
        let lines = io::stdin().lines().map_while(Result::ok);
        lines.map(|line| to.blocking_send(line)).take_while(Result::is_ok).for_each(drop);
    });
    lines
}

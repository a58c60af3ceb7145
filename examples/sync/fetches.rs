//! `fetches`: many fetches, a few at a time, until a context ends.
//!
//! The semaphore is asked before a task is spawned, so there are never more tasks than fetches. Waiting
//! for it is given up when the context ends, like any other future that runs in one; that is all of
//! `Acquire(ctx, 1)`. What has begun by then is dropped, and gives its permit back.

use std::fmt;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper::{StatusCode, Uri};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use taut::context::Context;
use taut::sync::Semaphore;
use tokio::task::JoinSet;

/// What came for a URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) bytes: usize,
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} bytes", self.status, self.bytes)
    }
}

/// Fetches `uris`, at most so many at a time, and returns what was begun before the context ended.
pub(crate) async fn fetch_all(
    ctx: &Context,
    uris: Vec<Uri>,
    at_a_time: NonZeroUsize,
) -> Vec<(Uri, anyhow::Result<Page>)> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let free = Arc::new(Semaphore::new(at_a_time.get()));
    let mut fetches = JoinSet::new();
    for uri in uris {
        // The context has ended; the semaphore is never closed.
        let Ok(permit) = ctx.try_run(free.acquire_owned(1)).await else { break };
        let (ctx, client) = (ctx.clone(), client.clone());
        fetches.spawn(async move {
            let page = fetch(&ctx, &client, uri.clone()).await;
            drop(permit);
            (uri, page)
        });
    }
    fetches.join_all().await
}

async fn fetch(
    ctx: &Context,
    client: &Client<HttpConnector, Empty<Bytes>>,
    uri: Uri,
) -> anyhow::Result<Page> {
    let page = async {
        let answer = client.get(uri).await?;
        let status = answer.status();
        let bytes = answer.into_body().collect().await?.to_bytes().len();
        Ok(Page { status, bytes })
    };
    ctx.run(page).await?
}

/// Fetches pages, and prints what came for each in the order in which it came. Exits with 1 if there
/// was nothing for some.
#[derive(Debug, Parser)]
struct Args {
    /// URIs that begin with `http://`.
    #[arg(required = true)]
    uris: Vec<Uri>,
    /// How many are fetched at a time.
    #[arg(short = 'n', long, value_name = "N", default_value = "4")]
    at_a_time: NonZeroUsize,
    /// Seconds that all of it may take.
    #[arg(short, long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    limit: Duration,
}

fn seconds(text: &str) -> anyhow::Result<Duration> {
    Ok(Duration::try_from_secs_f64(text.parse()?)?)
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let Args { uris, at_a_time, limit } = Args::parse();
    let (ctx, _cancel) = Context::background().with_shutdown_signals()?;
    let (ctx, _cancel) = ctx.with_timeout(limit);
    let mut missing = uris.len();
    for (uri, page) in fetch_all(&ctx, uris, at_a_time).await {
        match page {
            Ok(page) => {
                println!("{uri}: {page}");
                missing -= 1;
            }
            Err(error) => eprintln!("fetches: {uri}: {error:#}"),
        }
    }
    if let Some(cause) = ctx.cause() {
        eprintln!("fetches: {cause}");
    }
    Ok(if missing == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

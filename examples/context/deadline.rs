//! `deadline`: one request through three layers of calls, each of which may take less time than its
//! caller has left, but not more.
//!
//! A context is the first argument of everything that may take long. What travels in it unseen is the
//! number of the request: the store says it in its errors, and no signature on the way names it.
//!
//! Each layer gives its deadline a cause. The earliest deadline is the one that counts, wherever it was
//! set, and so is its cause: it says whose time was up, not who happened to wait.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use taut::context::{Cause, Context};

/// What `timeout` of the shell exits with.
const TIMED_OUT: u8 = 124;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestId(pub(crate) u64);

/// The time that a layer allows itself is over: the cause of its deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TimeUp {
    pub(crate) layer: &'static str,
    pub(crate) limit: Duration,
}

impl fmt::Display for TimeUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} had {:?}", self.layer, self.limit)
    }
}

impl Error for TimeUp {}

/// A request that was stopped: which, at what, and why.
#[derive(Debug)]
pub(crate) struct Stopped {
    pub(crate) request: Option<RequestId>,
    pub(crate) at: String,
    pub(crate) cause: Option<Cause>,
}

impl Stopped {
    fn new(ctx: &Context, at: String) -> Self {
        Self { request: ctx.value().copied(), at, cause: ctx.cause() }
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(RequestId(number)) = self.request {
            write!(f, "request {number} ")?;
        }
        write!(f, "stopped at {}", self.at)
    }
}

impl Error for Stopped {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

/// The lowest layer: what it holds, and how long it takes to find it.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) values: HashMap<String, String>,
    pub(crate) latency: Duration,
    pub(crate) limit: Duration,
}

impl Store {
    /// The value of a key, if it has one.
    async fn get(&self, ctx: &Context, key: &str) -> Result<Option<&str>, Stopped> {
        let over = TimeUp { layer: "store", limit: self.limit };
        let (ctx, _cancel) = ctx.with_timeout_cause(self.limit, over);
        match ctx.sleep(self.latency).await {
            Ok(()) => Ok(self.values.get(key).map(String::as_str)),
            Err(_) => Err(Stopped::new(&ctx, format!("key {key}"))),
        }
    }
}

/// The middle layer: asks the store as often as it must.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) store: Store,
    pub(crate) limit: Duration,
}

impl Service {
    /// The values of those keys that have one.
    async fn get_all(&self, ctx: &Context, keys: &[String]) -> Result<Vec<&str>, Stopped> {
        let over = TimeUp { layer: "service", limit: self.limit };
        let (ctx, _cancel) = ctx.with_timeout_cause(self.limit, over);
        let mut values = Vec::new();
        for key in keys {
            values.extend(self.store.get(&ctx, key).await?);
        }
        Ok(values)
    }
}

/// The top layer: gives a request its number and its deadline, and makes the answer.
#[derive(Debug)]
pub(crate) struct Handler {
    pub(crate) service: Service,
    pub(crate) limit: Duration,
}

impl Handler {
    pub(crate) async fn handle(
        &self,
        ctx: &Context,
        id: RequestId,
        keys: &[String],
    ) -> Result<String, Stopped> {
        let over = TimeUp { layer: "handler", limit: self.limit };
        let (ctx, _cancel) = ctx.with_value(id).with_timeout_cause(self.limit, over);
        Ok(self.service.get_all(&ctx, keys).await?.join("\n"))
    }
}

/// Looks keys up in a file of lines `key=value`, through three layers with a time limit each. Exits
/// with 124 if one of them ended the request.
#[derive(Debug, Parser)]
struct Args {
    file: PathBuf,
    keys: Vec<String>,
    /// Seconds that the request may take.
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    handler: Duration,
    /// Seconds that all of its keys may take.
    #[arg(long, value_name = "SECONDS", default_value = "0.8", value_parser = seconds)]
    service: Duration,
    /// Seconds that one of its keys may take.
    #[arg(long, value_name = "SECONDS", default_value = "0.3", value_parser = seconds)]
    store: Duration,
    /// Seconds that a key does take.
    #[arg(long, value_name = "SECONDS", default_value = "0.1", value_parser = seconds)]
    latency: Duration,
}

fn seconds(text: &str) -> anyhow::Result<Duration> {
    Ok(Duration::try_from_secs_f64(text.parse()?)?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let Args { file, keys, handler, service, store, latency } = Args::parse();
    let text =
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    let values = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();

    let store = Store { values, latency, limit: store };
    let handler = Handler { service: Service { store, limit: service }, limit: handler };
    match handler.handle(&Context::background(), RequestId(1), &keys).await {
        Ok(answer) => println!("{answer}"),
        Err(stopped) => {
            eprintln!("deadline: {:#}", anyhow::Error::new(stopped));
            return Ok(ExitCode::from(TIMED_OUT));
        }
    }
    Ok(ExitCode::SUCCESS)
}

//! `hedge`: the same question to several servers, until one answers: the first of N wins.
//!
//! `hedge` asks them one after the other, the next when the newest has been silent for a while, or when
//! one has failed; `first_ok` asks all at once. Both drop the losers before they give the answer, so they
//! may borrow the servers, and none is left running; in Go they go on until they look at their context.

use std::time::Duration;

use anyhow::bail;
use clap::Parser;
use taut::group::{first_ok, hedge};
use tokio::time::sleep;

/// A server that answers after a while, if it is up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Server {
    pub(crate) takes: Duration,
    pub(crate) is_up: bool,
}

/// Which server it was, and what it says.
pub(crate) type Answer = (usize, String);

impl Server {
    async fn ask(&self) -> Result<String, String> {
        sleep(self.takes).await;
        if self.is_up {
            Ok(format!("an answer after {} ms", self.takes.as_millis()))
        } else {
            Err("it does not answer".to_owned())
        }
    }
}

/// The first answer, or why each of them has none. A server is asked once the one before it has had
/// `patience` without success, or one has failed.
pub(crate) async fn ask_in_turn(
    servers: &[Server],
    patience: Duration,
) -> Result<Answer, Vec<String>> {
    let ask = |nth: usize| async move { Ok((nth, servers[nth].ask().await?)) };
    hedge(patience, servers.len(), ask).await
}

/// The first answer when all are asked at once, or why each of them has none.
pub(crate) async fn ask_all(servers: &[Server]) -> Result<Answer, Vec<String>> {
    let ask = async |(nth, server): (usize, &Server)| Ok((nth, server.ask().await?));
    first_ok(servers.iter().enumerate().map(ask)).await
}

/// Asks servers that take so many milliseconds each, and prints the first answer; 0 is a failure.
#[derive(Debug, Parser)]
struct Args {
    #[arg(default_values = ["60000", "0", "10", "60000"])]
    millis: Vec<u64>,
    /// Milliseconds until the next one is asked.
    #[arg(short, long, value_name = "MILLISECONDS", default_value_t = 20)]
    patience: u64,
    /// Ask all at once.
    #[arg(short, long, conflicts_with = "patience")]
    all: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Args { millis, patience, all } = Args::parse();
    let server = |millis| Server { takes: Duration::from_millis(millis), is_up: millis > 0 };
    let servers: Vec<Server> = millis.into_iter().map(server).collect();
    let answer = if all {
        ask_all(&servers).await
    } else {
        ask_in_turn(&servers, Duration::from_millis(patience)).await
    };
    match answer {
        Ok((nth, answer)) => println!("server {nth}: {answer}"),
        Err(reasons) => bail!("none of {} servers answers: {}", reasons.len(), reasons.join("; ")),
    }
    Ok(())
}

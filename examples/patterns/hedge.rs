//! `hedge`: the same question to several servers, one after the other, until one answers: the first
//! of N wins.
//!
//! The next is asked when the others have been silent for a while, or when one has failed. With no time
//! in between all are asked at once. The losers are tasks of a group that is dropped with the answer in
//! hand, so none of them is left running; in Go they go on until they look at their context.

use std::future::Future;
use std::time::Duration;

use anyhow::bail;
use clap::Parser;
use taut::group::{Completed, Group, TaskError};
use taut::{select, time};
use tokio::time::sleep;

/// The first success, and which attempt it was; or the failures of all, as they came. An attempt begins
/// once the one before it has had `patience` without success, or has failed.
pub(crate) async fn hedge<T, E, F>(
    patience: Duration,
    attempts: impl IntoIterator<Item = F>,
) -> Result<(usize, T), Vec<TaskError<E>>>
where
    F: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let (mut group, mut failures) = (Group::new(), Vec::new());
    let mut attempts = attempts.into_iter().fuse();
    loop {
        let is_last = match attempts.next() {
            Some(attempt) => !group.spawn(attempt).await,
            None => true,
        };
        let completed = select! {
            completed = group.next() => completed,
            _ = time::after(patience), if !is_last => continue,
        };
        match completed {
            Some(Completed { index, result: Ok(value) }) => return Ok((index, value)),
            Some(Completed { result: Err(failure), .. }) => failures.push(failure),
            None => return Err(failures),
        }
    }
}

/// A server that answers after a while, or fails if that is 0.
pub(crate) async fn ask(millis: u64) -> Result<String, String> {
    sleep(Duration::from_millis(millis)).await;
    match millis {
        0 => Err("it does not answer".to_owned()),
        _ => Ok(format!("an answer after {millis} ms")),
    }
}

/// Asks servers that take so many milliseconds each, and prints the first answer; 0 is a failure.
#[derive(Debug, Parser)]
struct Args {
    #[arg(default_values = ["60000", "0", "10", "60000"])]
    millis: Vec<u64>,
    /// Milliseconds until the next one is asked.
    #[arg(short, long, value_name = "MILLISECONDS", default_value_t = 20)]
    patience: u64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Args { millis, patience } = Args::parse();
    match hedge(Duration::from_millis(patience), millis.into_iter().map(ask)).await {
        Ok((index, answer)) => println!("server {index}: {answer}"),
        Err(failures) => bail!("none of {} servers answers", failures.len()),
    }
    Ok(())
}

//! `parallel_map`: a function on each of many items, some at a time, the results in the order of the
//! items.
//!
//! A group with a limit is all of it: its places are given out first come, first served, and `wait`
//! sorts by the order of spawning. At the first failure the other calls are dropped and no further one
//! is begun.

use std::future::Future;
use std::num::NonZeroUsize;
use std::time::Duration;

use anyhow::Error;
use clap::Parser;
use taut::group::{Group, OnError};
use tokio::time::sleep;

/// What `f` makes of each item, with `at_a_time` calls under way at most; or the first failure.
pub(crate) async fn parallel_map<I, T, E, F, Fut>(
    at_a_time: NonZeroUsize,
    items: I,
    mut f: F,
) -> Result<Vec<T>, E>
where
    I: IntoIterator,
    F: FnMut(I::Item) -> Fut,
    Fut: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let mut group = Group::new().limit(at_a_time.get()).on_error(OnError::Abort);
    for item in items {
        if !group.spawn(f(item)).await {
            break; // one has failed
        }
    }
    group.wait().await
}

/// The length of a word, after a while: the longer the word, the shorter.
pub(crate) async fn length(word: String) -> Result<usize, String> {
    sleep(Duration::from_millis(50 / (1 + word.len() as u64))).await;
    if word.is_ascii() { Ok(word.len()) } else { Err(format!("{word} is not ASCII")) }
}

/// Prints the length of each word.
#[derive(Debug, Parser)]
struct Args {
    #[arg(default_values = ["a", "list", "of", "a few", "words"])]
    words: Vec<String>,
    /// How many are measured at a time.
    #[arg(short = 'n', long, value_name = "N", default_value = "3")]
    at_a_time: NonZeroUsize,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Args { words, at_a_time } = Args::parse();
    println!("{:?}", parallel_map(at_a_time, words, length).await.map_err(Error::msg)?);
    Ok(())
}

//! `parallel_map`: a function on each of many items, some at a time, the results in the order of the
//! items.
//!
//! At the first failure the other calls are dropped, and no further item is taken. Each call is a task
//! of the runtime; calls that borrow, or results as they come, are for a group.

use std::num::NonZeroUsize;
use std::time::Duration;

use anyhow::Error;
use clap::Parser;
use taut::group::parallel_map;
use tokio::time::sleep;

/// The length of each word, with so many measured at a time; or what is wrong with one.
pub(crate) async fn lengths(
    words: impl IntoIterator<Item = String>,
    at_a_time: NonZeroUsize,
) -> Result<Vec<usize>, String> {
    parallel_map(at_a_time.get(), words, length).await
}

/// The length of a word, after a while: the longer the word, the shorter.
async fn length(word: String) -> Result<usize, String> {
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
    println!("{:?}", lengths(words, at_a_time).await.map_err(Error::msg)?);
    Ok(())
}

//! `priority`: what is urgent first, from two channels, until both are closed.
//!
//! `biased;` looks at the arms in the order in which they are written, so as long as something urgent
//! is there nothing else is taken, for ever if need be. It is an order among values that are there.
//! Once the `select!` waits, whoever comes first wins: if an ordinary value finds it waiting, and an
//! urgent one comes before the task has run again, the ordinary one was received already. One value at
//! a time can be early in this way, and never while something urgent is there to be seen.

use std::io::{self, Write as _};
use std::thread;

use clap::Parser;
use taut::chan::{self, Receiver};
use taut::select;

/// The next value, an urgent one if there is one; `None` once both channels are closed and drained.
/// Dropped half-way, it loses none.
pub(crate) async fn next<T>(urgent: &Receiver<T>, ordinary: &Receiver<T>) -> Option<T> {
    select! {
        biased;
        // A closed channel gives an `Err`, which does not match: this arm is out, the other goes on.
        Ok(value) = urgent.recv() => Some(value),
        Ok(value) = ordinary.recv() => Some(value),
        else => None,
    }
}

/// Prints the lines of stdin, those that contain WORD before any other that has been read: of use
/// where stdout is slower than stdin.
#[derive(Debug, Parser)]
struct Args {
    /// What makes a line urgent.
    word: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let Args { word } = Args::parse();
    // Without end, or a full channel of ordinary lines would keep the urgent ones behind it.
    let (urgent, urgent_lines) = chan::unbounded();
    let (ordinary, ordinary_lines) = chan::unbounded();
    thread::spawn(move || {
        io::stdin().lines().try_for_each(|line| {
            let is_urgent = line.as_ref().map_or(true, |line| line.contains(&word));
            let lines = if is_urgent { &urgent } else { &ordinary };
            lines.blocking_send(line)
        })
    });
    // This blocks the only task there is, which is all that a slow reader shall do.
    let mut out = io::stdout().lock();
    while let Some(line) = next(&urgent_lines, &ordinary_lines).await {
        writeln!(out, "{}", line?)?;
    }
    Ok(())
}

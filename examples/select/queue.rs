//! `queue`: a task between a producer and a consumer that receives and sends in one `select!`, so
//! that neither waits for the other while there is room.
//!
//! The send has a guard, Go's nil channel. Its value waits in a slot, for `send_from`: of a `send(v)`
//! that loses, or whose guard is false, the value would be gone.

use std::collections::VecDeque;
use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::thread;

use clap::Parser;
use taut::chan::{self, Receiver, RecvError, Sender};
use taut::select;

/// Passes items on, in order, and holds up to `most` of them meanwhile. Ends when there are no more,
/// or when nobody wants more, and then returns what was not passed on; dropped, it drops what it
/// holds.
pub(crate) async fn queue<T>(from: Receiver<T>, to: Sender<T>, most: NonZeroUsize) -> VecDeque<T> {
    let mut first = None;
    let mut rest = VecDeque::new();
    let mut is_open = true;
    while is_open || first.is_some() {
        let held = usize::from(first.is_some()) + rest.len();
        select! {
            got = from.recv(), if is_open && held < most.get() => match got {
                Ok(item) => rest.push_back(item),
                Err(RecvError) => is_open = false,
            },
            sent = to.send_from(&mut first), if first.is_some() => if sent.is_err() { break },
            // Without this arm it would see only with the next item that nobody wants it.
            () = to.closed() => break,
        }
        first = first.or_else(|| rest.pop_front());
    }
    from.close();
    let mut left: VecDeque<_> = first.into_iter().chain(rest).collect();
    while let Ok(item) = from.recv().await {
        left.push_back(item);
    }
    left
}

/// Passes lines from stdin to stdout and holds those that stdout is not ready for, so that the
/// program that writes them can go on. Exits with 1 if not all were wanted.
#[derive(Debug, Parser)]
struct Args {
    /// Lines held at most; by default as many as there is memory for.
    #[arg(short, long, value_name = "N")]
    most: Option<NonZeroUsize>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let most = Args::parse().most.unwrap_or(NonZeroUsize::MAX);
    let (lines, from) = chan::rendezvous();
    let (to, out) = chan::rendezvous();
    thread::spawn(move || io::stdin().lines().try_for_each(|line| lines.blocking_send(line)));
    let printer = thread::spawn(move || print(&out));
    let left = queue(from, to, most).await;
    match printer.join() {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            eprintln!("queue: {error}; lines that were held: {}", left.len());
            ExitCode::FAILURE
        }
        Err(_panic) => ExitCode::FAILURE, // it has said why
    }
}

/// Ends when there are no more lines or the first cannot be printed; either way `lines` is dropped.
fn print(lines: &Receiver<io::Result<String>>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    while let Ok(line) = lines.blocking_recv() {
        writeln!(out, "{}", line?)?;
    }
    Ok(())
}

//! `merge`: N channels into one, until all of them are closed: Go's fan-in, in one task instead of N.
//!
//! `Select` holds an arm for each source. The one that won is gone and is added again for the next
//! value; that of a source that is closed stays away, and without arms `next` gives `None`.
//!
//! Where the channels are yours to make, make one, with a `Sender` for each source.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::thread;

use anyhow::Context as _;
use clap::Parser;
use taut::chan::{self, Receiver, Sender};
use taut::select;
use taut::select::Select;

/// A value, and the number of the source that it comes from.
pub(crate) type Numbered<T> = (usize, T);

/// Sends to `to` what the sources carry, each source in its order, and all of them in turns as chance
/// has it. Ends when all sources are closed, or when nobody wants more: what was in hand then is
/// returned, all else is still in the sources. Dropped while it sends, it drops what is in hand.
pub(crate) async fn merge<T>(
    sources: &[Receiver<T>],
    to: Sender<Numbered<T>>,
) -> Option<Numbered<T>> {
    let mut arms: Select<_, _> = sources.iter().map(Receiver::recv).enumerate().collect();
    loop {
        let next = select! {
            next = arms.next() => next,
            // Sources may be silent for long.
            () = to.closed() => return None,
        };
        match next {
            Some((nth, Ok(value))) => {
                if let Err(refused) = to.send((nth, value)).await {
                    return Some(refused.0);
                }
                arms.add(nth, sources[nth].recv());
            }
            Some((_nth, Err(_closed))) => {}
            None => return None,
        }
    }
}

/// Prints the lines of several files as they come, each behind the name of its file. With named pipes
/// that is what several programs print at the same time.
#[derive(Debug, Parser)]
struct Args {
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let Args { files } = Args::parse();
    let sources: Vec<_> = files.iter().map(|path| lines_of(path.clone())).collect();
    let (to, merged) = chan::rendezvous();
    let (_refused, printed) = tokio::join!(merge(&sources, to), print(merged, &files));
    printed
}

/// The lines of a file, read by a thread of its own: to open a named pipe may take its time, too.
fn lines_of(path: PathBuf) -> Receiver<io::Result<String>> {
    let (lines, source) = chan::rendezvous();
    thread::spawn(move || match File::open(path) {
        Ok(file) => BufReader::new(file).lines().try_for_each(|line| lines.blocking_send(line)),
        Err(error) => lines.blocking_send(Err(error)),
    });
    source
}

async fn print(
    merged: Receiver<Numbered<io::Result<String>>>,
    files: &[PathBuf],
) -> anyhow::Result<()> {
    let mut out = io::stdout();
    while let Ok((nth, line)) = merged.recv().await {
        let name = files[nth].display();
        let line = line.with_context(|| format!("cannot read {name}"))?;
        writeln!(out, "{name}: {line}")?;
    }
    Ok(())
}

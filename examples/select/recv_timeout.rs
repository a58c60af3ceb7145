//! `recv_timeout`: receives until nothing has come for a while, or until time is up.
//!
//! For a single receive there is `Receiver::recv_timeout`. In a `select!` a timer is an arm like any
//! other, and what it limits is a matter of where it is made:
//!
//! - made once and left alone, it limits the whole loop;
//! - made once and set back at each value, it limits the silence between two values;
//! - made in the arm (`() = sleep(limit)` in a loop), it begins again whenever *any* arm wins. With
//!   one other arm that is the limit on silence; with a third arm that keeps winning it never ends.

use std::io::{self, Write as _};
use std::pin::pin;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Parser;
use taut::chan::{self, Receiver, RecvError};
use taut::select;
use tokio::time::sleep;

/// What `timeout` of the shell exits with.
const TIMED_OUT: u8 = 124;

/// Why there is no more to receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Closed,
    Silent,
    TimeUp,
}

/// Receives until the channel is closed, nothing came for as long as `idle`, or `total` is over. A
/// value is either given to `take`, whose error ends it too, or left in the channel.
pub(crate) async fn recv_while<T, E>(
    from: &Receiver<T>,
    idle: Duration,
    total: Duration,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<End, E> {
    let mut time_up = pin!(sleep(total));
    let mut silence = pin!(sleep(idle));
    loop {
        select! {
            // In this order: time is up however many values there are, but it is not silent while
            // there is one.
            biased;
            () = time_up.as_mut() => return Ok(End::TimeUp),
            got = from.recv() => match got {
                Ok(value) => take(value)?,
                Err(RecvError) => return Ok(End::Closed),
            },
            () = silence.as_mut() => return Ok(End::Silent),
        }
        silence.set(sleep(idle));
    }
}

/// Prints the lines of stdin until they stop coming. Exits with 124 if a limit ended it.
#[derive(Debug, Parser)]
struct Args {
    /// Seconds without a line after which to give up.
    #[arg(short, long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    idle: Duration,
    /// Seconds after which to give up in any case.
    #[arg(short, long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    total: Duration,
}

fn seconds(text: &str) -> anyhow::Result<Duration> {
    Ok(Duration::try_from_secs_f64(text.parse()?)?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let Args { idle, total } = Args::parse();
    let (lines, from) = chan::rendezvous();
    // A thread of its own: one of the runtime's would keep the program until stdin is closed.
    thread::spawn(move || io::stdin().lines().try_for_each(|line| lines.blocking_send(line)));
    let mut out = io::stdout();
    let end = recv_while(&from, idle, total, |line| writeln!(out, "{}", line?)).await?;
    Ok(match end {
        End::Closed => ExitCode::SUCCESS,
        End::Silent | End::TimeUp => ExitCode::from(TIMED_OUT),
    })
}

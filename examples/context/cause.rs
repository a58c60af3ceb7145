//! `cause`: why did my work stop? The cause of a context as the one place that knows.
//!
//! That work was cancelled is an error of two kinds only, `Cancelled` and `DeadlineExceeded`. Why it
//! was is the cause: any error type of yours, fixed by whoever ends the context first. It is asked for
//! once, where the decision is made, and not carried along by the code in between.

use std::error::Error;
use std::fmt;
use std::io;
use std::iter;
use std::num::ParseIntError;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Parser;
use taut::chan::{self, Receiver};
use taut::context::{Cancel, Context, ContextError, SignalReceived};

/// What `timeout` of the shell exits with.
const TIMED_OUT: u8 = 124;

/// More than was allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OverBudget {
    pub(crate) line: u64,
    pub(crate) most: u64,
}

impl fmt::Display for OverBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} makes it more than {}", self.line, self.most)
    }
}

impl Error for OverBudget {}

/// A line that is no number. Its source says why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadLine {
    line: u64,
    source: ParseIntError,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} is no number", self.line)
    }
}

impl Error for BadLine {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

/// The sum takes longer than was allowed: the cause of a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooSlow(pub(crate) Duration);

impl fmt::Display for TooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not done in {:?}", self.0)
    }
}

impl Error for TooSlow {}

type BoxError = Box<dyn Error + Send + Sync>;

/// The sum of all lines. What is wrong with one of them ends the context, and by that everything else
/// that is done in it.
pub(crate) async fn sum(
    ctx: &Context,
    stop: &Cancel,
    lines: &Receiver<io::Result<String>>,
    most: u64,
) -> Result<u64, ContextError> {
    let mut total = 0;
    for number in 1.. {
        // It looks at the context first, so a round that has ended it is the last.
        let Ok(line) = ctx.run(lines.recv()).await? else { break };
        match add(total, number, line, most) {
            Ok(sum) => total = sum,
            Err(cause) => {
                stop.cancel_with(cause);
            }
        }
    }
    Ok(total)
}

fn add(total: u64, line: u64, text: io::Result<String>, most: u64) -> Result<u64, BoxError> {
    let number: u64 = text?.trim().parse().map_err(|source| BadLine { line, source })?;
    let sum = total.checked_add(number).filter(|sum| *sum <= most);
    Ok(sum.ok_or(OverBudget { line, most })?)
}

/// The exit code that a cause stands for: here types decide, not texts.
pub(crate) fn code(cause: &(dyn Error + 'static)) -> u8 {
    if let Some(received) = cause.downcast_ref::<SignalReceived>() {
        u8::try_from(128 + received.signal().number()).unwrap_or(u8::MAX)
    } else if cause.is::<TooSlow>() {
        TIMED_OUT
    } else {
        1
    }
}

/// An error and its sources in one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let errors = iter::successors(Some(error), |&error| error.source());
    errors.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Prints the sum of the numbers on stdin, one a line. If it cannot, it says why, and exits with 124
/// when it took too long, with 128 + its number for a signal, and with 1 for anything else.
#[derive(Debug, Parser)]
struct Args {
    /// The greatest sum that is allowed.
    #[arg(short, long, value_name = "N", default_value_t = u64::MAX)]
    most: u64,
    /// Seconds that it may take.
    #[arg(short, long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    limit: Duration,
}

fn seconds(text: &str) -> anyhow::Result<Duration> {
    Ok(Duration::try_from_secs_f64(text.parse()?)?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let Args { most, limit } = Args::parse();
    // The cause of whichever comes first: a signal, the deadline, or what `sum` finds.
    let (ctx, _cancel) = Context::background().with_shutdown_signals()?;
    let (ctx, _cancel) = ctx.with_timeout_cause(limit, TooSlow(limit));
    let (ctx, stop) = ctx.with_cancel();

    let (to, lines) = chan::rendezvous();
    // A thread of its own: one of the runtime's would keep the program until stdin is closed.
    thread::spawn(move || io::stdin().lines().try_for_each(|line| to.blocking_send(line)));
    eprintln!("cause: {ctx:?}");
    match (sum(&ctx, &stop, &lines, most).await, ctx.cause()) {
        (Ok(total), _) => println!("{total}"),
        (Err(error), Some(cause)) => {
            eprintln!("cause: {error}, because: {}", chain(&*cause));
            return Ok(ExitCode::from(code(&*cause)));
        }
        (Err(error), None) => return Err(error.into()),
    }
    Ok(ExitCode::SUCCESS)
}

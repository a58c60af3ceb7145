//! `close_socket`: ends a blocking read with a context, by `after_func`: Go's example of it.
//!
//! No future can be dropped to stop a thread that waits in the kernel. What stops it is the end of what
//! it waits for, so the context's end shuts the socket down. When the read has ended by itself, the
//! registration is stopped: the socket may serve on. `stop` also tells which of the two it was, which
//! the read itself does not: it sees the end of the stream in both cases.

use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use taut::context::{Cause, Context, SignalReceived};
use tokio::task::spawn_blocking;

/// What `timeout` of the shell exits with.
const TIMED_OUT: u8 = 124;

/// Why there is no more to read.
#[derive(Debug)]
pub(crate) enum End {
    /// The other side has sent all of it.
    Closed,
    /// The context has ended, and the socket is shut down.
    Stopped(Cause),
}

/// Copies what comes from a socket until its end, or that of the context. Blocks.
///
/// A context with a deadline needs a runtime, that of `spawn_blocking` for instance.
pub(crate) fn copy(ctx: &Context, mut from: &TcpStream, to: &mut impl Write) -> io::Result<End> {
    let socket = from.try_clone()?;
    // It fails if the other side was faster, which is as good.
    let stopper = ctx.after_func(move || drop(socket.shutdown(Shutdown::Both)));
    let copied = io::copy(&mut from, to);
    if stopper.stop() {
        return copied.map(|_bytes| End::Closed);
    }
    // Too late to stop it: whatever the read says, it is our doing.
    match ctx.cause() {
        Some(cause) => Ok(End::Stopped(cause)),
        None => copied.map(|_bytes| End::Closed),
    }
}

/// Prints what a server sends until it closes the connection. Exits with 124 if it does not in time,
/// and with 128 + its number for a signal.
#[derive(Debug, Parser)]
struct Args {
    /// Host and port.
    address: String,
    /// Seconds that it may take.
    #[arg(short, long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    limit: Duration,
}

fn seconds(text: &str) -> anyhow::Result<Duration> {
    Ok(Duration::try_from_secs_f64(text.parse()?)?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let Args { address, limit } = Args::parse();
    let (ctx, _cancel) = Context::background().with_shutdown_signals()?;
    let (ctx, _cancel) = ctx.with_timeout(limit);
    let read = spawn_blocking(move || {
        let socket =
            TcpStream::connect(&address).with_context(|| format!("cannot reach {address}"))?;
        anyhow::Ok(copy(&ctx, &socket, &mut io::stdout())?)
    });
    let cause = match read.await?? {
        End::Closed => return Ok(ExitCode::SUCCESS),
        End::Stopped(cause) => cause,
    };
    eprintln!("close_socket: {cause}");
    let signal = cause.downcast_ref::<SignalReceived>().map(SignalReceived::signal);
    Ok(match signal.and_then(|signal| u8::try_from(128 + signal.number()).ok()) {
        Some(code) => ExitCode::from(code),
        None => ExitCode::from(TIMED_OUT),
    })
}

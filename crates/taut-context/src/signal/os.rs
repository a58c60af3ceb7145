//! The signals of this process as Tokio gives them.
//!
//! A stream outlives the runtime that it was opened in: Tokio keeps what arrives in the process, not in
//! a runtime, and any runtime's driver passes it on. (On Windows a thread of the system's does.) The
//! tests run two runtimes, one after the other, to notice if that ever changes.

use std::future::{Future as _, poll_fn};
use std::io;
use std::pin::pin;
use std::task::{self, Poll};

use tokio::runtime::Handle;
use tokio::task::unconstrained;

use super::Signal;

/// Those of one kind, from the call of [`open`] on. What was not polled for counts as one.
pub(super) struct Arrivals(system::Stream);

/// From here on the default is gone, for the life of the process.
///
/// Panics in a runtime without I/O.
pub(super) fn open(signal: Signal) -> io::Result<Arrivals> {
    Handle::try_current().map_err(io::Error::other)?;
    system::open(signal).map(Arrivals)
}

impl Arrivals {
    /// Ready once for each that arrived, and then pending, with the waker in place.
    pub(super) fn poll(&mut self, cx: &mut task::Context<'_>) -> Poll<()> {
        // Without the budget of the task that we happen to be in: used up, it would be pending without
        // the waker in place, and would wake it at once, from in here.
        pin!(unconstrained(poll_fn(|cx| self.0.poll_recv(cx)))).poll(cx).map(drop)
    }
}

#[cfg(unix)]
mod system {
    use std::io;

    use tokio::signal::unix::{SignalKind, signal as listen};

    use crate::signal::Signal;

    pub(super) use tokio::signal::unix::Signal as Stream;

    pub(super) fn open(signal: Signal) -> io::Result<Stream> {
        listen(SignalKind::from_raw(signal.number()))
    }
}

#[cfg(windows)]
mod system {
    use std::io;
    use std::task::{self, Poll};

    use tokio::signal::windows::{self, CtrlBreak, CtrlC, CtrlClose, CtrlLogoff, CtrlShutdown};

    use crate::signal::Signal;

    /// What counts as one kind, which Go divides in the same way.
    pub(super) enum Stream {
        Interrupt(CtrlC, CtrlBreak),
        Terminate(CtrlClose, CtrlLogoff, CtrlShutdown),
    }

    pub(super) fn open(signal: Signal) -> io::Result<Stream> {
        match signal {
            Signal::Interrupt => Ok(Stream::Interrupt(windows::ctrl_c()?, windows::ctrl_break()?)),
            Signal::Terminate => Ok(Stream::Terminate(
                windows::ctrl_close()?,
                windows::ctrl_logoff()?,
                windows::ctrl_shutdown()?,
            )),
            Signal::Hangup | Signal::Quit => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    impl Stream {
        pub(super) fn poll_recv(&mut self, cx: &mut task::Context<'_>) -> Poll<Option<()>> {
            // Each is polled as long as none is ready, so that all of them have the waker.
            let polls = match self {
                Stream::Interrupt(c, brk) => [c.poll_recv(cx), brk.poll_recv(cx), Poll::Pending],
                Stream::Terminate(close, logoff, shutdown) => {
                    [close.poll_recv(cx), logoff.poll_recv(cx), shutdown.poll_recv(cx)]
                }
            };
            polls.into_iter().find(Poll::is_ready).unwrap_or(Poll::Pending)
        }
    }
}

//! Contexts that end when the process is told to: Go's `signal.NotifyContext`.
//!
//! One rule holds for every kind of signal that was ever asked for: *a signal that ends no context ends
//! the process*, with the exit code 128 + its number. So the first one ends the contexts that listen,
//! the second one ends the process, and once nothing listens any more a signal does what it did before.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `os` | the signals as Tokio gives them |
//! | `source` | one stream of each kind, and the waker that empties it |
//! | `registry` | who listens, and the rule |

mod os;
mod registry;
mod source;

use std::error::Error;
use std::fmt;
use std::io;

use crate::{Cancel, Context, ContextError};

/// Feature `signal`. A way in which a process is told to end.
///
/// On Windows there are the first two: Ctrl-C and Ctrl-Break are [`Interrupt`](Signal::Interrupt);
/// closing the console, logging off and shutting down are [`Terminate`](Signal::Terminate).
///
/// # Examples
///
/// ```
/// use taut::context::Signal;
///
/// assert_eq!(Signal::Terminate.number(), 15);
/// assert_eq!(Signal::Terminate.to_string(), "terminate");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Signal {
    /// `SIGINT`: Ctrl-C.
    Interrupt,
    /// `SIGTERM`: what `kill` sends, and service managers.
    Terminate,
    /// `SIGHUP`: the terminal is gone.
    Hangup,
    /// `SIGQUIT`: Ctrl-\\.
    Quit,
}

impl Signal {
    /// The number of the signal on Unix; 128 more is what a shell says of a process that it ended.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(taut::context::Signal::Interrupt.number(), 2);
    /// ```
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Signal::Hangup => 1,
            Signal::Interrupt => 2,
            Signal::Quit => 3,
            Signal::Terminate => 15,
        }
    }

    /// The name in lower case: `"interrupt"`, `"terminate"`, `"hangup"` or `"quit"`.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(taut::context::Signal::Hangup.name(), "hangup");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Signal::Interrupt => "interrupt",
            Signal::Terminate => "terminate",
            Signal::Hangup => "hangup",
            Signal::Quit => "quit",
        }
    }

    const fn exit_code(self) -> i32 {
        128 + self.number()
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Feature `signal`. The cause of a context that a signal ended.
///
/// Its source is [`ContextError::Cancelled`], for those who look through a chain of errors for that.
///
/// # Examples
///
/// ```
/// use taut::context::{Context, Signal, SignalReceived};
///
/// /// Why to stop, as a service would log it.
/// fn reason(ctx: &Context) -> Option<String> {
///     let cause = ctx.cause()?;
///     match cause.downcast_ref::<SignalReceived>().map(SignalReceived::signal) {
///         Some(Signal::Interrupt) => Some("Ctrl-C".to_owned()),
///         _ => Some(cause.to_string()), // such as "terminate signal received"
///     }
/// }
/// assert_eq!(reason(&Context::background()), None); // it has not ended
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SignalReceived(Signal);

impl SignalReceived {
    /// Which one it was.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::{Cause, Context, Signal, SignalReceived};
    ///
    /// fn is_terminate(cause: &Cause) -> bool {
    ///     let received = cause.downcast_ref::<SignalReceived>();
    ///     received.is_some_and(|received| received.signal() == Signal::Terminate)
    /// }
    ///
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// cancel.cancel_with("enough");
    /// assert_eq!(ctx.cause().as_ref().map(is_terminate), Some(false));
    /// ```
    #[must_use]
    pub const fn signal(&self) -> Signal {
        self.0
    }
}

impl fmt::Display for SignalReceived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} signal received", self.0)
    }
}

impl Error for SignalReceived {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&ContextError::Cancelled)
    }
}

impl Context {
    /// Feature `signal`. Derives a context that also ends when one of `signals` arrives: `Cancelled`, and
    /// the cause is [`SignalReceived`]. Go's `signal.NotifyContext`.
    ///
    /// A signal ends every context that listens for it and has not ended. If there is none, it ends the
    /// process, by [`process::exit`](std::process::exit) with 128 + its number. (Go swallows it until
    /// `stop` is called.) So:
    ///
    /// - the second Ctrl-C ends a program that takes too long over the first;
    /// - when the context has ended for another reason, its `Cancel` was dropped, or all handles of it
    ///   are gone, a signal ends the process, as it would have without this call; but whoever waits for
    ///   the process sees an exit code and not a signal, and `SIGQUIT` leaves no core;
    /// - more time for a second signal is another context: derive it when the first has ended.
    ///
    /// Dropping the [`Cancel`] ends it too: bind it to a name, `_cancel`, not `_`, and keep it as
    /// long as the work.
    ///
    /// Kinds of signals that no call has named keep their default. A kind that was named stays with this
    /// module for the life of the process; a program that handles it elsewhere as well would see the
    /// process end under its hands. With no `signals` this is [`with_cancel`](Context::with_cancel).
    ///
    /// Signals are seen by the I/O driver of a Tokio runtime, of any that runs. One that comes while
    /// there is none waits for the next; a runtime that is kept busy by code that never awaits sees it
    /// late; and several that come before they are seen may count as one.
    ///
    /// Callbacks of [`after_func`](Context::after_func) run on the thread of that driver. A panic of
    /// theirs is reported by the panic hook and goes no further: it would end the driver.
    ///
    /// # Errors
    ///
    /// Outside of a Tokio runtime; if the system refuses to install a handler; and on Windows, with
    /// [`Unsupported`](io::ErrorKind::Unsupported), for signals that it does not have.
    ///
    /// # Panics
    ///
    /// In a Tokio runtime without I/O (`enable_io` or `enable_all` of its builder).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::{Context, Signal};
    ///
    /// #[tokio::main]
    /// async fn main() -> std::io::Result<()> {
    ///     let (ctx, _cancel) = Context::background().with_signals([Signal::Interrupt])?;
    ///     match ctx.run(async { "done" }).await {
    ///         Ok(answer) => println!("{answer}"),
    ///         Err(error) => println!("{error}: {:?}", ctx.cause()), // Ctrl-C
    ///     }
    ///     Ok(())
    /// }
    /// ```
    #[doc(alias = "NotifyContext")]
    pub fn with_signals(
        &self,
        signals: impl IntoIterator<Item = Signal>,
    ) -> io::Result<(Context, Cancel)> {
        let signals: Box<[Signal]> = signals.into_iter().collect();
        for &signal in &signals {
            source::open(signal)?;
        }
        let (context, cancel) = self.derive_for_signals(signals.clone());
        if !signals.is_empty() {
            registry::listen(&context, signals);
        }
        Ok((context, cancel))
    }

    /// Feature `signal`. [`with_signals`](Context::with_signals) of what asks a program to stop:
    /// [`Interrupt`](Signal::Interrupt) and [`Terminate`](Signal::Terminate).
    ///
    /// Dropping the [`Cancel`] ends it too: bind it to a name, `_cancel`, not `_`, and keep it as
    /// long as the work.
    ///
    /// # Errors
    ///
    /// Those of `with_signals`.
    ///
    /// # Panics
    ///
    /// In a Tokio runtime without I/O.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::context::Context;
    ///
    /// async fn serve(_ctx: &Context) {}
    ///
    /// #[tokio::main]
    /// async fn main() -> std::io::Result<()> {
    ///     let (ctx, _cancel) = Context::background().with_shutdown_signals()?;
    ///     serve(&ctx).await; // until ctx.done()
    ///     Ok(())
    /// }
    /// ```
    pub fn with_shutdown_signals(&self) -> io::Result<(Context, Cancel)> {
        self.with_signals([Signal::Interrupt, Signal::Terminate])
    }
}

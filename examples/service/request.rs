//! A context for each request. It ends
//!
//! - at the deadline that the client names in a header, or at the server's if that is earlier,
//! - when the client leaves: hyper drops the handler then, and the middleware with it,
//! - when it is answered, so that nothing which was begun for it goes on,
//! - when the server has stopped and waited long enough.
//!
//! Handlers find it among the extensions of the request. What they spawn takes a clone along, and so ends
//! with the request, though a task is not dropped with the handler.

use std::error::Error;
use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use taut::context::{Cancel, Cause, Context};
use tokio::sync::watch;

use super::failure::Failure;

/// The header in which a client says how many milliseconds it waits for an answer.
pub(crate) const TIMEOUT: &str = "x-timeout-ms";

/// Why the context of a request has ended: its cause.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// It, or what it shares with others, had so much time.
    TimeUp(Duration),
    ClientLeft,
    Answered,
    /// The server has been told to stop, for this reason, and its grace is over.
    Stopped(Option<Cause>),
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimeUp(limit) => write!(f, "not done in {limit:?}"),
            Self::ClientLeft => f.write_str("the client has left"),
            Self::Answered => f.write_str("the request was answered"),
            Self::Stopped(Some(why)) => write!(f, "the server stops: {why}"),
            Self::Stopped(None) => f.write_str("the server stops"),
        }
    }
}

impl Error for End {}

/// What has become of requests so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) begun: u64,
    /// Well or not, in the time that they had.
    pub(crate) answered: u64,
    /// The client did not wait.
    pub(crate) left: u64,
    /// Answered because the server could not wait.
    pub(crate) cut: u64,
}

impl Counts {
    pub(crate) fn in_flight(&self) -> u64 {
        self.begun - self.answered - self.left - self.cut
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { begun, answered, left, cut } = self;
        let now = self.in_flight();
        write!(f, "begun={begun} in_flight={now} answered={answered} left={left} cut={cut}")
    }
}

/// What all requests have in common.
#[derive(Debug)]
pub(crate) struct Requests {
    /// The parent of their contexts.
    ctx: Context,
    cancel: Cancel,
    longest: Duration,
    /// To be watched.
    pub(crate) counts: watch::Sender<Counts>,
}

impl Requests {
    /// Requests that may take as long as `longest`. They do not end with `stop`, but by [`cut`](Self::cut).
    pub(crate) fn new(stop: &Context, longest: Duration) -> Self {
        let (ctx, cancel) = stop.without_cancel().with_cancel();
        Self { ctx, cancel, longest, counts: watch::Sender::default() }
    }

    /// A context for what is done for several of them.
    pub(crate) fn common_context(&self) -> (Context, Cancel) {
        self.ctx.with_timeout_cause(self.longest, End::TimeUp(self.longest))
    }

    /// Ends all of them, and those to come.
    pub(crate) fn cut(&self, why: Option<Cause>) {
        self.cancel.cancel_with(End::Stopped(why));
    }

    pub(crate) fn counts(&self) -> Counts {
        *self.counts.borrow()
    }

    pub(crate) async fn none_in_flight(&self) {
        let mut counts = self.counts.subscribe();
        // An error: the sender is gone, which is ours.
        counts.wait_for(|counts| counts.in_flight() == 0).await.ok();
    }

    fn context(&self, headers: &HeaderMap) -> Result<(Context, Cancel), Failure> {
        let limit = wanted(headers)?.map_or(self.longest, |wanted| wanted.min(self.longest));
        Ok(self.ctx.with_timeout_cause(limit, End::TimeUp(limit)))
    }
}

/// What the client asks for, if it does.
fn wanted(headers: &HeaderMap) -> Result<Option<Duration>, Failure> {
    let bad = |why: &dyn fmt::Display| Failure::BadTimeout(why.to_string().into());
    let mut values = headers.get_all(TIMEOUT).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(bad(&"it is there more than once"));
    }
    let text = value.to_str().map_err(|error| bad(&error))?;
    Ok(Some(Duration::from_millis(text.parse().map_err(|error| bad(&error))?)))
}

/// The middleware: gives a request its context, and ends it with the request.
pub(crate) async fn in_context(
    State(requests): State<Arc<Requests>>,
    mut request: Request,
    next: Next,
) -> Response {
    let (ctx, cancel) = match requests.context(request.headers()) {
        Ok(derived) => derived,
        Err(failure) => return failure.into_response(),
    };
    request.extensions_mut().insert(ctx.clone());
    let mut handler = pin!(next.run(request));
    // Declared after the handler, so that it is dropped before it: what the handler has begun hears why it
    // ends, and not merely that.
    let in_flight = InFlight::begin(&requests, &ctx, cancel);
    let answer = match ctx.check() {
        Ok(()) => handler.as_mut().await,
        Err(_) => Failure::ended(&ctx).into_response(), // it had no time at all
    };
    in_flight.answered();
    answer
}

/// A request that has begun. Dropped without an answer, it is one whose client has left, or will: a handler
/// that panics takes the connection along.
struct InFlight<'a> {
    requests: &'a Requests,
    ctx: &'a Context,
    cancel: Cancel,
    end: End,
}

impl<'a> InFlight<'a> {
    fn begin(requests: &'a Requests, ctx: &'a Context, cancel: Cancel) -> Self {
        requests.counts.send_modify(|counts| counts.begun += 1);
        Self { requests, ctx, cancel, end: End::ClientLeft }
    }

    fn answered(mut self) {
        self.end = match self.ctx.cause() {
            // It was the server that ended it, before this did.
            Some(cause) => cause.downcast_ref().cloned().unwrap_or(End::Answered),
            None => End::Answered,
        };
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.cancel.cancel_with(self.end.clone());
        self.requests.counts.send_modify(|counts| match self.end {
            End::ClientLeft => counts.left += 1,
            End::Stopped(_) => counts.cut += 1,
            End::Answered | End::TimeUp(_) => counts.answered += 1,
        });
    }
}

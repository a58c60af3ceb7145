//! Serving until told to stop, and then for as long as what has begun takes.
//!
//! `stop` ends on the signal: no connection is accepted any more, and those that are idle are closed.
//! Requests in flight go on. When their grace is over their contexts end, with a cause, and they answer
//! that.

use std::fmt;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use taut::context::Context;
use tokio::net::TcpListener;

use super::app::{App, routes};
use super::request::Counts;

/// How long requests have for an answer after their context has ended.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What has become of the requests that were in flight when the server was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Drained {
    before: Counts,
    after: Counts,
}

impl Drained {
    /// Those that were answered as if nothing were the matter.
    pub(crate) fn finished(&self) -> u64 {
        self.after.answered - self.before.answered
    }

    /// Those whose client has left meanwhile.
    pub(crate) fn left(&self) -> u64 {
        self.after.left - self.before.left
    }

    /// Those that took too long.
    pub(crate) fn cancelled(&self) -> u64 {
        self.after.cut + self.after.in_flight() - self.before.cut
    }

    pub(crate) fn in_time(&self) -> bool {
        self.cancelled() == 0
    }
}

impl fmt::Display for Drained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (finished, left, cancelled) = (self.finished(), self.left(), self.cancelled());
        write!(f, "stopped: {finished} finished, {left} left, {cancelled} cancelled")
    }
}

/// Serves until `stop` ends; then gives what has begun the time of `grace`.
pub(crate) async fn serve(
    stop: &Context,
    listener: TcpListener,
    app: &Arc<App>,
    grace: Duration,
) -> io::Result<Drained> {
    let told = stop.clone();
    let stopped = async move {
        told.done().await;
    };
    let server = async {
        axum::serve(listener, routes(app)).with_graceful_shutdown(stopped).await?;
        // It does not wait for handlers to be dropped whose clients have left.
        app.requests.none_in_flight().await;
        io::Result::Ok(())
    };
    let mut server = pin!(server);
    let early = stop.run(server.as_mut()).await;
    let before = app.requests.counts();
    let drained = || Drained { before, after: app.requests.counts() };
    if let Ok(result) = early {
        return result.map(|()| drained());
    }

    let why = stop.cause();
    if let Some(why) = &why {
        println!("{why}: {} in flight, {grace:?} to finish", before.in_flight());
    }
    let (draining, _cancel) = Context::background().with_timeout(grace);
    if let Ok(result) = draining.run(server.as_mut()).await {
        return result.map(|()| drained());
    }

    app.requests.cut(why);
    // Who has not even sent a whole request is not waited for.
    let (ending, _cancel) = Context::background().with_timeout(LAST_WORDS);
    ending.run(server).await.unwrap_or(Ok(())).map(|()| drained())
}

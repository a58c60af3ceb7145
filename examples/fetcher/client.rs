//! One request: what came, or why nothing did.
//!
//! The body is hashed as it comes and never held, so its size costs time and no memory.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER, USER_AGENT};
use hyper::{Request, StatusCode};
use hyper_util::client::legacy::{self, Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use sha2::{Digest as _, Sha256};
use taut::context::Cause;

use crate::retry::Advice;
use crate::target::Target;

/// Whatever can fetch. A test has one without sockets, so that it can pause the clock.
pub(crate) trait Get: Send + Sync + 'static {
    fn get(&self, target: &Target) -> impl Future<Output = Result<Page, FetchError>> + Send;
}

/// A body that came whole, with a status that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) bytes: u64,
    pub(crate) sha256: [u8; 32],
}

/// HTTP/1.1 over connections that are kept.
pub(crate) struct Http(Client<HttpConnector, Empty<Bytes>>);

impl Http {
    pub(crate) fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let mut builder = Client::builder(TokioExecutor::new());
        // Every attempt is to be counted, and paced.
        builder.retry_canceled_requests(false);
        Self(builder.build(connector))
    }
}

impl Get for Http {
    async fn get(&self, target: &Target) -> Result<Page, FetchError> {
        let mut request = Request::new(Empty::new());
        *request.uri_mut() = target.uri().clone();
        let name = HeaderValue::from_static(concat!("taut-fetcher/", env!("CARGO_PKG_VERSION")));
        request.headers_mut().insert(USER_AGENT, name);

        let answer = self.0.request(request).await.map_err(FetchError::NoAnswer)?;
        let status = answer.status();
        if !status.is_success() {
            return Err(FetchError::refused(status, answer.headers()));
        }
        let (mut body, mut bytes, mut sha256) = (answer.into_body(), 0, Sha256::new());
        while let Some(frame) = body.frame().await {
            // What is no data is trailers.
            if let Ok(data) = frame.map_err(FetchError::CutShort)?.into_data() {
                bytes += data.len() as u64;
                sha256.update(data);
            }
        }
        Ok(Page { status, bytes, sha256: sha256.finalize().into() })
    }
}

/// Why an attempt brought nothing.
#[derive(Debug)]
pub(crate) enum FetchError {
    /// An answer, but not what was asked for.
    Refused { status: StatusCode, retry_after: Option<Duration>, location: Option<String> },
    /// No answer: no connection, or one that ended too early.
    NoAnswer(legacy::Error),
    /// The beginning of a body.
    CutShort(hyper::Error),
    /// It took longer than it may.
    TimedOut(TimedOut),
    /// All was to end.
    Ended(Cause),
}

impl FetchError {
    fn refused(status: StatusCode, headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| headers.get(name)?.to_str().ok();
        // It may be a date too. Then the wait is ours to choose.
        let seconds = text(RETRY_AFTER).and_then(|text| text.parse().ok());
        let retry_after = seconds.map(Duration::from_secs);
        Self::Refused { status, retry_after, location: text(LOCATION).map(str::to_owned) }
    }

    /// Whether there is hope. All requests are GETs, so that nothing is done twice by asking twice.
    pub(crate) fn advice(&self) -> Advice {
        match self {
            Self::Refused { status, retry_after, .. } => match *status {
                StatusCode::REQUEST_TIMEOUT
                | StatusCode::TOO_MANY_REQUESTS
                | StatusCode::INTERNAL_SERVER_ERROR
                | StatusCode::BAD_GATEWAY
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT => {
                    retry_after.map_or(Advice::TryAgain, Advice::TryAfter)
                }
                _ => Advice::GiveUp,
            },
            Self::NoAnswer(_) | Self::CutShort(_) | Self::TimedOut(_) => Advice::TryAgain,
            Self::Ended(_) => Advice::GiveUp,
        }
    }

    /// The status, if there was an answer.
    pub(crate) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, location: Some(location), .. } => {
                write!(f, "{status}: it is at {location}, and redirects are not followed")
            }
            Self::Refused { status, .. } => status.fmt(f),
            Self::NoAnswer(error) => write!(f, "no answer: {}", root(error)),
            Self::CutShort(error) => write!(f, "cut short: {}", root(error)),
            Self::TimedOut(timed_out) => timed_out.fmt(f),
            Self::Ended(cause) => cause.fmt(f),
        }
    }
}

impl Error for FetchError {}

/// The error behind all others: `connection refused` says more than `client error (Connect)`.
fn root<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut root = error;
    while let Some(source) = root.source() {
        root = source;
    }
    root
}

/// The cause of a request that was not done in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimedOut(pub(crate) Duration);

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not done in {:?}", self.0)
    }
}

impl Error for TimedOut {}

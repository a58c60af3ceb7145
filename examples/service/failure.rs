//! What can go wrong with a request: an error within, and an answer to the client.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use taut::context::{Cause, Context, ContextError};

use super::request::TIMEOUT;

/// Why a request has no good answer. All who share a flight get a clone.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// Its header makes no sense.
    BadTimeout(Arc<str>),
    /// All places of a backend were taken for as long as it could wait.
    Busy { backend: &'static str, retry_after: u64 },
    /// Its context has ended.
    Ended { error: ContextError, cause: Option<Cause> },
    /// A backend failed.
    Backend { backend: &'static str, error: Arc<str> },
}

impl Failure {
    /// The end of this context.
    pub(crate) fn ended(ctx: &Context) -> Self {
        let error = ctx.err().unwrap_or(ContextError::Cancelled);
        Self::Ended { error, cause: ctx.cause() }
    }

    pub(crate) fn backend(backend: &'static str, error: &dyn fmt::Display) -> Self {
        Self::Backend { backend, error: format!("{error:#}").into() }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::BadTimeout(_) => StatusCode::BAD_REQUEST,
            Self::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Ended { error: ContextError::DeadlineExceeded, .. } => {
                StatusCode::GATEWAY_TIMEOUT
            }
            Self::Ended { error: ContextError::Cancelled, .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Backend { .. } => StatusCode::BAD_GATEWAY,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadTimeout(why) => write!(f, "{TIMEOUT} is no number of milliseconds: {why}"),
            Self::Busy { backend, .. } => write!(f, "{backend} is busy"),
            Self::Ended { cause: Some(cause), .. } => cause.fmt(f),
            Self::Ended { error, cause: None } => error.fmt(f),
            Self::Backend { backend, error } => write!(f, "{backend} failed: {error}"),
        }
    }
}

impl Error for Failure {
    /// A group looks here to tell what ended it from what only says that it has ended.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Ended { error, .. } => Some(error),
            Self::BadTimeout(_) | Self::Busy { .. } | Self::Backend { .. } => None,
        }
    }
}

/// For what a group could not begin.
impl From<ContextError> for Failure {
    fn from(error: ContextError) -> Self {
        Self::Ended { error, cause: None }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let answer = (self.status(), format!("{self}\n"));
        match self {
            Self::Busy { retry_after, .. } => {
                ([(header::RETRY_AFTER, retry_after.to_string())], answer).into_response()
            }
            _ => answer.into_response(),
        }
    }
}

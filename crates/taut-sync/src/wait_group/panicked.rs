//! A panic that is kept, to be raised again by whoever waits.

use std::any::Any;
use std::borrow::Cow;
use std::panic::resume_unwind;

use taut_core::sync::Arc;

use crate::panicked::text_of;

/// What a panic carries.
pub(super) type Payload = Box<dyn Any + Send>;

/// For a payload that is no text.
const UNSPOKEN: &str = "a panic without a message";

/// The first panic of a group.
pub(super) struct Kept {
    message: Arc<String>,
    /// Until somebody has raised it.
    payload: Option<Payload>,
}

/// What is to be raised.
pub(super) enum Raised {
    /// What the future panicked with.
    Itself(Payload),
    /// Only what it said.
    Message(Arc<String>),
}

impl Kept {
    /// What is kept of a panic, and a copy that says the same.
    pub(super) fn split(payload: Payload) -> (Self, Payload) {
        let text = text_of(&*payload).unwrap_or(Cow::Borrowed(UNSPOKEN));
        let message = Arc::new(text.clone().into_owned());
        let twin: Payload = match text {
            Cow::Borrowed(text) => Box::new(text),
            Cow::Owned(text) => Box::new(text),
        };
        (Self { message, payload: Some(payload) }, twin)
    }

    /// Back to what it was made of, if nobody has raised it.
    pub(super) fn into_payload(self) -> Option<Payload> {
        self.payload
    }

    /// What it said.
    pub(super) fn message(&self) -> Arc<String> {
        Arc::clone(&self.message)
    }

    /// For the next who waits.
    pub(super) fn next(&mut self) -> Raised {
        match self.payload.take() {
            Some(payload) => Raised::Itself(payload),
            None => Raised::Message(Arc::clone(&self.message)),
        }
    }
}

impl Raised {
    /// Without a lock.
    #[track_caller]
    pub(super) fn raise(self) -> ! {
        match self {
            // It was reported when it happened.
            Self::Itself(payload) => resume_unwind(payload),
            Self::Message(message) => {
                let message = message.as_str();
                panic!("a future that is tracked by a `WaitGroup` panicked: {message}")
            }
        }
    }
}

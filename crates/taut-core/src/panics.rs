//! Doing several things of which each may panic, and all are to be done.
//!
//! # Examples
//!
//! ```
//! use taut_core::panics::FirstPanic;
//!
//! let (mut panics, mut done) = (FirstPanic::default(), 0);
//! for _ in 0..3 {
//!     panics.of(|| done += 1);
//! }
//! panics.raise(); // none has panicked
//! assert_eq!(done, 3);
//! ```

use std::any::Any;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

/// What a panic was raised with.
pub type Payload = Box<dyn Any + Send>;

/// The first panic of several steps.
///
/// # Examples
///
/// ```
/// use taut_core::panics::FirstPanic;
///
/// # std::panic::set_hook(Box::new(|_| ()));
/// let mut panics = FirstPanic::default();
/// panics.of(|| panic!("no disk"));
/// assert_eq!(panics.of(|| 7), Some(7));
/// let payload = panics.into_payload().expect("one has panicked");
/// assert_eq!(payload.downcast_ref(), Some(&"no disk"));
/// ```
#[derive(Debug, Default)]
pub struct FirstPanic(Option<Payload>);

impl FirstPanic {
    /// Does one step. `None`: it panicked.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(taut_core::panics::FirstPanic::default().of(|| 7), Some(7));
    /// ```
    #[allow(clippy::must_use_candidate, reason = "mostly all that matters is that it was tried")]
    pub fn of<R>(&mut self, step: impl FnOnce() -> R) -> Option<R> {
        match catch_unwind(AssertUnwindSafe(step)) {
            Ok(done) => Some(done),
            Err(payload) => {
                if self.0.is_none() {
                    self.0 = Some(payload);
                } else {
                    drop_quietly(payload);
                }
                None
            }
        }
    }

    /// What the first panic was raised with.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(taut_core::panics::FirstPanic::default().into_payload().is_none());
    /// ```
    #[must_use]
    pub fn into_payload(self) -> Option<Payload> {
        self.0
    }

    /// Lets the first panic go on, unless there is one under way.
    ///
    /// # Panics
    ///
    /// That is what it does.
    ///
    /// # Examples
    ///
    /// ```
    /// taut_core::panics::FirstPanic::default().raise(); // nothing to raise
    /// ```
    pub fn raise(self) {
        match self.0 {
            Some(payload) if !thread::panicking() => resume_unwind(payload),
            Some(payload) => drop_quietly(payload),
            None => {}
        }
    }
}

/// Drops a payload, whose destructor may panic as well, and so on; there is an end to that.
///
/// # Examples
///
/// ```
/// taut_core::panics::drop_quietly(Box::new("no disk"));
/// ```
pub fn drop_quietly(payload: Payload) {
    let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) else { return };
    if !again.is::<&'static str>() && !again.is::<String>() {
        let _leaked = ManuallyDrop::new(again);
    }
}

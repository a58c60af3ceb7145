//! A value that is set once: std's `OnceLock`, whose reads and writes a model sees too.
//!
//! An explorer tries only those orders in which threads meet. What it does not see is no meeting, so in
//! models a flag goes with the value.

// TIDY-ALLOW: the one there is; the flag is what a model needs of it.
use std::sync::OnceLock;

#[cfg(any(taut_loom, taut_shuttle))]
use taut_core::sync::{AtomicBool, Ordering};

/// A value that is set once. Reading it is one load.
pub(crate) struct Latch<T> {
    value: OnceLock<T>,
    #[cfg(any(taut_loom, taut_shuttle))]
    is_set: AtomicBool,
}

impl<T> Latch<T> {
    taut_core::const_fn! {
        /// Without a value.
        pub(crate) fn new() -> Self {
            Self {
                value: OnceLock::new(),
                #[cfg(any(taut_loom, taut_shuttle))]
                is_set: AtomicBool::new(false),
            }
        }
    }

    /// The value, if it is set. All that came before `set` is seen then.
    #[inline(always)]
    pub(crate) fn get(&self) -> Option<&T> {
        // ORDERING: Acquire pairs with the Release in `set`, as in a `OnceLock`.
        #[cfg(any(taut_loom, taut_shuttle))]
        if !self.is_set.load(Ordering::Acquire) {
            return None;
        }
        self.value.get()
    }

    /// Sets the value. Once, by whoever has the right to.
    pub(crate) fn set(&self, value: T) {
        let is_first = self.value.set(value).is_ok();
        debug_assert!(is_first, "it is set once");
        // ORDERING: Release, see `get`.
        #[cfg(any(taut_loom, taut_shuttle))]
        self.is_set.store(true, Ordering::Release);
    }
}

#[cfg(feature = "once")]
impl<T> Latch<T> {
    /// With a value.
    pub(crate) fn with_value(value: T) -> Self {
        let latch = Self::new();
        latch.set(value);
        latch
    }

    /// The value, of one that nobody else has.
    pub(crate) fn get_mut(&mut self) -> Option<&mut T> {
        self.value.get_mut()
    }

    /// Takes the value out, of one that nobody else has.
    pub(crate) fn take(&mut self) -> Option<T> {
        std::mem::replace(self, Self::new()).value.into_inner()
    }
}

//! Data that nothing synchronises but what is under test: a missing edge is a data race, for Miri and
//! for ThreadSanitizer.

use std::cell::UnsafeCell;

/// A number that is written once and read afterwards.
#[derive(Default)]
pub struct Plain(UnsafeCell<u64>);

// SAFETY: the tests read only after what orders it behind the write.
unsafe impl Sync for Plain {}

impl Plain {
    /// Writes. Nobody may read before something says that this has happened.
    pub fn write(&self, value: u64) {
        // SAFETY: the only write, and nobody reads yet.
        unsafe { *self.0.get() = value };
    }

    /// Reads what was written.
    pub fn read(&self) -> u64 {
        // SAFETY: the write has happened: that is what is tested.
        unsafe { *self.0.get() }
    }
}

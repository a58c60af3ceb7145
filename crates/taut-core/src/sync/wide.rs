//! 64 bits that change at once, for targets that have no instruction for that.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "where there is such an instruction, only its tests use it"
)]

use super::{Lock, Ordering};

/// As [`std::sync::atomic::AtomicU64`], under a lock: every step is one of a single order.
pub struct AtomicU64(Lock<u64>);

impl AtomicU64 {
    /// With this value.
    pub const fn new(value: u64) -> Self {
        Self(Lock::new(value))
    }

    /// What it is.
    pub fn load(&self, _: Ordering) -> u64 {
        *self.0.lock()
    }

    /// Makes it `value`.
    pub fn store(&self, value: u64, _: Ordering) {
        *self.0.lock() = value;
    }

    /// Adds, wrapping around. What it was.
    pub fn fetch_add(&self, value: u64, _: Ordering) -> u64 {
        self.change(|current| current.wrapping_add(value))
    }

    /// Subtracts, wrapping around. What it was.
    pub fn fetch_sub(&self, value: u64, _: Ordering) -> u64 {
        self.change(|current| current.wrapping_sub(value))
    }

    /// Sets bits. What it was.
    pub fn fetch_or(&self, value: u64, _: Ordering) -> u64 {
        self.change(|current| current | value)
    }

    /// Makes it `new` if it is `current`. What it was.
    ///
    /// # Errors
    ///
    /// If it is something else, with that.
    pub fn compare_exchange_weak(
        &self,
        current: u64,
        new: u64,
        _: Ordering,
        _: Ordering,
    ) -> Result<u64, u64> {
        let mut value = self.0.lock();
        if *value != current {
            return Err(*value);
        }
        *value = new;
        Ok(current)
    }

    fn change(&self, change: impl FnOnce(u64) -> u64) -> u64 {
        let mut value = self.0.lock();
        let changed = change(*value);
        std::mem::replace(&mut value, changed)
    }
}

impl std::fmt::Debug for AtomicU64 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.load(Ordering::Relaxed).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::{AtomicU64, Ordering::Relaxed};

    #[test]
    fn it_counts_as_the_one_of_std() {
        let (wide, std) = (AtomicU64::new(7), std::sync::atomic::AtomicU64::new(7));
        assert_eq!(wide.fetch_add(u64::MAX, Relaxed), std.fetch_add(u64::MAX, Relaxed));
        assert_eq!(wide.fetch_sub(9, Relaxed), std.fetch_sub(9, Relaxed));
        assert_eq!(wide.fetch_or(8, Relaxed), std.fetch_or(8, Relaxed));
        let now = std.load(Relaxed);
        assert_eq!(wide.compare_exchange_weak(0, 1, Relaxed, Relaxed), Err(now));
        assert_eq!(wide.compare_exchange_weak(now, 1, Relaxed, Relaxed), Ok(now));
        wide.store(wide.load(Relaxed) + 1, Relaxed);
        assert_eq!(format!("{wide:?}"), "2");
    }
}

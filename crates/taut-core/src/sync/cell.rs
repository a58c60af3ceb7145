//! A cell whose accesses are scoped, so that loom can watch them: std's with loom's shape.

#[cfg(taut_loom)]
pub use loom::cell::UnsafeCell;

/// As [`std::cell::UnsafeCell`], reached through closures.
///
/// # Examples
///
/// ```
/// let cell = taut_core::sync::UnsafeCell::new(1);
/// // SAFETY: nobody else knows the cell.
/// cell.with_mut(|p| unsafe { *p += 1 });
/// ```
#[cfg(not(taut_loom))]
#[derive(Debug)]
pub struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

#[cfg(not(taut_loom))]
impl<T> UnsafeCell<T> {
    /// A cell that holds `value`.
    #[inline(always)]
    #[must_use]
    pub const fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    /// Runs `f` with a pointer to read through.
    #[inline(always)]
    pub fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        f(self.0.get())
    }

    /// Runs `f` with a pointer to write through.
    #[inline(always)]
    pub fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }
}

//! A cell whose accesses are scoped, so that loom can watch them: std's with loom's shape.

use std::mem::MaybeUninit;

#[cfg(taut_loom)]
pub use loom::cell::UnsafeCell;

/// Makes a cell that holds nothing at `at`: in place, since what it is for may be large.
///
/// # Safety
///
/// `at` is valid for writes of a cell.
#[inline(always)]
pub unsafe fn empty_cell_at<T>(at: *mut UnsafeCell<MaybeUninit<T>>) {
    // Uninitialised memory is such a cell already; loom's has something to keep beside it.
    #[cfg(not(taut_loom))]
    let _ = at;
    #[cfg(taut_loom)]
    // SAFETY: by the caller.
    unsafe {
        at.write(UnsafeCell::new(MaybeUninit::uninit()));
    }
}

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

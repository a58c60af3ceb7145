//! A cell whose accesses are scoped, so that a model can watch them: std's with loom's shape.

use std::mem::MaybeUninit;

#[cfg(taut_loom)]
pub use loom::cell::UnsafeCell;

#[cfg(taut_shuttle)]
pub use watched::UnsafeCell;

/// Makes a cell that holds nothing at `at`: in place, since what it is for may be large.
///
/// # Safety
///
/// `at` is valid for writes of a cell.
#[inline(always)]
pub unsafe fn empty_cell_at<T>(at: *mut UnsafeCell<MaybeUninit<T>>) {
    // Uninitialised memory is such a cell already; a model's has something to keep beside it.
    #[cfg(not(any(taut_loom, taut_shuttle)))]
    let _ = at;
    #[cfg(any(taut_loom, taut_shuttle))]
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
#[cfg(not(any(taut_loom, taut_shuttle)))]
#[derive(Debug)]
pub struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

#[cfg(not(any(taut_loom, taut_shuttle)))]
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

#[cfg(taut_shuttle)]
mod watched {
    use std::cell::Cell;
    use std::fmt;
    use std::time::Duration;

    /// A cell that notices two accesses at once. Shuttle has none of its own.
    ///
    /// An access lets the others run while it lasts: who then comes in has nothing that orders the
    /// two. (Once in the cell and once outside of it is in order for shuttle, whatever memory would
    /// make of it: that is for loom.)
    pub struct UnsafeCell<T> {
        value: std::cell::UnsafeCell<T>,
        access: Cell<Access>,
    }

    #[derive(Clone, Copy, Debug)]
    enum Access {
        Free,
        /// By so many at once, at least one.
        Read(usize),
        Written,
    }

    impl<T> UnsafeCell<T> {
        /// A cell that holds `value`.
        #[must_use]
        pub const fn new(value: T) -> Self {
            Self { value: std::cell::UnsafeCell::new(value), access: Cell::new(Access::Free) }
        }

        /// Runs `f` with a pointer to read through.
        ///
        /// # Panics
        ///
        /// If somebody writes at the same time.
        pub fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
            self.access.set(match self.access.get() {
                Access::Free => Access::Read(1),
                Access::Read(readers) => Access::Read(readers + 1),
                Access::Written => panic!("a cell is read while it is written"),
            });
            let _leave = Leave(&self.access);
            let_others_run();
            f(self.value.get())
        }

        /// Runs `f` with a pointer to write through.
        ///
        /// # Panics
        ///
        /// If somebody reads or writes at the same time.
        pub fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
            match self.access.get() {
                Access::Free => self.access.set(Access::Written),
                other => panic!("a cell is written in the middle of {other:?}"),
            }
            let _leave = Leave(&self.access);
            let_others_run();
            f(self.value.get())
        }
    }

    /// Ends an access, even if what was done in it panics.
    struct Leave<'a>(&'a Cell<Access>);

    impl Drop for Leave<'_> {
        fn drop(&mut self) {
            self.0.set(match self.0.get() {
                Access::Read(readers) if readers > 1 => Access::Read(readers - 1),
                _ => Access::Free,
            });
        }
    }

    /// One step of the schedule. Not a yield, which some schedulers take for a request to run others.
    fn let_others_run() {
        // TIDY-ALLOW: no time passes in a model; this is what shuttle calls a bare step.
        shuttle::thread::sleep(Duration::ZERO);
    }

    impl<T> fmt::Debug for UnsafeCell<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("UnsafeCell").field("access", &self.access.get()).finish_non_exhaustive()
        }
    }
}

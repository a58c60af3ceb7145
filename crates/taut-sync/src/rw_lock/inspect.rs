//! What can be asked of an [`RwLock`] without taking it.

use std::fmt;

use super::RwLock;

impl<T: ?Sized> RwLock<T> {
    /// Whether somebody reads or writes. By the time you know, it may have changed.
    ///
    /// # Examples
    ///
    /// ```
    /// let level = taut::sync::RwLock::new(1);
    /// let _guard = level.try_read();
    /// assert!(level.is_locked() && !level.is_write_locked());
    /// ```
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.is_write_locked() || self.readers() > 0
    }

    /// Whether somebody writes. By the time you know, it may have changed.
    ///
    /// # Examples
    ///
    /// ```
    /// let level = taut::sync::RwLock::new(1);
    /// let _guard = level.try_write();
    /// assert!(level.is_write_locked());
    /// ```
    #[must_use]
    pub fn is_write_locked(&self) -> bool {
        self.raw.is_written()
    }

    /// How many read.
    ///
    /// # Examples
    ///
    /// ```
    /// let level = taut::sync::RwLock::new(1);
    /// let _guards = (level.try_read(), level.try_read());
    /// assert_eq!(level.readers(), 2);
    /// ```
    #[must_use]
    pub fn readers(&self) -> usize {
        self.raw.readers()
    }

    /// How many wait, to read or to write.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(taut::sync::RwLock::new(1).waiters(), 0);
    /// ```
    #[must_use]
    pub fn waiters(&self) -> usize {
        self.raw.waiters()
    }
}

/// Shows the value if it can be read at this moment, who holds the lock, and how many wait.
impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (readers, waiters) = (self.readers(), self.waiters());
        let mut shown = f.debug_struct("RwLock");
        match self.try_read() {
            Some(guard) => shown.field("value", &&*guard),
            None => shown.field("value", &format_args!("<locked>")),
        };
        shown.field("readers", &readers).field("waiters", &waiters).finish()
    }
}

//! What can be asked of a wait group.

use std::fmt;

use super::{Token, WaitGroup};

impl WaitGroup {
    /// Whether a future of this group has panicked.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(!taut::sync::WaitGroup::new().is_panicked());
    /// ```
    #[must_use]
    pub fn is_panicked(&self) -> bool {
        self.0.is_panicked()
    }

    /// How many tokens are out. It may have changed by the time it is known.
    ///
    /// # Examples
    ///
    /// ```
    /// let wg = taut::sync::WaitGroup::new();
    /// let _token = wg.token();
    /// assert_eq!(wg.count(), 1);
    /// ```
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.count()
    }

    /// How many wait. It may have changed by the time it is known.
    ///
    /// # Examples
    ///
    /// ```
    /// let wg = taut::sync::WaitGroup::new();
    /// assert_eq!(wg.waiters(), 0);
    /// ```
    #[must_use]
    pub fn waiters(&self) -> usize {
        self.0.waiters()
    }

    /// Whether both are handles of the same group.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::WaitGroup;
    ///
    /// let wg = WaitGroup::new();
    /// assert!(wg.same_group(&wg.clone()));
    /// assert!(!wg.same_group(&WaitGroup::new()));
    /// ```
    #[must_use]
    pub fn same_group(&self, other: &Self) -> bool {
        self.0.is(&other.0)
    }
}

impl fmt::Debug for WaitGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitGroup")
            .field("count", &self.count())
            .field("waiters", &self.waiters())
            .field("is_panicked", &self.0.is_panicked())
            .finish()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("count", &self.0.count()).finish()
    }
}

//! Why a cell was not set.

use std::fmt;

/// Why a value was not set; it comes back with the error.
///
/// # Examples
///
/// ```
/// use taut::sync::OnceCell;
///
/// let error = OnceCell::with_value(7).set(8).unwrap_err();
/// assert_eq!(error.to_string(), "setting a cell that has a value");
/// assert_eq!(error.into_inner(), 8);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SetError<T> {
    /// There is a value.
    Initialized(T),
    /// Somebody is making one.
    Initializing(T),
}

impl<T> SetError<T> {
    /// The value that was not set.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::SetError;
    ///
    /// assert_eq!(SetError::Initialized(7).into_inner(), 7);
    /// ```
    #[must_use]
    pub fn into_inner(self) -> T {
        match self {
            Self::Initialized(value) | Self::Initializing(value) => value,
        }
    }

    /// Whether there is a value.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::SetError;
    ///
    /// assert!(SetError::Initialized(7).is_initialized());
    /// ```
    #[must_use]
    pub const fn is_initialized(&self) -> bool {
        matches!(self, Self::Initialized(_))
    }

    /// Whether somebody is making one.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::SetError;
    ///
    /// assert!(SetError::Initializing(7).is_initializing());
    /// ```
    #[must_use]
    pub const fn is_initializing(&self) -> bool {
        matches!(self, Self::Initializing(_))
    }
}

impl<T> fmt::Debug for SetError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Initialized(_) => "Initialized(..)",
            Self::Initializing(_) => "Initializing(..)",
        })
    }
}

impl<T> fmt::Display for SetError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Initialized(_) => "setting a cell that has a value",
            Self::Initializing(_) => "setting a cell that is being initialised",
        })
    }
}

impl<T> std::error::Error for SetError<T> {}

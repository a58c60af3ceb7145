//! Why units were not acquired.

use std::error::Error;
use std::fmt;

/// Why an acquire failed.
///
/// # Examples
///
/// ```
/// use taut::sync::{AcquireError, Semaphore};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let slots = Semaphore::new(2);
///     let refused = slots.acquire(3).await.err();
///     assert_eq!(refused, Some(AcquireError::TooLarge { requested: 3, capacity: 2 }));
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AcquireError {
    /// The semaphore is closed: no acquire can succeed again.
    Closed,
    /// More was asked for than there is, free or in use: waiting would be for ever.
    TooLarge {
        /// So many units.
        requested: usize,
        /// The capacity then.
        capacity: usize,
    },
}

/// Why units were not acquired at once.
///
/// # Examples
///
/// ```
/// use taut::sync::{Semaphore, TryAcquireError};
///
/// let slots = Semaphore::new(2);
/// let _both = slots.try_acquire(2);
/// assert_eq!(slots.try_acquire(1).err(), Some(TryAcquireError::NoPermits));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TryAcquireError {
    /// Not so many are free, or somebody waits who comes first.
    NoPermits,
    /// The semaphore is closed: no acquire can succeed again.
    Closed,
    /// More was asked for than there is, free or in use.
    TooLarge {
        /// So many units.
        requested: usize,
        /// The capacity then.
        capacity: usize,
    },
}

impl AcquireError {
    /// Whether the semaphore is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(taut::sync::AcquireError::Closed.is_closed());
    /// ```
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self, Self::Closed)
    }

    /// Whether more was asked for than there is.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(!taut::sync::AcquireError::Closed.is_too_large());
    /// ```
    #[must_use]
    pub const fn is_too_large(&self) -> bool {
        matches!(self, Self::TooLarge { .. })
    }
}

impl TryAcquireError {
    /// Whether the semaphore is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(taut::sync::TryAcquireError::Closed.is_closed());
    /// ```
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self, Self::Closed)
    }

    /// Whether it may succeed later.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(taut::sync::TryAcquireError::NoPermits.is_no_permits());
    /// ```
    #[must_use]
    pub const fn is_no_permits(&self) -> bool {
        matches!(self, Self::NoPermits)
    }

    /// Whether more was asked for than there is.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(!taut::sync::TryAcquireError::NoPermits.is_too_large());
    /// ```
    #[must_use]
    pub const fn is_too_large(&self) -> bool {
        matches!(self, Self::TooLarge { .. })
    }
}

impl From<AcquireError> for TryAcquireError {
    fn from(error: AcquireError) -> Self {
        match error {
            AcquireError::Closed => Self::Closed,
            AcquireError::TooLarge { requested, capacity } => {
                Self::TooLarge { requested, capacity }
            }
        }
    }
}

impl fmt::Display for AcquireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("acquiring from a closed semaphore"),
            Self::TooLarge { requested, capacity } => {
                write!(f, "acquiring {requested} units of a semaphore that has {capacity}")
            }
        }
    }
}

impl fmt::Display for TryAcquireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NoPermits => f.write_str("not enough units are free, or others wait"),
            Self::Closed => AcquireError::Closed.fmt(f),
            Self::TooLarge { requested, capacity } => {
                AcquireError::TooLarge { requested, capacity }.fmt(f)
            }
        }
    }
}

impl Error for AcquireError {}

impl Error for TryAcquireError {}

//! A value that is initialised once, asynchronously: the cell itself.
//!
//! The value stands in a [`Latch`], so that reading it is one load. Who may set it is decided in
//! [`turn`]; [`init`] is a caller's way through that.

mod call;
mod error;
pub(crate) mod future;
mod init;
mod turn;
mod value;

use std::fmt;
use std::future::Future;
use std::panic::{RefUnwindSafe, UnwindSafe};

use taut_core::Case;

use self::turn::Line;
use crate::latch::Latch;

pub use self::call::Once;
pub use self::error::SetError;
pub use self::value::OnceValue;

/// A value that is initialised once, by whoever comes first: asynchronously, and with a second chance.
///
/// Feature `once`. At most one initialiser runs at a time, and the others wait for it. One that fails, panics
/// or is dropped leaves the cell empty, and the next of those who wait runs *its own*. Nothing is poisoned,
/// and nobody waits for a value that nobody makes. (Go's `sync.Once` counts as done when its function
/// panics.)
///
/// ```text
///              a caller comes                    it succeeds
///      empty ─────────────────▶ initialising ─────────────────▶ set
///        ▲                           │
///        └───────────────────────────┘
///          it fails, panics or is dropped: the next who waits runs its own
/// ```
///
/// # Examples
///
/// ```
/// use taut::sync::OnceCell;
///
/// static GREETING: OnceCell<String> = OnceCell::new();
///
/// async fn greeting() -> &'static str {
///     GREETING.get_or_init(async || "hello".to_owned()).await
/// }
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let (one, other) = tokio::join!(greeting(), greeting());
///     assert!(std::ptr::eq(one, other));
/// }
/// ```
#[doc = include_str!("once/page.md")]
pub struct OnceCell<T> {
    value: Latch<T>,
    line: Line,
}

/// What is in a cell.
pub(crate) enum State<'a, T> {
    Empty,
    Initializing,
    Set(&'a T),
}

impl<T> OnceCell<T> {
    taut_core::const_fn! {
        /// An empty cell.
        ///
        /// # Examples
        ///
        /// ```
        /// use taut::sync::OnceCell;
        ///
        /// static CELL: OnceCell<u32> = OnceCell::new();
        /// assert_eq!(CELL.get(), None);
        /// ```
        #[must_use]
        pub fn new() -> Self {
            Self { value: Latch::new(), line: Line::new() }
        }
    }

    /// A cell that holds `value`.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::OnceCell;
    ///
    /// assert_eq!(OnceCell::with_value(7).get(), Some(&7));
    /// ```
    #[must_use]
    pub fn with_value(value: T) -> Self {
        Self { value: Latch::with_value(value), line: Line::new() }
    }

    /// The value, if there is one.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::OnceCell;
    ///
    /// let cell = OnceCell::new();
    /// assert_eq!(cell.get(), None);
    /// assert_eq!(cell.set(7), Ok(()));
    /// assert_eq!(cell.get(), Some(&7));
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        self.value.get()
    }

    /// The value, if there is one, to be changed.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::OnceCell;
    ///
    /// let mut cell = OnceCell::with_value(7);
    /// *cell.get_mut().expect("it has a value") += 1;
    /// assert_eq!(cell.get(), Some(&8));
    /// ```
    #[inline]
    #[must_use]
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.value.get_mut()
    }

    /// Whether there is a value.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::OnceCell;
    ///
    /// assert!(!OnceCell::<u32>::new().is_initialized());
    /// assert!(OnceCell::with_value(7).is_initialized());
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn is_initialized(&self) -> bool {
        self.get().is_some()
    }

    /// Sets the value of an empty cell that nobody is initialising.
    ///
    /// # Errors
    ///
    /// The value comes back: [`SetError::Initialized`] if there is one already, and
    /// [`SetError::Initializing`] if somebody is making one.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::{OnceCell, SetError};
    ///
    /// let cell = OnceCell::new();
    /// assert_eq!(cell.set(7), Ok(()));
    /// assert_eq!(cell.set(8), Err(SetError::Initialized(8)));
    /// ```
    pub fn set(&self, value: T) -> Result<(), SetError<T>> {
        match self.try_begin() {
            Some(right) => {
                drop(right.with(value));
                Ok(())
            }
            None if self.is_initialized() => Err(SetError::Initialized(value)),
            None => Err(SetError::Initializing(value)),
        }
    }

    /// Takes the value out. The cell is empty then.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::OnceCell;
    ///
    /// let mut cell = OnceCell::with_value(7);
    /// assert_eq!(cell.take(), Some(7));
    /// assert_eq!(cell.take(), None);
    /// assert_eq!(cell.set(8), Ok(()), "it can be set again");
    /// ```
    pub fn take(&mut self) -> Option<T> {
        self.value.take()
    }

    /// The value, without the cell.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::OnceCell;
    ///
    /// assert_eq!(OnceCell::with_value(7).into_inner(), Some(7));
    /// ```
    #[must_use]
    pub fn into_inner(mut self) -> Option<T> {
        self.take()
    }

    /// The value; if there is none, `init` makes it. If somebody else is making one, it waits for that.
    ///
    /// `init` is called at most once: not before the future is polled, and not at all if the value comes
    /// from somebody else.
    ///
    /// # Cancel safety
    ///
    /// Drops the initialiser: if this caller runs it, the cell is as it was then, and the next who waits
    /// runs its own. Who waits gives up its place.
    ///
    /// # Panics
    ///
    /// When it is polled: if the initialiser panics, or asks for the value that it is to make.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::sync::OnceCell;
    ///
    /// let cell = OnceCell::new();
    /// assert_eq!(*cell.get_or_init(|| async { 7 }).await, 7);
    /// assert_eq!(*cell.get_or_init(|| async { unreachable!() }).await, 7);
    /// # }
    /// ```
    #[inline]
    pub fn get_or_init<F, Fut>(
        &self,
        init: F,
    ) -> impl Future<Output = &T> + Case<Output = &T> + fmt::Debug
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = T>,
    {
        future::GetOrInit::new(self, init)
    }

    /// The value; if there is none, `init` tries to make it. If somebody else is trying, it waits for
    /// that, and tries itself if that comes to nothing.
    ///
    /// # Cancel safety
    ///
    /// Drops the initialiser: as [`get_or_init`](Self::get_or_init).
    ///
    /// # Errors
    ///
    /// Those of its own initialiser. Nobody gets the errors of others.
    ///
    /// # Panics
    ///
    /// As [`get_or_init`](Self::get_or_init).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::sync::OnceCell;
    ///
    /// let port = OnceCell::new();
    /// assert!(port.get_or_try_init(async || "no number".parse::<u16>()).await.is_err());
    /// assert_eq!(port.get_or_try_init(async || "8080".parse::<u16>()).await, Ok(&8080));
    /// # }
    /// ```
    #[inline]
    pub fn get_or_try_init<E, F, Fut>(
        &self,
        init: F,
    ) -> impl Future<Output = Result<&T, E>> + Case<Output = Result<&T, E>> + fmt::Debug
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        future::GetOrTryInit::new(self, init)
    }

    /// Waits until somebody has set or made the value, and gives it.
    ///
    /// # Cancel safety
    ///
    /// Safe: it takes nothing.
    ///
    /// # Panics
    ///
    /// When it is polled by the initialiser of this cell.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::sync::OnceCell;
    ///
    /// let cell = OnceCell::new();
    /// let (value, set) = tokio::join!(cell.wait(), async { cell.set(7) });
    /// assert_eq!((value, set), (&7, Ok(())));
    /// # }
    /// ```
    pub fn wait(&self) -> future::Initialized<'_, T> {
        future::Initialized::new(self.until_set())
    }

    pub(crate) fn state(&self) -> State<'_, T> {
        match self.get() {
            Some(value) => State::Set(value),
            None if self.is_initializing() => State::Initializing,
            None => State::Empty,
        }
    }
}

// A panic leaves it as it was before the initialiser began.
impl<T: UnwindSafe> UnwindSafe for OnceCell<T> {}
impl<T: RefUnwindSafe + UnwindSafe> RefUnwindSafe for OnceCell<T> {}

impl<T> Default for OnceCell<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> From<T> for OnceCell<T> {
    fn from(value: T) -> Self {
        Self::with_value(value)
    }
}

/// Two cells are equal if both are empty, or if their values are.
impl<T: PartialEq> PartialEq for OnceCell<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for OnceCell<T> {}

/// A clone has a clone of the value, if there is one, and is empty otherwise.
impl<T: Clone> Clone for OnceCell<T> {
    fn clone(&self) -> Self {
        self.get().cloned().map_or_else(Self::new, Self::with_value)
    }
}

impl<T: fmt::Debug> fmt::Debug for OnceCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OnceCell").field(&self.state()).finish()
    }
}

impl<T: fmt::Debug> fmt::Debug for State<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("<empty>"),
            Self::Initializing => f.write_str("<initializing>"),
            Self::Set(value) => value.fmt(f),
        }
    }
}

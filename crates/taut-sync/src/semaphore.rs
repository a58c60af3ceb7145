//! [`Semaphore`]: so many at a time, by weight.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

// TIDY-ALLOW: an owned permit is held through the `Arc` of its user.
use std::sync::Arc;

use crate::blocking::block_on;
use crate::future::{Acquire, AcquireOwned};
use crate::held::{HasRaw, Held};

mod error;
pub(crate) mod future;
pub(crate) mod op;
pub(crate) mod permit;
mod petition;
mod raw;

pub use self::error::{AcquireError, TryAcquireError};
pub use self::permit::{OwnedPermit, Permit};

use self::op::AcquireOp;
use self::permit::Units;
use self::raw::RawSemaphore;

/// So many units to be acquired and given back: Go's `x/sync/semaphore`, weighted, and its capacity can
/// change.
///
/// Feature `semaphore`. A permit gives back what it has when it is dropped:
///
/// ```text
///    capacity 10 = 3 free + 7 held         held: in permits, which give back when they are dropped
///    queued: acquire(8), acquire(1)        the first waits for 8, and the second behind it
/// ```
///
/// # Examples
///
/// ```
/// use taut::sync::{AcquireError, Semaphore};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), AcquireError> {
///     let slots = Semaphore::new(3);
///     let permit = slots.acquire(2).await?;
///     assert_eq!(slots.available(), 1);
///     drop(permit);
///     assert_eq!(slots.available(), 3);
///     Ok(())
/// }
/// ```
///
/// At most 8 MiB of answers in memory, whatever their number:
///
/// ```
/// use std::sync::Arc;
/// use taut::sync::{AcquireError, Semaphore};
///
/// #[tokio::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let memory = Arc::new(Semaphore::new(8 << 20));
///     let tasks = [1 << 20, 5 << 20, 3 << 20].map(|size| {
///         let memory = Arc::clone(&memory);
///         tokio::spawn(async move {
///             let _permit = memory.acquire(size).await?;
///             Ok::<_, AcquireError>(vec![0u8; size].len())
///         })
///     });
///     let mut sum = 0;
///     for task in tasks {
///         sum += task.await??;
///     }
///     assert_eq!(sum, 9 << 20);
///     Ok(())
/// }
/// ```
#[doc = include_str!("semaphore/page.md")]
pub struct Semaphore {
    raw: RawSemaphore,
}

impl HasRaw for Semaphore {
    type Raw = RawSemaphore;

    #[inline(always)]
    fn raw(&self) -> &RawSemaphore {
        &self.raw
    }
}

impl Semaphore {
    /// The largest capacity: a quarter of what a `usize` can count. More counts as that.
    pub const MAX_CAPACITY: usize = raw::MAX_CAPACITY;

    taut_core::const_fn! {
        /// A semaphore with so many units, all free. With none, whoever asks for one is refused.
        ///
        /// # Examples
        ///
        /// ```
        /// use taut::sync::Semaphore;
        ///
        /// static UPLOADS: Semaphore = Semaphore::new(4);
        /// assert_eq!(UPLOADS.available(), 4);
        /// ```
        #[must_use]
        pub fn new(capacity: usize) -> Self {
            Self { raw: RawSemaphore::new(capacity) }
        }
    }

    /// Waits for so many units and takes them. To acquire none is to wait for one's turn.
    ///
    /// With a context: `ctx.try_run(slots.acquire(1)).await?`, which fails if the context has ended, even if
    /// units are free.
    ///
    /// # Cancel safety
    ///
    /// Loses its place: it leaves the queue, and nothing else. Units that it was just granted go to the next, and
    /// whoever stood behind it may be granted what it asks for.
    ///
    /// # Errors
    ///
    /// [`AcquireError::Closed`], also while it waits. [`AcquireError::TooLarge`], if it asks for more than
    /// the capacity, also if that is reduced while it waits.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), taut::sync::AcquireError> {
    /// let slots = taut::sync::Semaphore::new(3);
    /// let permit = slots.acquire(2).await?;
    /// assert_eq!((permit.units(), slots.available()), (2, 1));
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    #[doc(alias = "acquire_many")]
    pub fn acquire(&self, units: usize) -> Acquire<'_> {
        Acquire::new(AcquireOp::waiting(self, units))
    }

    /// As [`acquire`](Self::acquire), for a permit that borrows nothing: it can go with a task.
    ///
    /// # Cancel safety
    ///
    /// Loses its place: as [`acquire`](Self::acquire).
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::sync::Arc;
    /// use taut::sync::Semaphore;
    ///
    /// let slots = Arc::new(Semaphore::new(2));
    /// // Wait here, so that no more tasks are there than slots.
    /// let permit = slots.acquire_owned(1).await?;
    /// let task = tokio::spawn(async move {
    ///     let _permit = permit;
    ///     "done"
    /// });
    /// assert_eq!(task.await?, "done");
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn acquire_owned(self: &Arc<Self>, units: usize) -> AcquireOwned {
        AcquireOwned::new(AcquireOp::waiting(Arc::clone(self), units))
    }

    /// Takes so many units, if they are free and nobody waits.
    ///
    /// # Errors
    ///
    /// [`TryAcquireError::NoPermits`] if not; [`TryAcquireError::Closed`]; [`TryAcquireError::TooLarge`],
    /// if there are not so many at all.
    ///
    /// # Examples
    ///
    /// ```
    /// let slots = taut::sync::Semaphore::new(1);
    /// let permit = slots.try_acquire(1);
    /// assert!(permit.is_ok());
    /// assert!(slots.try_acquire(1).is_err_and(|error| error.is_no_permits()));
    /// ```
    #[inline]
    pub fn try_acquire(&self, units: usize) -> Result<Permit<'_>, TryAcquireError> {
        self.raw.try_acquire(units)?;
        // SAFETY: just taken.
        Ok(Permit::new(unsafe { Held::new(Units { semaphore: self, count: units }) }))
    }

    /// As [`try_acquire`](Self::try_acquire), for a permit that borrows nothing.
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use taut::sync::Semaphore;
    ///
    /// assert!(Arc::new(Semaphore::new(1)).try_acquire_owned(1).is_ok());
    /// ```
    pub fn try_acquire_owned(
        self: &Arc<Self>,
        units: usize,
    ) -> Result<OwnedPermit, TryAcquireError> {
        self.raw.try_acquire(units)?;
        let units = Units { semaphore: Arc::clone(self), count: units };
        // SAFETY: just taken.
        Ok(OwnedPermit::new(unsafe { Held::new(units) }))
    }

    /// As [`acquire`](Self::acquire), for a thread that runs no async tasks: it parks the thread.
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire).
    ///
    /// # Panics
    ///
    /// If it would have to wait inside an async task of Tokio. Use `acquire` there, or
    /// `tokio::task::spawn_blocking`.
    ///
    /// # Examples
    ///
    /// ```
    /// let slots = taut::sync::Semaphore::new(1);
    /// assert_eq!(slots.blocking_acquire(1).map(|permit| permit.units()), Ok(1));
    /// ```
    #[track_caller]
    pub fn blocking_acquire(&self, units: usize) -> Result<Permit<'_>, AcquireError> {
        block_on(self.acquire(units), "blocking_acquire", "acquire")
    }

    /// As [`blocking_acquire`](Self::blocking_acquire), for a permit that borrows nothing.
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire).
    ///
    /// # Panics
    ///
    /// As [`blocking_acquire`](Self::blocking_acquire).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use taut::sync::Semaphore;
    ///
    /// let slots = Arc::new(Semaphore::new(1));
    /// assert!(slots.blocking_acquire_owned(1).is_ok());
    /// ```
    #[track_caller]
    pub fn blocking_acquire_owned(
        self: &Arc<Self>,
        units: usize,
    ) -> Result<OwnedPermit, AcquireError> {
        block_on(self.acquire_owned(units), "blocking_acquire_owned", "acquire_owned")
    }

    /// How many units are free. That does not mean that they can be acquired: somebody may wait for more.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(taut::sync::Semaphore::new(3).available(), 3);
    /// ```
    #[must_use]
    #[doc(alias = "available_permits")]
    pub fn available(&self) -> usize {
        self.raw.available()
    }

    /// How many units there are, free or in use.
    ///
    /// # Examples
    ///
    /// ```
    /// let slots = taut::sync::Semaphore::new(3);
    /// let _permit = slots.try_acquire(1);
    /// assert_eq!(slots.capacity(), 3);
    /// ```
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.raw.capacity()
    }

    /// How many units are in permits. More than the capacity, if that was reduced meanwhile.
    ///
    /// # Examples
    ///
    /// ```
    /// let slots = taut::sync::Semaphore::new(3);
    /// let _permit = slots.try_acquire(2);
    /// slots.resize(1);
    /// assert_eq!((slots.capacity(), slots.in_use()), (1, 2));
    /// ```
    #[must_use]
    pub fn in_use(&self) -> usize {
        self.raw.state().in_use
    }

    /// How many acquires wait.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(taut::sync::Semaphore::new(3).waiters(), 0);
    /// ```
    #[must_use]
    pub fn waiters(&self) -> usize {
        self.raw.state().waiters
    }

    /// Changes the capacity. Units that are added go to those who wait. If more are in use than are left,
    /// the difference is withheld as permits are dropped; whoever waits for more than is left is refused.
    ///
    /// # Examples
    ///
    /// ```
    /// let slots = taut::sync::Semaphore::new(3);
    /// let permit = slots.try_acquire(3);
    /// slots.resize(1);
    /// drop(permit);
    /// assert_eq!(slots.available(), 1);
    /// slots.resize(5);
    /// assert_eq!(slots.available(), 5);
    /// ```
    #[doc(alias = "add_permits")]
    pub fn resize(&self, capacity: usize) {
        self.raw.resize(capacity);
    }

    /// Refuses everybody who waits, and every acquire from now on. Permits that are out stay valid. False:
    /// it was closed already.
    ///
    /// # Examples
    ///
    /// ```
    /// let slots = taut::sync::Semaphore::new(3);
    /// assert!(slots.close() && !slots.close());
    /// assert!(slots.try_acquire(1).is_err_and(|error| error.is_closed()));
    /// ```
    pub fn close(&self) -> bool {
        self.raw.close()
    }

    /// Whether it is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(!taut::sync::Semaphore::new(3).is_closed());
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.raw.is_closed()
    }
}

// A panic leaves no more than numbers behind, and those are right.
impl UnwindSafe for Semaphore {}
impl RefUnwindSafe for Semaphore {}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.raw.state();
        f.debug_struct("Semaphore")
            .field("capacity", &state.capacity)
            .field("available", &state.available)
            .field("in_use", &state.in_use)
            .field("waiters", &state.waiters)
            .field("closed", &self.is_closed())
            .finish()
    }
}

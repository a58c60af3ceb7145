//! Units that were acquired.

use std::fmt;

use super::Semaphore;
use super::raw::RawSemaphore;
use crate::held::{Held, Reach, Release};

// TIDY-ALLOW: an owned permit is held through the `Arc` of its user.
use std::sync::Arc;

/// So many units of a semaphore.
pub(crate) struct Units<S> {
    pub(crate) semaphore: S,
    pub(crate) count: usize,
}

impl<S: Reach<Raw = RawSemaphore>> Release for Units<S> {
    #[inline(always)]
    unsafe fn release(&self) {
        // SAFETY: by the caller.
        unsafe { self.semaphore.raw().release(self.count) };
    }
}

impl<S: Reach<Raw = RawSemaphore>> Held<Units<S>> {
    /// Another permit for so many of these units.
    fn split(&mut self, count: usize) -> Option<Self> {
        let left = self.by().count.checked_sub(count)?;
        self.by_mut().count = left;
        // SAFETY: they were ours, and now are its.
        Some(unsafe { Self::new(Units { semaphore: self.by().semaphore.clone(), count }) })
    }

    /// One permit for the units of both, if they are of one semaphore.
    fn merge(&mut self, other: Self) -> Result<(), Self> {
        if !std::ptr::eq(self.by().semaphore.raw(), other.by().semaphore.raw()) {
            return Err(other);
        }
        self.by_mut().count += other.keep().count;
        Ok(())
    }

    fn forget(self) {
        let Units { semaphore, count } = self.keep();
        // SAFETY: they were ours, and are given up here.
        unsafe { semaphore.raw().forget(count) };
    }
}

/// Units of a [`Semaphore`], given back when this is dropped.
///
/// Whoever holds it, in whatever task or thread, may drop it. Made by [`Semaphore::acquire`] and its like.
///
/// # Examples
///
/// ```
/// use taut::sync::Semaphore;
///
/// let slots = Semaphore::new(3);
/// let permit = slots.try_acquire(2).expect("three are free");
/// assert_eq!((permit.units(), slots.available()), (2, 1));
/// drop(permit);
/// assert_eq!(slots.available(), 3);
/// ```
#[must_use = "the units are given back when the permit is dropped"]
pub struct Permit<'a> {
    held: Held<Units<&'a Semaphore>>,
}

/// Units of a [`Semaphore`] in an `Arc`, given back when this is dropped. It borrows nothing, so it can go
/// with a task. Made by [`Semaphore::acquire_owned`] and its like.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use taut::sync::{OwnedPermit, Semaphore};
///
/// struct Download {
///     slot: OwnedPermit,
/// }
/// let slots = Arc::new(Semaphore::new(3));
/// let download = Download { slot: slots.try_acquire_owned(1).expect("three are free") };
/// assert_eq!(download.slot.semaphore().available(), 2);
/// ```
#[must_use = "the units are given back when the permit is dropped"]
pub struct OwnedPermit {
    held: Held<Units<Arc<Semaphore>>>,
}

/// What both have.
macro_rules! permit {
    ($([$($lifetime:lifetime)?] $name:ident, $permit:ty, $by:ty, $reached:ty, $acquire:ident;)+) => {$(
        impl<$($lifetime)?> $permit {
            #[inline(always)]
            pub(crate) const fn new(held: Held<Units<$by>>) -> Self {
                Self { held }
            }

            /// How many units it stands for.
            ///
            /// # Examples
            ///
            /// ```
            /// let slots = std::sync::Arc::new(taut::sync::Semaphore::new(3));
            #[doc = concat!("assert_eq!(slots.", stringify!($acquire), "(2).unwrap().units(), 2);")]
            /// ```
            #[must_use]
            pub const fn units(&self) -> usize {
                self.held.by().count
            }

            /// The semaphore that it is of.
            ///
            /// # Examples
            ///
            /// ```
            /// let slots = std::sync::Arc::new(taut::sync::Semaphore::new(3));
            #[doc = concat!("let permit = slots.", stringify!($acquire), "(2).unwrap();")]
            /// assert_eq!(permit.semaphore().available(), 1);
            /// ```
            #[must_use]
            pub const fn semaphore(&self) -> $reached {
                &self.held.by().semaphore
            }

            /// Takes so many units off, into a permit of their own. `None`: it has not so many.
            ///
            /// # Examples
            ///
            /// ```
            /// let slots = std::sync::Arc::new(taut::sync::Semaphore::new(3));
            #[doc = concat!("let mut permit = slots.", stringify!($acquire), "(3).unwrap();")]
            /// drop(permit.split(1));
            /// assert_eq!((permit.units(), slots.available()), (2, 1));
            /// assert!(permit.split(3).is_none());
            /// ```
            pub fn split(&mut self, units: usize) -> Option<Self> {
                self.held.split(units).map(|held| Self { held })
            }

            /// Adds the units of `other`, of the same semaphore.
            ///
            /// # Errors
            ///
            /// With `other`, if it is of another semaphore.
            ///
            /// # Examples
            ///
            /// ```
            /// let slots = std::sync::Arc::new(taut::sync::Semaphore::new(3));
            #[doc = concat!("let mut permit = slots.", stringify!($acquire), "(1).unwrap();")]
            #[doc = concat!("let other = slots.", stringify!($acquire), "(2).unwrap();")]
            /// assert!(permit.merge(other).is_ok());
            /// assert_eq!(permit.units(), 3);
            /// ```
            pub fn merge(&mut self, other: Self) -> Result<(), Self> {
                self.held.merge(other.held).map_err(|held| Self { held })
            }

            /// Gives the units up for good: the capacity shrinks by them. Whoever waits for more than is
            /// left then is refused.
            ///
            /// # Examples
            ///
            /// ```
            /// let slots = std::sync::Arc::new(taut::sync::Semaphore::new(3));
            #[doc = concat!("slots.", stringify!($acquire), "(1).unwrap().forget();")]
            /// assert_eq!((slots.available(), slots.capacity()), (2, 2));
            /// ```
            pub fn forget(self) {
                self.held.forget();
            }
        }

        #[allow(single_use_lifetimes, reason = "one of the two has none")]
        impl<$($lifetime)?> fmt::Debug for $permit {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("units", &self.units()).finish()
            }
        }
    )+};
}

permit! {
    ['a] Permit, Permit<'a>, &'a Semaphore, &'a Semaphore, try_acquire;
    [] OwnedPermit, OwnedPermit, Arc<Semaphore>, &Arc<Semaphore>, try_acquire_owned;
}

//! What is held until it is dropped, and then given back: the core of every guard and permit.
//!
//! # Invariants
//!
//! - G1. A [`Held`] stands for one right that was granted, and gives it back exactly once: on drop, or
//!   never, if it is taken apart and another takes the right over.

use std::mem::ManuallyDrop;
use std::ptr;

// TIDY-ALLOW: owned guards and permits are held through the `Arc` of their user.
use std::sync::Arc;

/// A primitive with a core that does not depend on what it guards.
pub(crate) trait HasRaw {
    type Raw;

    fn raw(&self) -> &Self::Raw;
}

/// Through which a primitive is reached: a borrow or a handle.
pub(crate) trait Reach: Clone {
    type Raw;

    fn raw(&self) -> &Self::Raw;
}

impl<C: HasRaw + ?Sized> Reach for &C {
    type Raw = C::Raw;

    #[inline(always)]
    fn raw(&self) -> &C::Raw {
        C::raw(self)
    }
}

impl<C: HasRaw + ?Sized> Reach for Arc<C> {
    type Raw = C::Raw;

    #[inline(always)]
    fn raw(&self) -> &C::Raw {
        C::raw(self)
    }
}

/// Through which something is held, and how it is given back.
pub(crate) trait Release {
    /// Gives it back.
    ///
    /// # Safety
    ///
    /// It is held, and this is the one time.
    unsafe fn release(&self);
}

/// Something that is held.
pub(crate) struct Held<R: Release>(R);

impl<R: Release> Held<R> {
    /// # Safety
    ///
    /// It was granted through `by` just now: G1.
    #[inline(always)]
    pub(crate) unsafe fn new(by: R) -> Self {
        Self(by)
    }

    /// Through which it is held.
    #[inline(always)]
    pub(crate) const fn by(&self) -> &R {
        &self.0
    }

    /// As [`by`](Self::by), to change how much of it is held here.
    #[cfg(feature = "semaphore")]
    pub(crate) const fn by_mut(&mut self) -> &mut R {
        &mut self.0
    }

    /// Takes it apart without giving it back.
    #[inline(always)]
    pub(crate) fn keep(self) -> R {
        let this = ManuallyDrop::new(self);
        // SAFETY: the original is not dropped.
        unsafe { ptr::read(&this.0) }
    }
}

impl<R: Release> Drop for Held<R> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: G1.
        unsafe { self.0.release() };
    }
}

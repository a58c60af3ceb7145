//! Where a value stands while it travels: in a waiter, in a buffer, or on the stack.
//!
//! # Invariants
//!
//! - V1. A slot holds a value or is empty; which of the two is known from elsewhere: a stage, a verdict,
//!   the indices of a buffer.
//! - V2. One party at a time may touch a slot. It is passed on by a lock or by a verdict.

use std::fmt;
use std::mem::MaybeUninit;

use crate::sync::UnsafeCell;

/// Room for one value that is moved in and out by hand.
///
/// Whether it holds one is known from elsewhere (a stage, a verdict, a ring's indices), so that neither
/// a flag nor a second copy is paid for. It drops nothing by itself.
pub struct Slot<T>(UnsafeCell<MaybeUninit<T>>);

// SAFETY: a slot is a value that crosses threads; its users see to it that one at a time touches it.
unsafe impl<T: Send> Send for Slot<T> {}
// SAFETY: as above: it gives no shared access to the value.
unsafe impl<T: Send> Sync for Slot<T> {}

impl<T> Slot<T> {
    /// A slot without a value.
    #[inline(always)]
    #[must_use]
    pub fn empty() -> Self {
        Self(UnsafeCell::new(MaybeUninit::uninit()))
    }

    /// A slot that holds `value`.
    #[inline(always)]
    #[must_use]
    pub fn holding(value: T) -> Self {
        Self(UnsafeCell::new(MaybeUninit::new(value)))
    }

    /// Fills the slot.
    ///
    /// # Safety
    ///
    /// The slot is empty (or its value is leaked) and nobody else touches it now.
    #[inline(always)]
    pub unsafe fn put(&self, value: T) {
        // SAFETY: nobody else touches it, by the caller.
        self.0.with_mut(|p| unsafe { p.write(MaybeUninit::new(value)) });
    }

    /// Takes the value out.
    ///
    /// # Safety
    ///
    /// The slot holds a value and nobody else touches it now. It is empty afterwards.
    #[inline(always)]
    pub unsafe fn take(&self) -> T {
        // SAFETY: it holds a value that nobody else touches, by the caller.
        self.0.with(|p| unsafe { p.cast::<T>().read() })
    }

    /// Moves the value from this slot to an empty one: a single copy.
    ///
    /// # Safety
    ///
    /// As [`take`](Self::take) for this slot and [`put`](Self::put) for the other, another one.
    #[inline(always)]
    pub unsafe fn move_to(&self, to: &Self) {
        self.0.with(|from| {
            // SAFETY: two slots, each ours alone, by the caller.
            to.0.with_mut(|to| unsafe { from.copy_to_nonoverlapping(to, 1) });
        });
    }
}

impl<T> fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").finish_non_exhaustive()
    }
}

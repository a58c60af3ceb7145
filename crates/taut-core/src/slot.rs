//! Where a value stands while it travels: in a waiter, in a buffer, or on the stack.
//!
//! A [`Slot`] does not know whether it holds a value; a stage, a verdict or the indices of a buffer do.
//! Whoever knows says so once, and from there on the compiler keeps count: a [`Filled`] is a value that
//! can be moved on exactly once, a [`Vacant`] a place that can be filled exactly once.
//!
//! # Invariants
//!
//! - V1. One party at a time has a slot. It is passed on by a lock or by a verdict.
//! - V2. At most one `Filled` or `Vacant` of a slot is in use, and it tells the truth.
//!
//! # Examples
//!
//! ```
//! use taut_core::slot::Slot;
//!
//! let (from, to) = (Slot::holding(7), Slot::empty());
//! // SAFETY: both slots are ours; one holds a value, the other none.
//! let value = unsafe { from.filled().move_to(to.vacant()) };
//! assert_eq!(value.take(), 7);
//! ```

use std::fmt;
use std::mem::MaybeUninit;

use crate::sync::{UnsafeCell, empty_cell_at};

/// Room for one value, which it does not drop by itself.
///
/// # Examples
///
/// ```
/// let slot = taut_core::Slot::holding(7);
/// // SAFETY: the slot is ours, and it holds a value, which is taken out of it once.
/// assert_eq!(unsafe { slot.filled() }.take(), 7);
/// ```
#[repr(transparent)]
pub struct Slot<T>(UnsafeCell<MaybeUninit<T>>);

// SAFETY: a slot is a value that crosses threads; V1, one at a time touches it.
unsafe impl<T: Send> Send for Slot<T> {}
// SAFETY: as above: it gives no shared access to the value.
unsafe impl<T: Send> Sync for Slot<T> {}

impl<T> Slot<T> {
    /// A slot without a value.
    ///
    /// # Examples
    ///
    /// ```
    /// let slot = taut_core::Slot::empty();
    /// // SAFETY: the slot is ours.
    /// assert_eq!(unsafe { slot.vacant() }.put(7).take(), 7);
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn empty() -> Self {
        Self(UnsafeCell::new(MaybeUninit::uninit()))
    }

    /// Makes a slot without a value at `at`, in place.
    ///
    /// # Safety
    ///
    /// `at` is valid for writes of a slot.
    #[inline(always)]
    pub unsafe fn empty_at(at: *mut Self) {
        // SAFETY: the first and only field, by the caller.
        unsafe { empty_cell_at::<T>(at.cast()) };
    }

    /// So many slots without values, none of which was ever on the stack.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(taut_core::Slot::<[u8; 1000]>::boxed(1000).len(), 1000);
    /// ```
    #[must_use]
    pub fn boxed(count: usize) -> Box<[Self]> {
        let mut slots = Box::new_uninit_slice(count);
        for slot in &mut slots {
            // SAFETY: the memory is ours.
            unsafe { Self::empty_at(slot.as_mut_ptr()) };
        }
        // SAFETY: all of them were made.
        unsafe { slots.assume_init() }
    }

    /// A slot that holds `value`.
    ///
    /// # Examples
    ///
    /// ```
    /// let slot = taut_core::Slot::holding(7);
    /// // SAFETY: the slot is ours, and holds a value.
    /// assert_eq!(unsafe { slot.filled() }.take(), 7);
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn holding(value: T) -> Self {
        Self(UnsafeCell::new(MaybeUninit::new(value)))
    }

    /// The value in it.
    ///
    /// # Safety
    ///
    /// It holds one, and the slot is ours: V1, V2.
    #[inline(always)]
    pub unsafe fn filled(&self) -> Filled<'_, T> {
        Filled(self)
    }

    /// The room in it. A value that is there all the same is leaked.
    ///
    /// # Safety
    ///
    /// The slot is ours: V1, V2.
    #[inline(always)]
    pub unsafe fn vacant(&self) -> Vacant<'_, T> {
        Vacant(self)
    }
}

/// A value in a slot, ours to move on. Dropping this leaves it where it is.
///
/// # Examples
///
/// ```
/// let slot = taut_core::Slot::holding("moved once");
/// // SAFETY: the slot is ours, and holds a value.
/// assert_eq!(unsafe { slot.filled() }.take(), "moved once");
/// ```
#[must_use = "the value stays in its slot"]
pub struct Filled<'a, T>(&'a Slot<T>);

/// An empty slot, ours to fill.
///
/// # Examples
///
/// ```
/// let slot = taut_core::Slot::empty();
/// // SAFETY: the slot is ours.
/// assert_eq!(unsafe { slot.vacant() }.put(7).take(), 7);
/// ```
#[must_use = "the slot stays empty"]
pub struct Vacant<'a, T>(&'a Slot<T>);

impl<T> Filled<'_, T> {
    /// Takes the value out.
    ///
    /// # Examples
    ///
    /// ```
    /// let slot = taut_core::Slot::holding("moved once");
    /// // SAFETY: the slot is ours, and holds a value.
    /// assert_eq!(unsafe { slot.filled() }.take(), "moved once");
    /// ```
    #[inline(always)]
    #[must_use = "dropping the value is worth a word"]
    pub fn take(self) -> T {
        // SAFETY: V1, V2: it holds a value, ours, and it is read once.
        self.0.0.with(|p| unsafe { p.cast::<T>().read() })
    }

    /// Drops the value where it is: it may be too large for the stack.
    ///
    /// # Examples
    ///
    /// ```
    /// let (value, slot) = (std::rc::Rc::new(7), taut_core::Slot::empty());
    /// // SAFETY: the slot is ours.
    /// unsafe { slot.vacant() }.put(value.clone()).drop_in_place();
    /// assert_eq!(std::rc::Rc::strong_count(&value), 1);
    /// ```
    #[inline(always)]
    pub fn drop_in_place(self) {
        // SAFETY: V1, V2: it holds a value, ours, and it is dropped once.
        self.0.0.with_mut(|p| unsafe { p.cast::<T>().drop_in_place() });
    }

    /// Moves the value on: a single copy.
    ///
    /// # Examples
    ///
    /// ```
    /// let (from, to) = (taut_core::Slot::holding(7), taut_core::Slot::empty());
    /// // SAFETY: both slots are ours; one holds a value, the other none.
    /// assert_eq!(unsafe { from.filled().move_to(to.vacant()) }.take(), 7);
    /// ```
    #[inline(always)]
    pub fn move_to<'b>(self, to: Vacant<'b, T>) -> Filled<'b, T> {
        self.0.0.with(|from| {
            // SAFETY: V1, V2: both slots are ours, and no slot is filled and vacant at once.
            to.0.0.with_mut(|to| unsafe { from.copy_to_nonoverlapping(to, 1) });
        });
        Filled(to.0)
    }
}

impl<'a, T> Vacant<'a, T> {
    /// Puts a value in.
    ///
    /// # Examples
    ///
    /// ```
    /// let slot = taut_core::Slot::empty();
    /// // SAFETY: the slot is ours.
    /// assert_eq!(unsafe { slot.vacant() }.put(7).take(), 7);
    /// ```
    #[inline(always)]
    pub fn put(self, value: T) -> Filled<'a, T> {
        // SAFETY: V1: the slot is ours.
        self.0.0.with_mut(|p| unsafe { p.write(MaybeUninit::new(value)) });
        Filled(self.0)
    }
}

impl<T> fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slot")
    }
}

impl<T> fmt::Debug for Filled<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Filled")
    }
}

impl<T> fmt::Debug for Vacant<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vacant")
    }
}

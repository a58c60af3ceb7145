//! A ring of slots, for capacities that are worth having in one piece.
//!
//! The cursor is the next place; it wraps by comparison, so any capacity will do. Which slots hold a
//! value is known from the channel's indices (D1).

use taut_core::{Filled, Slot};

use super::chain::SLOTS;
use super::{Buffered, Store};

/// The memory of a small bounded channel.
pub(crate) struct Ring<T>(Box<[Slot<T>]>);

/// More than this is not set aside up front: such a channel grows by blocks instead.
const MAX_BYTES: usize = 64 * 1024;

impl<T> Ring<T> {
    /// Whether a channel of this capacity is kept in a ring: it is small, or a block would be larger.
    pub(crate) fn suits(capacity: usize) -> bool {
        // A slot of no size costs nothing, but a ring of them would still be filled one by one.
        let bytes = capacity.checked_mul(size_of::<T>().max(1));
        capacity <= SLOTS || bytes.is_some_and(|bytes| bytes <= MAX_BYTES)
    }
}

impl<T> Buffered<T, Ring<T>> {
    pub(crate) fn with_ring(capacity: usize) -> Self {
        Self::with_store(Some(capacity), Ring(Slot::boxed(capacity)), [0, 0])
    }
}

impl<T> Ring<T> {
    /// The slot at the cursor, which moves on.
    #[inline(always)]
    fn next(&self, cursor: &mut usize) -> &Slot<T> {
        let slot = &self.0[*cursor];
        *cursor = if *cursor + 1 == self.0.len() { 0 } else { *cursor + 1 };
        slot
    }
}

// SAFETY: both cursors visit the slots in the same order, and the channel's indices keep them at most
// a capacity apart.
unsafe impl<T> Store<T> for Ring<T> {
    type Cursor = usize;

    #[inline(always)]
    unsafe fn push(&self, cursor: &mut usize, from: Filled<'_, T>) {
        // SAFETY: there is room, so the next slot is empty and nobody else's.
        let _pushed = from.move_to(unsafe { self.next(cursor).vacant() });
    }

    #[inline(always)]
    unsafe fn pop(&self, cursor: &mut usize) -> Filled<'_, T> {
        // SAFETY: it was pushed, so the next slot holds it, and it is nobody else's.
        unsafe { self.next(cursor).filled() }
    }

    unsafe fn free(&self, _: &mut usize) {}
}

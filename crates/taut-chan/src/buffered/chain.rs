//! A chain of blocks, for unbounded channels and for capacities too large to set aside.
//!
//! ```text
//!   rx cursor ─▶ [ block ] ─▶ [ block ] ─▶ [ block ] ◀─ tx cursor        spare ─▶ [ block ]
//! ```
//!
//! The sender links a new block when its block is full; the receiver leaves a block when it needs the
//! next one, which is linked by then because a value in it was published after. The block that was left
//! becomes the spare, which the sender takes first: a channel in steady state allocates nothing, and
//! after a burst all blocks but one are freed.
//!
//! # Invariants
//!
//! - K1. Both cursors are in the chain; only the holder of rx frees a block, and only one that both
//!   cursors have left.
//! - K2. A cursor's `used` counts the slots of its block that it has passed.

use std::ptr::{self, NonNull};

use taut_core::sync::{AtomicPtr, Ordering};
use taut_core::{Filled, Slot};

use super::{Buffered, Store};

/// With the link it makes a round 256 bytes of words.
pub(super) const SLOTS: usize = 31;

struct Block<T> {
    next: AtomicPtr<Block<T>>,
    slots: [Slot<T>; SLOTS],
}

impl<T> Block<T> {
    /// A block of empty slots, made where it stays: it may be too large for the stack.
    fn allocate() -> NonNull<Self> {
        let mut block = Box::<Self>::new_uninit();
        let at = block.as_mut_ptr();
        // SAFETY: in bounds of the allocation.
        let next = unsafe { &raw mut (*at).next };
        // SAFETY: as above.
        unsafe { next.write(AtomicPtr::new(ptr::null_mut())) };
        for place in 0..SLOTS {
            // SAFETY: as above.
            let slot = unsafe { &raw mut (*at).slots[place] };
            // SAFETY: as above.
            unsafe { Slot::empty_at(slot) };
        }
        // SAFETY: both fields are written.
        NonNull::from(Box::leak(unsafe { block.assume_init() }))
    }

    /// # Safety
    ///
    /// It came from `allocate`, holds no value, and nobody knows it any more.
    unsafe fn free(block: NonNull<Self>) {
        // SAFETY: by the caller.
        drop(unsafe { Box::from_raw(block.as_ptr()) });
    }
}

/// The memory of an unbounded channel.
pub(crate) struct Chain<T> {
    spare: AtomicPtr<Block<T>>,
}

/// A block and how much of it is behind us.
pub(crate) struct Cursor<T> {
    block: NonNull<Block<T>>,
    used: usize,
}

impl<T> Buffered<T, Chain<T>> {
    /// A channel that grows up to `limit`, or without end.
    pub(crate) fn with_chain(limit: Option<usize>) -> Self {
        let block = Block::allocate();
        let cursor = || Cursor { block, used: 0 };
        let store = Chain { spare: AtomicPtr::new(ptr::null_mut()) };
        Self::with_store(limit, store, [cursor(), cursor()])
    }
}

impl<T> Chain<T> {
    fn take_spare(&self) -> Option<NonNull<Block<T>>> {
        // ORDERING: Acquire pairs with the Release in `leave`: its slots were read before.
        NonNull::new(self.spare.swap(ptr::null_mut(), Ordering::Acquire))
    }

    /// The sender's block is full.
    ///
    /// # Safety
    ///
    /// By the holder of tx.
    #[cold]
    unsafe fn extend(&self, cursor: &mut Cursor<T>) {
        let next = self.take_spare().unwrap_or_else(Block::allocate);
        // SAFETY: K1.
        let full = unsafe { cursor.block.as_ref() };
        // ORDERING: Release pairs with the Acquire in `leave`. (`tail`, published after it, would do.)
        full.next.store(next.as_ptr(), Ordering::Release);
        *cursor = Cursor { block: next, used: 0 };
    }

    /// The receiver's block is used up, and there is a value in the next one.
    ///
    /// # Safety
    ///
    /// By the holder of rx, when a value was pushed after this block was full.
    #[cold]
    unsafe fn leave(&self, cursor: &mut Cursor<T>) {
        // SAFETY: K1.
        let left = unsafe { cursor.block.as_ref() };
        // ORDERING: Acquire pairs with the Release in `extend`.
        let next = left.next.swap(ptr::null_mut(), Ordering::Acquire);
        // ORDERING: AcqRel pairs with `take_spare`, and with itself for the block that we free.
        let old = self.spare.swap(cursor.block.as_ptr(), Ordering::AcqRel);
        if let Some(old) = NonNull::new(old) {
            // SAFETY: a spare is empty, and we have just taken it out.
            unsafe { Block::free(old) };
        }
        // SAFETY: linked before the value in it was published, by the caller.
        *cursor = Cursor { block: unsafe { NonNull::new_unchecked(next) }, used: 0 };
    }
}

// SAFETY: both cursors go through the blocks in the order in which they were linked, and through the
// slots of each from first to last.
unsafe impl<T> Store<T> for Chain<T> {
    type Cursor = Cursor<T>;

    #[inline(always)]
    unsafe fn push(&self, cursor: &mut Cursor<T>, from: Filled<'_, T>) {
        if cursor.used == SLOTS {
            // SAFETY: we hold tx, by the caller.
            unsafe { self.extend(cursor) };
        }
        // SAFETY: K1.
        let block = unsafe { cursor.block.as_ref() };
        // SAFETY: K2: not pushed to since the block was empty, and nobody else's.
        let _pushed = from.move_to(unsafe { block.slots[cursor.used].vacant() });
        cursor.used += 1;
    }

    #[inline(always)]
    unsafe fn pop(&self, cursor: &mut Cursor<T>) -> Filled<'_, T> {
        if cursor.used == SLOTS {
            // SAFETY: we hold rx, and there is a value, by the caller.
            unsafe { self.leave(cursor) };
        }
        // SAFETY: K1: it is not freed before the next pop.
        let slot = unsafe { &(*cursor.block.as_ptr()).slots[cursor.used] };
        cursor.used += 1;
        // SAFETY: K2: pushed and not popped yet, and nobody else's.
        unsafe { slot.filled() }
    }

    unsafe fn free(&self, cursor: &mut Cursor<T>) {
        // SAFETY: all was popped, so the two cursors are in the same, last block.
        unsafe { Block::free(cursor.block) };
        if let Some(spare) = self.take_spare() {
            // SAFETY: a spare is empty, and we have just taken it out.
            unsafe { Block::free(spare) };
        }
    }
}

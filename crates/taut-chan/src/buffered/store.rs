//! The memory of a buffered channel, as its two sides see it.

use taut_core::Slot;

/// The memory between the two sides. It knows nothing of locks or indices, only of cursors.
///
/// # Safety
///
/// What is pushed comes out of `pop_into` in the same order, each value once.
pub(crate) unsafe trait Store<T> {
    /// Where a side is in the memory.
    type Cursor;

    /// Moves the value of `from` in.
    ///
    /// # Safety
    ///
    /// By the holder of tx with its cursor; less than a capacity of values is in; `from` holds a value
    /// that is ours and is empty afterwards.
    unsafe fn push(&self, cursor: &mut Self::Cursor, from: &Slot<T>);

    /// Moves the oldest value to `into`.
    ///
    /// # Safety
    ///
    /// By the holder of rx with its cursor; a push of this value happened before; `into` is empty.
    unsafe fn pop_into(&self, cursor: &mut Self::Cursor, into: &Slot<T>);

    /// Frees what the receivers' cursor leads to.
    ///
    /// # Safety
    ///
    /// Everything was popped, and neither cursor is used again.
    unsafe fn free(&self, cursor: &mut Self::Cursor);
}

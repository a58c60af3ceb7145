//! The memory of a buffered channel, as its two sides see it.

use taut_core::Filled;

/// The memory between the two sides. It knows nothing of locks or indices, only of cursors.
///
/// # Safety
///
/// What is pushed comes out of `pop` in the same order, each value once.
pub(crate) unsafe trait Store<T> {
    /// Where a side is in the memory.
    type Cursor;

    /// Moves a value in.
    ///
    /// # Safety
    ///
    /// By the holder of tx with its cursor, while less than a capacity of values is in.
    unsafe fn push(&self, cursor: &mut Self::Cursor, from: Filled<'_, T>);

    /// The oldest value, which is to be moved out, or dropped where it is, before its room is given away
    /// or the next one is popped.
    ///
    /// # Safety
    ///
    /// By the holder of rx with its cursor; a push of this value happened before.
    unsafe fn pop(&self, cursor: &mut Self::Cursor) -> Filled<'_, T>;

    /// Frees what the receivers' cursor leads to.
    ///
    /// # Safety
    ///
    /// Everything was popped, and neither cursor is used again.
    unsafe fn free(&self, cursor: &mut Self::Cursor);
}

//! How deep this thread is in destructors that end tasks, whose destructors end tasks.
//!
//! A group in a task of a group in a task of a group: dropping the first drops a future in place, which
//! drops the second, and so on, all on one stack, however the chain was built. So there is an end to that.

use std::cell::Cell;

use taut_core::sync::thread_local;

/// So many in place; a frame of each takes a kilobyte or two in a debug build.
const MOST: usize = 32;

thread_local! {
    #[allow(clippy::missing_const_for_thread_local, reason = "the macros of the explorers have none")]
    static DEPTH: Cell<usize> = Cell::new(0);
}

/// One level, until it is dropped.
pub(crate) struct Depth(());

impl Depth {
    /// One level deeper. `None`: this is deep enough.
    pub(crate) fn enter() -> Option<Self> {
        DEPTH.with(|depth| {
            let is_fine = depth.get() < MOST;
            is_fine.then(|| {
                depth.set(depth.get() + 1);
                Self(())
            })
        })
    }
}

impl Drop for Depth {
    fn drop(&mut self) {
        DEPTH.with(|depth| depth.set(depth.get() - 1));
    }
}

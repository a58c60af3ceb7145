//! Which tasks of which groups this thread is polling just now: so that a task which waits for a place among its own
//! siblings is known as one.

use std::cell::RefCell;

use taut_core::sync::thread_local;

thread_local! {
    /// Group and index, the innermost last. A task may poll others: those of a scope inside of it.
    static POLLED: RefCell<Vec<(usize, usize)>> = const { RefCell::new(Vec::new()) };
}

/// Marks that a task is being polled, until it is dropped.
pub(crate) struct Inside(());

impl Inside {
    pub(crate) fn enter(group: usize, task: usize) -> Self {
        POLLED.with(|polled| polled.borrow_mut().push((group, task)));
        Self(())
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        POLLED.with(|polled| polled.borrow_mut().pop());
    }
}

/// Which task of this group is being polled by this thread, if any.
pub(crate) fn task_of(group: usize) -> Option<usize> {
    POLLED.with(|polled| {
        let polled = polled.borrow();
        polled.iter().rev().find(|(of, _)| *of == group).map(|&(_, task)| task)
    })
}

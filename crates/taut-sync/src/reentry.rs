//! What this thread is polling at the moment: how work that asks for itself is noticed.
//!
//! # Invariants
//!
//! - E1. The stack holds the address of each thing whose work is being polled on this thread, the
//!   innermost last. Polls nest, so who entered last leaves first.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::ptr;

use taut_core::sync::thread_local;

thread_local! {
    #[allow(clippy::missing_const_for_thread_local, reason = "the macros of the explorers have none")]
    static POLLED: RefCell<Vec<usize>> = RefCell::new(Vec::new());
}

/// While it lives the work of something is being polled on this thread.
pub(crate) struct Inside {
    is_noted: bool,
    /// It stays on its thread.
    _thread: PhantomData<*const ()>,
}

/// The work of `thing`, which stays where it is, is polled from now on.
pub(crate) fn enter<T>(thing: &T) -> Inside {
    let address = ptr::from_ref(thing).addr();
    // A thread that is ending has no stack any more; nothing is noticed there.
    let noted = POLLED.try_with(|stack| stack.borrow_mut().push(address));
    Inside { is_noted: noted.is_ok(), _thread: PhantomData }
}

/// Whether the work of `thing` is being polled on this thread: who asks is a part of it.
pub(crate) fn is_inside<T>(thing: &T) -> bool {
    let address = ptr::from_ref(thing).addr();
    POLLED.try_with(|stack| stack.borrow().contains(&address)).unwrap_or(false)
}

impl Drop for Inside {
    fn drop(&mut self) {
        if self.is_noted {
            // As when it was noted.
            let _gone = POLLED.try_with(|stack| stack.borrow_mut().pop());
        }
    }
}

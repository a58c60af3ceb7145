//! What this thread is polling at the moment: how work that asks for itself is noticed.
//!
//! # Invariants
//!
//! - E1. The stack holds the address of each thing whose work is being polled on this thread, and which part of the work it
//!   is, the innermost last. Polls nest, so who entered last leaves first.
//!
//! # Examples
//!
//! ```
//! let cell = 1;
//! let _inside = taut_core::reentry::enter(&cell, 0);
//! assert!(taut_core::reentry::part_inside(&cell).is_some(), "whoever asks now is asked by the cell");
//! ```

use std::cell::RefCell;
use std::marker::PhantomData;
use std::ptr;

use crate::sync::thread_local;

thread_local! {
    #[allow(clippy::missing_const_for_thread_local, reason = "the macros of the explorers have none")]
    static POLLED: RefCell<Vec<(usize, usize)>> = RefCell::new(Vec::new());
}

/// While it lives the work of something is being polled on this thread.
///
/// # Examples
///
/// ```
/// let thing = 1;
/// drop(taut_core::reentry::enter(&thing, 7));
/// assert_eq!(taut_core::reentry::part_inside(&thing), None);
/// ```
#[derive(Debug)]
#[must_use = "it is over when this is dropped"]
pub struct Inside {
    is_noted: bool,
    /// It stays on its thread.
    _thread: PhantomData<*const ()>,
}

/// This part of the work of `thing`, which stays where it is, is polled from now on.
///
/// # Examples
///
/// ```
/// use taut_core::reentry::{enter, part_inside};
///
/// let thing = 1;
/// let inside = enter(&thing, 7);
/// assert_eq!(part_inside(&thing), Some(7));
/// drop(inside);
/// assert_eq!(part_inside(&thing), None);
/// ```
pub fn enter<T>(thing: &T, part: usize) -> Inside {
    let address = ptr::from_ref(thing).addr();
    // A thread that is ending has no stack any more; nothing is noticed there.
    let noted = POLLED.try_with(|stack| stack.borrow_mut().push((address, part)));
    Inside { is_noted: noted.is_ok(), _thread: PhantomData }
}

/// Which part of the work of `thing` is being polled on this thread, the innermost: who asks belongs to it.
///
/// # Examples
///
/// ```
/// assert_eq!(taut_core::reentry::part_inside(&1), None);
/// ```
#[must_use]
pub fn part_inside<T>(thing: &T) -> Option<usize> {
    let address = ptr::from_ref(thing).addr();
    let find = |stack: &RefCell<Vec<(usize, usize)>>| {
        let stack = stack.borrow();
        let found = stack.iter().rev().find(|(polled, _)| *polled == address);
        found.map(|&(_, part)| part)
    };
    POLLED.try_with(find).ok().flatten()
}

/// Whether the work of `thing` is being polled on this thread: who asks is a part of it.
///
/// # Examples
///
/// ```
/// use taut_core::reentry::{enter, is_inside};
///
/// let thing = 1;
/// let _inside = enter(&thing, 0);
/// assert!(is_inside(&thing));
/// ```
#[must_use]
pub fn is_inside<T>(thing: &T) -> bool {
    part_inside(thing).is_some()
}

impl Drop for Inside {
    fn drop(&mut self) {
        if self.is_noted {
            // As when it was noted.
            let _gone = POLLED.try_with(|stack| stack.borrow_mut().pop());
        }
    }
}

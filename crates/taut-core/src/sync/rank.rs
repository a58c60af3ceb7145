//! An order of things that stay where they are: of their addresses or, under shuttle, of their births.
//!
//! A schedule must take the same course again, wherever things come to lie. (Models under loom arrange
//! the addresses themselves.)

#[cfg(taut_shuttle)]
use std::sync::atomic::{AtomicUsize, Ordering};

/// Part of what is to be ordered.
///
/// # Examples
///
/// ```
/// let things = [1, 2];
/// let ranks = [taut_core::sync::Rank::new(), taut_core::sync::Rank::new()];
/// assert_ne!(ranks[0].of(&things[0]), ranks[1].of(&things[1]));
/// ```
#[derive(Debug)]
pub struct Rank {
    #[cfg(taut_shuttle)]
    birth: usize,
}

impl Rank {
    /// For one thing.
    ///
    /// # Examples
    ///
    /// ```
    /// let (thing, rank) = (1, taut_core::sync::Rank::new());
    /// assert_eq!(rank.of(&thing), rank.of(&thing));
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn new() -> Self {
        #[cfg(taut_shuttle)]
        static BIRTHS: AtomicUsize = AtomicUsize::new(0);
        Self {
            // ORDERING: Relaxed, it is only a source of different numbers.
            #[cfg(taut_shuttle)]
            birth: BIRTHS.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// Where the thing that this is part of, which is pinned, stands in the order.
    ///
    /// # Examples
    ///
    /// ```
    /// let (thing, rank) = (1, taut_core::sync::Rank::new());
    /// assert_eq!(rank.of(&thing), rank.of(&thing));
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn of<T>(&self, thing: *const T) -> usize {
        #[cfg(not(taut_shuttle))]
        return thing.addr();
        #[cfg(taut_shuttle)]
        {
            let _ = thing;
            self.birth
        }
    }
}

impl Default for Rank {
    fn default() -> Self {
        Self::new()
    }
}

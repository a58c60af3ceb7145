//! Any number of arms, each under a key: those of a `Select`.
//!
//! An arm has a slot of its own on the heap, which stays where it is. An arm that won or was removed
//! leaves its slot to the next that is added, so that a loop over a `Select` allocates nothing.
//!
//! # Invariants
//!
//! - N1. `slots`, `order` and the number of slots agree: `order` is a permutation of their numbers.
//! - N2. `vacant` are the numbers of the slots without a key. A slot with a key has a case.

use std::fmt;
use std::pin::Pin;
use std::task::Poll;

use super::arms::{Arms, Order, Step};
use crate::case::{Case, Peek};

struct Slot<K, C> {
    key: Option<K>,
    case: Pin<Box<Option<C>>>,
}

/// Arms that are added and removed.
///
/// # Examples
///
/// ```
/// use std::future::Ready;
/// use taut_core::select::{Polled, Slots};
///
/// let mut slots: Slots<&str, Polled<Ready<u8>>> = Slots::new();
/// slots.add("only", Polled::new(std::future::ready(7)));
/// assert_eq!((slots.len(), slots.retain(|key| *key != "only"), slots.len()), (1, 1, 0));
/// ```
pub struct Slots<K, C> {
    slots: Vec<Slot<K, C>>,
    vacant: Vec<u32>,
    /// In what order the slots were visited last; any will do to shuffle it again.
    order: Vec<u32>,
}

impl<K, C: Case> Slots<K, C> {
    /// No arms.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::future::{Ready, ready};
    /// use taut_core::select::{Polled, Slots};
    ///
    /// let mut slots: Slots<u8, Polled<Ready<()>>> = Slots::new();
    /// slots.add(1, Polled::new(ready(())));
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { slots: Vec::new(), vacant: Vec::new(), order: Vec::new() }
    }

    /// Makes room for `more` arms beyond those that there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::future::Ready;
    /// use taut_core::select::{Polled, Slots};
    ///
    /// let mut slots: Slots<u8, Polled<Ready<()>>> = Slots::new();
    /// slots.reserve(1000);
    /// ```
    pub fn reserve(&mut self, more: usize) {
        self.slots.reserve(more);
        self.order.reserve(more);
    }

    /// How many slots there are: one more than the highest number of an arm.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::future::{Ready, ready};
    /// use taut_core::select::{Polled, Slots};
    ///
    /// let mut slots: Slots<u8, Polled<Ready<()>>> = Slots::new();
    /// slots.add(1, Polled::new(ready(())));
    /// slots.retain(|_| false);
    /// assert_eq!((slots.slots(), slots.len()), (1, 0));
    /// ```
    #[must_use]
    pub fn slots(&self) -> usize {
        self.slots.len()
    }

    /// How many arms there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::future::{Ready, ready};
    /// use taut_core::select::{Polled, Slots};
    ///
    /// let mut slots: Slots<u8, Polled<Ready<()>>> = Slots::new();
    /// slots.add(1, Polled::new(ready(())));
    /// assert_eq!(slots.len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len() - self.vacant.len()
    }

    /// Whether there is none.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::future::{Ready, ready};
    /// use taut_core::select::{Polled, Slots};
    ///
    /// let mut slots: Slots<u8, Polled<Ready<()>>> = Slots::new();
    /// assert!(slots.is_empty());
    /// slots.add(1, Polled::new(ready(())));
    /// assert!(!slots.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The keys, in order of place.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::future::{Ready, ready};
    /// use taut_core::select::{Polled, Slots};
    ///
    /// let mut slots: Slots<u8, Polled<Ready<()>>> = Slots::new();
    /// slots.add(1, Polled::new(ready(())));
    /// assert!(slots.keys().eq(&[1]));
    /// ```
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.slots.iter().filter_map(|slot| slot.key.as_ref())
    }

    /// Adds an arm, in the place that was left last, or a new one at the end.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::future::{Ready, ready};
    /// use taut_core::select::{Polled, Slots};
    ///
    /// let mut slots: Slots<u8, Polled<Ready<()>>> = Slots::new();
    /// slots.add(1, Polled::new(ready(())));
    /// assert_eq!(slots.len(), 1);
    /// ```
    pub fn add(&mut self, key: K, case: C) {
        if let Some(number) = self.vacant.pop() {
            let slot = &mut self.slots[number as usize];
            slot.case.as_mut().set(Some(case));
            slot.key = Some(key);
            return;
        }
        // The claim has 29 bits for it; memory ends sooner.
        self.order.push(self.slots.len() as u32);
        self.slots.push(Slot { key: Some(key), case: Box::pin(Some(case)) });
    }

    /// Drops the arms whose key is not to be kept. How many.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::future::{Ready, ready};
    /// use taut_core::select::{Polled, Slots};
    ///
    /// let mut slots: Slots<u8, Polled<Ready<()>>> = Slots::new();
    /// slots.add(1, Polled::new(ready(())));
    /// assert_eq!(slots.retain(|key| *key > 1), 1);
    /// ```
    pub fn retain(&mut self, mut is_kept: impl FnMut(&K) -> bool) -> usize {
        let before = self.vacant.len();
        for number in 0..self.slots.len() {
            if self.slots[number].key.as_ref().is_some_and(|key| !is_kept(key)) {
                drop(self.vacate(number as u32));
            }
        }
        self.vacant.len() - before
    }

    /// The key of an arm, whose case is dropped.
    fn vacate(&mut self, number: u32) -> Option<K> {
        let slot = &mut self.slots[number as usize];
        let key = slot.key.take()?;
        self.vacant.push(number);
        // Last: a destructor may panic.
        slot.case.as_mut().set(None);
        Some(key)
    }
}

impl<K, C: Case> Default for Slots<K, C> {
    fn default() -> Self {
        Self::new()
    }
}

// Keys are never pinned, and a case is in a box of its own.
impl<K, C> Unpin for Slots<K, C> {}

// SAFETY: a case is pinned in its slot until that is vacated, which drops it in place.
unsafe impl<K, C: Case> Arms for Slots<K, C> {
    type Output = (K, C::Output);
    /// How many slots are still to come.
    type Turn = usize;

    fn is_over(&self) -> bool {
        self.is_empty()
    }

    fn turn(&self) -> usize {
        self.slots.len()
    }

    fn draw(self: Pin<&mut Self>, left: &mut usize, order: &mut Order) -> Option<u32> {
        let this = self.get_mut();
        while *left > 0 {
            let number = match order {
                Order::Source => (this.slots.len() - *left) as u32,
                Order::Random(dice) => {
                    let drawn = dice.below(*left as u32) as usize;
                    this.order.swap(drawn, *left - 1);
                    this.order[*left - 1]
                }
            };
            *left -= 1;
            if this.slots[number as usize].case.is_enabled() {
                return Some(number);
            }
        }
        None
    }

    fn peek(&self, arm: u32) -> Peek {
        self.slots[arm as usize].case.peek()
    }

    unsafe fn drive(self: Pin<&mut Self>, arm: u32, step: Step<'_, '_>) -> Poll<(K, C::Output)> {
        let this = self.get_mut();
        let case = this.slots[arm as usize].case.as_mut();
        // SAFETY: by the caller.
        match unsafe { step.of(case, arm) } {
            // N2: who had an output had a key.
            Poll::Ready(output) => {
                this.vacate(arm).map_or(Poll::Pending, |key| Poll::Ready((key, output)))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<K: fmt::Debug, C: Case> fmt::Debug for Slots<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys()).finish()
    }
}

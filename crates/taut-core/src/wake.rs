//! Wakers that were decided on under a lock, to be woken when it is gone.
//!
//! # Invariants
//!
//! - B1. `wakers[next..len]` are initialised, the rest is not.
//! - B2. A batch that is dropped wakes what is left in it: no wake-up is lost to a panic in a waker.
//!
//! # Examples
//!
//! ```
//! use std::task::Waker;
//! use taut_core::{sync::Lock, wake};
//!
//! let waiting = Lock::new(Some(Waker::noop().clone()));
//! let woken = waiting.lock().take(); // the lock is gone by the end of this line
//! wake(woken);
//! ```

use std::fmt;
use std::mem::MaybeUninit;
use std::task::Waker;

use crate::panics::FirstPanic;

/// Room for the wakers of one round, on the stack.
const CAPACITY: usize = 32;

/// Wakers to wake after unlocking, at most 32 of them.
///
/// Whoever has more to wake fills a batch, unlocks, wakes it, and takes the lock again, with the same
/// batch or another.
///
/// # Examples
///
/// ```
/// use taut_core::wake::WakeBatch;
///
/// let mut batch = WakeBatch::new();
/// assert!(batch.is_empty() && !batch.is_full());
/// batch.push(std::task::Waker::noop().clone());
/// batch.wake_all();
/// ```
#[must_use = "call `wake_all` after releasing the lock"]
pub struct WakeBatch {
    wakers: [MaybeUninit<Waker>; CAPACITY],
    next: usize,
    len: usize,
}

impl WakeBatch {
    /// An empty batch.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(taut_core::WakeBatch::new().is_empty());
    /// ```
    #[inline]
    pub const fn new() -> Self {
        Self { wakers: [const { MaybeUninit::uninit() }; CAPACITY], next: 0, len: 0 }
    }

    /// Whether nothing is in it.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut batch = taut_core::WakeBatch::new();
    /// batch.push(std::task::Waker::noop().clone());
    /// assert!(!batch.is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.next == self.len
    }

    /// Whether it must be woken before anything can be added.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut batch = taut_core::WakeBatch::new();
    /// while !batch.is_full() {
    ///     batch.push(std::task::Waker::noop().clone());
    /// }
    /// batch.wake_all();
    /// assert!(!batch.is_full());
    /// ```
    #[inline]
    #[must_use]
    pub const fn is_full(&self) -> bool {
        !self.has_space(1)
    }

    /// Whether this many can still be added.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(taut_core::WakeBatch::new().has_space(32));
    /// ```
    #[inline]
    #[must_use]
    pub const fn has_space(&self, wakers: usize) -> bool {
        self.len + wakers <= CAPACITY
    }

    /// Adds a waker.
    ///
    /// # Panics
    ///
    /// If the batch [is full](Self::is_full).
    ///
    /// # Examples
    ///
    /// ```
    /// let mut batch = taut_core::WakeBatch::new();
    /// batch.push(std::task::Waker::noop().clone());
    /// batch.wake_all();
    /// ```
    #[inline]
    pub fn push(&mut self, waker: Waker) {
        self.wakers[self.len].write(waker);
        self.len += 1;
    }

    /// Wakes all, in the order they were added. Call it with no lock held.
    ///
    /// By reference: a batch is half a kilobyte, and moving it would cost more than most wake-ups.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut batch = taut_core::WakeBatch::new();
    /// batch.push(std::task::Waker::noop().clone());
    /// batch.wake_all();
    /// assert!(batch.is_empty());
    /// ```
    #[inline]
    pub fn wake_all(&mut self) {
        if !self.is_empty() {
            self.wake_rest();
        }
    }

    fn pop_front(&mut self) -> Option<Waker> {
        if self.next == self.len {
            return None;
        }
        let waker = &self.wakers[self.next];
        self.next += 1;
        // SAFETY: B1, and it is read only once: `next` is already past it.
        Some(unsafe { waker.assume_init_read() })
    }

    /// Wakes all, whoever panics; then the first panic goes on, unless there is one under way already.
    #[cold]
    fn wake_rest(&mut self) {
        let mut panics = FirstPanic::default();
        while let Some(waker) = self.pop_front() {
            panics.of(|| waker.wake());
        }
        // All room is there again.
        (self.next, self.len) = (0, 0);
        panics.raise();
    }
}

/// Wakes what a single step found to wake, if anything. Call it with no lock held.
///
/// # Examples
///
/// ```
/// taut_core::wake::wake(Some(std::task::Waker::noop().clone()));
/// taut_core::wake::wake(None);
/// ```
#[inline(always)]
pub fn wake(woken: Option<Waker>) {
    if let Some(woken) = woken {
        woken.wake();
    }
}

/// Runs `round`, which decides under a lock and fills the batch, and wakes after it, until it says that
/// nothing is left to do.
///
/// # Examples
///
/// ```
/// let mut rounds = 0;
/// taut_core::wake::in_batches(|_| {
///     rounds += 1;
///     rounds == 3
/// });
/// ```
pub fn in_batches(round: impl FnMut(&mut WakeBatch) -> bool) {
    /// Goes on with the next round when a waker panics.
    struct Rounds<F: FnMut(&mut WakeBatch) -> bool> {
        round: F,
        is_done: bool,
    }

    impl<F: FnMut(&mut WakeBatch) -> bool> Rounds<F> {
        fn run(&mut self) {
            while !self.is_done {
                let mut batch = WakeBatch::new();
                self.is_done = (self.round)(&mut batch);
                batch.wake_all();
            }
        }
    }

    impl<F: FnMut(&mut WakeBatch) -> bool> Drop for Rounds<F> {
        fn drop(&mut self) {
            self.run();
        }
    }

    Rounds { round, is_done: false }.run();
}

impl Default for WakeBatch {
    fn default() -> Self {
        Self::new()
    }
}

impl Extend<Waker> for WakeBatch {
    fn extend<I: IntoIterator<Item = Waker>>(&mut self, wakers: I) {
        wakers.into_iter().for_each(|waker| self.push(waker));
    }
}

impl Drop for WakeBatch {
    #[inline]
    fn drop(&mut self) {
        self.wake_all();
    }
}

impl fmt::Debug for WakeBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WakeBatch").field("len", &(self.len - self.next)).finish()
    }
}

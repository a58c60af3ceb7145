//! The lock inside every primitive: one read-modify-write to take, one plain store to release.
//!
//! std's mutex needs two read-modify-writes a cycle, and those are what a channel operation costs
//! (4.4 ns against 2.2 for this one on the machine of the baseline). The price: an unlock wakes
//! nobody, so a thread that finds the lock held waits by itself, first briefly, then by giving the
//! CPU away. That fits what is kept under it: some twenty nanoseconds of our own code, never a waker,
//! a destructor or a closure of the user's.
//!
//! # Invariants
//!
//! - L1. `held` is true exactly while one [`Guard`] exists.
//! - L2. The state is reached through that guard only.

#[cfg(not(any(taut_loom, taut_shuttle)))]
pub use spin::{Guard, Lock};

#[cfg(any(taut_loom, taut_shuttle))]
pub use model::{Guard, Lock};

#[cfg(not(any(taut_loom, taut_shuttle)))]
mod spin {
    use std::cell::UnsafeCell;
    use std::fmt;
    use std::marker::PhantomData;
    use std::ops::{Deref, DerefMut};
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
    use std::time::Duration;

    /// A short lock. See the module's head for when it fits.
    ///
    /// # Examples
    ///
    /// ```
    /// let lock = taut_core::sync::Lock::new(1);
    /// *lock.lock() += 1;
    /// assert_eq!(*lock.lock(), 2);
    /// ```
    pub struct Lock<S> {
        held: AtomicBool,
        state: UnsafeCell<S>,
    }

    // SAFETY: L1 and L2: the state is reached by one thread at a time.
    unsafe impl<S: Send> Send for Lock<S> {}
    // SAFETY: as above.
    unsafe impl<S: Send> Sync for Lock<S> {}

    /// The right to the state of a [`Lock`], given back on drop.
    ///
    /// # Examples
    ///
    /// ```
    /// let lock = taut_core::sync::Lock::new(1);
    /// let guard = lock.lock();
    /// assert_eq!(*guard, 1);
    /// ```
    #[must_use = "the lock is released when the guard is dropped"]
    pub struct Guard<'a, S> {
        lock: &'a Lock<S>,
        /// Sharing a guard shares the state, so it must ask for what `&mut S` asks for.
        _state: PhantomData<&'a mut S>,
    }

    impl<S> Lock<S> {
        /// A free lock around `state`.
        ///
        /// # Examples
        ///
        /// ```
        /// static COUNT: taut_core::sync::Lock<u32> = taut_core::sync::Lock::new(0);
        /// assert_eq!(*COUNT.lock(), 0);
        /// ```
        pub const fn new(state: S) -> Self {
            Self { held: AtomicBool::new(false), state: UnsafeCell::new(state) }
        }

        /// Takes the lock, waiting for it if need be.
        ///
        /// # Examples
        ///
        /// ```
        /// let lock = taut_core::sync::Lock::new(1);
        /// *lock.lock() += 1;
        /// assert_eq!(*lock.lock(), 2);
        /// ```
        #[inline(always)]
        pub fn lock(&self) -> Guard<'_, S> {
            // A swap, which is a little cheaper than a compare-and-exchange where it succeeds.
            // ORDERING: Acquire pairs with the Release in `Guard::drop`.
            if self.held.swap(true, Ordering::Acquire) {
                self.lock_contended();
            }
            Guard { lock: self, _state: PhantomData }
        }

        /// The state, of a lock that nobody else has.
        ///
        /// # Examples
        ///
        /// ```
        /// let mut lock = taut_core::sync::Lock::new(1);
        /// *lock.get_mut() += 1;
        /// assert_eq!(*lock.lock(), 2);
        /// ```
        #[inline(always)]
        pub fn get_mut(&mut self) -> &mut S {
            self.state.get_mut()
        }

        #[cold]
        #[inline(never)]
        fn lock_contended(&self) {
            let mut wait = Backoff::new();
            loop {
                wait.once();
                // A look first: a swap in vain would take the cache line from the holder.
                // ORDERING: as in `lock`.
                if !self.held.load(Ordering::Relaxed) && !self.held.swap(true, Ordering::Acquire) {
                    return;
                }
            }
        }
    }

    /// How long a thread stays away from a lock that it found held.
    ///
    /// Two short pauses catch a light collision. Then come long ones of random length: while we stay
    /// away the holder's side does hundreds of operations with the line in its own cache, where two
    /// threads that look again and again would pass it to and fro. After that the holder has probably
    /// lost its CPU, so we give up ours.
    struct Backoff {
        round: u32,
        pauses: u32,
        random: u32,
    }

    impl Backoff {
        const SHORT_ROUNDS: u32 = 2;
        const LONG_ROUNDS: u32 = 4;
        const YIELD_ROUNDS: u32 = 4;
        const FIRST_LONG_PAUSES: u32 = 128;
        const SLEEP: Duration = Duration::from_micros(20);

        fn new() -> Self {
            static SEED: AtomicU32 = AtomicU32::new(1);
            // ORDERING: Relaxed, it is only a source of different numbers.
            let random = SEED.fetch_add(0x9E37_79B9, Ordering::Relaxed) | 1;
            Self { round: 0, pauses: Self::FIRST_LONG_PAUSES, random }
        }

        fn once(&mut self) {
            const LONG: u32 = Backoff::SHORT_ROUNDS;
            const YIELD: u32 = LONG + Backoff::LONG_ROUNDS;
            const SLEEP: u32 = YIELD + Backoff::YIELD_ROUNDS;
            match self.round {
                _ if cfg!(miri) => std::thread::yield_now(),
                0..LONG => pause(2 << self.round),
                LONG..YIELD => {
                    pause(self.pauses / 2 + self.next_random() % self.pauses);
                    self.pauses *= 2;
                }
                YIELD..SLEEP => std::thread::yield_now(),
                // TIDY-ALLOW: a timed wait, because an unlock leaves no word for those who wait.
                _ => std::thread::sleep(Self::SLEEP),
            }
            self.round = self.round.saturating_add(1);
        }

        /// Marsaglia's xorshift, "Xorshift RNGs", 2003.
        fn next_random(&mut self) -> u32 {
            self.random ^= self.random << 13;
            self.random ^= self.random >> 17;
            self.random ^= self.random << 5;
            self.random
        }
    }

    fn pause(times: u32) {
        for _ in 0..times {
            std::hint::spin_loop();
        }
    }

    impl<S> Deref for Guard<'_, S> {
        type Target = S;

        #[inline(always)]
        fn deref(&self) -> &S {
            // SAFETY: L1, L2: we are the one guard.
            unsafe { &*self.lock.state.get() }
        }
    }

    impl<S> DerefMut for Guard<'_, S> {
        #[inline(always)]
        fn deref_mut(&mut self) -> &mut S {
            // SAFETY: L1, L2: we are the one guard.
            unsafe { &mut *self.lock.state.get() }
        }
    }

    impl<S> Drop for Guard<'_, S> {
        #[inline(always)]
        fn drop(&mut self) {
            // ORDERING: Release pairs with the Acquire of the next `lock`.
            self.lock.held.store(false, Ordering::Release);
        }
    }

    impl<S> fmt::Debug for Lock<S> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let held = self.held.load(Ordering::Relaxed);
            f.debug_struct("Lock").field("held", &held).finish_non_exhaustive()
        }
    }

    impl<S> fmt::Debug for Guard<'_, S> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Guard").finish_non_exhaustive()
        }
    }
}

#[cfg(any(taut_loom, taut_shuttle))]
mod model {
    use std::sync::PoisonError;

    #[cfg(taut_loom)]
    use loom::sync::{Mutex, MutexGuard};
    #[cfg(taut_shuttle)]
    use shuttle::sync::{Mutex, MutexGuard};

    /// The lock in a model: the explorer's mutex.
    #[derive(Debug)]
    pub struct Lock<S>(Mutex<S>);

    /// The right to the state of a [`Lock`], given back on drop.
    pub type Guard<'a, S> = MutexGuard<'a, S>;

    impl<S> Lock<S> {
        /// A free lock around `state`.
        pub fn new(state: S) -> Self {
            Self(Mutex::new(state))
        }

        /// Takes the lock. One that was left by a panic too, which has failed the model already: the
        /// destructors that still run must not panic in their turn.
        pub fn lock(&self) -> Guard<'_, S> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }

        /// The state, of a lock that nobody else has.
        pub fn get_mut(&mut self) -> &mut S {
            self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
        }
    }
}

//! What is held until it is dropped, and then given back: the core of every guard and permit.
//!
//! # Invariants
//!
//! - G1. A [`Held`] stands for one right that was granted, and gives it back exactly once: on drop, or
//!   never, if it is taken apart and another takes the right over.

use std::mem::ManuallyDrop;
use std::ptr;

/// Through which something is held, and how it is given back.
pub(crate) trait Release {
    /// Gives it back.
    ///
    /// # Safety
    ///
    /// It is held, and this is the one time.
    unsafe fn release(&self);
}

/// Something that is held.
pub(crate) struct Held<R: Release>(R);

impl<R: Release> Held<R> {
    /// # Safety
    ///
    /// It was granted through `by` just now: G1.
    #[inline(always)]
    pub(crate) unsafe fn new(by: R) -> Self {
        Self(by)
    }

    /// Through which it is held.
    #[inline(always)]
    pub(crate) const fn by(&self) -> &R {
        &self.0
    }

    /// As [`by`](Self::by), to change how much of it is held here.
    #[cfg(feature = "semaphore")]
    pub(crate) const fn by_mut(&mut self) -> &mut R {
        &mut self.0
    }

    /// Takes it apart without giving it back.
    #[inline(always)]
    pub(crate) fn keep(self) -> R {
        let this = ManuallyDrop::new(self);
        // SAFETY: the original is not dropped.
        unsafe { ptr::read(&this.0) }
    }
}

impl<R: Release> Drop for Held<R> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: G1.
        unsafe { self.0.release() };
    }
}

/// What guards are for: reaching the value, at `pointer`, to read or to write; and showing it.
macro_rules! guard {
    (write [$($generics:tt)*] $guard:ty => $value:ident, |$this:ident| $pointer:expr) => {
        $crate::held::guard!(read [$($generics)*] $guard => $value, |$this| $pointer);

        impl<$($generics)*> ::std::ops::DerefMut for $guard {
            #[inline(always)]
            fn deref_mut(&mut self) -> &mut $value {
                let $this = self;
                // SAFETY: the lock is ours alone for as long as the guard lives, which is borrowed mutably.
                unsafe { &mut *$pointer }
            }
        }
    };
    (read [$($generics:tt)*] $guard:ty => $value:ident, |$this:ident| $pointer:expr) => {
        impl<$($generics)*> ::std::ops::Deref for $guard {
            type Target = $value;

            #[inline(always)]
            fn deref(&self) -> &$value {
                let $this = self;
                // SAFETY: nobody writes for as long as the guard lives, which is borrowed.
                unsafe { &*$pointer }
            }
        }

        impl<$($generics)*> ::std::fmt::Debug for $guard
        where
            $value: ::std::fmt::Debug,
        {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(&**self, f)
            }
        }

        impl<$($generics)*> ::std::fmt::Display for $guard
        where
            $value: ::std::fmt::Display,
        {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&**self, f)
            }
        }
    };
}

pub(crate) use guard;

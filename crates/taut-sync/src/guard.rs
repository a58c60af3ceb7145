//! What the guards of the locks have in common.

/// What guards are for: reaching the value, at `pointer`, to read or to write; and showing it.
macro_rules! guard {
    (write [$($generics:tt)*] $guard:ty => $value:ident, |$this:ident| $pointer:expr) => {
        $crate::guard::guard!(read [$($generics)*] $guard => $value, |$this| $pointer);

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

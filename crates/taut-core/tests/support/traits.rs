//! What the tests of auto traits share, here and in the crates above.

/// Fails to compile if the type has the trait.
macro_rules! assert_not_impl {
    ($type:ty: $trait:path) => {
        const {
            trait Ambiguous<A> {
                fn check() {}
            }
            impl<T: ?Sized> Ambiguous<()> for T {}
            struct Implements;
            impl<T: ?Sized + $trait> Ambiguous<Implements> for T {}
            let _ = <$type as Ambiguous<_>>::check;
        }
    };
}

pub(crate) use assert_not_impl;

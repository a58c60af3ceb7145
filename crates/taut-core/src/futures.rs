//! Futures named after the methods that give them: a waiting operation under its public name.

#[doc(hidden)]
pub use pin_project_lite::pin_project;

/// Defines futures that are cases too, each around another that does the work.
///
/// `Name<'a, T>: Inner => Output, |inner, raw| output;` makes of what `Inner` gives, with a pinned
/// reference to it, the output. A parameter may be `T: ?Sized`. `new`, for the crate that defines it,
/// puts one together.
///
/// # Examples
///
/// ```
/// use std::task::{Context, Poll, Waker};
/// use taut_core::monitor::{Condition, Monitor, Until};
/// use taut_core::{Case, Waiting};
///
/// #[derive(Debug)]
/// pub struct AtLeast(u32);
///
/// impl Condition<u32> for AtLeast {
///     fn is_met(&self, count: &u32) -> bool {
///         *count >= self.0
///     }
/// }
///
/// taut_core::futures! {
///     /// Waits until so many have come.
///     Came<'a>: Waiting<Until<'a, u32, AtLeast>> => u32, |inner, ()| inner.operation().condition().0;
/// }
///
/// let count = Monitor::new(3);
/// let came = std::pin::pin!(Came::new(count.until(AtLeast(2))));
/// assert_eq!(came.attempt(&mut Context::from_waker(Waker::noop())), Poll::Ready(2));
/// ```
#[macro_export]
macro_rules! futures {
    ($(
        $(#[$doc:meta])*
        $name:ident $(<$($parameter:tt $(: ?$relaxed:ident)?),*>)?: $inner:ty => $output:ty,
            |$waiting:pat_param, $raw:pat_param| $made:expr;
    )*) => {$(
        $crate::futures::pin_project! {
            $(#[$doc])*
            #[must_use = "futures do nothing unless they are awaited or polled"]
            pub struct $name $(<$($parameter $(: ?$relaxed)?),*>)? {
                #[pin]
                waiting: $inner,
            }
        }

        impl $(<$($parameter $(: ?$relaxed)?),*>)? $name $(<$($parameter),*>)? {
            #[inline(always)]
            pub(crate) const fn new(waiting: $inner) -> Self {
                Self { waiting }
            }

            #[inline(always)]
            fn output(
                $waiting: ::core::pin::Pin<&mut $inner>,
                $raw: <$inner as $crate::Case>::Output,
            ) -> $output {
                $made
            }
        }

        impl $(<$($parameter $(: ?$relaxed)?),*>)? ::core::future::Future
            for $name $(<$($parameter),*>)?
        {
            type Output = $output;

            #[inline(always)]
            fn poll(
                self: ::core::pin::Pin<&mut Self>,
                cx: &mut ::core::task::Context<'_>,
            ) -> ::core::task::Poll<$output> {
                let mut waiting = self.project().waiting;
                waiting.as_mut().poll(cx).map(|raw| Self::output(waiting, raw))
            }
        }

        // SAFETY: it is the case inside, with another output.
        unsafe impl $(<$($parameter $(: ?$relaxed)?),*>)? $crate::Case
            for $name $(<$($parameter),*>)?
        {
            type Output = $output;

            #[inline(always)]
            fn peek(&self) -> $crate::Peek {
                self.waiting.peek()
            }

            #[inline(always)]
            fn attempt(
                self: ::core::pin::Pin<&mut Self>,
                cx: &mut ::core::task::Context<'_>,
            ) -> ::core::task::Poll<$output> {
                let mut waiting = self.project().waiting;
                waiting.as_mut().attempt(cx).map(|raw| Self::output(waiting, raw))
            }

            unsafe fn enroll(
                self: ::core::pin::Pin<&mut Self>,
                claim: ::core::pin::Pin<&$crate::Claim>,
                arm: u32,
            ) -> ::core::task::Poll<$output> {
                let mut waiting = self.project().waiting;
                // SAFETY: by the caller.
                let enrolled = unsafe { waiting.as_mut().enroll(claim, arm) };
                enrolled.map(|raw| Self::output(waiting, raw))
            }

            #[inline(always)]
            fn repoll(
                self: ::core::pin::Pin<&mut Self>,
                cx: &mut ::core::task::Context<'_>,
            ) -> ::core::task::Poll<$output> {
                let mut waiting = self.project().waiting;
                waiting.as_mut().repoll(cx).map(|raw| Self::output(waiting, raw))
            }

            fn collect(self: ::core::pin::Pin<&mut Self>) -> ::core::option::Option<$output> {
                let mut waiting = self.project().waiting;
                waiting.as_mut().collect().map(|raw| Self::output(waiting, raw))
            }
        }

        impl $(<$($parameter $(: ?$relaxed)?),*>)? ::core::fmt::Debug
            for $name $(<$($parameter),*>)?
        {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.waiting).finish()
            }
        }
    )*};
}

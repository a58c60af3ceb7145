//! Futures that run work of the user's, as arms of a select: polled each time the task wakes, like any
//! future that is not ours.

/// Makes a case of a future. What it did while it was pending stays done if it loses.
macro_rules! case_by_polling {
    ([$($generics:tt)*] $future:ty) => {
        // SAFETY: it is enrolled nowhere.
        unsafe impl<$($generics)*> ::taut_core::Case for $future {
            type Output = <Self as ::std::future::Future>::Output;

            #[inline(always)]
            fn peek(&self) -> ::taut_core::Peek {
                ::taut_core::Peek::Unknown
            }

            #[inline(always)]
            fn attempt(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
            ) -> ::std::task::Poll<<Self as ::std::future::Future>::Output> {
                ::std::future::Future::poll(self, cx)
            }

            #[inline(always)]
            unsafe fn enroll(
                self: ::std::pin::Pin<&mut Self>,
                _: ::std::pin::Pin<&::taut_core::Claim>,
                _: u32,
            ) -> ::std::task::Poll<<Self as ::std::future::Future>::Output> {
                ::std::task::Poll::Pending
            }

            #[inline(always)]
            fn repoll(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
            ) -> ::std::task::Poll<<Self as ::std::future::Future>::Output> {
                ::std::future::Future::poll(self, cx)
            }

            #[inline(always)]
            fn collect(
                self: ::std::pin::Pin<&mut Self>,
            ) -> Option<<Self as ::std::future::Future>::Output> {
                None
            }
        }
    };
}

pub(crate) use case_by_polling;
pub(crate) use taut_core::waiting::polled_after_completion;

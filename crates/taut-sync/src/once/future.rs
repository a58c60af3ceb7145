//! The futures of the cells, named after the methods that give them.
//!
//! Each waits inside itself, without allocating, and must stay where it is once it was polled (they are
//! not `Unpin`). Each is a [`Case`](taut_core::Case) too: an arm of a select. As such an initialiser is
//! polled like any other future: what it did while it was pending stays done if its arm loses.
//!
//! Those that run an initialiser leave this crate as `impl Future + Case`. Under its own name such a type
//! has its output only where `F: FnOnce() -> Fut` holds. To see whether a task is `Send` rustc forgets the
//! lifetimes in it, and cannot prove that any more once a closure borrows what the task holds: a select in
//! a spawned task did not compile. Of an opaque type the output is given.

#![allow(single_use_lifetimes, reason = "the macro serves forms with and without one")]

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use taut_core::Waiting;
use taut_core::monitor::Until;

#[cfg(doc)]
use super::Once;
use super::init::Init;
use super::turn::IsSet;
use super::value::{Home, Lent};
use super::{OnceCell, OnceValue};
use crate::polled::case_by_polling;

/// Drops what cannot be.
fn certain<T>(result: Result<T, Infallible>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

pin_project! {
    /// Gets the value, or makes it: [`OnceCell::get_or_init`].
    pub(super) struct GetOrInit<'a, T, F, Fut> {
        #[pin]
        init: Init<'a, T, F, Fut>,
    }
}

impl<'a, T, F, Fut: Future> GetOrInit<'a, T, F, Fut> {
    pub(super) const fn new(cell: &'a OnceCell<T>, init: F) -> Self {
        Self { init: Init::new(cell, init) }
    }
}

impl<'a, T, F, Fut> Future for GetOrInit<'a, T, F, Fut>
where
    F: FnOnce() -> Fut,
    Fut: Future<Output = T>,
{
    type Output = &'a T;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<&'a T> {
        self.project().init.poll_by(cx, |init| init(), Ok).map(certain)
    }
}

case_by_polling!([T, F: FnOnce() -> Fut, Fut: Future<Output = T>] GetOrInit<'_, T, F, Fut>);

impl<T, F, Fut> fmt::Debug for GetOrInit<'_, T, F, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("GetOrInit").field(&self.init).finish()
    }
}

pin_project! {
    /// Gets the value, or tries to make it: [`OnceCell::get_or_try_init`].
    pub(super) struct GetOrTryInit<'a, T, F, Fut> {
        #[pin]
        init: Init<'a, T, F, Fut>,
    }
}

impl<'a, T, F, Fut: Future> GetOrTryInit<'a, T, F, Fut> {
    pub(super) const fn new(cell: &'a OnceCell<T>, init: F) -> Self {
        Self { init: Init::new(cell, init) }
    }
}

impl<'a, T, E, F, Fut> Future for GetOrTryInit<'a, T, F, Fut>
where
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<T, E>>,
{
    type Output = Result<&'a T, E>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<&'a T, E>> {
        self.project().init.poll_by(cx, |init| init(), |result| result)
    }
}

case_by_polling!(
    [T, E, F: FnOnce() -> Fut, Fut: Future<Output = Result<T, E>>] GetOrTryInit<'_, T, F, Fut>
);

impl<T, F, Fut> fmt::Debug for GetOrTryInit<'_, T, F, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("GetOrTryInit").field(&self.init).finish()
    }
}

taut_core::futures! {
    /// Waits until there is a value: [`OnceCell::wait`].
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::{OnceCell, future};
    ///
    /// fn value(port: &OnceCell<u16>) -> future::Initialized<'_, u16> {
    ///     port.wait()
    /// }
    /// ```
    Initialized<'a, T>: Waiting<Until<'a, (), IsSet<'a, T>>> => &'a T, |waiting, ()| {
        match waiting.operation().condition().cell().get() {
            Some(value) => value,
            None => unreachable!("that is what it waited for"),
        }
    };
}

pin_project! {
    /// Runs what is to be run once, or waits for it: [`Once::call`].
    pub(super) struct Call<'a, F, Fut> {
        #[pin]
        init: Init<'a, (), F, Fut>,
    }
}

impl<'a, F, Fut: Future> Call<'a, F, Fut> {
    pub(super) const fn new(cell: &'a OnceCell<()>, init: F) -> Self {
        Self { init: Init::new(cell, init) }
    }
}

impl<F, Fut> Future for Call<'_, F, Fut>
where
    F: FnOnce() -> Fut,
    Fut: Future<Output = ()>,
{
    type Output = ();

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().init.poll_by(cx, |init| init(), Ok).map(|done| *certain(done))
    }
}

case_by_polling!([F: FnOnce() -> Fut, Fut: Future<Output = ()>] Call<'_, F, Fut>);

impl<F, Fut> fmt::Debug for Call<'_, F, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Call").field(&self.init).finish()
    }
}

taut_core::futures! {
    /// Waits until it has run: [`Once::wait`].
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::{Once, future};
    ///
    /// fn set_up(once: &Once) -> future::Completed<'_> {
    ///     once.wait()
    /// }
    /// ```
    Completed<'a>: Initialized<'a, ()> => (), |_, done| *done;
}

pin_project! {
    /// Gets the value, or has it made: [`OnceValue::get`].
    pub(super) struct GetValue<'a, T, F, Fut> {
        #[pin]
        init: Init<'a, T, &'a Home<F>, Lent<'a, F, Fut>>,
    }
}

impl<'a, T, F, Fut: Future> GetValue<'a, T, F, Fut> {
    pub(super) const fn new(value: &'a OnceValue<T, F>) -> Self {
        Self { init: Init::new(&value.cell, &value.function) }
    }
}

impl<'a, T, F, Fut> Future for GetValue<'a, T, F, Fut>
where
    F: Fn() -> Fut,
    Fut: Future<Output = T>,
{
    type Output = &'a T;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<&'a T> {
        self.project().init.poll_by(cx, Home::call, Ok).map(certain)
    }
}

case_by_polling!([T, F: Fn() -> Fut, Fut: Future<Output = T>] GetValue<'_, T, F, Fut>);

impl<T, F, Fut> fmt::Debug for GetValue<'_, T, F, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("GetValue").field(&self.init).finish()
    }
}

//! What the expansion of `select!` calls. Not an API.

use std::convert::Infallible;
use std::future::{Future, IntoFuture, Pending, Ready, pending, poll_fn, ready};
use std::marker::PhantomData;
use std::pin::Pin;

use taut_core::select::{Arms, Fixed, Polled, Tuple};
pub use taut_core::select::{Out, Race};
use taut_core::{Case, coop};

/// Waits for ever.
pub fn forever() -> impl Future<Output = Infallible> {
    pending()
}

/// The arms of a `select!`.
#[inline(always)]
pub fn race<T: Tuple>(arms: T, is_biased: bool) -> Race<Fixed<T>> {
    Race::new(Fixed::new(arms), is_biased)
}

/// An arm with a guard: Go's nil channel if that is false.
#[inline(always)]
pub fn guarded<C>(is_enabled: bool, case: C) -> Option<C> {
    is_enabled.then_some(case)
}

/// The arm that wins.
#[inline(always)]
pub fn next<A: Arms>(mut race: Pin<&mut Race<A>>) -> impl Future<Output = A::Output> {
    poll_fn(move |cx| race.as_mut().poll_next(cx))
}

/// The arm that is ready now.
#[inline(always)]
pub fn now<T: Tuple>(
    mut race: Pin<&mut Race<Fixed<T>>>,
) -> impl Future<Output = Option<T::Output>> {
    poll_fn(move |cx| race.as_mut().poll_now(cx, T::peeks().as_mut()))
}

/// Counts a select that has no arm to wait for: a loop over such a one gives way, too.
#[inline]
pub fn turn() -> impl Future<Output = ()> {
    poll_fn(coop::proceed)
}

/// Where a pattern has matched already.
#[cold]
pub fn unmatched() -> ! {
    unreachable!("the pattern matched before")
}

/// Finds out, by how a method is found, whether an expression is a case, another future, almost a future,
/// or nothing of the kind.
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<T>);

impl<T> Probe<T> {
    /// For the type of `arm`.
    #[doc(hidden)]
    #[inline(always)]
    #[must_use]
    pub const fn of(_: &T) -> Self {
        Self(PhantomData)
    }
}

// The names of the methods are such as no trait has that is implemented for every type.

/// The way of cases, found first: it takes the most references.
pub trait ViaCase {
    #[inline(always)]
    fn way_of_select_arm(&self) -> AsCase {
        AsCase
    }
}

impl<C: Case> ViaCase for &&&Probe<C> {}

/// The way of other futures, found second.
pub trait ViaFuture {
    #[inline(always)]
    fn way_of_select_arm(&self) -> AsFuture {
        AsFuture
    }
}

impl<F: IntoFuture> ViaFuture for &&Probe<F> {}

/// The way of what lacks one thing to be a future, found third: the message says what.
pub trait ViaAlmost {
    #[doc(hidden)]
    type Way: Default;

    #[inline(always)]
    fn way_of_select_arm(&self) -> Self::Way {
        Self::Way::default()
    }
}

impl<F: Future> ViaAlmost for &Probe<&mut F> {
    type Way = AsUnpinned;
}

impl<F: IntoFuture> ViaAlmost for &Probe<Option<F>> {
    type Way = AsOption;
}

/// The way of all else, found last.
pub trait ViaMistake {
    #[inline(always)]
    fn way_of_select_arm(&self) -> AsMistake {
        AsMistake
    }
}

impl<T> ViaMistake for Probe<T> {}

/// Takes a case as it is.
#[derive(Debug)]
pub struct AsCase;

impl AsCase {
    #[doc(hidden)]
    #[inline(always)]
    pub fn arm<C: Case>(self, case: C) -> C {
        case
    }
}

/// Makes an arm of a future.
#[derive(Debug)]
pub struct AsFuture;

impl AsFuture {
    #[doc(hidden)]
    #[inline(always)]
    pub fn arm<F: IntoFuture>(self, future: F) -> Polled<F::IntoFuture> {
        Polled::new(future.into_future())
    }
}

/// Says that a future must be pinned, and only that: what comes after it is checked as if it were.
#[derive(Debug, Default)]
pub struct AsUnpinned;

impl AsUnpinned {
    #[doc(hidden)]
    #[must_use]
    pub fn arm<F: Future + Pinned>(self, _: &mut F) -> Polled<Pending<F::Output>> {
        Polled::new(pending())
    }
}

/// What may be polled by `&mut`: a future that is `Unpin` is an arm already, and none other comes here.
#[diagnostic::on_unimplemented(
    message = "`&mut {Self}` cannot be an operation of `select!`: the future is not pinned",
    label = "one of the operations here is a `&mut {Self}`",
    note = "a future given by `&mut` must be pinned: `let mut f = std::pin::pin!(f);` in front of the \
            `select!`, and of the loop around it; then `&mut f` is an operation"
)]
pub trait Pinned {}

/// Says that an `Option` of a future wants an adapter, and only that: what comes after it is checked as
/// if it had one.
#[derive(Debug, Default)]
pub struct AsOption;

impl AsOption {
    #[doc(hidden)]
    #[must_use]
    pub fn arm<F: IntoFuture + OfTaut>(self, _: Option<F>) -> Polled<Pending<F::Output>> {
        Polled::new(pending())
    }
}

/// What an `Option` may hold to be an arm: a case is one already, and none comes here.
#[diagnostic::on_unimplemented(
    message = "`Option<{Self}>` cannot be an operation of `select!`: only an `Option` of an operation \
               of taut can",
    label = "one of the operations here is an `Option<{Self}>`",
    note = "make an operation of taut of the future: `.map(taut::select::future)`; then `None` is an arm \
            that is disabled"
)]
pub trait OfTaut {}

/// Says that a value cannot be an arm, and only that: what comes after it is checked as if the value
/// had been awaited.
#[derive(Debug)]
pub struct AsMistake;

impl AsMistake {
    #[doc(hidden)]
    pub fn arm<T: Arm>(self, value: T) -> Polled<Ready<T>> {
        Polled::new(ready(value))
    }
}

/// What can be an arm: nothing that is no case and no future.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an operation of `select!`: it is not a future",
    label = "one of the operations here is a `{Self}`, not a future",
    note = "an arm is `pattern = operation => handler`; the operation is not awaited, the select does \
            that: `rx.recv()`, without `.await`",
    note = "a value that is there already belongs in a handler, or in a guard: `…, if condition`"
)]
pub trait Arm {}

/// Whether a pattern, by its text, may not match: anything but `_` and a plain name.
#[must_use]
pub const fn may_miss(pattern: &str) -> bool {
    let bytes = pattern.as_bytes();
    // Upper case begins a constant, a variant or a struct.
    if !(bytes[0] == b'_' || bytes[0].is_ascii_lowercase()) {
        return true;
    }
    let mut at = 0;
    while at < bytes.len() {
        // A space as in `mut x`.
        if !(bytes[at] == b'_' || bytes[at] == b' ' || bytes[at].is_ascii_alphanumeric()) {
            return true;
        }
        at += 1;
    }
    false
}

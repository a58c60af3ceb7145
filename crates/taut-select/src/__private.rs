//! What the expansion of `select!` calls. Not an API.

use std::convert::Infallible;
use std::future::{Future, IntoFuture, pending, poll_fn};
use std::marker::PhantomData;
use std::pin::Pin;

use taut_core::Case;
use taut_core::select::{Arms, Fixed, Polled, Tuple};
pub use taut_core::select::{Out, Race};

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

/// Where a pattern has matched already.
#[cold]
pub fn unmatched() -> ! {
    unreachable!("the pattern matched before")
}

/// Finds out, by how a method is found, whether an expression is a case or another future.
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<T>);

impl<T> Probe<T> {
    /// For the type of `arm`.
    #[inline(always)]
    pub const fn of(_: &T) -> Self {
        Self(PhantomData)
    }
}

/// The way of cases, found first.
pub trait ViaCase {
    #[inline(always)]
    fn way(&self) -> AsCase {
        AsCase
    }
}

impl<C: Case> ViaCase for Probe<C> {}

/// The way of all else, found second: it takes one reference more.
pub trait ViaFuture {
    #[inline(always)]
    fn way(&self) -> AsFuture {
        AsFuture
    }
}

impl<T> ViaFuture for &Probe<T> {}

/// Takes a case as it is.
#[derive(Debug)]
pub struct AsCase;

impl AsCase {
    #[inline(always)]
    pub fn arm<C: Case>(self, case: C) -> C {
        case
    }
}

/// Makes an arm of a future.
#[derive(Debug)]
pub struct AsFuture;

impl AsFuture {
    #[inline(always)]
    pub fn arm<F: Arm>(self, future: F) -> Polled<F::IntoFuture> {
        Polled::new(future.into_future())
    }
}

/// What can be an arm without being a case.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an arm of `select!`: it is not a future",
    label = "not a future",
    note = "an arm is `pattern = operation => handler`, where the operation is a `Case` of taut (a \
            `recv()`, a `send(value)`, …) or any other future, not awaited: leave out `.await`",
    note = "a value that is there already goes into the handler, or into a guard: `…, if condition`"
)]
pub trait Arm: IntoFuture {}

#[diagnostic::do_not_recommend]
impl<F: IntoFuture> Arm for F {}

/// Whether a pattern, by its text, may not match: anything but `_` and a plain name.
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

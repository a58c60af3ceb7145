//! A value that is made by its own function, when it is first asked for.
//!
//! # Invariants
//!
//! - V1. While nobody has the turn and there is no value, the function is at home. Who has the turn takes
//!   it, and brings it back before giving the turn back, unless there is a value: then it goes.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
// TIDY-ALLOW: a lock that is const in models too; it is held for a move, by one at a time (V1).
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use taut_core::Case;

use super::{OnceCell, future};

/// A value that is made when it is first asked for, by the function that it comes with. Go's
/// `sync.OnceValue`.
///
/// Feature `once`. A function that panics is called again for the next who asks; so it is if the caller that
/// runs it is dropped before it is done. To keep a failure for good let `T` be a `Result`. The function, and
/// what it holds, is dropped as soon as there is a value.
///
/// # Examples
///
/// ```
/// use taut::sync::OnceValue;
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let answer = OnceValue::new(|| async {
///         println!("thinking"); // once
///         42
///     });
///     assert_eq!(answer.try_get(), None);
///     assert_eq!(*answer.get().await, 42);
///     assert_eq!(*answer.get().await, 42);
/// }
/// ```
///
/// A failure that is kept:
///
/// ```
/// use taut::sync::OnceValue;
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let limit = OnceValue::new(|| async { "many".parse::<u32>() });
///     assert!(limit.get().await.is_err());
///     assert!(limit.get().await.is_err(), "it was not tried again");
/// }
/// ```
///
/// # Where its type must be named
///
/// In a static prefer [`OnceCell`]: `CELL.get_or_init(…)` names no function. The type of a `OnceValue` names
/// one, and in a static or a field that takes a function pointer and a box:
///
/// ```
/// use std::pin::Pin;
/// use taut::sync::OnceValue;
///
/// type Made<T> = Pin<Box<dyn Future<Output = T> + Send>>;
///
/// async fn connect() -> String {
///     "connected".to_owned()
/// }
///
/// static CLIENT: OnceValue<String, fn() -> Made<String>> = OnceValue::new(|| Box::pin(connect()));
///
/// struct Server {
///     client: OnceValue<String, fn() -> Made<String>>,
/// }
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let server = Server { client: OnceValue::new(|| Box::pin(connect())) };
///     assert_eq!(CLIENT.get().await, server.client.get().await);
/// }
/// ```
///
/// # From Go
///
/// | Go | ours | what differs and why |
/// | --- | --- | --- |
/// | `get := sync.OnceValue(f)`, `get()` | [`OnceValue::new(f)`](Self::new), [`get().await`](Self::get) | |
/// | `sync.OnceValues(f)` | `T` is a `Result` | |
/// | `sync.OnceFunc(f)` | `T` is `()` | or [`Once`](crate::Once), where `f` comes with the call |
/// | `f` panics: so does every call | `f` is called again for the next who asks | a panic need not be for ever |
///
/// # Fairness
///
/// As with an [`OnceCell`](OnceCell#fairness): when a run came to nothing, a newcomer may be before those
/// who wait.
///
/// # Cancel safety
///
/// Drops the initialiser: what the function began is dropped with who runs it, and the next who waits has it begin
/// again. Who only waits takes nothing.
///
/// # Synchronization
///
/// All that the function and its future do, their drop included, happens before
/// [`get`](Self::get) returns to anybody.
///
/// # Errors
///
/// None of its own: let `T` be a `Result`.
///
/// # Panics
///
/// [`get`](Self::get), if the function panics, and if the function asks for the value that it is to make.
///
/// # Cost
///
/// Reading a value that is there is one load. Nothing here allocates; the box in a named type is the caller's.
///
/// # When to use something else
///
/// If nothing is awaited to make the value, `std::sync::LazyLock`. If the function is to come with the call, or may
/// fail and be tried again, [`OnceCell`].
pub struct OnceValue<T, F> {
    pub(super) cell: OnceCell<T>,
    pub(super) function: Home<F>,
}

impl<T, F, Fut> OnceValue<T, F>
where
    F: Fn() -> Fut,
    Fut: Future<Output = T>,
{
    taut_core::const_fn! {
        /// Nothing is called before somebody asks.
        ///
        /// # Examples
        ///
        /// ```
        /// # #[tokio::main(flavor = "current_thread")] async fn main() {
        /// use taut::sync::OnceValue;
        ///
        /// let port = OnceValue::new(|| async { 8080 });
        /// assert_eq!(port.try_get(), None);
        /// assert_eq!(*port.get().await, 8080);
        /// # }
        /// ```
        #[must_use]
        pub fn new(function: F) -> Self {
            Self { cell: OnceCell::new(), function: Home(Mutex::new(Some(function))) }
        }
    }

    /// The value. The first who asks runs the function, the others wait.
    ///
    /// # Cancel safety
    ///
    /// Drops the initialiser: if this caller runs it, what the function began is dropped, and the next who
    /// waits has it begin again. Who waits gives up its place.
    ///
    /// # Panics
    ///
    /// When it is polled: if the function panics, and if it asks for the value that it is to make.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::sync::OnceValue;
    ///
    /// let banner = OnceValue::new(async || "taut".to_uppercase());
    /// let (one, other) = tokio::join!(banner.get(), banner.get());
    /// assert!(std::ptr::eq(one, other));
    /// # }
    /// ```
    pub fn get(&self) -> impl Future<Output = &T> + Case<Output = &T> + fmt::Debug {
        future::GetValue::new(self)
    }
}

impl<T, F> OnceValue<T, F> {
    /// The value, if it is there.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::sync::OnceValue;
    ///
    /// let value = OnceValue::new(|| async { 7 });
    /// assert_eq!(value.try_get(), None);
    /// value.get().await;
    /// assert_eq!(value.try_get(), Some(&7));
    /// # }
    /// ```
    #[inline]
    #[must_use]
    pub fn try_get(&self) -> Option<&T> {
        self.cell.get()
    }
}

impl<T: fmt::Debug, F> fmt::Debug for OnceValue<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OnceValue").field(&self.cell.state()).finish()
    }
}

/// Where the function is while nobody runs it.
pub(super) struct Home<F>(Mutex<Option<F>>);

impl<F> Home<F> {
    fn lock(&self) -> MutexGuard<'_, Option<F>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls the function, for who has the turn.
    pub(super) fn call<Fut>(&self) -> Lent<'_, F, Fut>
    where
        F: Fn() -> Fut,
    {
        let function = self.lock().take();
        let loan = Loan { function, is_paid: false, home: self };
        match &loan.function {
            Some(function) => Lent { future: function(), loan },
            None => unreachable!("V1"),
        }
    }
}

pin_project! {
    /// What the function began, and the function.
    pub(super) struct Lent<'a, F, Fut> {
        #[pin]
        future: Fut,
        loan: Loan<'a, F>,
    }
}

impl<F, Fut: Future> Future for Lent<'_, F, Fut> {
    type Output = Fut::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Fut::Output> {
        let this = self.project();
        let value = ready!(this.future.poll(cx));
        this.loan.is_paid = true;
        Poll::Ready(value)
    }
}

/// The function of somebody who runs it: it goes home with its drop, unless there is a value.
struct Loan<'a, F> {
    function: Option<F>,
    is_paid: bool,
    home: &'a Home<F>,
}

impl<F> Drop for Loan<'_, F> {
    fn drop(&mut self) {
        // Another's may be at home, if this one was never lent.
        if let Some(function) = self.function.take().filter(|_| !self.is_paid) {
            *self.home.lock() = Some(function);
        }
    }
}

//! Cases made of something else.

use std::future::IntoFuture;
use std::pin::Pin;

use taut_core::Case;
use taut_core::select::{Mapped, Polled};

/// A case of whatever type that gives a `T`, on the heap: what a [`Select`](crate::Select) of different
/// arms holds. Made by [`boxed`].
///
/// # Examples
///
/// ```
/// use taut::chan::{Receiver, RecvError};
/// use taut::select::{self, BoxCase};
///
/// fn arm(rx: &Receiver<u32>) -> BoxCase<'_, Result<u32, RecvError>> {
///     select::boxed(rx.recv())
/// }
/// # let (_tx, rx) = taut::chan::bounded(1);
/// # drop(arm(&rx));
/// ```
pub type BoxCase<'a, T> = Pin<Box<dyn Case<Output = T> + Send + 'a>>;

/// Makes a case of any future, for [`first`](crate::first()) and [`Select`](crate::Select).
/// [`select!`](crate::select!) does it by itself.
///
/// The select polls it whenever its task wakes. It is dropped when it loses, or stays where it is if it
/// was given by `&mut`; what it did while it was pending stays done.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use taut::chan;
/// use taut::select::{self, OneOf2};
///
/// // `start_paused` wants Tokio's feature `test-util`.
/// #[tokio::main(flavor = "current_thread", start_paused = true)]
/// async fn main() {
///     let (_tx, rx) = chan::rendezvous::<()>();
///     let nap = tokio::time::sleep(Duration::from_secs(1));
///     let got = select::first((rx.recv(), select::future(nap))).await;
///     assert_eq!(got, OneOf2::B(()));
/// }
/// ```
pub fn future<F: IntoFuture>(future: F) -> Polled<F::IntoFuture> {
    Polled::new(future.into_future())
}

/// The same case with another output: `function` is called if it wins.
///
/// # Examples
///
/// ```
/// use taut::chan;
/// use taut::select::{self, Select};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), chan::SendError<u32>> {
///     let (numbers, n) = chan::bounded::<u32>(1);
///     let (_words, w) = chan::bounded::<String>(1);
///     numbers.send(7).await?;
///     let mut select = Select::new();
///     let number = select::map(n.recv(), |got| got.map(|n| n.to_string()));
///     select.add("number", select::boxed(number));
///     select.add("word", select::boxed(w.recv()));
///     assert_eq!(select.next().await, Some(("number", Ok("7".to_owned()))));
///     Ok(())
/// }
/// ```
pub fn map<C: Case, O, F: FnOnce(C::Output) -> O>(case: C, function: F) -> Mapped<C, F> {
    Mapped::new(case, function)
}

/// A case on the heap, whose type does not show. For the example of [`map`].
///
/// # Examples
///
/// ```
/// use taut::chan;
/// use taut::select::{self, BoxCase, Select};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), chan::SendError<u32>> {
///     let (tx, rx) = chan::bounded(1);
///     tx.send(7).await?;
///     let mut select: Select<(), BoxCase<'_, _>> = Select::new();
///     select.add((), select::boxed(rx.recv()));
///     assert_eq!(select.next().await, Some(((), Ok(7))));
///     Ok(())
/// }
/// ```
pub fn boxed<'a, C: Case + Send + 'a>(case: C) -> BoxCase<'a, C::Output> {
    Box::pin(case)
}

//! `first`: a select without a macro, which rustfmt formats and an editor understands.
//!
//! It is the engine of `select!` with another front: a tuple instead of arms, an enum and a `match`
//! instead of handlers.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll};

use pin_project_lite::pin_project;
use taut_core::Case;
use taut_core::select::{Fixed, Out, Race, Tuple as Arms};

/// What [`first`] takes: a tuple of two to twelve [`Case`]s.
///
/// # Examples
///
/// ```
/// use taut::select::{self, First, Tuple};
///
/// fn in_order<T: Tuple>(arms: T) -> First<T> {
///     select::first(arms).biased()
/// }
/// # let (_tx, rx) = taut::chan::bounded::<()>(1);
/// # drop(in_order((rx.recv(), rx.closed())));
/// ```
pub trait Tuple: Arms {
    /// One variant for each element: [`OneOf2`] for two of them, and so on.
    type OneOf;

    #[doc(hidden)]
    fn one_of(out: Self::Output) -> Self::OneOf;
}

/// Waits for the first of several operations: [`select!`](crate::select!) for those who would rather
/// have a `match` that rustfmt formats.
///
/// Exactly one operation takes effect, chosen uniformly among those that are ready; the others have had
/// none. It takes a tuple of two to twelve [`Case`]s: the futures of taut as they are, any other future
/// by [`future`](crate::future()), and an `Option` of these, whose `None` is an arm that is disabled,
/// for what would be a guard. With every arm disabled it waits for ever.
///
/// [`First::biased`] looks at the arms in order; [`First::now`] does not wait, as with a `default`.
///
/// # Cancel safety
///
/// Safe: dropped while it waits, it drops its arms, which have had no effect. If one was committed
/// already, it is undone as that operation by itself would be: a receive gives its value back to the
/// head of its channel. A `send(value)` drops its value, and a future that is not taut's has rules of
/// its own; so has either when it loses.
///
/// # Examples
///
/// ```
/// use taut::chan;
/// use taut::select::{self, OneOf3};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let (jobs, queue) = chan::bounded::<u32>(8);
///     let (log, _lines) = chan::bounded::<String>(8);
///     let (_stop, stopped) = chan::rendezvous::<()>();
///     let mut line = None::<String>;
///
///     jobs.send(7).await?;
///     let arms = (queue.recv(), stopped.recv(), line.is_some().then(|| log.send_from(&mut line)));
///     let job = match select::first(arms).await {
///         OneOf3::A(job) => job?,
///         OneOf3::B(_stopped) => return Ok(()),
///         OneOf3::C(_sent) => unreachable!("it was disabled"),
///     };
///     assert_eq!(job, 7);
///     Ok(())
/// }
/// ```
pub fn first<T: Tuple>(arms: T) -> First<T> {
    First { race: Race::new(Fixed::new(arms), false) }
}

pin_project! {
    /// The future of [`first`].
    ///
    /// Polled once more after it was ready, it waits for one of the arms that are left.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::pin::pin;
    /// use taut::chan;
    /// use taut::select::{self, OneOf2};
    ///
    /// #[tokio::main(flavor = "current_thread")]
    /// async fn main() {
    ///     let (tx, rx) = chan::bounded(1);
    ///     assert_eq!(tx.try_send(7), Ok(()));
    ///     let mut both = pin!(select::first((rx.recv(), tx.closed())));
    ///     assert_eq!(both.as_mut().await, OneOf2::A(Ok(7)));
    ///     tx.close();
    ///     assert_eq!(both.await, OneOf2::B(()));
    /// }
    /// ```
    #[must_use = "futures do nothing unless they are awaited or polled"]
    pub struct First<T: Tuple> {
        #[pin]
        race: Race<Fixed<T>>,
    }
}

impl<T: Tuple> First<T> {
    /// Looks at the arms in the order of the tuple, so that of those that are ready the first wins. Once
    /// it waits, whoever comes first wins, as always.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::chan;
    /// use taut::select::{self, OneOf2};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let ((urgent, high), (other, low)) = (chan::bounded(1), chan::bounded(1));
    /// assert!(other.try_send(1).is_ok() && urgent.try_send(2).is_ok());
    /// let got = select::first((high.recv(), low.recv())).biased().await;
    /// assert_eq!(got, OneOf2::A(Ok(2)));
    /// # }
    /// ```
    pub fn biased(self) -> Self {
        Self { race: self.race.biased() }
    }

    /// Does not wait: `None` if no arm is ready, or none is enabled.
    ///
    /// For cases it is one moment that is looked at, not one arm after the other: `None` says that there
    /// was an instant at which none of them was ready. A future that is not taut's is polled once, which
    /// says nothing of the others' instant.
    ///
    /// # Cancel safety
    ///
    /// Safe: it waits only if the task has used up its budget, and has done nothing by then.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::chan;
    /// use taut::select::{self, OneOf2};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let (tx, rx) = chan::bounded(1);
    /// assert_eq!(select::first((rx.recv(), tx.closed())).now().await, None);
    /// assert_eq!(tx.try_send(1), Ok(()));
    /// assert_eq!(select::first((rx.recv(), tx.closed())).now().await, Some(OneOf2::A(Ok(1))));
    /// # }
    /// ```
    pub fn now(self) -> Now<T> {
        Now { race: self.race }
    }
}

impl<T: Tuple> Future for First<T> {
    type Output = T::OneOf;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<T::OneOf> {
        self.project().race.poll_next(cx).map(T::one_of)
    }
}

impl<T: Tuple> fmt::Debug for First<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("First").field("race", &self.race).finish()
    }
}

pin_project! {
    /// The future of [`First::now`].
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::chan::Receiver;
    /// use taut::chan::future::{Closed, Recv};
    /// use taut::select::{self, Now};
    ///
    /// fn glance(rx: &Receiver<u32>) -> Now<(Recv<'_, u32>, Closed<'_, u32>)> {
    ///     select::first((rx.recv(), rx.closed())).now()
    /// }
    /// # let (tx, rx) = taut::chan::bounded(1);
    /// # drop((tx.try_send(7), glance(&rx)));
    /// # assert_eq!(rx.len(), 1);
    /// ```
    #[must_use = "futures do nothing unless they are awaited or polled"]
    pub struct Now<T: Tuple> {
        #[pin]
        race: Race<Fixed<T>>,
    }
}

impl<T: Tuple> Future for Now<T> {
    type Output = Option<T::OneOf>;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<T::OneOf>> {
        let won = self.project().race.poll_now(cx, T::peeks().as_mut());
        won.map(|output| output.map(T::one_of))
    }
}

impl<T: Tuple> fmt::Debug for Now<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Now").field("race", &self.race).finish()
    }
}

/// An enum and its tuple, for each count.
macro_rules! one_of {
    ($($count:literal $one_of:ident: $($place:literal $name:ident)*;)*) => {$(
        #[doc = concat!("The output of the arm that won, of ", $count, ".")]
        ///
        /// # Examples
        ///
        /// ```
        #[doc = concat!("use taut::select::{self, ", stringify!($one_of), "};")]
        ///
        /// #[tokio::main(flavor = "current_thread")]
        /// async fn main() {
        ///     let arm = |n: u32| select::future(std::future::ready(n));
        ///     let arms = (
        $(#[doc = concat!("        arm(", $place, "),")])*
        ///     );
        ///     let n = match select::first(arms).biased().await {
        $(#[doc = concat!("        ", stringify!($one_of), "::", stringify!($name), "(n) => n,")])*
        ///     };
        ///     assert_eq!(n, 1);
        /// }
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "each is an element of the tuple")]
        pub enum $one_of<$($name),*> {
            $($name($name),)*
        }

        impl<$($name: Case),*> Tuple for ($($name,)*) {
            type OneOf = $one_of<$($name::Output),*>;

            #[inline]
            fn one_of(out: Self::Output) -> Self::OneOf {
                match out {
                    $(Out::$name(output) => $one_of::$name(output),)*
                }
            }
        }
    )*};
}

one_of! {
    "two" OneOf2: 1 A 2 B;
    "three" OneOf3: 1 A 2 B 3 C;
    "four" OneOf4: 1 A 2 B 3 C 4 D;
    "five" OneOf5: 1 A 2 B 3 C 4 D 5 E;
    "six" OneOf6: 1 A 2 B 3 C 4 D 5 E 6 F;
    "seven" OneOf7: 1 A 2 B 3 C 4 D 5 E 6 F 7 G;
    "eight" OneOf8: 1 A 2 B 3 C 4 D 5 E 6 F 7 G 8 H;
    "nine" OneOf9: 1 A 2 B 3 C 4 D 5 E 6 F 7 G 8 H 9 I;
    "ten" OneOf10: 1 A 2 B 3 C 4 D 5 E 6 F 7 G 8 H 9 I 10 J;
    "eleven" OneOf11: 1 A 2 B 3 C 4 D 5 E 6 F 7 G 8 H 9 I 10 J 11 K;
    "twelve" OneOf12: 1 A 2 B 3 C 4 D 5 E 6 F 7 G 8 H 9 I 10 J 11 K 12 L;
}

//! `Select`: any number of arms, added in a loop.
//!
//! # Invariants
//!
//! - Between calls nothing is registered, but for a `Next` that was leaked: whoever touches the arms
//!   leaves first (`Race::arms_mut`).

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll, Waker};

use taut_core::select::{Race, Slots};
use taut_core::{Case, Peek};

/// A select whose arms are added at run time: any number of them, each under a key that comes back
/// with its output.
///
/// [`next`](Self::next) waits for one arm to win, chosen uniformly among those that are ready; the
/// others have had no effect, stay, and take part the next time. The arm that won is gone. Adding one
/// in its place, for the next value, reuses its memory: a loop over a `Select` allocates nothing.
///
/// All arms are of one type `C`. For arms of different types see [`boxed`](crate::boxed) and
/// [`map`](crate::map); for futures that are not taut's, [`future`](crate::future()).
///
/// # Examples
///
/// ```
/// use taut::{chan, select::Select};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let ((tx, left), (_tx, right)) = (chan::bounded(1), chan::bounded(1));
///     assert_eq!(tx.try_send(7), Ok(()));
///     let mut select = Select::from_iter([("left", left.recv()), ("right", right.recv())]);
///     assert_eq!(select.next().await, Some(("left", Ok(7))));
///     assert_eq!(select.len(), 1, "the other is still there");
/// }
/// ```
///
/// Everything that several channels carry, until the last is closed:
///
/// ```
/// use taut::chan;
/// use taut::select::Select;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let receivers: Vec<_> = (0..3_u64)
///     .map(|n| {
///         let (tx, rx) = chan::bounded(2);
///         tokio::spawn(async move {
///             tx.send(n).await?;
///             tx.send(n + 10).await
///         });
///         rx
///     })
///     .collect();
///
/// let mut select: Select<_, _> = receivers.iter().map(|rx| (rx, rx.recv())).collect();
/// let mut sum = 0;
/// while let Some((rx, got)) = select.next().await {
///     if let Ok(n) = got {
///         sum += n;
///         select.add(rx, rx.recv());
///     } // else that channel is closed, and its arm stays out
/// }
/// assert_eq!(sum, 36);
/// # }
/// ```
///
/// # From Go
///
/// Go's `reflect.Select`, but that the arms stay from one call to the next, and that there is an end when
/// there is none: `None`.
///
/// # Fairness
///
/// As with [`select!`](crate#fairness), in a loop of any length; [`biased`](Self::biased) has an order.
///
/// # Cancel safety
///
/// Dropping it drops its arms, which have had no effect, or are undone as they would be by themselves.
/// An arm made by [`future`](crate::future()) is polled, and keeps what it did from one round to the next.
///
/// # Synchronization
///
/// The arm that wins orders what its operation orders by itself; the others order nothing.
///
/// # Errors
///
/// None of its own: each arm gives what its operation gives.
///
/// # Panics
///
/// Never by itself, but where an operation does.
///
/// # Cost
///
/// An allocation when an arm is added beyond the most that there ever were. A round takes time linear in
/// the number of arms: a look without a lock at each until one is ready, and if it has to wait, a place
/// in each arm's list, which is given up again.
///
/// # When to use something else
///
/// For very many sources of one kind of value a single channel with many senders is better; for arms that
/// are known when you write them, [`select!`](crate::select!).
pub struct Select<K, C: Case> {
    race: Pin<Box<Race<Slots<K, C>>>>,
    /// Kept for `try_next`.
    peeks: Vec<Peek>,
}

impl<K, C: Case> Select<K, C> {
    /// A select without arms, which picks uniformly among those that are ready.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::{chan::future::Recv, select::Select};
    ///
    /// let select: Select<&str, Recv<'_, u32>> = Select::new();
    /// assert!(select.is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::of(false)
    }

    /// A select without arms, which picks the first that is ready in order of place. An arm takes the
    /// place that was left last, so one that is added for the one that won inherits its rank; without a
    /// place to take it comes last. Once it waits, whoever comes first wins.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::chan;
    /// use taut::select::Select;
    ///
    /// let ((urgent, high), (other, low)) = (chan::bounded(1), chan::bounded(1));
    /// assert!(other.try_send(1).is_ok() && urgent.try_send(2).is_ok());
    /// let mut select = Select::biased();
    /// select.add("high", high.recv());
    /// select.add("low", low.recv());
    /// assert_eq!(select.try_next(), Some(("high", Ok(2))));
    /// ```
    #[must_use]
    pub fn biased() -> Self {
        Self::of(true)
    }

    fn of(is_biased: bool) -> Self {
        Self { race: Box::pin(Race::new(Slots::new(), is_biased)), peeks: Vec::new() }
    }

    fn arms(&mut self) -> &mut Slots<K, C> {
        self.race.as_mut().arms_mut().get_mut()
    }

    /// Makes room for `more` arms beyond those that there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::chan::{self, future::Recv};
    /// use taut::select::Select;
    ///
    /// let mut select: Select<usize, Recv<'_, ()>> = Select::new();
    /// select.reserve(1000);
    /// ```
    pub fn reserve(&mut self, more: usize) {
        self.arms().reserve(more);
    }

    /// Adds an arm. Its key need not be unique.
    ///
    /// # Examples
    ///
    /// ```
    /// # let (tx, rx) = taut::chan::bounded(1);
    /// let mut select = taut::select::Select::new();
    /// select.add("only", rx.recv());
    /// # assert_eq!((tx.try_send(7), select.try_next()), (Ok(()), Some(("only", Ok(7)))));
    /// ```
    pub fn add(&mut self, key: K, case: C) {
        self.arms().add(key, case);
    }

    /// Removes the arms that go by `key` and drops them, having had no effect. False: there was none.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::chan;
    /// use taut::select::Select;
    ///
    /// let (tx, rx) = chan::bounded(1);
    /// assert_eq!(tx.try_send(7), Ok(()));
    /// let mut select = Select::new();
    /// select.add("only", rx.recv());
    /// assert!(select.remove(&"only") && !select.remove(&"only"));
    /// assert_eq!(rx.try_recv(), Ok(7));
    /// ```
    pub fn remove(&mut self, key: &K) -> bool
    where
        K: PartialEq,
    {
        self.arms().retain(|other| other != key) > 0
    }

    /// Removes the arms whose key is not to be kept.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::chan;
    /// use taut::select::Select;
    ///
    /// let (_tx, rx) = chan::bounded::<()>(1);
    /// let mut select: Select<_, _> = (0..5).map(|n| (n, rx.recv())).collect();
    /// select.retain(|n| n % 2 == 0);
    /// assert_eq!(select.len(), 3);
    /// ```
    pub fn retain(&mut self, is_kept: impl FnMut(&K) -> bool) {
        self.arms().retain(is_kept);
    }

    /// Removes all arms.
    ///
    /// # Examples
    ///
    /// ```
    /// # let (_tx, rx) = taut::chan::bounded::<()>(1);
    /// let mut select: taut::select::Select<_, _> = [((), rx.recv())].into_iter().collect();
    /// select.clear();
    /// assert!(select.is_empty());
    /// ```
    pub fn clear(&mut self) {
        self.retain(|_| false);
    }

    /// How many arms there are, disabled ones included.
    ///
    /// # Examples
    ///
    /// ```
    /// let arms = [(1, Some(std::future::pending::<()>())), (2, None)];
    /// let arms = arms.map(|(key, arm)| (key, arm.map(taut::select::future)));
    /// assert_eq!(arms.into_iter().collect::<taut::select::Select<_, _>>().len(), 2);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.race.arms().len()
    }

    /// Whether there is no arm.
    ///
    /// # Examples
    ///
    /// ```
    /// # let (_tx, rx) = taut::chan::bounded::<()>(1);
    /// let mut select = taut::select::Select::new();
    /// assert!(select.is_empty());
    /// select.add("only", rx.recv());
    /// assert!(!select.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.race.arms().is_empty()
    }

    /// Waits for an arm to win, and takes it out. `None` if there is no arm, which ends a loop; Go's
    /// select would wait for ever.
    ///
    /// # Cancel safety
    ///
    /// Safe: dropped while it waits, it takes every arm out of its list again, and the arms stay in the
    /// `Select`. If one of them was committed by then, it comes with the next call; if the `Select` is
    /// dropped first, a value that was received goes back to the head of its channel.
    ///
    /// # Fairness
    ///
    /// Uniform among the arms that are ready when it looks; once it waits, first come, first served.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let (tx, rx) = taut::chan::bounded(1);
    /// # tokio::spawn(async move { tx.send(7).await });
    /// let mut select = taut::select::Select::new();
    /// select.add("only", rx.recv());
    /// assert_eq!(select.next().await, Some(("only", Ok(7))));
    /// assert_eq!(select.next().await, None, "no arm is left");
    /// # }
    /// ```
    #[allow(clippy::should_implement_trait, reason = "the word for it, as of a stream")]
    pub fn next(&mut self) -> Next<'_, K, C> {
        Next { select: self }
    }

    /// Takes an arm that is ready now. `None`: there was one instant at which no arm was ready, or there
    /// is none.
    ///
    /// A future that is not taut's is polled, with nobody to be woken, and is not part of that instant.
    ///
    /// # Examples
    ///
    /// ```
    /// # let (tx, rx) = taut::chan::bounded(1);
    /// let mut select = taut::select::Select::new();
    /// select.add("only", rx.recv());
    /// assert_eq!(select.try_next(), None);
    /// assert_eq!(tx.try_send(7), Ok(()));
    /// assert_eq!(select.try_next(), Some(("only", Ok(7))));
    /// ```
    pub fn try_next(&mut self) -> Option<(K, C::Output)> {
        self.peeks.clear();
        self.peeks.resize(self.race.arms().slots(), Peek::Unknown);
        let mut cx = task::Context::from_waker(Waker::noop());
        self.race.as_mut().take_now(&mut cx, &mut self.peeks)
    }
}

impl<K, C: Case> Default for Select<K, C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, C: Case> Extend<(K, C)> for Select<K, C> {
    fn extend<I: IntoIterator<Item = (K, C)>>(&mut self, arms: I) {
        let arms = arms.into_iter();
        self.reserve(arms.size_hint().0);
        for (key, case) in arms {
            self.add(key, case);
        }
    }
}

impl<K, C: Case> FromIterator<(K, C)> for Select<K, C> {
    fn from_iter<I: IntoIterator<Item = (K, C)>>(arms: I) -> Self {
        let mut select = Self::new();
        select.extend(arms);
        select
    }
}

impl<K: fmt::Debug, C: Case> fmt::Debug for Select<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Select").field("arms", self.race.arms()).finish_non_exhaustive()
    }
}

/// The future of [`Select::next`], as an arm beside others too:
///
/// # Examples
///
/// ```
/// use taut::{chan, select, select::Select};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let ((_tx, rx), (stop, stopped)) = (chan::bounded::<u32>(1), chan::rendezvous::<()>());
///     let mut arms: Select<_, _> = [("only", rx.recv())].into_iter().collect();
///     drop(stop);
///     let won = select! {
///         won = arms.next() => won,
///         _ = stopped.recv() => None, // the arms are withdrawn, and stay in the `Select`
///     };
///     assert!(won.is_none() && arms.len() == 1);
/// }
/// ```
#[must_use = "futures do nothing unless they are awaited or polled"]
pub struct Next<'a, K, C: Case> {
    select: &'a mut Select<K, C>,
}

impl<K, C: Case> Future for Next<'_, K, C> {
    type Output = Option<(K, C::Output)>;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<(K, C::Output)>> {
        let race = &mut self.get_mut().select.race;
        if race.is_over() {
            return Poll::Ready(None);
        }
        race.as_mut().poll_next(cx).map(Some)
    }
}

impl<K, C: Case> Drop for Next<'_, K, C> {
    fn drop(&mut self) {
        self.select.race.as_mut().leave();
    }
}

impl<K: fmt::Debug, C: Case> fmt::Debug for Next<'_, K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").field("select", &self.select).finish()
    }
}

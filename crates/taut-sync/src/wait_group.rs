//! Waiting for work that is counted by tokens.

pub(crate) mod future;
mod group;
mod inspect;
mod panicked;
mod track;
mod word;

use std::future::Future;
use std::panic::{RefUnwindSafe, UnwindSafe};

use self::group::{Handle, Share};
use self::panicked::Payload;
use crate::blocking::block_on;

/// Waits for work to be done that is counted by tokens: Go's `sync.WaitGroup`.
///
/// Feature `wait-group`. Go's counter is a number that must not be wrong. Here every unit of it is a
/// [`Token`], which is given back when it is dropped: by a task that returns, that is cancelled, or that
/// panics. The counter cannot become negative, and no `Done` is forgotten.
///
/// ```text
///           the first token is made
///     idle ─────────────────────────▶ busy(n)   more tokens, fewer tokens
///      ▲                                 │
///      └─────────────────────────────────┘
///           the last token comes back: all who wait go on
/// ```
///
/// A `WaitGroup` is a handle: a clone is the same group, and holds nothing up. A token does, and a clone of it
/// is one more unit of work.
///
/// # Examples
///
/// ```
/// use taut::sync::WaitGroup;
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let pages = WaitGroup::new();
///     for page in 0..3 {
///         let token = pages.token();
///         tokio::spawn(async move {
///             println!("page {page}");
///             drop(token);
///         });
///     }
///     pages.wait().await;
///     assert_eq!(pages.count(), 0);
/// }
/// ```
///
/// Shutting down, with a limit on the time:
///
/// ```
/// use std::time::Duration;
/// use taut::{select, sync::WaitGroup, time};
///
/// // `start_paused` wants Tokio's feature `test-util`.
/// #[tokio::main(flavor = "current_thread", start_paused = true)]
/// async fn main() {
///     let workers = WaitGroup::new();
///     let stuck = tokio::spawn(workers.track(std::future::pending::<()>()));
///     let is_done = select! {
///         () = workers.wait() => true,
///         _ = time::after(Duration::from_secs(5)) => false,
///     };
///     assert!(!is_done);
///     stuck.abort(); // which gives its token back
///     workers.wait().await;
/// }
/// ```
///
/// # Rounds
///
/// A round is over when the last token that is out comes back. That happens at one instant, and
/// whoever waits then is released by it, also if the next round begins before they have been told or
/// polled; whoever comes later waits for the next. So a group may be used again at any time.
///
/// # Panics of tasks
///
/// [`track`](Self::track), and `spawn` of `taut::group`, count a future, and keep its panic: whoever
/// waits raises it again, then and for ever after. No waiter takes a group for done of which a part has
/// panicked. The first one raises the panic itself, all others one with its message. To have it as an error,
/// use [`wait_catch_unwind`](Self::wait_catch_unwind); to keep tasks apart, give them tokens. A token that a
/// panic drops on its way is given back, and nothing more is known of it.
///
/// # From Go
///
/// | Go | ours | what differs and why |
/// | --- | --- | --- |
/// | `var wg sync.WaitGroup` | [`WaitGroup::new()`](Self::new) | a handle, so that tasks need not borrow it |
/// | `wg.Add(1)` | [`let token = wg.token()`](Self::token) | |
/// | `wg.Add(n)` | `vec![wg.token(); n]` | tokens are `Clone` |
/// | `wg.Done()` | `drop(token)` | cannot happen twice, so there is no negative count |
/// | `wg.Go(f)` | `wg.spawn(f)` of `taut::group::WaitGroupExt` (feature `group`), or `tokio::spawn` of [`wg.track(f)`](Self::track) | a panic is raised by who waits; in Go it ends the process |
/// | `wg.Wait()` | [`wg.wait().await`](Self::wait) | an arm of a select; may be given up |
/// | `Add` inside of a task | `token.clone()`, or `wg.token()` | the same |
/// | `Add` while others wait at zero | allowed | a race in Go; see [rounds](#rounds) |
/// | reuse before `Wait` has returned | allowed | panics in Go, with luck |
///
/// As in Go, who waits before the first token is made finds nothing to wait for. Make the token where
/// the work is handed out, and not where it begins.
///
/// # Fairness
///
/// Nobody queues: the end of a round releases all who wait for it at once.
///
/// # Cancel safety
///
/// Safe: a wait takes nothing. Dropping what [`track`](Self::track) gave drops the future, and then gives its
/// token back.
///
/// # Synchronization
///
/// What the holder of a token does before it is given back happens before the return of a wait that it
/// is counted for.
///
/// # Errors
///
/// [`wait_catch_unwind`](Self::wait_catch_unwind) gives the panic of a task as an error. Nothing else fails.
///
/// # Panics
///
/// [`wait`](Self::wait), [`wait_owned`](Self::wait_owned) and [`blocking_wait`](Self::blocking_wait) do if a
/// future of the group has panicked, and the last one where it would block a task. With more than 2³¹ tokens
/// out, or 2²⁹ handles, the process ends.
///
/// # Cost
///
/// One allocation for a group. A token is one atomic step to make and one to give back, a clone of the
/// group likewise; only the last token of a round for which somebody waits takes a lock. Waiting
/// allocates nothing.
///
/// # When to use something else
///
/// For the results of tasks, or their errors, `taut::group::Group` or Tokio's `JoinSet`. `TaskTracker` of
/// `tokio-util` waits until it has been closed as well: for a set that may be empty before its first task.
/// It does not say that a task has panicked.
#[derive(Clone)]
pub struct WaitGroup(Handle);

/// One unit of work that a [`WaitGroup`] waits for. Dropping it is Go's `Done`.
///
/// # Examples
///
/// ```
/// use taut::sync::WaitGroup;
///
/// let wg = WaitGroup::new();
/// let token = wg.token();
/// let another = token.clone();
/// assert_eq!(wg.count(), 2);
/// drop((token, another));
/// assert_eq!(wg.count(), 0);
/// ```
#[derive(Clone)]
#[must_use = "it is given back when it is dropped"]
pub struct Token(Share);

impl UnwindSafe for WaitGroup {}
impl RefUnwindSafe for WaitGroup {}
impl UnwindSafe for Token {}
impl RefUnwindSafe for Token {}

impl WaitGroup {
    /// A group with no tokens out.
    ///
    /// # Examples
    ///
    /// ```
    /// let wg = taut::sync::WaitGroup::new();
    /// assert_eq!(wg.count(), 0);
    /// wg.blocking_wait(); // there is nothing to wait for
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self(Handle::new())
    }

    /// One more unit of work to wait for: Go's `Add(1)`.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::WaitGroup;
    ///
    /// let wg = WaitGroup::new();
    /// let token = wg.token();
    /// std::thread::spawn(move || {
    ///     // Some work, and then:
    ///     drop(token);
    /// });
    /// wg.blocking_wait();
    /// ```
    #[inline]
    #[doc(alias = "add")]
    pub fn token(&self) -> Token {
        Token(self.0.share())
    }

    /// Waits until no token is out: at once if that is so, and else until the last one comes back.
    ///
    /// Any number may wait at the same time. Tokens that are made meanwhile are waited for as well.
    ///
    /// # Cancel safety
    ///
    /// Safe: a wait that is given up changes nothing; begun anew it waits for the round that is on then.
    ///
    /// # Panics
    ///
    /// When it completes, if a future of this group has panicked that was [tracked](Self::track) or
    /// spawned: that panic goes on here.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::sync::WaitGroup;
    ///
    /// let wg = WaitGroup::new();
    /// let token = wg.token();
    /// tokio::spawn(async move {
    ///     let _token = token; // dropped at the end, whatever comes
    /// });
    /// wg.wait().await;
    /// assert_eq!(wg.count(), 0);
    /// # }
    /// ```
    #[inline]
    pub fn wait(&self) -> future::Wait<'_> {
        future::Wait::new(self.0.until_zero())
    }

    /// As [`wait`](Self::wait), and gives a panic as an error instead of raising it.
    ///
    /// # Cancel safety
    ///
    /// Safe: as [`wait`](Self::wait).
    ///
    /// # Errors
    ///
    /// [`Panicked`](crate::Panicked), with what the first panic of this group said, now and in all later rounds.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::sync::WaitGroup;
    ///
    /// let wg = WaitGroup::new();
    /// tokio::spawn(wg.track(async { panic!("no disk") }));
    /// let panicked = wg.wait_catch_unwind().await.expect_err("the task has panicked");
    /// assert_eq!(panicked.message(), "no disk");
    /// // … and what there is to clean up.
    /// # }
    /// ```
    pub fn wait_catch_unwind(&self) -> future::WaitCatchUnwind<'_> {
        future::WaitCatchUnwind::new(self.0.until_zero())
    }

    /// As [`wait`](Self::wait), with a handle of its own, so that it borrows nothing.
    ///
    /// # Cancel safety
    ///
    /// Safe: as [`wait`](Self::wait).
    ///
    /// # Panics
    ///
    /// As [`wait`](Self::wait).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::sync::WaitGroup;
    ///
    /// let wg = WaitGroup::new();
    /// let token = wg.token();
    /// let all = tokio::spawn(wg.wait_owned());
    /// drop(token);
    /// all.await.expect("no panic");
    /// # }
    /// ```
    pub fn wait_owned(&self) -> future::WaitOwned {
        future::WaitOwned::new(self.0.clone().into_until_zero())
    }

    /// As [`wait`](Self::wait), for a thread that runs no async tasks: it parks the thread.
    ///
    /// # Panics
    ///
    /// If it would have to wait inside an async task of Tokio: use `wait` there, or
    /// `tokio::task::spawn_blocking`. And as [`wait`](Self::wait).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::WaitGroup;
    ///
    /// let wg = WaitGroup::new();
    /// for token in vec![wg.token(); 4] {
    ///     std::thread::spawn(move || drop(token));
    /// }
    /// wg.blocking_wait();
    /// ```
    #[track_caller]
    pub fn blocking_wait(&self) {
        block_on(self.wait(), "blocking_wait", "wait");
    }

    /// Counts `future`, from now on until it completes or is dropped, and keeps its panic if it panics.
    ///
    /// The token is made by this call, and given back when the future is gone, its destructors included. A
    /// panic of the future, or of its destructor, is kept in the group before that, so that nobody who
    /// waits misses it: see [the type](Self#panics-of-tasks). Then it goes on where it happened, with
    /// a copy of its message. If the payload is neither a `&str` nor a `String`, only who waits
    /// gets it. Of several panics the group keeps the first.
    ///
    /// What the future shares with others is as the panic left it: no [`UnwindSafe`] is asked for.
    ///
    /// # Cancel safety
    ///
    /// Drops `future`: what that costs is up to it. The token is given back, and that is no panic.
    ///
    /// # Panics
    ///
    /// When it is polled or dropped, if `future` does. And if it is polled after completion.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::sync::WaitGroup;
    ///
    /// let wg = WaitGroup::new();
    /// tokio::spawn(wg.track(async { panic!("no disk") }));
    ///
    /// let all = wg.clone();
    /// let outcome = tokio::spawn(async move { all.wait().await }).await;
    /// let panic = outcome.unwrap_err().into_panic();
    /// assert_eq!(panic.downcast_ref(), Some(&"no disk"));
    /// # }
    /// ```
    pub fn track<F: Future>(&self, future: F) -> future::Track<F> {
        future::Track::new(future, self.token())
    }
}

impl Token {
    /// The group that waits for it.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::WaitGroup;
    ///
    /// let wg = WaitGroup::new();
    /// assert!(wg.token().wait_group().same_group(&wg));
    /// ```
    #[must_use]
    pub fn wait_group(&self) -> WaitGroup {
        WaitGroup(self.0.handle())
    }

    fn record(&self, payload: Payload) -> Payload {
        self.0.record(payload)
    }
}

impl Default for WaitGroup {
    fn default() -> Self {
        Self::new()
    }
}

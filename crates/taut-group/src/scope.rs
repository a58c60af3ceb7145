//! `scope`: tasks that may borrow, all inside the one task that awaits them.

mod cell;
mod driver;
mod home;
mod queue;
mod scoped;
mod share;
mod spawned;
mod waker;

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;

use taut_context::{Context, ContextError};
use taut_core::sync::Arc;

use self::driver::{Body, Driver};
use self::queue::{Queue, Reins};
pub use self::scoped::Scoped;
use self::scoped::Tasks;
use self::share::Share;
pub use self::spawned::{AbortOnDrop, Spawned};
use crate::group::Group;

/// Runs `body`, and the tasks that it starts, inside the task that awaits this, and gives what the body
/// gives when all of them are done.
///
/// `body` is an async closure, and gets a [`Scope`] to start tasks with. They may borrow whatever lives
/// longer than the future of the scope: the variables of the function around it, though not those of the
/// body. No `Arc`, no clone, no `'static`.
///
/// The tasks of a scope take turns, in the order in which they are woken, and never run at the same time as
/// each other. To the runtime all of them are one task. So what they say to each other costs no wake-up of
/// another worker, and what each of them costs is little; but a scope has the power of one worker, and one
/// task of it that computes long holds up the others.
///
/// ```text
///    one task of the runtime: ┌ body ─────────────────┐
///                             │  ├ task   ├ task      │   polled in turns, as they are woken
///                             │           └ task      │
///                             └ all done: what body gave
/// ```
///
/// # Examples
///
/// ```
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let text = String::from("to be");
///     let lengths = taut::scope(async |s| {
///         let bytes = s.spawn(async { text.len() });
///         let words = s.spawn(async { text.split(' ').count() });
///         (bytes.await, words.await)
///     });
///     assert_eq!(lengths.await, (5, 2));
/// }
/// ```
///
/// Tasks that talk to the body, and end with the first error:
///
/// ```
/// use taut::context::Context;
/// use taut::group::Failure;
///
/// async fn check(name: &str) -> Result<usize, Failure> {
///     if name.is_empty() { Err(Failure::new("no name")) } else { Ok(name.len()) }
/// }
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let names = vec!["ada".to_owned(), String::new(), "grace".to_owned()];
///     let lengths = taut::scope(async |s| {
///         let (group, _ctx) = s.group_with_context(&Context::background());
///         let mut group = group.limit(2);
///         for name in &names {
///             group.spawn(check(name)).await;
///         }
///         group.wait().await
///     });
///     assert_eq!(lengths.await.map_err(|error| error.to_string()), Err("no name".to_owned()));
/// }
/// ```
///
/// # Errors and panics of tasks
///
/// What a task gives is given by its handle, [`Spawned`]. A panic of a task, or of the body, drops all
/// others at once, and goes on out of the scope.
///
/// # From Go
///
/// | Go | ours | what differs and why |
/// | --- | --- | --- |
/// | `go f(&x)`, and `wg.Wait()` before `x` goes | [`s.spawn(f(&x))`](Scope::spawn) | that it is waited for cannot be forgotten: the scope does |
/// | a result, written to a variable | `s.spawn(f).await` | the handle is a future of it |
/// | goroutines on all cores | one task of the runtime | what they share needs no lock between two awaits |
/// | `errgroup` | [`s.group()`](Scope::group) | |
/// | a goroutine that nobody waits for | [`abort_on_drop`](Spawned::abort_on_drop), [`abort`](Spawned::abort) | or the scope waits for it |
///
/// # Fairness
///
/// First woken, first polled. After at most 256 polls of tasks, or when Tokio's budget is used up, the rest
/// of the runtime has its turn.
///
/// # Cancel safety
///
/// Drops the value: dropping the future drops the body and then all tasks, the last started first, before
/// that returns. That is what lets them borrow.
///
/// # Synchronization
///
/// All of it is one task: what one of the tasks does before it is next pending happens before whatever is polled
/// after it. What tasks do happens before the scope gives its value.
///
/// # Errors
///
/// None of its own: what the body and the tasks give may be a `Result`. `?` in the body waits for the tasks, like
/// any end of the body.
///
/// # Panics
///
/// If the body or a task panics, or if it is polled again after that.
///
/// # Cost
///
/// Two allocations for a scope and one for a task, of its future and some twelve words. Starting, waking and
/// ending a task takes the same time however many there are; those that were not woken are not touched. A
/// wake-up from inside the scope is one atomic step, and its poll another.
///
/// # When to use something else
///
/// | take `scope` for | take a [`Group`](crate::Group) for |
/// | --- | --- |
/// | many small tasks that wait most of the time | work that is to use all cores |
/// | tasks that talk to each other all the time | tasks that talk little |
/// | tasks that borrow from the function around them | tasks that own what they need |
/// | code in which two parts must not run at once | tasks that may block their worker for long |
///
/// Both go together: the tasks of a group may use scopes, and [a scope has groups](Scope::group), with
/// limits, results and the first error. A fixed number of futures, known where they are written: `tokio::join!`
/// of them costs least.
pub fn scope<'env, F, Fut>(body: F) -> Scoped<'env, Fut>
where
    F: FnOnce(Scope<'env>) -> Fut,
    Fut: Future,
{
    let (queue, reins) = Reins::new();
    // Made before the closure runs, which may start tasks and panic.
    let tasks = Tasks::new(Body::new(&queue), Driver::new(reins));
    Scoped::new(body(Scope { queue, _env: PhantomData }), tasks)
}

/// What borrows for exactly `'env`: neither for longer nor for shorter.
type Bound<'env> = fn(&'env ()) -> &'env ();

/// The right to start tasks in a scope; a clone is for the same. See [`scope`](crate::scope()).
///
/// # Examples
///
/// A task that starts others takes a clone:
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use taut::group::Scope;
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     fn count_down<'a>(s: &Scope<'a>, n: u32, count: &'a AtomicU32) {
///         let s2 = s.clone();
///         s.spawn(async move {
///             count.fetch_add(1, Ordering::Relaxed);
///             if n > 0 {
///                 count_down(&s2, n - 1, count);
///             }
///         });
///     }
///
///     let count = AtomicU32::new(0);
///     taut::scope(async |s| count_down(&s, 9, &count)).await;
///     assert_eq!(count.into_inner(), 10);
/// }
/// ```
#[derive(Clone)]
pub struct Scope<'env> {
    queue: Arc<Queue>,
    _env: PhantomData<Bound<'env>>,
}

impl<'env> Scope<'env> {
    /// Starts a task in the scope. It is polled for the first time when the scope is next polled, or after
    /// what is queued there, and need not be awaited.
    ///
    /// After the end of the scope, by a handle that was carried out of it, the future is dropped at once;
    /// then awaiting the result panics.
    ///
    /// # Cost
    ///
    /// One allocation. May be called from other threads, too.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let text = String::from("to be");
    /// let words = taut::scope(async |s| {
    ///     let words = s.spawn(async { text.split(' ').count() });
    ///     words.await
    /// });
    /// assert_eq!(words.await, 2);
    /// # }
    /// ```
    pub fn spawn<F>(&self, future: F) -> Spawned<'env, F::Output>
    where
        F: Future + Send + 'env,
        F::Output: Send + 'env,
    {
        let (handles, scopes) = self.task(future, 0);
        // SAFETY: it is the handle's share, in a task with this output.
        let handle = unsafe { Spawned::new(handles) };
        self.start(scopes);
        handle
    }

    /// A group whose tasks run in the scope, and may borrow as its tasks do: see [`Group::new`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let texts = ["80".to_owned(), "443".to_owned()];
    /// let ports = taut::scope(async |s| {
    ///     let mut group = s.group();
    ///     for text in &texts {
    ///         group.spawn(async { text.parse::<u16>() }).await;
    ///     }
    ///     group.wait().await
    /// });
    /// assert_eq!(ports.await, Ok(vec![80, 443]));
    /// # }
    /// ```
    pub fn group<T, E>(&self) -> Group<T, E, Self> {
        Group::in_home(self.clone(), None)
    }

    /// A group with a context, whose tasks run in the scope: see [`Group::with_context`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use taut::context::Context;
    /// use taut::group::Failure;
    ///
    /// let result = taut::scope(async |s| {
    ///     let (mut group, ctx) = s.group_with_context(&Context::background());
    ///     group.spawn(async { Err(Failure::new("no disk")) }).await;
    ///     group.spawn(async move { ctx.run(std::future::pending()).await? }).await;
    ///     group.wait().await.map(|values: Vec<()>| values.len())
    /// });
    /// assert_eq!(result.await.unwrap_err().to_string(), "no disk");
    /// # }
    /// ```
    pub fn group_with_context<T, E>(&self, parent: &Context) -> (Group<T, E, Self>, Context)
    where
        E: Clone + Into<Box<dyn Error + Send + Sync>> + From<ContextError> + 'static,
    {
        self.group_with_context_by(parent, E::clone)
    }

    /// A group with a context, whose tasks run in the scope: see [`Group::with_context_by`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use std::io;
    /// use taut::context::Context;
    ///
    /// let path = String::from("/no/such/file");
    /// let result = taut::scope(async |s| {
    ///     let background = Context::background();
    ///     let (mut group, _ctx) = s.group_with_context_by(&background, io::Error::to_string);
    ///     group.spawn(async { std::fs::read(&path) }).await;
    ///     group.wait().await
    /// });
    /// assert_eq!(result.await.unwrap_err().kind(), io::ErrorKind::NotFound);
    /// # }
    /// ```
    pub fn group_with_context_by<T, E, C>(
        &self,
        parent: &Context,
        cause: impl Fn(&E) -> C + Send + Sync + 'static,
    ) -> (Group<T, E, Self>, Context)
    where
        C: Into<Box<dyn Error + Send + Sync>>,
        E: From<ContextError> + 'static,
    {
        Group::bound_in_home(self.clone(), parent, cause)
    }

    /// Both shares of a new task: the handle's, and the scope's.
    fn task<F>(&self, future: F, state: usize) -> (Share, Share)
    where
        F: Future + Send + 'env,
        F::Output: Send + 'env,
    {
        Share::pair(&self.queue, future, state)
    }

    /// Gives the scope its share in a new task, or ends that if the scope is over.
    fn start(&self, share: Share) {
        // It is the scope's once it is in the queue, though the waker of the scope panics.
        let task = share.into_raw();
        // SAFETY: `QUEUED` is set in a new task, and the scope gets its share with it.
        if !unsafe { self.queue.push(task) } {
            // SAFETY: it was not taken.
            let share = unsafe { Share::from_raw(task) };
            // SAFETY: the scope is over, so nobody drives it, and nobody else touches the task.
            unsafe { share.abort() };
        }
    }
}

impl fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").finish_non_exhaustive()
    }
}

/// Programs that the compiler is to refuse.
#[cfg(doctest)]
#[doc = include_str!("../tests/scope/must_not_compile.md")]
mod programs {}

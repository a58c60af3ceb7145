//! `go f()`: tasks of the runtime. The one file of this crate that knows Tokio.

use std::future::Future;

use tokio::task::JoinHandle as OfBlocking;

#[cfg(not(taut_shuttle))]
pub(crate) use tokio::task::JoinHandle;

/// In a model, shuttle's.
#[cfg(taut_shuttle)]
// TIDY-ALLOW: tasks, which are no shared memory.
pub(crate) use shuttle::future::JoinHandle;

/// Starts a task: Go's `go f()`. It is `tokio::spawn`, and the handle is Tokio's.
///
/// The task runs at the same time as its caller, on any worker of the runtime, whether the handle is kept
/// or not: dropping it detaches the task. Nobody hears then how it ends; to know that it does, and how,
/// spawn into a [`Group`](crate::Group) or a [`WaitGroup`](crate::WaitGroupExt).
///
/// With the feature `tracing` the task runs inside a span `task` of the target `taut_group::spawn` at the level
/// `TRACE`. Its only field, `spawned_at`, is the caller's file, line and column: `src/main.rs:7:16`.
///
/// # Examples
///
/// ```
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), tokio::task::JoinError> {
///     let count = taut::spawn(async { "to be".split(' ').count() });
///     println!("counting");
///     assert_eq!(count.await?, 2); // an error: it has panicked, or was aborted
///     Ok(())
/// }
/// ```
///
/// One that nobody joins, and that tells by a channel (feature `chan`):
///
/// ```
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let (tx, rx) = taut::chan::rendezvous();
///     taut::spawn(async move { tx.send("hello").await });
///     assert_eq!(rx.recv().await, Ok("hello"));
/// }
/// ```
///
/// What a subscriber sees of a task (feature `tracing`, and the crate of that name):
///
/// ```
/// use std::fmt;
/// use std::sync::Mutex;
/// use tracing::field::{Field, Visit};
/// use tracing::span::{Attributes, Id, Record};
/// use tracing::{Event, Level, Metadata, Subscriber};
///
/// static SPANS: Mutex<Vec<String>> = Mutex::new(Vec::new());
///
/// /// Keeps the fields of spans, and nothing else.
/// struct Keeps;
///
/// struct Fields(String);
///
/// impl Visit for Fields {
///     fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
///         self.0 += &format!(" {field}={value:?}");
///     }
/// }
///
/// impl Subscriber for Keeps {
///     fn enabled(&self, span: &Metadata<'_>) -> bool {
///         *span.level() == Level::TRACE && span.target() == "taut_group::spawn"
///     }
///     fn new_span(&self, span: &Attributes<'_>) -> Id {
///         let mut fields = Fields(span.metadata().name().to_owned());
///         span.record(&mut fields);
///         SPANS.lock().expect("no panic").push(fields.0);
///         Id::from_u64(1)
///     }
///     fn record(&self, _: &Id, _: &Record<'_>) {}
///     fn record_follows_from(&self, _: &Id, _: &Id) {}
///     fn event(&self, _: &Event<'_>) {}
///     fn enter(&self, _: &Id) {}
///     fn exit(&self, _: &Id) {}
/// }
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     tracing::subscriber::set_global_default(Keeps).expect("the first");
///     let (file, line) = (file!(), line!() + 1);
///     let task = taut::spawn(async { 7 });
///     assert_eq!(task.await.expect("no panic"), 7);
///     let spans = SPANS.lock().expect("no panic");
///     assert!(spans[0].starts_with(&format!("task spawned_at={file}:{line}:")), "{spans:?}");
///     assert_eq!(spans.len(), 1);
/// }
/// ```
///
/// # From Go
///
/// | Go | ours | what differs and why |
/// | --- | --- | --- |
/// | `go f(x)` | `spawn(f(x))` | as in Go, `x` is evaluated by the caller; the body of an `async` block is not |
/// | the result of `f` is lost | `handle.await` gives it | |
/// | a panic of `f` ends the process | `handle.await` gives it as an error | without a handle it is only printed |
/// | `main` returns: all end at once | the runtime drops its tasks as it shuts down | their destructors run |
/// | a loop without calls is preempted | a task runs until it awaits | see [`spawn_blocking`] |
///
/// # Fairness
///
/// That of the runtime.
///
/// # Cancel safety
///
/// Safe: dropping the handle detaches the task, which goes on. `handle.abort()` ends it.
///
/// # Synchronization
///
/// What comes before `spawn` happens before the task, and what the task does before `handle.await` returns.
///
/// # Errors
///
/// The handle gives one if the task has panicked, or was aborted or dropped with its runtime.
///
/// # Panics
///
/// Outside of a Tokio runtime. The future is dropped.
///
/// # Cost
///
/// That of `tokio::spawn`; with the feature `tracing`, a span besides.
///
/// # When to use something else
///
/// For tasks that are to be waited for, or to end together, a [`Group`](crate::Group) or a
/// [`scope`](crate::scope()).
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    start(Site::here().name(future))
}

/// Runs a closure that blocks, on a thread that may: `tokio::task::spawn_blocking`. For what computes long
/// or calls what does not return soon, where Go would just call it.
///
/// A closure that has begun cannot be stopped: aborting the handle does nothing then, and a runtime that
/// shuts down waits for it.
///
/// With the feature `tracing` it runs inside a span, as with [`spawn`].
///
/// # Panics
///
/// Outside of a Tokio runtime.
///
/// # Examples
///
/// ```
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let text = taut::spawn_blocking(|| std::fs::read_to_string("Cargo.toml")).await;
///     assert!(text.expect("it does not panic").is_ok());
/// }
/// ```
#[track_caller]
pub fn spawn_blocking<F, R>(function: F) -> OfBlocking<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    #[cfg(feature = "tracing")]
    let function = {
        let span = Site::here().span();
        move || span.in_scope(function)
    };
    tokio::task::spawn_blocking(function)
}

/// The one place where tasks begin.
#[track_caller]
pub(crate) fn start<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    #[cfg(not(taut_shuttle))]
    return tokio::spawn(future);
    #[cfg(taut_shuttle)]
    // TIDY-ALLOW: tasks, which are no shared memory.
    return shuttle::future::spawn(future);
}

/// Where in the user's code a task was spawned: what it is named after, if there is tracing.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[allow(unnameable_types, reason = "only homes, which are sealed, see one")]
pub struct Site(#[cfg(feature = "tracing")] &'static std::panic::Location<'static>);

impl Site {
    #[track_caller]
    pub(crate) const fn here() -> Self {
        Self(
            #[cfg(feature = "tracing")]
            std::panic::Location::caller(),
        )
    }

    /// The future, inside a span that is named after this.
    #[cfg(feature = "tracing")]
    pub(crate) fn name<F: Future>(self, future: F) -> tracing::instrument::Instrumented<F> {
        tracing::Instrument::instrument(future, self.span())
    }

    /// The future as it is.
    #[cfg(not(feature = "tracing"))]
    #[expect(clippy::unused_self, reason = "there is no tracing")]
    pub(crate) const fn name<F: Future>(self, future: F) -> F {
        future
    }

    #[cfg(feature = "tracing")]
    fn span(self) -> tracing::Span {
        tracing::trace_span!("task", spawned_at = %self.0)
    }
}

//! A backend behind a bulkhead: it has so many places, and who finds none waits until its context ends.
//!
//! One slow backend so takes no more of the server than its places; requests that do not need it go on.
//! What becomes of calls is counted by the calls themselves when they are dropped, so that one which is
//! cut off at any await is counted as that.

use std::fmt;
use std::future::Future;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use taut::context::{Context, ContextError};
use taut::sync::Semaphore;
use tokio::sync::watch;
use tokio::time::Instant;

use super::failure::Failure;

/// What a call gives. Callers share it, so a clone must be cheap.
pub(crate) type Answer = Result<Arc<str>, Failure>;

/// What does the work of a call. It may use the context for what it passes on, and need not watch it.
pub(crate) type Fetch = Box<dyn Fn(Context, u64) -> Fetching + Send + Sync>;
pub(crate) type Fetching = Pin<Box<dyn Future<Output = anyhow::Result<String>> + Send>>;

pub(crate) struct Backend {
    pub(crate) name: &'static str,
    fetch: Fetch,
    pub(crate) places: Semaphore,
    /// To be watched.
    pub(crate) calls: watch::Sender<Calls>,
}

/// What has become of calls so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls {
    pub(crate) begun: u64,
    pub(crate) done: u64,
    pub(crate) failed: u64,
    /// Dropped before they were done.
    pub(crate) cancelled: u64,
    /// What was asked for by those that run.
    pub(crate) running: Vec<u64>,
    /// How many have run at the same time.
    pub(crate) most: usize,
    /// What those that are done took together.
    spent: Duration,
}

impl Backend {
    pub(crate) fn new(name: &'static str, places: NonZeroUsize, fetch: Fetch) -> Arc<Self> {
        let places = Semaphore::new(places.get());
        Arc::new(Self { name, fetch, places, calls: watch::Sender::default() })
    }

    /// Asks for something, as soon as there is a place.
    pub(crate) async fn call(&self, ctx: &Context, id: u64) -> Answer {
        let Ok(_place) = ctx.try_run(self.places.acquire(1)).await else {
            return Err(self.no_place(ctx));
        };
        // Dropped before the place is, so that there are never more calls than places.
        let call = Call::begin(self, id);
        match ctx.run((self.fetch)(ctx.clone(), id)).await {
            Ok(Ok(text)) => {
                call.end(CallEnd::Done);
                Ok(text.into())
            }
            Ok(Err(error)) => {
                call.end(CallEnd::Failed);
                Err(Failure::backend(self.name, &error))
            }
            Err(_) => Err(Failure::ended(ctx)),
        }
    }

    /// Why who had no place when its context ended has no answer.
    pub(crate) fn no_place(&self, ctx: &Context) -> Failure {
        let full = self.places.available() == 0;
        if full && ctx.err() == Some(ContextError::DeadlineExceeded) {
            return Failure::Busy { backend: self.name, retry_after: self.retry_after() };
        }
        Failure::ended(ctx)
    }

    /// How many seconds those who wait will take, if calls go on as they went so far.
    fn retry_after(&self) -> u64 {
        let turns = self.places.waiters() / self.places.capacity().max(1) + 1;
        let calls = self.calls.borrow();
        let mean = calls.spent.as_secs_f64() / calls.done.max(1) as f64;
        (mean * turns as f64).ceil().max(1.0) as u64
    }

    /// Whether a call for this runs now.
    pub(crate) fn is_serving(&self, id: u64) -> bool {
        self.calls.borrow().running.contains(&id)
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Calls { begun, done, failed, cancelled, running, most, spent: _ } =
            &*self.calls.borrow();
        let running = running.len();
        let (free, waiting) = (self.places.available(), self.places.waiters());
        write!(f, "begun={begun} done={done} failed={failed} cancelled={cancelled} ")?;
        write!(f, "running={running} most={most} free={free} waiting={waiting}")
    }
}

/// A call that runs.
struct Call<'a> {
    backend: &'a Backend,
    id: u64,
    since: Instant,
    end: CallEnd,
}

enum CallEnd {
    Done,
    Failed,
    Cancelled,
}

impl<'a> Call<'a> {
    fn begin(backend: &'a Backend, id: u64) -> Self {
        backend.calls.send_modify(|calls| {
            calls.begun += 1;
            calls.running.push(id);
            calls.most = calls.most.max(calls.running.len());
        });
        Self { backend, id, since: Instant::now(), end: CallEnd::Cancelled }
    }

    fn end(mut self, end: CallEnd) {
        self.end = end;
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.backend.calls.send_modify(|calls| {
            if let Some(at) = calls.running.iter().position(|id| *id == self.id) {
                calls.running.swap_remove(at);
            }
            match self.end {
                CallEnd::Done => {
                    calls.done += 1;
                    calls.spent += self.since.elapsed();
                }
                CallEnd::Failed => calls.failed += 1,
                CallEnd::Cancelled => calls.cancelled += 1,
            }
        });
    }
}

//! The fetching: a task for each URL, so many at a time, which tries until it has a result and tells it.
//!
//! Two contexts. `stop` ends on a signal and when time is up: from then on nothing begins, no task, no
//! request, no wait before the next attempt. `budget` ends when time is up only, and bounds the requests:
//! what is in flight when a signal comes may finish. Each has a timeout besides.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use taut::chan::{SendError, Sender};
use taut::context::{Context, ContextError};
use taut::group::{Failure, Group};
use taut::sync::Permit;
use tokio::time::Instant;

use crate::client::{FetchError, Get, Page, TimedOut};
use crate::hosts::Hosts;
use crate::pace::Pacer;
use crate::retry::Retries;
use crate::target::Target;

/// What is told while it goes on. Each URL has one [`Event::Done`], unless its task never began.
#[derive(Debug)]
pub(crate) enum Event {
    /// A request is on its way.
    Requested,
    /// It has ended, in one way or another.
    Answered,
    /// There is nothing more to come for URL number `index`.
    Done { index: usize, row: Row },
}

/// What came of a URL.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) outcome: Outcome,
    /// How many requests were made for it.
    pub(crate) attempts: u32,
    /// How long the last one took, waits not counted.
    pub(crate) latency: Duration,
}

#[derive(Debug)]
pub(crate) enum Outcome {
    /// No request was made.
    NotStarted,
    Fetched(Page),
    Failed(FetchError),
}

impl Row {
    pub(crate) const NOT_STARTED: Self =
        Self { outcome: Outcome::NotStarted, attempts: 0, latency: Duration::ZERO };
}

/// What the tasks have in common.
pub(crate) struct Fetcher<G> {
    pub(crate) get: G,
    pub(crate) hosts: Hosts,
    pub(crate) pacer: Pacer,
    pub(crate) retries: Retries,
    /// What a request may take.
    pub(crate) timeout: Duration,
    /// What all of them may take.
    pub(crate) budget: Context,
    pub(crate) events: Sender<Event>,
}

/// Fetches `targets`, `concurrency` at a time, until `stop` ends.
///
/// # Errors
///
/// If nobody wants to hear of it any more. That `stop` ends is no error: it shows in the rows.
pub(crate) async fn fetch_all<G: Get>(
    stop: &Context,
    fetcher: Fetcher<G>,
    targets: Vec<Target>,
    concurrency: usize,
) -> Result<(), Failure> {
    let fetcher = Arc::new(fetcher);
    let (group, ctx) = Group::<(), Failure>::with_context(stop);
    let mut group = group.limit(concurrency);
    for (index, target) in targets.into_iter().enumerate() {
        let (fetcher, ctx) = (Arc::clone(&fetcher), ctx.clone());
        // Waits until another is done. The group takes none once its context has ended.
        if !group.spawn(async move { fetcher.run(&ctx, index, &target).await }).await {
            break;
        }
    }
    match group.wait().await {
        // It was told to end before all had begun; a failure of its own would come before that.
        Err(failure) if failure.downcast_ref::<ContextError>().is_some() => Ok(()),
        result => result.map(drop),
    }
}

impl<G: Get> Fetcher<G> {
    async fn run(&self, stop: &Context, index: usize, target: &Target) -> Result<(), Failure> {
        let row = self.fetch(stop, index, target).await?;
        Ok(self.events.send(Event::Done { index, row }).await?)
    }

    /// Tries until there is a page, or no hope, or no time.
    async fn fetch(
        &self,
        stop: &Context,
        index: usize,
        target: &Target,
    ) -> Result<Row, SendError<Event>> {
        let mut row = Row::NOT_STARTED;
        while let Ok(place) = stop.run(self.admit(target)).await {
            self.events.send(Event::Requested).await?;
            row.attempts += 1;
            let begun = Instant::now();
            let result = self.attempt(target).await;
            drop(place);
            row.latency = begun.elapsed();
            self.events.send(Event::Answered).await?;
            let error = match result {
                Ok(page) => {
                    row.outcome = Outcome::Fetched(page);
                    break;
                }
                Err(error) => error,
            };
            let wait = self.retries.wait(index, row.attempts, &error);
            row.outcome = Outcome::Failed(error);
            let Some(wait) = wait else { break };
            if stop.sleep(wait).await.is_err() {
                break;
            }
        }
        Ok(row)
    }

    /// Waits until a request may begin; for another try too, as a server in trouble is not to be hurried.
    async fn admit(&self, target: &Target) -> Option<Permit<'_>> {
        let place = self.hosts.place(target).await;
        // Last, for a turn is for now.
        self.pacer.turn().await;
        place
    }

    /// One request. It is dropped when its time is up, and with it the connection.
    async fn attempt(&self, target: &Target) -> Result<Page, FetchError> {
        let (ctx, _cancel) = self.budget.with_timeout_cause(self.timeout, TimedOut(self.timeout));
        match ctx.run(self.get.get(target)).await {
            Ok(result) => result,
            Err(ended) => {
                // Whose time it was: its own, after which another may do better, or that of all.
                let cause = ctx.cause().unwrap_or_else(|| Arc::new(ended));
                Err(match cause.downcast_ref::<TimedOut>() {
                    Some(&timed_out) => FetchError::TimedOut(timed_out),
                    None => FetchError::Ended(cause),
                })
            }
        }
    }
}

/// The cause of the end of a run that had a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutOfTime(pub(crate) Duration);

impl fmt::Display for OutOfTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the run had {:?}", self.0)
    }
}

impl Error for OutOfTime {}

//! Whole runs on paused time, with a client that does as it is told.

use std::collections::HashMap;
use std::future::pending;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::StatusCode;
use taut::chan;
use taut::context::Context;
use taut::group::Failure;
use tokio::time::{Instant, sleep};

use crate::client::{FetchError, Get, Page, TimedOut};
use crate::fetch::{Fetcher, OutOfTime, Outcome, Row, fetch_all};
use crate::hosts::Hosts;
use crate::pace::Pacer;
use crate::report::Report;
use crate::retry::Retries;
use crate::target::Target;

const SECOND: Duration = Duration::from_secs(1);

/// What a request comes to, a second after it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Page,
    Status(u16),
    Never,
}

/// Does for the `nth` request for a URL what a function says.
struct Scripted<F> {
    script: F,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    requests: HashMap<usize, usize>,
    all: InFlight,
    hosts: HashMap<String, InFlight>,
}

#[derive(Clone, Copy, Default)]
struct InFlight {
    now: usize,
    most: usize,
}

impl InFlight {
    fn begin(&mut self) {
        self.now += 1;
        self.most = self.most.max(self.now);
    }
}

struct Busy {
    seen: Arc<Mutex<Seen>>,
    host: String,
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut seen = self.seen.lock().unwrap();
        seen.all.now -= 1;
        seen.hosts.get_mut(&self.host).unwrap().now -= 1;
    }
}

impl<F: Fn(usize, usize) -> Step + Send + Sync + 'static> Get for Scripted<F> {
    async fn get(&self, target: &Target) -> Result<Page, FetchError> {
        let index = target.uri().path()[1..].parse().unwrap();
        let host = target.host().to_string();
        let step = {
            let mut seen = self.seen.lock().unwrap();
            seen.all.begin();
            seen.hosts.entry(host.clone()).or_default().begin();
            let nth = seen.requests.entry(index).or_default();
            *nth += 1;
            (self.script)(index, *nth - 1)
        };
        let _busy = Busy { seen: self.seen.clone(), host };
        sleep(SECOND).await;
        match step {
            Step::Page => Ok(Page { status: StatusCode::OK, bytes: 1, sha256: [0; 32] }),
            Step::Status(code) => Err(FetchError::Refused {
                status: StatusCode::from_u16(code).unwrap(),
                retry_after: None,
                location: None,
            }),
            Step::Never => pending().await,
        }
    }
}

/// A run, and when it is told to stop.
#[derive(Clone, Copy)]
struct Run {
    urls: usize,
    concurrency: usize,
    /// The URLs are of so many, in turns.
    hosts: usize,
    per_host: usize,
    rps: u32,
    deadline: Duration,
    stop: Duration,
}

/// Ten URLs of one host, three at a time, and as much time as they like. A request may take two
/// seconds, and have two repetitions.
const RUN: Run = Run {
    urls: 10,
    concurrency: 3,
    hosts: 1,
    per_host: 100,
    rps: 1000,
    deadline: Duration::MAX,
    stop: Duration::MAX,
};

struct Ran {
    report: Report,
    result: Result<(), Failure>,
    /// At a time, in all and for each host.
    most: usize,
    per_host: Vec<usize>,
    took: Duration,
}

impl Run {
    async fn go(self, script: impl Fn(usize, usize) -> Step + Send + Sync + 'static) -> Ran {
        let url = |n| format!("http://site{}/{n}", n % self.hosts).parse().unwrap();
        let targets: Vec<Target> = (0..self.urls).map(url).collect();
        let (budget, _cancel) =
            Context::background().with_timeout_cause(self.deadline, OutOfTime(self.deadline));
        let (stop, _cancel) = budget.with_timeout(self.stop);
        let (events, told) = chan::rendezvous();
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let fetcher = Fetcher {
            get: Scripted { script, seen: Arc::clone(&seen) },
            hosts: Hosts::new(&targets, NonZeroUsize::new(self.per_host).unwrap()),
            pacer: Pacer::new(NonZeroU32::new(self.rps).unwrap()),
            retries: Retries { most: 2, seed: 1 },
            timeout: 2 * SECOND,
            budget,
            events,
        };
        let start = Instant::now();
        let mut report = Report::new(targets.clone());
        let (result, ()) =
            tokio::join!(fetch_all(&stop, fetcher, targets, self.concurrency), async {
                while let Ok(event) = told.recv().await {
                    report.take(event);
                }
            });
        let took = start.elapsed();
        let seen = seen.lock().unwrap();
        assert_eq!(seen.all.now, 0, "what is over leaves nothing in flight");
        assert_eq!(report.in_flight, 0);
        let per_host = seen.hosts.values().map(|host| host.most).collect();
        Ran { report, result, most: seen.all.most, per_host, took }
    }
}

/// How many URLs were fetched, have failed, and were not started.
fn outcomes(report: &Report) -> (usize, usize, usize) {
    let count = |wanted: fn(&Row) -> bool| report.rows().iter().filter(|row| wanted(row)).count();
    (
        count(|row| matches!(row.outcome, Outcome::Fetched(_))),
        count(|row| matches!(row.outcome, Outcome::Failed(_))),
        count(|row| matches!(row.outcome, Outcome::NotStarted)),
    )
}

fn error(row: &Row) -> &FetchError {
    match &row.outcome {
        Outcome::Failed(error) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn all_are_fetched_so_many_at_a_time() {
    for (concurrency, rounds) in [(1, 10), (3, 4), (10, 1), (99, 1)] {
        let ran = Run { concurrency, ..RUN }.go(|_, _| Step::Page).await;
        ran.result.unwrap();
        assert_eq!(outcomes(&ran.report), (10, 0, 0));
        assert_eq!(ran.most, concurrency.min(10));
        assert!(ran.took >= rounds * SECOND && ran.took < rounds * SECOND + SECOND / 2);
        assert!(ran.report.is_complete());
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_is_asked_so_much_at_a_time() {
    let run = Run { urls: 30, concurrency: 9, hosts: 3, ..RUN };
    for per_host in [1, 2, 3] {
        let ran = Run { per_host, ..run }.go(|_, _| Step::Page).await;
        assert!(ran.report.is_complete());
        assert_eq!(ran.per_host, [per_host; 3]);
        assert_eq!(ran.most, 3 * per_host);
    }
}

#[tokio::test(start_paused = true)]
async fn a_place_at_a_host_is_free_while_nobody_asks() {
    // One at a time, and the other is served while the first waits for another try.
    let script = |index, nth| if (index, nth) == (0, 0) { Step::Status(503) } else { Step::Page };
    let ran = Run { urls: 2, per_host: 1, ..RUN }.go(script).await;
    assert!(ran.report.is_complete());
    assert!(ran.took < 3 * SECOND + SECOND / 25, "{:?}: the wait is longer", ran.took);
}

#[tokio::test(start_paused = true)]
async fn the_pace_bounds_repetitions_too() {
    let run = Run { urls: 5, concurrency: 5, rps: 1, ..RUN };
    let ran = run.go(|_, _| Step::Status(503)).await;
    assert_eq!(ran.report.requests, 15);
    assert!(ran.took >= 14 * SECOND, "{:?}", ran.took);
}

#[tokio::test(start_paused = true)]
async fn what_gets_better_is_tried_until_it_is() {
    let script = |index, nth| if nth < index { Step::Status(503) } else { Step::Page };
    let ran = Run { urls: 5, ..RUN }.go(script).await;
    ran.result.unwrap();
    let attempts: Vec<_> = ran.report.rows().iter().map(|row| row.attempts).collect();
    assert_eq!(attempts, [1, 2, 3, 3, 3]);
    assert_eq!(outcomes(&ran.report), (3, 2, 0));
    assert_eq!((ran.report.requests, ran.report.repeated()), (12, 7));
    for row in ran.report.rows() {
        assert_eq!(row.latency, SECOND, "of the last attempt, without waits");
    }
    assert_eq!(error(&ran.report.rows()[3]).status(), Some(StatusCode::SERVICE_UNAVAILABLE));
}

#[tokio::test(start_paused = true)]
async fn what_does_not_is_asked_once() {
    let ran = RUN.go(|_, _| Step::Status(404)).await;
    assert_eq!(ran.report.requests, 10);
    assert_eq!(outcomes(&ran.report), (0, 10, 0));
}

#[tokio::test(start_paused = true)]
async fn a_request_has_a_timeout_and_another_try() {
    let script = |_, nth| if nth == 0 { Step::Never } else { Step::Page };
    let ran = Run { urls: 3, ..RUN }.go(script).await;
    assert_eq!(outcomes(&ran.report), (3, 0, 0));
    let ran = Run { urls: 1, ..RUN }.go(|_, _| Step::Never).await;
    let row = &ran.report.rows()[0];
    assert!(matches!(error(row), FetchError::TimedOut(TimedOut(two)) if *two == 2 * SECOND));
    assert_eq!((row.attempts, row.latency), (3, 2 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_what_is_in_flight() {
    let run = Run { deadline: SECOND * 3 / 2, ..RUN };
    let ran = run.go(|_, _| Step::Page).await;
    ran.result.unwrap();
    assert_eq!(ran.took, SECOND * 3 / 2);
    assert_eq!(outcomes(&ran.report), (3, 3, 4));
    for row in &ran.report.rows()[3..6] {
        assert_eq!(error(row).to_string(), "the run had 1.5s");
        assert!(matches!(error(row), FetchError::Ended(cause) if cause.is::<OutOfTime>()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_lets_what_is_in_flight_finish() {
    let ran = Run { stop: SECOND / 2, ..RUN }.go(|_, _| Step::Page).await;
    ran.result.unwrap();
    assert_eq!(ran.took, SECOND + Duration::from_millis(2), "the third began 2 ms later");
    assert_eq!(outcomes(&ran.report), (3, 0, 7));
    assert!(!ran.report.is_complete());
}

#[tokio::test(start_paused = true)]
async fn a_stop_does_not_wait_for_what_never_comes() {
    let ran = Run { stop: SECOND / 2, ..RUN }.go(|_, _| Step::Never).await;
    assert!(ran.took < 3 * SECOND, "{:?}", ran.took);
    assert_eq!(outcomes(&ran.report), (0, 3, 7));
    assert_eq!(ran.report.requests, 3, "a timeout is no reason to begin again");
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_the_wait_for_another_try() {
    // The first wait is from 50 to 100 ms long, so this is in the middle of it.
    let stop = SECOND + Duration::from_millis(30);
    let ran = Run { urls: 1, stop, ..RUN }.go(|_, _| Step::Status(503)).await;
    assert_eq!(ran.took, stop);
    let row = &ran.report.rows()[0];
    assert_eq!(error(row).status(), Some(StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!(row.attempts, 1);
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_the_wait_for_a_turn() {
    let ran = Run { rps: 1, stop: SECOND * 3 / 2, ..RUN }.go(|_, _| Step::Page).await;
    assert_eq!(outcomes(&ran.report), (2, 0, 8));
    assert_eq!(ran.took, 2 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_stop_before_the_beginning_starts_nothing() {
    let ran = Run { stop: Duration::ZERO, ..RUN }.go(|_, _| Step::Page).await;
    ran.result.unwrap();
    assert_eq!(outcomes(&ran.report), (0, 0, 10));
    assert_eq!((ran.report.requests, ran.took), (0, Duration::ZERO));
}

/// Whenever it stops: each URL has a row, and the rows agree with what was told.
#[tokio::test(start_paused = true)]
async fn no_url_is_lost() {
    let script = |index, nth| match (index + nth) % 4 {
        0 => Step::Never,
        1 => Step::Status(503),
        2 => Step::Status(404),
        _ => Step::Page,
    };
    for tenths in 0..60 {
        for concurrency in [1, 4] {
            let at = SECOND * tenths / 10 + Duration::from_millis(tenths.into());
            for run in [Run { stop: at, ..RUN }, Run { deadline: at, ..RUN }] {
                let ran = Run { concurrency, rps: 5, ..run }.go(script).await;
                ran.result.unwrap();
                let (fetched, failed, missing) = outcomes(&ran.report);
                assert_eq!(fetched + failed + missing, 10);
                let rows = ran.report.rows();
                let attempts: u32 = rows.iter().map(|row| row.attempts).sum();
                assert_eq!(u64::from(attempts), ran.report.requests);
                assert_eq!(ran.report.done as usize, fetched + failed);
                assert!(rows.iter().all(|row| {
                    (row.attempts == 0) == matches!(row.outcome, Outcome::NotStarted)
                }));
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn it_ends_when_nobody_listens() {
    let (events, told) = chan::rendezvous();
    drop(told);
    let seen: Arc<Mutex<Seen>> = Arc::default();
    let fetcher = Fetcher {
        get: Scripted { script: |_, _| Step::Page, seen: Arc::clone(&seen) },
        hosts: Hosts::new(&[], NonZeroUsize::MIN),
        pacer: Pacer::new(NonZeroU32::MIN),
        retries: Retries { most: 2, seed: 1 },
        timeout: SECOND,
        budget: Context::background(),
        events,
    };
    let targets = vec!["http://site/0".parse().unwrap(); 100];
    let failure = fetch_all(&Context::background(), fetcher, targets, 2).await.unwrap_err();
    assert!(failure.downcast_ref::<chan::SendError<crate::fetch::Event>>().is_some());
    assert!(seen.lock().unwrap().requests.is_empty());
}

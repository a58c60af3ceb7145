//! Real requests, over real connections, to the site that the program brings with it.

#[cfg(unix)]
use std::fs;
use std::net::Ipv4Addr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::StatusCode;
use sha2::{Digest as _, Sha256};
use taut::chan;
use taut::context::{Cancel, Context};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::client::{FetchError, Get as _, Http};
use crate::fetch::{Fetcher, Outcome, Row, fetch_all};
use crate::hosts::Hosts;
use crate::pace::Pacer;
use crate::report::Report;
use crate::retry::Retries;
use crate::site::{Site, serve};
use crate::target::Target;
use crate::weather::{Fault, Forecast, Weather};

const MILLISECOND: Duration = Duration::from_millis(1);
const CALM: Weather = Weather { seed: 3, latency: MILLISECOND, faults: 0 };
const STORM: Weather = Weather { seed: 3, latency: MILLISECOND, faults: 60 };

/// A site that is served.
struct Served {
    site: Arc<Site>,
    targets: Vec<Target>,
    server: JoinHandle<std::io::Result<()>>,
    close: Cancel,
}

impl Served {
    async fn new(site: Site) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let targets = site.targets(listener.local_addr().unwrap()).unwrap();
        let (ctx, close) = Context::background().with_cancel();
        let site = Arc::new(site);
        let server = taut::spawn(serve(ctx, listener, site.clone()));
        Self { site, targets, server, close }
    }

    async fn fetch(&self, concurrency: usize, rps: u32, retries: u32) -> Report {
        let (events, told) = chan::bounded(concurrency);
        let fetcher = Fetcher {
            get: Http::new(),
            hosts: Hosts::new(&self.targets, NonZeroUsize::MAX),
            pacer: Pacer::new(NonZeroU32::new(rps).unwrap()),
            retries: Retries { most: retries, seed: 1 },
            timeout: Duration::from_secs(60),
            budget: Context::background(),
            events,
        };
        let mut report = Report::new(self.targets.clone());
        let all = Context::background();
        let (result, ()) =
            tokio::join!(fetch_all(&all, fetcher, self.targets.clone(), concurrency), async {
                while let Ok(event) = told.recv().await {
                    report.take(event);
                }
            });
        result.unwrap();
        report
    }

    /// Ends although there are clients that keep their connections.
    async fn close(self) {
        self.close.cancel();
        self.server.await.unwrap().unwrap();
    }

    async fn assert_content(&self, index: usize, row: &Row) {
        let content = self.site.content(index).await.unwrap();
        let Outcome::Fetched(page) = &row.outcome else { panic!("{row:?}") };
        assert_eq!(page.bytes, content.len() as u64);
        assert_eq!(page.sha256, <[u8; 32]>::from(Sha256::digest(&content)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_arrive_whole_and_in_their_places() {
    let served = Served::new(Site::made_up(60, CALM)).await;
    let report = served.fetch(8, 100_000, 0).await;
    for (index, row) in report.rows().iter().enumerate() {
        served.assert_content(index, row).await;
        assert_eq!(row.attempts, 1);
    }
    assert_eq!(report.requests, 60);
    served.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_are_met_as_forecast_and_tried_again() {
    let served = Served::new(Site::made_up(40, STORM)).await;
    let report = served.fetch(8, 100_000, 2).await;
    let mut met = Vec::new();
    for (index, row) in report.rows().iter().enumerate() {
        let faults = (0..3).map(|nth| STORM.forecast(index, nth).fault);
        let mut bad = faults.take_while(|fault| !matches!(fault, None | Some(Fault::Slow)));
        let failures: Vec<_> = bad.by_ref().collect();
        assert_eq!(row.attempts as usize, (failures.len() + 1).min(3), "file {index}");
        match (&row.outcome, &failures[..]) {
            (Outcome::Fetched(_), [_, _, _]) | (Outcome::NotStarted, _) => panic!("{row:?}"),
            (Outcome::Fetched(_), _) => served.assert_content(index, row).await,
            (Outcome::Failed(FetchError::Refused { status, .. }), [.., Some(last)]) => {
                assert_eq!(*status, StatusCode::SERVICE_UNAVAILABLE);
                assert_eq!(*last, Fault::Unavailable);
            }
            (Outcome::Failed(error), failures) => {
                assert!(matches!(error, FetchError::CutShort(_)), "{error:?}");
                assert_eq!(failures.last(), Some(&Some(Fault::Dropped)));
            }
        }
        met.extend(failures);
    }
    for fault in [Fault::Unavailable, Fault::Dropped] {
        assert!(met.contains(&Some(fault)), "{fault:?} was not tested");
    }
    assert_eq!(served.site.seen().0 as u64, report.requests);
    served.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_site_never_sees_more_at_a_time() {
    for concurrency in [1, 2, 5] {
        let served = Served::new(Site::made_up(40, Weather { faults: 9, ..CALM })).await;
        let report = served.fetch(concurrency, 100_000, 9).await;
        assert!(report.is_complete());
        let (requests, most) = served.site.seen();
        assert_eq!(requests as u64, report.requests);
        assert!(most <= concurrency, "{most} at a time, not {concurrency}");
        served.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pace_is_kept() {
    let served = Served::new(Site::made_up(21, CALM)).await;
    let start = Instant::now();
    let report = served.fetch(21, 50, 0).await;
    assert!(start.elapsed() >= 20 * Duration::from_secs(1) / 50);
    assert!(report.is_complete());
    served.close().await;
}

#[cfg(unix)] // Windows has no such names.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_is_served_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let big = [7; 300_000];
    let files =
        [("a b%20c#d?e", &b"one"[..]), ("empty", b""), ("sub/żółć", &big), ("z.txt", b"two")];
    fs::create_dir(dir.path().join("sub")).unwrap();
    for (path, content) in files {
        fs::write(dir.path().join(path), content).unwrap();
    }
    let weather = Weather { faults: 40, ..CALM };
    let served = Served::new(Site::of_folder(dir.path(), weather).unwrap()).await;
    let paths: Vec<_> = served.targets.iter().map(|target| target.uri().path()).collect();
    let expected = ["/a%20b%2520c%23d%3Fe", "/empty", "/sub/%C5%BC%C3%B3%C5%82%C4%87", "/z.txt"];
    assert_eq!(paths, expected);
    let report = served.fetch(2, 100_000, 9).await;
    for (row, (path, content)) in report.rows().iter().zip(files) {
        let Outcome::Fetched(page) = &row.outcome else { panic!("{path}: {row:?}") };
        assert_eq!(page.sha256, <[u8; 32]>::from(Sha256::digest(content)), "{path}");
    }
    served.close().await;
}

#[tokio::test]
async fn what_is_not_there_is_refused() {
    let served = Served::new(Site::made_up(1, CALM)).await;
    let target = served.targets[0].to_string() + "x";
    let error = Http::new().get(&target.parse().unwrap()).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::NOT_FOUND));
    served.close().await;
}

#[tokio::test]
async fn where_nobody_listens_there_is_no_answer() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let target = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let error = Http::new().get(&target).await.unwrap_err();
    assert!(matches!(error, FetchError::NoAnswer(_)), "{error:?}");
    assert!(error.to_string().starts_with("no answer: "), "{error}");
}

#[test]
fn weather_is_the_same_for_the_same_seed() {
    let other = Weather { seed: 4, ..STORM };
    let all = |weather: Weather| (0..50).map(move |index| weather.forecast(index, 0));
    assert!(all(STORM).eq(all(STORM)));
    assert!(!all(STORM).eq(all(other)));
    let faults = |weather: Weather| {
        (0..5000).filter(|&index| weather.forecast(index, 1).fault.is_some()).count()
    };
    assert_eq!((faults(CALM), faults(Weather { faults: 100, ..CALM })), (0, 5000));
    assert!(faults(STORM).abs_diff(3000) < 200, "{}", faults(STORM));
}

#[test]
fn half_of_the_answers_take_less_than_the_latency() {
    let forecasts = || (0..5000).map(|index| STORM.forecast(index, 0));
    let less = forecasts().filter(|Forecast { latency, .. }| *latency < STORM.latency).count();
    assert!(less.abs_diff(2500) < 200, "{less}");
    let within = |&Forecast { latency, .. }: &Forecast| {
        latency > STORM.latency / 3 && latency < STORM.latency * 3
    };
    assert!(forecasts().filter(within).count() > 4500);
}

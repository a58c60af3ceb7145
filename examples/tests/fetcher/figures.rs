//! What is printed: percentiles, the histogram, the table.

use std::time::Duration;

use hyper::StatusCode;

use crate::client::{FetchError, Page, TimedOut};
use crate::fetch::{Event, Outcome, Row};
use crate::latency::Latencies;
use crate::report::Report;

fn milliseconds(all: impl IntoIterator<Item = u64>) -> Latencies {
    all.into_iter().map(Duration::from_millis).collect()
}

#[test]
fn percentiles_are_of_those_that_were() {
    let hundred = milliseconds((1..=100).rev());
    let odd = milliseconds([30, 10, 20]);
    for (latencies, percent, expected) in [
        (&hundred, 1, 1),
        (&hundred, 50, 50),
        (&hundred, 99, 99),
        (&hundred, 100, 100),
        (&hundred, 0, 1),
        (&odd, 33, 10),
        (&odd, 34, 20),
        (&odd, 50, 20),
        (&odd, 67, 30),
        (&milliseconds([7]), 50, 7),
    ] {
        assert_eq!(latencies.percentile(percent), Some(Duration::from_millis(expected)));
    }
    assert_eq!(milliseconds([]).percentile(50), None);
}

#[test]
fn buckets_hold_each_once() {
    let latencies = milliseconds([10, 19, 20, 49, 50, 999, 5000]);
    let buckets = latencies.buckets();
    let bounds: Vec<_> = buckets.iter().map(|bucket| bucket.from.as_millis()).collect();
    let expected =
        [10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000];
    assert_eq!(bounds, expected);
    let counts: Vec<_> = buckets.iter().map(|bucket| bucket.count).collect();
    assert_eq!(counts, [1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
    for pair in buckets.windows(2) {
        assert_eq!(pair[0].below, pair[1].from);
    }
    assert!(milliseconds([]).buckets().is_empty());
    assert_eq!(milliseconds([0]).buckets()[0].from, Duration::ZERO);
}

#[test]
fn bars_are_as_long_as_there_are_many() {
    let many = std::iter::repeat_n(15, 400).chain([20; 2]).chain([30; 11]);
    let expected = format!(
        "   15ms ..  20ms    400  {}\n   20ms ..  30ms      2  █\n   30ms ..  50ms     11  ██\n",
        "█".repeat(40)
    );
    assert_eq!(milliseconds(many).to_string(), expected);
}

fn row(outcome: Outcome, attempts: u32, millis: u64) -> Row {
    Row { outcome, attempts, latency: Duration::from_millis(millis) }
}

/// Four URLs: one fetched at the second attempt, two failed, one not started.
fn report() -> Report {
    let urls = ["http://a/", "http://b/x?y=1", "http://c:81/", "http://d/"];
    let mut report = Report::new(urls.iter().map(|url| url.parse().unwrap()).collect());
    let page = Page { status: StatusCode::OK, bytes: 12_345, sha256: [0xAB; 32] };
    let location = Some("http://e/".to_owned());
    let moved = FetchError::Refused { status: StatusCode::FOUND, retry_after: None, location };
    let timed_out = FetchError::TimedOut(TimedOut(Duration::from_secs(2)));
    for (index, row) in [
        (2, row(Outcome::Failed(timed_out), 1, 2000)),
        (0, row(Outcome::Fetched(page), 2, 34)),
        (1, row(Outcome::Failed(moved), 1, 5)),
    ] {
        for _ in 0..row.attempts {
            report.take(Event::Requested);
            report.take(Event::Answered);
        }
        report.take(Event::Done { index, row });
    }
    report
}

#[test]
fn the_table_has_a_line_for_each() {
    let mut printed = Vec::new();
    report().print(Duration::from_millis(2500), &mut printed).unwrap();
    let expected = "\
status tries   latency     bytes  sha256        url
   200     2    34.0ms     12345  abababababab  http://a/
   302     1     5.0ms         -  -             http://b/x?y=1  302 Found: it is at http://e/, and \
         redirects are not followed
     -     1      2.0s         -  -             http://c:81/  not done in 2s
     -     0         -         -  -             http://d/  not started

1 of 4 fetched, 2 failed, 1 not started; requests 4, 1 of them repeated
12.06 KiB in 2.50 s: 0.4 URLs/s, 4.82 KiB/s
latency of what was fetched: p50 34.0ms, p90 34.0ms, p99 34.0ms, max 34.0ms

   30ms ..  50ms      1  ████████████████████████████████████████
";
    assert_eq!(String::from_utf8(printed).unwrap(), expected);
}

#[test]
fn a_report_is_complete_when_all_was_fetched() {
    assert!(!report().is_complete());
    let mut one = Report::new(vec!["http://a/".parse().unwrap()]);
    assert!(!one.is_complete(), "not started");
    let page = Page { status: StatusCode::OK, bytes: 0, sha256: [0; 32] };
    one.take(Event::Done { index: 0, row: row(Outcome::Fetched(page), 1, 1) });
    assert!(one.is_complete());
}

#[test]
fn nothing_fetched_has_no_latencies() {
    let mut printed = Vec::new();
    let report = Report::new(vec!["http://a/".parse().unwrap()]);
    report.print(Duration::from_secs(1), &mut printed).unwrap();
    let printed = String::from_utf8(printed).unwrap();
    assert!(printed.contains("0 of 1 fetched, 0 failed, 1 not started"), "{printed}");
    assert!(!printed.contains("latency of"), "{printed}");
}

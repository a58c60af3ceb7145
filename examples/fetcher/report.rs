//! The report: a line for each URL, in the order in which they were given, and what they come to.
//!
//! There is a row for every URL from the beginning, which says *not started*. So none can be missing,
//! whenever the program is told to stop.

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::time::Duration;

use indicatif::BinaryBytes;

use crate::client::Page;
use crate::fetch::{Event, Outcome, Row};
use crate::latency::Latencies;
use crate::target::Target;

/// How much of a hash is shown; enough to tell one file from another.
const SHOWN: usize = 6;

/// What has been told so far.
#[derive(Debug)]
pub(crate) struct Report {
    targets: Vec<Target>,
    rows: Vec<Row>,
    pub(crate) done: u64,
    pub(crate) failed: u64,
    pub(crate) requests: u64,
    pub(crate) in_flight: u64,
}

impl Report {
    pub(crate) fn new(targets: Vec<Target>) -> Self {
        let rows = targets.iter().map(|_| Row::NOT_STARTED).collect();
        Self { targets, rows, done: 0, failed: 0, requests: 0, in_flight: 0 }
    }

    pub(crate) fn take(&mut self, event: Event) {
        match event {
            Event::Requested => {
                self.requests += 1;
                self.in_flight += 1;
            }
            Event::Answered => self.in_flight -= 1,
            Event::Done { index, row } => {
                // One that never made a request is none that is done.
                self.done += u64::from(!matches!(row.outcome, Outcome::NotStarted));
                self.failed += u64::from(matches!(row.outcome, Outcome::Failed(_)));
                self.rows[index] = row;
            }
        }
    }

    /// The rows, in the order of the URLs.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Requests that were made for a URL that had had one.
    pub(crate) fn repeated(&self) -> u64 {
        self.rows.iter().map(|row| u64::from(row.attempts.saturating_sub(1))).sum()
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.pages().count() == self.rows.len()
    }

    fn pages(&self) -> impl Iterator<Item = (&Row, &Page)> {
        self.rows.iter().filter_map(|row| match &row.outcome {
            Outcome::Fetched(page) => Some((row, page)),
            Outcome::NotStarted | Outcome::Failed(_) => None,
        })
    }

    /// The table, the totals and the histogram.
    pub(crate) fn print(&self, took: Duration, out: impl Write) -> io::Result<()> {
        let mut out = BufWriter::new(out);
        writeln!(
            out,
            "{:>6} {:>5} {:>9} {:>9}  {:<12}  url",
            "status", "tries", "latency", "bytes", "sha256"
        )?;
        for (target, row) in self.targets.iter().zip(&self.rows) {
            writeln!(out, "{}", Line { target, row })?;
        }
        self.print_totals(took, &mut out)?;
        out.flush()
    }

    fn print_totals(&self, took: Duration, out: &mut impl Write) -> io::Result<()> {
        let (all, fetched) = (self.rows.len(), self.pages().count());
        let (failed, missing) = (self.failed, all as u64 - self.done);
        let bytes: u64 = self.pages().map(|(_, page)| page.bytes).sum();
        let seconds = took.as_secs_f64();
        writeln!(
            out,
            "\n{fetched} of {all} fetched, {failed} failed, {missing} not started; \
             requests {}, {} of them repeated",
            self.requests,
            self.repeated()
        )?;
        writeln!(
            out,
            "{} in {seconds:.2} s: {:.1} URLs/s, {}/s",
            BinaryBytes(bytes),
            fetched as f64 / seconds,
            BinaryBytes((bytes as f64 / seconds) as u64)
        )?;

        let latencies: Latencies = self.pages().map(|(row, _)| row.latency).collect();
        if latencies.is_empty() {
            return Ok(());
        }
        let shares = [("p50", 50), ("p90", 90), ("p99", 99), ("max", 100)];
        let shares = shares.map(|(name, share)| {
            format!("{name} {:.1?}", latencies.percentile(share).unwrap_or_default())
        });
        writeln!(out, "latency of what was fetched: {}\n", shares.join(", "))?;
        write!(out, "{latencies}")
    }
}

/// A line of the table: what has a fixed width first, so that it can be cut and sorted.
struct Line<'a> {
    target: &'a Target,
    row: &'a Row,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, row: Row { outcome, attempts, latency } } = self;
        let (status, bytes, sha256) = match outcome {
            Outcome::Fetched(page) => {
                (Some(page.status), page.bytes.to_string(), hex(&page.sha256[..SHOWN]))
            }
            Outcome::Failed(error) => (error.status(), "-".to_owned(), "-".to_owned()),
            Outcome::NotStarted => (None, "-".to_owned(), "-".to_owned()),
        };
        let status = status.map_or("-".to_owned(), |status| status.as_u16().to_string());
        let latency = if *attempts == 0 { "-".to_owned() } else { format!("{latency:.1?}") };
        write!(f, "{status:>6} {attempts:>5} {latency:>9} {bytes:>9}  {sha256:<12}  {target}")?;
        match outcome {
            Outcome::Fetched(_) => Ok(()),
            Outcome::Failed(error) => write!(f, "  {error}"),
            Outcome::NotStarted => f.write_str("  not started"),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

//! Latencies: percentiles, and a histogram for the terminal.
//!
//! All of them are kept, so every figure is exact. A program that runs for days would count them into
//! buckets instead, and lose that.

use std::fmt;
use std::time::Duration;

/// The width of the longest bar of a histogram.
const WIDTH: usize = 40;

/// Durations in ascending order.
#[derive(Debug)]
pub(crate) struct Latencies(Vec<Duration>);

/// Those of a certain length: at least `from` and less than `below`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) from: Duration,
    pub(crate) below: Duration,
    pub(crate) count: usize,
}

impl FromIterator<Duration> for Latencies {
    fn from_iter<I: IntoIterator<Item = Duration>>(latencies: I) -> Self {
        let mut sorted: Vec<_> = latencies.into_iter().collect();
        sorted.sort_unstable();
        Self(sorted)
    }
}

impl Latencies {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The shortest that so many per cent are not longer than, up to 100; `None` if there are none.
    pub(crate) fn percentile(&self, percent: usize) -> Option<Duration> {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0.get(rank - 1).copied()
    }

    /// Buckets from the shortest to the longest, with those between them that are empty.
    pub(crate) fn buckets(&self) -> Vec<Bucket> {
        let (mut buckets, mut from, mut counted) = (Vec::new(), Duration::ZERO, 0);
        for below in bounds() {
            if counted == self.0.len() {
                break;
            }
            let shorter = self.0.partition_point(|&latency| latency < below);
            if shorter > 0 {
                buckets.push(Bucket { from, below, count: shorter - counted });
            }
            (from, counted) = (below, shorter);
        }
        buckets
    }
}

/// 10, 15, 20, 30, 50, 70, 100, 150 µs and so on: about even steps for the eye, and numbers to read.
fn bounds() -> impl Iterator<Item = Duration> {
    let decade = |power| [10, 15, 20, 30, 50, 70].map(|first| first * 10_u64.pow(power));
    (0..).flat_map(decade).map(Duration::from_micros)
}

/// A line for each bucket.
impl fmt::Display for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let buckets = self.buckets();
        let most = buckets.iter().map(|bucket| bucket.count).max().unwrap_or(0).max(1);
        for Bucket { from, below, count } in buckets {
            // What is there is seen, if it were one in a million.
            let bar = "█".repeat((count * WIDTH).div_ceil(most));
            writeln!(f, "{from:>7?} .. {below:>5?} {count:>6}  {bar}")?;
        }
        Ok(())
    }
}

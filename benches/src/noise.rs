//! How much of the CPUs others took while a process ran.
//!
//! Contract: reads `/proc/stat` and `/proc/loadavg` and changes nothing. The kernel keeps two
//! accounts, and neither is exact over a process of 150 ms: what was not idle has the kernel's own
//! work at every sleep and wake in it, and what was busy is sampled. Others are charged only with
//! what both agree on, less what the process itself used; it is known to about a tenth of a CPU.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::param::clock_ticks_per_second;

/// Share of one CPU above which a process is run again.
pub(crate) const TOLERATED: f64 = 0.15;

/// Watches the CPUs that the benches are on.
#[derive(Clone, Debug)]
pub(crate) struct Meter {
    cpus: Vec<usize>,
}

/// A moment, to be compared with a later one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    at: Instant,
    ticks: Ticks,
}

/// What the CPUs did so far, in ticks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Ticks {
    busy: u64,
    idle: u64,
}

impl Meter {
    pub(crate) fn new(cpus: Vec<usize>) -> Self {
        Self { cpus }
    }

    pub(crate) fn mark(&self) -> Result<Mark> {
        let stat = fs::read_to_string("/proc/stat").context("no /proc/stat")?;
        let ticks = Ticks::read(&stat, &self.cpus).context("/proc/stat reads unlike Linux's")?;
        Ok(Mark { at: Instant::now(), ticks })
    }

    /// How many CPUs' worth others took since `start`, when our own process used `own`.
    pub(crate) fn foreign_since(&self, start: Mark, own: Duration) -> Result<f64> {
        let end = self.mark()?;
        let wall = (end.at - start.at).as_secs_f64();
        let seconds = |ticks: u64| ticks as f64 / clock_ticks_per_second() as f64;
        let busy = seconds(end.ticks.busy.saturating_sub(start.ticks.busy));
        let idle = seconds(end.ticks.idle.saturating_sub(start.ticks.idle));
        let not_idle = wall * self.cpus.len() as f64 - idle;
        Ok(((busy.min(not_idle) - own.as_secs_f64()) / wall).max(0.0))
    }
}

impl Ticks {
    /// Of the given CPUs. The line of all of them is preferred: it is rounded only once.
    fn read(stat: &str, cpus: &[usize]) -> Option<Self> {
        let each = stat.lines().filter(|line| line.starts_with("cpu")).count().checked_sub(1)?;
        let names: Vec<String> = if each == cpus.len() {
            vec!["cpu".to_owned()]
        } else {
            cpus.iter().map(|cpu| format!("cpu{cpu}")).collect()
        };
        let mut sum = Self::default();
        for name in &names {
            let line = stat.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
            let fields = line.split_whitespace().map(str::parse).collect::<Result<Vec<u64>, _>>();
            let [user, nice, system, idle, waiting, irq, softirq, stolen, ..] = fields.ok()?[..]
            else {
                return None;
            };
            sum.busy += user + nice + system + irq + softirq + stolen;
            sum.idle += idle + waiting;
        }
        Some(sum)
    }
}

/// The load average of the last minute.
pub(crate) fn load() -> Result<f64> {
    let text = fs::read_to_string("/proc/loadavg").context("no /proc/loadavg")?;
    let first = text.split_whitespace().next().context("an empty /proc/loadavg")?;
    first.parse().context("/proc/loadavg reads unlike Linux's")
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "cpu  9 0 9 100 20 0 0 0\ncpu0 4 0 4 40 5 0 0 0\ncpu1 5 0 5 60 15 0 0 0\n\
                        intr 1\n";

    #[test]
    fn ticks_are_read_for_all_and_for_some() {
        let ticks = |busy, idle| Some(Ticks { busy, idle });
        assert_eq!(Ticks::read(STAT, &[0, 1]), ticks(18, 120));
        assert_eq!(Ticks::read(STAT, &[1]), ticks(10, 75));
        assert_eq!(Ticks::read(STAT, &[7]), None);
        assert_eq!(Ticks::read("", &[0]), None);
    }
}

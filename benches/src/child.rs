//! One measured process: one implementation, one workload, one payload.
//!
//! Contract: warms up while it looks for the number of operations that fill the time asked for,
//! then measures [`REPETITIONS`] runs of that number and prints one line, which [`Line`] reads
//! back. A wrong checksum, a channel that closes early and a run that hangs end the process with
//! an error and no line. The program in `go` prints the same line.

use std::fmt;
use std::process::exit;
use std::str::FromStr;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, ValueEnum, value_parser};
use tokio::runtime::{Builder, Runtime};

use crate::allocator::Allocator;
use crate::peers::{self, Contender};
use crate::rows::{Measure, Payload, Workload};
use crate::stopwatch::{Stopwatch, cpu_time};

/// Measured runs in one process.
pub(crate) const REPETITIONS: u32 = 2;
/// Workers of the multi-thread runtime, and Go's GOMAXPROCS.
pub(crate) const WORKERS: usize = 2;
/// A process that takes longer hangs: all of its runs together should take well under a second.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);
/// Operations of the first, shortest run.
const FIRST_OPS: u64 = 1000;

/// The runtime that a workload is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum RuntimeKind {
    /// Tokio's multi-thread runtime with two workers.
    #[default]
    Multi,
    /// Tokio's current-thread runtime.
    Current,
}

impl RuntimeKind {
    pub(crate) fn workers(self) -> usize {
        match self {
            Self::Multi => WORKERS,
            Self::Current => 1,
        }
    }

    fn build(self) -> Result<Runtime> {
        let mut builder = match self {
            Self::Multi => Builder::new_multi_thread(),
            Self::Current => Builder::new_current_thread(),
        };
        if self == Self::Multi {
            builder.worker_threads(WORKERS);
        }
        builder.enable_all().build().context("no runtime")
    }
}

impl fmt::Display for RuntimeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Multi => "multi",
            Self::Current => "current",
        })
    }
}

/// What one process measures.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct ChildArgs {
    /// The implementation, as the tables name it: `kanal`, or in a row with a select
    /// `kanal/tokio`.
    #[arg(long = "impl")]
    contender: Contender,
    /// The workload, by its name.
    #[arg(long, value_parser = workload)]
    workload: Workload,
    /// The size of a message.
    #[arg(long, default_value = "u64")]
    payload: Payload,
    /// The runtime.
    #[arg(long, default_value = "multi")]
    runtime: RuntimeKind,
    /// How long a measured run should take, in milliseconds.
    #[arg(long, default_value_t = 40)]
    ms: u64,
    /// Run exactly this many operations, or the next whole tree, once and without a warm-up: for
    /// counting instructions.
    #[arg(long, conflicts_with = "ms")]
    fixed_ops: Option<u64>,
    /// No more than so many tasks, filters or leaves in a crowd: to see only that it works.
    #[arg(long, value_name = "TASKS", value_parser = value_parser!(u64).range(1..))]
    at_most: Option<u64>,
    /// The allocator that this program has to be built with.
    #[arg(long, default_value_t = Allocator::OWN)]
    allocator: Allocator,
    /// Run it even if it is left out of this row because it is known to do wrong there.
    #[arg(long)]
    anyway: bool,
}

fn workload(name: &str) -> Result<Workload> {
    Workload::find(name).context("no such workload")
}

/// Measures and prints the line.
///
/// # Errors
/// The workload failed or does not exist for this implementation.
pub(crate) fn main(args: &ChildArgs) -> Result<()> {
    let ChildArgs { contender, workload, anyway, allocator, .. } = *args;
    let able = anyway || Contender::of(workload).any(|able| able == contender);
    ensure!(able, "{contender} cannot run {}", workload.name);
    ensure!(allocator == Allocator::OWN, "built with another allocator");
    if args.fixed_ops.is_none() {
        thread::spawn(|| {
            thread::sleep(LIMIT);
            eprintln!("hangs: not finished after {LIMIT:?}");
            exit(1);
        });
    }
    let workload = args.at_most.map_or(workload, |tasks| workload.at_most(tasks));
    let args = ChildArgs { workload, ..*args };
    // On a worker: from the thread of `block_on` every wake would be a remote one, of 7 µs.
    let work = async move { tokio::spawn(measure(args)).await };
    let repetitions = args.runtime.build()?.block_on(work)??;
    println!("{}", Line { process_cpu: cpu_time(), repetitions });
    Ok(())
}

async fn measure(args: ChildArgs) -> Result<Vec<Repetition>> {
    if let Some(ops) = args.fixed_ops {
        return Ok(vec![once(args, ops).await?]);
    }
    if args.workload.measure() == Measure::Memory {
        return Ok(vec![once(args, args.workload.batch()).await?]);
    }
    let ops = calibrate(args).await?;
    let mut repetitions = Vec::new();
    for _ in 0..REPETITIONS {
        repetitions.push(once(args, ops).await?);
    }
    Ok(repetitions)
}

/// Warms up with longer and longer runs, until one is long enough to tell how many operations fit.
async fn calibrate(args: ChildArgs) -> Result<u64> {
    let goal = Duration::from_millis(args.ms);
    let mut ops = FIRST_OPS;
    loop {
        let run = once(args, ops).await?;
        let fits = goal.as_nanos() as f64 / run.cost as f64;
        if fits <= 2.0 {
            return Ok(scale(ops, fits));
        }
        ops = scale(ops, fits.min(8.0) / 1.5);
    }
}

fn scale(ops: u64, factor: f64) -> u64 {
    ((ops as f64 * factor) as u64).max(FIRST_OPS)
}

async fn once(args: ChildArgs, ops: u64) -> Result<Repetition> {
    let ops = ops.next_multiple_of(args.workload.batch());
    let mut watch = Stopwatch::default();
    let ledger = peers::run(args.contender, args.workload, args.payload, ops, &mut watch).await?;
    ledger.verify(args.workload.values(ops))?;
    let Stopwatch { wall, cpu, bytes } = watch;
    let cost = match args.workload.measure() {
        Measure::Time => wall.as_nanos() as u64,
        Measure::Memory => bytes,
    };
    Ok(Repetition { cost, cpu, ops })
}

/// One measured run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Repetition {
    /// Nanoseconds of wall time, or bytes in a row about memory.
    pub(crate) cost: u64,
    pub(crate) cpu: Duration,
    pub(crate) ops: u64,
}

impl Repetition {
    pub(crate) fn cost_per_op(&self) -> f64 {
        self.cost as f64 / self.ops as f64
    }

    pub(crate) fn cpu_per_op(&self) -> f64 {
        self.cpu.as_nanos() as f64 / self.ops as f64
    }
}

/// What a process tells its parent: its whole CPU time in ns, then for each repetition
/// `cost,cpu,ops`, separated by spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) process_cpu: Duration,
    pub(crate) repetitions: Vec<Repetition>,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.process_cpu.as_nanos())?;
        for Repetition { cost, cpu, ops } in &self.repetitions {
            write!(f, " {cost},{},{ops}", cpu.as_nanos())?;
        }
        Ok(())
    }
}

impl FromStr for Line {
    type Err = anyhow::Error;

    fn from_str(line: &str) -> Result<Self> {
        let mut words = line.split_whitespace();
        let process_cpu = words.next().context("an empty line")?.parse()?;
        let repetitions = words.map(repetition).collect::<Result<Vec<_>>>()?;
        ensure!(!repetitions.is_empty(), "no repetition in {line:?}");
        Ok(Self { process_cpu: Duration::from_nanos(process_cpu), repetitions })
    }
}

fn repetition(word: &str) -> Result<Repetition> {
    let numbers = word.split(',').map(str::parse).collect::<Result<Vec<u64>, _>>()?;
    let [cost, cpu, ops] = numbers[..] else { bail!("not a repetition: {word:?}") };
    ensure!(ops > 0, "no operations in {word:?}");
    Ok(Repetition { cost, cpu: Duration::from_nanos(cpu), ops })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peers::Impl;
    use crate::rows::{self, Shape};

    #[test]
    fn every_row_that_is_not_about_one_channel_runs_and_is_measured() {
        let runtime = RuntimeKind::Current;
        let plain = |row: &Workload| {
            matches!(row.shape, Shape::Context(_) | Shape::Lock(_) | Shape::Group(_))
                || matches!(row.shape, Shape::Network(_) | Shape::Tasks(_) | Shape::Scope(_))
        };
        for workload in rows::ALL.iter().filter(|row| plain(row)).map(|row| row.at_most(100)) {
            for contender in Contender::of(workload).filter(|who| who.imp != Impl::Go) {
                let (payload, fixed_ops) = (Payload::U64, None);
                let args = ChildArgs {
                    contender,
                    workload,
                    payload,
                    runtime,
                    ms: 1,
                    fixed_ops,
                    at_most: None,
                    allocator: Allocator::OWN,
                    anyway: false,
                };
                let ops = match workload.measure() {
                    Measure::Time => FIRST_OPS,
                    Measure::Memory => workload.batch(),
                };
                let run = runtime.build().unwrap().block_on(once(args, ops)).unwrap();
                let weighed = workload.measure() == Measure::Memory;
                assert!(weighed || run.cost > 0, "{contender} in {}", workload.name);
                assert_eq!(run.ops % workload.batch(), 0);
            }
        }
    }

    #[test]
    fn a_line_is_read_back() {
        let repetition = Repetition { cost: 41_000, cpu: Duration::from_micros(80), ops: 7 };
        let line = Line {
            process_cpu: Duration::from_millis(3),
            repetitions: vec![repetition, repetition],
        };
        assert_eq!(line.to_string().parse::<Line>().unwrap(), line);
    }

    #[test]
    fn half_a_line_is_an_error() {
        for line in ["", "12", "12 3,4", "12 3,4,0", "12 3,4,x"] {
            assert!(line.parse::<Line>().is_err(), "{line:?}");
        }
    }
}

//! The parent: starts the measured processes in turn and gathers what they print.
//!
//! Contract: row by row, and within a row round by round, there and back over the implementations,
//! so that the ratios of a row are of the same minute. A process during which others took more
//! than [`noise::TOLERATED`] of a CPU is run again, [`RERUNS`] times at most; then the calmest try
//! is kept and counted as noisy. A process that fails is reported and fails the whole run, after
//! everything else was measured.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};

use crate::RunArgs;
use crate::allocator::{self, Allocator};
use crate::child::{Line, Repetition, RuntimeKind};
use crate::floor;
use crate::go::{self, Program};
use crate::machine;
use crate::noise::{self, Meter};
use crate::peers::{Contender, Impl};
use crate::report::{self, Report, row_name};
use crate::rows::{Payload, Workload};

/// How often a process is run again because others were busy.
const RERUNS: u32 = 3;
/// Length of a measured run when only its checksum matters, in milliseconds.
const SMOKE_MS: u64 = 3;
/// Tasks of a crowd then, at most.
const SMOKE_CROWD: u64 = 1000;

/// A row with what was measured.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) workload: Workload,
    pub(crate) payload: Payload,
    pub(crate) cells: Vec<Cell>,
}

/// One implementation on one row, with one allocator.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) contender: Contender,
    /// Of the Rust side; Go's cells have that of this program, and do not use it.
    pub(crate) allocator: Allocator,
    pub(crate) samples: Vec<Sample>,
}

impl Cell {
    /// Its name in the tables.
    pub(crate) fn label(&self, workload: Workload) -> String {
        let name = report::label(self.contender, workload);
        match self.allocator {
            Allocator::OWN => name,
            other => format!("{name} +{other}"),
        }
    }

    pub(crate) fn repetitions(&self) -> Vec<Repetition> {
        self.samples.iter().flat_map(|sample| sample.repetitions.clone()).collect()
    }
}

/// One process.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) round: u32,
    pub(crate) repetitions: Vec<Repetition>,
    /// CPUs' worth that others took.
    pub(crate) foreign: f64,
    /// How many processes were started for this one.
    pub(crate) tries: u32,
}

/// The load averages seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) first: f64,
    pub(crate) last: f64,
    pub(crate) highest: f64,
}

/// Measures what the arguments ask for, prints it, and writes it down.
///
/// # Errors
/// A process failed, or a results file cannot be written.
pub(crate) fn main(args: &RunArgs) -> Result<()> {
    if args.list {
        report::list(&args.rows(), &args.wanted_impls());
        return Ok(());
    }
    let cpus = machine::pin()?;
    let mut impls = args.wanted_impls();
    let target = machine::target()?;
    let go = match impls.contains(&Impl::Go) {
        true => go::build(&target).inspect_err(|error| println!("SKIPPED go: {error:#}")).ok(),
        false => None,
    };
    impls.retain(|imp| *imp != Impl::Go || go.is_some());

    let mut facts = machine::facts(&cpus);
    let with_mimalloc = args.mimalloc.then(|| allocator::build(&target)).transpose()?;
    let harness = Harness::new(args, go, with_mimalloc, Meter::new(cpus))?;
    let (rows, load, failures) = harness.measure(args, &impls)?;
    for failure in &failures {
        println!("FAILED {failure}");
    }
    if args.smoke {
        let cells: usize = rows.iter().map(|row| row.cells.len()).sum();
        println!("{cells} combinations in {} rows, {} failed", rows.len(), failures.len());
    } else {
        facts.extend(floor::facts()?);
        let go = harness.go.map(|program| program.version);
        let failed = failures.len();
        let report = Report { facts, go, runtime: args.runtime, rows, load, failed };
        println!("{report}");
        if !args.no_save {
            report.save()?;
        }
    }
    ensure!(failures.is_empty(), "{} processes failed", failures.len());
    Ok(())
}

struct Harness {
    program: PathBuf,
    /// The same with mimalloc, if that was asked for.
    with_mimalloc: Option<PathBuf>,
    go: Option<Program>,
    meter: Meter,
    runtime: RuntimeKind,
    rounds: u32,
    ms: u64,
    reruns: u32,
    /// How many tasks a crowd has at most.
    at_most: Option<u64>,
    priority: bool,
}

impl Harness {
    fn new(
        args: &RunArgs,
        go: Option<Program>,
        with_mimalloc: Option<PathBuf>,
        meter: Meter,
    ) -> Result<Self> {
        let program = std::env::current_exe().context("where is this program?")?;
        let (rounds, ms, reruns) =
            if args.smoke { (1, SMOKE_MS, 0) } else { (args.rounds, args.ms, RERUNS) };
        let at_most = args.smoke.then_some(SMOKE_CROWD);
        let RunArgs { runtime, priority, .. } = *args;
        Ok(Self {
            program,
            with_mimalloc,
            go,
            meter,
            runtime,
            rounds,
            ms,
            reruns,
            at_most,
            priority,
        })
    }

    fn measure(&self, args: &RunArgs, impls: &[Impl]) -> Result<(Vec<Row>, Load, Vec<String>)> {
        let mut rows: Vec<Row> =
            args.rows().into_iter().map(|row| self.empty_row(row, impls)).collect();
        ensure!(!rows.is_empty(), "no row has such a name; see --list");
        let cells: usize = rows.iter().map(|row| row.cells.len()).sum();
        let bar = ProgressBar::new(cells as u64 * u64::from(self.rounds));
        bar.set_style(ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg} (left: {eta})")?);

        let mut failures = Vec::new();
        let first = noise::load()?;
        let mut load = Load { first, last: first, highest: first };
        for row in &mut rows {
            for round in 0..self.rounds {
                self.round(row, round, &bar, &mut failures)?;
                load.last = noise::load()?;
                load.highest = load.highest.max(load.last);
            }
        }
        bar.finish_and_clear();
        Ok((rows, load, failures))
    }

    /// Every implementation once: there in even rounds, back in odd ones.
    fn round(
        &self,
        row: &mut Row,
        round: u32,
        bar: &ProgressBar,
        failures: &mut Vec<String>,
    ) -> Result<()> {
        let (workload, payload) = (row.workload, row.payload);
        let mut order: Vec<&mut Cell> = row.cells.iter_mut().collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for cell in order {
            let label = cell.label(workload);
            bar.set_message(format!("{} {label}", row_name(workload, payload)));
            match self.calmest(workload, payload, cell, round) {
                Ok(sample) => cell.samples.push(sample),
                Err(error) => {
                    let name = row_name(workload, payload);
                    failures.push(format!("{name} {label}: {error:#}"));
                }
            }
            bar.inc(1);
        }
        Ok(())
    }

    /// Runs one process until others leave it alone, or the tries are used up.
    fn calmest(
        &self,
        workload: Workload,
        payload: Payload,
        cell: &Cell,
        round: u32,
    ) -> Result<Sample> {
        let mut tries = 0;
        let mut best: Option<(Line, f64)> = None;
        let (line, foreign) = loop {
            let (line, foreign) = self.start(workload, payload, cell)?;
            tries += 1;
            let calmest = match best.take() {
                Some(best) if best.1 <= foreign => best,
                _ => (line, foreign),
            };
            if calmest.1 <= noise::TOLERATED || tries > self.reruns {
                break calmest;
            }
            best = Some(calmest);
        };
        Ok(Sample { round, repetitions: line.repetitions, foreign, tries })
    }

    /// One process: what it printed, and the CPUs' worth that others took meanwhile.
    fn start(&self, workload: Workload, payload: Payload, cell: &Cell) -> Result<(Line, f64)> {
        let mut command = self.command(workload, payload, cell)?;
        let start = self.meter.mark()?;
        let output = command.stdin(Stdio::null()).output().context("cannot start the process")?;
        let text = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            bail!("{}, {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
        }
        let line: Line = text.trim().parse()?;
        let foreign = self.meter.foreign_since(start, line.process_cpu)?;
        Ok((line, foreign))
    }

    fn command(&self, workload: Workload, payload: Payload, cell: &Cell) -> Result<Command> {
        let (program, args) = match cell.contender.imp {
            Impl::Go => {
                let go = self.go.as_ref().context("Go was not built")?;
                let workload = self.at_most.map_or(workload, |tasks| workload.at_most(tasks));
                let via = cell.contender.via;
                (&go.path, go::args(workload, payload, via, self.runtime, self.ms))
            }
            _ => (self.program_with(cell.allocator), self.child_args(workload, payload, cell)),
        };
        let mut command = Command::new(if self.priority { &self.program } else { program });
        if self.priority {
            command.arg("raised").arg(program);
        }
        command.args(args);
        Ok(command)
    }

    fn program_with(&self, allocator: Allocator) -> &PathBuf {
        match allocator {
            Allocator::OWN => &self.program,
            _ => self.with_mimalloc.as_ref().unwrap_or(&self.program),
        }
    }

    fn child_args(&self, workload: Workload, payload: Payload, cell: &Cell) -> Vec<String> {
        let at_most = self.at_most.map(|tasks| format!("--at-most={tasks}"));
        let args = [
            "child".to_owned(),
            format!("--impl={}", cell.contender),
            format!("--workload={}", workload.name),
            format!("--payload={payload}"),
            format!("--runtime={}", self.runtime),
            format!("--ms={}", self.ms),
            format!("--allocator={}", cell.allocator),
        ];
        args.into_iter().chain(at_most).collect()
    }

    /// Every implementation, with one allocator after the other.
    fn empty_row(&self, (workload, payload): (Workload, Payload), impls: &[Impl]) -> Row {
        let other = self.with_mimalloc.as_ref().map(|_| Allocator::Mimalloc);
        let mut cells = Vec::new();
        for contender in Contender::of(workload).filter(|who| impls.contains(&who.imp)) {
            let other = other.filter(|other| contender.imp != Impl::Go && *other != Allocator::OWN);
            for allocator in [Allocator::OWN].into_iter().chain(other) {
                cells.push(Cell { contender, allocator, samples: Vec::new() });
            }
        }
        Row { workload, payload, cells }
    }
}

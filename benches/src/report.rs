//! What was measured, as Markdown tables and as CSV.
//!
//! Contract: the text on the terminal is the text of the file. A peer that stands in with capacity
//! 1 is marked `~1`, and is the best peer only where no other does the same. On the current-thread runtime no target is judged.

use std::fmt::{self, Display, Formatter, Write as _};
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::allocator::Allocator;
use crate::child::RuntimeKind;
use crate::harness::{Cell, Load, Row};
use crate::machine;
use crate::noise;
use crate::peers::{Contender, Impl};
use crate::rows::{Measure, Payload, Workload};
use crate::stats::{Stats, digits};
use crate::targets;

/// Go keeps nearly two CPUs busy in its 4×4 rows; when it does not, others had them.
const CALM_CPUS: f64 = 1.7;

/// The name of a row in all tables.
pub(crate) fn row_name(workload: Workload, payload: Payload) -> String {
    match payload {
        Payload::U64 => workload.name.to_owned(),
        Payload::B64 => format!("{} 64B", workload.name),
    }
}

/// Prints the rows and who runs them.
pub(crate) fn list(rows: &[(Workload, Payload)], impls: &[Impl]) {
    for (workload, payload) in rows {
        let able: Vec<String> = Contender::of(*workload)
            .filter(|contender| impls.contains(&contender.imp))
            .map(|contender| label(contender, *workload))
            .collect();
        println!("{:18} {}", row_name(*workload, *payload), able.join(" "));
    }
}

/// The name of an implementation in a row.
pub(crate) fn label(contender: Contender, workload: Workload) -> String {
    let mark = if contender.stands_in(workload) { "~1" } else { "" };
    format!("{contender}{mark}")
}

/// Everything that a run found out.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) facts: Vec<(&'static str, String)>,
    pub(crate) go: Option<String>,
    pub(crate) runtime: RuntimeKind,
    pub(crate) rows: Vec<Row>,
    pub(crate) load: Load,
    /// Processes that ended with an error, of which nothing is in the tables.
    pub(crate) failed: usize,
}

impl Report {
    /// Writes the Markdown and the CSV file, and prints where.
    ///
    /// # Errors
    /// The files cannot be written.
    pub(crate) fn save(&self) -> Result<()> {
        let stem = self.free_stem()?;
        for (extension, text) in [("md", self.to_string()), ("csv", self.csv()?)] {
            let path = stem.with_extension(extension);
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
            println!("written: {}", path.display());
        }
        Ok(())
    }

    /// A name that no earlier run has taken.
    fn free_stem(&self) -> Result<PathBuf> {
        let results = machine::root().join("benches/results");
        fs::create_dir_all(&results).context("no folder for the results")?;
        let mut stem = machine::stem()?;
        if self.runtime == RuntimeKind::Current {
            stem.push_str("-current");
        }
        let names = (2..).map(|number| format!("{stem}-{number}"));
        std::iter::once(stem.clone())
            .chain(names)
            .map(|name| results.join(name))
            .find(|stem| !stem.with_extension("md").exists())
            .context("every name is taken")
    }

    /// Every repetition, one a line; what there is per operation is ns of wall time, or bytes.
    fn csv(&self) -> Result<String> {
        let mut csv =
            String::from("row,impl,round,repetition,per_op,cpu_ns_per_op,ops,foreign_cpus,tries\n");
        for row in &self.rows {
            let name = row_name(row.workload, row.payload);
            for cell in &row.cells {
                let imp = cell.label(row.workload);
                for sample in &cell.samples {
                    for (index, run) in sample.repetitions.iter().enumerate() {
                        let (cost, cpu) = (run.cost_per_op(), run.cpu_per_op());
                        writeln!(
                            csv,
                            "{name},{imp},{},{index},{cost:.3},{cpu:.3},{},{:.2},{}",
                            sample.round, run.ops, sample.foreign, sample.tries
                        )?;
                    }
                }
            }
        }
        Ok(csv)
    }

    fn head(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Channels, selects, contexts, locks and tasks, {} runtime\n", self.runtime)?;
        for (label, value) in &self.facts {
            writeln!(f, "- {label}: {value}")?;
        }
        writeln!(f, "- Go: {}", self.go.as_deref().unwrap_or("not measured"))?;
        let args: Vec<String> = std::env::args().skip(1).collect();
        writeln!(f, "- Command: `{}`", ["cargo x bench", &args.join(" ")].join(" ").trim())?;
        let Load { first, last, highest } = self.load;
        writeln!(f, "- Load average: {first} before, {last} after, {highest} at most")?;
        let samples = || self.rows.iter().flat_map(|row| &row.cells).flat_map(|c| &c.samples);
        let again: u32 = samples().map(|sample| sample.tries - 1).sum();
        let noisy = samples().filter(|sample| sample.foreign > noise::TOLERATED).count();
        let kept = samples().count();
        let failed = self.failed;
        writeln!(
            f,
            "- Processes: {kept} kept, {noisy} of them although noisy, {again} run again, \
             {failed} failed"
        )
    }

    /// Says so when the figures are not to be trusted.
    fn warn(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let is_go = |cell: &&Cell| cell.contender == Contender::GO;
        for row in self.rows.iter().filter(|row| row.workload.name == "mpmc_4x4_64") {
            let stats = row.cells.iter().find(is_go).and_then(stats_of);
            if let (RuntimeKind::Multi, Some(Stats { cpus, .. })) = (self.runtime, stats) {
                if cpus < CALM_CPUS {
                    let name = row_name(row.workload, row.payload);
                    writeln!(
                        f,
                        "\n**Busy machine: Go had {cpus:.2} CPUs in {name} instead of 2.**"
                    )?;
                }
            }
        }
        Ok(())
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.head(f)?;
        self.warn(f)?;
        if self.runtime == RuntimeKind::Multi {
            against_targets(&self.rows, f)?;
        }
        for row in &self.rows {
            table(row, f)?;
        }
        Ok(())
    }
}

fn stats_of(cell: &Cell) -> Option<Stats> {
    Stats::of(&cell.repetitions())
}

/// A row's medians with one allocator, and whom the ratios are to.
struct Summary<'a> {
    row: &'a Row,
    allocator: Allocator,
    taut: Option<f64>,
    go: Option<f64>,
    peer: Option<(Contender, f64)>,
}

impl<'a> Summary<'a> {
    fn of(row: &'a Row, allocator: Allocator) -> Self {
        let medians = || {
            let cells = row.cells.iter().filter(|cell| cell.allocator == allocator);
            cells.filter_map(|cell| Some((cell.contender, stats_of(cell)?.median)))
        };
        let go = row.cells.iter().find(|cell| cell.contender == Contender::GO);
        let go = go.and_then(stats_of).map(|stats| stats.median);
        let taut = medians().find(|(who, _)| *who == Contender::TAUT).map(|(_, median)| median);
        let peers = medians().filter(|(who, _)| who.is_peer(row.workload));
        let peer = peers.min_by(|one, other| one.1.total_cmp(&other.1));
        Self { row, allocator, taut, go, peer }
    }

    fn peer_median(&self) -> Option<f64> {
        self.peer.map(|(_, median)| median)
    }

    fn against_target(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Row { workload, payload, .. } = *self.row;
        let target = targets::of(workload, payload, self.allocator);
        let (to_go, to_peer) = (target.map(|t| t.go), target.and_then(|t| t.peer));
        let with = match self.allocator {
            Allocator::OWN => String::new(),
            other => format!(" +{other}"),
        };
        writeln!(
            f,
            "| {}{with} | {} | {} | {} | {} | {} | {} |",
            row_name(workload, payload),
            self.taut.map_or_else(none, digits),
            self.go.map_or_else(none, digits),
            judged(self.taut, self.go, to_go),
            self.peer.map_or_else(none, |(who, _)| label(who, workload)),
            self.peer_median().map_or_else(none, digits),
            judged(self.taut, self.peer_median(), to_peer),
        )
    }
}

/// Every implementation; the best peer is that with the same allocator.
fn table(row: &Row, f: &mut Formatter<'_>) -> fmt::Result {
    writeln!(f, "\n## {}, {}\n", row_name(row.workload, row.payload), row.workload.unit())?;
    writeln!(f, "| impl | median | min | max | CPU/wall | /go | /best peer |")?;
    writeln!(f, "|---|--:|--:|--:|--:|--:|--:|")?;
    for cell in &row.cells {
        let imp = cell.label(row.workload);
        let Some(Stats { median, min, max, cpus }) = stats_of(cell) else {
            writeln!(f, "| {imp} | failed | | | | | |")?;
            continue;
        };
        let others = Summary::of(row, cell.allocator);
        let (go, peer) = (others.go, others.peer_median());
        let [go, peer] = [go, peer].map(|theirs| ratio(Some(median), theirs));
        let [median, min, max] = [median, min, max].map(digits);
        let cpus = match row.workload.measure() {
            Measure::Time => format!("{cpus:.2}"),
            Measure::Memory => none(),
        };
        writeln!(f, "| {imp} | {median} | {min} | {max} | {cpus} | {go} | {peer} |")?;
    }
    Ok(())
}

fn against_targets(rows: &[Row], f: &mut Formatter<'_>) -> fmt::Result {
    let mut allocators = vec![Allocator::OWN];
    if Allocator::OWN != Allocator::Mimalloc {
        allocators.push(Allocator::Mimalloc);
    }
    let each = |row| allocators.iter().map(move |allocator| Summary::of(row, *allocator));
    let ours: Vec<_> = rows.iter().flat_map(each).filter(|row| row.taut.is_some()).collect();
    if ours.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n## taut against its targets, medians in ns, or bytes for memory\n")?;
    writeln!(f, "| row | taut | go | /go | target | | best peer | | /peer | target | |")?;
    writeln!(f, "|---|--:|--:|--:|--:|---|---|--:|--:|--:|---|")?;
    ours.iter().try_for_each(|row| row.against_target(f))
}

/// The ratio, the target and the verdict.
fn judged(ours: Option<f64>, theirs: Option<f64>, target: Option<f64>) -> String {
    let verdict = match (quotient(ours, theirs), target) {
        (Some(ratio), Some(target)) if ratio <= target => "pass",
        (Some(_), Some(_)) => "**fail**",
        _ => "",
    };
    let target = target.map_or_else(none, |target| format!("{target:.2}"));
    format!("{} | {target} | {verdict}", ratio(ours, theirs))
}

fn ratio(ours: Option<f64>, theirs: Option<f64>) -> String {
    quotient(ours, theirs).map_or_else(none, |ratio| format!("{ratio:.2}"))
}

fn quotient(ours: Option<f64>, theirs: Option<f64>) -> Option<f64> {
    Some(ours? / theirs?)
}

fn none() -> String {
    "–".to_owned()
}

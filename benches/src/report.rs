//! What was measured, as Markdown tables and as CSV.
//!
//! Contract: the text on the terminal is the text of the file. A peer that stands in with capacity
//! 1 is marked `~1`, and is the best peer only where no other does the same. On the current-thread runtime no target is judged.

use std::fmt::{self, Display, Formatter, Write as _};
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::child::RuntimeKind;
use crate::harness::{Cell, Load, Row};
use crate::machine;
use crate::noise;
use crate::peers::{Contender, Impl};
use crate::rows::{Payload, Workload};
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

fn label(contender: Contender, workload: Workload) -> String {
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

    /// Every repetition, one a line.
    fn csv(&self) -> Result<String> {
        let mut csv = String::from(
            "row,impl,round,repetition,wall_ns_per_op,cpu_ns_per_op,ops,foreign_cpus,tries\n",
        );
        for row in &self.rows {
            let name = row_name(row.workload, row.payload);
            for cell in &row.cells {
                let imp = label(cell.contender, row.workload);
                for sample in &cell.samples {
                    for (index, run) in sample.repetitions.iter().enumerate() {
                        let (wall, cpu) = (run.wall_per_op(), run.cpu_per_op());
                        writeln!(
                            csv,
                            "{name},{imp},{},{index},{wall:.3},{cpu:.3},{},{:.2},{}",
                            sample.round, run.ops, sample.foreign, sample.tries
                        )?;
                    }
                }
            }
        }
        Ok(csv)
    }

    fn head(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Channels, selects, contexts and locks, {} runtime\n", self.runtime)?;
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
        let rows: Vec<Summary<'_>> = self.rows.iter().map(Summary::of).collect();
        if self.runtime == RuntimeKind::Multi && rows.iter().any(|row| row.taut.is_some()) {
            against_targets(&rows, f)?;
        }
        for row in &rows {
            row.table(f)?;
        }
        Ok(())
    }
}

fn stats_of(cell: &Cell) -> Option<Stats> {
    Stats::of(&cell.repetitions())
}

/// A row's medians, and whom the ratios are to.
struct Summary<'a> {
    row: &'a Row,
    taut: Option<f64>,
    go: Option<f64>,
    peer: Option<(Contender, f64)>,
}

impl<'a> Summary<'a> {
    fn of(row: &'a Row) -> Self {
        let medians =
            || row.cells.iter().filter_map(|cell| Some((cell.contender, stats_of(cell)?.median)));
        let of = |wanted| medians().find(|(who, _)| *who == wanted).map(|(_, median)| median);
        let peers = medians().filter(|(who, _)| who.is_peer(row.workload));
        let peer = peers.min_by(|one, other| one.1.total_cmp(&other.1));
        Self { row, taut: of(Contender::TAUT), go: of(Contender::GO), peer }
    }

    fn name(&self) -> String {
        row_name(self.row.workload, self.row.payload)
    }

    fn table(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n## {}, {}\n", self.name(), self.row.workload.unit())?;
        writeln!(f, "| impl | median | min | max | CPU/wall | /go | /best peer |")?;
        writeln!(f, "|---|--:|--:|--:|--:|--:|--:|")?;
        for cell in &self.row.cells {
            let imp = label(cell.contender, self.row.workload);
            let Some(Stats { median, min, max, cpus }) = stats_of(cell) else {
                writeln!(f, "| {imp} | failed | | | | | |")?;
                continue;
            };
            let go = ratio(Some(median), self.go);
            let peer = ratio(Some(median), self.peer_median());
            let [median, min, max] = [median, min, max].map(digits);
            writeln!(f, "| {imp} | {median} | {min} | {max} | {cpus:.2} | {go} | {peer} |")?;
        }
        Ok(())
    }

    fn peer_median(&self) -> Option<f64> {
        self.peer.map(|(_, median)| median)
    }
}

fn against_targets(rows: &[Summary<'_>], f: &mut Formatter<'_>) -> fmt::Result {
    writeln!(f, "\n## taut against its targets, medians in ns\n")?;
    writeln!(f, "| row | taut | go | /go | target | | best peer | | /peer | target | |")?;
    writeln!(f, "|---|--:|--:|--:|--:|---|---|--:|--:|--:|---|")?;
    for row in rows.iter().filter(|row| row.taut.is_some()) {
        let target = targets::of(row.row.workload, row.row.payload);
        let (to_go, to_peer) = (target.map(|t| t.go), target.and_then(|t| t.peer));
        let peer = row.peer.map_or_else(none, |(who, _)| label(who, row.row.workload));
        writeln!(
            f,
            "| {} | {} | {} | {} | {peer} | {} | {} |",
            row.name(),
            row.taut.map_or_else(none, digits),
            row.go.map_or_else(none, digits),
            judged(row.taut, row.go, to_go),
            row.peer_median().map_or_else(none, digits),
            judged(row.taut, row.peer_median(), to_peer),
        )?;
    }
    Ok(())
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

//! Side-by-side benches of taut's channels, selects, contexts, locks and groups of tasks, Go's and
//! those of other crates. See `README.md`.
//!
//! Contract: one process measures one implementation on one workload with one payload (`child`, or
//! the Go program); the parent (`run`, which is also what happens without a subcommand) starts
//! them in turn and writes the report. Arguments are here, everything else in the modules.

#![forbid(unsafe_code)]

mod allocator;
mod child;
mod contexts;
mod floor;
mod go;
mod groups;
mod harness;
mod locks;
mod machine;
mod networks;
mod noise;
mod peers;
mod plot;
mod report;
mod rows;
mod scopes;
mod selects;
mod stats;
mod stopwatch;
mod targets;
mod tasks;
mod together;
mod workloads;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};

use crate::child::{ChildArgs, RuntimeKind};
use crate::peers::Impl;
use crate::rows::{Payload, Shape, Workload};

/// Of the whole program; without the feature it is the system's.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Side-by-side benches of taut's channels, selects, contexts, locks and groups of tasks, Go's and
/// those of other crates.
#[derive(Debug, Parser)]
#[command(name = "cargo x bench", args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: RunArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure and report (what happens without a subcommand).
    Run(RunArgs),
    /// Measure one implementation on one workload, in this process.
    Child(ChildArgs),
    /// Start a program in a session of its own, at the highest priority.
    #[command(hide = true)]
    Raised {
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<OsString>,
    },
}

/// A pattern for all rows with a select; `self_try` is not meant by it.
const SELECTS: &str = "sel";

/// What to measure, and how long.
#[derive(Clone, Debug, Args)]
struct RunArgs {
    /// Only these rows: an exact name, or a part of names; `sel` is the rows with a select. Several
    /// with commas.
    #[arg(long, value_name = "PATTERN", value_delimiter = ',')]
    only: Vec<String>,
    /// Only these implementations, with commas.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    impls: Vec<Impl>,
    /// Processes for each implementation and row, there and back.
    #[arg(long, default_value_t = 5, value_parser = value_parser!(u32).range(1..))]
    rounds: u32,
    /// How long one measured run should take, in milliseconds.
    #[arg(long, default_value_t = 40, value_parser = value_parser!(u64).range(1..))]
    ms: u64,
    /// The runtime; `current` is an extra, and is held to no target.
    #[arg(long, default_value = "multi")]
    runtime: RuntimeKind,
    /// Leave Go out.
    #[arg(long)]
    no_go: bool,
    /// The Rust side with mimalloc as well, from a build of its own.
    #[arg(long)]
    mimalloc: bool,
    /// Write no results file.
    #[arg(long)]
    no_save: bool,
    /// Every process in a session of its own at the highest priority, as in the baseline (root).
    #[arg(long)]
    priority: bool,
    /// Only see that everything runs and that the checksums hold: 1 round of a few ms, and small
    /// crowds.
    #[arg(long, conflicts_with_all = ["rounds", "ms"])]
    smoke: bool,
    /// List the rows and who runs them.
    #[arg(long)]
    list: bool,
    /// Measure nothing: draw these results, a `.md` file, as an `.svg` beside it.
    #[arg(long, value_name = "FILE", exclusive = true)]
    plot: Option<PathBuf>,
}

impl RunArgs {
    /// The rows asked for, in the order of the report.
    fn rows(&self) -> Vec<(Workload, Payload)> {
        let all = rows::ALL.iter().flat_map(|workload| {
            let wide = workload.wide.then_some((*workload, Payload::B64));
            [(*workload, Payload::U64)].into_iter().chain(wide)
        });
        all.filter(|(workload, payload)| self.wants(*workload, *payload)).collect()
    }

    fn wants(&self, workload: Workload, payload: Payload) -> bool {
        let matches = |pattern: &String| match Workload::find(pattern) {
            Some(named) => named == workload,
            None if pattern == SELECTS => matches!(workload.shape, Shape::Select(_)),
            None => report::row_name(workload, payload).contains(pattern.as_str()),
        };
        self.only.is_empty() || self.only.iter().any(matches)
    }

    /// The implementations asked for, in the order of the tables.
    fn wanted_impls(&self) -> Vec<Impl> {
        let wanted = |imp: &Impl| {
            let listed = self.impls.is_empty() || self.impls.contains(imp);
            listed && !(self.no_go && *imp == Impl::Go)
        };
        Impl::value_variants().iter().copied().filter(wanted).collect()
    }
}

fn main() -> ExitCode {
    // One line for an error: the parent repeats what a child says.
    match start(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(cli: Cli) -> Result<()> {
    match cli.command {
        None => run(&cli.run),
        Some(Command::Run(args)) => run(&args),
        Some(Command::Child(args)) => child::main(&args),
        Some(Command::Raised { command }) => machine::exec_raised(&command),
    }
}

fn run(args: &RunArgs) -> Result<()> {
    match &args.plot {
        Some(file) => plot::main(file),
        None => harness::main(args),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn names(args: &[&str]) -> Vec<String> {
        let cli = Cli::try_parse_from(["bench"].iter().chain(args)).unwrap();
        cli.run.rows().iter().map(|(w, p)| report::row_name(*w, *p)).collect()
    }

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn rows_are_chosen_by_name_or_by_part() {
        assert_eq!(names(&["--only", "spsc_1"]), ["spsc_1"]);
        assert_eq!(names(&["--only", "self_try"]), ["self_try", "self_try 64B"]);
        assert_eq!(
            names(&["--only", "_c0,spsc_1"]),
            [
                "pingpong_c0",
                "oneway_c0",
                "oneway_c0 64B",
                "mpmc_4x4_c0",
                "spsc_1",
                "sel2_hot_c0",
                "sel_sendrecv_c0",
                "pipeline3_c0",
                "scope_pingpong_c0",
                "scope_oneway_c0",
            ]
        );
        assert_eq!(names(&["--only", "sel"]).len(), 11);
        assert_eq!(names(&["--only", "ctx"]).len(), 16);
        assert_eq!(names(&["--only", "mutex,rw_,sem_,wg_,singleflight"]).len(), 18);
        assert_eq!(names(&[]).len(), 83);
    }

    #[test]
    fn go_is_left_out_when_asked() {
        let cli = Cli::try_parse_from(["bench", "--impls", "taut,go,kanal", "--no-go"]).unwrap();
        assert_eq!(cli.run.wanted_impls(), [Impl::Taut, Impl::Kanal]);
    }
}

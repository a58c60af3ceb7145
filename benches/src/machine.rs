//! The machine: where the benches run on it, and what the report says about it.
//!
//! Contract: `pin` and `exec_raised` change only the process that calls them, and its children. A
//! fact that cannot be found out is reported as "unknown" and stops nothing.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use rustix::param::page_size;
use rustix::process::{setpriority_process, setsid};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::child::WORKERS;

/// The crates whose versions are reported: ours, the runtime and the peers.
const CRATES: &[&str] = &[
    "taut-chan",
    "taut-context",
    "taut-group",
    "taut-select",
    "taut-sync",
    "tokio",
    "kanal",
    "crossfire",
    "flume",
    "async-channel",
    "crossbeam-channel",
    "futures-util",
    "tokio-util",
    "mimalloc",
    "async-lock",
    "asyncband",
];

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// The target directory: the program is in `target/release`.
///
/// # Errors
/// The program is not there any more, or somewhere else.
pub(crate) fn target() -> Result<PathBuf> {
    let program = std::env::current_exe().context("where is this program?")?;
    Ok(program.ancestors().nth(2).context("not started by cargo")?.to_path_buf())
}

/// Keeps this process and its children on as many CPUs as there are workers, and tells which.
///
/// # Errors
/// The kernel refuses.
pub(crate) fn pin() -> Result<Vec<usize>> {
    let allowed = sched_getaffinity(None).context("which CPUs are allowed?")?;
    let cpus: Vec<usize> =
        (0..CpuSet::MAX_CPU).filter(|cpu| allowed.is_set(*cpu)).take(WORKERS).collect();
    let mut set = CpuSet::new();
    cpus.iter().for_each(|cpu| set.set(*cpu));
    sched_setaffinity(None, &set).context("cannot pin to the CPUs")?;
    Ok(cpus)
}

/// Becomes another program, in a session of its own at the highest priority. The session is needed
/// because the kernel shares the CPUs by session first.
///
/// # Errors
/// No permission, or no such program.
pub(crate) fn exec_raised(command: &[OsString]) -> Result<()> {
    let (program, args) = command.split_first().context("no program to start")?;
    setsid().context("no session of its own")?;
    // Absent where the kernel does not group by session; then there is nothing to raise.
    let group = Path::new("/proc/self/autogroup");
    if group.exists() {
        fs::write(group, "-20").context("no priority for the session")?;
    }
    setpriority_process(None, -20).context("no priority (it takes root)")?;
    Err(Command::new(program).args(args).exec()).context("cannot start the program")
}

/// The memory that this process has, in bytes; the kernel's account lags by a few dozen pages.
///
/// # Errors
/// `/proc` is missing, or reads unlike Linux's.
pub(crate) fn memory() -> Result<u64> {
    let statm = fs::read_to_string("/proc/self/statm").context("no /proc/self/statm")?;
    let resident = statm.split(' ').nth(1).context("half a /proc/self/statm")?;
    Ok(resident.parse::<u64>()? * page_size() as u64)
}

/// What the report says about the machine and the code, as label and value.
pub(crate) fn facts(cpus: &[usize]) -> Vec<(&'static str, String)> {
    let unknown = || "unknown".to_owned();
    vec![
        ("Date", output("date", &["-u", "+%F %H:%M UTC"]).unwrap_or_else(unknown)),
        ("Commit", commit()),
        ("CPU", cpu_model().unwrap_or_else(unknown)),
        ("Cores", format!("{} used of {}", cpus.len(), cores().unwrap_or_else(unknown))),
        ("Kernel", kernel().unwrap_or_else(unknown)),
        ("rustc", output("rustc", &["--version"]).unwrap_or_else(unknown)),
        ("Crates", crates().unwrap_or_else(unknown)),
    ]
}

/// The name of a results file: the date and the commit.
///
/// # Errors
/// There is no `date`.
pub(crate) fn stem() -> Result<String> {
    let date = output("date", &["-u", "+%F"]).context("no `date`")?;
    Ok(format!("{date}-{}", commit()))
}

/// The short hash of the commit, marked when the tree has changes.
fn commit() -> String {
    let Some(hash) = output("git", &["rev-parse", "--short", "HEAD"]) else {
        return "uncommitted".to_owned();
    };
    // Results are written into the tree and change no code.
    let changes = ["status", "--porcelain", "--", ".", ":!benches/results"];
    match output("git", &changes) {
        Some(changes) if changes.is_empty() => hash,
        _ => format!("{hash}-dirty"),
    }
}

fn output(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).current_dir(root()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

fn cpu_model() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let value = |key: &str| {
        let line = text.lines().find(|line| line.starts_with(key))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    // Virtual machines often hide the model's name, but not its numbers.
    Some(format!(
        "{}, family {} model {}",
        value("model name")?,
        value("cpu family")?,
        value("model\t")?
    ))
}

/// All that are there; we have limited ourselves to a few of them.
fn cores() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    Some(text.lines().filter(|line| line.starts_with("processor")).count().to_string())
}

fn kernel() -> Option<String> {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").ok()?;
    Some(format!("Linux {}", release.trim()))
}

fn crates() -> Option<String> {
    let lock = fs::read_to_string(root().join("Cargo.lock")).ok()?;
    let versions = locked(&lock);
    let named = |name: &&str| format!("{name} {}", versions.get(*name).unwrap_or(&"unknown"));
    Some(CRATES.iter().map(named).collect::<Vec<_>>().join(", "))
}

/// The versions in a `Cargo.lock`, whose entries start with a name line and a version line.
fn locked(lock: &str) -> HashMap<&str, &str> {
    let mut versions = HashMap::new();
    let mut name = None;
    for line in lock.lines() {
        if let Some(quoted) = line.strip_prefix("name = ") {
            name = Some(quoted.trim_matches('"'));
        } else if let (Some(name), Some(quoted)) = (name, line.strip_prefix("version = ")) {
            versions.insert(name, quoted.trim_matches('"'));
        }
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_the_lock_file() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.2\"\n\n[[package]]\n\
                    name = \"b-c\"\nversion = \"0.3.1\"\nsource = \"x\"\n";
        assert_eq!(locked(lock), HashMap::from([("a", "1.2"), ("b-c", "0.3.1")]));
    }
}

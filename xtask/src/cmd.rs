//! Running a program: where, with what environment, and for how long.
//!
//! Every child runs in the workspace's root, with no standard input. A call with a deadline ends the
//! child and all its descendants when that passes. They are not put in a process group of their own,
//! which would be simpler to kill, because an interrupt at the terminal would then miss them.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::step::{Call, Outcome, Stop};

/// How often a child with a deadline is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// A program about to run, and what shows it.
pub(crate) struct Cmd {
    command: Command,
    /// The program and its arguments.
    shown: String,
    /// What is added to the environment, each followed by a space.
    env: String,
}

impl Cmd {
    pub(crate) fn new(program: &str) -> Self {
        let mut command = Command::new(program);
        command.current_dir(root()).stdin(Stdio::null());
        Self { command, shown: program.to_owned(), env: String::new() }
    }

    pub(crate) fn cargo() -> Self {
        Self::new("cargo")
    }

    /// Cargo of another toolchain than the one in use.
    pub(crate) fn cargo_of(toolchain: &str) -> Self {
        Self::cargo().args([format!("+{toolchain}")])
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        for arg in args {
            let arg = arg.as_ref();
            self.command.arg(arg);
            self.show(&arg.to_string_lossy());
        }
        self
    }

    /// Splits at spaces.
    pub(crate) fn words(self, words: &str) -> Self {
        self.args(words.split_whitespace())
    }

    pub(crate) fn env(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        let value = value.as_ref();
        self.command.env(key, value);
        write!(self.env, "{key}={:?} ", value.to_string_lossy())
            .expect("writing to a string cannot fail");
        self
    }

    /// Sets `key` unless the caller's environment has it.
    pub(crate) fn default_env(self, key: &str, value: &str) -> Self {
        if std::env::var_os(key).is_some() { self } else { self.env(key, value) }
    }

    /// Builds in `name` below the target directory: other flags must not undo the main build.
    pub(crate) fn target_dir(self, name: &str) -> Self {
        self.env("CARGO_TARGET_DIR", target_dir().join(name))
    }

    /// Tests at the speed of a release, with the `debug_assert!`s that name the invariants, and without
    /// the link-time optimisation that would double the build.
    pub(crate) fn checked_release(self) -> Self {
        self.env("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "true")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
    }

    fn show(&mut self, word: &str) {
        let plain = !word.is_empty() && !word.contains(|c: char| c.is_whitespace());
        let written =
            if plain { write!(self.shown, " {word}") } else { write!(self.shown, " {word:?}") };
        written.expect("writing to a string cannot fail");
    }

    /// Shows the command, runs it, and lets it write to our output.
    pub(crate) fn run(mut self, call: &Call) -> Outcome {
        println!("$ {}{}", self.env, self.shown);
        let mut child = self.command.spawn().map_err(|error| self.no_start(&error))?;
        let status = self.wait(&mut child, call.deadline)?;
        self.judge(status)
    }

    /// Runs the command without showing it, and returns what it wrote to its standard output.
    pub(crate) fn capture(mut self, call: &Call) -> Result<String, Stop> {
        self.command.stdout(Stdio::piped());
        let mut child = self.command.spawn().map_err(|error| self.no_start(&error))?;
        let reader = child.stdout.take().map(|mut pipe| {
            thread::spawn(move || {
                let mut bytes = Vec::new();
                pipe.read_to_end(&mut bytes).map(|_| bytes)
            })
        });
        let status = self.wait(&mut child, call.deadline)?;
        self.judge(status)?;
        let bytes = match reader.map(thread::JoinHandle::join) {
            Some(Ok(Ok(bytes))) => bytes,
            _ => return Err(Stop::Failed(format!("the output of `{}` was lost", self.shown))),
        };
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn no_start(&self, error: &io::Error) -> Stop {
        Stop::Failed(format!("`{}` did not start: {error}", self.shown))
    }

    fn judge(&self, status: ExitStatus) -> Outcome {
        if status.success() {
            return Ok(());
        }
        Err(Stop::Failed(format!("`{}` ended with {status}", self.shown)))
    }

    fn wait(&self, child: &mut Child, deadline: Option<Instant>) -> Result<ExitStatus, Stop> {
        let lost = |error: io::Error| Stop::Failed(format!("`{}` was lost: {error}", self.shown));
        let Some(deadline) = deadline else { return child.wait().map_err(lost) };
        loop {
            if let Some(status) = child.try_wait().map_err(lost)? {
                return Ok(status);
            }
            if Instant::now() >= deadline {
                kill_tree(child);
                return Err(Stop::Failed(format!("out of time, killed `{}`", self.shown)));
            }
            thread::sleep(LOOK);
        }
    }
}

/// The workspace's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// The text of a file, by its path from the root.
pub(crate) fn read(path: &str) -> Result<String, Stop> {
    std::fs::read_to_string(root().join(path))
        .map_err(|error| Stop::Failed(format!("{path}: {error}")))
}

/// Where the main build goes; the other builds go below it.
pub(crate) fn target_dir() -> PathBuf {
    root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// Ends `child` and what it started. Where `ps` or `kill` is missing, `child` alone.
fn kill_tree(child: &mut Child) {
    let pids = descendants(child.id(), &processes());
    if !pids.is_empty() {
        let pids = pids.iter().map(u32::to_string);
        // An error is a process that has ended by itself.
        drop(Command::new("kill").arg("-KILL").args(pids).stderr(Stdio::null()).status());
    }
    drop(child.kill());
    drop(child.wait());
}

/// Every process's id and its parent's.
fn processes() -> Vec<(u32, u32)> {
    let Ok(output) = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output() else {
        return Vec::new();
    };
    let pair = |line: &str| {
        let mut ids = line.split_whitespace().map(|id| id.parse().ok());
        Some((ids.next()??, ids.next()??))
    };
    String::from_utf8_lossy(&output.stdout).lines().filter_map(pair).collect()
}

/// The children of `ancestor`, theirs, and so on.
fn descendants(ancestor: u32, processes: &[(u32, u32)]) -> Vec<u32> {
    let mut found = vec![ancestor];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        let children = processes.iter().filter(|(_, of)| *of == parent).map(|(id, _)| *id);
        // A process is never its own ancestor, but a table read while ids are reused might say so.
        let fresh: Vec<u32> = children.filter(|id| !found.contains(id)).collect();
        found.extend(fresh);
        next += 1;
    }
    found.split_off(1)
}

#[cfg(test)]
mod tests {
    use std::io::BufRead;

    use super::*;

    fn call(deadline: Option<Instant>) -> Call {
        Call { args: Vec::new(), deadline }
    }

    #[test]
    fn descendants_are_found_at_any_depth_and_a_cycle_ends() {
        let table = [(2, 1), (3, 2), (4, 3), (5, 1), (9, 8), (1, 4)];
        let mut found = descendants(2, &table);
        found.sort_unstable();
        assert_eq!(found, [1, 3, 4, 5]);
    }

    #[test]
    fn a_failure_and_a_missing_program_fail() {
        assert!(matches!(Cmd::new("false").run(&call(None)), Err(Stop::Failed(_))));
        assert!(matches!(Cmd::new("no-such-program").run(&call(None)), Err(Stop::Failed(_))));
    }

    #[test]
    fn output_is_captured() {
        let said = Cmd::new("echo").words("one two").capture(&call(None));
        assert_eq!(said.as_deref(), Ok("one two\n"));
    }

    #[test]
    fn a_child_past_its_deadline_is_killed() {
        let start = Instant::now();
        let hang = Cmd::new("sleep").args(["600"]).run(&call(Some(start)));
        assert!(matches!(hang, Err(Stop::Failed(why)) if why.starts_with("out of time")));
        assert!(start.elapsed() < Duration::from_secs(60));
    }

    #[test]
    fn what_a_killed_child_started_is_killed_too() {
        // Goal: no orphan goes on holding the machine. Method: a shell and its child hold one pipe;
        // the pipe ends when both are gone.
        let start = Instant::now();
        let script = "sleep 600 & echo up; wait";
        let shell = Command::new("sh").args(["-c", script]).stdout(Stdio::piped()).spawn();
        let mut shell = shell.expect("there is a shell");
        let mut pipe = io::BufReader::new(shell.stdout.take().expect("it was asked for"));
        let mut said = String::new();
        pipe.read_line(&mut said).expect("the shell speaks");
        kill_tree(&mut shell);
        pipe.read_to_string(&mut said).expect("the pipe ends");
        assert_eq!(said, "up\n");
        assert!(start.elapsed() < Duration::from_secs(60));
    }

    #[test]
    fn the_command_is_shown_as_it_could_be_typed() {
        let cmd = Cmd::cargo().words("test -p x").args(["a b"]).env("K", "v w");
        assert_eq!(cmd.env + &cmd.shown, r#"K="v w" cargo test -p x "a b""#);
    }
}

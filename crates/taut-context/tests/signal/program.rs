//! The other process: this executable again, told to run one scenario.

use std::env;
use std::io::{BufRead as _, BufReader, Lines, Write as _, stdin};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::scenario;

/// What to run, and what with, separated by blanks.
const SCENARIO: &str = "TAUT_SIGNAL_SCENARIO";

/// Where the other process begins. (The test harness prints to stdout, so scenarios use stderr.)
#[test]
#[ignore = "it is the other process of all other tests"]
fn other_process() {
    let Ok(scenario) = env::var(SCENARIO) else { return };
    let (name, args) = scenario.split_once(' ').unwrap_or((&scenario, ""));
    scenario::run(name, args);
}

/// For a scenario: prints a line for [`Program::expect`].
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}

/// For a scenario: waits for [`Program::tell`].
pub(crate) fn wait_until_told() {
    stdin().read_line(&mut String::new()).unwrap();
}

/// A running scenario. Dropped, it is killed.
pub(crate) struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
}

impl Program {
    pub(crate) fn start(name: &str, args: &[&str]) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["program::other_process", "--exact", "--ignored", "--nocapture"])
            .env(SCENARIO, [&[name], args].concat().join(" "))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, lines }
    }

    pub(crate) fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    pub(crate) fn tell(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    }

    #[track_caller]
    pub(crate) fn next_line(&mut self) -> String {
        self.lines.next().expect("a line").unwrap()
    }

    /// The next line is this one.
    #[track_caller]
    pub(crate) fn expect(&mut self, line: &str) {
        assert_eq!(self.next_line(), line);
    }

    #[track_caller]
    pub(crate) fn expect_success(self) {
        self.expect_code(0);
    }

    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) {
        assert_eq!(self.end(), (Some(code), Vec::new()));
    }

    #[track_caller]
    pub(crate) fn expect_killed_by(mut self, signal: Signal) {
        assert_eq!(self.wait().0.signal(), Some(signal.as_raw()));
    }

    /// The exit code, and the lines that nobody expected.
    pub(crate) fn end(mut self) -> (Option<i32>, Vec<String>) {
        let (status, rest) = self.wait();
        (status.code(), rest)
    }

    fn wait(&mut self) -> (ExitStatus, Vec<String>) {
        let rest = self.lines.by_ref().map(Result::unwrap).collect();
        (self.child.wait().unwrap(), rest)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It fails if it has ended, which is what is wanted.
        self.child.kill().and_then(|()| self.child.wait()).ok();
    }
}

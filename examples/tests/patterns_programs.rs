//! The programs under `patterns/` as a user runs them: what they print, the exit code, and on Unix the
//! signals.

mod program;

use std::io::{self, Write as _};
use std::process::{Output, Stdio};

use crate::program::program;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn what_goes_well() -> io::Result<()> {
    for (command, want) in [
        ("worker_pool", "10000 numbers, the longest way is that of 6171: 261 steps\n"),
        ("worker_pool 27 --workers 1", "27 numbers, the longest way is that of 27: 111 steps\n"),
        ("fan", "1229 primes up to 10000\n"),
        ("fan 2 --stages 9", "1 primes up to 2\n"),
        ("pipeline", "30\n"),
        ("pipeline 3 4 5 --most 2", "25\n"),
        ("parallel_map", "[1, 4, 2, 5, 5]\n"),
        ("parallel_map some longer words -n 1", "[4, 6, 5]\n"),
        ("hedge", "server 2: an answer after 10 ms\n"),
        ("hedge 0 1 --patience 60000", "server 1: an answer after 1 ms\n"),
        ("hedge 60000 0 1 --all", "server 2: an answer after 1 ms\n"),
        ("ring", "498\n"),
        ("ring 7 --tasks 3", "2\n"),
        ("ring --tasks 0", "there is no ring\n"),
        ("daisy_chain", "spawn: 100000\nscope: 100000\n"),
        ("daisy_chain 7", "spawn: 7\nscope: 7\n"),
        ("heartbeat", "worker 2 came to the end\ndone: a job of 1ms\ndone: a job of 2ms\n"),
        (
            "pubsub",
            "weather, rain: reached 2, missed by 0\n\
             sport, 2:1: reached 1, missed by 0\n\
             weather, sun: reached 1, missed by 1\n\
             traffic, none: reached 0, missed by 0\n\
             weather, room for 8: [\"rain\", \"sun\"]\n\
             weather, room for 1: [\"rain\"]\n\
             sport, room for 8: [\"2:1\"]\n",
        ),
    ] {
        let (name, args) = command.split_once(' ').unwrap_or((command, ""));
        let output = program(name).args(args.split_terminator(' ')).output()?;
        assert!(output.status.success(), "{command}: {output:?}");
        assert_eq!(text(&output.stdout), want, "{command}");
    }
    Ok(())
}

#[test]
fn what_does_not() -> io::Result<()> {
    for (command, told) in [
        ("pipeline 1 two 3", "invalid digit found in string"),
        ("parallel_map grün", "grün is not ASCII"),
        ("hedge 0 0", "none of 2 servers answers: it does not answer; it does not answer"),
        ("hedge 0 0 0 --all", "none of 3 servers answers"),
    ] {
        let (name, args) = command.split_once(' ').unwrap_or((command, ""));
        let output = program(name).args(args.split(' ')).output()?;
        assert_eq!(output.status.code(), Some(1), "{command}: {output:?}");
        assert!(text(&output.stderr).contains(told), "{command}: {output:?}");
    }
    Ok(())
}

#[test]
fn graceful_shutdown_ends_with_its_input() -> io::Result<()> {
    let mut command = program("graceful_shutdown");
    command.args(["--time", "0"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn()?;
    // Less than a pipe holds.
    let lines: String = (0..500).map(|n| format!("{n}\n")).collect();
    child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?.write_all(lines.as_bytes())?;
    let Output { status, stdout, stderr } = child.wait_with_output()?;
    assert!(status.success(), "{}", text(&stderr));
    let mut done: Vec<u32> = text(&stdout).lines().filter_map(|n| n.parse().ok()).collect();
    done.sort_unstable();
    assert!(done.into_iter().eq(0..500));
    assert_eq!(text(&stderr), "done: 500, interrupted: 0, left: 0\n");
    Ok(())
}

#[cfg(unix)]
mod signals {
    //! A daemon that is told to stop while it works.

    use std::io::{BufRead as _, BufReader, Lines};
    use std::process::{Child, ChildStdin, ChildStdout};

    use rustix::process::{Pid, Signal, kill_process};

    use super::*;

    /// A daemon with one worker that was given ten lines, and has done the first of them.
    struct Daemon {
        child: Child,
        stdout: Lines<BufReader<ChildStdout>>,
        /// Stays open: the end of the lines is not what stops it.
        _stdin: ChildStdin,
    }

    impl Daemon {
        fn start(args: &[&str]) -> io::Result<Self> {
            let mut command = program("graceful_shutdown");
            command.args(args).args(["--workers", "1"]).stdin(Stdio::piped());
            let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
            let mut stdin = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
            let stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
            stdin.write_all(b"0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n")?;
            Ok(Self { child, stdout: BufReader::new(stdout).lines(), _stdin: stdin })
        }

        fn line(&mut self) -> io::Result<String> {
            self.stdout.next().unwrap_or(Err(io::ErrorKind::UnexpectedEof.into()))
        }

        fn signal(&self) -> io::Result<()> {
            kill_process(Pid::from_child(&self.child), Signal::TERM)?;
            Ok(())
        }

        /// The exit code, what else it printed, and how many were done, interrupted and left.
        fn wait(mut self) -> io::Result<(Option<i32>, Vec<String>, [usize; 3])> {
            let printed = self.stdout.collect::<io::Result<_>>()?;
            let stderr = self.child.stderr.take().ok_or(io::ErrorKind::BrokenPipe)?;
            let told = io::read_to_string(stderr)?;
            let mut numbers =
                told.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok());
            let counts = [(); 3].map(|()| numbers.next().expect("a number"));
            Ok((self.child.wait()?.code(), printed, counts))
        }
    }

    #[test]
    fn graceful_shutdown_does_what_it_has_accepted() -> io::Result<()> {
        let mut daemon = Daemon::start(&["--time", "0.01"])?;
        assert_eq!(daemon.line()?, "0");
        daemon.signal()?;
        let (code, printed, [done, interrupted, left]) = daemon.wait()?;
        assert_eq!((code, interrupted, left), (Some(0), 0, 0));
        // In order, and without a gap: it has one worker.
        assert!((1..done).map(|n| n.to_string()).eq(printed));
        Ok(())
    }

    #[test]
    fn graceful_shutdown_says_what_it_had_no_time_for() -> io::Result<()> {
        // The first line is done, and the second not in this life.
        let mut daemon = Daemon::start(&["--time", "0.1", "--drain", "0"])?;
        assert_eq!(daemon.line()?, "0");
        daemon.signal()?;
        let (code, printed, [done, interrupted, left]) = daemon.wait()?;
        assert_eq!(printed.len() + 1, done);
        assert!(interrupted <= 1 && done + interrupted + left <= 10);
        // On a machine that is busy enough, all of them were done before it was told.
        assert_eq!(code, Some(i32::from(interrupted + left > 0)));
        Ok(())
    }
}

//! The small programs under `context/` as a user runs them: what goes in, what comes out, the exit
//! code, and on Unix the signals.

mod program;

use std::fs;
use std::io::{self, BufRead as _, BufReader, Lines, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdin, ChildStdout, Output, Stdio};

use crate::program::program;

/// A running program, and its stdout line by line. Dropped, it is killed.
struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Lines<BufReader<ChildStdout>>,
}

impl Running {
    fn start(name: &str, args: &[&str]) -> io::Result<Self> {
        let mut command = program(name);
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Self { child, stdin, stdout: BufReader::new(stdout).lines() })
    }

    fn line(&mut self) -> io::Result<String> {
        self.stdout.next().unwrap_or(Err(io::ErrorKind::UnexpectedEof.into()))
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.stdin.as_mut().ok_or(io::ErrorKind::BrokenPipe)?.write_all(text.as_bytes())
    }

    /// The exit code, and what was left to read of stderr. Stdin stays open.
    fn wait(&mut self) -> io::Result<(Option<i32>, String)> {
        let stderr = self.child.stderr.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let told = io::read_to_string(stderr)?;
        Ok((self.child.wait()?.code(), told))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It fails if the child has ended, which is what is wanted.
        self.child.kill().and_then(|()| self.child.wait()).ok();
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn deadline(args: &[&str]) -> io::Result<Output> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("pairs");
    fs::write(&path, "one=1\ntwo=2\n# no pair\nthree=3=3\n")?;
    program("deadline").arg(path).args(args).output()
}

#[test]
fn deadline_prints_values() -> io::Result<()> {
    let output = deadline(&["one", "three", "four", "--latency", "0"])?;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(text(&output.stdout), "1\n3=3\n");
    Ok(())
}

#[test]
fn deadline_says_whose_time_was_up() -> io::Result<()> {
    for layer in ["handler", "service", "store"] {
        let output = deadline(&["one", &format!("--{layer}"), "0", "--latency", "1000"])?;
        assert_eq!(output.status.code(), Some(124), "{output:?}");
        let told = format!("deadline: request 1 stopped at key one: the {layer} had 0ns\n");
        assert_eq!(text(&output.stderr), told);
    }
    Ok(())
}

#[test]
fn cause_prints_the_sum() -> io::Result<()> {
    let mut running = Running::start("cause", &[])?;
    running.write("1\n20\n 300 \n")?;
    running.stdin = None;
    assert_eq!(running.line()?, "321");
    assert_eq!(running.wait()?.0, Some(0));
    Ok(())
}

#[test]
fn cause_says_why_it_stopped_although_stdin_does_not() -> io::Result<()> {
    for (args, lines, code, told) in [
        (
            &["--most", "5"][..],
            "3\n3\n",
            1,
            "context cancelled, because: line 2 makes it more than 5",
        ),
        (&[], "3\nx\n", 1, "line 2 is no number: invalid digit found in string"),
        (&["--limit", "0"], "", 124, "because: not done in 0ns"),
    ] {
        let mut running = Running::start("cause", args)?;
        running.write(lines)?;
        let (got, stderr) = running.wait()?;
        assert_eq!(got, Some(code), "{stderr}");
        assert!(stderr.trim_end().ends_with(told), "{stderr}");
    }
    Ok(())
}

#[test]
fn close_socket_prints_what_comes() -> io::Result<()> {
    let server = TcpListener::bind("127.0.0.1:0")?;
    let mut running = Running::start("close_socket", &[&server.local_addr()?.to_string()])?;
    let (mut stream, _peer) = server.accept()?;
    stream.write_all(b"one\ntwo\n")?;
    drop(stream);
    assert_eq!((running.line()?, running.line()?), ("one".to_owned(), "two".to_owned()));
    assert_eq!(running.wait()?, (Some(0), String::new()));
    Ok(())
}

#[test]
fn close_socket_ends_although_the_server_does_not() -> io::Result<()> {
    let server = TcpListener::bind("127.0.0.1:0")?;
    let address = server.local_addr()?.to_string();
    let mut running = Running::start("close_socket", &[&address, "--limit", "0"])?;
    let (mut stream, _peer) = server.accept()?;
    assert_eq!(running.wait()?.0, Some(124));
    assert_eq!(stream.read(&mut [0])?, 0);
    Ok(())
}

/// A server that listens, and its address.
fn server(args: &[&str]) -> io::Result<(Running, String)> {
    let mut running = Running::start("shutdown", args)?;
    let line = running.line()?;
    let address = line.strip_prefix("listening on ").ok_or(io::ErrorKind::InvalidData)?;
    let address = address.to_owned();
    Ok((running, address))
}

/// A request that the server has begun.
fn request(running: &mut Running, address: &str) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: it\r\nConnection: close\r\n\r\n")?;
    assert_eq!(running.line()?, "a request waits");
    Ok(stream)
}

fn assert_answer(stream: TcpStream, status: &str, body: &str) -> io::Result<()> {
    let answer = io::read_to_string(stream)?;
    assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{answer}");
    assert!(answer.ends_with(&format!("\r\n\r\n{body}")), "{answer}");
    Ok(())
}

#[test]
fn shutdown_answers_with_the_lines_of_stdin() -> io::Result<()> {
    let (mut running, address) = server(&[])?;
    for line in ["one\n", "two\n"] {
        let stream = request(&mut running, &address)?;
        running.write(line)?;
        assert_answer(stream, "200 OK", line)?;
    }
    running.stdin = None;
    let stream = request(&mut running, &address)?;
    assert_answer(stream, "410 Gone", "there are no more lines\n")
}

#[test]
fn nonsense_is_refused() -> io::Result<()> {
    for (name, args) in [
        ("deadline", &[][..]),
        ("deadline", &["file", "--store=-1"]),
        ("cause", &["--most=many"]),
        ("close_socket", &[]),
        ("shutdown", &["--listen=here"]),
    ] {
        assert_eq!(program(name).args(args).output()?.status.code(), Some(2), "{name} {args:?}");
    }
    Ok(())
}

#[cfg(unix)]
mod signals {
    use super::*;
    use rustix::process::{Pid, Signal, kill_process};

    impl Running {
        fn send(&self, signal: Signal) -> io::Result<()> {
            Ok(kill_process(Pid::from_child(&self.child), signal)?)
        }

        /// The first line on stderr.
        fn first_error(&mut self) -> io::Result<String> {
            let stderr = self.child.stderr.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
            let mut line = String::new();
            // One byte at a time: the rest is for `wait`.
            while !line.ends_with('\n') {
                let mut byte = [0];
                stderr.read_exact(&mut byte)?;
                line.push(byte[0].into());
            }
            Ok(line)
        }
    }

    #[test]
    fn shutdown_finishes_what_has_begun_and_accepts_no_more() -> io::Result<()> {
        let (mut running, address) = server(&["--drain", "600"])?;
        let first = request(&mut running, &address)?;
        let second = request(&mut running, &address)?;
        running.send(Signal::TERM)?;
        assert_eq!(running.line()?, "terminate signal received, 600s to drain");
        // It says so a moment before it does so.
        while TcpStream::connect(&address).is_ok() {}
        assert_eq!(
            TcpStream::connect(&address).unwrap_err().kind(),
            io::ErrorKind::ConnectionRefused
        );

        running.write("one\none\n")?;
        assert_answer(first, "200 OK", "one\n")?;
        assert_answer(second, "200 OK", "one\n")?;
        assert_eq!(running.wait()?, (Some(0), String::new()));
        Ok(())
    }

    #[test]
    fn shutdown_does_not_drain_for_ever() -> io::Result<()> {
        let (mut running, address) = server(&["--drain", "0"])?;
        let stream = request(&mut running, &address)?;
        running.send(Signal::INT)?;
        assert_eq!(running.line()?, "interrupt signal received, 0ns to drain");
        assert_answer(stream, "503 Service Unavailable", "the server stops\n")?;
        assert_eq!(running.wait()?.0, Some(1));
        Ok(())
    }

    #[test]
    fn shutdown_does_not_drain_after_a_second_signal() -> io::Result<()> {
        let (mut running, address) = server(&["--drain", "600"])?;
        let _waits = request(&mut running, &address)?;
        running.send(Signal::TERM)?;
        assert_eq!(running.line()?, "terminate signal received, 600s to drain");
        running.send(Signal::TERM)?;
        assert_eq!(running.wait()?, (Some(128 + 15), String::new()));
        Ok(())
    }

    #[test]
    fn shutdown_with_nothing_to_do_exits_at_once() -> io::Result<()> {
        let (mut running, _address) = server(&["--drain", "600"])?;
        running.send(Signal::INT)?;
        assert_eq!(running.wait()?, (Some(0), String::new()));
        Ok(())
    }

    #[test]
    fn cause_names_the_signal() -> io::Result<()> {
        for (signal, name) in [(Signal::INT, "interrupt"), (Signal::TERM, "terminate")] {
            let mut running = Running::start("cause", &[])?;
            let chain = running.first_error()?;
            assert!(chain.contains("with_signals"), "{chain}");
            running.send(signal)?;
            let (code, told) = running.wait()?;
            assert_eq!(code, Some(128 + signal.as_raw()), "{told}");
            assert!(told.contains(&format!("because: {name} signal received")), "{told}");
        }
        Ok(())
    }

    #[test]
    fn close_socket_ends_with_a_signal() -> io::Result<()> {
        let server = TcpListener::bind("127.0.0.1:0")?;
        let mut running = Running::start("close_socket", &[&server.local_addr()?.to_string()])?;
        let (mut stream, _peer) = server.accept()?;
        stream.write_all(b"one\n")?;
        assert_eq!(running.line()?, "one");
        running.send(Signal::INT)?;
        let told = "close_socket: interrupt signal received\n".to_owned();
        assert_eq!(running.wait()?, (Some(130), told));
        assert_eq!(stream.read(&mut [0])?, 0);
        Ok(())
    }
}

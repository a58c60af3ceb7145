//! The small programs under `sync/` as a user runs them: what goes in, what comes out, and the exit
//! code.

mod program;

use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Output, Stdio};
use std::thread::{self, JoinHandle};

use crate::program::program;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A program to its end, with this as its stdin.
fn run(name: &str, args: &[&str], input: &str) -> io::Result<Output> {
    let mut command = program(name);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let mut stdin = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let input = input.to_owned();
    let writer = thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output()?;
    writer.join().expect("no panic")?;
    Ok(output)
}

#[test]
fn counter_counts_both_ways() -> io::Result<()> {
    let output = run("counter", &["--tasks", "10", "--times", "30"], "")?;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(text(&output.stdout), "mutex: 300\nchannel: 300\n");
    Ok(())
}

/// A server that answers so many HTTP requests, one after the other, and its address.
fn http_server(requests: usize) -> io::Result<(String, JoinHandle<io::Result<()>>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    let serve = move || {
        for _ in 0..requests {
            let (mut stream, _peer) = listener.accept()?;
            read_head(&stream)?;
            stream.write_all(
                b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\na page",
            )?;
        }
        Ok(())
    };
    Ok((address, thread::spawn(serve)))
}

/// Up to the empty line.
fn read_head(stream: &TcpStream) -> io::Result<()> {
    for line in BufReader::new(stream).lines() {
        if line?.is_empty() {
            return Ok(());
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

#[test]
fn fetches_prints_what_came() -> io::Result<()> {
    let (address, server) = http_server(3)?;
    let uris = ["a", "b", "c"].map(|page| format!("http://{address}/{page}"));
    let output = run("fetches", &["-n", "2", &uris[0], &uris[1], &uris[2]], "")?;
    assert!(output.status.success(), "{output:?}");
    let mut lines: Vec<_> = text(&output.stdout).lines().map(String::from).collect();
    lines.sort();
    assert_eq!(lines, uris.map(|uri| format!("{uri}: 200 OK, 6 bytes")));
    server.join().expect("no panic")
}

#[test]
fn fetches_says_what_did_not_come() -> io::Result<()> {
    let (address, server) = http_server(1)?;
    let (here, https) = (format!("http://{address}/"), "https://localhost/");
    let output = run("fetches", &[&here, https], "")?;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(text(&output.stdout), format!("{here}: 200 OK, 6 bytes\n"));
    assert!(text(&output.stderr).starts_with(&format!("fetches: {https}: ")), "{output:?}");
    server.join().expect("no panic")
}

#[test]
fn fetches_ends_when_its_time_is_over() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let uri = format!("http://{}/", listener.local_addr()?);
    let output = run("fetches", &[&uri, "--limit", "0"], "")?;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(text(&output.stderr), "fetches: context deadline exceeded\n");
    Ok(())
}

#[test]
fn stampede_prints_how_often_it_read() -> io::Result<()> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("page");
    fs::write(&path, "text")?;
    let path = path.to_str().ok_or(io::ErrorKind::InvalidData)?;
    let output = run("stampede", &[path, "--callers", "20"], "")?;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(text(&output.stdout), "reads alone: 20\nreads together: 1\n");
    Ok(())
}

#[test]
fn stampede_says_what_it_cannot_read() -> io::Result<()> {
    let output = run("stampede", &["/nonexistent", "--latency", "0"], "")?;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(!output.stderr.is_empty());
    Ok(())
}

/// A server that refuses one client, and greets the next and answers its lines.
fn line_server() -> io::Result<(String, JoinHandle<io::Result<()>>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    let serve = move || {
        drop(listener.accept()?);
        let (mut stream, _peer) = listener.accept()?;
        stream.write_all(b"hello\n")?;
        let lines = BufReader::new(stream.try_clone()?).lines();
        lines.map_while(Result::ok).try_for_each(|line| writeln!(stream, "{line}!"))
    };
    Ok((address, thread::spawn(serve)))
}

#[test]
fn client_once_connects_for_the_second_line_if_not_for_the_first() -> io::Result<()> {
    let (address, server) = line_server()?;
    let output = run("client_once", &[&address], "one\ntwo\nthree\n")?;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(text(&output.stdout), "two!\nthree!\n");
    assert_eq!(text(&output.stderr).lines().count(), 1, "{output:?}");
    server.join().expect("no panic")
}

#[test]
fn client_once_does_not_connect_without_a_question() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let output = run("client_once", &[&listener.local_addr()?.to_string()], "")?;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(listener.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
    Ok(())
}

#[test]
fn bounded_queue_counts_words() -> io::Result<()> {
    let input = "two words\n\nand these  four more\n".repeat(500);
    for args in [&["--most", "1", "--tasks", "1"][..], &["--most", "3", "--tasks", "8"]] {
        let output = run("bounded_queue", args, &input)?;
        assert!(output.status.success(), "{output:?}");
        assert_eq!(text(&output.stdout), "3000\n");
    }
    Ok(())
}

#[test]
fn bounded_queue_ends_if_stdin_cannot_be_read() -> io::Result<()> {
    let mut child = program("bounded_queue")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?.write_all(b"one\n\xff\n")?;
    let output = child.wait_with_output()?;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(text(&output.stdout), "1\n");
    Ok(())
}

#[test]
fn nonsense_is_refused() -> io::Result<()> {
    for (name, args) in [
        ("counter", &["--tasks=-1"][..]),
        ("fetches", &[]),
        ("fetches", &["http://127.0.0.1/", "-n", "0"]),
        ("stampede", &[]),
        ("client_once", &[]),
        ("bounded_queue", &["--most", "0"]),
    ] {
        assert_eq!(program(name).args(args).output()?.status.code(), Some(2), "{name} {args:?}");
    }
    Ok(())
}

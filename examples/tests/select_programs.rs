//! The small programs under `select/` as a user runs them: lines in, lines out, and the exit code.

mod program;

use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::thread;

use crate::program::program;

fn start(command: &mut Command) -> io::Result<(Child, ChildStdin, ChildStdout)> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let stdin = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    Ok((child, stdin, stdout))
}

/// Runs it with all of `input`, and then the end of stdin.
fn run(name: &str, args: &[&str], input: String) -> io::Result<Output> {
    let (mut child, mut stdin, stdout) = start(program(name).args(args))?;
    child.stdout = Some(stdout);
    // From another thread: a pipe does not hold it.
    let writer = thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output()?;
    writer.join().unwrap_or(Err(io::ErrorKind::Other.into()))?;
    Ok(output)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// More than two pipes hold.
fn many_lines() -> String {
    (0..40_000).map(|n| format!("{n}\n")).collect()
}

#[test]
fn recv_timeout_passes_lines_on_and_ends_with_them() -> io::Result<()> {
    let output = run("recv_timeout", &["--idle", "1e9", "--total", "1e19"], many_lines())?;
    assert!(output.status.success(), "{output:?}");
    assert!(text(&output.stdout) == many_lines(), "some are missing");
    Ok(())
}

#[test]
fn recv_timeout_ends_although_stdin_does_not() -> io::Result<()> {
    for limit in ["--idle", "--total"] {
        let (child, _stdin, _stdout) = start(program("recv_timeout").args([limit, "0"]))?;
        let output = child.wait_with_output()?;
        assert_eq!(output.status.code(), Some(124), "{limit}: {output:?}");
    }
    Ok(())
}

#[test]
fn queue_reads_on_while_nobody_reads_from_it() -> io::Result<()> {
    let (mut child, mut stdin, stdout) = start(&mut program("queue"))?;
    stdin.write_all(many_lines().as_bytes())?;
    drop(stdin);
    assert!(io::read_to_string(stdout)? == many_lines(), "some are missing");
    assert!(child.wait()?.success());
    Ok(())
}

#[test]
fn queue_of_one_passes_everything_on() -> io::Result<()> {
    let output = run("queue", &["--most", "1"], many_lines())?;
    assert!(output.status.success(), "{output:?}");
    assert!(text(&output.stdout) == many_lines(), "some are missing");
    Ok(())
}

#[test]
fn queue_ends_with_its_reader_and_says_so() -> io::Result<()> {
    let (child, mut stdin, stdout) = start(&mut program("queue"))?;
    drop(stdout);
    stdin.write_all(b"one\n")?;
    // It ends although stdin is open.
    let output = child.wait_with_output()?;
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    assert!(told.starts_with("queue: ") && told.ends_with("lines that were held: 0\n"), "{told}");
    Ok(())
}

#[test]
fn priority_keeps_every_line_and_the_order_among_equals() -> io::Result<()> {
    let output = run("priority", &["7"], many_lines())?;
    assert!(output.status.success(), "{output:?}");
    let (got, all) = (text(&output.stdout), many_lines());
    for is_urgent in [false, true] {
        let of = |text: &str| -> String {
            text.split_inclusive('\n').filter(|line| line.contains('7') == is_urgent).collect()
        };
        assert!(of(&got) == of(&all), "some are missing");
    }
    Ok(())
}

/// The lines of `output` that come from this file.
fn of_file(output: &Output, path: &Path) -> String {
    let prefix = format!("{}: ", path.display());
    BufReader::new(&*output.stdout)
        .lines()
        .map_while(Result::ok)
        .filter_map(|line| Some(format!("{}\n", line.strip_prefix(&prefix)?)))
        .collect()
}

#[test]
fn merge_keeps_every_line_and_the_order_in_each_file() -> io::Result<()> {
    let dir = tempfile::tempdir()?;
    let files = [
        ("many", many_lines()),
        ("few", "one\ntwo\nthree\n".to_owned()),
        ("none", String::new()),
        ("unfinished", "no new line".to_owned()),
    ];
    let path = |name| dir.path().join(name);
    for (name, lines) in &files {
        fs::write(path(name), lines)?;
    }
    let output = program("merge").args(files.iter().map(|(name, _)| path(name))).output()?;
    assert!(output.status.success(), "{output:?}");
    for (name, lines) in &files {
        let want: String = lines.lines().map(|line| format!("{line}\n")).collect();
        assert!(of_file(&output, &path(name)) == want, "{name}");
    }
    let total: usize = files.iter().map(|(_, lines)| lines.lines().count()).sum();
    assert_eq!(text(&output.stdout).lines().count(), total);
    Ok(())
}

#[test]
fn merge_names_the_file_that_is_not_there() -> io::Result<()> {
    let dir = tempfile::tempdir()?;
    let output = program("merge").current_dir(dir.path()).arg("missing").output()?;
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("missing"), "{output:?}");
    Ok(())
}

#[test]
fn sieve_prints_primes() -> io::Result<()> {
    for (count, primes) in [("0", ""), ("1", "2\n"), ("6", "2\n3\n5\n7\n11\n13\n")] {
        let output = program("sieve").arg(count).output()?;
        assert!(output.status.success(), "{output:?}");
        assert_eq!(text(&output.stdout), primes);
    }
    Ok(())
}

#[test]
fn nonsense_is_refused() -> io::Result<()> {
    for (name, args) in [
        ("recv_timeout", &["--idle=-1"][..]),
        ("recv_timeout", &["--total=soon"]),
        ("queue", &["--most=0"]),
        ("priority", &[]),
        ("merge", &[]),
        ("sieve", &["many"]),
    ] {
        assert_eq!(program(name).args(args).output()?.status.code(), Some(2), "{name} {args:?}");
    }
    Ok(())
}

//! `digest` as a user runs it, on real files: the table, the errors, the excludes and Ctrl-C.
//!
//! The program is the one that `cargo test` builds next to this file. What it prints is compared
//! with `sha256sum`, and with known digests where there is none.

#![cfg(unix)]

mod program;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Lines, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::program::program;

/// The contents of a file, `unit` repeated, and their digest.
struct Contents {
    unit: &'static [u8],
    times: usize,
    sha256: &'static str,
}

// The first three are the examples of FIPS 180; the last was computed by `sha256sum`.
const EMPTY: Contents = Contents {
    unit: b"",
    times: 0,
    sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
};
const ABC: Contents = Contents {
    unit: b"abc",
    times: 1,
    sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
};
const MILLION: Contents = Contents {
    unit: b"a",
    times: 1_000_000,
    sha256: "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
};
const BIG: Contents = Contents {
    unit: b"a",
    times: 5_000_000,
    sha256: "7f4a285193573e707fcb6398222c00f044745cd2930e41d28d30da87d6ca183f",
};

/// Larger than what a test can wait for, and free of charge: it is all hole.
const ENDLESS: u64 = 64 << 30;

/// The files of the tree, sorted by the bytes of their paths: path, path as printed, contents.
fn files() -> Vec<(&'static OsStr, &'static OsStr, Contents)> {
    let same = |path: &'static [u8], contents| (path, path, contents);
    let mut files = vec![
        (&br"./back\slash"[..], &br"./back\\slash"[..], ABC),
        same(b"./big", BIG),
        same(b"./empty", EMPTY),
        same(b"./million", MILLION),
        same(b"./nested-dash", ABC), // before `nested/`: by bytes, not by components
        same(b"./nested/deep/er/abc", ABC),
        same(b"./nested/empty", EMPTY),
        (b"./new\nline", br"./new\nline", ABC),
        (b"./return\rhere", br"./return\rhere", EMPTY),
        same(b"./two  spaces ", ABC),
        same("./żółć, 日本".as_bytes(), ABC),
    ];
    if cfg!(target_os = "linux") {
        // Elsewhere the file system may refuse a name that is no UTF-8.
        files.push(same(b"./\xff", ABC));
    }
    let name = OsStr::from_bytes;
    files.into_iter().map(|(path, printed, c)| (name(path), name(printed), c)).collect()
}

/// The table of `files`, without having hashed anything.
fn known_table() -> Vec<u8> {
    let line = |(path, printed, contents): &(&OsStr, &OsStr, Contents)| {
        let mark: &[u8] = if path == printed { b"" } else { b"\\" };
        [mark, contents.sha256.as_bytes(), b"  ", printed.as_bytes(), b"\n"].concat()
    };
    files().iter().flat_map(line).collect()
}

fn tree() -> io::Result<TempDir> {
    let dir = tempfile::tempdir()?;
    for (path, _, contents) in files() {
        write(&dir.path().join(path), &contents.unit.repeat(contents.times))?;
    }
    Ok(dir)
}

fn write(path: &Path, contents: &[u8]) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    fs::write(path, contents)
}

/// Files that hold `abc`.
fn small_tree(paths: &[&str]) -> io::Result<TempDir> {
    let dir = tempfile::tempdir()?;
    for path in paths {
        write(&dir.path().join(path), b"abc")?;
    }
    Ok(dir)
}

/// What `digest` prints about files that hold `abc`.
fn small_table(paths: &[&str]) -> String {
    paths.iter().map(|path| format!("{}  {path}\n", ABC.sha256)).collect()
}

fn digest_in(dir: &Path) -> Command {
    let mut command = program("digest");
    command.current_dir(dir);
    command
}

fn digest(dir: &Path, args: &[&str]) -> io::Result<Output> {
    digest_in(dir).args(args).output()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A running `digest`, and its stderr line by line. Dropped, it is killed.
struct Running {
    child: Child,
    stderr: Lines<BufReader<ChildStderr>>,
}

impl Running {
    fn start(dir: &Path, args: &[&str]) -> io::Result<Self> {
        let mut command = digest_in(dir);
        command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let stderr = child.stderr.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Self { child, stderr: BufReader::new(stderr).lines() })
    }

    /// Reads stderr up to the line that contains `what`.
    fn wait_for(&mut self, what: &str) -> io::Result<()> {
        for line in &mut self.stderr {
            if line?.contains(what) {
                return Ok(());
            }
        }
        Err(io::Error::new(io::ErrorKind::UnexpectedEof, format!("no `{what}` on stderr")))
    }

    fn interrupt(&self) -> io::Result<()> {
        Ok(kill_process(Pid::from_child(&self.child), Signal::INT)?)
    }

    /// The exit code, and what was left to read on stderr.
    fn wait(&mut self) -> io::Result<(Option<i32>, Vec<String>)> {
        let rest = self.stderr.by_ref().collect::<io::Result<_>>()?;
        Ok((self.child.wait()?.code(), rest))
    }

    fn stdout(&mut self) -> io::Result<&mut ChildStdout> {
        self.child.stdout.as_mut().ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It fails if the child has ended, which is what is wanted.
        self.child.kill().and_then(|()| self.child.wait()).ok();
    }
}

#[test]
fn prints_what_sha256sum_prints() -> io::Result<()> {
    let tree = tree()?;
    let ours = digest(tree.path(), &[])?;
    assert_eq!(text(&ours.stdout), text(&known_table()));
    assert_eq!(ours.stdout, known_table());
    assert!(ours.status.success(), "{ours:?}");
    let totals = text(&ours.stderr);
    assert!(totals.starts_with(&format!("digest: files {}, bytes ", files().len())), "{totals}");

    let paths = files().into_iter().map(|(path, ..)| path);
    match Command::new("sha256sum").args(paths).current_dir(tree.path()).output() {
        Ok(theirs) => assert_eq!(text(&ours.stdout), text(&theirs.stdout)),
        Err(error) => eprintln!("sha256sum: {error}; compared with known digests only"),
    }
    Ok(())
}

#[test]
fn capacity_and_jobs_do_not_show() -> io::Result<()> {
    let tree = tree()?;
    for capacity in ["0", "1", "64"] {
        for jobs in ["1", "4"] {
            let output = digest(tree.path(), &["--capacity", capacity, "--jobs", jobs])?;
            assert!(output.status.success(), "capacity {capacity}, jobs {jobs}: {output:?}");
            assert_eq!(output.stdout, known_table(), "capacity {capacity}, jobs {jobs}");
        }
    }
    Ok(())
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_done() -> io::Result<()> {
    let tree = small_tree(&["first", "folder/second", "third"])?;
    symlink("nowhere", tree.path().join("dangling"))?;
    let mut bad = vec!["missing", "dangling", "/dev/null", "first/below-a-file"];
    if fs::read("/proc/self/mem").is_err() {
        // Opens, and then fails to be read: nothing is mapped at its start.
        bad.push("/proc/self/mem");
    } else {
        eprintln!("no /proc/self/mem; a file that opens and cannot be read is not tested");
    }

    let args = [&["third", "folder"], bad.as_slice(), &["first"]].concat();
    let output = digest(tree.path(), &args)?;
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout), small_table(&["first", "folder/second", "third"]));
    let stderr = text(&output.stderr);
    for path in &bad {
        let told = stderr.lines().filter(|line| line.starts_with(&format!("digest: {path}: ")));
        assert_eq!(told.count(), 1, "{path} in {stderr}");
    }
    assert!(stderr.contains(&format!("errors {}, ", bad.len())), "{stderr}");
    Ok(())
}

#[test]
fn nonsense_is_refused() -> io::Result<()> {
    let tree = small_tree(&["abc"])?;
    for args in [["--jobs", "0"], ["--jobs", "-1"], ["--capacity", "-1"]] {
        assert_eq!(digest(tree.path(), &args)?.status.code(), Some(2), "{args:?}");
    }
    Ok(())
}

#[test]
fn links_are_followed_only_when_named() -> io::Result<()> {
    let tree = small_tree(&["folder/abc"])?;
    symlink("folder/abc", tree.path().join("to-file"))?;
    symlink("folder", tree.path().join("to-folder"))?;
    for (args, paths) in [
        (&["."][..], &["./folder/abc"][..]),
        (&["to-file"], &["to-file"]),
        (&["to-folder"], &["to-folder/abc"]),
        (&["to-file", "folder"], &["folder/abc", "to-file"]),
    ] {
        let output = digest(tree.path(), args)?;
        assert_eq!(text(&output.stdout), small_table(paths), "{args:?}");
        assert!(output.status.success(), "{output:?}");
    }
    Ok(())
}

#[test]
fn excludes() -> io::Result<()> {
    let all = ["./.git/config", "./keep", "./node/a", "./sub/node", "./sub/target/b", "./target/c"];
    let tree = small_tree(&all)?;
    for (args, paths) in [
        (&[][..], &["./keep", "./node/a", "./sub/node"][..]),
        (&["--exclude", "node"], &["./keep"]),
        (&["--exclude", "node", "--exclude", "keep"], &[]),
        (&["--no-default-excludes"], &all),
        (&["--no-default-excludes", "-e", ".git", "-e", "node"], &[all[1], all[4], all[5]]),
        // What is named is wanted, whatever its name.
        (&["target", "sub/target"], &["sub/target/b", "target/c"]),
    ] {
        let output = digest(tree.path(), args)?;
        assert_eq!(text(&output.stdout), small_table(paths), "{args:?}");
    }
    Ok(())
}

/// A tree, and paths in it whose table is larger than any pipe.
fn long_table() -> io::Result<(TempDir, [&'static str; 50])> {
    let paths: Vec<_> = (0..100).map(|n| format!("folder/{n:0>200}")).collect();
    let tree = small_tree(&paths.iter().map(String::as_str).collect::<Vec<_>>())?;
    Ok((tree, ["folder"; 50]))
}

#[test]
fn ctrl_c_prints_what_is_done() -> io::Result<()> {
    let tree = small_tree(&["first", "second", "last"])?;
    let endless = ["endless-1", "endless-2"];
    for name in endless {
        File::create(tree.path().join(name))?.set_len(ENDLESS)?;
    }
    for capacity in ["0", "1", "64"] {
        for jobs in 1..=2 {
            let busy = &endless[..jobs];
            let options = ["--verbose", "--capacity", capacity, "--jobs", &jobs.to_string()];
            let args = [&options[..], &["second", "first"], busy, &["last"]].concat();
            let mut running = Running::start(tree.path(), &args)?;
            // Once every hasher is at a file without end, the small ones before it are done.
            for _ in busy {
                running.wait_for("digest: endless-")?;
            }
            running.interrupt()?;
            let (code, stderr) = running.wait()?;
            assert_eq!(code, Some(130), "{stderr:?}");
            assert_eq!(io::read_to_string(running.stdout()?)?, small_table(&["first", "second"]));
            let totals = stderr.last().map_or("", String::as_str);
            assert!(totals.starts_with("digest: interrupted: files 2, bytes 6 "), "{stderr:?}");
        }
    }
    Ok(())
}

#[test]
fn a_second_ctrl_c_ends_it_at_once() -> io::Result<()> {
    // Nobody reads the table, so after the first Ctrl-C the program cannot get to its end.
    let (tree, folders) = long_table()?;
    File::create(tree.path().join("endless"))?.set_len(ENDLESS)?;
    let args = [folders.as_slice(), &["endless", "--jobs", "1", "--verbose"]].concat();

    let mut running = Running::start(tree.path(), &args)?;
    running.wait_for("digest: endless")?;
    running.interrupt()?;
    running.wait_for("digest: interrupted, ")?;
    running.interrupt()?;
    let (code, stderr) = running.wait()?;
    assert_eq!(code, Some(130));
    assert!(stderr.iter().all(|line| !line.contains("files ")), "it came to its end: {stderr:?}");
    Ok(())
}

#[test]
fn ctrl_c_does_not_cut_the_table() -> io::Result<()> {
    let (tree, folders) = long_table()?;
    let mut running = Running::start(tree.path(), &folders)?;
    // Once there is a byte of the table, everything is hashed: nothing is left to interrupt.
    let mut table = vec![0];
    running.stdout()?.read_exact(&mut table)?;
    running.interrupt()?;
    running.stdout()?.read_to_end(&mut table)?;
    let (code, stderr) = running.wait()?;
    assert_eq!(code, Some(0), "{stderr:?}");
    assert_eq!(table.iter().filter(|&&byte| byte == b'\n').count(), 100 * folders.len());
    Ok(())
}

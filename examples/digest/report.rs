//! The collector: receives what the others tell and prints it.
//!
//! The table goes to stdout; the progress, the errors and the totals to stderr. Paths are written
//! as the bytes they are, but for the escapes of `sha256sum`, so that a path is always one line.

use std::fmt::Display;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::{BinaryBytes, ProgressBar};
use taut::chan::Receiver;

/// What the walker and the hashers tell the collector.
pub(crate) enum Event {
    /// A hasher has taken this file.
    Begun(PathBuf),
    Done(Digest),
    Failed(Failure),
}

/// A file, hashed to its end.
pub(crate) struct Digest {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    pub(crate) sha256: [u8; 32],
}

/// A path that could not be read, and why.
pub(crate) struct Failure {
    pub(crate) path: PathBuf,
    pub(crate) reason: io::Error,
}

/// What has been told so far.
pub(crate) struct Report {
    table: Vec<Digest>,
    bytes: u64,
    errors: u64,
    interrupted: bool,
    started: Instant,
    /// A spinner: the walker is ahead of the hashers by a few files only, so how many there are is
    /// known when it no longer matters. `indicatif` hides it unless stderr is a terminal.
    bar: ProgressBar,
}

impl Report {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        if !bar.is_hidden() {
            // So that it turns while a large file is hashed, when no event comes.
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        let started = Instant::now();
        Self { table: Vec::new(), bytes: 0, errors: 0, interrupted: false, started, bar }
    }

    /// Takes every event until all senders are gone. Dropped half-way, it can be called again.
    pub(crate) async fn collect(&mut self, results: &Receiver<Event>) -> io::Result<()> {
        while let Ok(event) = results.recv().await {
            match event {
                Event::Begun(path) => self.say_of(&path, "hashing")?,
                Event::Done(digest) => {
                    self.bytes += digest.bytes;
                    self.table.push(digest);
                }
                Event::Failed(Failure { path, reason }) => {
                    self.errors += 1;
                    self.say_of(&path, reason)?;
                }
            }
            if !self.bar.is_hidden() {
                self.bar.set_message(self.progress());
            }
        }
        Ok(())
    }

    /// Says that Ctrl-C was heard, since what is being read may take a while to end.
    pub(crate) fn interrupt(&mut self) -> io::Result<()> {
        self.interrupted = true;
        self.say(b"interrupted, stopping; Ctrl-C again ends it at once")
    }

    pub(crate) fn errors(&self) -> u64 {
        self.errors
    }

    /// The table, by the bytes of the paths, as `LC_ALL=C sort` has it, and after it the totals.
    pub(crate) fn print(&mut self, out: impl Write) -> io::Result<()> {
        self.bar.finish_and_clear();
        self.table.sort_by(|a, b| bytes_of(&a.path).cmp(bytes_of(&b.path)));
        let mut out = BufWriter::new(out);
        for digest in &self.table {
            let path = escaped(&digest.path);
            if path.len() != bytes_of(&digest.path).len() {
                out.write_all(b"\\")?; // tells the reader to undo the escapes
            }
            for byte in digest.sha256 {
                write!(out, "{byte:02x}")?;
            }
            out.write_all(&[b"  ", path.as_slice(), b"\n"].concat())?;
        }
        out.flush()?;

        let how = if self.interrupted { "interrupted: " } else { "" };
        self.say(format!("{how}{}", self.progress()).as_bytes())
    }

    fn progress(&self) -> String {
        let Self { bytes, errors, .. } = self;
        let (files, size) = (self.table.len(), BinaryBytes(*bytes));
        let seconds = self.started.elapsed().as_secs_f64();
        let speed = BinaryBytes((*bytes as f64 / seconds) as u64);
        format!("files {files}, bytes {bytes} ({size}), errors {errors}, {seconds:.3} s, {speed}/s")
    }

    fn say_of(&self, path: &Path, what: impl Display) -> io::Result<()> {
        self.say(&[escaped(path).as_slice(), format!(": {what}").as_bytes()].concat())
    }

    /// One line to stderr, in one write, above the progress.
    fn say(&self, what: &[u8]) -> io::Result<()> {
        let line = [b"digest: ", what, b"\n"].concat();
        self.bar.suspend(|| io::stderr().write_all(&line))
    }
}

fn bytes_of(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

/// `path` with the bytes that would break a line escaped; longer than `path` if there are any.
fn escaped(path: &Path) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(bytes_of(path).len());
    for &byte in bytes_of(path) {
        match byte {
            b'\\' => escaped.extend(br"\\"),
            b'\n' => escaped.extend(br"\n"),
            b'\r' => escaped.extend(br"\r"),
            _ => escaped.push(byte),
        }
    }
    escaped
}

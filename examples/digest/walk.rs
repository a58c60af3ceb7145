//! The walker: finds the files under the roots and sends them to the hashers.
//!
//! It runs ahead of the hashers by the capacity of `jobs` and no more: `blocking_send` waits for a
//! hasher to be free. It ends when there is no more to find or when nobody wants more, and then
//! drops its senders, which closes `jobs`.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use taut::chan::Sender;
use walkdir::{DirEntry, WalkDir};

use crate::report::{Event, Failure};

/// Where the walker sends what it finds.
pub(crate) struct Walker {
    /// Every regular file.
    pub(crate) jobs: Sender<PathBuf>,
    /// What could not be read.
    pub(crate) results: Sender<Event>,
}

/// What there is at a path.
enum Found {
    File(PathBuf),
    /// A folder, whose entries come next, or something that is no file.
    Other,
    Bad(Failure),
}

impl Walker {
    /// Walks `roots`, skipping entries named in `excludes`; the roots themselves are never skipped.
    pub(crate) fn run(self, roots: &[PathBuf], excludes: &[OsString]) {
        for root in roots {
            let wanted = |entry: &DirEntry| {
                entry.depth() == 0 || !excludes.iter().any(|name| name == entry.file_name())
            };
            for entry in WalkDir::new(root).into_iter().filter_entry(wanted) {
                let go_on = match look_at(entry, root) {
                    Found::File(path) => self.jobs.blocking_send(path).is_ok(),
                    Found::Bad(failure) => {
                        self.results.blocking_send(Event::Failed(failure)).is_ok()
                    }
                    // Sending tells when to end; a tree without files has to ask.
                    Found::Other => !self.jobs.is_closed(),
                };
                if !go_on {
                    return;
                }
            }
        }
    }
}

fn look_at(entry: walkdir::Result<DirEntry>, root: &Path) -> Found {
    match entry {
        Ok(entry) if entry.depth() == 0 => look_at_root(entry.into_path()),
        Ok(entry) if entry.file_type().is_file() => Found::File(entry.into_path()),
        Ok(_) => Found::Other,
        Err(error) => {
            let path = error.path().unwrap_or(root).to_owned();
            let reason = error.into_io_error().unwrap_or_else(|| io::Error::other("cannot walk"));
            Found::Bad(Failure { path, reason })
        }
    }
}

/// A path that the user named: a link is followed, and anything but a file or a folder is a mistake
/// to be told about.
fn look_at_root(path: PathBuf) -> Found {
    match fs::metadata(&path) {
        Ok(metadata) if metadata.is_file() => Found::File(path),
        Ok(metadata) if metadata.is_dir() => Found::Other,
        Ok(_) => Found::Bad(Failure { path, reason: io::Error::other("not a regular file") }),
        Err(reason) => Found::Bad(Failure { path, reason }),
    }
}

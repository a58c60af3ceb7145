//! What may be reached through one door only: locks and atomics, the explorers, the runtime, real time.

use super::Finding;
use super::paths::paths;
use super::tree::{Source, Tree};

/// The door to `std::sync`, to loom and to shuttle: this file, and the files below the folder of its name.
const SYNC: &str = "crates/taut-core/src/sync";

/// The library files that may name Tokio.
const TOKIO: [&str; 4] = ["coop.rs", "os.rs", "spawn.rs", "time.rs"];

/// Library code imports locks, atomics, loom and shuttle through the door, and Tokio in few files.
pub(super) fn check_imports(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in tree.sources.iter().filter(|source| source.is_library()) {
        for (offset, path) in paths(source.code()) {
            let segments: Vec<&str> = path.split("::").collect();
            let (rule, what) = match segments[..] {
                ["std" | "core" | "alloc", "sync", ..] | ["loom" | "shuttle", ..]
                    if !is_sync(source) =>
                {
                    (
                        "door",
                        format!("`{path}` outside {SYNC}.rs; import it from `taut_core::sync`"),
                    )
                }
                ["tokio", ..] if !TOKIO.contains(&source.file_name()) => {
                    ("tokio", format!("`{path}` outside {}", TOKIO.join(", ")))
                }
                _ => continue,
            };
            found.push(Finding::new(&source.path, source.line_of(offset), rule, what));
        }
    }
    found
}

fn is_sync(source: &Source) -> bool {
    let below = source.path.strip_prefix(SYNC);
    below.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

/// No thread sleeps in a crate. A test may let a task sleep on paused time.
pub(super) fn check_sleeps(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in tree.sources.iter().filter(|source| source.is_of_crate()) {
        let code = source.code();
        let paused = code.contains("start_paused") || code.contains("time::pause");
        for (offset, path) in paths(code) {
            let in_test = source.is_test(offset);
            let what = if path.ends_with("thread::sleep") {
                "a thread sleeps; wait for what is awaited"
            } else if path.ends_with("time::sleep") && in_test && !paused {
                "a test sleeps in real time; poll by hand, or pause the clock"
            } else {
                continue;
            };
            found.push(Finding::new(&source.path, source.line_of(offset), "sleep", what));
        }
    }
    found
}

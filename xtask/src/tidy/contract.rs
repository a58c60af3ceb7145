//! A file opens with its contract, and is short.

use super::Finding;
use super::tree::Tree;

const MAX_LINES: usize = 400;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in &tree.sources {
        if !source.text.starts_with("//!") {
            let what = "the file does not open with `//!`, its contract";
            found.push(Finding::new(&source.path, 1, "contract", what));
        }
        let lines = source.text.lines().count();
        if lines > MAX_LINES {
            let what = format!("{lines} lines; at most {MAX_LINES}");
            found.push(Finding::new(&source.path, MAX_LINES + 1, "length", what));
        }
    }
    found
}

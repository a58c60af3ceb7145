//! The unsafe ledger has one row for each file with unsafe code, and each row the right count.
//!
//! ```text
//! | file                          | sites | why safe code will not do | invariants | checked by |
//! | ----------------------------- | ----- | ------------------------- | ---------- | ---------- |
//! | `crates/taut-core/src/list.rs` | 7    | …                         | …          | …          |
//! ```
//!
//! Only the first two cells are read. A row is a line of the table whose first cell, without
//! backticks, ends with `.rs`. A site is every `unsafe` in code but that of a function pointer's type.

use super::Finding;
use super::paths::words;
use super::tree::{LEDGER, Source, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let (rows, mut found) = rows(&tree.ledger);
    for source in &tree.sources {
        found.extend(compare(source, rows.iter().find(|row| row.file == source.path)));
    }
    for (at, row) in rows.iter().enumerate() {
        let twin = rows[..at].iter().any(|other| other.file == row.file);
        let known = tree.sources.iter().any(|source| source.path == row.file);
        if twin || !known {
            let what = if twin { "has two rows" } else { "is not in the tree" };
            found.push(fault(row.line, &format!("`{}` {what}", row.file)));
        }
    }
    found
}

/// One file's row.
struct Row<'a> {
    file: &'a str,
    sites: usize,
    /// In the ledger.
    line: usize,
}

fn fault(line: usize, what: &str) -> Finding {
    Finding::new(LEDGER, line, "ledger", what)
}

fn rows(ledger: &str) -> (Vec<Row<'_>>, Vec<Finding>) {
    let (mut rows, mut found) = (Vec::new(), Vec::new());
    for (at, line) in ledger.lines().enumerate() {
        let Some(cells) = line.trim().strip_prefix('|') else { continue };
        let mut cells = cells.split('|').map(|cell| cell.trim().trim_matches('`'));
        let file = cells.next().unwrap_or_default();
        if !file.ends_with(".rs") {
            continue;
        }
        match cells.next().and_then(|sites| sites.parse().ok()) {
            Some(sites) => rows.push(Row { file, sites, line: at + 1 }),
            None => found.push(fault(at + 1, &format!("`{file}` has no number of sites"))),
        }
    }
    (rows, found)
}

fn compare(source: &Source, row: Option<&Row<'_>>) -> Option<Finding> {
    let sites = sites(source.code());
    let first = sites.first().map_or(1, |offset| source.line_of(*offset));
    let what = match (sites.len(), row) {
        (0, None) => return None,
        (_, Some(row)) if row.sites == sites.len() && row.sites > 0 => return None,
        (0, Some(row)) => {
            return Some(fault(row.line, &format!("`{}` has no site left", row.file)));
        }
        (count, None) => format!("{count} unsafe sites and no row in {LEDGER}"),
        (count, Some(row)) => format!("{count} unsafe sites, {} in {LEDGER}", row.sites),
    };
    Some(Finding::new(&source.path, first, "ledger", what))
}

/// Where `unsafe` stands, but for `unsafe fn(…)` and `unsafe extern fn(…)`, which are types.
fn sites(code: &str) -> Vec<usize> {
    let at_unsafe = words(code).filter(|(_, word)| *word == "unsafe").map(|(offset, _)| offset);
    at_unsafe.filter(|offset| !is_pointer_type(&code[offset + "unsafe".len()..])).collect()
}

fn is_pointer_type(after: &str) -> bool {
    let after = after.trim_start();
    let after = after.strip_prefix("extern").unwrap_or(after).trim_start();
    after.strip_prefix("fn").is_some_and(|rest| rest.trim_start().starts_with('('))
}

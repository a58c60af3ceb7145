//! `// TIDY-ALLOW: reason`, the way round any rule, in the open.

use super::Finding;
use super::tree::Tree;

const MARK: &str = "// TIDY-ALLOW:";

/// One excuse.
#[derive(Debug)]
pub(super) struct Allow {
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) reason: String,
}

impl Allow {
    fn covers(&self, finding: &Finding) -> bool {
        let here = finding.line == self.line || finding.line == self.line + 1;
        here && finding.path == self.path
    }
}

/// Splits what was found: what stands, with the excuses that have no reason or no use; and the excuses
/// that were used.
pub(super) fn excuse(tree: &Tree, found: Vec<Finding>) -> (Vec<Finding>, Vec<Allow>) {
    let (used, unused): (Vec<_>, Vec<_>) = allows(tree)
        .into_iter()
        .partition(|allow| !allow.reason.is_empty() && found.iter().any(|f| allow.covers(f)));
    let mut stands: Vec<_> =
        found.into_iter().filter(|f| !used.iter().any(|allow| allow.covers(f))).collect();
    stands.extend(unused.into_iter().map(|allow| {
        let what = if allow.reason.is_empty() { "gives no reason" } else { "excuses nothing" };
        Finding::new(&allow.path, allow.line, "allow", format!("this TIDY-ALLOW {what}"))
    }));
    (stands, used)
}

fn allows(tree: &Tree) -> Vec<Allow> {
    let mut allows = Vec::new();
    for source in &tree.sources {
        for (at, line) in source.scrubbed.comments.lines().enumerate() {
            let Some((before, reason)) = line.split_once(MARK) else { continue };
            // Inside a comment the mark is only spoken of.
            if before.trim().is_empty() {
                let reason = reason.trim().to_owned();
                allows.push(Allow { path: source.path.clone(), line: at + 1, reason });
            }
        }
    }
    allows
}

//! `cargo x tidy`: the taste that a machine can hold.
//!
//! Every rule is a function from the [`Tree`] to what it found. A finding is excused by a comment
//! `// TIDY-ALLOW: reason` on its line or the line before. The excuses are counted and shown, and one
//! that excuses nothing is itself a finding.

mod allow;
mod contract;
mod doors;
mod grades;
mod ledger;
mod map;
mod paths;
mod scrub;
mod tree;

#[cfg(test)]
mod tests;

use std::fmt;

use crate::step::{Call, InCi, Outcome, Step, Stop};
use tree::Tree;

pub(crate) const STEP: Step = Step {
    name: "tidy",
    args: "",
    about: "the house rules that a machine can check",
    in_ci: Some(InCi { args: &[], minutes: 5 }),
    run,
};

/// A rule broken at a place.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    /// From 1.
    line: usize,
    rule: &'static str,
    what: String,
}

impl Finding {
    fn new(path: &str, line: usize, rule: &'static str, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, rule, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.what)
    }
}

const RULES: [fn(&Tree) -> Vec<Finding>; 6] = [
    contract::check,
    doors::check_imports,
    doors::check_sleeps,
    grades::check,
    ledger::check,
    map::check,
];

fn run(call: &Call) -> Outcome {
    call.no_args()?;
    let tree = Tree::read(call)?;
    let verdict = judge(&tree);
    for allow in &verdict.excused {
        println!("allowed {}:{}: {}", allow.path, allow.line, allow.reason);
    }
    for finding in &verdict.findings {
        println!("{finding}");
    }
    let (files, found) = (tree.sources.len(), verdict.findings.len());
    println!("{files} files, {found} findings, {} allowed", verdict.excused.len());
    if found > 0 {
        return Err(Stop::Failed(format!("{found} findings")));
    }
    Ok(())
}

struct Verdict {
    findings: Vec<Finding>,
    excused: Vec<allow::Allow>,
}

fn judge(tree: &Tree) -> Verdict {
    let found = RULES.iter().flat_map(|rule| rule(tree)).collect();
    let (mut findings, excused) = allow::excuse(tree, found);
    findings.sort();
    Verdict { findings, excused }
}

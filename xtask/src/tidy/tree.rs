//! What the rules look at, read once.

use super::scrub::{self, Scrubbed};
use crate::cmd::{self, Cmd};
use crate::manifest;
use crate::step::{Call, Stop};

/// The parts of the working tree that rules are about.
pub(super) struct Tree {
    pub(super) sources: Vec<Source>,
    /// The text of [`LEDGER`]; empty if there is no such file.
    pub(super) ledger: String,
    /// The text of [`README`]; empty if there is no such file.
    pub(super) readme: String,
    /// The facade's features, without `default`.
    pub(super) features: Vec<String>,
}

pub(super) const LEDGER: &str = "docs/unsafe-ledger.md";
pub(super) const README: &str = "README.md";
const FACADE: &str = "crates/taut/Cargo.toml";

impl Tree {
    /// The Rust files that git tracks or would track, as they are now.
    pub(super) fn read(call: &Call) -> Result<Self, Stop> {
        let list =
            Cmd::new("git").words("ls-files -z -co --exclude-standard -- *.rs").capture(call)?;
        let mut sources = Vec::new();
        for path in list.split('\0').filter(|path| !path.is_empty()) {
            // A file that git lists and nobody finds was deleted and not yet committed.
            if let Ok(text) = cmd::read(path) {
                sources.push(Source::new(path, &text));
            }
        }
        if sources.is_empty() {
            return Err(Stop::failed("git lists no Rust file here"));
        }
        let text = |path| cmd::read(path).unwrap_or_default();
        let features = manifest::features(&text(FACADE));
        Ok(Self { sources, ledger: text(LEDGER), readme: text(README), features })
    }
}

/// One Rust file.
pub(super) struct Source {
    /// From the root, with `/`.
    pub(super) path: String,
    pub(super) text: String,
    pub(super) scrubbed: Scrubbed,
}

impl Source {
    pub(super) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), scrubbed: scrub::scrub(text) }
    }

    /// The text without comments and literals; the same offsets, the same lines.
    pub(super) fn code(&self) -> &str {
        &self.scrubbed.code
    }

    /// Below `crates/*/src`.
    pub(super) fn is_library(&self) -> bool {
        self.below_crate().is_some_and(|rest| rest.starts_with("src/"))
    }

    /// Below `crates/*`.
    pub(super) fn is_of_crate(&self) -> bool {
        self.below_crate().is_some()
    }

    fn below_crate(&self) -> Option<&str> {
        let (_name, rest) = self.path.strip_prefix("crates/")?.split_once('/')?;
        Some(rest)
    }

    pub(super) fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether the code at `offset` is a test: in a `tests` folder, in a `tests.rs`, or behind the
    /// `#[cfg(test)] mod … {` that closes a file.
    pub(super) fn is_test(&self, offset: usize) -> bool {
        let of_tests = self.path.contains("/tests/") || self.file_name() == "tests.rs";
        of_tests || self.inline_tests().is_some_and(|start| offset >= start)
    }

    fn inline_tests(&self) -> Option<usize> {
        const HEAD: &str = "#[cfg(test)]";
        self.code().match_indices(HEAD).map(|(at, _)| at).find(|at| {
            let after = self.code()[at + HEAD.len()..].trim_start();
            let item = after.split(['{', ';']).next().unwrap_or_default();
            item.starts_with("mod ") && after[item.len()..].starts_with('{')
        })
    }

    pub(super) fn line_of(&self, offset: usize) -> usize {
        1 + self.text.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count()
    }
}

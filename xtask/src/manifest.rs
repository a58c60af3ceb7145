//! The library crates: what is below `crates/`, and the features each has.

use std::fs;

use crate::cmd;
use crate::step::Stop;

/// One crate below `crates/`; its folder has its name.
pub(crate) struct Member {
    pub(crate) name: String,
    /// Without `default`.
    pub(crate) features: Vec<String>,
}

impl Member {
    pub(crate) fn new(name: &str, manifest: &str) -> Self {
        Self { name: name.to_owned(), features: features(manifest) }
    }

    /// The names of the integration tests that start with `prefix`, sorted.
    pub(crate) fn tests(&self, prefix: &str) -> Vec<String> {
        let dir = cmd::root().join("crates").join(&self.name).join("tests");
        let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
        let files = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let stem = |file: String| file.strip_suffix(".rs").map(str::to_owned);
        let mut tests: Vec<_> = files.filter_map(stem).filter(|t| t.starts_with(prefix)).collect();
        tests.sort();
        tests
    }
}

/// Every crate below `crates/`, sorted by name.
pub(crate) fn members() -> Result<Vec<Member>, Stop> {
    let dir = cmd::root().join("crates");
    let entries = fs::read_dir(&dir).map_err(|error| Stop::failed(format!("crates/: {error}")))?;
    let mut members = Vec::new();
    for entry in entries.flatten() {
        let Ok(manifest) = fs::read_to_string(entry.path().join("Cargo.toml")) else { continue };
        members.push(Member::new(&entry.file_name().to_string_lossy(), &manifest));
    }
    members.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(members)
}

/// The integration tests whose names start with `prefix`, as (crate, test); only of the crates named
/// in `only`, unless that is empty. There being none is a fault: a proof that runs nothing proves nothing.
pub(crate) fn tests(prefix: &str, only: &[&str]) -> Result<Vec<(String, String)>, Stop> {
    let mut found = Vec::new();
    for member in members()? {
        if only.is_empty() || only.contains(&member.name.as_str()) {
            found.extend(member.tests(prefix).into_iter().map(|test| (member.name.clone(), test)));
        }
    }
    if found.is_empty() {
        return Err(Stop::Failed(format!("no crate has a test file tests/{prefix}*.rs")));
    }
    Ok(found)
}

/// The keys of the `[features]` table but `default`. Values may span lines; nothing else is expected.
pub(crate) fn features(manifest: &str) -> Vec<String> {
    let after_head = manifest.lines().skip_while(|line| line.trim() != "[features]").skip(1);
    let mut keys = Vec::new();
    let mut depth = 0_usize;
    for line in after_head {
        let line = line.split('#').next().unwrap_or_default().trim();
        if depth == 0 && line.starts_with('[') {
            break;
        }
        if let (0, Some((key, _))) = (depth, line.split_once('=')) {
            keys.push(key.trim().trim_matches('"').to_owned());
        }
        depth = (depth + line.matches('[').count()).saturating_sub(line.matches(']').count());
    }
    keys.retain(|key| key != "default");
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_the_keys_of_their_table_alone() {
        let manifest = r#"
            [dependencies]
            tokio = "1"
            [features]
            default = ["a"] # = not a key
            # off = []
            a = []
            "wait-group" = [
                "dep:x", # y = []
                "a",
            ]
            full = ["a", "wait-group"]

            [lints]
            workspace = true
        "#;
        assert_eq!(features(manifest), ["a", "wait-group", "full"]);
        assert!(features("[lints]\nworkspace = true").is_empty());
    }
}

//! The library crates: what is below `crates/`, and the features each has.

use std::fs;

use crate::cmd;
use crate::step::Stop;
use crate::toml;

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

/// The keys of the `[features]` table but `default` and the hidden ones, which do nothing without an
/// explorer's `cfg`.
pub(crate) fn features(manifest: &str) -> Vec<String> {
    let entries = toml::entries(manifest);
    let keys = entries.iter().filter(|entry| entry.table == "features").map(|entry| entry.key);
    keys.filter(|key| *key != "default" && !key.starts_with("__")).map(str::to_owned).collect()
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
            __loom = ["dep:loom"]
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

//! What the manifests must say for the crates to be published together: one version, siblings pinned to
//! it, nothing reached by a path alone, and what a registry shows.

use super::Fault;
use crate::toml::{self, Entry};

/// The keys of `[package]` without which a crate is not published. Each may be the workspace's.
const KEYS: [&str; 8] = [
    "description",
    "license",
    "readme",
    "keywords",
    "categories",
    "rust-version",
    "edition",
    "authors",
];

/// The version of the workspace.
pub(super) fn version(root: &str) -> Option<String> {
    toml::value(root, "workspace.package", "version")
}

/// The faults of the root's manifest and of the crates', which are (name, manifest).
pub(super) fn check(root: &str, crates: &[(String, String)]) -> Vec<Fault> {
    let Some(version) = version(root) else { return vec![Fault::NoVersion] };
    let mut faults = Vec::new();
    let shared = toml::entries(root);
    let shared = shared.iter().filter(|entry| entry.table == "workspace.dependencies");
    for entry in shared {
        let is_sibling = crates.iter().any(|(name, _)| name == entry.key);
        let pin = format!("={version}");
        if is_sibling && toml::inline(&entry.value, "version") != Some(&pin) {
            faults.push(Fault::NotPinned { name: entry.key.to_owned(), pin });
        }
    }
    for (name, manifest) in crates {
        check_package(name, manifest, &mut faults);
        for entry in toml::entries(manifest).iter().filter(|entry| is_published(entry)) {
            check_dependency(name, entry, crates, &mut faults);
        }
    }
    faults
}

fn check_package(name: &str, manifest: &str, faults: &mut Vec<Fault>) {
    let entries = toml::entries(manifest);
    let has = |key: &str| {
        let mut keys = entries.iter().filter(|entry| entry.table == "package");
        keys.any(|entry| entry.key.strip_suffix(".workspace").unwrap_or(entry.key) == key)
    };
    for key in KEYS.into_iter().filter(|key| !has(key)) {
        faults.push(Fault::NoKey { name: name.to_owned(), key });
    }
    if toml::value(manifest, "package", "version.workspace").as_deref() != Some("true") {
        faults.push(Fault::OwnVersion { name: name.to_owned() });
    }
}

/// Cargo leaves out the dev-dependencies that have no version.
fn is_published(entry: &Entry<'_>) -> bool {
    entry.table.ends_with("dependencies") && !entry.table.ends_with("dev-dependencies")
}

fn check_dependency(
    name: &str,
    entry: &Entry<'_>,
    crates: &[(String, String)],
    faults: &mut Vec<Fault>,
) {
    let (key, of_workspace) = match entry.key.strip_suffix(".workspace") {
        Some(key) => (key, true),
        None => (entry.key, toml::inline(&entry.value, "workspace") == Some("true")),
    };
    let (name, dependency) = (name.to_owned(), key.to_owned());
    if crates.iter().any(|(sibling, _)| sibling == key) && !of_workspace {
        faults.push(Fault::OwnSibling { name, dependency });
    } else if toml::inline(&entry.value, "path").is_some()
        && toml::inline(&entry.value, "version").is_none()
    {
        faults.push(Fault::PathAlone { name, dependency });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = r#"
        [workspace.package]
        version = "0.1.0"
        [workspace.dependencies]
        a = { path = "crates/a", version = "=0.1.0" }
        b = { path = "crates/b", version = "=0.1.0" }
    "#;

    fn manifest(rest: &str) -> String {
        let keys: String = KEYS.iter().map(|key| format!("{key}.workspace = true\n")).collect();
        format!("[package]\nversion.workspace = true\n{keys}{rest}")
    }

    fn check_a(root: &str, a: String) -> Vec<Fault> {
        check(root, &[("a".to_owned(), a), ("b".to_owned(), manifest(""))])
    }

    #[test]
    fn what_is_right_has_no_faults() {
        let rest = "[dependencies]\nb = { workspace = true, optional = true }\n\
            [dev-dependencies]\na = { path = \".\" }\nb = { path = \"../b\" }\n";
        assert_eq!(check_a(ROOT, manifest(rest)), []);
        assert_eq!(check_a(ROOT, manifest("[dependencies]\nb.workspace = true\n")), []);
    }

    #[test]
    fn siblings_are_pinned_in_the_root_and_taken_from_there() {
        let loose = ROOT.replacen("\"=0.1.0\"", "\"0.1.0\"", 1);
        let pin = "=0.1.0".to_owned();
        assert_eq!(check_a(&loose, manifest("")), [Fault::NotPinned { name: "a".to_owned(), pin }]);
        let own = manifest("[dependencies]\nb = { path = \"../b\", version = \"=0.1.0\" }\n");
        let found = check_a(ROOT, own);
        assert_eq!(found, [Fault::OwnSibling { name: "a".to_owned(), dependency: "b".to_owned() }]);
    }

    #[test]
    fn a_path_alone_cannot_be_published() {
        let rest = "[target.'cfg(unix)'.dependencies]\nc = { path = \"../../c\" }\n";
        let found = check_a(ROOT, manifest(rest));
        assert_eq!(found, [Fault::PathAlone { name: "a".to_owned(), dependency: "c".to_owned() }]);
    }

    #[test]
    fn a_version_of_its_own_and_a_missing_key_are_named() {
        let own = manifest("").replace("\nversion.workspace = true", "\nversion = \"0.1.0\"");
        assert_eq!(check_a(ROOT, own), [Fault::OwnVersion { name: "a".to_owned() }]);
        let bare = manifest("").replace("keywords.workspace = true\n", "");
        assert_eq!(check_a(ROOT, bare), [Fault::NoKey { name: "a".to_owned(), key: "keywords" }]);
        assert_eq!(check("", &[]), [Fault::NoVersion]);
    }
}

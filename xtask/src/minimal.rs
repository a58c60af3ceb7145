//! `cargo x minimal`: each version that a manifest asks for is enough.
//!
//! Otherwise a user whose lock file has that version would get an error from inside of ours. Built in a
//! copy of the library crates, without what only their tests depend on: those versions are nobody's
//! business, and would raise the others.

use std::fs;
use std::io;
use std::path::Path;

use crate::cmd::{self, Cmd};
use crate::manifest;
use crate::step::{Call, InCi, Outcome, Step, Stop};
use crate::toolchain::{self, NIGHTLY};

pub(crate) const STEP: Step = Step {
    name: "minimal",
    args: "",
    about: "the library crates with the oldest versions of what they depend on",
    in_ci: Some(InCi { args: &[], minutes: 15 }),
    run,
};

/// What of a crate is needed to build it.
const PARTS: [&str; 3] = ["src", "docs", "README.md"];

fn run(call: &Call) -> Outcome {
    call.no_args()?;
    toolchain::ensure(call, NIGHTLY)?;
    let copy = cmd::target_dir().join("minimal");
    write_copy(&copy)
        .map_err(|error| Stop::Failed(format!("a copy in {}: {error}", copy.display())))?;
    let there = copy.join("Cargo.toml");
    Cmd::cargo_of(NIGHTLY)
        .words("update --quiet -Zdirect-minimal-versions")
        .args(["--manifest-path".as_ref(), there.as_os_str()])
        .run(call)?;
    Cmd::cargo()
        .words("check --workspace --all-features --manifest-path")
        .args([there])
        .target_dir("minimal/target")
        .run(call)
}

/// The library crates and their workspace, in `to`. What was built there before is kept.
fn write_copy(to: &Path) -> io::Result<()> {
    let root = cmd::root();
    fs::create_dir_all(to)?;
    // The versions are chosen anew.
    for old in ["Cargo.lock", "crates"].map(|name| to.join(name)) {
        if old.is_dir() {
            fs::remove_dir_all(old)?;
        } else if old.exists() {
            fs::remove_file(old)?;
        }
    }
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    fs::write(to.join("Cargo.toml"), of_libraries(&manifest))?;
    let members = manifest::members().map_err(|stop| io::Error::other(format!("{stop:?}")))?;
    for member in members {
        let (from, to) =
            (root.join("crates").join(&member.name), to.join("crates").join(&member.name));
        fs::create_dir_all(&to)?;
        let manifest = fs::read_to_string(from.join("Cargo.toml"))?;
        fs::write(to.join("Cargo.toml"), without_dev_dependencies(&manifest))?;
        for part in PARTS.into_iter().filter(|part| from.join(part).exists()) {
            copy_all(&from.join(part), &to.join(part))?;
        }
    }
    Ok(())
}

/// A file, or a folder with all that is in it. What a link leads to is copied, not the link.
fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy_all(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// The workspace's manifest with the library crates as its only members.
fn of_libraries(manifest: &str) -> String {
    let kept = |line: &&str| !line.starts_with("default-members");
    let lines = manifest.lines().filter(kept).map(|line| {
        if line.starts_with("members") {
            "members = [\"crates/*\"]\n".to_owned()
        } else {
            format!("{line}\n")
        }
    });
    lines.collect()
}

/// A manifest without the tables of what only tests depend on, for whichever target.
fn without_dev_dependencies(manifest: &str) -> String {
    let mut is_kept = true;
    let mut kept = String::new();
    for line in manifest.lines() {
        if let Some(table) = line.strip_prefix('[') {
            is_kept = !table.trim_end().trim_end_matches(']').ends_with("dev-dependencies");
        }
        if is_kept {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dev_dependencies_go_for_every_target_and_nothing_else() {
        let manifest = "[dependencies]\na = \"1\"\n\n[dev-dependencies]\nb = [\n    \"c\",\n]\n\
            [target.'cfg(unix)'.dev-dependencies]\nd = \"1\"\n[lints]\nworkspace = true\n";
        let kept = "[dependencies]\na = \"1\"\n\n[lints]\nworkspace = true\n";
        assert_eq!(without_dev_dependencies(manifest), kept);
    }

    #[test]
    fn only_the_library_crates_are_members() {
        let manifest =
            "[workspace]\nmembers = [\"crates/*\", \"examples\"]\ndefault-members = [\"x\"]\n";
        assert_eq!(of_libraries(manifest), "[workspace]\nmembers = [\"crates/*\"]\n");
    }
}

//! The packages themselves: what is in them, that they build, and how large they are.

use std::fs;

use super::{Fault, Wish};
use crate::cmd::{self, Cmd};
use crate::step::{Call, Outcome, Stop};

/// Where the packages are made, below the target directory.
const TARGET: &str = "release";

/// What every package contains.
const FILES: [&str; 4] = ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "src/lib.rs"];

/// One package, as cargo would make it.
pub(super) struct Package {
    pub(super) name: String,
    pub(super) files: Vec<String>,
}

impl Package {
    pub(super) fn list(name: &str, call: &Call) -> Result<Self, Stop> {
        // Whether the tree is clean is another question.
        let list = Cmd::cargo().words("package --quiet --list --allow-dirty -p").args([name]);
        let list = list.capture(call)?;
        Ok(Self { name: name.to_owned(), files: list.lines().map(str::to_owned).collect() })
    }

    /// What is not in it and should be.
    pub(super) fn check(&self) -> Vec<Fault> {
        let missing = FILES.into_iter().filter(|file| !self.files.iter().any(|it| it == file));
        missing.map(|file| Fault::NoFile { name: self.name.clone(), file }).collect()
    }
}

/// Makes the packages, and builds each with nothing but what is in them unless `wish` says not to.
pub(super) fn make(packages: &[Package], wish: &Wish, call: &Call) -> Outcome {
    // Quiet: cargo warns of each test that is left out, and they all are.
    let cmd = Cmd::cargo().words("package --quiet --all-features").target_dir(TARGET);
    with_flags(cmd, packages, wish).run(call)
}

/// Publishes them, in the order in which they depend on each other.
pub(super) fn publish(packages: &[Package], wish: &Wish, call: &Call) -> Outcome {
    with_flags(Cmd::cargo().words("publish").target_dir(TARGET), packages, wish).run(call)
}

fn with_flags(cmd: Cmd, packages: &[Package], wish: &Wish) -> Cmd {
    let names = packages.iter().flat_map(|package| ["-p", &package.name]);
    let cmd = cmd.args(names);
    let cmd = if wish.allow_dirty { cmd.words("--allow-dirty") } else { cmd };
    if wish.verify { cmd } else { cmd.words("--no-verify") }
}

/// A line for each package that was made: its name, its version, its files and its size.
pub(super) fn table(packages: &[Package], version: &str) -> Result<String, Stop> {
    let mut table = String::new();
    for Package { name, files } in packages {
        let path = cmd::target_dir().join(TARGET).join("package");
        let path = path.join(format!("{name}-{version}.crate"));
        let made = fs::metadata(&path)
            .map_err(|error| Stop::Failed(format!("{}: {error}", path.display())))?;
        table.push_str(&line(name, version, files.len(), made.len()));
    }
    Ok(table)
}

fn line(name: &str, version: &str, files: usize, bytes: u64) -> String {
    let kib = bytes.div_ceil(1024);
    format!("{name:<14}{version:<10}{files:>4} files {kib:>5} KiB compressed\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_without_a_licence_is_refused() {
        let files = ["LICENSE-MIT", "README.md", "src/lib.rs", "src/LICENSE-APACHE"];
        let files = files.map(str::to_owned).to_vec();
        let package = Package { name: "a".to_owned(), files };
        let fault = Fault::NoFile { name: "a".to_owned(), file: "LICENSE-APACHE" };
        assert_eq!(package.check(), [fault]);
    }

    #[test]
    fn a_line_rounds_up() {
        let line = line("taut", "0.1.0", 44, 1025);
        assert_eq!(
            line.split_whitespace().collect::<Vec<_>>().join(" "),
            "taut 0.1.0 44 files 2 KiB compressed"
        );
    }
}

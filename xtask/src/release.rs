//! `cargo x release`: what must hold before the crates are published, and with `--publish` that as well.
//!
//! All faults are shown, not the first alone; with any of them nothing is packaged, and nothing published.
//! What cannot be taken back has to be asked for by name: a call without arguments is a dry run. CI calls
//! it with `--package`: what holds of every commit, and not only of one that is to be released.

mod changelog;
mod manifests;
mod package;

use std::fmt;

use crate::cmd::{self, Cmd};
use crate::manifest;
use crate::step::{Call, InCi, Outcome, Step, Stop};
use package::Package;

pub(crate) const STEP: Step = Step {
    name: "release",
    args: "[--dry-run|--publish] [ARGS]",
    about: "what stands in the way of a release, and the packages; ARGS: --allow-dirty, --no-verify",
    in_ci: Some(InCi { args: &["--package", "--allow-dirty"], minutes: 10 }),
    run,
};

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    /// The manifests are right, and the packages can be made.
    Packaged,
    /// All that comes before publishing.
    Ready,
    Published,
}

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    until: Until,
    allow_dirty: bool,
    verify: bool,
}

impl Wish {
    fn parse(args: &[String]) -> Result<Self, Stop> {
        let (mut until, mut allow_dirty, mut verify) = (None, false, true);
        for arg in args {
            let limit = match arg.as_str() {
                "--package" => Until::Packaged,
                "--dry-run" => Until::Ready,
                "--publish" => Until::Published,
                "--allow-dirty" => {
                    allow_dirty = true;
                    continue;
                }
                "--no-verify" => {
                    verify = false;
                    continue;
                }
                other => return Err(Stop::Failed(format!("`{other}` is not an argument of this"))),
            };
            if until.replace(limit).is_some() {
                return Err(Stop::failed("--package, --dry-run and --publish exclude each other"));
            }
        }
        Ok(Self { until: until.unwrap_or(Until::Ready), allow_dirty, verify })
    }
}

/// What stands in the way of a release.
#[derive(Debug, PartialEq, Eq)]
enum Fault {
    Dirty { first: String, files: usize },
    NoVersion,
    NoKey { name: String, key: &'static str },
    OwnVersion { name: String },
    NotPinned { name: String, pin: String },
    OwnSibling { name: String, dependency: String },
    PathAlone { name: String, dependency: String },
    NoFile { name: String, file: &'static str },
    NoSection { version: String },
    NoDate { version: String },
    Unreleased { lines: usize },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dirty { first, files } => {
                write!(f, "the tree is not clean: {files} files, first {first}; or --allow-dirty")
            }
            Self::NoVersion => write!(f, "Cargo.toml: [workspace.package] has no version"),
            Self::NoKey { name, key } => write!(f, "{name}: [package] has no {key}"),
            Self::OwnVersion { name } => {
                write!(f, "{name}: a version of its own; it must be the workspace's")
            }
            Self::NotPinned { name, pin } => {
                write!(f, "Cargo.toml: the workspace's {name} is not pinned to \"{pin}\"")
            }
            Self::OwnSibling { name, dependency } => {
                write!(f, "{name}: {dependency} must be the workspace's, which is pinned")
            }
            Self::PathAlone { name, dependency } => {
                write!(f, "{name}: {dependency} has a path and no version")
            }
            Self::NoFile { name, file } => write!(f, "{name}: the package has no {file}"),
            Self::NoSection { version } => {
                write!(f, "CHANGELOG.md: no section `## {version} - DATE`")
            }
            Self::NoDate { version } => {
                write!(f, "CHANGELOG.md: the section of {version} has no date")
            }
            Self::Unreleased { lines } => {
                write!(f, "CHANGELOG.md: {lines} lines are under Unreleased; move them")
            }
        }
    }
}

fn run(call: &Call) -> Outcome {
    let wish = Wish::parse(&call.args)?;
    let root = cmd::read("Cargo.toml")?;
    let members = manifest::members()?;
    let manifests = members.iter().map(|member| {
        let manifest = cmd::read(&format!("crates/{}/Cargo.toml", member.name))?;
        Ok((member.name.clone(), manifest))
    });
    let manifests: Vec<_> = manifests.collect::<Result<_, Stop>>()?;
    let version = manifests::version(&root).unwrap_or_default();

    let mut faults = manifests::check(&root, &manifests);
    let packages = members.iter().map(|member| Package::list(&member.name, call));
    let packages: Vec<_> = packages.collect::<Result<_, Stop>>()?;
    faults.extend(packages.iter().flat_map(Package::check));
    if wish.until != Until::Packaged {
        faults.extend(changelog::check(&cmd::read("CHANGELOG.md")?, &version));
    }
    if !wish.allow_dirty {
        faults.extend(dirty(&Cmd::new("git").words("status --porcelain").capture(call)?));
    }
    faults.iter().for_each(|fault| println!("{fault}"));
    if !faults.is_empty() {
        return Err(Stop::Failed(format!("{} faults", faults.len())));
    }

    package::make(&packages, &wish, call)?;
    print!("{}", package::table(&packages, &version)?);
    if wish.until == Until::Published {
        package::publish(&packages, &wish, call)?;
    }
    Ok(())
}

/// From what git says is changed or not tracked.
fn dirty(status: &str) -> Option<Fault> {
    let mut files = status.lines();
    let first = files.next()?.get(3..).unwrap_or_default().to_owned();
    Some(Fault::Dirty { first, files: 1 + files.count() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Wish, Stop> {
        Wish::parse(&args.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn only_a_call_that_says_so_publishes() {
        let until = |args: &[&str]| parse(args).map(|wish| wish.until);
        assert_eq!(until(&[]), Ok(Until::Ready));
        assert_eq!(until(&["--publish"]), Ok(Until::Published));
        assert_eq!(until(&["--allow-dirty", "--dry-run"]), Ok(Until::Ready));
        assert_eq!(until(&["--package", "--no-verify"]), Ok(Until::Packaged));
        assert!(until(&["--dryrun"]).is_err() && until(&["--dry-run", "--publish"]).is_err());
        assert_eq!(STEP.in_ci.map(|how| until(how.args)), Some(Ok(Until::Packaged)));
    }

    #[test]
    fn a_clean_tree_is_no_fault() {
        assert_eq!(dirty(""), None);
        let first = "a/b.rs".to_owned();
        assert_eq!(dirty(" M a/b.rs\n?? c.rs\n"), Some(Fault::Dirty { first, files: 2 }));
    }
}

//! `cargo x msrv`: the library builds with the oldest Rust that the manifest promises.
//!
//! With the versions in the lock file, which the resolver keeps to those that this Rust can build.

use crate::cmd::{self, Cmd};
use crate::manifest;
use crate::step::{Call, InCi, Outcome, Step, Stop};
use crate::{toml, toolchain};

pub(crate) const STEP: Step = Step {
    name: "msrv",
    args: "",
    about: "the library crates on the oldest Rust they promise, with all features",
    in_ci: Some(InCi { args: &[], minutes: 15 }),
    run,
};

fn run(call: &Call) -> Outcome {
    call.no_args()?;
    let toolchain = oldest(&cmd::read("Cargo.toml")?)?;
    toolchain::ensure(call, &toolchain)?;
    let members = manifest::members()?;
    Cmd::cargo_of(&toolchain)
        .words("check --all-features")
        .args(members.iter().flat_map(|member| ["-p", &member.name]))
        // What an older compiler warns of is not ours to mend.
        .env("RUSTFLAGS", "-Awarnings")
        .target_dir("msrv")
        .run(call)
}

/// The first release of what the workspace's manifest gives as `rust-version`.
fn oldest(root: &str) -> Result<String, Stop> {
    let version = toml::value(root, "workspace.package", "rust-version");
    let version = version
        .ok_or_else(|| Stop::failed("Cargo.toml: [workspace.package] has no rust-version"))?;
    let is_whole = version.matches('.').count() == 2;
    Ok(if is_whole { version } else { format!("{version}.0") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_a_whole_version() {
        let root = |version| format!("[workspace.package]\nrust-version = \"{version}\" # why\n");
        assert_eq!(oldest(&root("1.85")).as_deref(), Ok("1.85.0"));
        assert_eq!(oldest(&root("1.85.1")).as_deref(), Ok("1.85.1"));
        assert!(oldest("[package]\nrust-version = \"1.85\"\n").is_err());
    }
}

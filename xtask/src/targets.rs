//! `cargo x targets`: the library builds for machines other than the one at hand.
//!
//! Where rustup has no standard library for a target, nightly builds one; a check needs no linker.

use crate::cmd::Cmd;
use crate::manifest;
use crate::step::{Call, InCi, Outcome, Step, Stop};
use crate::toolchain::{self, NIGHTLY};

pub(crate) const STEP: Step = Step {
    name: "targets",
    args: "",
    about: "a check for WebAssembly, Windows, and 32 bits with and without wide atomics",
    in_ci: Some(InCi { args: &[], minutes: 20 }),
    run,
};

/// The crate that is checked. Its features bring in all others.
const FACADE: &str = "taut";

/// A target, and the features that it has no use for.
struct Check {
    target: &'static str,
    without: &'static [&'static str],
}

const CHECKS: [Check; 4] = [
    // There are no signals without an operating system; the rest of Tokio that we need is there.
    Check { target: "wasm32-unknown-unknown", without: &["signal"] },
    Check { target: "x86_64-pc-windows-gnu", without: &[] },
    Check { target: "i686-unknown-linux-gnu", without: &[] },
    // Its atomics of 64 bits are numbers under a lock.
    Check { target: "armv5te-unknown-linux-gnueabi", without: &[] },
];

fn run(call: &Call) -> Outcome {
    call.no_args()?;
    let members = manifest::members()?;
    let facade = members.iter().find(|member| member.name == FACADE);
    let facade = facade.ok_or_else(|| Stop::failed("there is no crate `taut`"))?;
    let mut outcome = Ok(());
    for check in CHECKS {
        match check.run(&facade.features, call) {
            Err(Stop::Skipped(why)) => outcome = Err(Stop::Skipped(why)), // the others may be had
            other => other?,
        }
    }
    outcome
}

impl Check {
    fn run(&self, features: &[String], call: &Call) -> Outcome {
        let features = wanted(features, self.without).join(",");
        let cmd = match toolchain::ensure_target(call, self.target) {
            Ok(()) => Cmd::cargo().words("check"),
            Err(_) => {
                toolchain::ensure_nightly(call, &["rust-src"])?;
                Cmd::cargo_of(NIGHTLY).words("check -Zbuild-std")
            }
        };
        cmd.args(["-p", FACADE, "--target", self.target, "--features", &features])
            .target_dir("targets")
            .run(call)
    }
}

/// Those of `all` that are not in `without`. Not `full`, which would bring them in.
fn wanted<'a>(all: &'a [String], without: &[&str]) -> Vec<&'a str> {
    let is_wanted = |feature: &&str| *feature != "full" && !without.contains(feature);
    all.iter().map(String::as_str).filter(is_wanted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_is_written_out_since_it_has_what_is_left_out() {
        let all = ["full", "chan", "signal"].map(str::to_owned);
        assert_eq!(wanted(&all, &["signal"]), ["chan"]);
        assert_eq!(wanted(&all, &[]), ["chan", "signal"]);
    }

    #[test]
    fn what_is_left_out_is_a_feature() {
        let members = manifest::members().expect("there are crates");
        let facade = members.iter().find(|member| member.name == FACADE).expect("there is taut");
        for name in CHECKS.iter().flat_map(|check| check.without) {
            assert!(facade.features.iter().any(|feature| feature == name), "{name}");
        }
    }
}

//! `cargo x miri`: the unsafe code under Miri, with both aliasing models and several schedules.

use crate::cmd::Cmd;
use crate::manifest;
use crate::step::{Call, InCi, Outcome, Step, Stop};
use crate::toolchain::{self, NIGHTLY};

pub(crate) const STEP: Step = Step {
    name: "miri",
    args: "[--seeds N] [-p CRATE] [ARGS]",
    about: "tests/miri.rs of each crate under Miri, Stacked and Tree Borrows",
    in_ci: Some(InCi { args: &["--seeds", "1"], minutes: 30 }),
    run,
};

/// Each seed is another schedule of the threads, and other addresses. By hand; CI has one, and loom for the
/// schedules.
const SEEDS: u32 = 4;

/// The crate whose unit tests run too: its lists are reached only from inside.
const WITH_UNIT_TESTS: &str = "taut-core";

/// What is added to the flags: nothing, for Stacked Borrows, and then Tree Borrows.
const MODELS: [&str; 2] = ["", " -Zmiri-tree-borrows"];

fn run(call: &Call) -> Outcome {
    let (seeds, rest) = call.split_flag("--seeds")?;
    let seeds = match seeds.last() {
        None => SEEDS,
        Some(text) => {
            text.parse().map_err(|_| Stop::Failed(format!("--seeds {text}: a number?")))?
        }
    };
    let call = &Call { args: rest.iter().map(ToString::to_string).collect(), ..*call };
    let (only, rest) = call.split_flag("-p")?;
    let tests = manifest::tests("miri", &only)?;
    toolchain::ensure_nightly(call, &["miri", "rust-src"])?;
    for model in MODELS {
        // Without isolation: a test may ask for the time.
        let flags = format!("-Zmiri-many-seeds=0..{seeds} -Zmiri-disable-isolation{model}");
        for (name, test) in &tests {
            miri(name, &flags).args(["--test", test]).args(&rest).run(call)?;
        }
        if only.is_empty() || only.contains(&WITH_UNIT_TESTS) {
            miri(WITH_UNIT_TESTS, &flags).args(["--lib"]).args(&rest).run(call)?;
        }
    }
    Ok(())
}

fn miri(name: &str, flags: &str) -> Cmd {
    Cmd::cargo_of(NIGHTLY)
        .args(["miri", "test", "-p", name])
        .env("MIRIFLAGS", flags)
        // Tests that panic on purpose would spend their time on backtraces.
        .env("RUST_BACKTRACE", "0")
        .target_dir("miri")
}

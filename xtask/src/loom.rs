//! `cargo x loom`: every interleaving of the small models, up to a bound on preemptions.
//!
//! The door is `--cfg taut_loom`, never loom's own `--cfg loom`: Tokio reacts to that one.

use crate::cmd::Cmd;
use crate::manifest;
use crate::step::{Call, InCi, Outcome, Step};

pub(crate) const STEP: Step = Step {
    name: "loom",
    args: "[-p CRATE] [ARGS]",
    about: "the loom models of each crate that has tests/loom*.rs",
    in_ci: Some(InCi { args: &[], minutes: 20 }),
    run,
};

/// Unless `LOOM_MAX_PREEMPTIONS` is set. Few bugs need more, and each one more costs tenfold.
const MAX_PREEMPTIONS: &str = "3";

fn run(call: &Call) -> Outcome {
    let (only, rest) = call.split_flag("-p")?;
    for (name, test) in manifest::tests("loom", &only)? {
        Cmd::cargo()
            .args(["test", "--release", "-p", &name, "--test", &test])
            .args(&rest)
            .checked_release()
            .default_env("LOOM_MAX_PREEMPTIONS", MAX_PREEMPTIONS)
            .env("RUSTFLAGS", "--cfg taut_loom")
            // Loom replays by address, and models side by side would move each other's stacks.
            .env("RUST_TEST_THREADS", "1")
            .target_dir("loom")
            .run(call)?;
    }
    Ok(())
}

//! `cargo x loom`: every interleaving of the small models, up to a bound on preemptions.

use crate::model;
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
    model::run(call, "loom", |cmd| {
        cmd.default_env("LOOM_MAX_PREEMPTIONS", MAX_PREEMPTIONS)
            // Loom replays by address, and models side by side would move each other's stacks.
            .env("RUST_TEST_THREADS", "1")
    })
}

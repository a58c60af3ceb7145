//! `cargo x shuttle`: random interleavings of models that are too large to try them all.

use crate::model;
use crate::step::{Call, InCi, Outcome, Step};

pub(crate) const STEP: Step = Step {
    name: "shuttle",
    args: "[-p CRATE] [ARGS]",
    about: "the shuttle models of each crate that has tests/shuttle*.rs",
    in_ci: Some(InCi { args: &[], minutes: 10 }),
    run,
};

/// How often each model is run, unless `TAUT_SHUTTLE_ITERATIONS` is set: about half a minute for all of
/// them on two cores.
const ITERATIONS: &str = "5000";

fn run(call: &Call) -> Outcome {
    model::run(call, "shuttle", |cmd| cmd.default_env("TAUT_SHUTTLE_ITERATIONS", ITERATIONS))
}

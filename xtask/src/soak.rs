//! `cargo x soak`: the long stress tests, a million operations and more for each kind of channel.

use crate::cmd::Cmd;
use crate::step::{Call, Outcome, Step};

pub(crate) const STEP: Step = Step {
    name: "soak",
    args: "[ARGS]",
    about: "the ignored, long stress tests of the channels",
    in_ci: None,
    run,
};

fn run(call: &Call) -> Outcome {
    Cmd::cargo()
        .words("test --release -p taut-chan --test stress -- --ignored --nocapture")
        .args(&call.args)
        .run(call)
}

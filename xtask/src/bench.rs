//! `cargo x bench`: ours beside Go and the other crates. CI only sees that every bench runs.

use crate::cmd::Cmd;
use crate::step::{Call, InCi, Outcome, Step};

pub(crate) const STEP: Step = Step {
    name: "bench",
    args: "[-- ARGS]",
    about: "the benches, side by side with Go and the peers; --smoke runs each once",
    in_ci: Some(InCi { args: &["--smoke"], minutes: 20 }),
    run,
};

fn run(call: &Call) -> Outcome {
    Cmd::cargo().words("run --release -p taut-benches --").args(&call.args).run(call)
}

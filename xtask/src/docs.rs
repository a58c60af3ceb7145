//! `cargo x docs`: the documentation builds, and every link in it leads somewhere.
//!
//! With all features: the facade's map links to modules that a feature hides.

use crate::cmd::Cmd;
use crate::step::{Call, InCi, Outcome, Step};

pub(crate) const STEP: Step = Step {
    name: "docs",
    args: "[ARGS]",
    about: "rustdoc with all features, warnings denied",
    in_ci: Some(InCi { args: &[], minutes: 20 }),
    run,
};

fn run(call: &Call) -> Outcome {
    Cmd::cargo()
        .words("doc --workspace --exclude taut-benches --no-deps --all-features")
        .args(&call.args)
        .env("RUSTDOCFLAGS", "-D warnings")
        .run(call)
}

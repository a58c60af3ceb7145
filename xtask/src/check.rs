//! `cargo x check`: formatted, and no lint fires.

use crate::cmd::Cmd;
use crate::step::{Call, InCi, Outcome, Step};
use crate::toolchain;

pub(crate) const STEP: Step = Step {
    name: "check",
    args: "",
    about: "rustfmt and clippy, warnings denied",
    in_ci: Some(InCi { args: &[], minutes: 20 }),
    run,
};

fn run(call: &Call) -> Outcome {
    call.no_args()?;
    toolchain::ensure_default(call, &["rustfmt", "clippy"])?;
    let formatted = Cmd::cargo().words("fmt --all --check").run(call);
    let linted = Cmd::cargo()
        .words("clippy --workspace --all-targets --all-features -- -D warnings")
        .run(call);
    formatted.and(linted)
}

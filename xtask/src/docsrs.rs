//! `cargo x docsrs`: the documentation as docs.rs builds it, and that every public item has an example.
//!
//! Both want a nightly: the badges that name the feature of an item, and the lint for examples, are
//! unstable. The core is left out: it is plumbing, and no part of the API.

use crate::cmd::Cmd;
use crate::manifest;
use crate::step::{Call, InCi, Outcome, Step};
use crate::toolchain::{self, NIGHTLY};

pub(crate) const STEP: Step = Step {
    name: "docsrs",
    args: "",
    about: "rustdoc as docs.rs runs it; every public item has an example",
    in_ci: Some(InCi { args: &[], minutes: 15 }),
    run,
};

const CORE: &str = "taut-core";
const FLAGS: &str = "--cfg docsrs -D warnings \
    -Zcrate-attr=feature(rustdoc_missing_doc_code_examples) \
    -D rustdoc::missing_doc_code_examples";

fn run(call: &Call) -> Outcome {
    call.no_args()?;
    toolchain::ensure(call, NIGHTLY)?;
    let members = manifest::members()?;
    let shown = members.iter().filter(|member| member.name != CORE);
    Cmd::cargo_of(NIGHTLY)
        .words("doc --no-deps --all-features")
        .args(shown.flat_map(|member| ["-p", &member.name]))
        .env("RUSTDOCFLAGS", FLAGS)
        .target_dir("docsrs")
        .run(call)
}

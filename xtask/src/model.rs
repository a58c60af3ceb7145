//! Running models: tests in which the names of `taut_core::sync` are those of a tool that decides
//! itself which thread goes next.

use crate::cmd::Cmd;
use crate::manifest;
use crate::step::{Call, Outcome};

/// Runs tests/TOOL*.rs of each crate, or of those after `-p`, built with `--cfg taut_TOOL`. `add` adds
/// what the tool wants to know.
///
/// The door is never a tool's own `cfg`: Tokio reacts to loom's.
pub(crate) fn run(call: &Call, tool: &str, add: impl Fn(Cmd) -> Cmd) -> Outcome {
    let (only, rest) = call.split_flag("-p")?;
    for (name, test) in manifest::tests(tool, &only)? {
        let cmd = Cmd::cargo()
            .args(["test", "--release", "-p", &name, "--test", &test])
            .args(&rest)
            .checked_release()
            .env("RUSTFLAGS", format!("--cfg taut_{tool}"))
            .target_dir(tool);
        add(cmd).run(call)?;
    }
    Ok(())
}

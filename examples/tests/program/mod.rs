//! The programs that `cargo test` builds next to the tests.

use std::env;
use std::path::Path;
use std::process::Command;

/// Runs the example of this name.
pub(crate) fn program(name: &str) -> Command {
    // From target/debug/deps/test-0123456789abcdef to target/debug/examples/name.
    let this = env::current_exe().unwrap_or_default();
    let profile = this.ancestors().nth(2).unwrap_or(Path::new(""));
    let program = profile.join("examples").join(name).with_extension(env::consts::EXE_EXTENSION);
    assert!(program.exists(), "with `--test …` alone, cargo does not build the example");
    Command::new(program)
}

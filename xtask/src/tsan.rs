//! `cargo x tsan`: the stress tests under ThreadSanitizer, on real threads.
//!
//! The standard library is built with the sanitizer too: without that its locks are invisible and
//! every use of one is reported as a race.

use crate::cmd::Cmd;
use crate::step::{Call, InCi, Outcome, Step, Stop};
use crate::toolchain::{self, NIGHTLY};

pub(crate) const STEP: Step = Step {
    name: "tsan",
    args: "[ARGS]",
    about: "the stress tests of every crate under ThreadSanitizer",
    in_ci: Some(InCi { args: &[], minutes: 20 }),
    run,
};

/// Where rustc ships the sanitizer's runtime.
const TARGETS: [&str; 4] = [
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
];

/// The crates, their test binaries, and which tests of these.
const TESTS: [(&str, &str, &str); 6] = [
    ("taut-chan", "stress", ""),
    ("taut-select", "it", "stress::"),
    ("taut-context", "it", "concurrency::"),
    ("taut-sync", "it", "stress"),
    ("taut-time", "it", "stress::"),
    ("taut-group", "it", "stress"),
];

fn run(call: &Call) -> Outcome {
    let host = toolchain::host(call)?;
    if !TARGETS.contains(&host.as_str()) {
        return Err(Stop::Skipped(format!("no ThreadSanitizer for {host}")));
    }
    toolchain::ensure_nightly(call, &["rust-src"])?;
    for (name, test, only) in TESTS {
        Cmd::cargo_of(NIGHTLY)
            .args(["test", "-Zbuild-std", "--target", &host])
            .args(["--release", "-p", name, "--test", test, only])
            .args(&call.args)
            .checked_release()
            .env("RUSTFLAGS", "-Zsanitizer=thread")
            .target_dir("tsan")
            .run(call)?;
    }
    Ok(())
}

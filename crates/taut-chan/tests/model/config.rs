//! How often a model is run, and where what fails is kept.

use proptest::prelude::ProptestConfig;
use proptest::test_runner::FileFailurePersistence;

/// `cases` runs, or as many as `PROPTEST_CASES` says.
pub(crate) fn config(cases: u32, regressions: &'static str) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(cases),
        max_shrink_iters: 20_000,
        // An integration test has no `lib.rs` above it, by which proptest would find the folder.
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(regressions))),
        ..ProptestConfig::default()
    }
}

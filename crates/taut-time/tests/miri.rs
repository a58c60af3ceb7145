//! What Miri can run: the module of `it` that needs no runtime.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../../taut-select/tests/it/support.rs"]
mod support;

#[path = "it/bare.rs"]
mod bare;
#[path = "it/traits.rs"]
mod traits;

use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

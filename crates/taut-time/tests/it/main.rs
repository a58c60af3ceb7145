//! The rows of Go's timers and tickers, one module per behaviour. Futures are polled by hand and wakes
//! counted, on paused time; `ROWS.md` says which test holds which row.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../../../taut-select/tests/it/support.rs"]
mod support;

mod after;
mod bare;
mod busy;
mod overflow;
mod runtimes;
mod select;
mod stress;
mod ticker;
mod timer;
mod traits;
mod waiters;

use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

//! The parts of `fetcher`: on paused time with a client that needs no sockets, and against the site that
//! the program brings with it. The program itself is run by `fetcher_program.rs`.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../fetcher/client.rs"]
mod client;
#[path = "../fetcher/dice.rs"]
mod dice;
#[path = "../fetcher/fetch.rs"]
mod fetch;
#[path = "../fetcher/hosts.rs"]
mod hosts;
#[path = "../fetcher/latency.rs"]
mod latency;
#[path = "../fetcher/pace.rs"]
mod pace;
#[path = "../fetcher/report.rs"]
mod report;
#[path = "../fetcher/retry.rs"]
mod retry;
#[path = "../fetcher/site.rs"]
mod site;
#[path = "../fetcher/target.rs"]
mod target;
#[path = "../fetcher/weather.rs"]
mod weather;

#[path = "fetcher/errors.rs"]
mod errors;
#[path = "fetcher/figures.rs"]
mod figures;
#[path = "fetcher/loopback.rs"]
mod loopback;
#[path = "fetcher/pacing.rs"]
mod pacing;
#[path = "fetcher/runs.rs"]
mod runs;

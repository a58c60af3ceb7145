//! What Miri can run in reasonable time: the modules of `it` that are about memory, and the races of two
//! and three threads. Nothing is synchronised there but by the contexts.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "support/mod.rs"]
mod support;

#[path = "it/after_func.rs"]
mod after_func;
#[path = "it/callbacks.rs"]
mod callbacks;
#[path = "it/causes.rs"]
mod causes;
#[path = "it/concurrency.rs"]
mod concurrency;
#[path = "it/done.rs"]
mod done;
#[path = "it/freed.rs"]
mod freed;
#[path = "it/merge.rs"]
mod merge;
#[path = "it/run.rs"]
mod run;
#[path = "it/timers.rs"]
mod timers;
#[path = "it/token.rs"]
mod token;
#[path = "it/tree.rs"]
mod tree;
#[path = "it/values.rs"]
mod values;
#[path = "it/wakers.rs"]
mod wakers;
#[path = "it/without_cancel.rs"]
mod without_cancel;

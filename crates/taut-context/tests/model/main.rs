//! Trees of contexts against a boring model: one thread, a clock that is moved by hand, futures polled by
//! hand, handles dropped at any point. What fails is kept in `proptest-regressions/`.
//!
//! `PROPTEST_CASES` sets the number of runs.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod check;
#[path = "../../../taut-chan/tests/model/config.rs"]
mod config;
mod found;
mod op;
mod spec;
#[path = "../support/mod.rs"]
mod support;
mod world;

use proptest::prelude::*;

use self::config::config;
use self::op::{Op, Scope};
use self::world::World;

/// Enough to find what was ever found here, in a few seconds.
const CASES: u32 = 1024;

fn run(scope: Scope, ops: Vec<(Op, bool)>) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().expect("a runtime");
    // Without a budget, since one task does all.
    runtime.block_on(tokio::task::unconstrained(async {
        let mut world = World::new(scope);
        for (op, looks) in ops {
            world.apply(op).await;
            if looks {
                world.look();
            }
        }
        world.look();
        world.finish();
    }));
}

proptest! {
    #![proptest_config(config(CASES, "proptest-regressions/trees.txt"))]

    #[test]
    fn trees(ops in op::ops()) {
        run(Scope::Plain, ops);
    }

    #[test]
    fn trees_with_merged_deadlines(ops in op::ops()) {
        run(Scope::Full, ops);
    }
}

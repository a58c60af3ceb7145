//! Every kind of channel against a sequential oracle: one thread, futures polled by hand, dropped at any
//! point, woken through counted wakers. What fails is kept in `proptest-regressions/`.
//!
//! `PROPTEST_CASES` sets the number of runs for each kind.

mod config;
mod found;
mod futures;
mod op;
mod real;
#[allow(dead_code, reason = "shared with the model of selects")]
mod spec;
#[path = "../support/mod.rs"]
mod support;
mod world;

use proptest::prelude::*;

use self::config::config;
use self::op::Op;
use self::world::World;

/// Enough to find what was ever found here, in a second or two.
const CASES: u32 = 64;

fn run<const PAD: usize>(capacity: Option<usize>, ops: Vec<Op>) {
    let mut world = World::<PAD>::new(capacity);
    for op in ops {
        world.apply(op);
    }
    world.finish();
}

macro_rules! flavours {
    ($($name:ident: $capacity:expr, $pad:expr;)*) => {$(
        proptest! {
            #![proptest_config(config(CASES, concat!("proptest-regressions/", stringify!($name), ".txt")))]

            #[test]
            fn $name(ops in op::ops()) {
                run::<{ $pad }>($capacity, ops);
            }
        }
    )*};
}

flavours! {
    rendezvous: Some(0), 0;
    bounded_1: Some(1), 0;
    bounded_2: Some(2), 0;
    bounded_3: Some(3), 0;
    // Too large for a ring: a chain of blocks.
    bounded_huge: Some(1 << 40), 0;
    // Values so large that two of them are too much for a ring: a chain that gets full.
    bounded_2_of_large: Some(2), 40 << 10;
    unbounded: None, 0;
}

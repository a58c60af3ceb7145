//! Selects against the sequential oracle of taut-chan: two or three channels, futures and selects of one
//! to four arms, polled by hand, dropped at any point. Each step that a select takes is compared: at
//! which arms it looks, what it finds, and in which order it registers them, which is its own affair.
//!
//! `PROPTEST_CASES` sets the number of runs for each mix of channels.

mod arm;
#[path = "../../../taut-chan/tests/model/config.rs"]
mod config;
mod found;
#[allow(dead_code, reason = "shared with the model of channels")]
#[path = "../../../taut-chan/tests/model/futures.rs"]
mod futures;
mod op;
#[allow(dead_code, reason = "shared with the model of channels")]
#[path = "../../../taut-chan/tests/model/real.rs"]
mod real;
mod select;
#[allow(dead_code, reason = "shared with the model of channels")]
#[path = "../../../taut-chan/tests/model/spec.rs"]
mod spec;
#[path = "../../../taut-chan/tests/support/mod.rs"]
mod support;
mod world;

use proptest::prelude::*;

use self::config::config;
use self::op::{Op, Scope};
use self::world::{Pair, World};

/// Enough to find what was ever found here, in a second or two.
const CASES: u32 = 128;

fn run(capacities: &[Option<usize>], scope: Scope, ops: Vec<Op>) {
    let channels: Vec<Pair> = capacities.iter().map(|c| Pair::new(*c)).collect();
    let mut world = World::new(&channels, scope);
    for op in ops {
        world.apply(op);
    }
    world.finish();
}

macro_rules! mixes {
    ($($(#[$attribute:meta])* $name:ident: $scope:ident, $capacities:expr;)*) => {$(
        proptest! {
            #![proptest_config(config(CASES, concat!("proptest-regressions/", stringify!($name), ".txt")))]

            $(#[$attribute])*
            #[test]
            fn $name(ops in op::ops()) {
                run(&$capacities, Scope::$scope, ops);
            }
        }
    )*};
}

mixes! {
    rendezvous_alone: Plain, [Some(0), Some(0), Some(0)];
    rings_alone: Full, [Some(1), Some(2)];
    blocks_alone: Full, [Some(1 << 40), None];
    of_each_kind: Plain, [Some(0), Some(1), None];
    rendezvous_with_permits: Full, [Some(0), Some(0)];
}

//! Real threads: four producers, four consumers, two workers, and futures dropped at any moment. In the
//! end every value was received once, came back, or was dropped with the future that was to send it.
//!
//! Small by default. `cargo x soak` runs the ignored tests, twenty million operations for each kind;
//! `cargo x tsan` runs the small ones under ThreadSanitizer. `TAUT_SEED` has a run again, as far as
//! the scheduler lets it.

mod book;
mod linear;
mod pipe;
mod rng;
mod round;
#[path = "../support/mod.rs"]
mod support;
mod tasks;

use std::time::Instant;

use self::round::{End, Round, Tally, runtime};

/// Rounds of all kinds until so many operations were done.
fn rounds(name: &str, capacity: Option<usize>, ops_per_round: usize, at_least: usize) -> Tally {
    let seed = rng::seed(name);
    let runtime = runtime();
    let mut tally = Tally::default();
    for number in 0.. {
        for end in [End::Drained, End::Closed, End::Deserted] {
            // With one consumer the order can be told.
            for consumers in [4, 1] {
                let seed = seed.wrapping_add(number);
                let round = Round { capacity, consumers, end, ops: ops_per_round, seed };
                tally.add(round.run(&runtime));
            }
        }
        if tally.ops >= at_least {
            break;
        }
    }
    tally
}

fn soak(name: &str, capacity: Option<usize>) {
    let start = Instant::now();
    let tally = rounds(name, capacity, 20_000, 20_000_000);
    assert!(tally.received > 1_000_000, "{tally:?}");
    println!("{name}: {tally:?} in {:?}", start.elapsed());
}

macro_rules! flavours {
    ($($name:ident, $soak:ident: $capacity:expr;)*) => {$(
        #[test]
        fn $name() {
            rounds(stringify!($name), $capacity, 400, 30_000);
        }

        #[test]
        #[ignore = "long: `cargo x soak`"]
        fn $soak() {
            soak(stringify!($soak), $capacity);
        }
    )*};
}

flavours! {
    rendezvous, soak_rendezvous: Some(0);
    bounded_1, soak_bounded_1: Some(1);
    bounded_2, soak_bounded_2: Some(2);
    bounded_64, soak_bounded_64: Some(64);
    unbounded, soak_unbounded: None;
}

//! Random numbers that can be had again.

use std::hash::{BuildHasher, RandomState};

/// Marsaglia's xorshift with 64 bits.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    /// The how-manieth stream of a seed.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        // Splitmix, since neighbouring seeds must not give neighbouring streams; and never zero.
        let mut z = seed.wrapping_add((stream + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Self((z ^ (z >> 31)) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Less than `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        // The upper bits are the better ones.
        ((self.next() >> 33) % bound as u64) as usize
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// In random order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

/// `TAUT_SEED`, or a new one. Printed, so that a failure says how to have it again.
pub(crate) fn seed(test: &str) -> u64 {
    let given = std::env::var("TAUT_SEED").ok().map(|seed| seed.parse().expect("TAUT_SEED"));
    let seed = given.unwrap_or_else(|| RandomState::new().hash_one(test));
    println!("{test}: TAUT_SEED={seed}");
    seed
}

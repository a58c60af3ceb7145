//! Chance that can be repeated: what it is thrown for decides, and not who throws first.

use fastrand::Rng;

/// What there is to throw for. The seed is the same for all, and no two of them are to agree.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Throw {
    /// The wait after an attempt at a URL.
    Wait { index: usize, attempt: u32 },
    /// What a request for a file meets.
    Weather { index: usize, nth: u32 },
    /// What is in a file that is made up.
    Content { index: usize },
}

/// As many numbers as are wanted, for one purpose.
pub(crate) fn dice(seed: u64, throw: Throw) -> Rng {
    let (kind, index, nth) = match throw {
        Throw::Wait { index, attempt } => (0, index, attempt),
        Throw::Weather { index, nth } => (1, index, nth),
        Throw::Content { index } => (2, index, 0),
    };
    // Each goes through the generator by itself, and all once more: from seeds that are alike, the
    // first numbers are alike.
    let parts = [kind, index as u64, nth.into()];
    let mixed = parts.iter().fold(seed, |mixed, part| Rng::with_seed(mixed).u64(..) ^ part);
    Rng::with_seed(Rng::with_seed(mixed).u64(..))
}

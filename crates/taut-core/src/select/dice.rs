//! The choice among arms that are ready: uniform, cheap, and repeatable if one wants it to be.
//!
//! A generator per thread gives a select its 64 bits; a select that needs more draws makes them of
//! those. The first is Wang Yi's wyrand (github.com/wangyi-fudan/wyhash), the second Knuth's linear
//! congruential generator for MMIX (The Art of Computer Programming 2, 3.3.4), of which only the upper
//! half is used. Good enough to be fair at ten standard deviations, and no more secret than that.

#[cfg(not(taut_loom))]
use std::cell::Cell;

#[cfg(not(taut_loom))]
thread_local! {
    /// The generator of this thread; zero before its first use.
    static STATE: Cell<u64> = const { Cell::new(0) };
}

/// Makes the choices of this thread a function of `seed`, from now on.
///
/// # Examples
///
/// ```
/// use std::future::ready;
/// use taut::select;
///
/// async fn choices() -> [u8; 8] {
///     let mut choices = [0; 8];
///     for choice in &mut choices {
///         *choice = select! { n = ready(1) => n, n = ready(2) => n };
///     }
///     choices
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// select::seed(7);
/// let once = choices().await;
/// select::seed(7);
/// assert_eq!(choices().await, once);
/// # }
/// ```
pub fn seed(seed: u64) {
    #[cfg(not(taut_loom))]
    STATE.with(|state| state.set(seed | 1 << 63));
    #[cfg(taut_loom)]
    let _ = seed;
}

/// The random numbers of one pass over the arms of a select; zero before the first.
///
/// # Examples
///
/// ```
/// assert!(taut_core::select::Dice::new().below(6) < 6);
/// ```
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// With numbers from the generator of this thread, which is asked once there is a choice.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(taut_core::select::Dice::new().below(1), 0);
    /// ```
    #[inline(always)]
    #[must_use]
    pub const fn new() -> Self {
        Self(0)
    }

    /// A number from `0` to `count - 1`, each as likely as the others but for one part in 2³² / count.
    /// In a model it is 0: chance would make an execution that cannot be replayed.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut dice = taut_core::select::Dice::new();
    /// assert!((0..100).all(|_| dice.below(6) < 6));
    /// ```
    #[inline(always)]
    pub fn below(&mut self, count: u32) -> u32 {
        #[cfg(not(taut_loom))]
        if self.0 == 0 {
            self.0 = fresh();
        }
        let drawn = ((self.0 >> 32) * u64::from(count)) >> 32;
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        drawn as u32
    }
}

impl Default for Dice {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(not(taut_loom))]
#[inline(always)]
fn fresh() -> u64 {
    STATE.with(|state| {
        let mut now = state.get();
        if now == 0 {
            now = first();
        }
        now = now.wrapping_add(0xa076_1d64_78bd_642f);
        state.set(now);
        let product = u128::from(now) * u128::from(now ^ 0xe703_7ed1_a0b4_28db);
        (product >> 64) as u64 ^ product as u64
    })
}

/// Where the generator of a thread starts: elsewhere in each thread and each process.
#[cfg(not(taut_loom))]
#[cold]
fn first() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0)
}

#[cfg(all(test, not(taut_loom)))]
mod tests {
    use super::*;

    #[test]
    fn every_number_below_is_drawn_about_as_often() {
        // Goal: ten standard deviations, for first draws and for later ones.
        const ROUNDS: u32 = if cfg!(miri) { 600 } else { 60_000 };
        for count in [2, 3, 7, 64] {
            for skip in 0..3 {
                let mut drawn = vec![0_u32; count as usize];
                for _ in 0..ROUNDS {
                    let mut dice = Dice::new();
                    (0..skip).for_each(|_| _ = dice.below(5));
                    drawn[dice.below(count) as usize] += 1;
                }
                let share = f64::from(ROUNDS) / f64::from(count);
                let sigma = (share * (1.0 - 1.0 / f64::from(count))).sqrt();
                for times in drawn {
                    assert!((f64::from(times) - share).abs() < 10.0 * sigma, "{count}: {times}");
                }
            }
        }
    }

    #[test]
    fn a_seed_repeats_the_choices() {
        let choices = |with| {
            seed(with);
            (0..20).map(|_| Dice::new().below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(choices(0), choices(0), "zero is a seed like others");
        assert_ne!(choices(1), choices(2));
    }
}

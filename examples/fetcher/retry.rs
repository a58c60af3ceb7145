//! When to try again: what may get better by itself, after a while that doubles, and is not the same for
//! all.
//!
//! Whatever fails at the same moment, such as all requests to a server that restarts, would otherwise
//! come back at the same moment.

use std::time::Duration;

use crate::client::FetchError;
use crate::dice::{Throw, dice};

/// How long to wait after the first failure, about.
const FIRST: Duration = Duration::from_millis(100);

/// The longest wait. A server that asks for more is not asked again.
const LONGEST: Duration = Duration::from_secs(10);

/// What an error means for the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Advice {
    /// The answer will be the same.
    GiveUp,
    TryAgain,
    /// The server said when: its `Retry-After`.
    TryAfter(Duration),
}

/// How often to try again, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retries {
    /// Attempts after the first.
    pub(crate) most: u32,
    /// Equal seeds give equal waits.
    pub(crate) seed: u64,
}

impl Retries {
    /// How long to wait before URL number `index` is tried again, after so many attempts of which the
    /// last one ended with `error`; `None`: not at all.
    pub(crate) fn wait(&self, index: usize, attempts: u32, error: &FetchError) -> Option<Duration> {
        if attempts > self.most {
            return None;
        }
        let backoff = self.backoff(index, attempts);
        match error.advice() {
            Advice::GiveUp => None,
            Advice::TryAgain => Some(backoff),
            Advice::TryAfter(asked) if asked > LONGEST => None,
            // Not at once when that is over, either: others were told the same.
            Advice::TryAfter(asked) => Some(asked + backoff),
        }
    }

    /// Half of it is certain, the other half chance.
    fn backoff(&self, index: usize, attempts: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(attempts.saturating_sub(1));
        let longest = FIRST.saturating_mul(doubled).min(LONGEST);
        let mut dice = dice(self.seed, Throw::Wait { index, attempt: attempts });
        longest.mul_f64(0.5 + 0.5 * dice.f64())
    }
}

//! What goes wrong on the way, by chance that can be repeated: it depends on the seed, the file and how
//! often that was asked for, and not on who asks first.

use std::time::Duration;

use crate::dice::{Throw, dice};

/// How bad it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weather {
    pub(crate) seed: u64,
    /// The median of what an answer takes; most take between a third and three times as long.
    pub(crate) latency: Duration,
    /// How many requests in a hundred meet a fault.
    pub(crate) faults: u8,
}

/// What becomes of one request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Forecast {
    pub(crate) latency: Duration,
    pub(crate) fault: Option<Fault>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The answer is a 503.
    Unavailable,
    /// The connection is closed in the middle of the body.
    Dropped,
    /// The body comes in small pieces.
    Slow,
}

impl Weather {
    /// What the `nth` request for file number `index` meets.
    pub(crate) fn forecast(&self, index: usize, nth: u32) -> Forecast {
        let mut dice = dice(self.seed, Throw::Weather { index, nth });
        // The sum of a few is a bell, and its power of two has the long tail that latencies have.
        let bell = dice.f64() + dice.f64() + dice.f64() - 1.5;
        let latency = self.latency.mul_f64((1.6 * bell).exp2());
        let fault = (dice.u8(0..100) < self.faults).then(|| match dice.u8(0..3) {
            0 => Fault::Unavailable,
            1 => Fault::Dropped,
            _ => Fault::Slow,
        });
        Forecast { latency, fault }
    }
}

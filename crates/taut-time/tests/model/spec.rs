//! What a timer and a ticker should do, said as plainly as can be. Time is in milliseconds.

pub(crate) trait Spec {
    /// When the next is due. None: never, as it is set now.
    fn due(&self) -> Option<u64>;
    /// Takes what is due by `now`.
    fn take(&mut self, now: u64) -> Option<u64>;
    /// Whether it was active, if it says so.
    fn stop(&mut self) -> Option<bool>;
    /// To `due`, for a ticker a period after `now`. None: never. As `stop`.
    fn reset(&mut self, now: u64, due: Option<u64>) -> Option<bool>;
}

/// A timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timing {
    Idle,
    At(u64),
    Never,
}

impl Timing {
    fn set(&mut self, timing: Self) -> Option<bool> {
        let was_active = *self != Self::Idle;
        *self = timing;
        Some(was_active)
    }
}

impl Spec for Timing {
    fn due(&self) -> Option<u64> {
        match *self {
            Self::At(due) => Some(due),
            Self::Idle | Self::Never => None,
        }
    }

    fn take(&mut self, now: u64) -> Option<u64> {
        let due = self.due()?;
        if due > now {
            return None;
        }
        *self = Self::Idle;
        Some(due)
    }

    fn stop(&mut self) -> Option<bool> {
        self.set(Self::Idle)
    }

    fn reset(&mut self, _: u64, due: Option<u64>) -> Option<bool> {
        self.set(due.map_or(Self::Never, Self::At))
    }
}

/// A ticker: one that fills a buffer of one, millisecond by millisecond.
#[derive(Clone, Debug)]
pub(crate) struct Ticks {
    /// None: stopped, or it never ticks.
    running: Option<Running>,
    /// The buffer.
    kept: Option<u64>,
}

#[derive(Clone, Debug)]
struct Running {
    since: u64,
    period: u64,
    /// Up to when the clock was followed.
    seen: u64,
}

impl Ticks {
    pub(crate) fn every(now: u64, period: u64) -> Self {
        Self { running: Some(Running { since: now, period, seen: now }), kept: None }
    }

    fn follow(&mut self, now: u64) {
        let Some(running) = &mut self.running else { return };
        for time in running.seen + 1..=now {
            if (time - running.since) % running.period == 0 && self.kept.is_none() {
                self.kept = Some(time);
            }
        }
        running.seen = now;
    }
}

impl Spec for Ticks {
    fn due(&self) -> Option<u64> {
        None
    }

    fn take(&mut self, now: u64) -> Option<u64> {
        self.follow(now);
        self.kept.take()
    }

    fn stop(&mut self) -> Option<bool> {
        *self = Self { running: None, kept: None };
        None
    }

    fn reset(&mut self, now: u64, due: Option<u64>) -> Option<bool> {
        match due {
            // A period of zero is refused.
            Some(due) if due == now => {}
            Some(due) => *self = Self::every(now, due - now),
            None => drop(self.stop()),
        }
        None
    }
}

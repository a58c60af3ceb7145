//! The pace: never more than so many requests begin in any second, and they are evenly spread.
//!
//! One schedule, which is locked while its holder waits for its time: who comes later waits for the
//! lock, first come, first served. A `Ticker` would not do: as Go's, it keeps a tick for who is late, so
//! two may begin in less than a period, and there may be one too many in a second.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::time::Duration;

use taut::sync::Mutex;
use tokio::time::{Instant, sleep_until};

const SECOND: Duration = Duration::from_secs(1);

/// How late a timer may wake us. So much is made up for by the next to begin, or a pace of thousands
/// could not be kept with timers that count milliseconds; what is more is time when nobody came.
const LATE: Duration = Duration::from_millis(2);

/// Shared by all who make requests.
pub(crate) struct Pacer {
    rps: NonZeroU32,
    schedule: Mutex<Schedule>,
}

struct Schedule {
    /// When the next may begin, if there is room in the second.
    next: Instant,
    /// When the last ones began, as many as may in a second.
    begun: VecDeque<Instant>,
}

impl Pacer {
    /// Lets `rps` begin in a second.
    pub(crate) fn new(rps: NonZeroU32) -> Self {
        let schedule = Schedule { next: Instant::now(), begun: VecDeque::new() };
        Self { rps, schedule: Mutex::new(schedule) }
    }

    /// Waits until it is the caller's turn to begin.
    ///
    /// Dropped while it waits, it has taken nobody's turn.
    pub(crate) async fn turn(&self) {
        let mut schedule = self.schedule.lock().await;
        let due = schedule.due(self.rps);
        if due > Instant::now() {
            sleep_until(due).await;
        }
        schedule.begin(self.rps);
    }
}

impl Schedule {
    /// When the next may begin.
    fn due(&mut self, rps: NonZeroU32) -> Instant {
        let now = Instant::now();
        if self.next + LATE < now {
            self.next = now;
        }
        // The one that is as many ago as may begin in a second must be a second ago.
        let full = self.begun.len() == rps.get() as usize;
        let room = self.begun.front().filter(|_| full).map(|&first| first + SECOND);
        room.map_or(self.next, |room| room.max(self.next))
    }

    fn begin(&mut self, rps: NonZeroU32) {
        if self.begun.len() == rps.get() as usize {
            self.begun.pop_front();
        }
        self.begun.push_back(Instant::now());
        self.next += SECOND / rps.get();
    }
}

//! What a run took: only the parts that are timed, in wall and CPU time, or the memory.
//!
//! Contract: the clock of the CPU is read outside of that of the wall, as it costs a system call.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// The parts timed so far, together, and what was weighed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stopwatch {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
    pub(crate) bytes: u64,
}

/// The beginning of a part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    cpu: Duration,
    wall: Instant,
}

impl Stopwatch {
    pub(crate) fn start() -> Start {
        let cpu = cpu_time();
        Start { cpu, wall: Instant::now() }
    }

    pub(crate) fn stop(&mut self, start: Start) {
        self.wall += start.wall.elapsed();
        self.cpu += cpu_time().saturating_sub(start.cpu);
    }

    pub(crate) fn weigh(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    /// Times a part without a suspension.
    pub(crate) fn time<T>(&mut self, part: impl FnOnce() -> T) -> T {
        let start = Self::start();
        let made = part();
        self.stop(start);
        made
    }
}

/// What this process has used so far, user and system, all threads.
pub(crate) fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

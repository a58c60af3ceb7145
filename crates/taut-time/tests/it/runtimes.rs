//! Futures that outlive the runtime they waited in, or go from one to another.

use std::time::Duration;

use taut::time::{Ticker, Timer, at};
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, advance};

use crate::SECOND;
use crate::support::hooks::panics;
use crate::support::{Task, parked};

fn paused() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// It waited in a runtime whose clock has come to `due`; this one has not.
fn goes_on<F: Future<Output = Instant>>(runtime: &Runtime, due: Instant, waits: &mut Task<F>) {
    runtime.block_on(async {
        assert_eq!(waits.wakes(), 1, "by the other clock");
        assert_eq!(waits.answer(), None);
        advance(due - Instant::now() - Duration::from_millis(1)).await;
        assert_eq!(waits.answer(), None);
        advance(Duration::from_millis(2)).await;
        assert_eq!(waits.answer(), Some(due));
    });
}

#[test]
fn a_wait_goes_from_runtime_to_runtime() {
    // Goal: what it waits for is due by the clock of the one that it is polled in, and it is woken there.
    for is_timer in [false, true] {
        let (one, other) = (paused(), paused());
        let due = other.block_on(async { Instant::now() }) + 60 * SECOND;
        let timer = Timer::at(due);
        let (mut pause, mut fired) = one.block_on(async {
            let waits = (parked(at(due)), parked(timer.fired()));
            advance(61 * SECOND).await;
            waits
        });
        if is_timer {
            goes_on(&other, due, &mut fired);
        } else {
            goes_on(&other, due, &mut pause);
        }
    }
}

#[test]
fn a_timer_outlives_the_runtime_in_which_it_was_awaited() {
    // Goal: a future that waited there is of no use any more, and says so; the timer is as it was.
    let (one, other) = (paused(), paused());
    let due = other.block_on(async { Instant::now() }) + 60 * SECOND;
    let timer = Timer::at(due);
    let mut stranded = one.block_on(async { parked(timer.fired()) });
    drop(one);
    other.block_on(async {
        panics("shutdown", || stranded.pending());
        drop(stranded);
        let mut waits = parked(timer.fired());
        advance(61 * SECOND).await;
        assert_eq!(waits.answer(), Some(due));
    });
}

#[test]
fn a_timer_is_waited_for_in_two_runtimes_at_once() {
    // Goal: each waits by its own clock, and one gets it.
    let timer = Timer::stopped();
    let ticker = Ticker::new(Duration::MAX).unwrap();
    std::thread::scope(|scope| {
        let wait = || {
            let runtime = Builder::new_current_thread().enable_time().build().unwrap();
            runtime.block_on(async {
                timer.fired().await;
                ticker.tick().await
            })
        };
        let threads = [scope.spawn(wait), scope.spawn(wait)];
        assert!(!timer.reset(Duration::from_millis(1)));
        while timer.deadline().is_some() {
            std::thread::yield_now();
        }
        timer.reset(Duration::from_millis(1));
        ticker.reset(Duration::from_millis(1)).unwrap();
        for thread in threads {
            thread.join().unwrap();
        }
    });
}

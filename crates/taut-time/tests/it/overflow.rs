//! Durations and instants at the end of time: never, without a panic, and in nobody's way.

use std::time::Duration;

use taut::time::{Ticker, Timer, after, at};
use tokio::time::{Instant, advance};

use crate::SECOND;
use crate::support::{parked, task};

const FAR: [Duration; 3] =
    [Duration::MAX, Duration::from_secs(u64::MAX), Duration::from_secs(1 << 63)];

/// The last instant that is `from` and some of these steps, each once.
fn furthest(from: Instant, steps: impl Iterator<Item = Duration>) -> Instant {
    steps.fold(from, |at, step| at.checked_add(step).unwrap_or(at))
}

/// The last instants that there are, the very last included.
fn last_instants() -> Vec<Instant> {
    let bits = || (0..64).rev().map(|bit| 1_u64 << bit);
    let second = furthest(Instant::now(), bits().map(Duration::from_secs));
    let last = furthest(second, bits().map(Duration::from_nanos));
    assert_eq!(last.checked_add(Duration::from_nanos(1)), None);
    [0, 1, 999_998, 999_999, 1_000_000, 1_000_001, 5_000_000_000]
        .map(|nanos| last - Duration::from_nanos(nanos))
        .to_vec()
}

#[tokio::test(start_paused = true)]
async fn tm_02_a_duration_beyond_the_end_of_time_is_never_over() {
    // Goal: Go's TestOverflowSleep; and it disturbs no other timer.
    for far in FAR {
        let (timer, ticker) = (Timer::new(far), Ticker::new(far).unwrap());
        let (mut pause, mut fired) = (parked(after(far)), parked(timer.fired()));
        let (mut tick, mut near) = (parked(ticker.tick()), parked(after(SECOND)));
        advance(SECOND).await;
        assert!(near.answer().is_some());
        advance(Duration::from_secs(1 << 33)).await;
        assert_eq!((pause.answer(), fired.answer(), tick.answer()), (None, None, None));
        assert_eq!((timer.deadline(), ticker.period()), (None, far));
        assert!(timer.stop(), "it was active");
        assert!(!timer.reset(far) && timer.reset(far) && timer.reset(SECOND));
        ticker.reset(far).unwrap();
        ticker.reset(SECOND).unwrap();
        advance(SECOND).await;
        assert!(fired.answer().is_some() && tick.answer().is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn tm_02_the_last_instants_can_be_waited_for() {
    // Goal: within a millisecond of the end Tokio's sleep panics as it rounds up.
    for last in last_instants() {
        let timer = Timer::at(last);
        let (mut pause, mut fired) = (parked(at(last)), parked(timer.fired()));
        pause.pending();
        fired.pending();
        assert_eq!(timer.deadline(), Some(last));
        assert!(timer.reset(SECOND));
        advance(SECOND).await;
        assert!(fired.answer().is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn tm_02_a_ticker_whose_next_tick_is_beyond_the_end_of_time_ticks_no_more() {
    // Goal: it has ticked before; the sum of now and its period is what overflows.
    let last = last_instants()[0];
    let period = (last - Instant::now()) / 2 + SECOND;
    let (start, ticker) = (Instant::now(), Ticker::new(period).unwrap());
    let mut step = task(advance(period));
    assert!(step.poll().is_pending(), "the clock has moved; the runtime need not follow");
    assert_eq!(ticker.try_tick(), Some(start + period));
    assert_eq!(ticker.try_tick(), None);
    task(ticker.tick()).pending();
}

//! A ticker with one who looks at it: when it ticks, and what becomes of ticks that were missed.

use std::time::Duration;

use taut::time::{Ticker, ZeroPeriod};
use tokio::time::{Instant, advance};

use crate::SECOND;
use crate::support::{now, parked};

const PERIOD: Duration = Duration::from_secs(10);

fn ticker() -> (Instant, Ticker) {
    (Instant::now(), Ticker::new(PERIOD).unwrap())
}

#[tokio::test(start_paused = true)]
async fn tm_21_the_first_tick_comes_after_one_period() {
    let (start, ticker) = ticker();
    assert_eq!((ticker.try_tick(), ticker.period()), (None, PERIOD));
    let mut first = parked(ticker.tick());
    advance(PERIOD - Duration::from_millis(1)).await;
    assert_eq!(first.answer(), None);
    advance(Duration::from_millis(1)).await;
    assert_eq!(first.answer(), Some(start + PERIOD));
}

#[tokio::test(start_paused = true)]
async fn tm_21_a_period_of_zero_is_an_error() {
    // Goal: also for a reset, which then changes nothing.
    assert_eq!(Ticker::new(Duration::ZERO).unwrap_err(), ZeroPeriod);
    let (start, ticker) = ticker();
    let mut waits = parked(ticker.tick());
    assert_eq!(ticker.reset(Duration::ZERO), Err(ZeroPeriod));
    assert_eq!((waits.wakes(), ticker.period()), (0, PERIOD));
    advance(PERIOD).await;
    assert_eq!(waits.answer(), Some(start + PERIOD));
}

#[tokio::test(start_paused = true)]
async fn tm_22_at_most_one_tick_is_pending() {
    let (_, ticker) = ticker();
    for _ in 0..3 {
        advance(7 * PERIOD + SECOND).await;
        assert!(ticker.try_tick().is_some());
        assert_eq!(ticker.try_tick(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn tm_23_the_phase_is_kept() {
    // Goal: the next tick is at the next multiple of the period, however late one was received; at a
    // multiple exactly it is the one after.
    for late in [0, 1, 9, 10, 11, 25, 30, 45, 1_000_003] {
        let (start, ticker) = ticker();
        advance(PERIOD + late * SECOND).await;
        assert_eq!(now(ticker.tick()), start + PERIOD, "{late} late");
        let next = start + PERIOD * (2 + late / 10);
        assert_eq!(ticker.tick().await, next, "{late} late");
        assert_eq!(Instant::now(), next, "it was waited for");
        assert_eq!(ticker.tick().await, next + PERIOD);
    }
}

#[tokio::test(start_paused = true)]
async fn tm_23_the_phase_is_kept_to_the_nanosecond() {
    // Goal: no drift and no rounding, for a period that divides nothing.
    let period = Duration::from_nanos(1_234_567_891);
    let (start, ticker) = (Instant::now(), Ticker::new(period).unwrap());
    let mut last = start;
    for n in 1..2000_u32 {
        advance(Duration::from_nanos(u64::from(n) * 3_333_331)).await;
        if let Some(due) = ticker.try_tick() {
            let since = due - start;
            assert_eq!(since.as_nanos() % period.as_nanos(), 0, "{since:?}");
            assert!(due > last && due <= Instant::now());
            last = due;
        }
    }
    assert!(last > start);
}

#[tokio::test(start_paused = true)]
async fn tm_24_the_tick_that_is_kept_is_the_oldest_that_was_missed() {
    // Goal: Go's two runs: at 55 it gives 10, and at 110, of 60 to 110, the first.
    let (start, ticker) = ticker();
    advance(Duration::from_secs(55)).await;
    assert_eq!(ticker.try_tick(), Some(start + PERIOD));
    advance(Duration::from_secs(55)).await;
    assert_eq!(ticker.try_tick(), Some(start + 6 * PERIOD));
    assert_eq!(ticker.try_tick(), None);
}

#[tokio::test(start_paused = true)]
async fn tm_24_who_waits_late_gets_the_oldest_too() {
    // Goal: woken at 10 and polled at 55: as if it had not waited.
    let (start, ticker) = ticker();
    let mut waits = parked(ticker.tick());
    advance(Duration::from_secs(55)).await;
    assert_eq!(waits.answer(), Some(start + PERIOD));
    assert_eq!(ticker.tick().await, start + 6 * PERIOD);
}

#[tokio::test(start_paused = true)]
async fn tm_25_a_ticker_that_was_stopped_is_silent_until_it_is_reset() {
    // Goal: a tick that was pending is gone; who waits gets that of the next setting.
    let (_, ticker) = ticker();
    advance(PERIOD).await;
    ticker.stop();
    assert_eq!((ticker.try_tick(), ticker.period()), (None, PERIOD));
    let mut waits = parked(ticker.tick());
    ticker.stop();
    advance(100 * PERIOD).await;
    assert_eq!((waits.answer(), ticker.try_tick()), (None, None));
    ticker.reset(SECOND).unwrap();
    advance(SECOND).await;
    assert_eq!(waits.answer(), Some(Instant::now()));
}

#[tokio::test(start_paused = true)]
async fn tm_26_a_reset_starts_anew() {
    // Goal: what is pending is discarded; phase and period count from the reset. Waited for or not;
    // shorter, longer and the same.
    for seconds in [3, 10, 47] {
        for waited in [false, true] {
            let (_, ticker) = ticker();
            advance(PERIOD + SECOND).await;
            assert_eq!(ticker.reset(seconds * SECOND), Ok(()));
            let (restart, period) = (Instant::now(), ticker.period());
            assert_eq!((ticker.try_tick(), period), (None, seconds * SECOND));
            let mut waits = waited.then(|| parked(ticker.tick()));
            advance(period).await;
            let got = match &mut waits {
                Some(waits) => waits.answer(),
                None => ticker.try_tick(),
            };
            assert_eq!(got, Some(restart + period));
            assert_eq!(ticker.tick().await, restart + 2 * period);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn tm_26_a_reset_to_a_shorter_period_is_heard_by_who_waits() {
    // Goal: it looks again at once, and is woken at the new time.
    let (start, ticker) = ticker();
    let mut waits = parked(ticker.tick());
    advance(SECOND).await;
    ticker.reset(2 * SECOND).unwrap();
    assert_eq!((waits.wakes(), waits.answer()), (1, None));
    advance(2 * SECOND).await;
    assert_eq!((waits.wakes(), waits.answer()), (2, Some(start + 3 * SECOND)));
}

#[tokio::test(start_paused = true)]
async fn an_error_says_what_is_wrong() {
    let error: Box<dyn std::error::Error> = Box::new(ZeroPeriod);
    assert_eq!(error.to_string(), "the period of a ticker is zero");
}

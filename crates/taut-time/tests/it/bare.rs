//! Without a runtime: all but waiting for an instant. Miri runs this too.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use taut::select;
use taut::select::first;
use taut::time::{Ticker, Timer, after, at};
use tokio::time::Instant;

use crate::SECOND;
use crate::support::hooks::{bomb, panics};
use crate::support::{MANY, Program, ROUNDS, now, parked, race, task};

/// Far enough.
const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn tm_30_a_timer_that_nobody_awaits_needs_no_runtime() {
    // Goal: DD-03: it is registered nowhere, so it can keep nothing alive.
    let (timer, ticker) = (Timer::new(HOUR), Ticker::new(HOUR).unwrap());
    assert_eq!((timer.try_fired(), ticker.try_tick()), (None, None));
    assert!(timer.reset(2 * HOUR) && timer.stop() && !timer.stop());
    assert!(!timer.reset(Duration::ZERO));
    assert!(timer.try_fired().is_some());
    ticker.stop();
    ticker.reset(SECOND).unwrap();
}

#[test]
fn g_15_what_is_due_at_its_first_poll_needs_no_runtime() {
    let start = Instant::now();
    assert_eq!((now(at(start)), now(Timer::at(start).fired())), (start, start));
    assert!(now(after(Duration::ZERO)) >= start);
    let ticker = Ticker::new(Duration::from_nanos(1)).unwrap();
    while Instant::now() < start + Duration::from_nanos(1) {}
    assert!(now(ticker.tick()) > start);
}

#[test]
fn g_15_what_must_wait_for_an_instant_says_what_is_missing() {
    // Goal: and leaves the timer, and those who wait for it, as they were.
    let (timer, ticker) = (Timer::stopped(), Ticker::new(HOUR).unwrap());
    let mut other = parked(timer.fired());
    timer.reset(HOUR);
    panics("no reactor running", || task(timer.fired()).pending());
    panics("no reactor running", || task(ticker.tick()).pending());
    panics("no reactor running", || task(after(HOUR)).pending());
    assert!(timer.reset(Duration::ZERO));
    assert_eq!(other.wakes(), 1);
    assert!(other.answer().is_some());
}

#[test]
fn g_15_a_select_with_a_default_needs_no_runtime() {
    // Goal: it does not come to wait.
    let (timer, ticker) = (Timer::new(HOUR), Ticker::new(HOUR).unwrap());
    let is_default = now(async {
        select! {
            _ = timer.fired() => false,
            _ = ticker.tick() => false,
            _ = after(HOUR) => false,
            default => true,
        }
    });
    assert!(is_default);
    panics("no reactor running", || task(first((timer.fired(), ticker.tick()))).pending());
    assert!(timer.stop());
}

#[test]
fn waiting_for_a_change_needs_no_runtime() {
    // Goal: stopped, or set further than time goes: there is no instant to wait for.
    for timer in [Timer::stopped(), Timer::new(Duration::MAX)] {
        let mut waiters: Vec<_> = (0..MANY).map(|_| parked(timer.fired())).collect();
        timer.reset_at(Instant::now());
        assert!(waiters.iter().all(|waits| waits.wakes() == 1));
        let got = waiters.iter_mut().filter_map(crate::support::Task::answer).count();
        assert_eq!((got, timer.stop()), (1, false));
    }
    let ticker = Ticker::new(Duration::MAX).unwrap();
    let mut waits = parked(ticker.tick());
    ticker.stop();
    assert_eq!(waits.answer(), None);
    ticker.reset(Duration::MAX).unwrap();
    assert_eq!((waits.wakes(), waits.answer()), (2, None));
    parked(after(Duration::MAX)).pending();
}

#[test]
fn a_waker_that_panics_takes_no_wake_from_the_others() {
    // Goal: the timer is set, and all who wait are woken, whoever is first in line.
    let timer = Timer::stopped();
    let mut first = task(timer.fired());
    assert!(first.poll_with(&bomb()).is_pending());
    let mut others: Vec<_> = (0..MANY).map(|_| parked(timer.fired())).collect();
    panics("a waker panics", || _ = timer.reset(Duration::ZERO));
    assert!(others.iter().all(|waits| waits.wakes() == 1));
    assert!(others[0].answer().is_some());
}

#[test]
fn a_future_that_is_over_refuses_to_be_polled() {
    let timer = Timer::new(Duration::ZERO);
    let mut fired = task(timer.fired());
    assert!(fired.poll().is_ready());
    timer.reset(Duration::ZERO);
    panics("polled after completion", || assert!(fired.poll().is_ready()));
    assert!(timer.stop(), "and takes nothing");
    let mut pause = task(after(Duration::ZERO));
    assert!(pause.poll().is_ready());
    assert!(catch_unwind(AssertUnwindSafe(|| pause.poll())).is_err());
}

#[test]
fn tm_14_threads_that_look_at_one_expiry_get_it_once() {
    for _ in 0..ROUNDS {
        let timer = Timer::new(Duration::ZERO);
        let look = || -> Program<'_, bool> { Box::new(|| timer.try_fired().is_some()) };
        let got = race(vec![look(), look(), look()]);
        assert_eq!(got.into_iter().filter(|got| *got).count(), 1);
    }
}

#[test]
fn tm_12_a_stop_and_a_receive_at_the_same_time_agree() {
    // Goal: TestStopResult, TestResetResult: exactly one of the two has it.
    for is_reset in [false, true] {
        for _ in 0..ROUNDS {
            let timer = Timer::new(Duration::ZERO);
            let got = race(vec![
                Box::new(|| timer.try_fired().is_some()) as Program<'_, bool>,
                Box::new(|| if is_reset { timer.reset(HOUR) } else { timer.stop() }),
            ]);
            assert_ne!(got[0], got[1]);
            assert_eq!(timer.try_fired(), None);
        }
    }
}

#[test]
fn hb_18_what_comes_before_the_reset_happens_before_the_receive() {
    // Goal: and it is received at once, though the clock was read before it was set: no runtime here.
    for _ in 0..ROUNDS {
        let (timer, note) = (Timer::stopped(), AtomicU64::new(0));
        race(vec![
            Box::new(|| {
                note.store(1, Ordering::Relaxed);
                assert!(!timer.reset(Duration::ZERO));
            }) as Program<'_, ()>,
            Box::new(|| {
                let mut waits = task(timer.fired());
                while waits.poll() == Poll::Pending {
                    std::thread::yield_now();
                }
                assert_eq!(note.load(Ordering::Relaxed), 1);
            }),
        ]);
    }
}

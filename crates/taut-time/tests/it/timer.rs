//! A timer with one who looks at it: when it expires, and what `stop` and `reset` say.

use std::time::Duration;

use taut::time::Timer;
use tokio::time::{Instant, advance};

use crate::SECOND;
use crate::support::{now, parked, task};

/// What a timer may have gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Past {
    Running,
    Expired,
    Received,
    Stopped,
    Never,
}

const PASTS: [Past; 5] = [Past::Running, Past::Expired, Past::Received, Past::Stopped, Past::Never];

impl Past {
    /// A timer that went through it. `waited`: and somebody waited for it, up to now.
    async fn timer(self) -> Timer {
        let timer = Timer::new(SECOND);
        match self {
            Self::Running => {}
            Self::Expired => advance(2 * SECOND).await,
            Self::Received => {
                advance(2 * SECOND).await;
                assert!(timer.try_fired().is_some());
            }
            Self::Stopped => assert!(timer.stop()),
            Self::Never => assert!(timer.reset(Duration::MAX)),
        }
        timer
    }

    /// Whether the timer is active: what `stop` and `reset` are to say.
    const fn is_active(self) -> bool {
        matches!(self, Self::Running | Self::Expired | Self::Never)
    }
}

#[tokio::test(start_paused = true)]
async fn tm_03_a_timer_gives_one_instant_after_its_time() {
    let start = Instant::now();
    let timer = Timer::new(SECOND);
    assert_eq!((timer.try_fired(), timer.deadline()), (None, Some(start + SECOND)));
    let mut waits = parked(timer.fired());
    advance(SECOND).await;
    assert_eq!((waits.wakes(), waits.ready()), (1, start + SECOND));
    assert_eq!((timer.try_fired(), timer.deadline()), (None, None));
    let mut again = parked(timer.fired());
    advance(100 * SECOND).await;
    again.pending();
    assert_eq!(again.wakes(), 0);
}

#[tokio::test(start_paused = true)]
async fn tm_06_a_timer_gives_the_instant_at_which_it_was_due() {
    let start = Instant::now();
    let timer = Timer::new(SECOND);
    advance(7 * SECOND).await;
    assert_eq!(timer.deadline(), Some(start + SECOND), "not received yet");
    assert_eq!(now(timer.fired()), start + SECOND);
    timer.reset_at(start);
    assert_eq!(timer.try_fired(), Some(start));
}

#[tokio::test(start_paused = true)]
async fn tm_07_nothing_is_received_after_a_stop() {
    // Goal: whatever it went through, and whoever waits.
    for past in PASTS {
        let timer = past.timer().await;
        let mut waits = (past != Past::Expired).then(|| parked(timer.fired()));
        timer.stop();
        advance(3 * SECOND).await;
        assert_eq!((timer.try_fired(), timer.deadline()), (None, None), "{past:?}");
        task(timer.fired()).pending();
        if let Some(waits) = &mut waits {
            waits.pending();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn tm_08_stop_says_whether_it_prevented_it() {
    // Goal: expired and not received counts as prevented.
    for past in PASTS {
        let timer = past.timer().await;
        assert_eq!(timer.stop(), past.is_active(), "{past:?}");
        assert!(!timer.stop(), "{past:?}: once");
    }
}

#[tokio::test(start_paused = true)]
async fn tm_09_a_stop_ends_nothing() {
    // Goal: who waits goes on, and gets what comes after the next reset.
    let timer = Timer::new(SECOND);
    let mut waits = parked(timer.fired());
    assert!(timer.stop());
    advance(10 * SECOND).await;
    assert_eq!(waits.answer(), None);
    assert!(!timer.reset(SECOND));
    assert_eq!(waits.answer(), None);
    advance(SECOND).await;
    assert_eq!(waits.answer(), Some(Instant::now()));
}

#[tokio::test(start_paused = true)]
async fn tm_10_reset_says_whether_it_was_active_and_nothing_of_before_is_received() {
    for past in PASTS {
        for is_at in [false, true] {
            let timer = past.timer().await;
            let due = Instant::now() + 5 * SECOND;
            let was_active = if is_at { timer.reset_at(due) } else { timer.reset(5 * SECOND) };
            assert_eq!(was_active, past.is_active(), "{past:?}");
            assert_eq!((timer.try_fired(), timer.deadline()), (None, Some(due)), "{past:?}");
            let mut waits = parked(timer.fired());
            advance(4 * SECOND).await;
            waits.pending();
            advance(SECOND).await;
            assert_eq!(waits.answer(), Some(due), "{past:?}");
            assert_eq!(timer.try_fired(), None, "{past:?}: once");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn tm_11_reset_arms_a_timer_that_was_stopped_or_received() {
    let timer = Timer::stopped();
    for past in [Past::Stopped, Past::Received, Past::Stopped] {
        assert!(!timer.reset(SECOND), "{past:?}");
        if past == Past::Stopped {
            assert!(timer.stop());
        } else {
            timer.fired().await;
        }
    }
    assert!(!timer.reset(Duration::ZERO));
    assert_eq!(timer.try_fired(), Some(Instant::now()));
}

#[tokio::test(start_paused = true)]
async fn tm_31_a_timer_that_is_moved_is_received_at_its_new_time() {
    // Goal: earlier or later, once or often, by who waits already; the last setting holds.
    let start = Instant::now();
    for (from, to) in [(60, 1), (1, 60), (60, 0), (5, 5)] {
        let timer = Timer::new(from * SECOND);
        let mut waits = parked(timer.fired());
        for seconds in [100, 3, 50, to] {
            assert!(timer.reset(seconds * SECOND));
            // It looks again, or it does not: both must do.
            if seconds != 50 {
                assert_eq!(waits.answer().is_some(), seconds == 0);
            }
        }
        if to == 0 {
            continue;
        }
        let due = Instant::now() + to * SECOND;
        advance(to * SECOND - Duration::from_millis(1)).await;
        assert_eq!(waits.answer(), None, "from {from} to {to}");
        advance(Duration::from_millis(1)).await;
        assert_eq!(waits.answer(), Some(due), "from {from} to {to}");
    }
    assert_eq!(Instant::now(), start + 66 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_future_of_a_timer_can_be_polled_with_another_waker_each_time() {
    // Goal: by its time, or by a change and then its time, the last waker is woken and no other.
    for is_moved in [false, true] {
        let timer = Timer::new(SECOND);
        let mut waits = task(timer.fired());
        let early = crate::support::Wakes::new();
        assert!(waits.poll_with(&early.clone().into()).is_pending());
        waits.pending();
        if is_moved {
            timer.reset(Duration::ZERO);
        }
        advance(SECOND).await;
        assert_eq!((early.count(), waits.wakes()), (0, if is_moved { 2 } else { 1 }));
        assert!(waits.answer().is_some());
    }
}

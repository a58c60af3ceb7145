//! The alarm: the end of time, and clocks of other runtimes.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use taut_core::time::{Alarm, Instant, timer};
use tokio::time::advance;

/// The last instant that there is.
fn last() -> Instant {
    let bits = || (0..64).rev().map(|bit| 1_u64 << bit);
    let steps = bits().map(Duration::from_secs).chain(bits().map(Duration::from_nanos));
    steps.fold(Instant::now(), |at, step| at.checked_add(step).unwrap_or(at))
}

#[tokio::test(start_paused = true)]
async fn the_last_instants_never_come() {
    // Goal: Tokio rounds up to a millisecond, and panics where that is no instant.
    let mut cx = Context::from_waker(Waker::noop());
    for nanos in [0, 1, 999_999, 1_000_000, 1_000_001] {
        let at = last() - Duration::from_nanos(nanos);
        let mut alarm = pin!(Alarm::unset());
        assert!(alarm.as_mut().poll_passed(at, &mut cx).is_pending(), "{nanos}");
    }
    assert!(timer(last()).is_none());
}

#[tokio::test(start_paused = true)]
async fn an_alarm_can_be_aimed_again_and_silenced() {
    let start = Instant::now();
    let second = Duration::from_secs(1);
    let mut cx = Context::from_waker(Waker::noop());
    let mut alarm = pin!(Alarm::unset());
    assert!(alarm.as_mut().poll_passed(start + 5 * second, &mut cx).is_pending());
    assert!(alarm.as_mut().poll_passed(start + second, &mut cx).is_pending());
    advance(second).await;
    assert_eq!(alarm.as_mut().poll_passed(start + second, &mut cx), Poll::Ready(()));
    assert!(alarm.as_mut().poll_passed(start + 2 * second, &mut cx).is_pending());
    alarm.as_mut().silence();
    assert_eq!(format!("{alarm:?}"), "Alarm(None)");
}

#[test]
fn an_alarm_of_a_runtime_whose_clock_is_ahead_is_set_again() {
    let paused = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_time().start_paused(true).build().unwrap()
    };
    let (ahead, behind) = (paused(), paused());
    let at = behind.block_on(async { Instant::now() }) + Duration::from_secs(1);
    let mut alarm = pin!(Alarm::unset());
    ahead.block_on(async {
        let mut cx = Context::from_waker(Waker::noop());
        assert!(alarm.as_mut().poll_passed(at, &mut cx).is_pending());
        advance(Duration::from_secs(60)).await;
    });
    behind.block_on(async {
        poll_fn(|cx| alarm.as_mut().poll_passed(at, cx)).await;
        assert!(Instant::now() >= at);
    });
}

//! One wait: when it is over, what it gives, and in which order several are.

use std::sync::Mutex;
use std::task::Waker;
use std::time::Duration;

use taut::time::{after, at};
use tokio::time::{Instant, advance};

use crate::SECOND;
use crate::support::{Wakes, now, parked, task};

#[tokio::test(start_paused = true)]
async fn tm_01_a_pause_is_as_long_as_asked_for_and_zero_is_none() {
    let start = Instant::now();
    let _at_once = now(after(Duration::ZERO));
    assert_eq!(after(SECOND).await, start + SECOND);
    assert_eq!(Instant::now(), start + SECOND, "no longer either, on this clock");
    let mut pause = parked(after(SECOND));
    advance(SECOND - Duration::from_nanos(1)).await;
    pause.pending();
    advance(Duration::from_nanos(1)).await;
    assert_eq!(pause.ready(), start + 2 * SECOND, "looked at, it is over to the nanosecond");
}

#[tokio::test(start_paused = true)]
async fn tm_04_it_is_counted_from_the_call() {
    // Goal: as Go's, which makes the timer at once; polled later it has the rest to wait.
    let start = Instant::now();
    let pause = after(3 * SECOND);
    assert_eq!(pause.deadline(), Some(start + 3 * SECOND));
    advance(2 * SECOND).await;
    let mut pause = parked(pause);
    advance(SECOND).await;
    assert_eq!((pause.wakes(), pause.ready()), (1, start + 3 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn tm_06_it_gives_the_instant_at_which_it_was_due() {
    // Goal: not that at which it is received; whether it was polled before or not.
    let start = Instant::now();
    let (mut waited, mut fresh) = (parked(after(SECOND)), task(at(start + SECOND)));
    advance(5 * SECOND).await;
    assert_eq!((waited.ready(), fresh.ready()), (start + SECOND, start + SECOND));
    assert_eq!(at(start).await, start, "however long ago");
}

#[tokio::test(start_paused = true)]
async fn tm_13_zero_is_never_missed() {
    // Goal: at the first poll, without a wake; a timer, too, again and again.
    for _ in 0..1000 {
        assert_eq!(now(after(Duration::ZERO)), Instant::now());
        assert_eq!(now(taut::time::Timer::new(Duration::ZERO).fired()), Instant::now());
    }
}

#[tokio::test(start_paused = true)]
async fn tm_18_of_16_they_are_over_in_the_order_of_their_deadlines() {
    let order = Mutex::new(Vec::new());
    let wait = async |n: u32| {
        after(n * SECOND).await;
        order.lock().unwrap().push(n);
    };
    tokio::join!(wait(5), wait(1), wait(4), wait(2), wait(3));
    assert_eq!(*order.lock().unwrap(), [1, 2, 3, 4, 5]);
}

#[tokio::test(start_paused = true)]
async fn tm_20_what_is_dropped_or_over_wakes_nobody() {
    // Goal: dropped while it waits; or over, and kept. Over by a look at the clock, since a wake was not
    // waited for.
    let (dropped, kept) = (Wakes::new(), Wakes::new());
    let (mut first, mut second) = (task(after(SECOND)), task(after(SECOND)));
    assert!(first.poll_with(&Waker::from(dropped.clone())).is_pending());
    assert!(second.poll_with(&Waker::from(kept.clone())).is_pending());
    drop(first);
    // Not awaited: the clock goes on, and the runtime has not looked yet.
    let mut step = task(advance(2 * SECOND));
    assert!(step.poll().is_pending() && second.poll().is_ready());
    tokio::task::yield_now().await;
    assert_eq!((dropped.count(), kept.count(), second.wakes()), (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn tm_29_a_deadline_is_an_instant_of_a_monotonic_clock() {
    // Goal: by type. What is set for an instant is due exactly then, whatever happens in between.
    let due: Instant = Instant::now() + SECOND;
    let pause = at(due);
    assert_eq!((pause.deadline(), pause.await), (Some(due), due));
}

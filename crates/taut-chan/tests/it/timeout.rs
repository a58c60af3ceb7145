//! Waiting for at most a time, on Tokio's clock, which is paused here.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Poll, Waker};
use std::time::Duration;

use taut_chan::{RecvTimeoutError, SendTimeoutError, TryRecvError};
use tokio::time::{Instant, advance};

use crate::support::hooks::{Event, hooked, panics};
use crate::support::{CAPACITIES, Census, FINITE, channel, drain, full, now, parked, task};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_timeout_passes_at_its_time_and_gives_the_value_back() {
    for &capacity in FINITE {
        let census = Census::default();
        let (tx, rx) = taut_chan::bounded(capacity);
        for n in 0..capacity as u64 {
            assert!(tx.try_send(census.value(n)).is_ok());
        }
        let start = Instant::now();
        let error = tx.send_timeout(census.value(100), SECOND).await.unwrap_err();
        assert_eq!((start.elapsed(), error.is_timeout()), (SECOND, true), "{capacity}");
        assert!(error.into_inner() == 100);
        let error = tx.send_deadline(census.value(100), start + 2 * SECOND).await.unwrap_err();
        assert_eq!((start.elapsed(), error.is_timeout()), (2 * SECOND, true));
        drop(error);
        assert_eq!(census.alive(), capacity);
        drop(drain(&rx));
        let start = Instant::now();
        assert_eq!(rx.recv_timeout(SECOND).await.unwrap_err(), RecvTimeoutError::Timeout);
        assert_eq!(start.elapsed(), SECOND);
        assert!(rx.recv_deadline(start + 2 * SECOND).await.is_err_and(|e| e.is_timeout()));
        assert_eq!(start.elapsed(), 2 * SECOND);
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_that_passed_leaves_no_trace() {
    // Goal: CH-24: nobody is in line any more, and the next has moved up.
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let mut first = parked(tx.send_timeout(100, SECOND));
        let mut second = parked(tx.send(101));
        advance(SECOND).await;
        assert_eq!(first.ready(), Err(SendTimeoutError::Timeout(100)));
        let expected: Vec<u64> = (0..capacity as u64).chain([101]).collect();
        assert_eq!(drain(&rx), expected, "{capacity}");
        assert_eq!(second.ready(), Ok(()));
        let mut first = parked(rx.recv_timeout(SECOND));
        let mut second = parked(rx.recv());
        advance(SECOND).await;
        assert_eq!(first.ready(), Err(RecvTimeoutError::Timeout));
        assert_eq!(tx.try_send(1), Ok(()));
        assert_eq!((second.ready(), rx.len()), (Ok(1), 0));
    }
}

#[tokio::test(start_paused = true)]
async fn h_09_a_timeout_that_passes_with_the_commit_reports_the_commit() {
    // Goal: the value was taken, so it was sent; the value was handed over, so it is received; even if
    // the time had passed before, as long as it was not looked at.
    for &capacity in FINITE {
        for time_first in [false, true] {
            let (tx, rx) = full(capacity);
            let mut send = parked(tx.send_timeout(100, SECOND));
            if time_first {
                advance(2 * SECOND).await;
                assert_eq!(send.wakes(), 1);
            }
            assert!(rx.try_recv().is_ok());
            if !time_first {
                advance(2 * SECOND).await;
            }
            assert_eq!(send.ready(), Ok(()), "{capacity}");
            drop(drain(&rx));

            let mut receive = parked(rx.recv_timeout(SECOND));
            if time_first {
                advance(2 * SECOND).await;
                assert_eq!(receive.wakes(), 1);
            }
            assert_eq!(tx.try_send(7), Ok(()));
            if !time_first {
                advance(2 * SECOND).await;
            }
            assert_eq!(receive.ready(), Ok(7), "{capacity}");
        }
    }
}

/// A waker that calls `hook` when it is cloned for the second time: the first is for the channel, the
/// second for the timer, which is looked at after the channel.
fn between_channel_and_timer(hook: impl Fn() + Send + Sync + 'static) -> Waker {
    let clones = AtomicUsize::new(0);
    hooked(move |event| {
        if event == Event::Clone && clones.fetch_add(1, Ordering::SeqCst) == 1 {
            hook();
        }
    })
}

#[tokio::test(start_paused = true)]
async fn h_09_a_commit_between_the_last_look_and_the_time_is_reported() {
    // Goal: the operation is withdrawn when the time has passed, and that decides: what was committed a
    // moment before, after the channel was looked at, is the result. Method: a waker that commits when
    // the timer takes its copy.
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let mut send = parked(tx.send_timeout(100, SECOND));
        advance(2 * SECOND).await;
        let other = Mutex::new(Some(rx.clone()));
        let waker = between_channel_and_timer(move || {
            let rx = other.lock().unwrap().take().unwrap();
            assert!(rx.try_recv().is_ok());
        });
        assert_eq!(send.poll_with(&waker), Poll::Ready(Ok(())), "{capacity}");
        drop(drain(&rx));

        let mut receive = parked(rx.recv_timeout(SECOND));
        advance(2 * SECOND).await;
        let other = Mutex::new(Some(tx.clone()));
        let waker = between_channel_and_timer(move || {
            let tx = other.lock().unwrap().take().unwrap();
            assert_eq!(tx.try_send(7), Ok(()));
        });
        assert_eq!(receive.poll_with(&waker), Poll::Ready(Ok(7)), "{capacity}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_close_that_comes_with_the_time_is_reported() {
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let mut send = parked(tx.send_timeout(100, SECOND));
        advance(2 * SECOND).await;
        assert!(rx.close());
        assert_eq!(send.ready(), Err(SendTimeoutError::Closed(100)), "{capacity}");
        drop(drain(&rx));
        assert_eq!(rx.recv_timeout(SECOND).await, Err(RecvTimeoutError::Closed));
        assert_eq!(tx.send_timeout(1, SECOND).await, Err(SendTimeoutError::Closed(1)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_time_that_never_comes_does_not_overflow() {
    // Goal: `Duration::MAX` waits like no timeout at all.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let mut receive = parked(rx.recv_timeout(Duration::MAX));
        advance(1_000_000 * SECOND).await;
        receive.pending();
        assert_eq!(now(tx.send_timeout(1, Duration::MAX)), Ok(()));
        assert_eq!((receive.wakes(), receive.ready()), (1, Ok(1)), "{capacity:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_time_at_all_is_enough_for_what_is_ready() {
    // Goal: zero, and a deadline in the past; and not ready is `Timeout` at once.
    let past = Instant::now();
    advance(SECOND).await;
    for capacity in CAPACITIES.into_iter().filter(|capacity| *capacity != Some(0)) {
        let (tx, rx) = channel(capacity);
        assert_eq!(now(tx.send_timeout(1, Duration::ZERO)), Ok(()));
        assert_eq!(now(rx.recv_timeout(Duration::ZERO)), Ok(1));
        assert_eq!(now(tx.send_deadline(2, past)), Ok(()));
        assert_eq!(now(rx.recv_deadline(past)), Ok(2), "{capacity:?}");
        assert_eq!(now(rx.recv_deadline(past)), Err(RecvTimeoutError::Timeout));
        assert_eq!(rx.recv_timeout(Duration::ZERO).await, Err(RecvTimeoutError::Timeout));
    }
    let (tx, _rx) = taut_chan::rendezvous();
    assert_eq!(now(tx.send_deadline(1, past)), Err(SendTimeoutError::Timeout(1)));
}

#[tokio::test(start_paused = true)]
async fn what_is_ready_does_not_time_out_because_the_task_has_done_much() {
    // Goal: when the budget is used up and the time has passed too, the channel is still looked at: a
    // timeout says that there was nothing to be had.
    for capacity in CAPACITIES.into_iter().filter(|capacity| *capacity != Some(0)) {
        let (tx, rx) = channel(capacity);
        for n in 0..10_000 {
            assert_eq!(tx.send_timeout(n, Duration::ZERO).await, Ok(()), "{capacity:?}");
            assert_eq!(rx.recv_timeout(Duration::ZERO).await, Ok(n), "{capacity:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn h_08_a_timed_receive_that_is_dropped_gives_back() {
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let receive = parked(rx.recv_timeout(SECOND));
        assert_eq!(tx.try_send(1), Ok(()));
        advance(2 * SECOND).await;
        drop(receive);
        assert_eq!((rx.len(), rx.try_recv()), (1, Ok(1)), "{capacity:?}");
        assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    }
}

#[tokio::test(start_paused = true)]
async fn of_03_timed_operations_stand_in_the_same_line() {
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let mut first = parked(tx.send_timeout(100, SECOND));
        let mut second = parked(tx.send(101));
        let mut third = parked(tx.send_deadline(102, Instant::now() + SECOND));
        let expected: Vec<u64> = (0..capacity as u64).chain([100, 101, 102]).collect();
        assert_eq!(drain(&rx), expected, "{capacity}");
        assert_eq!((first.ready(), second.ready(), third.ready()), (Ok(()), Ok(()), Ok(())));
    }
}

#[test]
fn what_is_ready_needs_no_runtime() {
    // Goal: G-15: and what must wait says what is missing, without losing its place's neighbours.
    let (tx, rx) = taut_chan::bounded(1);
    assert_eq!(now(tx.send_timeout(1, SECOND)), Ok(()));
    panics("no reactor running", || assert!(task(tx.send_timeout(2, SECOND)).poll().is_ready()));
    assert_eq!(now(rx.recv_timeout(SECOND)), Ok(1));
    assert_eq!((rx.try_recv(), tx.try_send(3)), (Err(TryRecvError::Empty), Ok(())));
    drop(drain(&rx));
    panics("no reactor running", || assert!(task(rx.recv_timeout(SECOND)).poll().is_ready()));
    assert_eq!((tx.try_send(4), rx.try_recv()), (Ok(()), Ok(4)));
}

//! Operations with a limit of their own are arms like any other: whoever comes along commits them, and
//! one that loses has had no effect. The clock is paused.

use std::time::Duration;

use taut::chan::{self, RecvTimeoutError, SendTimeoutError, TryRecvError};
use taut::select::{Select, select};
use tokio::time::{Instant, advance};

use crate::support::{CAPACITIES, FINITE, assert_deserted, channel, drain, full, now, parked};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn se_07_a_send_with_a_limit_that_was_taken_has_won() {
    // Goal: what was received was sent, and no other arm wins, whatever comes before the task runs.
    for &capacity in FINITE {
        let ((tx, rx), (stop, stopped)) = (full(capacity), chan::bounded::<()>(1));
        let mut select = parked(async {
            select! {
                biased;
                _ = stopped.recv() => None,
                sent = tx.send_timeout(100, SECOND) => Some(sent),
            }
        });
        let received = drain(&rx);
        assert_eq!(received.last(), Some(&100), "{capacity}");
        stop.try_send(()).unwrap();
        assert_eq!((select.wakes(), select.ready()), (1, Some(Ok(()))), "{capacity}");
        drop(select);
        assert_eq!(stopped.len(), 1, "the arm that lost has taken nothing");
    }
}

#[tokio::test(start_paused = true)]
async fn se_06_a_send_with_a_limit_that_lost_was_not_sent() {
    for &capacity in FINITE {
        let ((tx, rx), (stop, stopped)) = (full(capacity), chan::bounded::<()>(1));
        let mut select = parked(async {
            select! {
                _ = stopped.recv() => "stop",
                sent = tx.send_timeout(100, SECOND) => unreachable!("{sent:?}"),
            }
        });
        stop.try_send(()).unwrap();
        let received = drain(&rx);
        assert_eq!(received.len(), capacity, "without the value of the arm that lost");
        assert_eq!(select.ready(), "stop");
        advance(SECOND).await;
        assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    }
}

#[tokio::test(start_paused = true)]
async fn se_07_a_receive_with_a_limit_is_decided_by_who_comes_first() {
    for capacity in CAPACITIES {
        for value_first in [true, false] {
            let ((tx, rx), (stop, stopped)) = (channel(capacity), chan::bounded::<()>(1));
            let mut select = parked(async {
                select! {
                    biased;
                    _ = stopped.recv() => None,
                    got = rx.recv_timeout(SECOND) => Some(got),
                }
            });
            let send = || assert!(tx.try_send(7).is_ok() || !value_first);
            match value_first {
                true => (send(), stop.try_send(()).unwrap()),
                false => (stop.try_send(()).unwrap(), send()),
            };
            let expected = value_first.then_some(Ok(7));
            assert_eq!(select.ready(), expected, "{capacity:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_passes_wins_and_the_value_comes_back() {
    let ((tx, rx), (_stop, stopped)) = (chan::rendezvous::<u64>(), chan::rendezvous::<()>());
    let start = Instant::now();
    let sent = select! {
        _ = stopped.recv() => unreachable!("nobody sends"),
        sent = tx.send_timeout(7, SECOND) => sent,
    };
    assert_eq!((sent, start.elapsed()), (Err(SendTimeoutError::Timeout(7)), SECOND));
    let got = select! {
        _ = stopped.recv() => unreachable!("nobody sends"),
        got = rx.recv_timeout(SECOND) => got,
    };
    assert_eq!((got, start.elapsed()), (Err(RecvTimeoutError::Timeout), 2 * SECOND));
    assert_deserted(&tx, &rx);
    let at_once = select! { got = rx.recv_timeout(Duration::ZERO) => got };
    assert_eq!(at_once, Err(RecvTimeoutError::Timeout));
}

#[tokio::test(start_paused = true)]
async fn a_value_that_was_taken_before_the_limit_passed_was_sent() {
    // Goal: the limit is looked at when the task runs; what was decided by then stands.
    let ((tx, rx), (_stop, stopped)) = (chan::rendezvous(), chan::rendezvous::<()>());
    let mut select = parked(async {
        select! {
            _ = stopped.recv() => unreachable!("nobody sends"),
            sent = tx.send_timeout(7, SECOND) => sent,
        }
    });
    assert_eq!(rx.try_recv(), Ok(7));
    advance(2 * SECOND).await;
    assert_eq!(select.ready(), Ok(()));
}

#[tokio::test]
async fn se_05_a_default_beside_a_limit_goes_by_the_operation() {
    let (tx, rx) = chan::bounded(1);
    for n in 0..5000 {
        tx.try_send(n).unwrap();
        let got = select! { got = rx.recv_timeout(SECOND) => got.ok(), default => None };
        assert_eq!(got, Some(n));
        let none = select! { got = rx.recv_timeout(SECOND) => got.ok(), default => None };
        assert_eq!(none, None);
    }
}

#[tokio::test(start_paused = true)]
async fn h_01_of_two_selects_that_face_each_other_one_pair_of_arms_commits() {
    let ((tx_a, rx_a), (tx_b, rx_b)) = (chan::rendezvous(), chan::rendezvous());
    let mut waiting = parked(async {
        select! {
            sent = tx_a.send_timeout(1, SECOND) => sent.map(|()| 0).ok(),
            got = rx_b.recv_timeout(SECOND) => got.ok(),
        }
    });
    let came = now(async {
        select! {
            got = rx_a.recv_timeout(SECOND) => got.ok(),
            sent = tx_b.send_timeout(2, SECOND) => sent.map(|()| 0).ok(),
        }
    });
    let outcomes = (waiting.ready(), came);
    assert!([(Some(0), Some(1)), (Some(2), Some(0))].contains(&outcomes), "{outcomes:?}");
    drop(waiting);
    assert_deserted(&tx_a, &rx_a);
    assert_deserted(&tx_b, &rx_b);
}

#[tokio::test(start_paused = true)]
async fn rs_01_limits_of_arms_that_are_kept_go_on() {
    let ((tx, rx), start) = (chan::rendezvous(), Instant::now());
    let mut arms = Select::new();
    for seconds in [3, 1, 2] {
        arms.add(seconds, rx.recv_timeout(seconds * SECOND));
    }
    for seconds in [1, 2] {
        let ended = arms.next().await;
        assert_eq!(ended, Some((seconds, Err(RecvTimeoutError::Timeout))));
        assert_eq!(start.elapsed(), seconds * SECOND);
    }
    let mut next = parked(arms.next());
    assert_eq!(tx.try_send(7), Ok(()));
    assert_eq!(next.ready(), Some((3, Ok(7))));
}

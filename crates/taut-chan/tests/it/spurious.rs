//! Polls that nobody asked for change nothing, and a waiter that is polled looks at the channel.

use taut_chan::RecvError;

use crate::support::{CAPACITIES, FINITE, channel, drain, full, parked};

const POLLS: usize = 100;

#[test]
fn g_06_spurious_polls_of_receives_change_no_place() {
    // Goal: no place is lost or won, nothing is woken more often.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let mut first = parked(rx.recv());
        let mut second = parked(rx.recv());
        for _ in 0..POLLS {
            first.pending();
        }
        for _ in 0..POLLS {
            second.pending();
        }
        assert_eq!(tx.try_send(1), Ok(()));
        for _ in 0..POLLS {
            second.pending();
        }
        assert_eq!((first.wakes(), second.wakes()), (1, 0), "{capacity:?}");
        assert_eq!(tx.try_send(2), Ok(()));
        assert_eq!((second.wakes(), second.ready(), first.ready()), (1, Ok(2), Ok(1)));
        assert!(rx.is_empty());
    }
}

#[test]
fn g_06_spurious_polls_of_sends_change_no_place() {
    // Goal: as above, for sends and a reservation in one line.
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let mut first = parked(tx.send(100));
        let mut second = parked(tx.send(101));
        let mut third = parked(tx.reserve());
        let mut poll_all = |polls: usize| {
            for _ in 0..polls {
                third.pending();
                second.pending();
                first.pending();
            }
        };
        poll_all(POLLS);
        assert_eq!(rx.len(), capacity);
        assert!(tx.try_send(9).is_err());
        assert!(rx.try_recv().is_ok());
        for _ in 0..POLLS {
            third.pending();
            second.pending();
        }
        assert_eq!((first.wakes(), second.wakes(), third.wakes()), (1, 0, 0), "{capacity}");
        assert_eq!(first.ready(), Ok(()));
        assert!(rx.try_recv().is_ok());
        assert_eq!((second.wakes(), second.ready(), third.wakes()), (1, Ok(()), 0), "{capacity}");
        third.pending();
    }
}

#[test]
fn g_06_spurious_polls_of_a_receive_that_a_permit_speaks_for_wake_nobody() {
    // Goal: a receive that waits counts once, however often it is polled. Method: one receive, one
    // permit that speaks for it, a reservation and a send that wait for another receive.
    let (tx, rx) = taut_chan::rendezvous();
    let mut receive = parked(rx.recv());
    let permit = tx.try_reserve().unwrap();
    let mut reservation = parked(tx.reserve());
    let mut send = parked(tx.send(2));
    for _ in 0..POLLS {
        receive.pending();
    }
    assert_eq!((reservation.wakes(), send.wakes(), receive.wakes()), (0, 0, 0));
    reservation.pending();
    send.pending();
    assert_eq!(permit.send(1), Ok(()));
    assert_eq!(receive.ready(), Ok(1));
}

#[test]
fn g_06_a_spurious_poll_does_not_pass_the_receive_in_front() {
    // Goal: OF-01 with permits out. Method: two receives, both spoken for; a send waits; the second
    // receive is polled for no reason and must not take the value before the first gets one.
    let (tx, rx) = taut_chan::rendezvous();
    let mut first = parked(rx.recv());
    let mut second = parked(rx.recv());
    let permits = [(); 2].map(|()| tx.try_reserve().unwrap());
    let mut send = parked(tx.send(3));
    for _ in 0..POLLS {
        second.pending();
    }
    assert_eq!((first.wakes(), second.wakes(), send.wakes()), (0, 0, 0));
    for (permit, n) in permits.into_iter().zip([1, 2]) {
        assert_eq!(permit.send(n), Ok(()));
    }
    assert_eq!((first.ready(), second.ready()), (Ok(1), Ok(2)));
    send.pending();
    assert_eq!(drain(&rx), [3]);
    assert_eq!(send.ready(), Ok(()));
}

#[test]
fn g_06_spurious_polls_on_a_full_channel_whose_room_is_all_reserved_change_nothing() {
    // Goal: a receive and a send wait at the same time, kept apart by a permit; polling them does not
    // bring them together in a way that breaks the order, and the permit's room stays the permit's.
    let (tx, rx) = taut_chan::bounded(1);
    let permit = tx.try_reserve().unwrap();
    let mut receive = parked(rx.recv());
    let mut send = parked(tx.send(2));
    for _ in 0..POLLS {
        receive.pending();
        send.pending();
    }
    assert_eq!((receive.wakes(), send.wakes()), (0, 0));
    assert_eq!(permit.send(1), Ok(()));
    assert_eq!((receive.ready(), send.ready()), (Ok(1), Ok(())));
    assert_eq!(drain(&rx), [2]);
}

#[test]
fn g_06_a_waiter_that_is_polled_looks_at_the_channel() {
    // Goal: its verdict is seen without a wake-up: given, closed, let in.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let mut receives = [(); 2].map(|()| parked(rx.recv()));
        let mut watch = parked(rx.closed());
        assert_eq!(tx.try_send(1), Ok(()));
        assert_eq!(receives[0].poll_with(std::task::Waker::noop()), std::task::Poll::Ready(Ok(1)));
        tx.close();
        assert_eq!(
            receives[1].poll_with(std::task::Waker::noop()),
            std::task::Poll::Ready(Err(RecvError)),
            "{capacity:?}"
        );
        watch.ready();
    }
}

#[test]
fn g_04_polling_a_future_that_is_done_panics_and_harms_nothing() {
    // Goal: the message, and a channel that works afterwards.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let mut receive = parked(rx.recv());
        let mut waits = parked(rx.recv());
        assert_eq!(tx.try_send(1), Ok(()));
        assert_eq!(receive.ready(), Ok(1));
        let again = std::panic::AssertUnwindSafe(|| receive.poll().is_ready());
        let panic = std::panic::catch_unwind(again).unwrap_err();
        let message = panic.downcast_ref::<&str>().copied();
        assert_eq!(message, Some("a future of taut was polled after completion"));
        assert_eq!(tx.try_send(2), Ok(()));
        assert_eq!(waits.ready(), Ok(2), "{capacity:?}");
    }
}

//! A future that is dropped, or polled for no reason, loses nothing and holds up nobody.

use std::sync::Arc;
use std::task::Waker;

use taut_chan::{RecvError, SendError, SendFromError, TryRecvError};

use crate::support::{CAPACITIES, Census, FINITE, Wakes, channel, drain, full, now, parked, task};

#[test]
fn h_08_a_a_value_handed_to_a_dropped_receive_goes_to_the_next_that_waits() {
    // Goal: G-03, RG-05. Method: count the wakes of both.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let first = parked(rx.recv());
        let mut second = parked(rx.recv());
        assert_eq!(tx.try_send(1), Ok(()));
        assert_eq!((first.wakes(), second.wakes()), (1, 0));
        drop(first);
        assert_eq!(second.wakes(), 1, "{capacity:?}");
        assert_eq!(second.ready(), Ok(1));
        assert!(rx.is_empty());
    }
}

#[test]
fn h_08_b_a_value_handed_to_a_dropped_receive_waits_at_the_head() {
    // Goal: with nobody else to take it, it can be received, once, by every form of receive.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        for form in 0..3 {
            let dropped = parked(rx.recv());
            assert_eq!(tx.try_send(7), Ok(()));
            drop(dropped);
            assert_eq!(rx.len(), 1, "{capacity:?}");
            let mut many = Vec::new();
            match form {
                0 => assert_eq!(rx.try_recv(), Ok(7)),
                1 => assert_eq!(now(rx.recv()), Ok(7)),
                _ => assert_eq!((now(rx.recv_many(&mut many, 4)), many), (1, vec![7])),
            }
            assert_eq!((rx.len(), rx.try_recv()), (0, Err(TryRecvError::Empty)));
        }
    }
}

#[test]
fn h_08_c_a_value_given_back_stands_before_newer_ones() {
    // Goal: CH-05. Newer values are in the buffer, or with a send that waits.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let dropped = parked(rx.recv());
        assert_eq!(tx.try_send(1), Ok(()));
        let mut newer = task(tx.send(2));
        let is_buffered = newer.poll().is_ready();
        drop(dropped);
        assert_eq!(rx.len(), 1 + usize::from(is_buffered), "{capacity:?}");
        assert_eq!((rx.try_recv(), rx.try_recv()), (Ok(1), Ok(2)));
        if !is_buffered {
            assert_eq!((newer.wakes(), newer.ready()), (1, Ok(())));
        }
    }
}

#[test]
fn h_08_d_a_value_given_back_survives_the_close() {
    // Goal: CL-01, CL-15. Closed before or after the drop; by hand or by the last sender.
    for capacity in CAPACITIES {
        for (by_hand, close_first) in [(true, true), (true, false), (false, true), (false, false)] {
            let (tx, rx) = channel(capacity);
            let dropped = parked(rx.recv());
            assert_eq!(tx.try_send(1), Ok(()));
            let close = || if by_hand { assert!(tx.close()) } else { drop(tx) };
            if close_first {
                close();
                drop(dropped);
            } else {
                drop(dropped);
                close();
            }
            assert_eq!(now(rx.recv()), Ok(1), "{capacity:?}");
            assert_eq!(now(rx.recv()), Err(RecvError));
        }
    }
}

#[test]
fn h_08_g_a_value_given_back_by_the_last_receiver_is_dropped() {
    // Goal: G-16. A stream that holds the last receiver is dropped after it was handed a value.
    for capacity in CAPACITIES {
        let census = Census::default();
        let (tx, rx) = channel(capacity);
        let mut stream = Box::pin(rx.into_stream());
        let next = parked(futures_util::StreamExt::next(&mut stream));
        assert!(tx.try_send(census.value(1)).is_ok());
        assert_eq!((census.alive(), next.wakes()), (1, 1));
        drop(next);
        assert_eq!(census.alive(), 1, "the stream keeps it");
        drop(stream);
        assert_eq!(census.alive(), 0, "{capacity:?}");
        assert!(tx.is_closed() && tx.try_send(census.value(2)).is_err_and(|e| e.is_closed()));
    }
}

#[test]
fn h_08_a_value_given_back_comes_after_the_end_was_told() {
    // Goal: nothing is lost where one receive is told "closed and drained" while another holds the last
    // value unseen. Method: drop the other afterwards.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let unseen = parked(rx.recv());
        assert_eq!(tx.try_send(7), Ok(()));
        drop(tx);
        assert_eq!(now(rx.recv()), Err(RecvError), "{capacity:?}");
        drop(unseen);
        assert_eq!((now(rx.recv()), now(rx.recv())), (Ok(7), Err(RecvError)));
    }
}

#[test]
fn h_08_values_given_back_in_any_order_are_received_in_the_order_sent() {
    // Goal: CH-05 across give-back. Method: all orders of dropping three receives.
    for capacity in CAPACITIES {
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let (tx, rx) = channel(capacity);
            let mut receives = [(); 3].map(|()| Some(parked(rx.recv())));
            for n in 0..3 {
                assert_eq!(tx.try_send(n), Ok(()));
            }
            for dropped in order {
                receives[dropped] = None;
            }
            assert_eq!(drain(&rx), [0, 1, 2], "{capacity:?} {order:?}");
        }
    }
}

#[test]
fn h_08_a_value_given_back_twice_keeps_its_place() {
    // Goal: it goes from a dropped receive to the next, which is dropped too, and still is the first.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let first = parked(rx.recv());
        let second = parked(rx.recv());
        let third = parked(rx.recv());
        assert_eq!((tx.try_send(1), tx.try_send(2)), (Ok(()), Ok(())));
        drop(first); // 1 goes to the third
        drop(second); // 2 waits at the head
        drop(third); // 1 goes in front of it
        assert_eq!(drain(&rx), [1, 2], "{capacity:?}");
    }
}

#[test]
fn h_08_after_a_give_back_the_next_send_does_not_invert_the_order() {
    // Goal: OF-01. The receive that waits gets the value given back, and not the newer one.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let first = parked(rx.recv());
        let mut second = parked(rx.recv());
        let mut third = parked(rx.recv());
        assert_eq!(tx.try_send(1), Ok(()));
        drop(first);
        assert_eq!(tx.try_send(2), Ok(()));
        assert_eq!((third.ready(), second.ready()), (Ok(2), Ok(1)), "{capacity:?}");
    }
}

#[test]
fn h_09_a_send_dropped_after_its_value_was_taken_undoes_nothing() {
    // Goal: taken is taken, and dropped once. Taken from the waiting send, or moved to the buffer.
    for &capacity in FINITE {
        let census = Census::default();
        let (tx, rx) = taut_chan::bounded(capacity);
        for n in 0..capacity as u64 {
            assert!(tx.try_send(census.value(n)).is_ok());
        }
        let waiting = parked(tx.send(census.value(100)));
        let taken = rx.try_recv().unwrap();
        assert_eq!(waiting.wakes(), 1, "{capacity}");
        drop(waiting);
        assert_eq!(census.alive(), capacity + 1);
        drop(taken);
        let rest = drain(&rx);
        assert_eq!(rest.len(), capacity);
        assert!(rest.last().is_none_or(|last| *last == 100));
        drop(rest);
        assert_eq!(census.alive(), 0);
    }
}

#[test]
fn h_09_a_send_dropped_before_its_value_was_taken_takes_it_along() {
    // Goal: the value is dropped once and never received; a receive gets the next one's.
    for &capacity in FINITE {
        let census = Census::default();
        let (tx, rx) = taut_chan::bounded(capacity);
        for n in 0..capacity as u64 {
            assert!(tx.try_send(census.value(n)).is_ok());
        }
        let waiting = parked(tx.send(census.value(100)));
        let mut next = parked(tx.send(census.value(101)));
        drop(waiting);
        assert_eq!((census.alive(), next.wakes()), (capacity + 1, 0));
        let mut ids: Vec<u64> = Vec::new();
        while let Ok(value) = rx.try_recv() {
            ids.push(value.id);
        }
        let expected: Vec<u64> = (0..capacity as u64).chain([101]).collect();
        assert_eq!((ids, next.ready().is_ok(), census.alive()), (expected, true, 0));
    }
}

#[test]
fn h_09_send_from_says_by_its_slot_whether_the_value_was_taken() {
    // Goal: dropped before: the value is at home. Dropped after: it is not, and was received. Closed
    // and dropped before it could tell: at home.
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let mut home = Some(100);
        drop(parked(tx.send_from(&mut home)));
        assert_eq!(home, Some(100), "{capacity}");

        let waiting = parked(tx.send_from(&mut home));
        let first = rx.try_recv();
        drop(waiting);
        assert_eq!(home, None);
        let rest = drain(&rx);
        assert_eq!(rest.last().copied().or(first.ok()), Some(100));

        let (tx, rx) = full(capacity);
        let mut home = Some(100);
        let waiting = parked(tx.send_from(&mut home));
        assert!(rx.close());
        drop(waiting);
        assert_eq!(home, Some(100), "{capacity}");
        assert_eq!(now(tx.send_from(&mut home)), Err(SendFromError::Closed));
        assert_eq!(home, Some(100));
        assert_eq!(now(tx.send_from(&mut None)), Err(SendFromError::Empty));
    }
}

#[test]
fn h_10_a_a_cancelled_send_leaves_no_gap() {
    // Goal: CB-14, OF-02. Each of three waiting sends is the one that is dropped.
    for &capacity in FINITE {
        for dropped in 0..3_usize {
            let (tx, rx) = full(capacity);
            let mut sends = [100, 101, 102].map(|n| Some(parked(tx.send(n))));
            sends[dropped] = None;
            let mut expected: Vec<u64> = (0..capacity as u64).collect();
            expected.extend((100..103).filter(|n| *n != 100 + dropped as u64));
            assert_eq!(drain(&rx), expected, "{capacity}");
            for mut send in sends.into_iter().flatten() {
                assert_eq!((send.wakes(), send.ready()), (1, Ok(())));
            }
        }
    }
}

#[test]
fn h_10_b_a_send_that_was_let_in_and_is_dropped_stays_sent() {
    // Goal: its value is in the buffer and the next is not passed over.
    for &capacity in FINITE.iter().filter(|capacity| **capacity > 0) {
        let (tx, rx) = full(capacity);
        let first = parked(tx.send(100));
        let second = parked(tx.send(101));
        assert_eq!(rx.try_recv(), Ok(0));
        assert_eq!((first.wakes(), second.wakes(), rx.len()), (1, 0, capacity));
        drop(first);
        assert_eq!((second.wakes(), rx.len()), (0, capacity), "{capacity}");
        let expected: Vec<u64> = (1..capacity as u64).chain([100, 101]).collect();
        assert_eq!((drain(&rx), second.wakes()), (expected, 1));
    }
}

#[test]
fn h_10_b_room_that_was_granted_to_a_dropped_reservation_goes_to_the_next() {
    // Goal: CB-06: never free room while somebody waits for it, and no newcomer takes it.
    for &capacity in FINITE.iter().filter(|capacity| **capacity > 0) {
        let (tx, rx) = full(capacity);
        let reservation = parked(tx.reserve());
        let mut send = parked(tx.send(100));
        assert_eq!(rx.try_recv(), Ok(0));
        assert_eq!((reservation.wakes(), send.wakes()), (1, 0));
        assert!(tx.try_send(9).is_err_and(|e| e.is_full()), "{capacity}");
        drop(reservation);
        assert_eq!((send.wakes(), send.ready()), (1, Ok(())));
        assert!(tx.try_send(9).is_err_and(|e| e.is_full()));
        assert_eq!(rx.len(), capacity);
    }
}

#[test]
fn h_10_on_a_rendezvous_a_granted_reservation_that_is_dropped_lets_the_next_send() {
    // Goal: the receive it spoke for goes to the send behind it.
    let (tx, rx) = taut_chan::rendezvous();
    let reservation = parked(tx.reserve());
    let mut send = parked(tx.send(1));
    let mut receive = parked(rx.recv());
    assert_eq!((reservation.wakes(), send.wakes(), receive.wakes()), (1, 0, 0));
    drop(reservation);
    assert_eq!((send.wakes(), receive.wakes()), (1, 1));
    assert_eq!((send.ready(), receive.ready()), (Ok(()), Ok(1)));
}

#[test]
fn g_02_a_future_that_was_never_polled_has_no_place_and_no_effect() {
    // Goal: CH-11, CH-17. Made first, polled second: it comes second.
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let mut unpolled = task(tx.send(100));
        let mut early = parked(tx.send(101));
        drop(task(rx.recv()));
        assert_eq!(rx.len(), capacity);
        unpolled.pending();
        let expected: Vec<u64> = (0..capacity as u64).chain([101, 100]).collect();
        assert_eq!(drain(&rx), expected, "{capacity}");
        assert_eq!((early.ready(), unpolled.ready()), (Ok(()), Ok(())));

        let mut unpolled = task(rx.recv());
        let mut early = parked(rx.recv());
        unpolled.pending();
        assert_eq!((tx.try_send(1), tx.try_send(2)), (Ok(()), Ok(())));
        assert_eq!((unpolled.ready(), early.ready()), (Ok(2), Ok(1)));
    }
}

#[test]
fn g_04_dropping_a_future_that_is_done_does_nothing() {
    // Goal: it gives nothing back and frees no room.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let mut receive = parked(rx.recv());
        assert_eq!(tx.try_send(1), Ok(()));
        assert_eq!(receive.ready(), Ok(1));
        drop(receive);
        assert_eq!((rx.len(), rx.try_recv()), (0, Err(TryRecvError::Empty)), "{capacity:?}");
    }
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let mut send = parked(tx.send(100));
        assert!(rx.close());
        assert_eq!(send.ready(), Err(SendError(100)));
        drop(send);
        assert_eq!(rx.len(), capacity);
    }
}

#[test]
fn g_05_a_future_polled_with_another_waker_wakes_only_that() {
    // Goal: for receive, send, reservation and watch; several changes, the last one counts.
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let mut send = parked(tx.send(100));
        let mut watch = parked(tx.closed());
        let mut reservation = parked(tx.reserve());
        let new = [(); 4].map(|()| Wakes::new());
        let waker = |i: usize| Waker::from(Arc::clone(&new[i]));
        assert!(send.poll_with(Waker::noop()).is_pending());
        assert!(send.poll_with(&waker(0)).is_pending());
        assert!(watch.poll_with(&waker(1)).is_pending());
        assert!(reservation.poll_with(&waker(2)).is_pending());
        assert!(rx.try_recv().is_ok());
        assert_eq!((send.wakes(), new[0].count()), (0, 1), "{capacity}");
        assert!(rx.close());
        assert_eq!((watch.wakes(), new[1].count()), (0, 1));
        assert_eq!((reservation.wakes(), new[2].count()), (0, 1));
        // The channel keeps no copy: ours is the only one.
        assert_eq!(new.each_ref().map(Arc::strong_count), [1; 4]);
    }
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let mut receive = parked(rx.recv());
        let new = Wakes::new();
        assert!(receive.poll_with(&Waker::from(Arc::clone(&new))).is_pending());
        assert_eq!(tx.try_send(1), Ok(()));
        assert_eq!((receive.wakes(), new.count()), (0, 1), "{capacity:?}");
        assert_eq!(receive.ready(), Ok(1));
    }
}

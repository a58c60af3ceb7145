//! First come, first served: values, receives, sends, and nobody who passes.

use futures_util::StreamExt;
use taut_chan::TryRecvError;

use crate::support::{CAPACITIES, FINITE, ROUNDS, channel, drain, full, now, parked, race, task};

#[test]
fn ch_05_values_are_received_in_the_order_sent() {
    // Goal: CB-03; through buffer and block boundaries, in every form of send.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let mut received = Vec::new();
        let mut receives: Vec<_> = Vec::new();
        if capacity == Some(0) {
            receives.extend((0..100).map(|_| parked(rx.recv())));
        }
        for n in 0..100 {
            let is_sent = match n % 3 {
                0 => tx.try_send(n).is_ok(),
                1 => now(tx.send(n)).is_ok(),
                _ => now(tx.send_from(&mut Some(n))).is_ok(),
            };
            assert!(is_sent);
            if matches!(capacity, Some(1..=3)) {
                received.extend(drain(&rx));
            }
        }
        received.extend(drain(&rx));
        received.extend(receives.iter_mut().map(|receive| receive.ready().unwrap()));
        assert_eq!(received, (0..100).collect::<Vec<_>>(), "{capacity:?}");
    }
}

#[test]
fn ch_06_blocked_receives_are_served_in_order() {
    // Goal: OF-01. Method: polled later in the opposite order, so only the place can decide.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let mut receives: Vec<_> = (0..40).map(|_| parked(rx.recv())).collect();
        for n in 0..40 {
            assert_eq!(tx.try_send(n), Ok(()));
            let woken = receives.iter().filter(|receive| receive.wakes() == 1).count() as u64;
            assert_eq!(woken, n + 1, "{capacity:?}");
        }
        for (n, receive) in receives.iter_mut().enumerate().rev() {
            assert_eq!((receive.ready(), receive.wakes()), (Ok(n as u64), 1));
        }
    }
}

#[test]
fn ch_07_blocked_sends_are_served_in_order() {
    // Goal: OF-02, CB-14; and one receive lets in exactly one.
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let from = capacity as u64;
        let mut sends: Vec<_> = (0..40).map(|n| parked(tx.send(from + n))).collect();
        for n in 0..40 {
            assert_eq!(rx.try_recv(), Ok(n));
            let woken = sends.iter().filter(|send| send.wakes() == 1).count() as u64;
            assert_eq!(woken, n + 1, "{capacity}");
            assert_eq!(sends[n as usize].wakes(), 1);
        }
        assert!(sends.iter_mut().rev().all(|send| send.ready().is_ok()));
        assert_eq!(drain(&rx), (40..40 + from).collect::<Vec<_>>());
    }
}

#[test]
fn ch_06_all_forms_of_receive_stand_in_one_line() {
    // Goal: OF-01 across recv, recv_many and streams.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let (mut many, mut stream) = (Vec::new(), rx.stream());
        let mut first = parked(rx.recv_many(&mut many, 1));
        let mut second = parked(stream.next());
        let mut third = parked(rx.recv());
        for n in 1..=3 {
            assert_eq!(tx.try_send(n), Ok(()));
        }
        assert_eq!((third.ready(), second.ready(), first.ready()), (Ok(3), Some(2), 1));
        drop(first);
        assert_eq!(many, [1], "{capacity:?}");
    }
}

/// Lets in five of different forms, one receive at a time, which may have to wait for its value.
fn all_forms_of_send_stand_in_one_line(capacity: usize) {
    let (tx, rx) = full(capacity);
    let mut slot = Some(100);
    let first = parked(tx.send_from(&mut slot));
    let mut second = parked(tx.reserve());
    let third = parked(tx.send(102));
    let mut fourth = parked(tx.clone().reserve_owned());
    let fifth = parked(tx.send(104));
    let mut receives = Vec::new();
    for served in 1..=5 {
        let mut receive = task(rx.recv());
        if receive.poll().is_pending() {
            receives.push(receive);
        }
        let sends = [first.wakes(), second.wakes(), third.wakes(), fourth.wakes(), fifth.wakes()];
        let expected: [usize; 5] = std::array::from_fn(|place| usize::from(place < served));
        assert_eq!(sends, expected, "capacity {capacity}, {served} receives");
    }
    assert!(second.ready().unwrap().send(101).is_ok());
    assert!(fourth.ready().unwrap().send(103).is_ok());
    assert!(receives.iter_mut().all(|receive| receive.ready().is_ok()));
}

#[test]
fn ch_07_all_forms_of_send_stand_in_one_line() {
    // Goal: OF-02 across send, send_from, reserve and reserve_owned. Room for the two permits, which
    // are not used until the end.
    for &capacity in FINITE.iter().filter(|capacity| **capacity > 2) {
        all_forms_of_send_stand_in_one_line(capacity);
    }
}

#[test]
fn ch_07_on_a_rendezvous_all_forms_of_send_stand_in_one_line() {
    // Goal: as above; a receive that would wait does not pass a reservation by taking the value of a
    // send behind it, or the reservation might never be served.
    all_forms_of_send_stand_in_one_line(0);
}

#[test]
fn ch_08_a_value_that_was_handed_over_cannot_be_taken_by_anybody_else() {
    // Goal: CB-07: and it is not counted as being in the channel.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let mut waits = parked(rx.recv());
        assert_eq!(tx.try_send(1), Ok(()));
        assert_eq!(rx.len(), 0, "{capacity:?}");
        assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
        let mut newcomer = parked(rx.recv());
        assert_eq!(tx.try_send(2), Ok(()));
        assert_eq!((newcomer.ready(), waits.ready()), (Ok(2), Ok(1)));
    }
}

#[test]
fn of_03_no_send_passes_those_who_wait_even_right_after_a_receive() {
    // Goal: CB-05, H-10 d: try_send, try_reserve and a newcomer's first poll.
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let mut waits: Vec<_> = (0..5).map(|n| parked(tx.send(100 + n))).collect();
        for _ in 0..4 {
            assert!(rx.try_recv().is_ok());
            assert!(tx.try_send(9).is_err_and(|e| e.is_full()), "{capacity}");
            assert!(tx.try_reserve().is_err_and(|e| e.is_full()));
            task(tx.send(9)).pending();
            task(tx.reserve()).pending();
        }
        let woken: Vec<_> = waits.iter().map(crate::support::Task::wakes).collect();
        assert_eq!(woken, [1, 1, 1, 1, 0]);
        waits[4].pending();
    }
}

#[test]
fn of_03_no_send_passes_a_reservation_that_was_granted_and_not_used() {
    // Goal: the room is the permit's, although nothing is in it.
    for &capacity in FINITE.iter().filter(|capacity| **capacity > 0) {
        let (tx, rx) = full(capacity);
        let mut reservation = parked(tx.reserve());
        assert!(rx.try_recv().is_ok());
        assert_eq!((reservation.wakes(), rx.len()), (1, capacity - 1), "{capacity}");
        assert!(tx.try_send(9).is_err_and(|e| e.is_full()));
        let permit = reservation.ready().unwrap();
        assert!(tx.try_send(9).is_err_and(|e| e.is_full()));
        drop(permit);
        assert_eq!(tx.try_send(9), Ok(()));
    }
}

#[test]
fn of_03_no_receive_passes_those_who_wait() {
    // Goal: with a value given back, and with a permit that keeps receives and sends apart.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let dropped = parked(rx.recv());
        let mut waits = parked(rx.recv());
        assert_eq!(tx.try_send(1), Ok(()));
        drop(dropped);
        assert_eq!(rx.try_recv(), Err(TryRecvError::Empty), "{capacity:?}");
        assert_eq!(waits.ready(), Ok(1));
    }
    let (tx, rx) = taut_chan::rendezvous();
    let mut waits = parked(rx.recv());
    let permit = tx.try_reserve().unwrap();
    let mut send = parked(tx.send(2));
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty), "one waits in front");
    send.pending();
    assert_eq!(permit.send(1), Ok(()));
    assert_eq!((waits.ready(), rx.try_recv(), send.ready()), (Ok(1), Ok(2), Ok(())));
}

#[test]
fn ch_06_a_newcomer_that_meets_a_send_gives_way_to_receives_in_front() {
    // Goal: OF-01 on a rendezvous with a permit out: a send waits although a receive does, and the
    // next receive must leave the value to the one in front.
    let (tx, rx) = taut_chan::rendezvous();
    let mut first = parked(rx.recv());
    let permit = tx.try_reserve().unwrap();
    let mut send = parked(tx.send(1));
    let mut second = parked(rx.recv());
    assert_eq!((first.wakes(), second.wakes(), send.wakes()), (1, 0, 1));
    assert_eq!((first.ready(), send.ready()), (Ok(1), Ok(())));
    assert_eq!(permit.send(2), Ok(()));
    assert_eq!(second.ready(), Ok(2));
}

#[test]
fn ch_07_a_place_is_lost_by_leaving_and_kept_by_waiting() {
    // Goal: OF-07's plain half: a send that is dropped and made again goes to the end.
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let first = parked(tx.send(100));
        let mut second = parked(tx.send(101));
        drop(first);
        let mut again = parked(tx.send(100));
        let expected: Vec<u64> = (0..capacity as u64).chain([101, 100]).collect();
        assert_eq!(drain(&rx), expected, "{capacity}");
        assert_eq!((second.ready(), again.ready()), (Ok(()), Ok(())));
    }
}

#[test]
fn of_03_no_send_slips_in_while_a_receive_lets_the_next_one_in() {
    // Goal: CB-04, CB-05 between threads: the room that a receive makes is never to be had by others.
    // Method: one thread tries to send all the time, the other receives, with sends that wait.
    use std::sync::atomic::{AtomicBool, Ordering};
    for capacity in [1, 3] {
        for _ in 0..ROUNDS / 2 {
            let (tx, rx) = full(capacity);
            let mut sends: Vec<_> = (0..8).map(|n| parked(tx.send(100 + n))).collect();
            let is_done = AtomicBool::new(false);
            let received = race::<Vec<u64>>(vec![
                Box::new(|| {
                    let received = (0..8).map(|_| rx.try_recv().unwrap()).collect();
                    is_done.store(true, Ordering::SeqCst);
                    received
                }),
                Box::new(|| {
                    while !is_done.load(Ordering::SeqCst) {
                        assert!(tx.try_send(9).is_err_and(|e| e.is_full()));
                        std::hint::spin_loop();
                    }
                    Vec::new()
                }),
            ])
            .swap_remove(0);
            let all: Vec<u64> = received.into_iter().chain(drain(&rx)).collect();
            let expected: Vec<u64> = (0..capacity as u64).chain(100..108).collect();
            assert_eq!(all, expected);
            assert!(sends.iter_mut().all(|send| send.ready().is_ok()));
        }
    }
}

//! Permits: room that is held, used, given back and passed on, on every flavour.

use taut_chan::{Closed, SendError, TryReserveError};

use crate::support::{CAPACITIES, Census, FINITE, MANY, channel, drain, full, now, parked, task};

/// The capacities that have a buffer which fills up.
fn buffered() -> impl Iterator<Item = usize> {
    FINITE.iter().copied().filter(|capacity| *capacity > 0)
}

#[test]
fn a_permit_holds_room_until_it_is_used_or_dropped() {
    for capacity in buffered() {
        let (tx, rx) = full(capacity);
        assert_eq!(tx.try_reserve().err(), Some(TryReserveError::Full));
        assert!(rx.try_recv().is_ok());
        let permit = now(tx.reserve()).unwrap();
        assert!(tx.try_send(9).is_err() && tx.try_reserve().is_err(), "{capacity}");
        drop(permit);
        let permit = tx.try_reserve().unwrap();
        assert_eq!(permit.send(100), Ok(()));
        assert_eq!(rx.len(), capacity);
        assert!(tx.try_send(9).is_err());
        assert_eq!(drain(&rx).last(), Some(&100));
    }
}

#[test]
fn an_owned_permit_holds_room_and_gives_its_sender_back() {
    for capacity in buffered() {
        let (tx, rx) = taut_chan::bounded(capacity);
        for _ in 1..capacity {
            assert_eq!(tx.try_send(0), Ok(()));
        }
        let permit = now(tx.clone().reserve_owned()).unwrap();
        let (back, error) = tx.clone().try_reserve_owned().unwrap_err();
        assert_eq!((error, back.same_channel(&tx)), (TryReserveError::Full, true));
        assert!(permit.release().same_channel(&tx));
        let permit = tx.clone().try_reserve_owned().unwrap();
        assert_eq!(rx.sender_count(), 3);
        assert!(permit.send(1).unwrap().same_channel(&tx));
        assert_eq!((rx.len(), rx.sender_count()), (capacity, 2));
        assert!(rx.try_recv().is_ok());
        drop(tx.clone().try_reserve_owned().unwrap());
        assert_eq!(tx.try_send(2), Ok(()), "{capacity}");
    }
}

#[test]
fn a_permit_that_is_dropped_lets_in_the_next_that_waits() {
    // Goal: G-03: exactly one, the first; a send, then a reservation.
    for capacity in buffered() {
        let (tx, _rx) = taut_chan::bounded(capacity);
        let mut permits: Vec<_> = (0..capacity).map(|_| tx.try_reserve().unwrap()).collect();
        let mut send = parked(tx.send(1));
        let mut reservation = parked(tx.reserve());
        let last = parked(tx.send(2));
        drop(permits.pop());
        assert_eq!((send.wakes(), reservation.wakes(), send.ready()), (1, 0, Ok(())));
        if let Some(permit) = permits.pop() {
            drop(permit);
            assert_eq!((reservation.wakes(), last.wakes()), (1, 0), "{capacity}");
            drop(reservation.ready());
            assert_eq!(last.wakes(), 1);
        }
    }
}

#[test]
fn a_permit_is_a_place_and_not_a_position() {
    // Goal: values pass in the order in which they are sent.
    for capacity in [Some(3), Some(1 << 40), None] {
        let (tx, rx) = channel(capacity);
        let first = tx.try_reserve().unwrap();
        let second = tx.try_reserve().unwrap();
        assert_eq!(tx.try_send(1), Ok(()));
        assert_eq!((second.send(2), first.send(3)), (Ok(()), Ok(())));
        assert_eq!(drain(&rx), [1, 2, 3], "{capacity:?}");
    }
}

#[test]
fn a_permit_of_a_closed_channel_gives_the_value_back() {
    // Goal: CL-05: and room that nobody can use stays out of the way of draining.
    for capacity in [Some(0), Some(3), Some(1 << 40), None] {
        let (tx, rx) = channel(capacity);
        let receives = [(); 2].map(|()| parked(rx.recv()));
        let permit = tx.try_reserve().unwrap();
        let owned = tx.clone().try_reserve_owned().unwrap();
        assert!(rx.close());
        assert_eq!(permit.send(1), Err(SendError(1)));
        assert_eq!(owned.send(2).unwrap_err(), SendError(2));
        assert_eq!(now(tx.reserve()).err(), Some(Closed));
        drop(receives);
        assert_eq!(rx.try_recv().err().map(|e| e.is_closed()), Some(true), "{capacity:?}");
    }
}

#[test]
fn a_permit_serves_a_receive_that_waits() {
    // Goal: by handing the value over, and its room goes to the next that waits for room.
    for capacity in buffered() {
        let (tx, rx) = taut_chan::bounded(capacity);
        let mut receive = parked(rx.recv());
        let mut permits: Vec<_> = (0..capacity).map(|_| tx.try_reserve().unwrap()).collect();
        let mut send = parked(tx.send(2));
        assert_eq!(permits.pop().unwrap().send(1), Ok(()));
        assert_eq!((receive.wakes(), receive.ready()), (1, Ok(1)), "{capacity}");
        assert_eq!((send.wakes(), send.ready(), rx.try_recv()), (1, Ok(()), Ok(2)));
    }
}

#[test]
fn receives_and_sends_kept_apart_by_permits_are_paired_when_one_goes() {
    // Goal: CB-06: by dropping it, by using it, by releasing an owned one. Few and many, more than a
    // batch of wakers; more of the one, or of the other.
    let (many, more) = (MANY, MANY + 20);
    for (receives, sends) in [(1, 1), (3, 2), (2, 3), (more, more), (more, many), (many, more)] {
        for form in 0..3 {
            pair_when_a_permit_goes(receives, sends, form);
        }
    }
}

fn pair_when_a_permit_goes(receives: usize, sends: usize, form: usize) {
    let (tx, rx) = taut_chan::bounded(1);
    let permit = tx.clone().try_reserve_owned().unwrap();
    let mut receives: Vec<_> = (0..receives).map(|_| parked(rx.recv())).collect();
    let mut sends: Vec<_> = (1..=sends).map(|n| parked(tx.send(n))).collect();
    let mut expected: Vec<usize> = (1..=sends.len()).collect();
    match form {
        0 => drop(permit),
        1 => drop(permit.release()),
        _ => {
            drop(permit.send(0).unwrap());
            expected.insert(0, 0);
        }
    }
    let case = (receives.len(), sends.len(), form);
    let paired = receives.len().min(expected.len());
    for (n, receive) in receives.iter_mut().enumerate() {
        assert_eq!(receive.wakes(), usize::from(n < paired), "{case:?}: receive {n}");
        if n < paired {
            assert_eq!(receive.ready(), Ok(expected[n]), "{case:?}");
        }
    }
    // The room is free now: if values are left, one of them is in it.
    let in_buffer = usize::from(expected.len() > paired);
    assert_eq!(rx.len(), in_buffer, "{case:?}");
    let sent = paired + in_buffer - usize::from(form == 2);
    for (n, send) in sends.iter_mut().enumerate() {
        assert_eq!(send.wakes(), usize::from(n < sent), "{case:?}: send {n}");
    }
    drop(receives);
    assert_eq!(drain(&rx), expected[paired..], "{case:?}");
    assert!(sends.iter_mut().all(|send| send.ready().is_ok()));
    assert_eq!(tx.try_send(9), Ok(()));
}

#[test]
fn a_reservation_that_waits_gets_the_room_of_a_permit_before_anything_is_paired_behind_it() {
    // Goal: OF-02: the line is served from its head.
    let (tx, rx) = taut_chan::bounded(1);
    let permit = tx.try_reserve().unwrap();
    let receive = parked(rx.recv());
    let mut reservation = parked(tx.reserve());
    let mut send = parked(tx.send(2));
    drop(permit);
    assert_eq!((reservation.wakes(), send.wakes(), receive.wakes()), (1, 0, 0));
    send.pending();
    drop(reservation.ready());
    assert_eq!((send.wakes(), receive.wakes()), (1, 1));
}

#[test]
fn on_a_rendezvous_a_permit_speaks_for_a_receive_that_waits() {
    // Goal: CH-17: one permit a receive; what is not spoken for goes on.
    let (tx, rx) = taut_chan::rendezvous();
    assert_eq!(tx.try_reserve().err(), Some(TryReserveError::Full));
    let mut receives: Vec<_> = (0..3).map(|_| parked(rx.recv())).collect();
    let first = tx.try_reserve().unwrap();
    let second = now(tx.reserve()).unwrap();
    assert_eq!(tx.try_send(0), Ok(()), "one is left");
    assert!(tx.try_send(9).is_err() && tx.try_reserve().is_err());
    drop(first);
    assert_eq!(tx.try_send(1), Ok(()));
    assert!(tx.try_send(9).is_err());
    assert_eq!(second.send(2), Ok(()));
    let received: Vec<_> = receives.iter_mut().map(|receive| receive.ready().unwrap()).collect();
    assert_eq!(received, [0, 1, 2]);
}

#[test]
fn on_a_rendezvous_a_reservation_waits_for_a_receive() {
    // Goal: granted when one arrives, which waits on; used, or given up for the next.
    let (tx, rx) = taut_chan::rendezvous();
    let mut first = parked(tx.reserve());
    let mut second = parked(tx.reserve());
    let mut receive = parked(rx.recv());
    assert_eq!((first.wakes(), second.wakes(), receive.wakes()), (1, 0, 0));
    drop(first.ready().unwrap());
    assert_eq!(second.wakes(), 1);
    assert_eq!(second.ready().unwrap().send(1), Ok(()));
    assert_eq!(receive.ready(), Ok(1));
}

#[test]
fn on_a_rendezvous_a_permit_outlives_the_receive_it_spoke_for() {
    // Goal: its value waits at the head, for the next receive and before all sends; never lost.
    let census = Census::default();
    let (tx, rx) = taut_chan::rendezvous();
    let receive = parked(rx.recv());
    let permit = tx.try_reserve().unwrap();
    drop(receive);
    let mut send = parked(tx.send(census.value(2)));
    assert!(permit.send(census.value(1)).is_ok());
    assert_eq!((rx.len(), send.wakes()), (1, 0));
    assert!(now(rx.recv()).unwrap() == 1);
    assert!(now(rx.recv()).unwrap() == 2);
    assert_eq!((send.ready().is_ok(), census.alive()), (true, 0));
}

#[test]
fn on_a_rendezvous_receives_and_sends_kept_apart_are_paired_when_permits_go() {
    // Goal: many of both; each permit that goes frees one receive, for the first send.
    let many = MANY - MANY % 2;
    let (tx, rx) = taut_chan::rendezvous();
    let mut receives: Vec<_> = (0..many).map(|_| parked(rx.recv())).collect();
    let permits: Vec<_> = (0..many).map(|_| tx.try_reserve().unwrap()).collect();
    let mut sends: Vec<_> = (0..many).map(|n| parked(tx.send(n))).collect();
    for (n, permit) in permits.into_iter().enumerate() {
        if n % 2 == 0 {
            drop(permit);
        } else {
            assert_eq!(permit.send(1000 + n), Ok(()));
        }
        assert_eq!(receives[n].wakes(), 1);
        let expected = if n % 2 == 0 { n / 2 } else { 1000 + n };
        assert_eq!(receives[n].ready(), Ok(expected));
    }
    for (n, send) in sends.iter_mut().enumerate() {
        assert_eq!(send.wakes(), usize::from(n < many / 2));
    }
    assert_eq!(drain(&rx), (many / 2..many).collect::<Vec<_>>());
}

#[test]
fn on_a_rendezvous_a_receive_that_leaves_does_not_strand_those_who_send() {
    // Goal: after a spoken-for receive has gone and its permit too, a new receive meets the send.
    let (tx, rx) = taut_chan::rendezvous();
    let leaving = parked(rx.recv());
    let permit = tx.try_reserve().unwrap();
    let mut send = parked(tx.send(1));
    drop(leaving);
    drop(permit);
    assert_eq!(send.wakes(), 0);
    assert_eq!(now(rx.recv()), Ok(1));
    assert_eq!(send.ready(), Ok(()));
    let mut receive = parked(rx.recv());
    assert_eq!((tx.try_send(2), receive.ready()), (Ok(()), Ok(2)), "no permit is left over");
}

#[test]
fn permits_of_an_unbounded_channel_are_always_there() {
    for capacity in CAPACITIES.into_iter().filter(|capacity| capacity.is_none_or(|c| c > 1000)) {
        let (tx, rx) = channel(capacity);
        let permits: Vec<_> = (0..100).map(|_| now(tx.reserve()).unwrap()).collect();
        for (n, permit) in permits.into_iter().enumerate() {
            assert_eq!(permit.send(n), Ok(()));
        }
        assert_eq!(drain(&rx).len(), 100, "{capacity:?}");
        assert!(task(tx.reserve()).poll().is_ready());
    }
}

#[test]
fn all_room_as_permits_and_back() {
    // Goal: nothing is counted twice: after any way of using them, the room is what it was.
    for capacity in buffered() {
        let (tx, rx) = taut_chan::bounded(capacity);
        for round in 0..3 {
            let permits: Vec<_> = std::iter::from_fn(|| tx.try_reserve().ok()).collect();
            assert_eq!(permits.len(), capacity, "{round}");
            for (n, permit) in permits.into_iter().enumerate() {
                if n % 2 == round % 2 {
                    assert_eq!(permit.send(n), Ok(()));
                }
            }
            drop(drain(&rx));
        }
    }
}

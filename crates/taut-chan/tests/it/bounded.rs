//! Channels with a buffer: room, order, and no gap.

use taut_chan::{TryRecvError, TrySendError};

use crate::support::{CAPACITIES, Census, FINITE, channel, drain, full, now, parked, race, task};

/// The capacities that have a buffer which fills up.
fn buffered() -> impl Iterator<Item = usize> {
    FINITE.iter().copied().filter(|capacity| *capacity > 0)
}

#[test]
fn cb_01_a_send_waits_exactly_if_the_buffer_is_full() {
    for capacity in buffered() {
        let (tx, rx) = taut_chan::bounded(capacity);
        for n in 0..capacity {
            assert_eq!(now(tx.send(n)), Ok(()));
        }
        let mut send = parked(tx.send(capacity));
        assert_eq!(rx.try_recv(), Ok(0));
        assert_eq!((send.wakes(), send.ready()), (1, Ok(())), "{capacity}");
        task(tx.send(0)).pending();
    }
}

#[test]
fn cb_02_a_receive_waits_exactly_if_the_buffer_is_empty() {
    for capacity in buffered() {
        let (tx, rx) = full(capacity);
        for n in 0..capacity as u64 {
            assert_eq!(now(rx.recv()), Ok(n));
        }
        let mut receive = parked(rx.recv());
        assert_eq!(now(tx.send(7)), Ok(()));
        assert_eq!((receive.wakes(), receive.ready()), (1, Ok(7)), "{capacity}");
    }
}

#[test]
fn cb_03_the_buffer_is_first_in_first_out_wherever_it_wraps() {
    // Goal: every fill level, over many turns of the ring and many blocks of the chain.
    for capacity in [Some(1), Some(2), Some(3), Some(5), Some(31), Some(32), Some(1 << 40), None] {
        let (tx, rx) = channel(capacity);
        let (mut sent, mut received) = (0_u64, 0_u64);
        let rounds = if cfg!(miri) { 12 } else { 300 };
        for round in 0..rounds {
            let batch = (round * 7 % 40).min(capacity.unwrap_or(64) as u64 - (sent - received));
            for _ in 0..batch {
                assert_eq!(tx.try_send(sent), Ok(()));
                sent += 1;
            }
            assert_eq!(rx.len() as u64, sent - received);
            for _ in 0..(round * 5 % 37).min(sent - received) {
                assert_eq!(rx.try_recv(), Ok(received), "{capacity:?}");
                received += 1;
            }
        }
        assert_eq!(drain(&rx), (received..sent).collect::<Vec<_>>());
    }
}

#[test]
fn cb_04_a_receive_from_a_full_buffer_lets_a_blocked_send_in_at_once() {
    // Goal: `len` never dips, by every form of receive.
    for capacity in buffered() {
        let (tx, rx) = full(capacity);
        let sends: Vec<_> = (0..3).map(|n| parked(tx.send(100 + n))).collect();
        let mut many = Vec::new();
        assert_eq!((rx.try_recv(), rx.len()), (Ok(0), capacity));
        assert_eq!((now(rx.recv()).is_ok(), rx.len()), (true, capacity));
        assert_eq!((now(rx.recv_many(&mut many, 1)), rx.len()), (1, capacity));
        assert!(sends.iter().all(|send| send.wakes() == 1), "{capacity}");
    }
}

#[test]
fn cb_06_free_room_and_a_blocked_send_or_a_value_and_a_blocked_receive_never_meet() {
    // Goal: after every step of a long random-looking walk with cancellations.
    for capacity in [1, 2, 3] {
        let (tx, rx) = taut_chan::bounded(capacity);
        let mut sends = std::collections::VecDeque::new();
        let mut receives = std::collections::VecDeque::new();
        let mut seed = 12_345_u64;
        for _ in 0..if cfg!(miri) { 60 } else { 4000 } {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            match (seed >> 33) % 6 {
                0 | 1 => {
                    let mut send = task(tx.send(seed));
                    if send.poll().is_pending() {
                        sends.push_back(send);
                    }
                }
                2 | 3 => {
                    let mut receive = task(rx.recv());
                    if receive.poll().is_pending() {
                        receives.push_back(receive);
                    }
                }
                4 => drop(sends.remove((seed >> 40) as usize % sends.len().max(1))),
                _ => drop(receives.remove((seed >> 40) as usize % receives.len().max(1))),
            }
            sends.retain_mut(|send| send.wakes() == 0 || send.poll().is_pending());
            receives.retain_mut(|receive| receive.wakes() == 0 || receive.poll().is_pending());
            assert!(sends.is_empty() || rx.len() >= capacity, "room, and a send waits");
            assert!(receives.is_empty() || rx.is_empty(), "a value, and a receive waits");
        }
    }
}

#[test]
fn cb_07_a_value_sent_to_a_blocked_receive_is_not_in_the_buffer() {
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let mut receives: Vec<_> = (0..3).map(|_| parked(rx.recv())).collect();
        for n in 0..3 {
            assert_eq!((tx.try_send(n), tx.len()), (Ok(()), 0), "{capacity:?}");
        }
        assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
        assert!(receives.iter_mut().all(|receive| receive.ready().is_ok()));
    }
}

#[test]
fn cb_08_any_capacity_will_do() {
    // Goal: CB-11: nothing overflows or is set aside for it; see also tests/alloc.rs.
    for capacity in [1, 31, 32, 8192, 65_536, 65_537, 1 << 40, usize::MAX - 1, usize::MAX] {
        let (tx, rx) = taut_chan::bounded::<[u64; 4]>(capacity);
        assert_eq!(tx.capacity(), Some(capacity));
        for n in 0..100.min(capacity) {
            assert_eq!(tx.try_send([n as u64; 4]), Ok(()));
        }
        assert_eq!(drain(&rx).len(), 100.min(capacity));
    }
}

#[test]
fn cb_09_a_channel_of_capacity_one_is_a_mutex() {
    // Goal: CB-10. Method: a plain counter, reached only between a send and its receive; Miri would
    // tell if an edge were missing.
    struct Counter(std::cell::UnsafeCell<u64>);
    // SAFETY: only reached by whoever has sent and not yet received.
    unsafe impl Sync for Counter {}
    let times = if cfg!(miri) { 20 } else { 2000 };
    for is_zero_sized in [false, true] {
        let counter = Counter(std::cell::UnsafeCell::new(0));
        let (tx, rx) = taut_chan::bounded(1);
        let (unit_tx, unit_rx) = taut_chan::bounded(1);
        let program = || {
            let counter = &counter;
            for n in 0..times {
                if is_zero_sized {
                    assert_eq!(unit_tx.blocking_send(()), Ok(()));
                } else {
                    assert_eq!(tx.blocking_send(n), Ok(()));
                }
                // SAFETY: we are between a send and a receive, and the capacity is one.
                unsafe { *counter.0.get() += 1 };
                if is_zero_sized {
                    assert_eq!(unit_rx.blocking_recv(), Ok(()));
                } else {
                    assert!(rx.blocking_recv().is_ok());
                }
            }
        };
        race::<()>(vec![Box::new(program), Box::new(program)]);
        assert_eq!(counter.0.into_inner(), 2 * times);
    }
}

#[test]
fn cb_12_what_is_buffered_when_nobody_can_receive_any_more_is_dropped_at_once() {
    for capacity in CAPACITIES {
        let census = Census::default();
        let (tx, rx) = channel(capacity);
        for n in 0..100 {
            drop(tx.try_send(census.value(n)));
        }
        drop(rx);
        assert_eq!((census.alive(), tx.len()), (0, 0), "{capacity:?}");
    }
}

#[test]
fn cb_14_there_is_no_gap_between_the_buffer_and_blocked_sends() {
    // Goal: with cancellations in between; each third send gives up.
    for capacity in buffered() {
        let (tx, rx) = full(capacity);
        let from = capacity as u64;
        let mut sends: Vec<_> = (0..60).map(|n| Some(parked(tx.send(from + n)))).collect();
        for send in sends.iter_mut().step_by(3) {
            *send = None;
        }
        let expected: Vec<u64> =
            (0..from).chain((0..60).filter(|n| n % 3 != 0).map(|n| from + n)).collect();
        assert_eq!(drain(&rx), expected, "{capacity}");
    }
}

#[test]
fn cb_15_an_unbounded_channel_never_makes_a_send_wait() {
    let (tx, rx) = taut_chan::unbounded();
    let values = if cfg!(miri) { 200 } else { 10_000 };
    for n in 0..values {
        match n % 3 {
            0 => assert_eq!(now(tx.send(n)), Ok(())),
            1 => assert_eq!(tx.try_send(n), Ok(())),
            _ => assert_eq!(now(tx.reserve()).unwrap().send(n), Ok(())),
        }
        assert!(!tx.is_full());
    }
    assert_eq!((rx.len(), tx.capacity()), (values, None));
    assert_eq!(drain(&rx), (0..values).collect::<Vec<_>>());
}

#[test]
fn cb_06_room_that_a_value_given_back_does_not_take_is_there_for_others() {
    // Goal: a value given back stands in front of the buffer, not in it: it takes no room, frees none
    // when it is received, and holds up nobody.
    for capacity in buffered() {
        let (tx, rx) = taut_chan::bounded(capacity);
        let dropped = parked(rx.recv());
        assert_eq!(tx.try_send(1000), Ok(()));
        for n in 0..capacity as u64 {
            assert_eq!(tx.try_send(n), Ok(()));
        }
        drop(dropped);
        assert_eq!(rx.len(), capacity + 1, "{capacity}");
        let mut send = parked(tx.send(2000));
        assert_eq!((rx.try_recv(), send.wakes()), (Ok(1000), 0));
        send.pending();
        assert_eq!(tx.try_send(9), Err(TrySendError::Full(9)));
        assert_eq!((rx.try_recv(), send.wakes(), send.ready()), (Ok(0), 1, Ok(())));
    }
}

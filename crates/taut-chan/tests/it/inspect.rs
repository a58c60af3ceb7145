//! What can be asked of a channel: `len`, `capacity`, counts, directions, weak handles, and `never`.

use taut_chan::{Receiver, TryRecvError};

use crate::support::{CAPACITIES, FINITE, channel, drain, full, now, parked, task};

#[test]
fn ln_01_len_counts_what_is_queued_and_capacity_is_the_size_of_the_buffer() {
    // Goal: CL-18, LN-07, DR-04: on both handles, before and after the close.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let values = capacity.unwrap_or(50).min(50);
        for n in 0..values {
            assert_eq!((tx.len(), rx.len(), tx.is_empty()), (n, n, n == 0));
            assert_eq!(tx.is_full(), capacity == Some(n));
            assert_eq!(tx.try_send(n), Ok(()));
        }
        assert_eq!((tx.capacity(), rx.capacity()), (capacity, capacity));
        tx.close();
        assert_eq!((rx.len(), rx.capacity()), (values, capacity), "{capacity:?}");
        for n in (0..values).rev() {
            assert_eq!((rx.try_recv().is_ok(), rx.len(), rx.is_empty()), (true, n, n == 0));
        }
    }
}

#[test]
fn ln_02_a_rendezvous_is_empty_and_full_whoever_waits() {
    let (tx, rx) = taut_chan::rendezvous();
    let sends: Vec<_> = (0..3).map(|n| parked(tx.send(n))).collect();
    assert_eq!((tx.len(), rx.len(), tx.capacity(), rx.capacity()), (0, 0, Some(0), Some(0)));
    assert!(tx.is_empty() && tx.is_full() && rx.is_empty() && rx.is_full());
    drop(sends);
    let _receive = parked(rx.recv());
    assert!(rx.is_empty() && rx.is_full());
}

#[test]
fn ln_05_values_of_blocked_sends_do_not_count() {
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let sends: Vec<_> = (0..6).map(|n| parked(tx.send(n))).collect();
        assert_eq!((tx.len(), rx.len()), (capacity, capacity));
        drop(sends);
        assert_eq!(rx.len(), capacity);
    }
}

#[test]
fn ln_01_a_permit_takes_room_but_is_no_value() {
    for &capacity in FINITE.iter().filter(|capacity| **capacity > 0) {
        let (tx, rx) = full(capacity);
        assert!(rx.try_recv().is_ok());
        assert!(!tx.is_full());
        let permit = tx.try_reserve().unwrap();
        assert!((tx.len(), tx.is_full()) == (capacity - 1, true), "{capacity}");
        drop(permit);
        assert!(!tx.is_full());
    }
}

#[test]
fn dr_06_handles_are_counted_and_weak_ones_are_not() {
    // Goal: DR-01, DR-02 are types; here is what a direction means for the lifetime.
    for capacity in CAPACITIES {
        let (tx, rx) = channel::<u64>(capacity);
        assert_eq!((tx.sender_count(), rx.receiver_count()), (1, 1));
        let (tx_2, rx_2) = (tx.clone(), rx.clone());
        let (weak_tx, weak_rx) = (tx.downgrade(), rx.downgrade());
        assert_eq!((rx.sender_count(), tx.receiver_count()), (2, 2));
        let (tx_3, rx_3) = (weak_tx.upgrade().unwrap(), weak_rx.clone().upgrade().unwrap());
        assert_eq!((rx.sender_count(), tx.receiver_count()), (3, 3));
        drop((tx, tx_2, rx, rx_2));
        assert_eq!((tx_3.sender_count(), rx_3.receiver_count()), (1, 1), "{capacity:?}");
        assert!(!tx_3.is_closed());
        drop(tx_3);
        assert_eq!((rx_3.sender_count(), rx_3.is_closed()), (0, true));
        assert!(weak_tx.upgrade().is_none() && weak_tx.clone().upgrade().is_none());
        drop(rx_3);
        assert!(weak_rx.upgrade().is_none());
    }
}

#[test]
fn dr_06_all_that_holds_a_sender_counts_and_lets_go() {
    // Goal: an owned permit, its future and a sink keep the channel open, as long as they live.
    for capacity in CAPACITIES {
        let (tx, rx) = channel::<u64>(capacity);
        let mut receive = parked(rx.recv());
        let permit = now(tx.clone().reserve_owned()).unwrap();
        let future = task(tx.clone().reserve_owned());
        let sink = tx.clone().into_sink();
        let stream = rx.clone().into_stream();
        assert_eq!((rx.sender_count(), tx.receiver_count()), (4, 2));
        drop((tx, sink, future, stream));
        assert_eq!((rx.sender_count(), rx.receiver_count()), (1, 1), "{capacity:?}");
        receive.pending();
        drop(permit);
        assert_eq!((receive.wakes(), rx.is_closed()), (1, true));
    }
}

#[test]
fn dr_03_handles_share_one_channel() {
    // Goal: what one clone does every other one sees.
    for capacity in CAPACITIES.into_iter().filter(|capacity| *capacity != Some(0)) {
        let (tx, rx) = channel(capacity);
        assert_eq!(tx.clone().try_send(1), Ok(()));
        assert_eq!((rx.clone().len(), tx.len()), (1, 1));
        assert_eq!(rx.clone().try_recv(), Ok(1), "{capacity:?}");
        assert!(rx.clone().close() && tx.is_closed());
    }
}

#[test]
fn nl_01_never_gives_nothing_and_is_not_closed() {
    // Goal: NL-06, NL-07, LN-03, CB-13: every form of receive waits, or says empty.
    let rx: Receiver<u64> = taut_chan::never();
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    let (mut many, mut stream) = (Vec::new(), rx.stream());
    let mut waits = [parked(rx.recv()), parked(rx.recv())];
    let mut batch = parked(rx.recv_many(&mut many, 1));
    let mut next = parked(futures_util::StreamExt::next(&mut stream));
    let mut watch = parked(rx.closed());
    for _ in 0..10 {
        waits.iter_mut().for_each(crate::support::Task::pending);
        batch.pending();
        next.pending();
        watch.pending();
    }
    assert_eq!(waits[0].wakes() + batch.wakes() + next.wakes() + watch.wakes(), 0);
    assert_eq!((rx.len(), rx.is_empty(), rx.is_closed()), (0, true, false));
    assert_eq!((rx.sender_count(), rx.receiver_count()), (0, 1));
}

#[test]
fn nl_01_never_can_be_cloned_closed_and_dropped() {
    // Goal: a clone that goes does not end the others; a close by hand does (it is a channel).
    let rx: Receiver<u64> = taut_chan::never();
    let clone = rx.clone();
    let mut wait = parked(rx.recv());
    drop(clone);
    wait.pending();
    assert!(rx.downgrade().upgrade().is_some());
    assert!(rx.close());
    assert_eq!((wait.wakes(), wait.ready().is_err()), (1, true));
    assert!(!rx.same_channel(&taut_chan::never()));
}

#[test]
fn nl_05_never_stands_for_an_arm_that_is_switched_off() {
    // Goal: NL-03: swapping the receiver for `never` and back loses nothing.
    let (tx, rx) = taut_chan::unbounded();
    assert_eq!((tx.try_send(1), tx.try_send(2)), (Ok(()), Ok(())));
    let mut arm = rx.clone();
    assert_eq!(now(arm.recv()), Ok(1));
    arm = taut_chan::never();
    parked(arm.recv()).pending();
    arm = rx;
    assert_eq!(drain(&arm), [2]);
}

#[test]
fn handles_print_the_state_of_the_channel_without_its_values() {
    struct Mute;
    for (capacity, text) in [(Some(0), "Some(0)"), (Some(3), "Some(3)"), (None, "None")] {
        let (tx, rx) = channel::<Mute>(capacity);
        let state =
            format!("{{ len: 0, capacity: {text}, is_closed: false, senders: 1, receivers: 1 }}");
        assert_eq!(format!("{tx:?}"), format!("Sender {state}"));
        assert_eq!(format!("{rx:?}"), format!("Receiver {state}"));
        assert_eq!(format!("{:?}", tx.downgrade()), format!("WeakSender {state}"));
        assert_eq!(format!("{:?}", rx.downgrade()), format!("WeakReceiver {state}"));
    }
}

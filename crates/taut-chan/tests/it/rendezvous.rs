//! Capacity 0, and what holds for channels of any capacity.

use std::any::Any;

use taut_chan::{Receiver, Sender, TryRecvError, TrySendError};

use crate::support::{CAPACITIES, Census, FINITE, channel, drain, full, now, parked, race, task};

#[test]
fn ch_01_handles_of_one_channel_know_each_other() {
    // Goal: DR-03: clones, upgraded and borrowed handles; not another channel of the same kind.
    for capacity in CAPACITIES {
        let (tx, rx) = channel::<u64>(capacity);
        let (other_tx, other_rx) = channel::<u64>(capacity);
        assert!(tx.same_channel(&tx.clone()) && rx.same_channel(&rx.clone()));
        assert!(tx.same_channel(&tx.downgrade().upgrade().unwrap()));
        assert!(rx.same_channel(&rx.downgrade().upgrade().unwrap()));
        assert!(!tx.same_channel(&other_tx) && !rx.same_channel(&other_rx), "{capacity:?}");
        let mut waits = parked(rx.recv());
        assert_eq!(tx.clone().try_send(1), Ok(()));
        assert_eq!(waits.ready(), Ok(1));
    }
}

#[test]
fn ch_02_a_rendezvous_waits_for_the_other_side_both_ways() {
    // Goal: CB-13: 0 is not 1, and not never.
    let (tx, rx) = taut_chan::bounded(0);
    let mut send = parked(tx.send(1));
    assert_eq!(send.wakes(), 0);
    assert_eq!(now(rx.recv()), Ok(1));
    assert_eq!((send.wakes(), send.ready()), (1, Ok(())));
    let mut receive = parked(rx.recv());
    assert_eq!(now(tx.send(2)), Ok(()));
    assert_eq!((receive.wakes(), receive.ready()), (1, Ok(2)));
    task(tx.send(3)).pending();
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty), "it went with its future");
}

#[test]
fn ch_03_a_send_completes_only_when_its_value_was_taken() {
    // Goal: with three that wait, each receive completes exactly one, and a polled one stays pending.
    let (tx, rx) = taut_chan::rendezvous();
    let mut sends: Vec<_> = (0..3).map(|n| parked(tx.send(n))).collect();
    for n in 0..3 {
        for send in &mut sends[n as usize..] {
            send.pending();
        }
        assert_eq!(now(rx.recv()), Ok(n));
        assert_eq!(sends[n as usize].ready(), Ok(()));
    }
}

#[test]
fn ch_04_each_value_is_received_once_by_one() {
    // Goal: CH-20, RG-06. Method: three senders and three receivers on threads; sum, count, census.
    let per_sender = if cfg!(miri) { 3 } else { 500 };
    for capacity in CAPACITIES {
        let census = Census::default();
        let (tx, rx) = channel(capacity);
        let mut programs: Vec<Box<dyn FnOnce() -> (u64, u64) + Send>> = Vec::new();
        for sender in 0..3 {
            let (tx, census) = (tx.clone(), census.clone());
            programs.push(Box::new(move || {
                for n in 0..per_sender {
                    assert!(tx.blocking_send(census.value(sender * per_sender + n)).is_ok());
                }
                (0, 0)
            }));
        }
        for _ in 0..3 {
            let rx = rx.clone();
            programs.push(Box::new(move || {
                let (mut count, mut sum) = (0, 0);
                while let Ok(value) = rx.blocking_recv() {
                    (count, sum) = (count + 1, sum + value.id);
                }
                (count, sum)
            }));
        }
        drop(tx);
        let totals = race(programs).into_iter().fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        let all = 3 * per_sender;
        assert_eq!(totals, (all, all * (all - 1) / 2), "{capacity:?}");
        assert_eq!(census.alive(), 0);
    }
}

#[test]
fn ch_09_the_value_is_that_of_the_send() {
    // Goal: a copy is sent; what happens to the original afterwards is not seen.
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let mut original = 100;
        let mut send = parked(tx.send(original));
        original += 1;
        assert_eq!(drain(&rx).last(), Some(&100));
        assert_eq!((send.ready(), original), (Ok(()), 101));
    }
}

#[test]
fn ch_11_a_receive_whose_result_is_thrown_away_consumes_its_value() {
    // Goal: and one that was never polled does not.
    for capacity in CAPACITIES.into_iter().filter(|capacity| *capacity != Some(0)) {
        let (tx, rx) = channel(capacity);
        assert_eq!(tx.try_send(1), Ok(()));
        drop(task(rx.recv()));
        assert_eq!(rx.len(), 1);
        assert!(now(rx.recv()).is_ok());
        assert_eq!((rx.len(), rx.try_recv()), (0, Err(TryRecvError::Empty)), "{capacity:?}");
    }
}

#[test]
fn ch_12_values_of_no_size_are_counted_like_others() {
    // Goal: blocking, counting and close with (); through several blocks.
    for &capacity in FINITE {
        let (tx, rx) = taut_chan::bounded(capacity);
        for n in 0..capacity {
            assert_eq!((tx.try_send(()), tx.len()), (Ok(()), n + 1));
        }
        assert_eq!(tx.try_send(()), Err(TrySendError::Full(())));
        let mut sends: Vec<_> = (0..40).map(|_| parked(tx.send(()))).collect();
        assert_eq!(drain(&rx).len(), capacity + 40);
        assert!(sends.iter_mut().all(|send| send.ready().is_ok()));
        let mut receive = parked(rx.recv());
        assert!(tx.close());
        assert!(receive.ready().is_err());
    }
    let (tx, rx) = taut_chan::bounded(usize::MAX / 2);
    for _ in 0..1000 {
        assert_eq!(tx.try_send(()), Ok(()));
    }
    assert_eq!((rx.len(), drain(&rx).len()), (1000, 1000));
}

#[test]
fn ch_14_a_channel_can_carry_channels_functions_and_its_own_kind() {
    // Goal: CH-28: values of different types behind one interface.
    struct Chain(Option<Sender<Self>>);
    for capacity in CAPACITIES.into_iter().filter(|capacity| *capacity != Some(0)) {
        let (tx, rx) = channel::<(Sender<u64>, Receiver<u64>)>(capacity);
        assert!(tx.try_send(taut_chan::bounded(1)).is_ok());
        let (inner_tx, inner_rx) = rx.try_recv().unwrap();
        assert_eq!((inner_tx.try_send(1), inner_rx.try_recv()), (Ok(()), Ok(1)));

        let (tx, rx) = channel::<fn(u64) -> u64>(capacity);
        assert!(tx.try_send(|n| n + 1).is_ok());
        assert_eq!(rx.try_recv().unwrap()(1), 2);

        let (tx, rx) = channel::<Chain>(capacity);
        assert!(tx.try_send(Chain(Some(tx.clone()))).is_ok());
        let Chain(Some(back)) = rx.try_recv().ok().unwrap() else { panic!("it was sent along") };
        assert!(back.same_channel(&tx) && back.try_send(Chain(None)).is_ok());

        let (tx, rx) = channel::<Box<dyn Any + Send>>(capacity);
        for value in [Box::new(1_u8) as Box<dyn Any + Send>, Box::new("text")] {
            assert!(tx.try_send(value).is_ok());
            let value = rx.try_recv().unwrap();
            assert!(value.is::<u8>() || value.is::<&str>());
        }
    }
}

#[test]
fn ch_15_a_channel_that_nobody_holds_drops_what_is_in_it() {
    // Goal: CB-12: in either order of the handles, with weak handles left, with a value given back.
    for capacity in CAPACITIES {
        for receiver_first in [false, true] {
            let census = Census::default();
            let (tx, rx) = channel(capacity);
            let dropped = parked(rx.recv());
            for n in 0..40 {
                drop(tx.try_send(census.value(n)));
            }
            drop(dropped);
            assert_eq!(census.alive(), rx.len());
            assert!(!rx.is_empty());
            let weak = (tx.downgrade(), rx.downgrade());
            if receiver_first {
                drop(rx);
                assert_eq!(census.alive(), 0, "{capacity:?}");
                drop(tx);
            } else {
                drop(tx);
                drop(rx);
            }
            assert_eq!(census.alive(), 0, "{capacity:?}");
            drop(weak);
        }
    }
}

#[test]
fn ch_16_when_one_side_is_gone_the_other_is_told() {
    // Goal: last, and not before it; weak handles do not count (DR-06).
    for capacity in CAPACITIES {
        let (tx, rx) = channel::<u64>(capacity);
        let (another, weak) = (tx.clone(), tx.downgrade());
        let mut receive = parked(rx.recv());
        drop(tx);
        receive.pending();
        drop(another);
        assert_eq!(receive.wakes(), 1, "{capacity:?}");
        assert!(receive.ready().is_err() && weak.upgrade().is_none());
    }
}

#[test]
fn ch_17_a_try_send_on_a_rendezvous_succeeds_exactly_if_a_receive_waits() {
    // Goal: polled and pending is waiting, made is not; each serves once.
    let (tx, rx) = taut_chan::rendezvous();
    assert_eq!(tx.try_send(1), Err(TrySendError::Full(1)));
    let mut receive = task(rx.recv());
    assert_eq!(tx.try_send(1), Err(TrySendError::Full(1)));
    receive.pending();
    assert_eq!(tx.try_send(1), Ok(()));
    assert_eq!(tx.try_send(2), Err(TrySendError::Full(2)));
    assert_eq!(receive.ready(), Ok(1));
    drop(parked(rx.recv()));
    assert_eq!(tx.try_send(3), Err(TrySendError::Full(3)), "it left");
}

#[test]
fn ch_18_a_try_recv_on_a_rendezvous_succeeds_exactly_if_a_send_waits() {
    // Goal: it completes the first that waits; a reservation is no value.
    let (tx, rx) = taut_chan::rendezvous();
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    let mut send = task(tx.send(1));
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    send.pending();
    let mut second = parked(tx.send(2));
    assert_eq!(rx.try_recv(), Ok(1));
    assert_eq!((send.wakes(), second.wakes(), send.ready()), (1, 0, Ok(())));
    second.pending();
    drop(second);
    let reservation = parked(tx.reserve());
    assert_eq!((rx.try_recv(), reservation.wakes()), (Err(TryRecvError::Empty), 0));
}

#[test]
fn ch_19_a_try_that_fails_changes_nothing() {
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        for _ in 0..100 {
            assert_eq!(tx.try_send(9), Err(TrySendError::Full(9)));
            assert!(tx.try_reserve().is_err());
        }
        assert_eq!(drain(&rx).len(), capacity);
        for _ in 0..100 {
            assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
        }
        let mut receive = parked(rx.recv());
        assert_eq!(tx.try_send(1), Ok(()));
        assert_eq!((receive.ready(), rx.is_empty()), (Ok(1), true), "{capacity}");
    }
}

#[test]
fn ch_22_who_waits_is_left_alone_until_it_is_served() {
    // Goal: nothing else wakes it: failed tries, other waiters that come and go, clones.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let mut receive = parked(rx.recv());
        for _ in 0..40 {
            assert!(rx.try_recv().is_err());
            drop(parked(rx.recv()));
            drop((tx.clone(), rx.clone()));
        }
        assert_eq!(receive.wakes(), 0, "{capacity:?}");
        assert_eq!(tx.try_send(1), Ok(()));
        assert_eq!((receive.wakes(), receive.ready()), (1, Ok(1)));
    }
}

#[test]
fn ch_23_one_task_can_meet_itself() {
    // Goal: a lone send waits; a task that holds both ends can hand over to itself.
    let (tx, rx) = taut_chan::rendezvous();
    parked(tx.send(1)).pending();
    let mut both = task(futures_util::future::join(tx.send(2), rx.recv()));
    let mut output = both.poll();
    if output.is_pending() {
        assert!(both.wakes() > 0);
        output = both.poll();
    }
    assert_eq!(output, std::task::Poll::Ready((Ok(()), Ok(2))));
}

#[test]
fn ch_26_a_value_that_was_received_is_not_kept() {
    // Goal: the channel holds no copy in slot, block or stash.
    for capacity in CAPACITIES {
        let census = Census::default();
        let (tx, rx) = channel(capacity);
        let mut receive = parked(rx.recv());
        assert!(tx.try_send(census.value(0)).is_ok());
        drop(receive.ready());
        for n in 0..100 {
            if tx.try_send(census.value(n)).is_ok() {
                assert!(rx.try_recv().is_ok());
            }
            assert_eq!(census.alive(), 0, "{capacity:?}");
        }
    }
}

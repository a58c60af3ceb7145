//! Closing: what is in the channel first, then the notice, for ever; and nothing is added any more.

use taut_chan::{
    Closed, Receiver, RecvError, SendError, SendFromError, Sender, TryRecvError, TryReserveError,
    TrySendError,
};

use crate::support::{
    CAPACITIES, FINITE, MANY, ROUNDS, channel, drain, full, now, parked, race, task,
};

/// The ways to close.
const WAYS: [fn(&mut Option<Sender<u64>>); 2] =
    [|tx| assert!(tx.as_ref().unwrap().close()), |tx| *tx = None];

#[test]
fn cl_01_what_is_in_a_closed_channel_is_received_in_order_then_the_close() {
    // Goal: CL-02, CL-03, CL-20, LN-01, CL-18: zeros are values; afterwards it fails again and again.
    for capacity in CAPACITIES.into_iter().filter(|capacity| *capacity != Some(0)) {
        for close in WAYS {
            let (tx, rx) = channel(capacity);
            let mut tx = Some(tx);
            let values = capacity.unwrap_or(3).min(3);
            for _ in 0..values {
                assert_eq!(tx.as_ref().unwrap().try_send(0), Ok(()));
            }
            close(&mut tx);
            assert_eq!((rx.len(), rx.capacity(), rx.is_closed()), (values, capacity, true));
            for _ in 0..values {
                assert_eq!(now(rx.recv()), Ok(0), "{capacity:?}");
            }
            for _ in 0..10 {
                assert_eq!(now(rx.recv()), Err(RecvError));
                assert_eq!(rx.try_recv(), Err(TryRecvError::Closed));
                assert_eq!(now(rx.recv_many(&mut Vec::new(), 5)), 0);
                assert_eq!(rx.blocking_recv(), Err(RecvError));
            }
        }
    }
}

#[test]
fn cl_04_close_releases_all_blocked_receives() {
    // Goal: RG-07. More than one batch of them, each woken once, and in their order (CL-12).
    for capacity in CAPACITIES {
        for close in WAYS {
            let (tx, rx) = channel(capacity);
            let mut tx = Some(tx);
            let mut waits: Vec<_> = (0..MANY).map(|_| parked(rx.recv())).collect();
            close(&mut tx);
            for wait in &mut waits {
                assert_eq!((wait.wakes(), wait.ready()), (1, Err(RecvError)), "{capacity:?}");
            }
        }
    }
}

#[test]
fn cl_05_close_gives_all_blocked_sends_their_values_back() {
    // Goal: H-11 with k = 0: the buffer is untouched, nobody gets in.
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let mut sends: Vec<_> = (0..MANY as u64).map(|n| parked(tx.send(100 + n))).collect();
        let mut reservation = parked(tx.reserve());
        let mut owned = parked(tx.clone().reserve_owned());
        let mut slot = Some(7);
        let mut from = parked(tx.send_from(&mut slot));
        assert!(rx.close());
        for (n, send) in sends.iter_mut().enumerate() {
            assert_eq!((send.wakes(), send.ready()), (1, Err(SendError(100 + n as u64))));
        }
        assert_eq!((reservation.wakes(), reservation.ready().err()), (1, Some(Closed)));
        assert_eq!((owned.wakes(), owned.ready().err()), (1, Some(Closed)));
        assert_eq!((from.wakes(), from.ready()), (1, Err(SendFromError::Closed)));
        drop(from);
        assert_eq!(slot, Some(7));
        assert_eq!(drain(&rx), (0..capacity as u64).collect::<Vec<_>>(), "{capacity}");
    }
}

#[test]
fn cl_05_dropping_the_last_receiver_gives_blocked_sends_their_values_back() {
    // Goal: CH-16: one side gone, the other is told.
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let another = rx.clone();
        let mut sends: Vec<_> = (0..40).map(|n| parked(tx.send(100 + n))).collect();
        drop(rx);
        sends[0].pending();
        drop(another);
        for (n, send) in sends.iter_mut().enumerate() {
            assert_eq!((send.wakes(), send.ready()), (1, Err(SendError(100 + n as u64))));
        }
        assert!(tx.is_closed() && tx.is_empty(), "{capacity}");
    }
}

#[test]
fn cl_05_a_woken_send_does_not_get_in_after_the_close() {
    // Goal: D5: the buffer is drained before the sends are polled again; still nothing was added.
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let mut send = parked(tx.send(100));
        assert!(rx.close());
        assert_eq!(drain(&rx).len(), capacity);
        assert_eq!((send.ready(), rx.try_recv()), (Err(SendError(100)), Err(TryRecvError::Closed)));
    }
}

#[test]
fn cl_06_sending_into_a_closed_channel_fails_with_the_value() {
    // Goal: closed outranks full; every form says so.
    for capacity in CAPACITIES {
        for is_full in [false, true] {
            let (tx, rx) = channel(capacity);
            if is_full {
                while tx.len() < 3 && tx.try_send(0).is_ok() {}
            }
            assert!(rx.close());
            let len = rx.len();
            assert_eq!(tx.try_send(1), Err(TrySendError::Closed(1)), "{capacity:?}");
            assert_eq!(now(tx.send(2)), Err(SendError(2)));
            assert_eq!(tx.blocking_send(3), Err(SendError(3)));
            assert_eq!(tx.try_reserve().err(), Some(TryReserveError::Closed));
            assert_eq!(now(tx.reserve()).err(), Some(Closed));
            assert_eq!(tx.clone().try_reserve_owned().err().unwrap().1, TryReserveError::Closed);
            assert_eq!(now(tx.clone().reserve_owned()).err(), Some(Closed));
            assert_eq!(rx.len(), len);
        }
    }
}

#[test]
fn cl_07_closing_twice_is_harmless_and_only_the_first_says_so() {
    // Goal: CL-10, CL-11: from either side, and after one side is gone.
    for capacity in CAPACITIES {
        let (tx, rx) = channel::<u64>(capacity);
        assert!(!tx.is_closed() && !rx.is_closed());
        assert!(rx.close());
        assert!(!tx.close() && !rx.close() && tx.is_closed() && rx.is_closed(), "{capacity:?}");
        let (tx, rx) = channel::<u64>(capacity);
        drop(tx);
        assert!(rx.is_closed() && !rx.close());
        let (tx, rx) = channel::<u64>(capacity);
        drop(rx);
        assert!(tx.is_closed() && !tx.close());
    }
}

#[test]
fn cl_15_a_value_handed_over_before_the_close_is_delivered_after_it() {
    // Goal: H-12 c. The one behind it learns of the close.
    for capacity in CAPACITIES {
        for close in WAYS {
            let (tx, rx) = channel(capacity);
            let mut tx = Some(tx);
            let mut first = parked(rx.recv());
            let mut second = parked(rx.recv());
            assert_eq!(tx.as_ref().unwrap().try_send(1), Ok(()));
            close(&mut tx);
            assert_eq!((first.ready(), second.ready()), (Ok(1), Err(RecvError)), "{capacity:?}");
            assert_eq!((first.wakes(), second.wakes()), (1, 1));
        }
    }
}

#[test]
fn cl_15_a_send_that_was_taken_before_the_close_succeeded() {
    // Goal: CL-16, the other side of it: polled after the close, it says that it was sent.
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let mut first = parked(tx.send(100));
        let mut second = parked(tx.send(101));
        assert!(rx.try_recv().is_ok());
        assert!(tx.close());
        assert_eq!((first.ready(), second.ready()), (Ok(()), Err(SendError(101))), "{capacity}");
    }
}

#[test]
fn cl_19_closed_resolves_when_the_channel_is_closed_by_whatever_means() {
    // Goal: CL-21: on both handles, for many who watch, before or after; values do not matter.
    type Close = fn(&Sender<u64>, &Receiver<u64>) -> bool;
    let ways: [Close; 2] = [|tx, _| tx.close(), |_, rx| rx.close()];
    for capacity in CAPACITIES {
        for close in ways {
            let (tx, rx) = channel(capacity);
            let (other_tx, other_rx) = (tx.clone(), rx.clone());
            let is_buffered = tx.try_send(1).is_ok();
            let mut watches: Vec<_> = (0..40)
                .flat_map(|_| [parked(other_tx.closed()), parked(other_rx.closed())])
                .collect();
            let unwatched = watches.pop();
            drop(unwatched);
            assert!(close(&tx, &rx));
            for watch in &mut watches {
                assert_eq!(watch.wakes(), 1, "{capacity:?}");
                watch.ready();
            }
            now(tx.closed());
            now(rx.closed());
            assert_eq!(rx.len(), usize::from(is_buffered));
        }
        let (tx, rx) = channel::<u64>(capacity);
        let mut watch = parked(tx.closed());
        drop(rx);
        assert_eq!(watch.wakes(), 1);
        watch.ready();
        let (tx, rx) = channel::<u64>(capacity);
        let mut watch = parked(rx.closed());
        drop(tx);
        assert_eq!(watch.wakes(), 1);
        watch.ready();
    }
}

#[test]
fn of_04_values_first_then_the_close_and_receives_before_sends() {
    // Goal: CL-12, CL-13. Method: a log of who is woken. Receives and sends wait together, kept apart
    // by a permit; the watchers come last.
    use std::sync::{Arc, Mutex};
    use std::task::{Wake, Waker};
    struct Log(&'static str, Arc<Mutex<Vec<&'static str>>>);
    impl Wake for Log {
        fn wake(self: Arc<Self>) {
            self.1.lock().unwrap().push(self.0);
        }
    }
    for capacity in [0, 1] {
        let (tx, rx) = taut_chan::bounded(capacity);
        let log = Arc::new(Mutex::new(Vec::new()));
        let waker = |name| Waker::from(Arc::new(Log(name, Arc::clone(&log))));
        let mut receives = [task(rx.recv()), task(rx.recv())];
        let mut sends = [task(tx.send(1)), task(tx.send(2))];
        let mut watch = task(tx.closed());
        assert!(watch.poll_with(&waker("watch")).is_pending());
        for (receive, name) in receives.iter_mut().zip(["recv 1", "recv 2"]) {
            assert!(receive.poll_with(&waker(name)).is_pending());
        }
        let permits: Vec<_> = std::iter::from_fn(|| tx.try_reserve().ok()).collect();
        for (send, name) in sends.iter_mut().zip(["send 1", "send 2"]) {
            assert!(send.poll_with(&waker(name)).is_pending());
        }
        assert!(tx.close());
        assert_eq!(*log.lock().unwrap(), ["recv 1", "recv 2", "send 1", "send 2", "watch"]);
        for permit in permits {
            assert_eq!(permit.send(3), Err(SendError(3)));
        }
    }
}

#[test]
fn h_07_a_try_recv_that_races_with_close_gets_the_value_or_finds_it_taken() {
    // Goal: CL-17. One value, one closer that then receives, one try_recv: exactly one gets it, and
    // the try_recv never says empty, and closed only if the other has it.
    for round in 0..ROUNDS {
        let (tx, rx) = taut_chan::bounded(1);
        assert_eq!(tx.try_send(7), Ok(()));
        let by_drop = round % 2 == 0;
        let tx = std::sync::Mutex::new(Some(tx));
        let results = race::<Result<u64, TryRecvError>>(vec![
            Box::new(|| {
                let tx = tx.lock().unwrap().take().unwrap();
                if by_drop {
                    drop(tx)
                } else {
                    assert!(tx.close())
                }
                rx.try_recv()
            }),
            Box::new(|| rx.try_recv()),
        ]);
        let mut sorted = results.clone();
        sorted.sort_by_key(Result::is_err);
        assert_eq!(sorted, [Ok(7), Err(TryRecvError::Closed)], "{results:?}");
    }
}

#[test]
fn h_07_a_try_recv_that_races_with_the_last_value_never_loses_it() {
    // Goal: send then drop, while another polls: after `Closed` nothing may be left (CL-16).
    for capacity in [Some(2), Some(1 << 40), None] {
        for _ in 0..ROUNDS {
            let (tx, rx) = channel(capacity);
            let tx = std::sync::Mutex::new(Some(tx));
            let received = race::<u64>(vec![
                Box::new(|| {
                    let tx = tx.lock().unwrap().take().unwrap();
                    assert_eq!((tx.try_send(1), tx.try_send(2)), (Ok(()), Ok(())));
                    0
                }),
                Box::new(|| {
                    let mut sum = 0;
                    loop {
                        match rx.try_recv() {
                            Ok(value) => sum += value,
                            Err(TryRecvError::Closed) => return sum,
                            Err(TryRecvError::Empty) => std::hint::spin_loop(),
                        }
                    }
                }),
            ]);
            assert_eq!(received, [0, 3], "{capacity:?}");
        }
    }
}

#[test]
fn cl_22_a_send_that_races_with_close_is_sent_or_comes_back() {
    // Goal: H-07's mirror: never `Full` on a channel with room, and drained exactly if `Ok`.
    for capacity in [Some(1), Some(1 << 40), None] {
        for _ in 0..ROUNDS {
            let (tx, rx) = channel(capacity);
            let results = race::<Result<(), TrySendError<u64>>>(vec![
                Box::new(|| {
                    assert!(rx.close());
                    Ok(())
                }),
                Box::new(|| tx.try_send(7)),
            ]);
            match results[1] {
                Ok(()) => assert_eq!(drain(&rx), [7]),
                Err(error) => {
                    assert_eq!(error, TrySendError::Closed(7), "{capacity:?}");
                    assert_eq!(rx.try_recv(), Err(TryRecvError::Closed));
                }
            }
        }
    }
}

#[test]
fn cl_23_of_two_that_close_exactly_one_is_told_that_it_did() {
    for capacity in CAPACITIES {
        for _ in 0..ROUNDS / 4 + 1 {
            let (tx, rx) = channel::<u64>(capacity);
            let mut closed = race::<bool>(vec![Box::new(|| tx.close()), Box::new(|| rx.close())]);
            closed.sort_unstable();
            assert_eq!(closed, [false, true], "{capacity:?}");
        }
    }
}

#[test]
fn h_11_close_races_with_receives_on_a_full_buffer_with_blocked_sends() {
    // Goal: what is received and what comes back are all there is, in order, and the sends that
    // succeeded are the first. Method: three parked sends, polled after the race.
    for _ in 0..ROUNDS {
        let (tx, rx) = full(2);
        let mut sends: Vec<_> = (2..5).map(|n| parked(tx.send(n))).collect();
        let mut received = race::<Vec<u64>>(vec![
            Box::new(|| {
                assert!(tx.close());
                Vec::new()
            }),
            Box::new(|| {
                let mut received = Vec::new();
                while let Ok(value) = rx.try_recv() {
                    received.push(value);
                }
                received
            }),
        ])
        .pop()
        .unwrap();
        received.extend(drain(&rx));
        let sent = sends.iter_mut().map(|send| send.ready()).collect::<Vec<_>>();
        let admitted = sent.iter().take_while(|sent| sent.is_ok()).count();
        let back: Vec<u64> = sent[admitted..].iter().map(|sent| sent.unwrap_err().0).collect();
        assert_eq!(received, (0..2 + admitted as u64).collect::<Vec<_>>());
        assert_eq!(back, (2 + admitted as u64..5).collect::<Vec<_>>());
        assert_eq!(rx.try_recv(), Err(TryRecvError::Closed));
    }
}

//! Going through the values of a channel: `while let`, streams, batches.

use std::pin::Pin;

use futures_util::stream::FusedStream;
use futures_util::{Stream, StreamExt};
use taut_chan::{Receiver, Sender};

use crate::support::{CAPACITIES, Census, Wakes, channel, drain, now, parked, race, task};

#[test]
fn rg_01_a_range_gives_what_was_sent_until_the_channel_is_closed_and_drained() {
    // Goal: CL-02, RG-08: as a loop, as both streams, in batches.
    for capacity in CAPACITIES.into_iter().filter(|capacity| capacity.is_none_or(|c| c > 2)) {
        let filled = || {
            let (tx, rx) = channel(capacity);
            for n in 0..3 {
                assert_eq!(tx.try_send(n), Ok(()));
            }
            rx
        };
        let rx = filled();
        let mut values = Vec::new();
        while let Ok(value) = now(rx.recv()) {
            values.push(value);
        }
        assert_eq!(values, [0, 1, 2], "{capacity:?}");
        assert_eq!(now(filled().stream().collect::<Vec<_>>()), values);
        assert_eq!(now(filled().into_stream().collect::<Vec<_>>()), values);
        let (rx, mut batch) = (filled(), Vec::new());
        assert_eq!(now(rx.recv_many(&mut batch, usize::MAX)), 3);
        assert_eq!((now(rx.recv_many(&mut batch, 1)), batch), (0, values));
    }
}

#[test]
fn rg_02_a_range_stays_with_its_channel() {
    // Goal: assigning the variable in the loop changes nothing for the loop.
    let (tx, mut rx) = taut_chan::unbounded();
    assert_eq!((tx.try_send(1), tx.try_send(2)), (Ok(()), Ok(())));
    drop(tx);
    let mut values = Vec::new();
    let mut stream = rx.clone().into_stream();
    while let Some(value) = now(stream.next()) {
        rx = taut_chan::never();
        values.push(value);
    }
    assert_eq!((values, rx.is_closed()), (vec![1, 2], false));
}

#[test]
fn rg_05_leaving_early_takes_no_more_and_closes_nothing() {
    // Goal: by dropping a stream that waits, that was given one, that was handed one and not polled.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let mut stream = rx.stream();
        drop(parked(stream.next()));
        assert_eq!(tx.try_send(1), Ok(()), "the stream itself still waits");
        drop(stream);
        assert_eq!((rx.len(), rx.is_closed()), (1, false), "{capacity:?}");
        let mut stream = rx.stream();
        assert_eq!(now(stream.next()), Some(1));
        drop(stream);
        let mut receive = parked(rx.recv());
        assert_eq!(tx.try_send(2), Ok(()));
        assert_eq!(receive.ready(), Ok(2));
    }
}

#[test]
fn rg_05_a_stream_dropped_after_hand_over_gives_back() {
    // Goal: to the next that waits; else to the head, before newer values. The owned form too.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let mut stream = rx.clone().into_stream();
        drop(parked(stream.next()));
        let mut next = parked(rx.recv());
        assert_eq!(tx.try_send(1), Ok(()));
        assert_eq!(next.wakes(), 0);
        drop(stream);
        assert_eq!((next.wakes(), next.ready()), (1, Ok(1)), "{capacity:?}");

        let mut stream = rx.stream();
        drop(parked(stream.next()));
        assert_eq!(tx.try_send(2), Ok(()));
        let mut newer = task(tx.send(3));
        let _ = newer.poll();
        drop(stream);
        assert_eq!(drain(&rx), [2, 3]);
    }
}

#[test]
fn rg_05_a_batch_that_is_dropped_takes_nothing() {
    // Goal: the vector is untouched, the value is given back.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let mut batch = vec![0];
        let waits = parked(rx.recv_many(&mut batch, 8));
        assert_eq!(tx.try_send(1), Ok(()));
        drop(waits);
        assert_eq!((batch, rx.len(), rx.try_recv()), (vec![0], 1, Ok(1)), "{capacity:?}");
    }
}

#[test]
fn rg_06_each_value_goes_to_one_of_several_ranges() {
    // Goal: RG-07, CH-04, with streams on threads.
    let values = if cfg!(miri) { 12 } else { 600 };
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let mut programs: Vec<Box<dyn FnOnce() -> Vec<u64> + Send>> = Vec::new();
        programs.push(Box::new(move || {
            assert!((0..values).all(|n| tx.blocking_send(n).is_ok()));
            Vec::new()
        }));
        for _ in 0..3 {
            let stream = rx.clone().into_stream();
            programs.push(Box::new(move || {
                let mut collect = std::pin::pin!(stream.collect());
                taut_core::sync::block_on(collect.as_mut(), None).unwrap()
            }));
        }
        drop(rx);
        let parts = race(programs);
        assert!(parts.iter().all(|part| part.is_sorted()), "{capacity:?}");
        let mut all = parts.concat();
        all.sort_unstable();
        assert_eq!(all, (0..values).collect::<Vec<_>>());
    }
}

#[test]
fn a_stream_ends_once_and_stays_ended() {
    // Goal: CL-02 as `FusedStream`: it says so only when it has said `None`.
    for capacity in CAPACITIES {
        let (tx, rx) = channel::<u64>(capacity);
        let (mut stream, mut owned) = (rx.stream(), rx.clone().into_stream());
        assert!(!stream.is_terminated() && !owned.is_terminated());
        drop(tx);
        assert!(!stream.is_terminated() && !owned.is_terminated());
        for _ in 0..3 {
            assert_eq!((now(stream.next()), now(owned.next())), (None, None), "{capacity:?}");
            assert!(stream.is_terminated() && owned.is_terminated());
        }
    }
}

#[test]
fn a_stream_waits_and_is_woken_like_a_receive() {
    // Goal: one place in the line for each value; the last waker counts; values in a row.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let mut stream = rx.stream();
        for n in 0..40 {
            let mut behind = {
                let (old, new) = (Wakes::new(), Wakes::new());
                for wakes in [&old, &new] {
                    let waker = std::task::Waker::from(std::sync::Arc::clone(wakes));
                    let mut cx = std::task::Context::from_waker(&waker);
                    assert!(Pin::new(&mut stream).poll_next(&mut cx).is_pending());
                }
                let behind = parked(rx.recv());
                assert_eq!(tx.try_send(n), Ok(()));
                assert_eq!((old.count(), new.count(), behind.wakes()), (0, 1, 0));
                behind
            };
            assert_eq!(now(stream.next()), Some(n), "{capacity:?}");
            assert_eq!(tx.try_send(1000 + n), Ok(()));
            assert_eq!(behind.ready(), Ok(1000 + n));
        }
    }
}

#[test]
fn a_batch_takes_what_is_there_up_to_its_maximum_and_waits_for_one() {
    // Goal: order; nothing for a maximum of 0; sends that wait are let in and taken too.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let mut batch = Vec::new();
        assert_eq!(now(rx.recv_many(&mut batch, 0)), 0);
        let mut waits = parked(rx.recv_many(&mut batch, 10));
        assert_eq!(tx.try_send(0), Ok(()));
        let mut sends: Vec<_> = (1..6).map(|n| task(tx.send(n))).collect();
        for send in &mut sends {
            let _ = send.poll();
        }
        assert_eq!((waits.wakes(), waits.ready()), (1, 6), "{capacity:?}");
        drop(waits);
        assert_eq!(batch, [0, 1, 2, 3, 4, 5]);
        assert!(rx.is_empty());
        assert_eq!(tx.try_reserve().is_ok(), capacity != Some(0));
    }
}

#[test]
fn a_batch_does_not_pass_receives_that_wait() {
    for capacity in CAPACITIES {
        let census = Census::default();
        let (tx, rx) = channel(capacity);
        let mut batch = Vec::new();
        let mut first = parked(rx.recv_many(&mut batch, 10));
        let mut second = parked(rx.recv());
        assert!(tx.try_send(census.value(1)).is_ok());
        assert!(tx.try_send(census.value(2)).is_ok());
        assert_eq!(first.ready(), 1, "{capacity:?}");
        assert!(second.ready().unwrap() == 2);
    }
}

#[test]
fn handles_streams_and_sinks_can_be_moved() {
    // Goal: CH-27 by type, whatever the value. The futures must stay, see `traits`.
    const fn is_unpin<T: Unpin>() {}
    is_unpin::<Receiver<std::marker::PhantomPinned>>();
    is_unpin::<Sender<std::marker::PhantomPinned>>();
    is_unpin::<taut_chan::Stream<'_, std::marker::PhantomPinned>>();
    is_unpin::<taut_chan::IntoStream<std::marker::PhantomPinned>>();
    is_unpin::<taut_chan::Sink<'_, std::marker::PhantomPinned>>();
    is_unpin::<taut_chan::IntoSink<std::marker::PhantomPinned>>();
}

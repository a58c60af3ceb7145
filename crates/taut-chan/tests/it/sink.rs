//! The sending side as a sink: readiness is room that is held.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_util::{Sink, SinkExt, StreamExt, stream};
use taut_chan::TrySendError;

use crate::support::{CAPACITIES, FINITE, channel, drain, full, now, parked};

/// Polls a method of the sink with a waker that does nothing.
fn poll<S: Unpin, R>(sink: &mut S, method: fn(Pin<&mut S>, &mut Context<'_>) -> R) -> R {
    method(Pin::new(sink), &mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_sink_sends_in_order() {
    for capacity in CAPACITIES.into_iter().filter(|capacity| capacity.is_none_or(|c| c > 2)) {
        let (tx, rx) = channel(capacity);
        assert_eq!(now(tx.sink().send_all(&mut stream::iter([1, 2]).map(Ok))), Ok(()));
        assert_eq!(now(tx.clone().into_sink().send(3)), Ok(()));
        assert_eq!((drain(&rx), tx.is_closed()), (vec![1, 2, 3], false), "{capacity:?}");
    }
}

#[test]
fn a_sink_that_is_ready_holds_room() {
    // Goal: asked twice it holds one; used, dropped or closed it holds none.
    for &capacity in FINITE.iter().filter(|capacity| **capacity > 0) {
        let (tx, rx) = full(capacity);
        assert!(rx.try_recv().is_ok());
        let mut sink = tx.sink();
        for _ in 0..3 {
            assert_eq!(poll(&mut sink, Sink::poll_ready), Poll::Ready(Ok(())));
        }
        assert!(tx.try_send(9).is_err(), "{capacity}");
        assert_eq!(poll(&mut sink, Sink::poll_flush), Poll::Ready(Ok(())));
        assert!(tx.try_send(9).is_err(), "a flush changes nothing");
        assert_eq!(poll(&mut sink, Sink::poll_close), Poll::Ready(Ok(())));
        drop(tx.try_reserve().unwrap());
        assert_eq!(poll(&mut sink, Sink::poll_ready), Poll::Ready(Ok(())));
        drop(sink);
        let mut owned = tx.clone().into_sink();
        assert_eq!(poll(&mut owned, Sink::poll_ready), Poll::Ready(Ok(())));
        assert_eq!(Pin::new(&mut owned).start_send(100), Ok(()));
        assert_eq!((drain(&rx).last(), rx.sender_count()), (Some(&100), 2));
    }
}

#[test]
fn a_sink_waits_in_line_with_those_who_send() {
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let mut first = parked(tx.send(100));
        let mut sink = tx.sink();
        let mut second = Some(parked(sink.send(101)));
        let mut third = parked(tx.send(102));
        let mut receives: Vec<_> =
            (0..capacity + 3).map(|_| crate::support::task(rx.recv())).collect();
        let mut received = vec![None; receives.len()];
        for _ in 0..2 {
            for (receive, received) in receives.iter_mut().zip(&mut received) {
                if received.is_none() {
                    if let Poll::Ready(value) = receive.poll() {
                        *received = value.ok();
                    }
                    second =
                        second.take().and_then(|mut send| send.poll().is_pending().then_some(send));
                }
            }
        }
        let received: Vec<u64> = received.into_iter().flatten().collect();
        let expected: Vec<u64> = (0..capacity as u64).chain([100, 101, 102]).collect();
        assert_eq!(received, expected, "{capacity}");
        assert_eq!((first.ready(), third.ready()), (Ok(()), Ok(())));
    }
}

#[test]
fn a_sink_of_a_closed_channel_gives_the_value_back() {
    // Goal: closed before or after it was ready, or while it waits.
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let mut sink = tx.sink();
        let mut waits = parked(sink.send(100));
        assert!(rx.close());
        assert_eq!((waits.wakes(), waits.ready()), (1, Err(TrySendError::Closed(100))));
        drop(waits);
        assert_eq!(now(sink.send(101)), Err(TrySendError::Closed(101)), "{capacity}");
    }
    let (tx, rx) = taut_chan::bounded(1);
    let mut sink = tx.sink();
    assert_eq!(poll(&mut sink, Sink::poll_ready), Poll::Ready(Ok(())));
    drop(rx);
    assert_eq!(Pin::new(&mut sink).start_send(1), Err(TrySendError::Closed(1)));
}

#[test]
fn a_sink_that_was_not_asked_sends_if_there_is_room() {
    let (tx, rx) = taut_chan::bounded(1);
    let mut sink = tx.sink();
    assert_eq!(Pin::new(&mut sink).start_send(1), Ok(()));
    assert_eq!(Pin::new(&mut sink).start_send(2), Err(TrySendError::Full(2)));
    assert_eq!(drain(&rx), [1]);
}

#[test]
fn a_sink_that_is_dropped_while_it_waits_lets_the_next_in() {
    // Goal: G-03: before it was granted room, and after, unseen.
    for &capacity in FINITE.iter().filter(|capacity| **capacity > 0) {
        for granted in [false, true] {
            let (tx, rx) = full(capacity);
            let mut sink = tx.sink();
            assert!(poll(&mut sink, Sink::poll_ready).is_pending());
            let mut send = parked(tx.send(100));
            if granted {
                assert!(rx.try_recv().is_ok());
                assert_eq!(send.wakes(), 0);
            }
            drop(sink);
            if !granted {
                assert!(rx.try_recv().is_ok());
            }
            assert_eq!((send.wakes(), send.ready()), (1, Ok(())), "{capacity}");
        }
    }
}

#[test]
fn a_sink_that_is_closed_while_it_waits_holds_no_room_afterwards() {
    // Goal: `poll_close` gives back what the sink has or may still be granted.
    for &capacity in FINITE.iter().filter(|capacity| **capacity > 0) {
        for granted in [false, true] {
            let (tx, rx) = full(capacity);
            let mut sink = tx.sink();
            assert!(poll(&mut sink, Sink::poll_ready).is_pending());
            if granted {
                assert!(rx.try_recv().is_ok());
            }
            assert_eq!(poll(&mut sink, Sink::poll_close), Poll::Ready(Ok(())));
            if !granted {
                assert!(rx.try_recv().is_ok());
            }
            assert_eq!(tx.try_send(100), Ok(()), "{capacity}, granted {granted}");
        }
    }
}

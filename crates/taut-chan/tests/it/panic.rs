//! Wakers and destructors that panic: the channel stays sound, and nothing but what they held is lost.

use std::task::Waker;

use taut_chan::{RecvError, SendError};

use crate::support::hooks::{OnDrop, bomb, panics};
use crate::support::{CAPACITIES, Census, FINITE, MANY, channel, drain, full, parked, task};

#[test]
fn a_waker_that_panics_does_not_cost_the_value_that_it_announces() {
    // Goal: the send panics, but it took effect.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let mut receive = task(rx.recv());
        assert!(receive.poll_with(&bomb()).is_pending());
        panics("a waker panics", || assert!(tx.try_send(1).is_ok()));
        assert_eq!(receive.ready(), Ok(1), "{capacity:?}");
        let mut receive = parked(rx.recv());
        assert_eq!(tx.try_send(2), Ok(()));
        assert_eq!(receive.ready(), Ok(2));
    }
}

#[test]
fn a_send_future_whose_wake_up_panicked_is_not_sent_twice() {
    // Goal: O1: it is over, and dropping it does not give the value back or drop it again.
    for capacity in CAPACITIES {
        let census = Census::default();
        let (tx, rx) = channel(capacity);
        let mut receive = task(rx.recv());
        assert!(receive.poll_with(&bomb()).is_pending());
        let mut send = task(tx.send(census.value(1)));
        panics("a waker panics", || drop(send.poll()));
        drop(send);
        assert_eq!(census.alive(), 1, "{capacity:?}");
        assert!(receive.ready().unwrap() == 1);
        assert_eq!((census.alive(), rx.len()), (0, 0));
    }
}

#[test]
fn a_send_whose_waker_panics_is_taken_all_the_same() {
    // Goal: the receive that took it panics; the send was sent, others wait on, in order.
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let mut send = task(tx.send(100));
        assert!(send.poll_with(&bomb()).is_pending());
        let mut second = parked(tx.send(101));
        panics("a waker panics", || assert!(rx.try_recv().is_ok()));
        assert_eq!((send.ready(), second.wakes()), (Ok(()), 0), "{capacity}");
        let expected: Vec<u64> = (1..capacity as u64).chain([100, 101]).collect();
        let rest = drain(&rx);
        assert!(expected.ends_with(&rest) && rest.len() >= capacity.max(1));
        assert_eq!(second.ready(), Ok(()));
    }
}

#[test]
fn a_value_given_back_past_a_waker_that_panics_is_kept() {
    // Goal: the drop of the first receive panics; the second has the value.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let first = parked(rx.recv());
        let mut second = task(rx.recv());
        assert!(second.poll_with(&bomb()).is_pending());
        assert_eq!(tx.try_send(1), Ok(()));
        panics("a waker panics", || drop(first));
        assert_eq!(second.ready(), Ok(1), "{capacity:?}");
    }
}

#[test]
fn a_close_tells_all_who_receive_although_a_waker_panics() {
    // Goal: more than one batch of them; the first panics; nobody is left waiting for ever.
    for capacity in CAPACITIES {
        for waiting in [20, MANY] {
            let (tx, rx) = channel::<u64>(capacity);
            let mut first = task(rx.recv());
            assert!(first.poll_with(&bomb()).is_pending());
            let mut others: Vec<_> = (0..waiting).map(|_| parked(rx.recv())).collect();
            panics("a waker panics", || assert!(tx.close()));
            for other in &mut others {
                assert_eq!(other.wakes(), 1, "{capacity:?}, {waiting} wait");
                assert_eq!(other.ready(), Err(RecvError));
            }
            assert!(tx.is_closed() && !tx.close());
        }
    }
}

#[test]
fn a_close_tells_all_who_send_although_a_waker_panics() {
    // Goal: as above, on the other side, by dropping the last receiver; the buffer is dropped too.
    for &capacity in FINITE {
        for waiting in [20, MANY as u64] {
            let census = Census::default();
            let (tx, rx) = taut_chan::bounded(capacity);
            for n in 0..capacity as u64 {
                assert!(tx.try_send(census.value(n)).is_ok());
            }
            let mut first = task(tx.send(census.value(100)));
            assert!(first.poll_with(&bomb()).is_pending());
            let mut others: Vec<_> =
                (0..waiting).map(|n| parked(tx.send(census.value(n)))).collect();
            panics("a waker panics", || drop(rx));
            assert_eq!(census.alive(), waiting as usize + 1, "{capacity}: the buffer is dropped");
            for (n, other) in others.iter_mut().enumerate() {
                assert_eq!(other.wakes(), 1, "{capacity}, {waiting} wait");
                let SendError(value) = other.ready().unwrap_err();
                assert!(value == n as u64);
            }
        }
    }
}

#[test]
fn a_close_tells_those_who_watch_although_the_waker_of_a_receive_panics() {
    // Goal: `closed()` is not left waiting on a closed channel.
    for capacity in CAPACITIES {
        let (tx, rx) = channel::<u64>(capacity);
        let mut receive = task(rx.recv());
        assert!(receive.poll_with(&bomb()).is_pending());
        let mut watches: Vec<_> = (0..40).map(|_| parked(tx.closed())).collect();
        panics("a waker panics", || assert!(tx.close()));
        for watch in &mut watches {
            assert_eq!(watch.wakes(), 1, "{capacity:?}");
            watch.ready();
        }
    }
}

#[test]
fn a_permit_that_goes_frees_its_room_although_a_waker_panics() {
    // Goal: receives and sends kept apart by the permit are paired, more than a batch of them, and
    // the room is free afterwards.
    for waiting in [10, MANY] {
        let (tx, rx) = taut_chan::bounded(1);
        let permit = tx.try_reserve().unwrap();
        let mut first = task(rx.recv());
        assert!(first.poll_with(&bomb()).is_pending());
        let mut receives: Vec<_> = (1..waiting).map(|_| parked(rx.recv())).collect();
        let mut sends: Vec<_> = (0..waiting).map(|n| parked(tx.send(n))).collect();
        panics("a waker panics", || drop(permit));
        assert_eq!(first.ready(), Ok(0));
        for (n, (receive, send)) in receives.iter_mut().zip(&mut sends[1..]).enumerate() {
            assert_eq!((receive.wakes(), send.wakes()), (1, 1), "{waiting} wait");
            assert_eq!((receive.ready(), send.ready()), (Ok(n + 1), Ok(())));
        }
        assert_eq!(tx.try_send(9), Ok(()), "the room is free");
    }
}

#[test]
fn a_destructor_that_panics_does_not_keep_the_rest_from_being_dropped() {
    // Goal: the last receiver goes; the second value panics; all are dropped once.
    for capacity in CAPACITIES.into_iter().filter(|capacity| capacity.is_none_or(|c| c > 2)) {
        let census = Census::default();
        let (tx, rx) = channel(capacity);
        for id in 0..3 {
            let value = census.value(id);
            let on_drop = move || assert!(value != 1, "a destructor panics");
            let boxed: Box<dyn FnMut()> = Box::new(on_drop);
            assert!(tx.try_send(OnDrop(boxed)).is_ok());
        }
        panics("a destructor panics", || drop(rx));
        assert_eq!((census.alive(), tx.len(), tx.is_closed()), (0, 0, true), "{capacity:?}");
        drop(tx);
        assert_eq!(census.alive(), 0);
    }
}

#[test]
fn a_destructor_that_panics_in_a_send_that_is_given_up_harms_nobody() {
    // Goal: the waiting send is dropped, its value panics; the one behind it keeps its place.
    for &capacity in FINITE {
        let (tx, rx) = taut_chan::bounded::<OnDrop<Box<dyn FnMut()>>>(capacity);
        let value =
            |panics: bool| OnDrop(Box::new(move || assert!(!panics, "a destructor panics")) as _);
        for _ in 0..capacity {
            assert!(tx.try_send(value(false)).is_ok());
        }
        let given_up = Box::pin(tx.send(value(true)));
        let mut given_up = task(given_up);
        assert!(given_up.poll_with(Waker::noop()).is_pending());
        let mut next = task(tx.send(value(false)));
        assert!(next.poll().is_pending());
        panics("a destructor panics", || drop(given_up));
        assert_eq!(drain(&rx).len(), capacity + 1, "{capacity}");
        assert_eq!((next.wakes(), next.ready().is_ok()), (1, true));
    }
}

#[test]
fn a_waker_whose_clone_panics_leaves_nothing_behind() {
    // Goal: the poll panics before it queued: no waiter, and the value of the send is not lost twice.
    use crate::support::hooks::{Event, hooked};
    for capacity in CAPACITIES {
        let (tx, rx) = channel::<u64>(capacity);
        let waker = hooked(|event| assert!(event != Event::Clone, "a clone panics"));
        let mut receive = task(rx.recv());
        panics("a clone panics", || assert!(receive.poll_with(&waker).is_pending()));
        assert_eq!(tx.try_send(1).is_err(), capacity == Some(0), "nobody waits");
        drop(receive);
        assert_eq!(rx.try_recv().is_ok(), capacity != Some(0));
    }
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let waker = hooked(|event| assert!(event != Event::Clone, "a clone panics"));
        let mut slot = Some(7);
        let mut send = task(tx.send_from(&mut slot));
        panics("a clone panics", || assert!(send.poll_with(&waker).is_pending()));
        drop(send);
        assert_eq!((slot, drain(&rx).len()), (Some(7), capacity));
    }
}

#[test]
fn a_waker_whose_destructor_panics_does_not_cost_the_value_of_a_send_that_is_given_up() {
    // Goal: O3: the value is home, or dropped, before the waker goes.
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use crate::support::hooks::{Event, hooked};
    for &capacity in FINITE {
        let census = Census::default();
        let (tx, rx) = taut_chan::bounded(capacity);
        while tx.try_send(census.value(0)).is_ok() {}
        let is_armed = Arc::new(AtomicBool::new(false));
        let hook_armed = Arc::clone(&is_armed);
        let waker = hooked(move |event| {
            let explodes = event == Event::Drop && hook_armed.swap(false, Ordering::Relaxed);
            assert!(!explodes, "a waker's destructor panics");
        });
        let mut slot = Some(census.value(7));
        let mut keeps = task(tx.send_from(&mut slot));
        assert!(keeps.poll_with(&waker).is_pending());
        is_armed.store(true, Ordering::Relaxed);
        panics("a waker's destructor panics", || drop(keeps));
        assert!(slot.is_some_and(|value| value == 7), "{capacity}");

        let mut drops = task(tx.send(census.value(8)));
        assert!(drops.poll_with(&waker).is_pending());
        is_armed.store(true, Ordering::Relaxed);
        panics("a waker's destructor panics", || drop(drops));
        assert_eq!((census.alive(), rx.len()), (capacity, capacity));
    }
}

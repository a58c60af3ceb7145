//! An operation that waited as a future first and becomes an arm then: it loses its place, and nothing
//! else, even if it had been served by then.

use std::future::Future;
use std::pin::Pin;

use taut::chan::future::{Recv, SendFrom};
use taut::chan::{self, Receiver, Sender, never};
use taut::select::{self, OneOf2, Select};

use crate::support::{CAPACITIES, Wakes, channel, drain, holding, now, parked, task};

/// Polls `future` once, with a waker of its own; it must wait.
fn wait<F: Future>(future: F) -> Pin<Box<F>> {
    let mut future = Box::pin(future);
    let waker = Wakes::new().into();
    assert!(future.as_mut().poll(&mut std::task::Context::from_waker(&waker)).is_pending());
    future
}

/// What a select of `arm` and an arm that is never ready gives, by each form.
fn forms(form: usize, arm: Pin<Box<Recv<'_, u64>>>) -> Result<u64, chan::RecvError> {
    let idle = never::<u64>();
    match form {
        0 => now(async {
            select::select! { got = arm => got, got = idle.recv() => got }
        }),
        1 => now(async {
            select::select! { got = arm => got, default => panic!("nothing") }
        }),
        2 => match now(select::first((arm, idle.recv()))) {
            OneOf2::A(got) | OneOf2::B(got) => got,
        },
        3 => now(Select::from_iter([((), arm)]).next()).unwrap().1,
        _ => Select::from_iter([((), arm)]).try_next().unwrap().1,
    }
}

#[test]
fn a_value_that_it_was_handed_before_is_its_output() {
    // Goal: served before it became an arm: every form finds it ready.
    for capacity in CAPACITIES {
        for form in 0..5 {
            let (tx, rx) = channel(capacity);
            let arm = wait(rx.recv());
            tx.try_send(7).unwrap();
            assert_eq!((forms(form, arm), rx.len()), (Ok(7), 0), "{capacity:?}, form {form}");
        }
    }
}

#[test]
fn a_value_that_it_was_handed_before_is_not_lost_with_it() {
    // Goal: another arm wins: dropped, it gives the value back to the head; in a `Select` it keeps it.
    for capacity in CAPACITIES {
        let ((tx, rx), (_full, winner)) = (channel(capacity), holding(1));
        let arm = wait(rx.recv());
        tx.try_send(7).unwrap();
        let mut newer = task(tx.send(8));
        let _is_buffered = newer.poll();
        let won = now(async {
            select::select! { biased; got = winner.recv() => got, got = arm => got }
        });
        assert_eq!((won, drain(&rx)), (Ok(1), vec![7, 8]), "{capacity:?}");

        let (_full, winner) = holding(1);
        let arm = wait(rx.recv());
        tx.try_send(7).unwrap();
        let mut select = Select::biased();
        select.add("winner", Box::pin(winner.recv()));
        select.add("late", arm);
        assert_eq!(now(select.next()), Some(("winner", Ok(1))));
        assert_eq!((now(select.next()), rx.len()), (Some(("late", Ok(7))), 0));
    }
}

#[test]
fn it_loses_its_place() {
    // Goal: it stands behind who came since, as any select does that comes now; and waits for the
    // select's task, not for the one that polled it first.
    let ((tx, rx), idle) = (chan::rendezvous(), never::<u64>());
    let arm = wait(rx.recv());
    let mut since = parked(rx.recv());
    let mut select = parked(select::first((arm, idle.recv())));
    assert_eq!((tx.try_send(1), tx.try_send(2)), (Ok(()), Ok(())));
    assert_eq!((since.wakes(), select.wakes()), (1, 1));
    assert_eq!((since.ready(), select.ready()), (Ok(1), OneOf2::A(Ok(2))));
}

#[test]
fn a_send_that_waited_before_is_sent_once_or_stays() {
    // Goal: taken before it became an arm; taken as an arm; lost: the value is home.
    let rendezvous = || -> (Sender<u64>, Receiver<u64>) { chan::rendezvous() };
    let ((tx, rx), idle) = (rendezvous(), never::<u64>());
    for when in 0..3 {
        let mut slot = Some(7);
        let arm: Pin<Box<SendFrom<'_, _>>> = wait(tx.send_from(&mut slot));
        let mut taken = Vec::new();
        if when == 0 {
            taken.extend(rx.try_recv());
        }
        let (stop, stopped) = chan::bounded(1);
        let mut select = task(select::first((arm, stopped.recv())));
        if when > 0 {
            select.pending();
        }
        if when == 1 {
            taken.extend(rx.try_recv());
        }
        if when == 2 {
            stop.try_send(0).unwrap();
            assert!(rx.try_recv().is_err(), "decided");
        }
        let expected = if when < 2 { OneOf2::A(Ok(())) } else { OneOf2::B(Ok(0)) };
        assert_eq!(select.ready(), expected, "{when}");
        drop(select);
        let (sent, kept) = if when < 2 { (vec![7], None) } else { (Vec::new(), Some(7)) };
        assert_eq!((taken, slot), (sent, kept), "{when}");
    }
    assert_eq!(now(select::first((rx.recv(), idle.recv())).now()), None);
}

#[test]
fn room_that_it_was_granted_before_is_its_permit_or_free_again() {
    for loses in [false, true] {
        let ((tx, rx), (_full, other)) = (holding(0), holding(5_u64));
        let arm = wait(tx.reserve());
        assert_eq!(rx.try_recv(), Ok(0));
        assert!(tx.try_send(9).is_err(), "granted");
        let won = now(async {
            select::select! {
                biased;
                got = other.recv(), if loses => got.unwrap(),
                permit = arm => permit.unwrap().send(1).map(|()| 0).unwrap(),
            }
        });
        let in_it = if loses { vec![] } else { vec![1] };
        assert_eq!((won, drain(&rx)), (u64::from(loses) * 5, in_it));
        assert_eq!(tx.try_send(2), Ok(()));
    }
}

#[test]
fn a_close_that_it_was_told_of_before_is_its_output() {
    for form in 0..5 {
        let (tx, rx) = chan::rendezvous();
        let arm = wait(rx.recv());
        assert!(tx.close());
        assert_eq!(forms(form, arm), Err(chan::RecvError));
    }
}

#[test]
fn a_select_that_was_given_up_gives_its_arms_back_as_new() {
    // Goal: arms of a `Select` that waited before and were withdrawn have lost place and waker only.
    let ((tx, rx), idle) = (chan::rendezvous(), never());
    let mut select: Select<_, _> = [(0, rx.recv()), (1, idle.recv())].into_iter().collect();
    for _ in 0..5 {
        drop(parked(select.next()));
        assert!(tx.try_send(9).is_err(), "nobody receives");
    }
    let mut waits = parked(select.next());
    assert_eq!((tx.try_send(1), waits.ready()), (Ok(()), Some((0, Ok(1)))));
}

//! What the oracle found, by hand and as small as it gets; and what is too large for it to meet.

use std::task::Poll;

use taut_chan::{Permit, Sender, bounded, rendezvous};

use crate::support::{parked, task};

/// A permit that is not waited for.
fn permit(tx: &Sender<u8>) -> Permit<'_, u8> {
    tx.try_reserve().expect("there is room")
}

/// A receive that arrives serves the first who waits, also if that is a reservation with a send behind
/// it: one queue.
#[test]
fn a_receive_does_not_let_a_send_pass_a_reservation() {
    let (tx, rx) = rendezvous();
    let mut reserve = parked(tx.reserve());
    let send = parked(tx.send(2));
    let mut recv = task(rx.recv());
    assert_eq!(recv.poll(), Poll::Pending, "the reservation was first");
    assert_eq!((reserve.wakes(), send.wakes()), (1, 0));
    let Poll::Ready(Ok(permit)) = reserve.poll() else { panic!("it was granted") };
    assert_eq!(permit.send(1), Ok(()));
    assert_eq!(recv.poll(), Poll::Ready(Ok(1)));
    drop(send);
}

/// A receive that a permit speaks for has nothing coming from a send that waits, however often it is
/// polled.
#[test]
fn a_receive_that_is_spoken_for_takes_nothing_at_another_poll() {
    let (tx, rx) = rendezvous();
    let mut recv = parked(rx.recv());
    let permit = permit(&tx);
    let mut send = parked(tx.send(2));
    assert_eq!(recv.poll(), Poll::Pending);
    assert_eq!(send.poll(), Poll::Pending);
    assert_eq!(send.wakes(), 0);
    assert_eq!(permit.send(1), Ok(()));
    assert_eq!(recv.poll(), Poll::Ready(Ok(1)));
}

/// Nor does another poll take it past a receive that came before.
#[test]
fn a_receive_does_not_pass_another_by_being_polled_again() {
    let (tx, rx) = rendezvous();
    let mut first = parked(rx.recv());
    let mut second = parked(rx.recv());
    let permits = [permit(&tx), permit(&tx)];
    let send = parked(tx.send(1));
    assert_eq!(second.poll(), Poll::Pending, "the first waits");
    assert_eq!(send.wakes(), 0);
    drop(permits);
    assert_eq!(first.poll(), Poll::Ready(Ok(1)));
}

/// Nor is a reservation granted for one receive twice.
#[test]
fn a_receive_is_spoken_for_once_however_often_it_is_polled() {
    let (tx, rx) = rendezvous();
    let mut recv = parked(rx.recv());
    let permit = permit(&tx);
    let mut second = parked(tx.reserve());
    assert_eq!(recv.poll(), Poll::Pending);
    assert!(second.poll().is_pending(), "there is one receive, and it is spoken for");
    assert_eq!(permit.send(1), Ok(()));
    assert_eq!(recv.poll(), Poll::Ready(Ok(1)));
    assert_eq!((second.wakes(), rx.len()), (0, 0));
}

/// More pairs than are woken in one go.
const CROWD: u8 = 100;

/// A permit that has all the room keeps sends and receives apart. Dropped, it lets all of them meet.
#[test]
fn a_permit_that_goes_lets_a_crowd_meet() {
    let (tx, rx) = bounded(1);
    let permit = permit(&tx);
    let mut receives: Vec<_> = (0..CROWD).map(|_| parked(rx.recv())).collect();
    let sends: Vec<_> = (0..CROWD).map(|n| parked(tx.send(n))).collect();
    drop(permit);
    assert!(sends.iter().all(|send| send.wakes() == 1));
    let received: Vec<_> = receives.iter_mut().map(|recv| recv.poll()).collect();
    let expected: Vec<_> = (0..CROWD).map(|n| Poll::Ready(Ok(n))).collect();
    assert_eq!(received, expected);
    assert_eq!((rx.len(), tx.try_send(0)), (0, Ok(())), "the room is free");
}

/// Used, it goes first, and the last who sends gets its room.
#[test]
fn a_permit_that_is_used_lets_a_crowd_meet() {
    let (tx, rx) = bounded(1);
    let permit = permit(&tx);
    let mut receives: Vec<_> = (0..CROWD).map(|_| parked(rx.recv())).collect();
    let sends: Vec<_> = (1..=CROWD).map(|n| parked(tx.send(n))).collect();
    assert_eq!(permit.send(0), Ok(()));
    assert!(sends.iter().all(|send| send.wakes() == 1));
    let received: Vec<_> = receives.iter_mut().map(|recv| recv.poll()).collect();
    let expected: Vec<_> = (0..CROWD).map(|n| Poll::Ready(Ok(n))).collect();
    assert_eq!(received, expected);
    assert_eq!((rx.len(), rx.try_recv()), (1, Ok(CROWD)));
}

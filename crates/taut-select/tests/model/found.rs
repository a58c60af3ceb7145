//! What the oracle found, by hand and as small as it gets.

use std::task::Poll;

use taut_chan::{never, rendezvous};
use taut_select::{OneOf2, first};

use crate::support::{now, parked};

/// A select that sends and receives on one channel, beside a permit that speaks for its receive. The
/// permit goes, and there is still nobody to send to but itself.
#[test]
fn a_permit_that_goes_does_not_let_a_select_send_to_itself() {
    let (tx, rx) = rendezvous();
    let mut both = parked(first((tx.send(1), rx.recv())));
    drop(tx.try_reserve().expect("a receive waits"));
    assert_eq!((both.wakes(), rx.len()), (0, 0), "nobody received");
    both.pending();
    assert_eq!(tx.try_send(2), Ok(()));
    assert_eq!(both.ready(), OneOf2::B(Ok(2)));
}

/// One that does not wait takes from a select that sends, whatever else that does.
#[test]
fn a_try_recv_takes_from_a_select_that_receives_too() {
    let (tx, rx) = rendezvous();
    let mut both = parked(first((tx.send(1), rx.recv())));
    assert_eq!(rx.try_recv(), Ok(1));
    assert_eq!((both.wakes(), both.poll()), (1, Poll::Ready(OneOf2::A(Ok(())))));
}

/// Nor is a `default` taken beside it.
#[test]
fn a_default_is_not_taken_beside_a_select_that_sends_and_receives() {
    let ((tx, rx), (_idle, never)) = (rendezvous(), rendezvous::<()>());
    let _both = parked(first((tx.send(1), rx.recv())));
    let got = now(first((rx.recv(), never.recv())).now());
    assert_eq!(got, Some(OneOf2::A(Ok(1))));
}

/// A receive of a select that was decided elsewhere is nobody to wait behind.
#[test]
fn a_try_recv_takes_past_a_select_that_was_decided() {
    let ((tx, rx), (other, input)) = (rendezvous(), rendezvous());
    let mut both = parked(first((rx.recv(), input.recv())));
    let permit = tx.try_reserve().expect("a receive waits");
    let mut send = parked(tx.send(1));
    assert_eq!(other.try_send(2), Ok(()));
    assert_eq!(rx.try_recv(), Ok(1), "it sends, and nobody receives");
    assert_eq!((send.ready(), both.ready()), (Ok(()), OneOf2::B(Ok(2))));
    drop(permit);
}

/// Nor is it one to reserve for.
#[test]
fn a_select_that_was_decided_is_no_receive_to_reserve_for() {
    let ((tx, rx), (other, input)) = (rendezvous::<u8>(), rendezvous());
    let mut both = parked(first((rx.recv(), input.recv())));
    assert_eq!(other.try_send(2), Ok(()));
    assert!(tx.try_reserve().is_err(), "nobody receives");
    assert_eq!(both.ready(), OneOf2::B(Ok(2)));
}

/// Nor is a reservation of one, which a receive would wait behind, there any more.
#[test]
fn a_default_is_not_taken_behind_a_reservation_that_was_decided() {
    let ((tx, rx), (other, input)) = (rendezvous(), rendezvous());
    let mut both = parked(first((tx.reserve(), input.recv())));
    let mut send = parked(tx.send(1));
    assert_eq!(other.try_send(2), Ok(()));
    let got = now(first((rx.recv(), never::<()>().recv())).now());
    assert_eq!((got, send.ready()), (Some(OneOf2::A(Ok(1))), Ok(())));
    assert!(matches!(both.ready(), OneOf2::B(Ok(2))));
}

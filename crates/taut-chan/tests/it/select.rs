//! The futures of this crate as arms of a select: one commits, the others have had no effect.
//!
//! By hand, with a select that looks at its first arm first (`support/select.rs`). What threads may do
//! to it is in the models, `tests/loom_select.rs` and `tests/loom_more.rs`.

use taut_chan::{RecvError, SendError, bounded, never, rendezvous};

use crate::engine::{Either, select, select_default};
use crate::support::{drain, parked, task};

#[test]
fn h_01_facing_selects_pair_once_and_agree() {
    // Goal: one transfer, over one channel, and no arm is left behind.
    let ((a_tx, a_rx), (b_tx, b_rx)) = (rendezvous(), rendezvous());
    let mut first = parked(select(a_tx.send(1), b_rx.recv()));
    let mut second = task(select(a_rx.recv(), b_tx.send(2)));
    assert_eq!((second.ready(), first.wakes()), (Either::A(Ok(1)), 1));
    assert_eq!(first.ready(), Either::A(Ok(())));
    assert!(a_tx.try_send(9).is_err() && b_tx.try_send(9).is_err(), "nobody receives");
    assert!(a_rx.try_recv().is_err() && b_rx.try_recv().is_err(), "nobody sends");
}

#[test]
fn h_02_in_a_ring_one_pair_meets_and_the_third_keeps_both_places() {
    // Goal: the one that is left over can be completed over either of its channels.
    for over_its_send in [true, false] {
        let [c0, c1, c2] = [(); 3].map(|()| rendezvous::<u64>());
        let mut t0 = parked(select(c0.0.send(0), c1.1.recv()));
        let mut t1 = task(select(c1.0.send(1), c2.1.recv()));
        assert_eq!((t1.ready(), t0.ready()), (Either::A(Ok(())), Either::B(Ok(1))));
        let mut t2 = parked(select(c2.0.send(2), c0.1.recv()));
        if over_its_send {
            assert_eq!(c2.1.try_recv(), Ok(2));
            assert_eq!(t2.ready(), Either::A(Ok(())));
        } else {
            assert_eq!(c0.0.try_send(3), Ok(()));
            assert_eq!(t2.ready(), Either::B(Ok(3)));
        }
        assert_eq!(t2.wakes(), 1);
    }
}

#[test]
fn h_03_a_select_never_meets_itself_and_leaves_no_trace() {
    // Goal: alone it waits for ever; dropped, it is gone from both lists.
    let (tx, rx) = rendezvous();
    let mut both = parked(select(tx.send(1), rx.recv()));
    both.pending();
    drop(both);
    assert!(tx.try_send(2).is_err() && rx.try_recv().is_err());
    let mut one = parked(select(tx.send(3), rx.recv()));
    let mut other = task(select(tx.send(4), rx.recv()));
    assert_eq!((other.ready(), one.ready()), (Either::A(Ok(())), Either::B(Ok(4))));
}

#[test]
fn h_04_a_select_that_was_decided_elsewhere_is_passed_over() {
    // Goal: 7 to the select, 8 to the plain receive behind it, which is not skipped.
    let ((c_tx, c_rx), (d_tx, d_rx)) = (rendezvous(), rendezvous());
    let mut first = parked(select(c_rx.recv(), d_rx.recv()));
    let mut second = parked(c_rx.recv());
    assert_eq!(d_tx.try_send(7), Ok(()));
    assert_eq!(c_tx.try_send(8), Ok(()));
    assert_eq!((first.wakes(), second.wakes()), (1, 1));
    assert_eq!((first.ready(), second.ready()), (Either::B(Ok(7)), Ok(8)));
}

#[test]
fn h_06_a_default_is_taken_if_nothing_is_ready() {
    let ((x_tx, x_rx), (y_tx, y_rx)) = (bounded(1), rendezvous::<u64>());
    assert_eq!(select_default(x_rx.recv(), y_tx.send(1)), None);
    assert_eq!(x_tx.try_send(7), Ok(()));
    let taken = select_default(x_rx.recv(), y_tx.send(1));
    assert_eq!(taken, Some(Either::A(Ok(7))));
    let _waits = parked(y_rx.recv());
    let sent = select_default(x_rx.recv(), y_tx.send(2));
    assert_eq!(sent, Some(Either::B(Ok(()))));
}

#[test]
fn h_08_e_a_select_dropped_after_it_was_handed_a_value_gives_it_back() {
    // Goal: to the next receive that waits, or else to the head.
    for another_waits in [true, false] {
        let ((tx, rx), idle) = (rendezvous(), never::<u64>());
        let chosen = parked(select(idle.recv(), rx.recv()));
        let another = another_waits.then(|| parked(rx.recv()));
        assert_eq!(tx.try_send(7), Ok(()));
        assert_eq!(chosen.wakes(), 1);
        drop(chosen);
        match another {
            Some(mut another) => assert_eq!((another.wakes(), another.ready()), (1, Ok(7))),
            None => assert_eq!((rx.len(), rx.try_recv()), (1, Ok(7))),
        }
    }
}

#[test]
fn h_09_a_send_arm_keeps_its_value_exactly_if_it_was_not_sent() {
    // Goal: taken and dropped unpolled: the slot is empty. Lost to another arm: the value is there.
    let ((tx, rx), (other_tx, other_rx)) = (rendezvous(), rendezvous());
    let mut slot = Some(1);
    let sending = parked(select(tx.send_from(&mut slot), other_rx.recv()));
    assert_eq!(rx.try_recv(), Ok(1));
    drop(sending);
    assert_eq!(slot, None);

    let mut slot = Some(2);
    let mut losing = parked(select(tx.send_from(&mut slot), other_rx.recv()));
    assert_eq!(other_tx.try_send(3), Ok(()));
    assert!(rx.try_recv().is_err(), "decided: nobody sends any more");
    assert_eq!(losing.ready(), Either::B(Ok(3)));
    drop(losing);
    assert_eq!(slot, Some(2));
}

#[test]
fn a_reservation_that_loses_has_taken_no_room() {
    let ((tx, rx), (other_tx, other_rx)) = (bounded(1), rendezvous());
    assert_eq!(tx.try_send(0), Ok(()));
    let mut losing = parked(select(tx.reserve(), other_rx.recv()));
    assert_eq!(other_tx.try_send(3), Ok(()));
    assert!(matches!(losing.ready(), Either::B(Ok(3))));
    assert_eq!(drain(&rx), [0]);
    assert!(tx.try_send(1).is_ok(), "the room is free");
}

#[test]
fn h_12_a_a_select_on_both_sides_learns_of_a_close_as_a_receive() {
    // Goal: CL-13, whichever arm came first; the value of the send is dropped with it.
    let (tx, rx) = rendezvous();
    let mut send_first = parked(select(tx.send(1), rx.recv()));
    assert!(tx.close());
    assert_eq!((send_first.wakes(), send_first.ready()), (1, Either::B(Err(RecvError))));
    let (tx, rx) = rendezvous();
    let mut recv_first = parked(select(rx.recv(), tx.send(1)));
    assert!(rx.close());
    assert_eq!((recv_first.wakes(), recv_first.ready()), (1, Either::A(Err(RecvError))));
}

#[test]
fn h_12_b_on_a_channel_that_was_closed_both_arms_are_ready() {
    let (tx, rx) = rendezvous();
    assert!(rx.close());
    assert_eq!(task(select(tx.send(1), rx.recv())).ready(), Either::A(Err(SendError(1))));
    assert_eq!(task(select(rx.recv(), tx.send(1))).ready(), Either::A(Err(RecvError)));
}

#[test]
fn h_12_d_a_close_that_wins_leaves_the_other_arm_untouched() {
    let ((c_tx, c_rx), (d_tx, d_rx)) = (rendezvous::<u64>(), rendezvous());
    let mut both = parked(select(c_rx.recv(), d_rx.recv()));
    assert!(c_tx.close());
    let mut sender = parked(d_tx.send(5));
    assert_eq!(both.ready(), Either::A(Err(RecvError)));
    sender.pending();
    assert_eq!(d_rx.try_recv(), Ok(5));
}

#[test]
fn g_06_spurious_polls_of_a_select_change_no_place() {
    let ((tx, rx), idle) = (rendezvous(), never::<u64>());
    let mut first = parked(select(rx.recv(), idle.recv()));
    let mut second = parked(rx.recv());
    for _ in 0..100 {
        first.pending();
        second.pending();
    }
    assert_eq!((tx.try_send(1), tx.try_send(2)), (Ok(()), Ok(())));
    assert_eq!((first.wakes(), second.wakes()), (1, 1));
    assert_eq!((first.ready(), second.ready()), (Either::A(Ok(1)), Ok(2)));
}

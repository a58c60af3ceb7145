//! Arms of channels that are closed: ready, and told so once.

use taut::chan::{self, RecvError, SendError, SendFromError};
use taut::select::{self, OneOf2, OneOf3, Select};

use crate::support::{
    CAPACITIES, Census, Program, assert_uniform, channel, holding, now, parked, race, task,
};

#[test]
fn se_13_a_send_into_a_closed_channel_is_ready_and_beats_default() {
    // Goal: RS-10. Its value comes back; so with `send_from`, a reservation and a watch.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        assert!(rx.close());
        let sent = now(async {
            select::select! { sent = tx.send(1) => Some(sent), default => None }
        });
        assert_eq!(sent, Some(Err(SendError(1))), "{capacity:?}");
        let mut slot = Some(2);
        let sent = now(async {
            select::select! { sent = tx.send_from(&mut slot) => Some(sent), default => None }
        });
        assert_eq!((sent, slot), (Some(Err(SendFromError::Closed)), Some(2)));
        let is_refused = now(async {
            select::select! { permit = tx.reserve() => permit.is_err(), default => false }
        });
        let is_told = now(async {
            select::select! { () = rx.closed() => true, default => false }
        });
        assert!(is_refused && is_told);
        let mut select = Select::new();
        select.add("key", tx.send(3));
        assert_eq!(select.try_next(), Some(("key", Err(SendError(3)))));
    }
}

#[test]
fn se_13_a_closed_arm_is_chosen_like_any_other() {
    // Goal: SE-14, CL-14: half of the time beside an arm that is ready, in both directions.
    for is_send in [true, false] {
        let (closed, closed_rx) = chan::rendezvous::<u64>();
        assert!(closed.close());
        let (tx, rx) = holding(1);
        let mut counts = [0; 2];
        for _ in 0..4000 {
            let won = now(async {
                select::select! {
                    got = rx.recv() => got.map(|_| 0).unwrap(),
                    sent = closed.send(1), if is_send => sent.map_err(|_| 1).unwrap_err(),
                    got = closed_rx.recv(), if !is_send => got.map_err(|_| 1).unwrap_err(),
                }
            });
            counts[won] += 1;
            let _is_back = tx.try_send(1);
        }
        assert_uniform("closed", &counts);
    }
}

#[test]
fn se_14_a_receive_from_a_closed_channel_is_ready_again_and_again() {
    // Goal: first what is in the channel.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let values = u64::from(capacity != Some(0));
        (0..values).for_each(|n| tx.try_send(n).unwrap());
        assert!(tx.close());
        let idle = chan::never::<u64>();
        for round in 0..10 {
            let got = now(async {
                select::select! { got = rx.recv() => got, got = idle.recv() => got }
            });
            assert_eq!(
                got,
                if round < values { Ok(round) } else { Err(RecvError) },
                "{capacity:?}"
            );
        }
    }
}

#[test]
fn se_29_a_close_wakes_a_select_that_waits() {
    // Goal: as a receive, as a send, as a reservation, as a watch; by hand, by the last sender and by
    // the last receiver; once.
    let idle = chan::never::<()>();
    for by_hand in [true, false] {
        let (tx, rx) = chan::rendezvous::<u64>();
        let mut receive = parked(select::first((rx.recv(), idle.recv())));
        if by_hand {
            assert!(tx.close())
        } else {
            drop(tx)
        }
        assert_eq!((receive.wakes(), receive.ready()), (1, OneOf2::A(Err(RecvError))));

        let (tx, rx) = holding(0);
        let mut slot = Some(2);
        let mut send = parked(select::first((tx.send(1), idle.recv())));
        let mut from = parked(select::first((tx.send_from(&mut slot), idle.recv())));
        let mut watch = parked(select::first((idle.recv(), tx.closed())));
        let mut reservation = parked(async {
            select::select! { permit = tx.reserve() => permit.is_err(), _ = idle.recv() => false }
        });
        if by_hand {
            assert!(rx.close())
        } else {
            drop(rx)
        }
        assert_eq!((send.wakes(), send.ready()), (1, OneOf2::A(Err(SendError(1)))));
        assert_eq!((from.wakes(), from.ready()), (1, OneOf2::A(Err(SendFromError::Closed))));
        assert_eq!((watch.wakes(), watch.ready()), (1, OneOf2::B(())));
        assert_eq!((reservation.wakes(), reservation.ready()), (1, true));
        drop(from);
        assert_eq!(slot, Some(2));
    }
}

#[test]
fn h_12_a_who_waits_in_both_directions_learns_of_a_close_as_a_receive() {
    // Goal: CL-13: always, in both orders; the value of the send returns.
    for round in 0..1000 {
        let (tx, rx) = chan::rendezvous();
        let mut slot = Some(1);
        let mut both = if round % 2 == 0 {
            parked(select::first((Some(tx.send_from(&mut slot)), Some(rx.recv()), None)))
        } else {
            parked(select::first((None, Some(rx.recv()), Some(tx.send_from(&mut slot)))))
        };
        assert!(tx.close());
        assert_eq!((both.wakes(), both.ready()), (1, OneOf3::B(Err(RecvError))));
        drop(both);
        assert_eq!(slot, Some(1));
    }
}

#[test]
fn h_12_b_on_a_channel_that_was_closed_before_both_directions_are_ready() {
    // Goal: either, half of the time.
    let (tx, rx) = chan::rendezvous();
    assert!(tx.close());
    let mut counts = [0; 2];
    for _ in 0..4000 {
        match now(select::first((tx.send(1), rx.recv()))) {
            OneOf2::A(sent) => {
                assert_eq!(sent, Err(SendError(1)));
                counts[0] += 1;
            }
            OneOf2::B(got) => {
                assert_eq!(got, Err(RecvError));
                counts[1] += 1;
            }
        }
    }
    assert_uniform("closed in both directions", &counts);
}

#[test]
fn h_12_c_a_value_that_was_handed_over_comes_before_the_close() {
    for capacity in CAPACITIES {
        let ((tx, rx), idle) = (channel(capacity), chan::never::<()>());
        let mut waits = parked(select::first((idle.recv(), rx.recv())));
        tx.try_send(7).unwrap();
        assert!(tx.close());
        assert_eq!((waits.wakes(), waits.ready()), (1, OneOf2::B(Ok(7))), "{capacity:?}");
        assert_eq!(rx.try_recv().ok(), None);
    }
}

#[test]
fn h_12_d_a_close_and_a_send_at_the_same_time_serve_one_arm() {
    // Goal: the close, and the sender still waits; or the value, and the close is seen next. Method:
    // threads.
    for _ in 0..1000 {
        let ((c_tx, c_rx), (d_tx, d_rx)) = (chan::rendezvous::<u64>(), chan::rendezvous());
        let mut both = parked(select::first((c_rx.recv(), d_rx.recv())));
        let mut sender = task(d_tx.send(5));
        let programs: Vec<Program<'_, bool>> =
            vec![Box::new(|| c_tx.close()), Box::new(|| sender.poll().is_ready())];
        let is_sent = race(programs)[1];
        assert_eq!(both.wakes(), 1);
        match both.ready() {
            OneOf2::A(got) => {
                assert_eq!((got, is_sent), (Err(RecvError), false));
                assert_eq!((d_rx.try_recv(), sender.ready()), (Ok(5), Ok(())));
            }
            OneOf2::B(got) => assert_eq!((got, is_sent), (Ok(5), true)),
        }
    }
}

#[test]
fn h_12_many_selects_are_all_told_of_a_close() {
    // Goal: more than are woken in one batch, in mixed directions; nobody twice, no value lost.
    let census = Census::default();
    let ((tx, rx), idle) = (chan::rendezvous::<u64>(), chan::never::<()>());
    let mut receives: Vec<_> =
        (0..100).map(|_| parked(select::first((rx.recv(), idle.recv())))).collect();
    assert!(tx.close());
    for receive in &mut receives {
        assert_eq!(receive.wakes(), 1);
        assert!(matches!(receive.ready(), OneOf2::A(Err(RecvError))));
    }
    drop(receives);
    let (tx, rx) = chan::rendezvous();
    let mut sends: Vec<_> =
        (0..100).map(|n| parked(select::first((tx.send(census.value(n)), idle.recv())))).collect();
    assert!(rx.close());
    for (n, send) in sends.iter_mut().enumerate() {
        let OneOf2::A(Err(SendError(value))) = send.ready() else { panic!("not closed") };
        assert_eq!((send.wakes(), value.id), (1, n as u64));
    }
    assert_eq!(census.alive(), 0);
}

//! A select that is dropped after somebody had committed to it loses nothing.

use std::sync::Mutex;

use taut::chan::{self, Receiver, Sender};
use taut::select::{self, Select};

use crate::support::{CAPACITIES, Census, Program, channel, drain, duel, parked, race, task};

#[test]
fn h_08_e_a_value_handed_to_a_dropped_select_goes_back_to_the_head() {
    // Goal: G-03. In front of newer ones; or to the next that waits, be it a select too.
    for capacity in CAPACITIES {
        for next in 0..3 {
            let ((tx, rx), idle) = (channel(capacity), chan::never::<u64>());
            let chosen = parked(async {
                select::select! { got = idle.recv() => got, got = rx.recv() => got }
            });
            let mut plain = (next == 1).then(|| parked(rx.recv()));
            let mut select = (next == 2).then(|| parked(select::first((rx.recv(), idle.recv()))));
            tx.try_send(1).unwrap();
            assert_eq!((chosen.wakes(), rx.len()), (1, 0));
            drop(chosen);
            if let Some(plain) = &mut plain {
                assert_eq!((plain.wakes(), plain.ready()), (1, Ok(1)), "{capacity:?}");
            } else if let Some(select) = &mut select {
                assert_eq!((select.wakes(), select.ready()), (1, select::OneOf2::A(Ok(1))));
            } else {
                let mut newer = task(tx.send(2));
                let is_buffered = newer.poll().is_ready();
                assert_eq!((rx.len(), rx.try_recv()), (1 + usize::from(is_buffered), Ok(1)));
                assert_eq!(rx.try_recv(), Ok(2), "{capacity:?}");
            }
            assert_eq!(rx.len(), 0);
        }
    }
}

#[test]
fn h_08_e_values_given_back_by_selects_keep_their_order() {
    // Goal: CH-05. Method: all orders of dropping three, each of another form.
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let ((tx, rx), idle) = (chan::rendezvous(), chan::never::<u64>());
        let mut kept: Select<_, _> = [('r', rx.recv()), ('i', idle.recv())].into_iter().collect();
        let mut by_macro = Some(parked(async {
            select::select! { got = rx.recv() => got, got = idle.recv() => got }
        }));
        let mut by_first = Some(parked(select::first((idle.recv(), rx.recv()))));
        {
            let _next = parked(kept.next());
            (0..3).for_each(|n| tx.try_send(n).unwrap());
        }
        let mut kept = Some(kept);
        assert_eq!(rx.len(), 0, "the Select keeps what it was handed");
        for dropped in order {
            match dropped {
                0 => by_macro = None,
                1 => by_first = None,
                _ => kept = None,
            }
        }
        assert_eq!(drain(&rx), [0, 1, 2], "{order:?}");
        drop((by_macro, by_first, kept));
    }
}

#[test]
fn h_09_a_send_that_was_taken_stays_sent_when_its_select_is_dropped() {
    // Goal: taken once, dropped once; and the slot of `send_from` tells.
    let census = Census::default();
    let ((tx, rx), idle) = (chan::rendezvous(), chan::never::<()>());
    let sending = parked(select::first((tx.send(census.value(1)), idle.recv())));
    let taken = rx.try_recv().unwrap();
    drop(sending);
    assert_eq!((taken.id, census.alive()), (1, 1));
    let mut slot = Some(taken);
    let sending = parked(select::first((tx.send_from(&mut slot), idle.recv())));
    let taken = rx.try_recv().unwrap();
    drop(sending);
    assert!(slot.is_none() && census.alive() == 1);
    drop(taken);
    assert_eq!(census.alive(), 0);
}

#[test]
fn h_10_b_room_that_was_granted_to_a_dropped_select_goes_to_the_next() {
    // Goal: CB-06: to the send behind it, and not to a newcomer.
    let ((tx, rx), idle) = (chan::bounded(1), chan::never::<()>());
    tx.try_send(0).unwrap();
    let reserving = parked(async {
        select::select! { permit = tx.reserve() => permit.is_ok(), _ = idle.recv() => false }
    });
    let mut next = parked(tx.send(1));
    assert_eq!(rx.try_recv(), Ok(0));
    assert_eq!((reserving.wakes(), next.wakes()), (1, 0));
    drop(reserving);
    assert!(tx.try_send(9).is_err());
    assert_eq!((next.wakes(), next.ready(), drain(&rx)), (1, Ok(()), vec![1]));
}

#[test]
fn h_08_f_a_drop_and_a_commit_at_the_same_time_lose_nothing() {
    // Goal: received by nobody, it is in the channel or with its sender. Method: threads.
    for _ in 0..1000 {
        let ((tx, rx), (other, other_rx)) = (chan::rendezvous(), chan::rendezvous());
        let waits = parked(select::first((rx.recv(), other_rx.recv())));
        let programs: Vec<Program<'_, usize>> = vec![
            Box::new(move || {
                drop(waits);
                0
            }),
            Box::new(|| usize::from(tx.try_send(1).is_ok())),
            Box::new(|| usize::from(other.try_send(2).is_ok())),
        ];
        let sent = race(programs);
        assert_eq!([drain(&rx), drain(&other_rx)].map(|got| got.len()), sent[1..]);
    }
}

#[test]
fn h_09_a_drop_and_a_take_at_the_same_time_take_it_once() {
    // Goal: the slot is empty exactly if the value was received. Method: two threads, many rounds.
    type Round = ((Sender<u64>, Receiver<u64>), Mutex<Option<u64>>);
    let rounds: Vec<Round> = (0..5000).map(|_| (chan::rendezvous(), Mutex::new(Some(1)))).collect();
    let (_, taken) = duel(
        &rounds,
        |((tx, rx), slot)| {
            let mut slot = slot.lock().unwrap();
            let idle = chan::never::<u64>();
            let mut sending = task(select::first((tx.send_from(&mut slot), idle.recv())));
            let _is_taken = sending.poll();
            drop(sending);
            let _same = rx;
        },
        |((_, rx), _)| rx.try_recv().is_ok(),
    );
    for ((_, slot), taken) in rounds.into_iter().zip(taken) {
        assert_eq!(slot.into_inner().unwrap().is_none(), taken);
    }
}

#[test]
fn g_16_a_value_given_back_by_the_last_receiver_is_dropped_once() {
    // Goal: H-08 g. The select owns the receiver, and so does nobody else.
    let census = Census::default();
    let (tx, rx) = chan::rendezvous();
    let select = parked(async move {
        let idle = chan::never::<()>();
        select::select! { got = rx.recv() => got.is_ok(), got = idle.recv() => got.is_ok() }
    });
    assert!(tx.try_send(census.value(1)).is_ok());
    drop(select);
    assert_eq!(census.alive(), 0);
    assert!(tx.try_send(census.value(2)).is_err_and(|e| e.is_closed()));
    assert_eq!(census.alive(), 0);
}

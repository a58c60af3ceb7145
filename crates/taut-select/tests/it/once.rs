//! Exactly one arm commits, and those that lose have had no effect.

use taut::chan::{self, Receiver, Sender};
use taut::select::{self, OneOf2, OneOf4, Select};

use crate::support::{
    CAPACITIES, Census, assert_deserted, channel, drain, holding, now, parked, task,
};

/// Two channels to receive from and two to send to. All four arms are ready.
struct Four {
    ins: [(Sender<u64>, Receiver<u64>); 2],
    outs: [(Sender<u64>, Receiver<u64>); 2],
}

impl Four {
    fn new() -> Self {
        Self { ins: [0, 1].map(holding), outs: [(); 2].map(|()| chan::bounded(1)) }
    }

    /// Which arms took effect; all are ready again afterwards.
    fn moved(&self) -> Vec<usize> {
        let mut moved = Vec::new();
        for (arm, (tx, _)) in self.ins.iter().enumerate() {
            if tx.try_send(arm as u64).is_ok() {
                moved.push(arm);
            }
        }
        for (arm, (_, rx)) in self.outs.iter().enumerate() {
            if let Ok(value) = rx.try_recv() {
                assert_eq!(value, arm as u64);
                moved.push(2 + arm);
            }
        }
        moved
    }

    fn by_macro(&self) -> usize {
        now(async {
            select::select! {
                got = self.ins[0].1.recv() => { assert_eq!(got, Ok(0)); 0 }
                got = self.ins[1].1.recv() => { assert_eq!(got, Ok(1)); 1 }
                sent = self.outs[0].0.send(0) => { assert_eq!(sent, Ok(())); 2 }
                sent = self.outs[1].0.send(1) => { assert_eq!(sent, Ok(())); 3 }
            }
        })
    }

    fn by_first(&self) -> usize {
        let ins = (self.ins[0].1.recv(), self.ins[1].1.recv());
        let outs = (self.outs[0].0.send(0), self.outs[1].0.send(1));
        match now(select::first((ins.0, ins.1, outs.0, outs.1))) {
            OneOf4::A(got) => (got.unwrap()) as usize,
            OneOf4::B(got) => (got.unwrap()) as usize,
            OneOf4::C(sent) => sent.map(|()| 2).unwrap(),
            OneOf4::D(sent) => sent.map(|()| 3).unwrap(),
        }
    }

    fn by_select(&self) -> usize {
        let mut select = Select::new();
        for arm in [0, 1] {
            let got = move |got: Result<u64, _>| assert_eq!(got, Ok(arm as u64));
            select.add(arm, select::boxed(select::map(self.ins[arm].1.recv(), got)));
            let sent = |sent: Result<(), _>| sent.unwrap();
            let send = self.outs[arm].0.send(arm as u64);
            select.add(2 + arm, select::boxed(select::map(send, sent)));
        }
        now(select.next()).unwrap().0
    }
}

#[test]
fn se_01_exactly_one_of_the_arms_that_are_ready_commits() {
    // Goal: one value moves in each select, over the arm that it names, whatever the form (RS-01).
    let four = Four::new();
    for form in [Four::by_macro, Four::by_first, Four::by_select] {
        for _ in 0..10_000 {
            let won = form(&four);
            assert_eq!(four.moved(), [won]);
        }
    }
}

#[test]
fn se_26_the_value_of_a_send_that_loses_is_dropped_once() {
    // Goal: G-16. Losing at once and after a wait; the value that was sent lives on.
    for is_parked in [false, true] {
        let census = Census::default();
        let ((tx, rx), (other_tx, other_rx)) = (chan::rendezvous(), chan::rendezvous());
        let mut losing = task(async {
            select::select! {
                biased;
                got = other_rx.recv() => got.unwrap(),
                sent = tx.send(census.value(1)) => panic!("it won: {sent:?}"),
            }
        });
        if is_parked {
            losing.pending();
        }
        assert_eq!(census.alive(), usize::from(is_parked));
        let mut peer = task(other_tx.send(census.value(2)));
        assert_eq!(peer.poll().is_ready(), is_parked);
        let got = losing.ready();
        assert_eq!((got.id, census.alive()), (2, 1), "the loser's value is gone");
        assert!(rx.try_recv().is_err());
        drop((got, losing, peer));
        assert_eq!(census.alive(), 0);
    }
}

#[test]
fn se_26_send_from_keeps_the_value_of_a_send_that_loses() {
    // Goal: it is home again when the handler runs; if it won, it is gone.
    for is_parked in [false, true] {
        let ((tx, rx), (other_tx, other_rx)) = (chan::rendezvous(), chan::rendezvous());
        let mut slot = Some(Box::new(7));
        {
            let mut losing = task(async {
                select::select! {
                    biased;
                    _ = other_rx.recv() => slot.as_deref().copied(),
                    sent = tx.send_from(&mut slot) => panic!("it won: {sent:?}"),
                }
            });
            if is_parked {
                losing.pending();
            }
            let mut peer = task(other_tx.send(()));
            let _is_sent = peer.poll();
            assert_eq!(losing.ready(), Some(7), "home, and the handler may use it");
        }
        assert_eq!(slot.as_deref(), Some(&7));
        let mut winning = parked(async {
            select::select! {
                _ = other_rx.recv() => panic!("nobody sends"),
                sent = tx.send_from(&mut slot) => sent.map(|()| slot.is_none()),
            }
        });
        assert_eq!(rx.try_recv(), Ok(Box::new(7)));
        assert_eq!(winning.ready(), Ok(true));
    }
}

#[test]
fn se_26_a_reservation_that_loses_gives_its_room_back() {
    // Goal: lost at once, lost after a wait; the room is there for the next send in both cases.
    for is_parked in [false, true] {
        let (tx, rx) = chan::bounded(1);
        let (other_tx, other_rx) = chan::bounded(1);
        if is_parked {
            tx.try_send(0).unwrap();
        } else {
            other_tx.try_send(7).unwrap();
        }
        let mut losing = task(async {
            select::select! {
                biased;
                got = other_rx.recv() => got.unwrap(),
                _ = tx.reserve() => panic!("it won"),
            }
        });
        if is_parked {
            losing.pending();
            other_tx.try_send(7).unwrap();
            // Room for a reservation that nobody waits for any more.
            assert_eq!(rx.try_recv(), Ok(0));
        }
        assert_eq!(losing.ready(), 7);
        assert_eq!((tx.try_send(1), rx.len()), (Ok(()), 1));
        drop(losing);
        assert_eq!((tx.try_send(2).is_err(), drain(&rx)), (true, vec![1]));
    }
}

#[test]
fn se_26_a_reservation_that_wins_is_a_permit() {
    let (tx, rx) = chan::bounded(1);
    let (_idle, never) = chan::rendezvous::<()>();
    let permit = now(async {
        select::select! {
            permit = tx.reserve() => permit.unwrap(),
            _ = never.recv() => panic!("nobody sends"),
        }
    });
    assert!(tx.try_send(9).is_err(), "the room is the permit's");
    assert_eq!((permit.send(1), rx.try_recv()), (Ok(()), Ok(1)));
    let owned = tx.clone();
    let out = now(select::first((owned.reserve_owned(), never.recv())));
    let OneOf2::A(Ok(permit)) = out else { panic!("nobody sends") };
    assert!(permit.send(2).is_ok());
    assert_eq!(rx.try_recv(), Ok(2));
}

#[test]
fn se_26_a_receive_that_loses_takes_nothing() {
    // Goal: nothing is received, and the order is kept.
    for capacity in CAPACITIES.into_iter().filter(|capacity| *capacity != Some(0)) {
        let (tx, rx) = channel(capacity);
        let values: Vec<u64> = (0..capacity.unwrap_or(3).min(3) as u64).collect();
        values.iter().for_each(|value| tx.try_send(*value).unwrap());
        let (_winner, won) = holding(7);
        let got = now(async {
            select::select! { biased; got = won.recv() => got, got = rx.recv() => got }
        });
        assert_eq!((got, drain(&rx)), (Ok(7), values), "{capacity:?}");
    }
}

#[test]
fn se_26_a_batch_that_loses_takes_nothing() {
    // Goal: `recv_many` is an arm like another: the values are in the channel or in the vector.
    let (tx, rx) = chan::bounded(4);
    let (stop, stopped) = chan::bounded(1);
    let mut into = Vec::new();
    for is_lost in [true, false] {
        let mut waits = parked(async {
            select::select! {
                got = stopped.recv() => { got.unwrap(); 0 }
                count = rx.recv_many(&mut into, 9) => count,
            }
        });
        if is_lost {
            stop.try_send(()).unwrap();
        }
        (0..3).for_each(|n| tx.try_send(n).unwrap());
        let count = waits.ready();
        drop(waits);
        assert_eq!(into.len(), count);
        assert_eq!((into.len() + rx.len(), is_lost), (3, into.is_empty()));
        into.extend(drain(&rx));
        assert_eq!(std::mem::take(&mut into), [0, 1, 2]);
    }
}

#[test]
fn se_06_nothing_is_registered_while_a_handler_runs() {
    // Goal: SE-06 before the handler, SE-12 its value is there. Method: peers that do not wait.
    let ((a_tx, a_rx), (b_tx, b_rx)) = (chan::rendezvous::<u64>(), chan::rendezvous::<u64>());
    let mut select = parked(async {
        select::select! {
            got = a_rx.recv() => {
                assert_deserted(&a_tx, &a_rx);
                assert_deserted(&b_tx, &b_rx);
                assert_eq!((a_rx.len(), b_rx.len()), (0, 0));
                got
            }
            sent = b_tx.send(5) => panic!("nobody receives: {sent:?}"),
            got = b_rx.recv() => panic!("nobody sends: {got:?}"),
        }
    });
    assert_eq!(a_tx.try_send(1), Ok(()));
    // Claimed, and not polled yet: it is passed over already.
    assert_deserted(&b_tx, &b_rx);
    assert_deserted(&a_tx, &a_rx);
    assert_eq!((select.wakes(), select.ready()), (1, Ok(1)));
}

#[test]
fn se_06_a_handler_may_use_the_channels_of_its_select() {
    // Goal: what it sends is not taken by an arm that lost.
    let (tx, rx) = chan::bounded(1);
    let got = now(async {
        select::select! {
            sent = tx.send(1) => {
                sent.unwrap();
                rx.recv().await
            }
            got = rx.recv() => got,
        }
    });
    assert_eq!((got, rx.len()), (Ok(1), 0));
}

#[test]
fn se_37_a_value_that_is_ignored_is_consumed() {
    // Goal: `_` receives and drops.
    let census = Census::default();
    let (_tx, rx) = holding(census.value(1));
    now(async {
        select::select! { _ = rx.recv() => {} }
    });
    assert_eq!((rx.len(), census.alive()), (0, 0));
}

//! H-06 on threads: while at every instant one of two channels is ready, no form takes its default.

use std::sync::Mutex;

use taut::chan::future::Send;
use taut::chan::{self, Receiver, Sender};
use taut::select::{self, Select};

use crate::support::{Task, duel, holding, now, parked, task};

/// Of each form and each change. Together they are more than 10⁵.
const BATCHES: usize = 10;
const BATCH: usize = 500;

type Channel = (Sender<u64>, Receiver<u64>);

/// Two channels of which one is ready: `from` at first, and `to` before `from` ceases to be.
struct Pair {
    from: Channel,
    to: Channel,
}

type Change = fn(&Pair);
/// Whether it found an arm.
type Form = fn(&Pair) -> bool;

/// Each form of a select that does not wait, with its arms in both orders.
macro_rules! forms {
    ($pair:ident: $to:expr, $from:expr) => {{
        let forms: [(&str, Form); 6] = [
            ("macro", |$pair| {
                now(async {
                    select::select! { _ = $to => true, _ = $from => true, default => false }
                })
            }),
            ("biased", |$pair| {
                now(async {
                    select::select! { biased; _ = $to => true, _ = $from => true, default => false }
                })
            }),
            ("biased, turned around", |$pair| {
                now(async {
                    select::select! { biased; _ = $from => true, _ = $to => true, default => false }
                })
            }),
            ("first", |$pair| now(select::first(($to, $from)).now()).is_some()),
            ("first, biased", |$pair| now(select::first(($from, $to)).biased().now()).is_some()),
            ("Select", |$pair| Select::from_iter([((), $to), ((), $from)]).try_next().is_some()),
        ];
        forms
    }};
}

#[track_caller]
fn never_a_default(name: &str, forms: &[(&str, Form)], make: fn() -> Pair, change: Change) {
    for (form, look) in forms {
        for _ in 0..BATCHES {
            let pairs: Vec<_> = (0..BATCH).map(|_| make()).collect();
            let (_, found) = duel(&pairs, change, look);
            assert!(found.into_iter().all(|found| found), "{name}, {form}: default");
        }
    }
}

#[test]
fn h_06_no_default_while_a_value_moves() {
    // Goal: c1 holds a value; one sends to c2, then takes the one of c1, if it still can.
    let forms = forms!(pair: pair.to.1.recv(), pair.from.1.recv());
    let make = || Pair { from: holding(1), to: chan::bounded(1) };
    never_a_default("send", &forms, make, |pair| {
        assert!(pair.to.0.try_send(1).is_ok());
        let _taken = pair.from.1.try_recv();
    });
    never_a_default("close", &forms, make, |pair| {
        assert!(pair.to.0.close());
        let _taken = pair.from.1.try_recv();
    });
    let unbounded = || {
        let pair = Pair { from: chan::unbounded(), to: chan::unbounded() };
        pair.from.0.try_send(1).unwrap();
        pair
    };
    never_a_default("send, unbounded", &forms, unbounded, |pair| {
        assert!(pair.to.0.try_send(1).is_ok());
        let _taken = pair.from.1.try_recv();
    });
}

#[test]
fn h_06_no_default_while_room_moves() {
    // Goal: the mirror of it, for sends and reservations: one makes room in c2, then fills c1.
    let make = || Pair { from: chan::bounded(1), to: holding(1) };
    let change: Change = |pair| {
        assert!(pair.to.1.try_recv().is_ok());
        let _filled = pair.from.0.try_send(1);
    };
    let forms = forms!(pair: pair.to.0.send(2), pair.from.0.send(2));
    never_a_default("sends", &forms, make, change);
    let forms = forms!(pair: pair.to.0.reserve(), pair.from.0.reserve());
    never_a_default("reservations", &forms, make, change);
}

#[test]
fn h_06_no_default_while_a_partner_moves() {
    // Goal: at two rendezvous: who waits at one comes to the other before it leaves this.
    let make = || Pair { from: chan::rendezvous(), to: chan::rendezvous() };
    let forms = forms!(pair: pair.to.1.recv(), pair.from.1.recv());
    for (form, look) in forms {
        for _ in 0..BATCHES {
            let pairs: Vec<_> = (0..BATCH).map(|_| make()).collect();
            // Waiting before the others begin.
            let rounds: Vec<_> = pairs.iter().map(Moving::new).collect();
            let (_, found) = duel(&rounds, Moving::go, |moving| look(moving.pair));
            assert!(found.into_iter().all(|found| found), "{form}: default");
        }
    }
}

/// One that waits at `from`, and one that will at `to`.
struct Moving<'a> {
    pair: &'a Pair,
    here: Mutex<Option<Task<Send<'a, u64>>>>,
    there: Mutex<Task<Send<'a, u64>>>,
}

impl<'a> Moving<'a> {
    fn new(pair: &'a Pair) -> Self {
        let here = Mutex::new(Some(parked(pair.from.0.send(1))));
        Self { pair, here, there: Mutex::new(task(pair.to.0.send(2))) }
    }

    fn go(&self) {
        let _is_met = self.there.lock().unwrap().poll();
        drop(self.here.lock().unwrap().take());
    }
}

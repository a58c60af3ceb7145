//! Two threads, in which nothing is synchronised but by the channels.

use std::future::Future;
use std::pin::pin;
use std::task::{Poll, Waker};

use taut_chan::{Receiver, Sender, never, rendezvous};
use taut_core::sync::block_on as park;
use taut_select::{OneOf2, Select, first, select};

use crate::support::{CAPACITIES, ROUNDS, Wakes, channel, drain, parked, race, task};
use crate::{Value, now_or_none, value};

fn block_on<F: Future>(future: F) -> F::Output {
    park(pin!(future), None).unwrap()
}

/// Sends on one channel or receives from the other; what was received, and what was not sent.
fn either(
    out: &Sender<Value>,
    input: &Receiver<Value>,
    own: Value,
) -> (Option<Value>, Option<Value>) {
    let mut slot = Some(own);
    let got = block_on(async {
        select! {
            sent = out.send_from(&mut slot) => {
                sent.unwrap();
                None
            }
            got = input.recv() => got.ok(),
        }
    });
    (got, slot)
}

#[test]
fn a_facing_pair() {
    for _ in 0..ROUNDS {
        let (x, y) = (rendezvous(), rendezvous());
        let both = race::<(Option<Value>, Option<Value>)>(vec![
            Box::new(|| either(&x.0, &y.1, value(1))),
            Box::new(|| either(&y.0, &x.1, value(2))),
        ]);
        match &both[..] {
            [(None, None), (Some(got), Some(kept))] => assert_eq!((**got, **kept), (1, 2)),
            [(Some(got), Some(kept)), (None, None)] => assert_eq!((**got, **kept), (2, 1)),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_select_is_dropped_while_it_is_claimed() {
    for capacity in CAPACITIES {
        for _ in 0..ROUNDS {
            let ((tx, rx), idle) = (channel(capacity), never::<Value>());
            let waits = parked(first((idle.recv(), rx.recv())));
            let waits = std::sync::Mutex::new(Some(waits));
            let left = race::<Option<Value>>(vec![
                Box::new(|| {
                    drop(waits.lock().unwrap().take());
                    None
                }),
                Box::new(|| tx.try_send(value(7)).err().map(|full| full.into_inner())),
            ]);
            let all: Vec<_> = left.into_iter().flatten().chain(drain(&rx)).collect();
            assert_eq!(all, [value(7)], "{capacity:?}");
        }
    }
}

#[test]
fn a_round_is_cut_short_while_it_is_claimed() {
    for capacity in CAPACITIES {
        for _ in 0..ROUNDS {
            let (tx, rx) = channel(capacity);
            let got = race::<Option<Value>>(vec![
                Box::new(|| {
                    let mut select = Select::from_iter([(0, rx.recv()), (1, rx.recv())]);
                    let first = now_or_none(select.next());
                    let won = first.unwrap_or_else(|| block_on(select.next()));
                    won.and_then(|(_, got)| got.ok())
                }),
                Box::new(|| {
                    tx.blocking_send(value(7)).unwrap();
                    None
                }),
            ]);
            assert_eq!(got[0], Some(value(7)), "{capacity:?}");
        }
    }
}

#[test]
fn a_select_is_polled_by_one_task_after_the_other() {
    // Goal: C4, the waker: replaced by the owner, used by who claims.
    for _ in 0..ROUNDS {
        let ((tx, rx), idle) = (rendezvous(), never::<Value>());
        let got = race::<Option<Value>>(vec![
            Box::new(|| {
                let mut waits = task(first((idle.recv(), rx.recv())));
                for _ in 0..3 {
                    if let Poll::Ready(OneOf2::B(got)) = waits.poll() {
                        return got.ok();
                    }
                    let waker = Waker::from(Wakes::new());
                    if let Poll::Ready(OneOf2::B(got)) = waits.poll_with(&waker) {
                        return got.ok();
                    }
                }
                drop(waits);
                rx.blocking_recv().ok()
            }),
            Box::new(|| {
                tx.blocking_send(value(7)).unwrap();
                None
            }),
        ]);
        assert_eq!(got[0], Some(value(7)));
    }
}

//! Models of `Select`, whose claim begins anew with each round, and of selects that others keep from
//! waiting.
//!
//! Run by `cargo x loom`, one at a time.

#![cfg(taut_loom)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "support/arms.rs"]
mod arms;
#[macro_use]
#[path = "../../taut-chan/tests/support/models.rs"]
mod models;

use arms::OnEnroll;
use loom::future::block_on;
use loom::thread;
use models::{CHAIN, Flavour, RENDEZVOUS, RING, model, move_over, once};
use taut_chan::future::Recv;
use taut_chan::{Receiver, RecvError, Sender};
use taut_select::{BoxCase, OneOf2, Select, boxed, first, map};

for_flavours! {
    two_rounds_take_two_values: two_rounds(RENDEZVOUS, RING, CHAIN);
    two_rounds_over_two_channels: two_channels(RENDEZVOUS, RING);
    a_facing_select_of_either_kind: facing(RENDEZVOUS);
    a_round_that_is_cut_short_is_made_up_for: cut_short(RENDEZVOUS, RING, CHAIN);
    a_round_that_is_cut_short_and_tried_again: cut_short_then_tried(RENDEZVOUS, RING);
    a_round_that_is_cut_short_and_given_up: cut_short_then_dropped(RENDEZVOUS, RING, CHAIN);
    a_claimed_arm_that_is_removed: removed(RENDEZVOUS, RING);
    a_default_of_many: try_next(RING);
}

fn two_rounds(flavour: Flavour) {
    let (tx, rx) = flavour();
    let sender = thread::spawn(move || {
        block_on(async {
            tx.send(1).await.unwrap();
            tx.send(2).await.unwrap();
        });
    });
    block_on(async {
        let mut select = Select::new();
        for value in [1, 2] {
            select.add((), rx.recv());
            assert_eq!(select.next().await, Some(((), Ok(value))));
        }
        assert!(select.is_empty());
    });
    sender.join().unwrap();
}

fn two_channels(flavour: Flavour) {
    // The arm that lost has kept its case, which is enrolled anew.
    let (x, y) = (flavour(), flavour());
    let sender = thread::spawn(move || {
        block_on(async {
            y.0.send(1).await.unwrap();
            x.0.send(0).await.unwrap();
        });
    });
    block_on(async {
        let mut select: Select<_, _> = [(0, x.1.recv()), (1, y.1.recv())].into_iter().collect();
        let mut keys = Vec::new();
        while let Some((key, got)) = select.next().await {
            assert_eq!(got, Ok(key));
            keys.push(key);
        }
        keys.sort();
        assert_eq!(keys, [0, 1]);
    });
    sender.join().unwrap();
}

fn either<'a>(out: &'a Sender<u32>, input: &'a Receiver<u32>) -> Select<u32, BoxCase<'a, bool>> {
    let mut select = Select::new();
    select.add(0, boxed(map(out.send(5), |sent| sent.is_ok())));
    select.add(1, boxed(map(input.recv(), |got| got != Ok(5))));
    select
}

fn facing(flavour: Flavour) {
    let (x, y) = (flavour(), flavour());
    let (x2, y2) = (x.clone(), y.clone());
    let other = thread::spawn(move || block_on(either(&y2.0, &x2.1).next()));
    let ours = block_on(first((x.0.send(5), y.1.recv())));
    match (ours, other.join().unwrap()) {
        (OneOf2::A(Ok(())), Some((1, false))) | (OneOf2::B(Ok(5)), Some((0, true))) => {}
        other => panic!("{other:?}"),
    }
}

/// A round that is dropped after its first poll, while somebody sends.
async fn short_round(select: &mut Select<(), Recv<'_, u32>>) -> Option<Result<u32, RecvError>> {
    once(select.next()).await.map(|won| won.unwrap().1)
}

fn cut_short(flavour: Flavour) {
    let (tx, rx) = flavour();
    let sender = thread::spawn(move || block_on(tx.send(7)).unwrap());
    block_on(async {
        let mut select: Select<_, _> = [((), rx.recv())].into_iter().collect();
        let got = match short_round(&mut select).await {
            Some(got) => got,
            None => {
                assert_eq!(select.len(), 1, "all arms are there");
                select.next().await.unwrap().1
            }
        };
        assert_eq!((got, select.len()), (Ok(7), 0));
    });
    sender.join().unwrap();
}

fn cut_short_then_tried(flavour: Flavour) {
    // An arm was committed, or there is nothing: as if the round had not been.
    let (tx, rx) = flavour();
    // By a clone: the channel stays open.
    let sending = tx.clone();
    let sender = thread::spawn(move || sending.try_send(7).is_ok());
    let mut select: Select<_, _> = [((), rx.recv())].into_iter().collect();
    let got = block_on(short_round(&mut select));
    let is_sent = sender.join().unwrap();
    let got = got.or_else(|| select.try_next().map(|won| won.1));
    assert_eq!(got, is_sent.then_some(Ok(7)));
}

fn cut_short_then_dropped(flavour: Flavour) {
    let (tx, rx) = flavour();
    let sender = thread::spawn(move || block_on(tx.send(7)).unwrap());
    block_on(async {
        let mut select: Select<_, _> = [((), rx.recv())].into_iter().collect();
        let got = short_round(&mut select).await;
        drop(select);
        let got = match got {
            Some(got) => got,
            None => rx.recv().await,
        };
        assert_eq!(got, Ok(7));
    });
    sender.join().unwrap();
}

fn removed(flavour: Flavour) {
    // What it was handed goes back; the arm that is left gets it, in the next round.
    let (tx, rx) = flavour();
    let sender = thread::spawn(move || block_on(tx.send(7)).unwrap());
    block_on(async {
        let mut select: Select<_, _> = [(0, rx.recv()), (1, rx.recv())].into_iter().collect();
        if let Some(won) = once(select.next()).await {
            assert_eq!(won.unwrap().1, Ok(7));
        } else {
            assert!(select.remove(&0));
            assert_eq!(select.next().await, Some((1, Ok(7))));
        }
    });
    sender.join().unwrap();
}

fn try_next(flavour: Flavour) {
    // H-06, as in `loom.rs`.
    let (x, y) = (flavour(), flavour());
    x.0.try_send(1).unwrap();
    let other = move_over(&x.1, &y.0);
    let mut select = Select::biased();
    select.add("y", y.1.recv());
    select.add("x", x.1.recv());
    assert!(select.try_next().is_some(), "at each instant one of them was ready");
    other.join().unwrap();
}

/// The looks that a select takes on end.
const LOOKS: usize = 32;

#[test]
fn one_that_is_kept_from_waiting() {
    // Somebody comes by at each look, so the select steps away and has itself woken. What is sent
    // around its last look is not overlooked.
    model(|| {
        let ((tx, rx), (go, going)) = (RENDEZVOUS(), CHAIN());
        let passing = tx.clone();
        let mut looks = 0;
        let meddle = OnEnroll(move || {
            looks += 1;
            if looks <= LOOKS {
                // It meets our receive, which cannot be claimed while we look.
                let _unsent = passing.try_send(0);
            }
            if looks == LOOKS {
                go.try_send(0).unwrap();
            }
        });
        let sender = thread::spawn(move || {
            block_on(async {
                going.recv().await.unwrap();
                tx.send(7).await.unwrap();
            });
        });
        assert_eq!(block_on(first((rx.recv(), meddle)).biased()), OneOf2::A(Ok(7)));
        sender.join().unwrap();
    });
}

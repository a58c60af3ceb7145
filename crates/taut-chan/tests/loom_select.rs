//! Models of the claim protocol: a select that sends and receives, against everything that may meet it.
//!
//! Run by `cargo x loom`, one at a time: which of two selects yields is decided by their addresses.

#![cfg(taut_loom)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[macro_use]
#[path = "support/models.rs"]
mod models;
#[path = "support/select.rs"]
mod select;

use loom::future::block_on;
use loom::thread;
use models::{Flavour, RENDEZVOUS, RING, model, move_over, once};
use select::{Either, select, select_default};
use taut_chan::{Receiver, Sender};

for_flavours! {
    facing_selects_pair_once: facing(RENDEZVOUS);
    facing_selects_over_buffers_agree: facing_buffered(RING);
    a_select_serves_both_channels: select_two(RENDEZVOUS, RING);
    a_select_meets_a_close: select_close(RENDEZVOUS, RING);
    a_dropped_select_gives_back: drop_select(RENDEZVOUS, RING);
    a_select_never_meets_itself: same_channel_twice(RENDEZVOUS, RING);
    default_is_one_instant: default_snapshot(RING);
}

/// A select that sends on one channel and receives from another; says whether it sent.
async fn send_or_recv(out: &Sender<u32>, input: &Receiver<u32>) -> bool {
    match select(out.send(5), input.recv()).await {
        Either::A(sent) => {
            sent.unwrap();
            true
        }
        Either::B(got) => {
            assert_eq!(got, Ok(5));
            false
        }
    }
}

fn facing_with(flavour: Flavour) -> (bool, bool) {
    let (x, y) = (flavour(), flavour());
    let (x2, y2) = (x.clone(), y.clone());
    let other = thread::spawn(move || block_on(send_or_recv(&y2.0, &x2.1)));
    let ours = block_on(send_or_recv(&x.0, &y.1));
    (ours, other.join().unwrap())
}

fn facing(flavour: Flavour) {
    let (ours, theirs) = facing_with(flavour);
    assert_ne!(ours, theirs, "one transfer, and both say the same of it");
}

fn facing_buffered(flavour: Flavour) {
    let (ours, theirs) = facing_with(flavour);
    assert!(ours || theirs, "who receives, receives what the other sent");
}

fn select_two(flavour: Flavour) {
    let (x, y) = (flavour(), flavour());
    let senders: Vec<_> = [(x.0, 1), (y.0, 2)]
        .into_iter()
        .map(|(tx, n)| thread::spawn(move || block_on(tx.send(n)).unwrap()))
        .collect();
    block_on(async {
        match select(x.1.recv(), y.1.recv()).await {
            Either::A(got) => {
                assert_eq!(got, Ok(1));
                assert_eq!(y.1.recv().await, Ok(2));
            }
            Either::B(got) => {
                assert_eq!(got, Ok(2));
                assert_eq!(x.1.recv().await, Ok(1));
            }
        }
    });
    senders.into_iter().for_each(|sender| sender.join().unwrap());
}

fn select_close(flavour: Flavour) {
    let (x, y) = (flavour(), flavour());
    let closing = x.0.clone();
    let closer = thread::spawn(move || closing.close());
    let sending = y.0.clone();
    let sender = thread::spawn(move || block_on(sending.send(5)).is_ok());
    block_on(async {
        match select(x.1.recv(), y.1.recv()).await {
            // H-12 d: then the other arm had no effect.
            Either::A(got) => {
                assert!(got.is_err());
                assert_eq!(y.1.recv().await, Ok(5));
            }
            Either::B(got) => assert_eq!(got, Ok(5)),
        }
    });
    assert!(closer.join().unwrap() && sender.join().unwrap());
}

fn drop_select(flavour: Flavour) {
    let (x, y) = (flavour(), flavour());
    let (tx, rx) = x;
    let sender = thread::spawn(move || block_on(tx.send(7)).unwrap());
    block_on(async {
        match once(select(y.1.recv(), rx.recv())).await {
            Some(Either::B(got)) => assert_eq!(got, Ok(7)),
            Some(Either::A(_)) => unreachable!("nobody sends there"),
            None => assert_eq!(rx.recv().await, Ok(7)),
        }
    });
    sender.join().unwrap();
}

fn same_channel_twice(flavour: Flavour) {
    let (tx, rx) = flavour();
    let filled = tx.try_send(1).is_ok();
    let (tx2, rx2) = (tx.clone(), rx.clone());
    let other = thread::spawn(move || {
        if filled {
            block_on(rx2.recv()).unwrap()
        } else {
            block_on(tx2.send(9)).map(|()| 9).unwrap()
        }
    });
    let ours = block_on(select(tx.send(5), rx.recv()));
    match (filled, ours) {
        (false, Either::B(got)) => assert_eq!(got, Ok(9)),
        (false, Either::A(_)) => unreachable!("it would have sent to itself"),
        (true, Either::A(sent)) => sent.unwrap(),
        // It took the 1 itself; the other one must be given something.
        (true, Either::B(got)) => {
            assert_eq!(got, Ok(1));
            block_on(tx.send(5)).unwrap();
        }
    }
    other.join().unwrap();
}

fn default_snapshot(flavour: Flavour) {
    let (x, y) = (flavour(), flavour());
    x.0.try_send(1).unwrap();
    let other = move_over(&x.1, &y.0);
    assert!(select_default(x.1.recv(), y.1.recv()).is_some());
    other.join().unwrap();
}

//! Models of the channels: two or three threads, every interleaving within the preemption bound, one
//! question each.
//!
//! Run by `cargo x loom`. Where a question is about all flavours it is asked for a rendezvous, a ring
//! and a chain.

#![cfg(taut_loom)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[macro_use]
#[path = "support/models.rs"]
mod models;

use std::future::{Future, poll_fn};
use std::task::Poll;

use loom::future::block_on;
use loom::thread;
use models::{CHAIN, Flavour, RENDEZVOUS, RING, model, model_of_three, once};

for_flavours! {
    values_arrive_in_order: in_order(RENDEZVOUS, RING, CHAIN);
    two_senders_are_both_served: two_senders(RING, CHAIN);
    two_receivers_share: two_receivers(RING, CHAIN);
    a_dropped_receive_loses_nothing: drop_recv(RENDEZVOUS, RING, CHAIN);
    a_dropped_receive_passes_its_value_on: drop_recv_with_another(RENDEZVOUS, RING, CHAIN);
    a_dropped_send_is_all_or_nothing: drop_send(RENDEZVOUS, RING);
    a_dropped_send_lets_the_next_in: drop_send_before_another(RENDEZVOUS, RING);
    a_close_parts_sent_from_returned: close_against_send(RENDEZVOUS, RING, CHAIN);
    the_last_sender_tells_the_receiver: last_sender(RENDEZVOUS, RING, CHAIN);
    the_last_receiver_tells_the_sender: last_receiver(RENDEZVOUS, RING, CHAIN);
    a_new_waker_is_the_one_that_is_woken: new_waker(RENDEZVOUS, RING);
    a_permit_finds_room_or_a_close: permit(RENDEZVOUS, RING);
    a_dropped_permit_lets_the_next_in: drop_permit(RENDEZVOUS, RING);
    a_dropped_reservation_lets_the_next_in: drop_reserve(RING);
    the_close_is_seen_by_who_waits_for_it: closed(RENDEZVOUS, RING);
    try_recv_finds_what_is_there: try_recv_against_close(RING, CHAIN);
}

#[test]
fn two_senders_are_both_served_hand_to_hand() {
    model_of_three(|| two_senders(RENDEZVOUS));
}

#[test]
fn two_receivers_share_hand_to_hand() {
    model_of_three(|| two_receivers(RENDEZVOUS));
}

fn in_order(flavour: Flavour) {
    let (tx, rx) = flavour();
    let sender = thread::spawn(move || {
        block_on(async {
            tx.send(1).await.unwrap();
            tx.send(2).await.unwrap();
        });
    });
    block_on(async {
        assert_eq!(rx.recv().await, Ok(1));
        assert_eq!(rx.recv().await, Ok(2));
        assert!(rx.recv().await.is_err());
    });
    sender.join().unwrap();
}

fn two_senders(flavour: Flavour) {
    let (tx, rx) = flavour();
    let senders: Vec<_> = [1, 2]
        .into_iter()
        .map(|n| {
            let tx = tx.clone();
            thread::spawn(move || block_on(tx.send(n)).unwrap())
        })
        .collect();
    drop(tx);
    block_on(async {
        assert_eq!(rx.recv().await.unwrap() + rx.recv().await.unwrap(), 3);
    });
    senders.into_iter().for_each(|sender| sender.join().unwrap());
}

fn two_receivers(flavour: Flavour) {
    let (tx, rx) = flavour();
    let other = rx.clone();
    let receiver = thread::spawn(move || block_on(other.recv()).unwrap());
    let sender = thread::spawn(move || {
        block_on(async {
            tx.send(1).await.unwrap();
            tx.send(2).await.unwrap();
        });
    });
    let got = block_on(rx.recv()).unwrap();
    assert_eq!(got + receiver.join().unwrap(), 3);
    sender.join().unwrap();
}

fn drop_recv(flavour: Flavour) {
    let (tx, rx) = flavour();
    let sender = thread::spawn(move || block_on(tx.send(7)).unwrap());
    block_on(async {
        match once(rx.recv()).await {
            Some(got) => assert_eq!(got, Ok(7)),
            None => assert_eq!(rx.recv().await, Ok(7)),
        }
    });
    sender.join().unwrap();
    assert!(rx.try_recv().is_err());
}

fn drop_recv_with_another(flavour: Flavour) {
    let (tx, rx) = flavour();
    let other = rx.clone();
    let receiver = thread::spawn(move || block_on(other.recv()));
    let dropper = thread::spawn(move || block_on(once(rx.recv())));
    block_on(tx.send(7)).unwrap();
    match dropper.join().unwrap() {
        Some(got) => {
            assert_eq!(got, Ok(7));
            drop(tx);
            assert!(receiver.join().unwrap().is_err());
        }
        None => assert_eq!(receiver.join().unwrap(), Ok(7)),
    }
}

fn drop_send(flavour: Flavour) {
    let (tx, rx) = flavour();
    // Fills the buffer, if there is one.
    let filled = tx.try_send(0).is_ok();
    let sender = thread::spawn(move || {
        let mut home = Some(7);
        let done = block_on(once(tx.send_from(&mut home)));
        (done, home)
    });
    // `None` or a close: the other one was not there, or is gone again.
    let first = block_on(once(rx.recv())).and_then(Result::ok);
    let (done, home) = sender.join().unwrap();
    let mut got: Vec<u32> = first.into_iter().collect();
    got.extend(std::iter::from_fn(|| rx.try_recv().ok()));
    if filled {
        assert_eq!(got.remove(0), 0);
    }
    match home {
        Some(value) => assert_eq!((value, done, got), (7, None, vec![])),
        None => assert_eq!(got, [7]),
    }
}

fn drop_send_before_another(flavour: Flavour) {
    let (tx, rx) = flavour();
    let filled = tx.try_send(0).is_ok();
    let dropped = tx.clone();
    let dropper = thread::spawn(move || block_on(once(dropped.send(1))).is_some());
    let sender = thread::spawn(move || block_on(tx.send(2)).unwrap());
    block_on(async {
        if filled {
            assert_eq!(rx.recv().await, Ok(0));
        }
        let mut got = rx.recv().await.unwrap();
        if got == 1 {
            got = rx.recv().await.unwrap();
        }
        // 2 may also come first, and 1 after it.
        assert_eq!(got, 2);
    });
    sender.join().unwrap();
    dropper.join().unwrap();
}

fn close_against_send(flavour: Flavour) {
    let (tx, rx) = flavour();
    let closer = tx.clone();
    let sender = thread::spawn(move || block_on(tx.send(1)).is_ok());
    let close = thread::spawn(move || closer.close());
    let got = block_on(rx.recv()).is_ok();
    let sent = sender.join().unwrap();
    assert!(close.join().unwrap(), "nobody else closed it");
    let rest = block_on(rx.recv()).is_ok();
    assert_eq!(u32::from(sent), u32::from(got) + u32::from(rest));
}

fn last_sender(flavour: Flavour) {
    let (tx, rx) = flavour();
    let sender = thread::spawn(move || drop(tx));
    assert!(block_on(rx.recv()).is_err());
    sender.join().unwrap();
}

fn last_receiver(flavour: Flavour) {
    let (tx, rx) = flavour();
    let filled = tx.try_send(0).is_ok() && tx.capacity().is_some();
    let receiver = thread::spawn(move || drop(rx));
    if filled || tx.capacity() == Some(0) {
        assert_eq!(block_on(tx.send(7)).map_err(|e| e.0), Err(7));
    } else {
        let _either = block_on(tx.send(7));
    }
    receiver.join().unwrap();
    assert!(tx.is_closed());
    assert_eq!(tx.len(), 0, "what was in it is dropped at once");
}

fn new_waker(flavour: Flavour) {
    let (tx, rx) = flavour();
    let sender = thread::spawn(move || block_on(tx.send(7)).unwrap());
    let mut recv = Box::pin(async move { rx.recv().await });
    // Polled by a block_on of its own, then by another one with another waker.
    let early = block_on(poll_fn(|cx| Poll::Ready(recv.as_mut().poll(cx))));
    let got = match early {
        Poll::Ready(got) => got,
        Poll::Pending => block_on(recv),
    };
    assert_eq!(got, Ok(7));
    sender.join().unwrap();
}

fn permit(flavour: Flavour) {
    let (tx, rx) = flavour();
    let sender = thread::spawn(move || {
        block_on(async {
            let permit = tx.reserve().await.unwrap();
            permit.send(7).unwrap();
        });
    });
    assert_eq!(block_on(rx.recv()), Ok(7));
    assert!(block_on(rx.recv()).is_err());
    sender.join().unwrap();
}

fn drop_permit(flavour: Flavour) {
    let (tx, rx) = flavour();
    let other = tx.clone();
    let dropper = thread::spawn(move || drop(block_on(once(other.reserve()))));
    let sender = thread::spawn(move || block_on(tx.send(7)).unwrap());
    assert_eq!(block_on(rx.recv()), Ok(7));
    dropper.join().unwrap();
    sender.join().unwrap();
}

fn drop_reserve(flavour: Flavour) {
    let (tx, rx) = flavour();
    tx.try_send(0).unwrap();
    let other = tx.clone();
    let dropper = thread::spawn(move || drop(block_on(once(other.reserve()))));
    let sender = thread::spawn(move || block_on(tx.send(7)).unwrap());
    assert_eq!(rx.try_recv(), Ok(0));
    assert_eq!(block_on(rx.recv()), Ok(7));
    dropper.join().unwrap();
    sender.join().unwrap();
}

fn closed(flavour: Flavour) {
    let (tx, rx) = flavour();
    let closer = thread::spawn(move || drop(rx));
    block_on(tx.closed());
    assert!(tx.is_closed());
    closer.join().unwrap();
}

fn try_recv_against_close(flavour: Flavour) {
    let (tx, rx) = flavour();
    tx.try_send(1).unwrap();
    let other = rx.clone();
    let closer = thread::spawn(move || {
        drop(tx);
        other.try_recv().is_ok()
    });
    // H-07: the value is there until one of us has taken it.
    let ours = rx.try_recv();
    let theirs = closer.join().unwrap();
    assert_eq!(ours.is_ok(), !theirs);
    if let Err(error) = ours {
        assert!(error.is_closed(), "it was taken after the close, so it is not just empty");
    }
}

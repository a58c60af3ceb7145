//! Models of the channels: two or three threads, every interleaving within the preemption bound, one
//! question each.
//!
//! Run by `cargo x loom`. Where a question is about all flavours it is asked for a rendezvous, a ring
//! and a chain.

#![cfg(taut_loom)]
#![allow(missing_docs, reason = "a test binary")]

#[path = "support/select.rs"]
mod select;

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use loom::future::block_on;
use loom::thread;
use select::{Either, select, select_default};
use taut_chan::{Receiver, Sender};

type Flavour = fn() -> (Sender<u32>, Receiver<u32>);

const RENDEZVOUS: Flavour = taut_chan::rendezvous;
const RING: Flavour = || taut_chan::bounded(1);
const CHAIN: Flavour = taut_chan::unbounded;

/// One model for each flavour.
macro_rules! for_flavours {
    ($($name:ident: $check:ident($($flavour:ident),*);)*) => {$(
        mod $name {
            #![allow(non_snake_case, reason = "named after the flavour")]
            use super::*;

            $(
                #[test]
                fn $flavour() {
                    model(|| $check(super::$flavour));
                }
            )*
        }
    )*};
}

fn model(check: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = builder.preemption_bound.or(Some(3));
    builder.max_branches = 100_000;
    builder.check(check);
}

/// Polls once and drops: the output, if it was ready.
async fn once<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

for_flavours! {
    values_arrive_in_order: in_order(RENDEZVOUS, RING, CHAIN);
    two_senders_are_both_served: two_senders(RENDEZVOUS, RING, CHAIN);
    two_receivers_share: two_receivers(RENDEZVOUS, RING, CHAIN);
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
    facing_selects_pair_once: facing(RENDEZVOUS);
    facing_selects_over_buffers_agree: facing_buffered(RING);
    a_select_serves_both_channels: select_two(RENDEZVOUS, RING);
    a_select_meets_a_close: select_close(RENDEZVOUS, RING);
    a_dropped_select_gives_back: drop_select(RENDEZVOUS, RING);
    a_select_never_meets_itself: same_channel_twice(RENDEZVOUS, RING);
    default_is_one_instant: default_snapshot(RING);
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
    let (x2, y2) = (x.1.clone(), y.0.clone());
    // H-06: y gets a value before x loses its own, so at each instant one of them is ready.
    let other = thread::spawn(move || {
        y2.try_send(2).unwrap();
        let _taken = x2.try_recv();
    });
    let (a, b) = (pin!(x.1.recv()), pin!(y.1.recv()));
    assert!(select_default(a, b).is_some());
    other.join().unwrap();
}

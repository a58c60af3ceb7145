//! Models of `select!` and `first`: each against what may meet it, drop it or come by while it looks.
//! Those of the engine with two arms in order are in taut-chan; those of `Select` in `loom_dynamic.rs`.
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

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use arms::foreign;
use loom::future::block_on;
use loom::thread;
use models::{CHAIN, Flavour, RENDEZVOUS, RING, model, model_of_three, move_over, once};
use taut_chan::{Receiver, Sender};
use taut_select::{OneOf2, first, future, select};

for_flavours! {
    facing_with_the_lower_address_here: facing_low_here(RENDEZVOUS);
    facing_with_the_lower_address_there: facing_low_there(RENDEZVOUS);
    facing_over_buffers: facing_buffered(RING);
    a_close_against_a_send_and_a_receive: select_close(RENDEZVOUS, RING);
    a_dropped_select_gives_its_value_back: drop_receives(RENDEZVOUS, RING, CHAIN);
    a_dropped_select_has_sent_or_not: drop_sends(RENDEZVOUS, RING);
    a_send_leaves_or_sends: send_or_keep(RENDEZVOUS, RING);
    a_default_goes_by_one_instant_of_receives: default_of_receives(RING, CHAIN);
    a_default_goes_by_one_instant_of_sends: default_of_sends(RING);
    a_default_goes_by_one_instant_of_three: default_of_three(RING);
    what_comes_while_a_foreign_future_is_polled: away(RENDEZVOUS, RING, CHAIN);
    a_foreign_future_that_wins: foreign_wins(RENDEZVOUS, RING);
    a_pattern_that_missed_goes_on: refuted(RENDEZVOUS, RING);
}

type Both = Pin<Box<dyn Future<Output = bool> + Send>>;

/// A select that sends on one channel and receives from the other; says whether it sent.
fn send_or_recv(out: Sender<u32>, input: Receiver<u32>) -> Both {
    Box::pin(async move {
        select! {
            sent = out.send(5) => sent.is_ok(),
            got = input.recv() => {
                assert_eq!(got, Ok(5));
                false
            }
        }
    })
}

/// The same by `first`, the arms the other way round.
fn recv_or_send(out: Sender<u32>, input: Receiver<u32>) -> Both {
    Box::pin(async move {
        match first((input.recv(), out.send(5))).await {
            OneOf2::A(got) => {
                assert_eq!(got, Ok(5));
                false
            }
            OneOf2::B(sent) => sent.is_ok(),
        }
    })
}

/// Who yields is decided by addresses, so both orders are tried.
fn facing(flavour: Flavour, is_low_here: bool) -> [bool; 2] {
    let (x, y) = (flavour(), flavour());
    let one = send_or_recv(x.0.clone(), y.1.clone());
    let two = recv_or_send(y.0.clone(), x.1.clone());
    let address = |both: &Both| std::ptr::from_ref(&**both).cast::<()>();
    let (low, high) = if address(&one) < address(&two) { (one, two) } else { (two, one) };
    let (here, there) = if is_low_here { (low, high) } else { (high, low) };
    let other = thread::spawn(move || block_on(there));
    [block_on(here), other.join().unwrap()]
}

fn facing_low_here(flavour: Flavour) {
    let [ours, theirs] = facing(flavour, true);
    assert_ne!(ours, theirs, "one transfer, and both say the same of it");
}

fn facing_low_there(flavour: Flavour) {
    let [ours, theirs] = facing(flavour, false);
    assert_ne!(ours, theirs, "one transfer, and both say the same of it");
}

fn facing_buffered(flavour: Flavour) {
    for is_low_here in [true, false] {
        let [ours, theirs] = facing(flavour, is_low_here);
        assert!(ours || theirs, "who receives, receives what the other sent");
    }
}

#[test]
fn a_ring_of_three() {
    // Each sends to the next. Two of them pair; who received then sends a nine to the third.
    const NINE: u32 = 9;
    model_of_three(|| {
        let channels = [RENDEZVOUS(), RENDEZVOUS(), RENDEZVOUS()];
        let [one, two, three] = [0, 1, 2].map(|n| {
            let (out, input) = (channels[n].0.clone(), channels[(n + 2) % 3].1.clone());
            move || {
                block_on(async {
                    let got = select! {
                        sent = out.send(n as u32) => return sent.map(|()| None).unwrap(),
                        got = input.recv() => got.unwrap(),
                    };
                    if got != NINE {
                        out.send(NINE).await.unwrap();
                    }
                    Some(got)
                })
            }
        });
        let others = [thread::spawn(one), thread::spawn(two)];
        let mut all = vec![three()];
        all.extend(others.map(|other| other.join().unwrap()));
        assert!(all.contains(&None) && all.contains(&Some(NINE)), "{all:?}");
    });
}

fn select_close(flavour: Flavour) {
    let (x, y) = (flavour(), flavour());
    // Nobody receives from x, and in a buffer there is no room: only the close can decide there.
    let _full = x.0.try_send(0);
    let (closing, sending) = (x.1.clone(), y.0.clone());
    let closer = thread::spawn(move || closing.close());
    let sender = thread::spawn(move || block_on(sending.send(7)).is_ok());
    let mut slot = Some(5);
    block_on(async {
        select! {
            sent = x.0.send_from(&mut slot) => {
                assert!(sent.is_err());
                assert_eq!(y.1.recv().await, Ok(7));
            }
            got = y.1.recv() => assert_eq!(got, Ok(7)),
        }
    });
    assert_eq!(slot, Some(5));
    assert!(closer.join().unwrap() && sender.join().unwrap());
}

fn drop_receives(flavour: Flavour) {
    let ((tx, rx), (_idle, never)) = (flavour(), flavour());
    let sender = thread::spawn(move || block_on(tx.send(7)).unwrap());
    block_on(async {
        match once(first((never.recv(), rx.recv()))).await {
            Some(OneOf2::B(got)) => assert_eq!(got, Ok(7)),
            Some(OneOf2::A(_)) => unreachable!("nobody sends there"),
            None => assert_eq!(rx.recv().await, Ok(7)),
        }
    });
    sender.join().unwrap();
}

fn drop_sends(flavour: Flavour) {
    // The buffer, if there is one, is full: it is a receive that lets the send go.
    let ((tx, rx), (_idle, never)) = (flavour(), flavour());
    let is_full = tx.try_send(0).is_ok();
    let rx2 = rx.clone();
    let receiver = thread::spawn(move || rx2.try_recv().ok());
    let mut slot = Some(5);
    let won = block_on(once(first((never.recv(), tx.send_from(&mut slot)))));
    let first_out = receiver.join().unwrap();
    let second_out = rx.try_recv().ok();
    let is_sent = [first_out, second_out].contains(&Some(5));
    assert_ne!(is_sent, slot.is_some(), "sent or kept");
    assert!(won.is_none() || is_sent);
    if is_full {
        assert!([first_out, second_out].contains(&Some(0)));
    }
}

fn send_or_keep(flavour: Flavour) {
    let (x, y) = (flavour(), flavour());
    let is_full = x.0.try_send(0).is_ok();
    let (input, sending) = (x.1.clone(), y.0.clone());
    let receiver = thread::spawn(move || input.try_recv().ok());
    let sender = thread::spawn(move || block_on(sending.send(7)).unwrap());
    let mut slot = Some(5);
    let got = block_on(async {
        select! {
            sent = x.0.send_from(&mut slot) => {
                sent.unwrap();
                None
            }
            got = y.1.recv() => got.ok(),
        }
    });
    let taken = receiver.join().unwrap();
    let is_sent = if is_full { x.1.try_recv() == Ok(5) } else { taken == Some(5) };
    let is_sent = is_sent || taken == Some(5);
    assert_eq!((is_sent, slot), if got.is_none() { (true, None) } else { (false, Some(5)) });
    let rest = got.map_or_else(|| block_on(y.1.recv()), Ok);
    assert_eq!(rest, Ok(7));
    sender.join().unwrap();
}

fn default_of_receives(flavour: Flavour) {
    // H-06: y is looked at before it has a value, and x when it has lost its own.
    let (x, y) = (flavour(), flavour());
    x.0.try_send(1).unwrap();
    let other = move_over(&x.1, &y.0);
    let is_default = block_on(async {
        select! {
            biased;
            got = y.1.recv() => got.is_err(),
            got = x.1.recv() => got.is_err(),
            default => true,
        }
    });
    assert!(!is_default, "at each instant one of them was ready");
    other.join().unwrap();
}

fn default_of_sends(flavour: Flavour) {
    let (x, y) = (flavour(), flavour());
    y.0.try_send(0).unwrap();
    let (x2, y2) = (x.0.clone(), y.1.clone());
    let other = thread::spawn(move || {
        assert_eq!(y2.try_recv(), Ok(0));
        let _sent = x2.try_send(1);
    });
    let won = block_on(first((y.0.send(5), x.0.send(6))).biased().now());
    assert!(won.is_some(), "at each instant there was room in one of them");
    other.join().unwrap();
}

fn default_of_three(flavour: Flavour) {
    // The value wanders twice, and a foreign future is no part of it.
    let (x, y) = (flavour(), flavour());
    x.0.try_send(1).unwrap();
    let (x2, y2) = (x.clone(), y.clone());
    let other = thread::spawn(move || {
        y2.0.try_send(2).unwrap();
        let _taken = x2.1.try_recv();
        let _sent = x2.0.try_send(3);
        let _taken = y2.1.try_recv();
    });
    let is_default = block_on(async {
        select! {
            biased;
            got = y.1.recv() => got.is_err(),
            () = std::future::pending() => true,
            got = x.1.recv() => got.is_err(),
            default => true,
        }
    });
    assert!(!is_default, "at each instant one of them was ready");
    other.join().unwrap();
}

#[test]
fn a_default_goes_by_one_instant_of_receives_that_wait() {
    // A receive queues at y, then the one at x leaves: there was always somebody to send to.
    model(|| {
        let (x, y) = (RENDEZVOUS(), RENDEZVOUS());
        let waits = |rx: Receiver<u32>| {
            let mut waits = Box::pin(async move { rx.recv().await });
            assert!(poll_once(waits.as_mut()).is_pending());
            waits
        };
        let at_x = waits(x.1.clone());
        let rx = y.1.clone();
        let other = thread::spawn(move || {
            let at_y = waits(rx);
            drop(at_x);
            at_y
        });
        let won = block_on(first((y.0.send(5), x.0.send(6))).biased().now());
        assert!(won.is_some(), "at each instant a receive waited at one of them");
        drop(other.join().unwrap());
    });
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls for another task, which is gone then, and waits.
async fn polled_before<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    match poll_once(future.as_mut()) {
        Poll::Ready(output) => output,
        Poll::Pending => future.await,
    }
}

fn away(flavour: Flavour) {
    // C2 for `Away`: what was sent in the meantime is found by the look that follows.
    let (tx, rx) = flavour();
    let sender = thread::spawn(move || block_on(tx.send(7)).unwrap());
    let pending = foreign(|_| Poll::<()>::Pending);
    let got = block_on(polled_before(first((rx.recv(), future(pending)))));
    assert_eq!(got, OneOf2::A(Ok(7)));
    sender.join().unwrap();
}

fn foreign_wins(flavour: Flavour) {
    // By itself, at its second poll; what was sent meanwhile is not taken along.
    let (tx, rx) = flavour();
    let sender = thread::spawn(move || block_on(tx.send(7)).unwrap());
    block_on(async {
        let second = foreign(|poll| if poll == 2 { Poll::Ready(()) } else { Poll::Pending });
        let got = polled_before(async {
            select! {
                got = rx.recv() => Some(got),
                () = second => None,
            }
        });
        let got = match got.await {
            Some(got) => got,
            None => rx.recv().await,
        };
        assert_eq!(got, Ok(7));
    });
    sender.join().unwrap();
}

fn refuted(flavour: Flavour) {
    // An arm whose pattern missed is out, and the select goes on with its claim begun anew.
    let (x, y) = (flavour(), flavour());
    let (x2, y2) = (x.0.clone(), y.0.clone());
    let closer = thread::spawn(move || x2.close());
    let sender = thread::spawn(move || block_on(y2.send(7)).unwrap());
    let got = block_on(async {
        select! {
            Ok(never) = x.1.recv() => never,
            Ok(got) = y.1.recv() => got,
            else => 0,
        }
    });
    assert_eq!(got, 7);
    sender.join().unwrap();
    assert!(closer.join().unwrap());
}

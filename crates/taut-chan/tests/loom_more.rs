//! Models of what the two other files leave open: the edge of a block, and the steps that only a
//! select at the right moment can see. Where one thread is enough, the test takes the steps itself.
//!
//! Run by `cargo x loom`, one at a time.

#![cfg(taut_loom)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[macro_use]
#[path = "support/models.rs"]
mod models;
#[path = "support/select.rs"]
mod select;

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use loom::future::block_on;
use loom::thread;
use models::{CHAIN, Flavour, RENDEZVOUS, RING, model, once};
use select::{Either, select, select_default};
use taut_chan::Sender;
use taut_core::claim::{From, Missed};
use taut_core::{Case, Claim, Peek};

/// How many values a block of a chain holds.
const BLOCK: u32 = 31;

for_flavours! {
    a_close_is_learnt_as_a_receive: close_both_sides(RENDEZVOUS, RING);
    a_permit_against_a_close: permit_against_close(RENDEZVOUS, RING);
    a_permit_finds_a_receive_that_waits: permit_for_waiting(RENDEZVOUS, RING);
    a_default_sees_what_was_given_back: default_given_back(RENDEZVOUS, RING, CHAIN);
    a_default_is_free_after_a_receive_left: default_after_leave(RENDEZVOUS);
    room_that_is_made_is_for_who_waits: room_for_who_waits(RING);
}

/// Two claims, the one at the lower address first.
fn claims() -> Box<[Claim; 2]> {
    Box::new([Claim::new(), Claim::new()])
}

fn pinned(claim: &Claim) -> Pin<&Claim> {
    // SAFETY: the callers keep the box until the cases are gone, and move nothing out of it.
    let pinned = unsafe { Pin::new_unchecked(claim) };
    // SAFETY: nobody knows the claim yet.
    unsafe { pinned.set_waker(Waker::noop()) };
    pinned
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn the_next_block_is_complete_when_it_is_entered() {
    // Both sides are at the end of the first block.
    model(|| {
        let (tx, rx) = CHAIN();
        (0..BLOCK).for_each(|n| tx.try_send(n).unwrap());
        assert!((0..BLOCK).all(|n| rx.try_recv() == Ok(n)));
        let sender = thread::spawn(move || tx.try_send(BLOCK).unwrap());
        assert_eq!(block_on(rx.recv()), Ok(BLOCK));
        sender.join().unwrap();
    });
}

#[test]
fn a_block_is_used_again_when_all_of_it_was_read() {
    // Two blocks are full. The receiver reads the first one and leaves it; the sender, who hears of that
    // from the spare only, takes it for its third.
    model(|| {
        let (tx, rx) = CHAIN();
        (0..2 * BLOCK).for_each(|n| tx.try_send(n).unwrap());
        let receiver = thread::spawn(move || {
            assert!((0..=BLOCK).all(|n| rx.try_recv() == Ok(n)));
            rx
        });
        tx.try_send(2 * BLOCK).unwrap();
        let rx = receiver.join().unwrap();
        assert!((BLOCK + 1..=2 * BLOCK).all(|n| rx.try_recv() == Ok(n)));
    });
}

#[test]
fn a_value_that_a_select_pushes_is_told_to_one_that_looks() {
    // Goal: C3 is for those who merely queue: this one takes effect whatever the addresses are.
    model(|| {
        let (tx, rx) = RING();
        let claims = claims();
        let [low, high] = [pinned(&claims[0]), pinned(&claims[1])];
        let mut recv = Box::pin(rx.recv());
        let mut send = Box::pin(tx.send(5));
        // SAFETY: the claim is dropped after the case, which is enrolled with no other.
        assert!(unsafe { recv.as_mut().enroll(low, 0) }.is_pending());
        // SAFETY: as above.
        assert_eq!(unsafe { send.as_mut().enroll(high, 0) }, Poll::Ready(Ok(())));
        assert_eq!(low.wait(From::Looking), Err(Missed));
        // SAFETY: as above.
        assert_eq!(unsafe { recv.as_mut().enroll(low, 0) }, Poll::Ready(Ok(5)));
        low.decide();
        high.decide();
        drop((recv, send));
    });
}

/// A channel on which both sides wait, for as long as what is returned is kept.
fn both_sides_wait(flavour: Flavour) -> (models::Ends, impl Sized) {
    let (tx, rx) = flavour();
    // In a buffer of one, a permit keeps the only room.
    let permit = (tx.capacity() == Some(1)).then(|| leaked(&tx).try_reserve().unwrap());
    ((tx, rx), permit)
}

fn leaked(tx: &Sender<u32>) -> &'static Sender<u32> {
    Box::leak(Box::new(tx.clone()))
}

fn close_both_sides(flavour: Flavour) {
    // CL-13: a select that sends and receives on one channel.
    let ((tx, rx), _kept) = both_sides_wait(flavour);
    let closing = tx.clone();
    let closer = thread::spawn(move || closing.close());
    match block_on(select(tx.send(5), rx.recv())) {
        Either::B(got) => assert!(got.is_err()),
        // It looked at its sending arm after the close.
        Either::A(sent) => assert_eq!(sent.map_err(|error| error.0), Err(5)),
    }
    assert!(closer.join().unwrap());
}

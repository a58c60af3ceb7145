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
use models::{CHAIN, Flavour, RENDEZVOUS, RING, model, move_over};
use select::{Either, select, select_default};
use taut_core::claim::{From, Missed};
use taut_core::{Case, Claim, Peek};

/// How many values a block of a chain holds.
const BLOCK: u32 = 31;

for_flavours! {
    a_close_is_learnt_as_a_receive: close_both_sides(RENDEZVOUS, RING);
    a_permit_against_a_close: permit_against_close(RENDEZVOUS, RING);
    a_default_sees_what_was_given_back: default_given_back(RENDEZVOUS, RING, CHAIN);
    a_default_that_looks_the_other_way_round: default_of_the_later_first(RING, CHAIN);
    a_default_that_looks_at_a_stash: default_of_a_stash(RING, CHAIN);
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

fn attempt<C: Case>(case: Pin<&mut C>) -> Poll<C::Output> {
    case.attempt(&mut Context::from_waker(Waker::noop()))
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

fn close_both_sides(flavour: Flavour) {
    // CL-13: a select that sends and receives on one channel. In a buffer of one, a permit keeps the
    // only room from both.
    let (tx, rx) = flavour();
    let _room = tx.clone().try_reserve_owned().ok();
    let mut both = Box::pin(select(tx.send(5), rx.recv()));
    assert!(poll_once(both.as_mut()).is_pending());
    assert!(tx.close());
    assert!(matches!(poll_once(both.as_mut()), Poll::Ready(Either::B(Err(_)))));
}

fn permit_against_close(flavour: Flavour) {
    // D5, R4: a receive waits, so the permit goes to hand its value over, and may come too late.
    let (tx, rx) = flavour();
    let mut recv = Box::pin(rx.recv());
    assert!(poll_once(recv.as_mut()).is_pending());
    let permit = tx.clone().try_reserve_owned().ok().unwrap();
    let sender = thread::spawn(move || permit.send(7).is_ok());
    let closer = thread::spawn(move || tx.close());
    let got = block_on(recv).is_ok();
    let sent = sender.join().unwrap();
    assert!(closer.join().unwrap());
    assert_eq!(u32::from(sent), u32::from(got) + u32::from(rx.try_recv().is_ok()));
}

fn default_given_back(flavour: Flavour) {
    let ((tx, rx), (_other, empty)) = (flavour(), flavour());
    let mut recv = Box::pin(rx.recv());
    assert!(poll_once(recv.as_mut()).is_pending());
    let a = rx.recv();
    // Known before the value came and went.
    assert!(matches!(a.peek(), Peek::Unready(_)));
    tx.try_send(7).unwrap();
    drop(recv);
    assert_eq!(select_default(a, empty.recv()), Some(Either::A(Ok(7))));
}

fn default_after_leave(flavour: Flavour) {
    let (tx, rx) = flavour();
    let mut recv = Box::pin(rx.recv());
    assert!(poll_once(recv.as_mut()).is_pending());
    drop(recv);
    assert_eq!(select_default(tx.send(1), tx.send(2)), None);
}

fn default_of_the_later_first(flavour: Flavour) {
    // H-06, in the order in which a single look errs: y is looked at before it has a value, and x after
    // it has lost its own.
    let (x, y) = (flavour(), flavour());
    x.0.try_send(1).unwrap();
    let other = move_over(&x.1, &y.0);
    assert!(select_default(y.1.recv(), x.1.recv()).is_some());
    other.join().unwrap();
}

fn default_of_a_stash(flavour: Flavour) {
    // H-06, where x has been given a value back: that it is taken is known by the event word only.
    let (x, y) = (flavour(), flavour());
    let mut recv = Box::pin(x.1.recv());
    assert!(poll_once(recv.as_mut()).is_pending());
    x.0.try_send(1).unwrap();
    drop(recv);
    let other = move_over(&x.1, &y.0);
    assert!(select_default(y.1.recv(), x.1.recv()).is_some());
    other.join().unwrap();
}

#[test]
fn a_default_that_looks_the_other_way_round_hand_to_hand() {
    // H-06, with sends that wait in place of values: one queues at y, then the one at x leaves.
    model(|| {
        let (x, y) = (RENDEZVOUS(), RENDEZVOUS());
        let claims = claims();
        let mut first = Box::pin(x.0.send(1));
        assert!(poll_once(first.as_mut()).is_pending());
        let mut second = Box::pin(y.0.send(2));
        let (a, b) = (y.1.clone(), x.1.clone());
        let looks = thread::spawn(move || seem_unready(&a.recv(), &b.recv()));
        // Not polled: that looks at the word first, which would hide the other's looks from loom.
        // SAFETY: the claim is dropped after the case, which is enrolled with no other.
        assert!(unsafe { second.as_mut().enroll(pinned(&claims[0]), 0) }.is_pending());
        drop(first);
        assert!(!looks.join().unwrap(), "at each instant one of them was ready");
        claims[0].decide();
        drop(second);
    });
}

/// The two looks of a `default`, without an attempt in between: loom remembers one access of a thread to
/// a word, and an attempt would hide the looks from it.
fn seem_unready(a: &impl Case, b: &impl Case) -> bool {
    let looks = [(); 2].map(|()| (a.peek(), b.peek()));
    matches!(looks[0], (Peek::Unready(_), Peek::Unready(_))) && looks[0] == looks[1]
}

fn room_for_who_waits(flavour: Flavour) {
    // D4: between the pop and the service nobody else may see the room.
    let (tx, rx) = flavour();
    tx.try_send(0).unwrap();
    let mut waits = Box::pin(tx.send(1));
    assert!(poll_once(waits.as_mut()).is_pending());
    let other = rx.clone();
    let popper = thread::spawn(move || other.try_recv());
    assert!(tx.try_send(2).is_err(), "a newcomer passed");
    assert_eq!(popper.join().unwrap(), Ok(0));
    assert_eq!((rx.try_recv(), poll_once(waits.as_mut())), (Ok(1), Poll::Ready(Ok(()))));
}

/// Whether a `default` can ever be taken beside this case, if nothing happens meanwhile: a round of
/// `select_default` that finds it unready, twice, since the first one may tidy up.
fn lets_a_default_go<C: Case>(mut case: Pin<&mut C>) -> bool {
    (0..2).any(|_| {
        let before = case.peek();
        assert!(attempt(case.as_mut()).is_pending());
        before != Peek::Unknown && before == case.peek()
    })
}

#[test]
fn a_default_is_taken_although_a_reservation_waits() {
    // Nobody sends: the reservation waits for a receive that waits, and this one does not.
    model(|| {
        let (tx, rx) = RENDEZVOUS();
        let mut reserve = Box::pin(tx.reserve());
        assert!(poll_once(reserve.as_mut()).is_pending());
        assert!(lets_a_default_go(pin!(rx.recv())), "it looks again and again");
    });
}

#[test]
fn a_default_is_taken_although_a_select_is_away() {
    // One that polls a foreign future, which may be the very one that this default is part of.
    model(|| {
        let (tx, rx) = RENDEZVOUS();
        let claims = claims();
        let claim = pinned(&claims[0]);
        let mut recv = Box::pin(rx.recv());
        // SAFETY: the claim is dropped after the case, which is enrolled with no other.
        assert!(unsafe { recv.as_mut().enroll(claim, 0) }.is_pending());
        assert_eq!((claim.wait(From::Looking), claim.resume()), (Ok(()), Ok(())));
        let goes = lets_a_default_go(pin!(tx.send(1)));
        claim.decide();
        drop(recv);
        assert!(goes, "it looks again and again");
    });
}

#[test]
fn a_reservation_that_leaves_is_an_event() {
    // Else a default goes by an attempt from before, though there has been something to take since.
    model(|| {
        let (tx, rx) = RENDEZVOUS();
        let mut reserve = Box::pin(tx.reserve());
        assert!(poll_once(reserve.as_mut()).is_pending());
        let mut send = Box::pin(tx.send(1));
        assert!(poll_once(send.as_mut()).is_pending());
        let mut recv = Box::pin(rx.recv());
        let before = recv.peek();
        assert!(attempt(recv.as_mut()).is_pending(), "the reservation is in front");
        drop(reserve);
        let after = recv.peek();
        assert_eq!(attempt(recv.as_mut()), Poll::Ready(Ok(1)));
        assert_ne!(before, after);
    });
}

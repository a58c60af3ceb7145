//! A send as an arm of a select: one arm takes effect, and a value that was not sent is still there.

use std::future::ready;
use std::sync::{Arc, Mutex};
use std::task::{Wake, Waker};

use crate::by_hand::{Census, now, task};
use crate::support::GONE;

/// Until a select that looks at its arms in random order has looked at the send first; that none of
/// so many does is not to be expected within the age of the world.
const TRIES: u32 = 200;

#[test]
fn tokio_drops_the_value_of_a_send_that_loses() {
    let census = Census::default();
    let (tx, _rx) = tokio::sync::mpsc::channel(1);
    assert!(tx.try_send(census.value(1)).is_ok());
    let next = census.value(2);
    now(async {
        tokio::select! {
            biased;
            _ = tx.send(next) => unreachable!("the channel is full"),
            () = ready(()) => {}
        }
    });
    assert_eq!(census.alive(), 1, "{GONE}");
}

#[test]
fn taut_leaves_the_value_of_a_send_that_loses_in_its_slot() {
    let census = Census::default();
    let (tx, _rx) = taut::chan::bounded(1);
    assert!(tx.try_send(census.value(1)).is_ok());
    let mut next = Some(census.value(2));
    now(async {
        taut::select! {
            biased;
            _ = tx.send_from(&mut next) => unreachable!("the channel is full"),
            () = ready(()) => {}
        }
    });
    assert_eq!((next.map(|value| value.id), census.alive()), (Some(2), 1));
}

#[test]
fn taut_drops_the_value_of_a_plain_send_that_loses() {
    // Not a fault of the others alone: it is what `send_from` is there for.
    let census = Census::default();
    let (tx, _rx) = taut::chan::bounded(1);
    assert!(tx.try_send(census.value(1)).is_ok());
    let next = census.value(2);
    now(async {
        taut::select! {
            biased;
            _ = tx.send(next) => unreachable!("the channel is full"),
            () = ready(()) => {}
        }
    });
    assert_eq!(census.alive(), 1);
}

#[test]
fn flume_drops_the_value_of_a_send_that_loses() {
    let census = Census::default();
    let ((tx, _rx), (other, ready)) = (flume::bounded(1), flume::bounded(1));
    assert!(tx.try_send(census.value(1)).is_ok() && other.try_send(()).is_ok());
    let has_received = flume::Selector::new()
        .send(&tx, census.value(2), |_| false)
        .recv(&ready, |received| received.is_ok())
        .wait();
    assert!(has_received);
    assert_eq!(census.alive(), 1, "{GONE}");
}

#[test]
fn crossbeam_does_not_make_the_value_of_a_send_that_loses() {
    let (tx, _rx) = crossbeam_channel::bounded(1);
    assert_eq!(tx.try_send(1), Ok(()));
    let mut made = false;
    let mut value = || {
        made = true;
        2
    };
    crossbeam_channel::select! {
        send(tx, value()) -> _ => unreachable!("the channel is full"),
        default => {}
    }
    assert!(!made);
}

#[derive(Debug, PartialEq)]
enum Event {
    Sent,
    Received(u64),
}

/// The waker of a send into the channel that the select receives from. It is woken in the middle of
/// the select, and then takes what that sends.
struct Taker {
    take: Box<dyn Fn() -> Option<u64> + Send + Sync>,
    taken: Mutex<Option<u64>>,
}

impl Wake for Taker {
    fn wake(self: Arc<Self>) {
        *self.taken.lock().unwrap() = (self.take)();
    }
}

impl Taker {
    fn new(take: impl Fn() -> Option<u64> + Send + Sync + 'static) -> (Arc<Self>, Waker) {
        let taker = Arc::new(Self { take: Box::new(take), taken: Mutex::default() });
        (Arc::clone(&taker), Waker::from(taker))
    }

    fn taken(&self) -> Option<u64> {
        *self.taken.lock().unwrap()
    }
}

/// One select between sending 1 and receiving 2; what it says, and what has arrived.
fn flume_selects_once() -> (Event, Option<u64>) {
    let ((to, other_end), (from, inbox)) = (flume::bounded(0), flume::bounded(0));
    let (taker, waker) = Taker::new(move || other_end.try_recv().ok());
    let mut send = task(from.send_async(2));
    assert!(send.poll_with(&waker).is_pending());
    let event = flume::Selector::new()
        .send(&to, 1, |_| Event::Sent)
        .recv(&inbox, |received| Event::Received(received.unwrap()))
        .wait();
    (event, taker.taken())
}

fn taut_selects_once() -> (Event, Option<u64>) {
    let ((to, other_end), (from, inbox)) = (taut::chan::rendezvous(), taut::chan::rendezvous());
    let (taker, waker) = Taker::new(move || other_end.try_recv().ok());
    let mut send = task(from.send(2));
    assert!(send.poll_with(&waker).is_pending());
    let event = now(async {
        taut::select! {
            _ = to.send(1) => Event::Sent,
            received = inbox.recv() => Event::Received(received.unwrap()),
        }
    });
    (event, taker.taken())
}

#[test]
fn flume_sends_although_another_arm_has_won() {
    let both = (Event::Received(2), Some(1));
    assert!((0..TRIES).any(|_| flume_selects_once() == both), "{GONE}");
}

#[test]
fn taut_lets_exactly_one_arm_take_effect() {
    for _ in 0..TRIES {
        assert_eq!(taut_selects_once(), (Event::Received(2), None));
    }
}

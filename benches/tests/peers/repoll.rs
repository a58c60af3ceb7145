//! A future that waits may be polled again, and by another task: it wakes who polled it last, once.

use std::task::Waker;

use crate::by_hand::{Wakes, parked};
use crate::support::{
    AsyncChannel, Asyncband, Crossfire, Flume, GONE, Kanal, Peer, Taut, Tokio, poll_again,
};

/// Whether a send that waits, and was then polled with another waker, wakes that one.
fn wakes_who_polled_last<P: Peer<u64>>() -> bool {
    let (tx, mut rx) = P::open(1);
    assert!(P::try_send(&tx, 1));
    let mut send = parked(P::send(&tx, 2));
    let later = Wakes::new();
    assert!(send.poll_with(&Waker::from(later.clone())).is_pending());
    assert_eq!(P::try_recv(&mut rx), Some(1));
    later.count() > 0
}

/// How many values have to be sent until the second of two receives is woken, if the first, which is
/// not polled after that, was polled ten times without need: after a newcomer took its value.
fn sends_until_the_second_is_woken<P: Peer<u64, Rx: Clone>>() -> usize {
    let (tx, rx) = P::open(32);
    let (mut one, mut two, mut newcomer) = (rx.clone(), rx.clone(), rx);
    let mut first = parked(P::recv(&mut one));
    if is_overtaking::<P>() {
        assert!(P::try_send(&tx, 0));
        assert_eq!(P::try_recv(&mut newcomer), Some(0));
    }
    poll_again(&mut first, 10);
    let second = parked(P::recv(&mut two));
    (1..=32).find(|n| P::try_send(&tx, *n as u64) && second.wakes() > 0).unwrap_or(usize::MAX)
}

/// Whether a newcomer can take what a receive was woken for.
fn is_overtaking<P: Peer<u64, Rx: Clone>>() -> bool {
    let (tx, mut rx) = P::open(1);
    let mut newcomer = rx.clone();
    let _waits = parked(P::recv(&mut rx));
    P::try_send(&tx, 0) && P::try_recv(&mut newcomer).is_some()
}

#[test]
fn kanal_wakes_who_polled_a_send_first() {
    assert!(!wakes_who_polled_last::<Kanal>(), "{GONE}");
}

#[test]
fn taut_wakes_who_polled_a_send_last() {
    assert!(wakes_who_polled_last::<Taut>());
}

#[test]
fn tokio_wakes_who_polled_a_send_last() {
    assert!(wakes_who_polled_last::<Tokio>());
}

#[test]
fn async_channel_wakes_who_polled_a_send_last() {
    assert!(wakes_who_polled_last::<AsyncChannel>());
}

#[test]
fn flume_wakes_who_polled_a_send_last() {
    assert!(wakes_who_polled_last::<Flume>());
}

#[test]
fn crossfire_wakes_who_polled_a_send_last() {
    assert!(wakes_who_polled_last::<Crossfire>());
}

#[test]
fn asyncband_wakes_who_polled_a_send_last() {
    assert!(wakes_who_polled_last::<Asyncband>());
}

#[test]
fn flume_wakes_a_receive_once_for_each_time_it_was_polled() {
    assert_eq!(sends_until_the_second_is_woken::<Flume>(), 11, "{GONE}");
}

#[test]
fn taut_wakes_a_receive_once() {
    assert_eq!(sends_until_the_second_is_woken::<Taut>(), 2);
}

#[test]
fn others_wake_a_receive_once() {
    assert_eq!(sends_until_the_second_is_woken::<AsyncChannel>(), 2);
    assert_eq!(sends_until_the_second_is_woken::<Kanal>(), 2);
    assert_eq!(sends_until_the_second_is_woken::<Crossfire>(), 2);
    assert_eq!(sends_until_the_second_is_woken::<Asyncband>(), 2);
}

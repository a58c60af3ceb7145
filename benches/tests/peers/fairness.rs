//! First come, first served: whether a newcomer gets what somebody is waiting for.

use crate::by_hand::parked;
use crate::support::{AsyncChannel, Asyncband, Crossfire, Flume, GONE, Kanal, Peer, Taut, Tokio};

/// Whether a `try_recv` takes the value that has woken the first of two receives, and that one has
/// to wait again, behind the second.
fn receives_are_overtaken<P: Peer<u64, Rx: Clone>>() -> bool {
    let (tx, rx) = P::open(4);
    let (mut one, mut two, mut newcomer) = (rx.clone(), rx.clone(), rx);
    let mut first = parked(P::recv(&mut one));
    let second = parked(P::recv(&mut two));
    assert!(P::try_send(&tx, 1));
    assert_eq!((first.wakes(), second.wakes()), (1, 0));
    if P::try_recv(&mut newcomer).is_none() {
        assert_eq!(first.ready(), Some(1));
        return false;
    }
    first.pending();
    assert!(P::try_send(&tx, 2));
    assert_eq!((first.wakes(), second.wakes()), (1, 1), "the second is served before the first");
    true
}

/// Whether a `try_send` takes the room that was made while a send waits.
fn sends_are_overtaken<P: Peer<u64>>() -> bool {
    let (tx, mut rx) = P::open(1);
    assert!(P::try_send(&tx, 1));
    let mut waits = parked(P::send(&tx, 2));
    assert_eq!(P::try_recv(&mut rx), Some(1));
    assert_eq!(waits.wakes(), 1);
    if P::try_send(&tx, 3) {
        waits.pending();
        return true;
    }
    assert!(waits.ready());
    assert_eq!(P::try_recv(&mut rx), Some(2));
    false
}

#[test]
fn taut_lets_nobody_overtake_a_receive() {
    assert!(!receives_are_overtaken::<Taut>());
}

#[test]
fn kanal_lets_nobody_overtake_a_receive() {
    assert!(!receives_are_overtaken::<Kanal>());
}

#[test]
fn async_channel_lets_a_newcomer_overtake_a_receive() {
    assert!(receives_are_overtaken::<AsyncChannel>(), "{GONE}");
}

#[test]
fn flume_lets_a_newcomer_overtake_a_receive() {
    assert!(receives_are_overtaken::<Flume>(), "{GONE}");
}

#[test]
fn crossfire_lets_a_newcomer_overtake_a_receive() {
    assert!(receives_are_overtaken::<Crossfire>(), "{GONE}");
}

#[test]
fn asyncband_lets_a_newcomer_overtake_a_receive() {
    assert!(receives_are_overtaken::<Asyncband>(), "{GONE}");
}

#[test]
fn taut_lets_nobody_overtake_a_send() {
    assert!(!sends_are_overtaken::<Taut>());
}

#[test]
fn tokio_lets_nobody_overtake_a_send() {
    assert!(!sends_are_overtaken::<Tokio>());
}

#[test]
fn flume_lets_nobody_overtake_a_send() {
    assert!(!sends_are_overtaken::<Flume>());
}

#[test]
fn kanal_lets_nobody_overtake_a_send() {
    assert!(!sends_are_overtaken::<Kanal>());
}

#[test]
fn asyncband_lets_nobody_overtake_a_send() {
    assert!(!sends_are_overtaken::<Asyncband>());
}

#[test]
fn async_channel_lets_a_newcomer_overtake_a_send() {
    assert!(sends_are_overtaken::<AsyncChannel>(), "{GONE}");
}

#[test]
fn crossfire_lets_a_newcomer_overtake_a_send() {
    assert!(sends_are_overtaken::<Crossfire>(), "{GONE}");
}

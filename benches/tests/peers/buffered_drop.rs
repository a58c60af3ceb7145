//! What is in the buffer when the last receiver goes is dropped then, not when the last sender does:
//! values may hold locks, permits, or the other end of a channel on which somebody waits.

use crate::by_hand::{Census, Counted};
use crate::support::{
    AsyncChannel, Asyncband, Crossbeam, Crossfire, Flume, GONE, Kanal, Peer, Taut, Tokio,
};

/// Whether a value that nobody can receive any more is kept while there is a sender.
fn is_hoarded<P: Peer<Counted>>() -> bool {
    let census = Census::default();
    let (tx, rx) = P::open(4);
    assert!(P::try_send(&tx, census.value(1)));
    drop(rx);
    let hoarded = census.alive() == 1;
    drop(tx);
    assert_eq!(census.alive(), 0);
    hoarded
}

#[test]
fn taut_drops_it_with_the_last_receiver() {
    assert!(!is_hoarded::<Taut>());
}

#[test]
fn tokio_drops_it_with_the_last_receiver() {
    assert!(!is_hoarded::<Tokio>());
}

#[test]
fn asyncband_drops_it_with_the_last_receiver() {
    assert!(!is_hoarded::<Asyncband>());
}

#[test]
fn crossbeam_keeps_it_in_a_bounded_channel_until_the_last_sender_goes() {
    assert!(is_hoarded::<Crossbeam>(), "{GONE}");
}

#[test]
fn crossbeam_drops_it_in_an_unbounded_channel() {
    let census = Census::default();
    let (tx, rx) = crossbeam_channel::unbounded();
    assert!(tx.try_send(census.value(1)).is_ok());
    drop(rx);
    assert_eq!(census.alive(), 0);
    drop(tx);
}

#[test]
fn async_channel_keeps_it_until_the_last_sender_goes() {
    assert!(is_hoarded::<AsyncChannel>(), "{GONE}");
}

#[test]
fn flume_keeps_it_until_the_last_sender_goes() {
    assert!(is_hoarded::<Flume>(), "{GONE}");
}

#[test]
fn kanal_keeps_it_until_the_last_sender_goes() {
    assert!(is_hoarded::<Kanal>(), "{GONE}");
}

#[test]
fn crossfire_keeps_it_until_the_last_sender_goes() {
    assert!(is_hoarded::<Crossfire>(), "{GONE}");
}

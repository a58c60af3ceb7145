//! What a receive that has to wait allocates.

use std::pin::pin;

use crate::allocations::{calls, poll};
use crate::support::{AsyncChannel, Asyncband, Crossfire, Flume, GONE, Kanal, Peer, Taut, Tokio};

const ROUNDS: u64 = 200;

/// Allocations in so many rounds of waiting and being served, after as many to warm up.
fn allocations<P: Peer<u64>>() -> u64 {
    let (tx, mut rx) = P::open(8);
    let mut round = || {
        let mut receive = pin!(P::recv(&mut rx));
        assert!(poll(receive.as_mut()).is_pending());
        assert!(P::try_send(&tx, 1));
        assert!(poll(receive).is_ready());
    };
    (0..ROUNDS).for_each(|_| round());
    let before = calls();
    (0..ROUNDS).for_each(|_| round());
    calls() - before
}

#[test]
fn taut_allocates_nothing_to_wait() {
    assert_eq!(allocations::<Taut>(), 0);
}

#[test]
fn tokio_allocates_nothing_to_wait() {
    assert_eq!(allocations::<Tokio>(), 0);
}

#[test]
fn kanal_allocates_nothing_to_wait() {
    assert_eq!(allocations::<Kanal>(), 0);
}

#[test]
fn asyncband_allocates_nothing_to_wait() {
    assert_eq!(allocations::<Asyncband>(), 0);
}

#[test]
fn async_channel_allocates_for_each_wait() {
    assert!(allocations::<AsyncChannel>() >= ROUNDS, "{GONE}");
}

#[test]
fn flume_allocates_for_each_wait() {
    assert!(allocations::<Flume>() >= ROUNDS, "{GONE}");
}

#[test]
fn crossfire_allocates_for_each_wait() {
    assert!(allocations::<Crossfire>() >= ROUNDS, "{GONE}");
}

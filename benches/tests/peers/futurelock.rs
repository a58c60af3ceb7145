//! The price of serving in order: what was handed to a future that nobody polls any more, and that
//! nobody drops either, waits with it. Here taut has the weakness.

use crate::by_hand::parked;
use crate::support::{AsyncChannel, Asyncband, Crossfire, Flume, Kanal, Peer, Taut};

/// Whether a value that was sent while a receive waited, which is not polled again, can be received
/// by another one.
fn another_gets_it<P: Peer<u64, Rx: Clone>>() -> bool {
    let (tx, mut rx) = P::open(1);
    let mut other = rx.clone();
    let _unpolled = parked(P::recv(&mut rx));
    assert!(P::try_send(&tx, 1));
    P::try_recv(&mut other).is_some()
}

#[test]
fn taut_keeps_a_value_for_a_receive_that_is_not_polled() {
    assert!(!another_gets_it::<Taut>());
}

#[test]
fn taut_keeps_the_units_for_an_acquire_that_is_not_polled() {
    let semaphore = taut::sync::Semaphore::new(1);
    let held = semaphore.try_acquire(1).unwrap();
    let _unpolled = parked(semaphore.acquire(1));
    drop(held);
    assert!(semaphore.try_acquire(1).is_err());
}

#[test]
fn tokio_keeps_the_units_for_an_acquire_that_is_not_polled() {
    let semaphore = tokio::sync::Semaphore::new(1);
    let held = semaphore.try_acquire().unwrap();
    let _unpolled = parked(semaphore.acquire());
    drop(held);
    assert!(semaphore.try_acquire().is_err());
}

#[test]
fn kanal_keeps_a_value_for_a_receive_that_is_not_polled() {
    assert!(!another_gets_it::<Kanal>());
}

#[test]
fn async_channel_lets_another_receive_have_it() {
    assert!(another_gets_it::<AsyncChannel>());
}

#[test]
fn flume_lets_another_receive_have_it() {
    assert!(another_gets_it::<Flume>());
}

#[test]
fn crossfire_lets_another_receive_have_it() {
    assert!(another_gets_it::<Crossfire>());
}

#[test]
fn asyncband_lets_another_receive_have_it() {
    assert!(another_gets_it::<Asyncband>());
}

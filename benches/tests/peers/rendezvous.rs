//! Capacity 0: a send and a receive complete together, one each.

use std::panic::catch_unwind;
use std::thread;

use crate::by_hand::parked;
use crate::support::{
    AsyncChannel, Asyncband, Crossbeam, Crossfire, Flume, GONE, Kanal, Peer, Taut, Tokio,
    poll_again,
};

/// How many values a channel of capacity 0 takes for one receive that waits. Where a newcomer can
/// take the first of them from it, it is polled ten times after that, and what is taken then counts.
fn taken_for_one_receive<P: Peer<u64, Rx: Clone>>() -> usize {
    let (tx, mut rx) = P::open(0);
    let mut newcomer = rx.clone();
    assert!(!P::try_send(&tx, 0), "nobody receives");
    let mut receive = parked(P::recv(&mut rx));
    assert!(P::try_send(&tx, 1));
    let is_overtaken = P::try_recv(&mut newcomer).is_some();
    if is_overtaken {
        poll_again(&mut receive, 10);
    }
    let more = (2..=30).take_while(|n| P::try_send(&tx, *n)).count();
    usize::from(!is_overtaken) + more
}

fn panics_at_capacity_0<P: Peer<u64>>() -> bool {
    catch_unwind(|| drop(P::open(0))).is_err()
}

#[test]
fn taut_pairs_each_send_with_one_receive() {
    assert_eq!(taken_for_one_receive::<Taut>(), 1);
}

#[test]
fn kanal_pairs_each_send_with_one_receive() {
    assert_eq!(taken_for_one_receive::<Kanal>(), 1);
}

#[test]
fn flume_takes_a_value_for_every_poll_of_one_receive() {
    assert_eq!(taken_for_one_receive::<Flume>(), 10, "{GONE}");
}

#[test]
fn crossfire_has_capacity_1_instead() {
    let (tx, _rx) = <Crossfire as Peer<u64>>::open(0);
    assert!(Crossfire::try_send(&tx, 1), "{GONE}");
    assert!(!Crossfire::try_send(&tx, 2));
}

#[test]
fn tokio_panics_at_capacity_0() {
    assert!(panics_at_capacity_0::<Tokio>(), "{GONE}");
}

#[test]
fn async_channel_panics_at_capacity_0() {
    assert!(panics_at_capacity_0::<AsyncChannel>(), "{GONE}");
}

#[test]
fn asyncband_panics_at_capacity_0() {
    assert!(panics_at_capacity_0::<Asyncband>(), "{GONE}");
}

#[test]
fn crossbeam_pairs_each_send_with_one_receive() {
    let (tx, rx) = <Crossbeam as Peer<u64>>::open(0);
    assert!(!Crossbeam::try_send(&tx, 0), "nobody receives");
    thread::scope(|scope| {
        let receiver = scope.spawn(|| rx.recv());
        assert_eq!(tx.send(1), Ok(()));
        assert_eq!(receiver.join().unwrap(), Ok(1));
    });
    assert!(!Crossbeam::try_send(&tx, 0), "it was one receive");
}

//! A value that was handed to a receive whose future is then dropped, unpolled: by a timeout, by a
//! `select!` that another arm has won, by `abort`.

use crate::by_hand::{Census, Counted, parked};
use crate::support::{AsyncChannel, Asyncband, Crossfire, Flume, GONE, Kanal, Peer, Taut, Tokio};

/// Whether the next receive gets it.
fn is_kept<P: Peer<u64>>(capacity: usize) -> bool {
    let (tx, mut rx) = P::open(capacity);
    let receive = parked(P::recv(&mut rx));
    assert!(P::try_send(&tx, 1), "a receive waits");
    assert_eq!(receive.wakes(), 1);
    drop(receive);
    P::try_recv(&mut rx) == Some(1)
}

#[test]
fn kanal_loses_what_a_dropped_receive_was_handed() {
    for capacity in [0, 1, 8] {
        assert!(!is_kept::<Kanal>(capacity), "capacity {capacity}: {GONE}");
    }
}

#[test]
fn kanal_destroys_a_value_whose_send_has_said_ok() {
    let census = Census::default();
    let (tx, mut rx) = <Kanal as Peer<Counted>>::open(1);
    let receive = parked(Kanal::recv(&mut rx));
    assert!(Kanal::try_send(&tx, census.value(1)));
    drop(receive);
    assert_eq!(census.alive(), 0, "{GONE}");
}

#[test]
fn taut_gives_it_to_the_next_receive() {
    for capacity in [0, 1, 8] {
        assert!(is_kept::<Taut>(capacity), "capacity {capacity}");
    }
}

#[test]
fn taut_gives_several_back_in_their_order() {
    let (tx, rx) = taut::chan::bounded(8);
    let mut receives: Vec<_> = (0..3).map(|_| parked(rx.recv())).collect();
    for n in 0..5 {
        assert_eq!(tx.try_send(n), Ok(()));
    }
    receives.swap(0, 1);
    drop(receives);
    for n in 0..5 {
        assert_eq!(rx.try_recv(), Ok(n));
    }
}

#[test]
fn tokio_keeps_it() {
    assert!(is_kept::<Tokio>(1) && is_kept::<Tokio>(8));
}

#[test]
fn async_channel_keeps_it() {
    assert!(is_kept::<AsyncChannel>(1) && is_kept::<AsyncChannel>(8));
}

#[test]
fn flume_keeps_it() {
    assert!(is_kept::<Flume>(0) && is_kept::<Flume>(1) && is_kept::<Flume>(8));
}

#[test]
fn crossfire_keeps_it() {
    assert!(is_kept::<Crossfire>(1) && is_kept::<Crossfire>(8));
}

#[test]
fn asyncband_keeps_it() {
    assert!(is_kept::<Asyncband>(1) && is_kept::<Asyncband>(8));
}

//! A send that fails gives its value back.

use crate::by_hand::{Census, now};
use crate::support::GONE;

#[test]
fn kanal_drops_the_value_that_try_send_has_no_room_for() {
    let census = Census::default();
    let (tx, _rx) = kanal::bounded_async(1);
    assert_eq!(tx.try_send(census.value(1)), Ok(true));
    assert_eq!(tx.try_send(census.value(2)), Ok(false));
    assert_eq!(census.alive(), 1, "{GONE}");
}

#[test]
fn kanal_drops_the_value_that_is_sent_when_nobody_receives() {
    let census = Census::default();
    let (tx, rx) = kanal::bounded_async(1);
    drop(rx);
    let failed = now(tx.send(census.value(1)));
    assert!(failed.is_err());
    assert_eq!(census.alive(), 0, "{GONE}");
}

#[test]
fn taut_gives_the_value_back_whatever_the_reason() {
    let (tx, rx) = taut::chan::bounded(1);
    assert_eq!(tx.try_send(1), Ok(()));
    assert_eq!(tx.try_send(2).unwrap_err().into_inner(), 2);
    let mut slot = Some(3);
    drop(crate::by_hand::parked(tx.send_from(&mut slot)));
    assert_eq!(slot, Some(3), "a send that is given up");
    drop(rx);
    assert_eq!(tx.try_send(4).unwrap_err().into_inner(), 4);
    assert_eq!(now(tx.send(5)).unwrap_err().into_inner(), 5);
}

#[test]
fn tokio_gives_the_value_back() {
    let (tx, rx) = tokio::sync::mpsc::channel(1);
    assert_eq!(tx.try_send(1), Ok(()));
    assert_eq!(tx.try_send(2).unwrap_err().into_inner(), 2);
    drop(rx);
    assert_eq!(now(tx.send(3)).unwrap_err().0, 3);
}

#[test]
fn async_channel_gives_the_value_back() {
    let (tx, rx) = async_channel::bounded(1);
    assert_eq!(tx.try_send(1), Ok(()));
    assert_eq!(tx.try_send(2).unwrap_err().into_inner(), 2);
    drop(rx);
    assert_eq!(now(tx.send(3)).unwrap_err().into_inner(), 3);
}

#[test]
fn flume_gives_the_value_back() {
    let (tx, rx) = flume::bounded(1);
    assert_eq!(tx.try_send(1), Ok(()));
    assert_eq!(tx.try_send(2).unwrap_err().into_inner(), 2);
    drop(rx);
    assert_eq!(now(tx.send_async(3)).unwrap_err().into_inner(), 3);
}

#[test]
fn crossfire_gives_the_value_back() {
    let (tx, rx) = crossfire::mpmc::bounded_async(1);
    assert!(tx.try_send(1).is_ok());
    assert_eq!(tx.try_send(2).unwrap_err().into_inner(), 2);
    drop(rx);
    assert_eq!(now(tx.send(3)).unwrap_err().0, 3);
}

#[test]
fn asyncband_gives_the_value_back() {
    let (tx, rx) = asyncband::mpmc::bounded(1);
    assert!(tx.try_send(1).is_ok());
    assert_eq!(tx.try_send(2).unwrap_err().into_inner(), 2);
    drop(rx);
    assert_eq!(now(tx.send(3)).unwrap_err().into_inner(), 3);
}

#[test]
fn crossbeam_gives_the_value_back() {
    let (tx, rx) = crossbeam_channel::bounded(1);
    assert_eq!(tx.try_send(1), Ok(()));
    assert_eq!(tx.try_send(2).unwrap_err().into_inner(), 2);
    drop(rx);
    assert_eq!(tx.send(3).unwrap_err().into_inner(), 3);
}

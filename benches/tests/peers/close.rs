//! `close`: what was sent before is received, and nobody panics.

use crate::support::GONE;

#[test]
fn kanal_discards_what_was_sent_before_close() {
    let (tx, rx) = kanal::bounded_async(4);
    assert_eq!(tx.try_send(1), Ok(true));
    assert!(tx.close().is_ok());
    assert!(tx.close().is_err(), "closing twice");
    assert!(rx.try_recv().is_err(), "{GONE}");
}

#[test]
fn taut_lets_receivers_drain() {
    let (tx, rx) = taut::chan::bounded(4);
    assert_eq!(tx.try_send(1), Ok(()));
    assert!(tx.close());
    assert!(!tx.close(), "closing twice is no error");
    assert!(tx.try_send(2).unwrap_err().is_closed(), "nor is sending a panic");
    assert_eq!(rx.try_recv(), Ok(1));
    assert!(rx.try_recv().unwrap_err().is_closed());
}

#[test]
fn tokio_lets_receivers_drain() {
    let (tx, mut rx) = tokio::sync::mpsc::channel(4);
    assert_eq!(tx.try_send(1), Ok(()));
    rx.close();
    rx.close();
    assert!(tx.try_send(2).is_err());
    assert_eq!(rx.try_recv(), Ok(1));
    assert!(rx.try_recv().is_err());
}

#[test]
fn async_channel_lets_receivers_drain() {
    let (tx, rx) = async_channel::bounded(4);
    assert_eq!(tx.try_send(1), Ok(()));
    assert!(tx.close());
    assert!(!tx.close(), "closing twice is no error");
    assert!(tx.try_send(2).is_err());
    assert_eq!(rx.try_recv(), Ok(1));
    assert!(rx.try_recv().is_err());
}

//! Work that several callers share, when the caller that began it is dropped.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use taut::sync::SingleFlight;
use tokio::sync::Notify;

use crate::by_hand::parked;
use crate::support::GONE;

#[test]
fn asyncband_begins_the_work_anew() {
    let (begun, gate) = (Rc::new(Cell::new(0)), Notify::new());
    let group = asyncband::singleflight::Group::<&str, u32>::new();
    let call = || {
        group.work("key", async || {
            begun.set(begun.get() + 1);
            gate.notified().await;
            7
        })
    };
    let first = parked(call());
    let mut second = parked(call());
    drop(first);
    assert_eq!(second.wakes(), 1);
    second.pending();
    assert_eq!(begun.get(), 2, "{GONE}");
}

#[test]
fn taut_goes_on_with_it() {
    let (begun, gate) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
    let flights = SingleFlight::<&str, u32>::new();
    let call = || {
        let (begun, gate) = (Arc::clone(&begun), Arc::clone(&gate));
        flights.run("key", move || async move {
            begun.fetch_add(1, Ordering::SeqCst);
            gate.notified().await;
            7
        })
    };
    let first = parked(call());
    let mut second = parked(call());
    drop(first);
    second.pending();
    gate.notify_one();
    assert_eq!(second.ready().unwrap().value, 7);
    assert_eq!(begun.load(Ordering::SeqCst), 1);
}

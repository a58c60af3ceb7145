//! A select whose arms are all disabled: Go's waits for ever, as one over nil channels.

use std::future::ready;
use std::panic::catch_unwind;

use crate::by_hand::{now, parked};
use crate::support::GONE;

#[test]
fn tokio_panics_if_all_arms_are_disabled() {
    let select = || {
        now(async {
            tokio::select! { () = ready(()), if false => () }
        })
    };
    assert!(catch_unwind(select).is_err(), "{GONE}");
}

#[test]
fn taut_waits_if_all_arms_are_disabled() {
    let waits = parked(async {
        taut::select! { () = ready(()), if false => () }
    });
    assert_eq!(waits.wakes(), 0);
}

#[test]
fn crossbeam_panics_if_there_is_no_arm() {
    let select = || drop(crossbeam_channel::Select::new().select());
    assert!(catch_unwind(select).is_err(), "{GONE}");
}

#[test]
fn flume_panics_if_there_is_no_arm() {
    let select = || flume::Selector::<()>::new().wait();
    assert!(catch_unwind(select).is_err(), "{GONE}");
}

//! Who may cross threads, and who may move.

use std::cell::Cell;
use std::rc::Rc;

use taut_core::sync::{Guard, Lock};
use taut_core::{Claim, Header, Slot, WaitList, Waiter, Waiting, WakeBatch};

use crate::support::assert_not_impl;
use crate::support::desk::{Give, Take};

const fn assert_send<T: Send>() {}
const fn assert_sync<T: Sync>() {}

/// Two lines of a cache at most for the common operations, so that moving them costs little.
const MAX_OPERATION_WORDS: usize = 16;

#[test]
fn what_is_shared_asks_for_what_its_content_needs() {
    const {
        assert_send::<Lock<Cell<u8>>>();
        assert_sync::<Lock<Cell<u8>>>();
        assert_sync::<Guard<'static, u8>>();
        assert_send::<Waiter<Cell<u8>>>();
        assert_sync::<Waiter<Cell<u8>>>();
        assert_send::<Slot<Cell<u8>>>();
        assert_sync::<Slot<Cell<u8>>>();
        assert_send::<WaitList>();
        assert_send::<WakeBatch>();
        assert_send::<Claim>();
        assert_sync::<Claim>();
        assert_send::<Waiting<Take>>();
        assert_send::<Waiting<Give>>();
    }
    assert_not_impl!(Lock<Rc<u8>>: Send);
    assert_not_impl!(Lock<Rc<u8>>: Sync);
    assert_not_impl!(Waiter<Rc<u8>>: Send);
    assert_not_impl!(Waiter<Rc<u8>>: Sync);
    assert_not_impl!(Slot<Rc<u8>>: Send);
    assert_not_impl!(Slot<Rc<u8>>: Sync);
}

#[test]
fn a_guard_is_shared_only_if_the_state_may_be() {
    // A shared guard gives `&S`, and `Lock<Cell<_>>` is `Sync` although `Cell<_>` is not.
    assert_not_impl!(Guard<'static, Cell<u8>>: Sync);
    assert_not_impl!(Guard<'static, Rc<u8>>: Send);
}

#[test]
fn what_others_know_by_address_does_not_move() {
    assert_not_impl!(Claim: Unpin);
    assert_not_impl!(Waiter<u8>: Unpin);
    assert_not_impl!(Waiting<Take>: Unpin);
}

#[test]
fn a_waiter_stays_small() {
    assert!(size_of::<Header>() <= 48, "six words: {}", size_of::<Header>());
    assert!(size_of::<Waiter<u64>>() <= 56, "its slot is one more");
    assert!(size_of::<Waiting<Take>>() <= MAX_OPERATION_WORDS * size_of::<usize>());
}

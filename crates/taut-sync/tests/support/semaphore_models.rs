//! What the models of the semaphore share: the explorer, semaphores in use, a poll, and the books.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of it")]

// Owned permits are held by an `Arc` of the standard library.
use std::sync::Arc;

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use loom::future::block_on;
use taut_sync::{OwnedPermit, Semaphore};

#[path = "../../../taut-core/tests/support/explore.rs"]
mod explore;

pub use explore::*;

/// A semaphore of which so many units are in use, in one permit.
pub fn in_use(units: usize) -> (Arc<Semaphore>, OwnedPermit) {
    let slots = Arc::new(Semaphore::new(units));
    let permit = slots.try_acquire_owned(units).unwrap();
    (slots, permit)
}

/// A semaphore of which all units are in use, one by one.
pub fn in_use_by<const N: usize>() -> (Arc<Semaphore>, [OwnedPermit; N]) {
    let slots = Arc::new(Semaphore::new(N));
    let permits = [(); N].map(|()| slots.try_acquire_owned(1).unwrap());
    (slots, permits)
}

/// Nobody waits, nothing is in use, and what is free is had without more ado.
pub fn assert_settled(slots: &Semaphore, capacity: usize) {
    assert_eq!((slots.waiters(), slots.in_use()), (0, 0));
    assert_eq!((slots.available(), slots.capacity()), (capacity, capacity));
    assert!(slots.try_acquire(capacity).is_ok());
}

/// Polls once, with a waker of its own.
pub fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    let mut future = future;
    block_on(poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))))
}

/// Polls once and drops: the output, if it was ready.
pub fn once<F: Future>(future: F) -> Option<F::Output> {
    match poll(pin!(future)) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

//! What the tests of this crate share: what is polled and counted by hand, and channels of all kinds.

#![allow(dead_code, unreachable_pub, unused_imports, reason = "each test binary uses some of it")]

mod by_hand;
pub mod hooks;

pub use by_hand::*;

/// The flavours, for tests that hold for all of them.
#[cfg(not(miri))]
pub const CAPACITIES: [Option<usize>; 5] = [Some(0), Some(1), Some(3), Some(1 << 40), None];
#[cfg(miri)]
pub const CAPACITIES: [Option<usize>; 3] = [Some(0), Some(3), None];

/// Those on which a send can be made to wait. The last one is too large for a ring of `u64`.
pub const FINITE: &[usize] = if cfg!(miri) { &[0, 3] } else { &[0, 1, 3, 8500] };

/// A channel whose buffer is filled with `0..capacity`.
pub fn full(capacity: usize) -> (taut_chan::Sender<u64>, taut_chan::Receiver<u64>) {
    let (tx, rx) = taut_chan::bounded(capacity);
    for n in 0..capacity as u64 {
        assert_eq!(tx.try_send(n), Ok(()));
    }
    assert!(tx.try_send(u64::MAX).is_err_and(|e| e.is_full()));
    (tx, rx)
}

/// Takes what can be received now.
pub fn drain<T>(rx: &taut_chan::Receiver<T>) -> Vec<T> {
    std::iter::from_fn(|| rx.try_recv().ok()).collect()
}

/// A channel of this capacity; `None`: unbounded.
pub fn channel<T>(capacity: Option<usize>) -> (taut_chan::Sender<T>, taut_chan::Receiver<T>) {
    match capacity {
        Some(capacity) => taut_chan::bounded(capacity),
        None => taut_chan::unbounded(),
    }
}

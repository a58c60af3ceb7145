//! One thread sends and one receives, neither ever waiting: each takes the lock of its own side only,
//! and nothing but the buffer orders what one does before what the other does.

use std::thread;

use taut_chan::{TryRecvError, TrySendError};

use crate::support::channel;

const VALUES: usize = 20_000;

#[test]
fn values_pass_in_order_between_threads_that_do_not_wait() {
    // A ring, and chains with and without a limit.
    for capacity in [Some(1), Some(64), Some(1 << 40), None] {
        let (tx, rx) = channel::<[usize; 2]>(capacity);
        thread::scope(|scope| {
            scope.spawn(move || {
                for n in 0..VALUES {
                    let mut value = [n, !n];
                    while let Err(error) = tx.try_send(value) {
                        let TrySendError::Full(back) = error else { panic!("{error:?}") };
                        value = back;
                        thread::yield_now();
                    }
                }
            });
            scope.spawn(move || {
                for n in 0..VALUES {
                    let value = loop {
                        match rx.try_recv() {
                            Ok(value) => break value,
                            Err(TryRecvError::Empty) => thread::yield_now(),
                            Err(TryRecvError::Closed) => panic!("closed with {n} received"),
                        }
                    };
                    assert_eq!(value, [n, !n]);
                }
            });
        });
    }
}

//! What channels allocate: when they are made, and then nothing. A test binary of its own, for the
//! allocator that counts. Counts are per thread, so that tests do not see each other.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "support/allocations.rs"]
mod allocations;
#[path = "support/mod.rs"]
mod support;

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use crate::allocations::{at_once, calls, live_bytes, poll};
use crate::support::{CAPACITIES, channel, race};

type Large = [u8; 1 << 20];

/// Every operation once, waiting and not.
fn one_of_each(tx: &taut_chan::Sender<u64>, rx: &taut_chan::Receiver<u64>, into: &mut Vec<u64>) {
    let mut receive = pin!(rx.recv());
    assert!(poll(receive.as_mut()).is_pending());
    assert_eq!(at_once(tx.send(1)), Ok(()));
    assert_eq!(poll(receive), Poll::Ready(Ok(1)));

    {
        let mut batch = pin!(rx.recv_many(into, 4));
        assert!(poll(batch.as_mut()).is_pending());
        assert_eq!(at_once(tx.send_from(&mut Some(2))), Ok(()));
        assert_eq!(poll(batch), Poll::Ready(1));
    }
    into.clear();

    let mut receive = pin!(rx.recv());
    assert!(poll(receive.as_mut()).is_pending());
    assert_eq!(at_once(tx.reserve()).unwrap().send(3), Ok(()));
    assert_eq!(poll(receive), Poll::Ready(Ok(3)));

    let mut receive = pin!(rx.recv());
    assert!(poll(receive.as_mut()).is_pending());
    let owned = at_once(tx.clone().reserve_owned()).unwrap();
    assert!(owned.send(4).is_ok());
    assert_eq!(poll(receive), Poll::Ready(Ok(4)));

    let mut watch = pin!(tx.closed());
    assert!(poll(watch.as_mut()).is_pending());
    while tx.len() < 3 && tx.try_send(5).is_ok() {}
    let mut send = pin!(tx.send(6));
    if poll(send.as_mut()).is_pending() {
        assert!(rx.try_recv().is_ok());
        assert_eq!(poll(send), Poll::Ready(Ok(())));
    }
    while rx.try_recv().is_ok() {}

    assert!(rx.try_recv().is_err() && rx.downgrade().upgrade().is_some());
    assert_eq!(rx.blocking_recv_timeout(Duration::ZERO).ok(), None);
}

#[test]
fn no_operation_allocates() {
    // Goal: waiting included, for each flavour. Method: a few rounds first, in which a chain gets its
    // spare block and the thread its parker; then many that must not allocate at all.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let mut into = Vec::with_capacity(8);
        for _ in 0..40 {
            one_of_each(&tx, &rx, &mut into);
        }
        let before = (calls(), live_bytes());
        for _ in 0..200 {
            one_of_each(&tx, &rx, &mut into);
        }
        assert_eq!((calls(), live_bytes()), before, "{capacity:?}");
    }
}

#[test]
fn many_that_wait_allocate_nothing() {
    // Goal: served, closed and given up, more than a batch of them.
    for capacity in CAPACITIES {
        let (tx, rx) = channel::<u64>(capacity);
        let mut receives: Vec<_> = (0..100).map(|_| Box::pin(rx.recv())).collect();
        let before = calls();
        for receive in &mut receives {
            assert!(poll(receive.as_mut()).is_pending());
        }
        for n in 0..10 {
            assert!(tx.try_send(n).is_ok());
        }
        for receive in &mut receives[..10] {
            assert!(poll(receive.as_mut()).is_ready());
        }
        assert!(tx.close());
        for receive in &mut receives[10..] {
            assert!(poll(receive.as_mut()).is_ready(), "{capacity:?}");
        }
        assert_eq!(calls(), before);
    }
}

#[test]
fn blocked_threads_allocate_nothing() {
    // Goal: after the first call of a thread, which makes its parker.
    for capacity in CAPACITIES {
        let (there, here) = channel(capacity);
        let (back, answers) = channel(capacity);
        let allocated = race::<u64>(vec![
            Box::new(move || {
                let mut before = 0;
                for n in 0..300 {
                    if n == 100 {
                        before = calls();
                    }
                    assert_eq!(here.blocking_recv(), Ok(n));
                    assert_eq!(back.blocking_send(n), Ok(()));
                }
                calls() - before
            }),
            Box::new(move || {
                let mut before = 0;
                for n in 0..300 {
                    if n == 100 {
                        before = calls();
                    }
                    assert_eq!(there.blocking_send(n), Ok(()));
                    assert_eq!(answers.blocking_recv(), Ok(n));
                }
                calls() - before
            }),
        ]);
        // An unbounded channel may need a block more while the spare is in use.
        let is_chain = capacity.is_none_or(|capacity| capacity > 1000);
        let allowed = if is_chain { 14 } else { 0 };
        assert!(allocated.iter().all(|calls| *calls <= allowed), "{capacity:?}: {allocated:?}");
    }
}

#[test]
fn a_huge_capacity_is_not_set_aside() {
    // Goal: CB-08, CB-11: for values of any size, none included.
    for capacity in [1 << 20, 1 << 40, usize::MAX / 2, usize::MAX - 1, usize::MAX] {
        let before = live_bytes();
        let unit = taut_chan::bounded::<()>(capacity);
        let word = taut_chan::bounded::<u64>(capacity);
        let large = taut_chan::bounded::<[u64; 16]>(capacity);
        assert!(live_bytes() - before < 16 * 1024, "{capacity}: {} bytes", live_bytes() - before);
        assert!(word.0.try_send(1).is_ok() && unit.0.try_send(()).is_ok());
        assert!(large.0.try_send([1; 16]).is_ok());
        drop((unit, word, large));
        assert_eq!(live_bytes(), before);
    }
}

#[test]
fn a_channel_is_small_when_it_is_made() {
    for (capacity, bytes) in [(Some(0), 1024), (Some(1), 1024), (Some(64), 2048), (None, 2048)] {
        let before = (calls(), live_bytes());
        let ends = channel::<u64>(capacity);
        let made = (calls() - before.0, live_bytes() - before.1);
        drop(ends);
        assert_eq!(live_bytes(), before.1);
        println!("{capacity:?}: {} bytes in {} pieces", made.1, made.0);
        assert!(made.0 <= 2 && made.1 <= bytes, "{capacity:?}: {made:?}");
    }
}

#[test]
fn an_unbounded_channel_gives_its_memory_back_after_a_burst() {
    // Goal: what is left is one block to write to and one spare; nothing when it is dropped.
    for capacity in [Some(1 << 40), None] {
        let before = live_bytes();
        let (tx, rx) = channel::<u64>(capacity);
        let made = live_bytes();
        for n in 0..100_000 {
            assert!(tx.try_send(n).is_ok());
        }
        assert!(live_bytes() - made >= 100_000 * 8);
        for n in 0..100_000 {
            assert_eq!(rx.try_recv(), Ok(n));
        }
        assert!(
            live_bytes() - made <= 2 * 32 * 8,
            "{capacity:?}: {} bytes are left",
            live_bytes() - made
        );
        drop((tx, rx));
        assert_eq!(live_bytes(), before);
    }
}

#[test]
fn ch_25_quiet_operations_do_not_pile_up() {
    // Goal: waiting and giving up, again and again, leaves nothing behind; nor do values given back.
    for capacity in CAPACITIES {
        let (tx, rx) = channel::<u64>(capacity);
        let round = || {
            for _ in 0..10 {
                assert!(poll(pin!(rx.recv())).is_pending());
                assert!(poll(pin!(tx.closed())).is_pending());
            }
            {
                let mut dropped = pin!(rx.recv());
                assert!(poll(dropped.as_mut()).is_pending());
                assert!(tx.try_send(1).is_ok());
            }
            assert_eq!(rx.try_recv(), Ok(1));
        };
        (0..40).for_each(|_| round());
        let before = (calls(), live_bytes());
        (0..1000).for_each(|_| round());
        assert_eq!((calls(), live_bytes()), before, "{capacity:?}");
    }
}

/// Runs `program` on a thread with so much stack.
fn with_stack(mebibytes: usize, program: fn()) {
    let thread = std::thread::Builder::new().stack_size(mebibytes << 20).spawn(program);
    thread.unwrap().join().unwrap();
}

#[test]
fn ch_13_large_values_pass() {
    // Goal: values of 1 MiB. Without optimisation each is on the stack some twenty times.
    with_stack(64, || {
        for capacity in [Some(1), Some(1 << 40), None] {
            let (tx, rx) = channel::<Large>(capacity);
            for n in 0..40 {
                assert!(tx.try_send([n; 1 << 20]).is_ok());
                assert!(rx.try_recv().is_ok_and(|value| value[1 << 19] == n), "{capacity:?}");
            }
        }
    });
}

fn make_channels() {
    for capacity in [Some(0), Some(1), Some(1 << 40), None] {
        drop(channel::<Large>(capacity));
    }
}

#[test]
fn ch_13_a_block_of_large_values_is_not_made_on_the_stack() {
    // Method: half as much stack as a block takes.
    with_stack(16, make_channels);
}

#[test]
fn a_channel_for_large_values_can_be_made_on_a_common_stack() {
    // Goal: as above, with what a thread has by default. Method: in a process of its own, which an
    // overflow would end.
    let mut program = std::process::Command::new(std::env::current_exe().unwrap());
    let result = program.args(["--exact", "--ignored", "make_channels_for_large_values"]).output();
    let result = result.unwrap();
    assert!(result.status.success(), "{}", String::from_utf8_lossy(&result.stderr));
}

#[test]
#[ignore = "run by the test above"]
fn make_channels_for_large_values() {
    make_channels();
}

#[test]
fn a_channel_for_few_large_values_is_not_much_larger_than_they_are() {
    // Goal: what a bounded channel sets aside is about what it can hold.
    for capacity in [1, 2] {
        let before = live_bytes();
        let ends = taut_chan::bounded::<[u8; 128 << 10]>(capacity);
        let bytes = live_bytes() - before;
        assert!(bytes <= (capacity as i64 + 1) * (128 << 10), "{capacity}: {bytes} bytes");
        drop(ends);
    }
}

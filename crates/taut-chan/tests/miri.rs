//! What Miri can run: the modules of `it` that need no runtime, and small programs of two threads, in
//! which nothing is synchronised but by the channel.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "support/select.rs"]
mod engine;
#[path = "support/mod.rs"]
mod support;

#[path = "it/bounded.rs"]
mod bounded;
#[path = "it/cancel.rs"]
mod cancel;
#[path = "it/close.rs"]
mod close;
#[path = "it/drop.rs"]
mod drop;
#[path = "it/errors.rs"]
mod errors;
#[path = "it/fifo.rs"]
mod fifo;
#[path = "it/inspect.rs"]
mod inspect;
#[path = "it/panic.rs"]
mod panic;
#[path = "it/range.rs"]
mod range;
#[path = "it/rendezvous.rs"]
mod rendezvous;
#[path = "it/reserve.rs"]
mod reserve;
#[path = "it/select.rs"]
mod select;
#[path = "it/sink.rs"]
mod sink;
#[path = "it/spurious.rs"]
mod spurious;
#[path = "it/traits.rs"]
mod traits;

mod limited {
    //! An arm of a select with a limit in time: the one part of it that `it` leaves to a runtime. The clock
    //! is paused, and nothing else of the runtime is used.

    use std::time::Duration;

    use taut::chan::{self, SendTimeoutError};
    use taut::select;
    use tokio::time::advance;

    use crate::support::parked;

    const SECOND: Duration = Duration::from_secs(1);

    fn with_paused_clock(test: impl Future<Output = ()>) {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_time().start_paused(true);
        builder.build().unwrap().block_on(test);
    }

    #[test]
    fn it_is_withdrawn_when_it_loses_when_it_is_dropped_and_when_it_is_late() {
        with_paused_clock(async {
            let ((tx, rx), (stop, stopped)) = (chan::rendezvous(), chan::bounded::<()>(1));
            let boxed = || Box::new(7);
            let select = async || {
                select! {
                    biased;
                    _ = stopped.recv() => None,
                    sent = tx.send_timeout(boxed(), SECOND) => Some(sent),
                }
            };
            let mut taken = parked(select());
            assert_eq!(rx.try_recv(), Ok(boxed()));
            assert_eq!(taken.ready(), Some(Ok(())));
            let mut lost = parked(select());
            stop.try_send(()).unwrap();
            assert!(rx.try_recv().is_err());
            assert_eq!(lost.ready(), None);
            drop(parked(select()));
            assert!(rx.try_recv().is_err());
            let mut late = parked(select());
            advance(SECOND).await;
            assert_eq!(late.ready(), Some(Err(SendTimeoutError::Timeout(boxed()))));
        });
    }
}

mod threads {
    //! Two threads, one channel, boxed values: a lost edge is a data race on the box, a lost value a
    //! leak, a value received twice a double free.

    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    use taut_chan::{TryRecvError, TrySendError};

    use crate::support::{CAPACITIES, ROUNDS, channel, drain, race};

    /// Polls a future once, with a waker that does nothing, and drops it.
    fn poll_and_drop<F: Future>(future: F) -> bool {
        pin!(future).poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn hb_03_what_was_written_before_the_send_is_read_after_the_receive() {
        for capacity in CAPACITIES {
            let (tx, rx) = channel(capacity);
            let sum = race::<u64>(vec![
                Box::new(move || {
                    for n in 0..6 {
                        tx.blocking_send(Box::new([n; 3])).unwrap();
                    }
                    0
                }),
                Box::new(move || {
                    let mut sum = 0;
                    while let Ok(value) = rx.blocking_recv() {
                        sum += value.iter().sum::<u64>();
                    }
                    sum
                }),
            ]);
            assert_eq!(sum[1], 45, "{capacity:?}");
        }
    }

    #[test]
    fn hb_04_what_was_written_before_a_receive_is_read_after_the_send_of_a_rendezvous() {
        let shared = std::cell::UnsafeCell::new(0);
        struct Cell(std::cell::UnsafeCell<u64>);
        // SAFETY: written before the receive that starts waiting, read after the send it meets.
        unsafe impl Sync for Cell {}
        let cell = Cell(shared);
        let (tx, rx) = taut_chan::rendezvous();
        race::<()>(vec![
            Box::new(|| {
                let cell = &cell;
                // SAFETY: the other thread reads only after its send met our receive.
                unsafe { *cell.0.get() = 7 };
                assert_eq!(rx.blocking_recv(), Ok(1));
            }),
            Box::new(|| {
                let cell = &cell;
                tx.blocking_send(1).unwrap();
                // SAFETY: the receive has happened, and what was before it.
                assert_eq!(unsafe { *cell.0.get() }, 7);
            }),
        ]);
    }

    #[test]
    fn hb_05_a_slot_is_used_again_only_after_its_receive() {
        // Goal: CB-10, with values that drop; through ring and blocks.
        for capacity in [Some(1), Some(2)] {
            let (tx, rx) = channel(capacity);
            race::<()>(vec![
                Box::new(|| {
                    for n in 0..40 {
                        let mut value = Box::new(n);
                        while let Err(TrySendError::Full(back)) = tx.try_send(value) {
                            value = back;
                            std::thread::yield_now();
                        }
                    }
                }),
                Box::new(|| {
                    for n in 0..40 {
                        let value = loop {
                            match rx.try_recv() {
                                Ok(value) => break value,
                                Err(_) => std::thread::yield_now(),
                            }
                        };
                        assert_eq!(*value, n);
                    }
                }),
            ]);
        }
    }

    #[test]
    fn h_08_f_a_receive_that_is_dropped_while_it_is_handed_a_value_loses_nothing() {
        for capacity in CAPACITIES {
            for _ in 0..ROUNDS {
                let (tx, rx) = channel(capacity);
                let results = race::<Option<Box<u64>>>(vec![
                    Box::new(|| {
                        let mut receive = Box::pin(rx.recv());
                        let mut cx = Context::from_waker(Waker::noop());
                        match receive.as_mut().poll(&mut cx) {
                            std::task::Poll::Ready(value) => value.ok(),
                            std::task::Poll::Pending => {
                                drop(receive);
                                None
                            }
                        }
                    }),
                    Box::new(|| tx.try_send(Box::new(7)).err().map(TrySendError::into_inner)),
                ]);
                let all: Vec<_> = results.into_iter().flatten().chain(drain(&rx)).collect();
                assert_eq!(all, [Box::new(7)], "{capacity:?}");
            }
        }
    }

    #[test]
    fn h_09_a_send_that_is_dropped_while_its_value_is_taken_loses_nothing_else() {
        // Goal: received, or dropped with the future; the one behind it is served either way.
        for _ in 0..ROUNDS {
            let (tx, rx) = taut_chan::rendezvous();
            let mut behind = crate::support::task(tx.send(Box::new(2)));
            let results = race::<Option<u64>>(vec![
                Box::new(|| {
                    poll_and_drop(tx.send(Box::new(1)));
                    None
                }),
                Box::new(|| rx.try_recv().ok().map(|value| *value)),
            ]);
            assert!(matches!(results[1], None | Some(1)));
            behind.pending();
            assert_eq!(*rx.try_recv().unwrap(), 2);
            assert!(behind.ready().is_ok());
        }
    }

    #[test]
    fn h_10_c_a_blocked_send_that_is_dropped_while_a_receive_makes_room_lets_the_next_in() {
        for _ in 0..ROUNDS {
            let (tx, rx) = crate::support::full(1);
            let first = std::sync::Mutex::new(Some(crate::support::parked(tx.send(1))));
            let mut second = crate::support::parked(tx.send(2));
            race::<()>(vec![
                Box::new(|| drop(first.lock().unwrap().take())),
                Box::new(|| assert_eq!(rx.try_recv(), Ok(0))),
            ]);
            let is_first_in = second.wakes() == 0;
            assert_eq!(tx.try_send(9), Err(TrySendError::Full(9)));
            if is_first_in {
                second.pending();
                assert_eq!(drain(&rx), [1, 2]);
            } else {
                assert_eq!(drain(&rx), [2]);
            }
            assert!(second.ready().is_ok());
        }
    }

    #[test]
    fn cl_22_a_close_that_races_with_sends_and_receives_loses_nothing() {
        for capacity in CAPACITIES {
            for _ in 0..ROUNDS {
                let (tx, rx) = channel(capacity);
                let results = race::<Vec<Box<u64>>>(vec![
                    Box::new(|| {
                        let sent = (0..3).map(|n| tx.blocking_send(Box::new(n)));
                        sent.filter_map(|sent| sent.err().map(|error| error.0)).collect()
                    }),
                    Box::new(|| {
                        let first = rx.try_recv().ok();
                        assert!(rx.close());
                        first.into_iter().collect()
                    }),
                ]);
                let mut all: Vec<_> = results.concat();
                all.extend(drain(&rx));
                all.sort();
                assert_eq!(all.len(), 3, "{capacity:?}");
                assert_eq!(rx.try_recv(), Err(TryRecvError::Closed));
            }
        }
    }

    #[test]
    fn cb_12_the_last_receiver_goes_while_values_are_sent() {
        // Goal: each value is dropped once: by the channel, or by its sender, who got it back.
        for capacity in CAPACITIES {
            for _ in 0..ROUNDS {
                let (tx, rx) = channel(capacity);
                race::<()>(vec![
                    Box::new(move || drop(rx)),
                    Box::new(move || {
                        for n in 0..3 {
                            drop(tx.blocking_send(Box::new(n)));
                        }
                    }),
                ]);
            }
        }
    }

    #[test]
    fn a_permit_is_used_while_receives_come_and_go() {
        for capacity in [Some(0), Some(1), None] {
            for _ in 0..ROUNDS {
                let (tx, rx) = channel(capacity);
                race::<()>(vec![
                    Box::new(|| {
                        if let Ok(permit) = tx.try_reserve() {
                            permit.send(Box::new(1)).unwrap();
                        }
                        drop(tx.try_reserve());
                    }),
                    Box::new(|| {
                        poll_and_drop(rx.recv());
                        poll_and_drop(rx.recv_many(&mut Vec::new(), 2));
                    }),
                ]);
                drop(drain(&rx));
            }
        }
    }
}

//! Go's own channel tests, rewritten: each names the one that it answers. Those about `select` are in
//! the crate of that name.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use taut_chan::{Receiver, RecvError, SendError, Sender, TryRecvError, TrySendError};

use crate::support::{CAPACITIES, Census, channel, now, parked};

/// The capacities that Go's tests go through.
const SOME: [Option<usize>; 7] =
    [Some(0), Some(1), Some(2), Some(10), Some(100), Some(1 << 40), None];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn test_chan_blocks_when_empty_and_when_full() {
    // Goal: runtime TestChan, its first part: CH-02, CH-17, CH-18, CB-01, CB-02, LN-01.
    for capacity in SOME {
        let (tx, rx) = channel(capacity);
        let mut receive = parked(rx.recv());
        assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
        receive.pending();
        assert_eq!(tx.send(0).await, Ok(()));
        assert_eq!((receive.wakes(), receive.ready()), (1, Ok(0)));

        let Some(filled @ ..=100) = capacity else { continue };
        for n in 0..filled {
            assert_eq!((tx.send(n).await, tx.len()), (Ok(()), n + 1));
        }
        let mut send = parked(tx.send(filled));
        assert_eq!(tx.try_send(9), Err(TrySendError::Full(9)));
        send.pending();
        assert_eq!(rx.recv().await, Ok(0));
        assert_eq!((send.wakes(), send.ready()), (1, Ok(())));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn test_chan_close_unblocks_a_receive() {
    // Goal: runtime TestChan, its part on close: CL-01, CL-02, CL-04: asked again and again.
    for capacity in SOME {
        let (tx, rx) = channel::<u64>(capacity);
        let waiting = {
            let rx = rx.clone();
            tokio::spawn(async move { rx.recv().await })
        };
        assert!(tx.close());
        assert_eq!(waiting.await.unwrap(), Err(RecvError));

        let (tx, rx) = channel(capacity);
        let buffered = (0..100).take_while(|n| tx.try_send(*n).is_ok()).count() as u64;
        drop(tx);
        for n in 0..buffered {
            assert_eq!(rx.recv().await, Ok(n));
        }
        for _ in 0..10 {
            assert_eq!(rx.recv().await, Err(RecvError), "{capacity:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn test_chan_keeps_the_order_of_one_sender() {
    // Goal: runtime TestChan: a hundred numbers in a row, twice: CH-05.
    for capacity in SOME {
        let (tx, rx) = channel(capacity);
        for _ in 0..2 {
            let tx = tx.clone();
            let sender = tokio::spawn(async move {
                for n in 0..100 {
                    tx.send(n).await.unwrap();
                }
            });
            for n in 0..100 {
                assert_eq!(rx.recv().await, Ok(n), "{capacity:?}");
            }
            sender.await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn test_chan_accounts_for_every_value_of_four_by_four_tasks() {
    // Goal: runtime TestChan: each number is received exactly four times in all: CH-04.
    const TASKS: u64 = 4;
    const VALUES: u64 = 1000;
    for capacity in SOME {
        let (tx, rx) = channel(capacity);
        for _ in 0..TASKS {
            let tx = tx.clone();
            tokio::spawn(async move {
                for n in 0..VALUES {
                    tx.send(n).await.unwrap();
                }
            });
        }
        drop(tx);
        let receivers: Vec<_> = (0..TASKS)
            .map(|_| {
                let rx = rx.clone();
                tokio::spawn(async move {
                    let mut seen = HashMap::<u64, u64>::new();
                    while let Ok(n) = rx.recv().await {
                        *seen.entry(n).or_default() += 1;
                    }
                    seen
                })
            })
            .collect();
        let mut all = HashMap::<u64, u64>::new();
        for receiver in receivers {
            for (n, times) in receiver.await.unwrap() {
                *all.entry(n).or_default() += times;
            }
        }
        assert_eq!(all.len() as u64, VALUES, "{capacity:?}");
        assert!(all.values().all(|times| *times == TASKS));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn test_nonblock_recv_race() {
    // Goal: runtime TestNonblockRecvRace: CL-17: a try_recv on a channel that holds a value and is
    // being closed finds the value or the close, and never "empty".
    for _ in 0..1000 {
        let (tx, rx) = taut_chan::bounded(1);
        tx.try_send(1).unwrap();
        let other = {
            let rx = rx.clone();
            tokio::spawn(async move { rx.try_recv() })
        };
        tx.close();
        let mine = rx.recv().await;
        match other.await.unwrap() {
            Ok(1) => assert_eq!(mine, Err(RecvError)),
            Err(TryRecvError::Closed) => assert_eq!(mine, Ok(1)),
            other => panic!("neither the value nor the close: {other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn test_multi_consumer() {
    // Goal: runtime TestMultiConsumer: RG-06: many workers take from one channel and pass on to
    // another; the sum and the count are right, and the end arrives.
    const WORKERS: usize = 23;
    let values = || (0..1200_u64).map(|n| [2, 3, 7, 11, 13, 17, 19, 23, 27, 31][n as usize % 10]);
    for capacity in CAPACITIES {
        let (work, queue) = channel(capacity);
        let (done, results) = channel(capacity);
        for worker in 0..WORKERS {
            let (queue, done) = (queue.clone(), done.clone());
            tokio::spawn(async move {
                while let Ok(value) = queue.recv().await {
                    if worker as u64 % value == 0 {
                        tokio::task::yield_now().await;
                    }
                    done.send(value).await.unwrap();
                }
            });
        }
        drop((queue, done));
        tokio::spawn(async move {
            for value in values() {
                work.send(value).await.unwrap();
            }
        });
        let (mut count, mut sum) = (0, 0);
        while let Ok(value) = results.recv().await {
            (count, sum) = (count + 1, sum + value);
        }
        assert_eq!((count, sum), (values().count(), values().sum()), "{capacity:?}");
    }
}

#[test]
fn fifo_go_asynch() {
    // Goal: test/chan/fifo.go, AsynchFifo: CB-03.
    let (tx, rx) = taut_chan::bounded(10);
    assert!((0..10).all(|n| now(tx.send(n)).is_ok()));
    assert!((0..10).all(|n| now(rx.recv()) == Ok(n)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifo_go_synch() {
    // Goal: test/chan/fifo.go, SynchFifo: CH-07: a row of tasks, each let go by the one before it once
    // that has received its number.
    let (tx, rx) = taut_chan::rendezvous();
    let (first, mut go) = taut_chan::rendezvous::<()>();
    let mut tasks = Vec::new();
    for n in 0..10 {
        let (next_tx, next) = taut_chan::rendezvous();
        let (rx, mine) = (rx.clone(), std::mem::replace(&mut go, next));
        tasks.push(tokio::spawn(async move {
            mine.recv().await.unwrap();
            assert_eq!(rx.recv().await, Ok(n));
            // The last one has nobody behind it: it is told so.
            let _ = next_tx.send(()).await;
        }));
    }
    first.send(()).await.unwrap();
    drop(go);
    for n in 0..10 {
        tx.send(n).await.unwrap();
    }
    for task in tasks {
        task.await.unwrap();
    }
}

#[tokio::test]
async fn nonblock_go() {
    // Goal: test/chan/nonblock.go: CH-17, CH-18: for values of several types, with and without a peer.
    async fn check<T: Clone + PartialEq + std::fmt::Debug + Send + 'static>(value: T) {
        for capacity in [0, 1] {
            let (tx, rx) = taut_chan::bounded(capacity);
            assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
            if capacity == 0 {
                assert_eq!(tx.try_send(value.clone()), Err(TrySendError::Full(value.clone())));
            } else {
                assert_eq!(tx.try_send(value.clone()), Ok(()));
                assert_eq!(tx.try_send(value.clone()), Err(TrySendError::Full(value.clone())));
                assert_eq!(rx.try_recv(), Ok(value.clone()));
            }
            let mut receive = parked(rx.recv());
            assert_eq!(tx.try_send(value.clone()), Ok(()));
            assert_eq!(receive.ready(), Ok(value.clone()));
            let sender = {
                let (tx, value) = (tx.clone(), value.clone());
                tokio::spawn(async move { tx.send(value).await })
            };
            tokio::task::yield_now().await;
            assert_eq!(rx.try_recv(), Ok(value.clone()));
            assert_eq!(sender.await.unwrap(), Ok(()));
        }
    }
    check(123_i32).await;
    check(true).await;
    check(String::from("hello")).await;
    check([1_u8; 100]).await;
}

#[test]
fn zerosize_go() {
    // Goal: test/chan/zerosize.go: CH-12: a channel of something that has no size can be made and used.
    let (tx, rx) = taut_chan::bounded::<[u64; 0]>(0);
    assert!(parked(tx.send([])).wakes() == 0 && rx.is_empty());
    let (tx, rx) = taut_chan::bounded::<[u64; 0]>(2);
    assert_eq!((now(tx.send([])), now(tx.send([])), rx.len()), (Ok(()), Ok(()), 2));
}

#[test]
fn closedchan_go() {
    // Goal: test/closedchan.go: CL-01, CL-02, CL-03, CL-06, CL-07: with 0 and 1 to 3 values in it, all
    // forms of receive and of send.
    for values in 0..4_u64 {
        let (tx, rx) = taut_chan::bounded(4);
        for n in 1..=values {
            assert_eq!(tx.try_send(n), Ok(()));
        }
        assert!(tx.close());
        for n in 1..=values {
            let received = if n % 2 == 0 { now(rx.recv()).ok() } else { rx.try_recv().ok() };
            assert_eq!(received, Some(n));
        }
        for _ in 0..3 {
            assert_eq!(now(rx.recv()), Err(RecvError));
            assert_eq!(rx.try_recv(), Err(TryRecvError::Closed));
            assert_eq!(now(tx.send(9)), Err(SendError(9)));
            assert_eq!(tx.try_send(9), Err(TrySendError::Closed(9)));
            assert!(!tx.close());
        }
    }
}

#[test]
fn select3_go_without_select() {
    // Goal: test/chan/select3.go: what blocks for ever and what never does: NL-01, NL-06, CL-02, CH-23.
    let never: Receiver<u64> = taut_chan::never();
    parked(never.recv()).pending();
    assert_eq!(never.try_recv(), Err(TryRecvError::Empty));
    let (tx, rx) = taut_chan::rendezvous();
    parked(tx.send(1)).pending();
    parked(rx.recv()).pending();
    let (tx, rx) = taut_chan::bounded(10);
    parked(rx.recv()).pending();
    assert!((0..10).all(|n| now(tx.send(n)).is_ok()));
    parked(tx.send(10)).pending();
    assert!(tx.close());
    assert!((0..10).all(|n| now(rx.recv()) == Ok(n)));
    assert!((0..10).all(|_| now(rx.recv()) == Err(RecvError)));
}

#[test]
fn chancap_go() {
    // Goal: test/chancap.go: LN-01, CB-08: a capacity is what was asked for, and none is too large.
    for capacity in [0, 10, 1 << 20, usize::MAX / 2] {
        let (tx, rx) = taut_chan::bounded::<u64>(capacity);
        assert_eq!((tx.capacity(), rx.capacity()), (Some(capacity), Some(capacity)));
        assert_eq!((tx.len(), rx.len()), (0, 0));
    }
}

#[tokio::test]
async fn sendstmt_go() {
    // Goal: test/chan/sendstmt.go: CH-10, CH-14: a channel that is sent along; the value is computed
    // once, after the handle and before anything waits.
    let (tx, rx) = taut_chan::bounded::<Sender<u64>>(1);
    let (inner, answers) = taut_chan::bounded(1);
    tx.send(inner).await.unwrap();
    rx.recv().await.unwrap().send(2).await.unwrap();
    assert_eq!(answers.recv().await, Ok(2));
    let mut log = Vec::new();
    let (tx, _rx) = taut_chan::rendezvous();
    let mut handle = || {
        log.push("handle");
        &tx
    };
    let handle = handle();
    let send = handle.send({
        log.push("value");
        1
    });
    assert_eq!(log, ["handle", "value"]);
    parked(send).pending();
}

/// How long it takes to withdraw so many, from the front, the back and the middle.
fn time_to_withdraw(waiters: usize) -> Duration {
    let (tx, rx) = taut_chan::rendezvous::<u64>();
    let mut receives: Vec<_> = (0..waiters).map(|_| Some(parked(rx.recv()))).collect();
    let mut watches: Vec<_> = (0..waiters).map(|_| Some(parked(tx.closed()))).collect();
    let start = Instant::now();
    // In steps that are coprime to the length: all over the line.
    for n in 0..waiters {
        receives[n * 7919 % waiters] = None;
        watches[n * 7919 % waiters] = None;
    }
    start.elapsed()
}

#[test]
fn chanlinear_go() {
    // Goal: test/chanlinear.go: CH-24: leaving a line does not depend on its length. Method: by time, as
    // Go's, the best of some tries; 32 times as many take 32 times as long, with caches in the way
    // somewhat longer, but by far not 1024 times.
    let best = |waiters| (0..5).map(|_| time_to_withdraw(waiters)).min().unwrap();
    let (few, many) = (best(1000), best(32_000));
    assert!(many < few * 400, "{few:?} for few, {many:?} for many");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn goroutines_go() {
    // Goal: test/chan/goroutines.go: a long chain of tasks, each adds one and passes on.
    let (first, mut rx) = taut_chan::rendezvous::<u64>();
    for _ in 0..2000 {
        let (tx, next) = taut_chan::rendezvous();
        let rx = std::mem::replace(&mut rx, next);
        tokio::spawn(async move { tx.send(1 + rx.recv().await.unwrap()).await });
    }
    first.send(0).await.unwrap();
    assert_eq!(rx.recv().await, Ok(2000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sieve_go() {
    // Goal: test/chan/sieve1.go: a pipeline that grows; and when the end of it goes, all of it does
    // (CH-16), which in Go it does not.
    let census = Census::default();
    let (tx, mut rx) = taut_chan::rendezvous();
    let counted = census.clone();
    tokio::spawn(async move {
        let mut n = 2;
        while tx.send(counted.value(n)).await.is_ok() {
            n += 1;
        }
    });
    let mut primes = Vec::new();
    let mut filters = Vec::new();
    while primes.len() < 40 {
        let prime = rx.recv().await.unwrap().id;
        primes.push(prime);
        let (tx, next) = taut_chan::rendezvous();
        let rx = std::mem::replace(&mut rx, next);
        filters.push(tokio::spawn(async move {
            while let Ok(n) = rx.recv().await {
                if n.id % prime != 0 && tx.send(n).await.is_err() {
                    return;
                }
            }
        }));
    }
    assert_eq!((primes[0], primes[1], primes[39]), (2, 3, 173));
    drop(rx);
    for filter in filters {
        filter.await.unwrap();
    }
}

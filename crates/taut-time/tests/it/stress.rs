//! Threads that set, stop, look and wait: each setting is received once, or was prevented once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use taut::time::{Ticker, Timer, after};
use taut::{chan, select};
use tokio::runtime::{Builder, Runtime};

use crate::support::{Program, race};

const SETTINGS: usize = 3000;

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap()
}

/// What a reset is to be after: at once, and more or less soon.
fn micros(n: usize) -> Duration {
    Duration::from_micros([0, 0, 1, 50, 900, 2500][n % 6])
}

#[test]
fn tm_12_tm_28_each_setting_is_received_or_prevented() {
    // Goal: TestStopResult, TestResetResult, TestMultiWakeupTimer: all who set count what they set and
    // what they prevented, all who receive what they got, and the books are even.
    let (runtime, timer) = (runtime(), Arc::new(Timer::stopped()));
    let (set, prevented, received) =
        (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let (done, is_done) = chan::rendezvous::<()>();
    let waiters: Vec<_> = (0..3)
        .map(|_| {
            let (timer, is_done) = (timer.clone(), is_done.clone());
            runtime.spawn(async move {
                let mut got = 0;
                loop {
                    select! { _ = timer.fired() => got += 1, _ = is_done.recv() => break got }
                }
            })
        })
        .collect();
    let setter = |seed: usize| -> Program<'_, ()> {
        let (timer, set, prevented) = (&timer, &set, &prevented);
        Box::new(move || {
            for n in 0..SETTINGS {
                let was_active = if (n + seed) % 7 == 0 {
                    timer.stop()
                } else {
                    set.fetch_add(1, Ordering::Relaxed);
                    timer.reset(micros(n * seed))
                };
                prevented.fetch_add(usize::from(was_active), Ordering::Relaxed);
                std::thread::yield_now();
            }
        })
    };
    let looker: Program<'_, ()> = Box::new(|| {
        for _ in 0..SETTINGS {
            received.fetch_add(usize::from(timer.try_fired().is_some()), Ordering::Relaxed);
        }
    });
    race(vec![setter(1), setter(5), looker]);
    prevented.fetch_add(usize::from(timer.stop()), Ordering::Relaxed);
    drop(done);
    let got: usize = runtime.block_on(async {
        let mut sum = 0;
        for waits in waiters {
            sum += waits.await.unwrap();
        }
        sum
    });
    let received = received.into_inner() + got;
    assert_eq!(set.into_inner(), prevented.into_inner() + received);
}

#[test]
fn tm_31_a_timer_moved_earlier_by_another_thread_is_never_lost() {
    // Goal: TestTimerModifiedEarlier: who waits for an hour is told of a moment, whenever it comes.
    let (runtime, timer) = (runtime(), Arc::new(Timer::stopped()));
    let rounds = 300;
    let waits = runtime.spawn({
        let timer = timer.clone();
        async move {
            for _ in 0..rounds {
                timer.fired().await;
            }
        }
    });
    for n in 0..rounds {
        assert!(!timer.reset(Duration::from_secs(3600)), "{n}");
        // Whether it has looked at that or not.
        (0..n).for_each(|_| std::hint::spin_loop());
        assert!(timer.reset(micros(n)), "{n}");
        while timer.deadline().is_some() {
            std::thread::yield_now();
        }
    }
    runtime.block_on(waits).unwrap();
}

#[test]
fn tm_28_a_ticker_is_reset_while_others_receive() {
    // Goal: TestTickerConcurrentStress: and it goes on ticking for all of them.
    let (runtime, ticker) = (runtime(), Arc::new(Ticker::new(Duration::from_millis(1)).unwrap()));
    let waiters: Vec<_> = (0..3)
        .map(|_| {
            let ticker = ticker.clone();
            runtime.spawn(async move {
                for _ in 0..5 {
                    ticker.tick().await;
                }
            })
        })
        .collect();
    for n in 0..SETTINGS {
        if n % 5 == 0 {
            ticker.stop();
        }
        assert_eq!(ticker.reset(micros(n) + Duration::from_nanos(1)), Ok(()));
    }
    runtime.block_on(async {
        for waits in waiters {
            waits.await.unwrap();
        }
        after(Duration::ZERO).await;
    });
}

//! Groups on a runtime with threads: limits hold, what races is decided once and for all to see, nothing is left alive.

use std::future::{pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use taut::context::Context;
use taut::group::SpawnError;
use taut::select;
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;

use crate::kit::{CANCELLED, Oops, Starts, Tasks};
use crate::support::{Census, Counted};

pub(crate) const ROUNDS: u32 = if cfg!(debug_assertions) { 2000 } else { 10_000 };

pub(crate) fn workers(threads: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(threads).build().unwrap()
}

/// A sequence of numbers that looks random.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 33) % u64::from(bound)) as u32
    }
}

/// Waits until all tasks of the runtime are gone: they may take a turn to be.
#[track_caller]
pub(crate) fn assert_deserted(runtime: &Runtime) {
    let mut turns = 0_u64;
    while runtime.metrics().num_alive_tasks() > 0 {
        turns += 1;
        assert!(turns < 100_000_000, "{} tasks are left", runtime.metrics().num_alive_tasks());
        std::thread::yield_now();
    }
}

/// Takes a few turns and gives its number.
async fn busy(held: Counted, turns: u32) -> Result<u32, Oops> {
    for _ in 0..turns {
        yield_now().await;
    }
    Ok(held.id as u32)
}

#[test]
fn eg_03_eg_25_all_that_was_started_is_given_in_order() {
    let (runtime, census) = (workers(4), Census::default());
    for limit in [None, Some(1), Some(7)] {
        let mut group = Tasks::new();
        group.set_limit(limit);
        for round in 0..10 {
            let all = runtime.block_on(async {
                for n in 0..500 {
                    assert!(group.spawn(busy(census.value(n), n as u32 % 3)).await);
                }
                group.wait().await
            });
            assert_eq!(census.alive(), 0, "{round}: their futures are gone");
            assert_eq!(all, Ok((0..500).collect()));
        }
    }
    assert_deserted(&runtime);
}

/// A value that goes where the group's go, and that is no atomic: a race would be seen by the sanitizer.
#[test]
fn hb_20_what_tasks_gave_is_seen_by_who_waits() {
    let runtime = workers(4);
    runtime.block_on(async {
        let mut group = taut::group::Group::<Vec<u32>, Oops>::new().limit(8);
        for round in 0..ROUNDS / 10 {
            for n in 0..10 {
                group.spawn(async move { Ok(vec![round, n]) }).await;
            }
            let mut seen = 0;
            while let Some(completed) = group.next().await {
                let value = completed.result.unwrap();
                assert_eq!(value[0], round);
                seen += value[1] + 1;
            }
            assert_eq!(seen, 55);
            assert!(group.wait().await.unwrap().is_empty());
        }
    });
}

#[test]
fn eg_14_the_limit_holds_while_it_changes() {
    let runtime = workers(4);
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    runtime.block_on(async {
        let mut group = Tasks::new().limit(5);
        let mut dice = Dice(7919);
        for n in 0..ROUNDS {
            let (running, most) = (Arc::clone(&running), Arc::clone(&most));
            group
                .spawn(async move {
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    yield_now().await;
                    running.fetch_sub(1, Ordering::SeqCst);
                    Ok(n)
                })
                .await;
            group.set_limit(Some(1 + dice.below(5) as usize));
        }
        assert_eq!(group.wait().await, Ok((0..ROUNDS).collect()));
    });
    assert!((1..=5).contains(&most.load(Ordering::SeqCst)));
    assert_deserted(&runtime);
}

/// Starts tasks, and gives up at times; how many it started.
async fn outsider(starts: Starts, census: Census, seed: u64) -> usize {
    let (mut dice, mut started) = (Dice(seed), 0);
    for n in 0..u64::from(ROUNDS) / 4 {
        let work = busy(census.value(n), dice.below(3));
        let is_started = match dice.below(3) {
            0 => starts.try_spawn(work).is_ok(),
            1 => starts.spawn(work).await.is_ok(),
            _ => select! {
                biased;
                started = starts.spawn(work) => started.is_ok(),
                () = yield_now() => false,
            },
        };
        started += usize::from(is_started);
    }
    started
}

#[test]
fn eg_22_those_in_line_who_give_up_lose_no_place() {
    let (runtime, census) = (workers(4), Census::default());
    runtime.block_on(async {
        let mut group = Tasks::new().limit(2);
        let all: Vec<_> = (1..5)
            .map(|seed| taut::spawn(outsider(group.spawner(), census.clone(), seed * 7919)))
            .collect();
        let (mut started, mut done) = (0, 0);
        for outsider in all {
            started += outsider.await.unwrap();
        }
        while group.next().await.is_some() {
            done += 1;
        }
        assert_eq!((started, census.alive()), (done, 0));
        // All places are free.
        assert!(group.try_spawn(pending()).is_ok() && group.try_spawn(pending()).is_ok());
        assert!(matches!(group.try_spawn(pending()), Err(SpawnError::Full(_))));
        group.shutdown().await;
    });
    assert_deserted(&runtime);
}

/// A task that starts others without end, until it may not.
async fn endless(starts: Starts, census: Census, seed: u64) -> Result<u32, Oops> {
    let mut dice = Dice(seed);
    loop {
        let work = busy(census.value(1), dice.below(4));
        match starts.spawn(work).await {
            Ok(()) => {}
            Err(SpawnError::WouldDeadlock(work)) => {
                work.await?;
            }
            Err(_) => return Err(CANCELLED),
        }
    }
}

#[test]
fn a_group_that_is_dropped_at_any_time_leaves_nothing() {
    let (runtime, census) = (workers(4), Census::default());
    let mut dice = Dice(31);
    for round in 0..ROUNDS / 4 {
        let parent = Context::background();
        let _inside = runtime.enter();
        let (group, ctx) = Tasks::with_context(&parent);
        let mut group = group.limit(1 + dice.below(5) as usize);
        for seed in 1..4 {
            let starts = group.spawner();
            drop(group.try_spawn(endless(starts, census.clone(), seed + u64::from(round))));
        }
        for _ in 0..dice.below(20) {
            std::thread::yield_now();
        }
        match dice.below(3) {
            0 => drop(group),
            1 => runtime.block_on(group.shutdown()),
            _ => {
                drop(group.spawner().try_spawn(ready(Err(Oops::Real(1)))));
                runtime.block_on(async {
                    ctx.run(yield_now()).await.ok();
                    group.shutdown().await;
                });
                assert!(group.is_empty());
            }
        }
        assert!(ctx.is_done());
    }
    assert_deserted(&runtime);
    assert_eq!(census.alive(), 0);
}

#[test]
fn eg_24_recursions_at_the_limit_end() {
    fn divided(
        starts: Starts,
        from: u32,
        to: u32,
    ) -> futures_util::future::BoxFuture<'static, Result<u32, Oops>> {
        Box::pin(async move {
            if to - from == 1 {
                return Ok(1);
            }
            let (middle, mut sum) = (from.midpoint(to), 0);
            for (from, to) in [(from, middle), (middle, to)] {
                if let Err(refused) = starts.spawn(divided(starts.clone(), from, to)).await {
                    sum += refused.into_inner().await?;
                }
            }
            Ok(sum)
        })
    }
    let runtime = workers(4);
    for limit in [1, 2, 3, 10] {
        runtime.block_on(async {
            let mut group = Tasks::new().limit(limit);
            let starts = group.spawner();
            group.spawn(divided(starts, 0, ROUNDS)).await;
            let sum: u32 = group.wait().await.unwrap().iter().sum();
            assert_eq!(sum, ROUNDS);
        });
    }
    assert_deserted(&runtime);
}

//! `WaitGroup`: threads that work in rounds, and waiters that come and go. Whoever returns from a wait
//! finds done what was handed out before it came.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use taut::select;
use taut::sync::{Token, WaitGroup};
use tokio::runtime::Builder;
use tokio::task::yield_now;

use crate::mutex_stress::{Dice, impatient};
use crate::support::{Program, ROUNDS, race};

const STEPS: u64 = if cfg!(debug_assertions) { 3000 } else { 20_000 };

/// Work that is handed out and done, by the books of who does it.
#[derive(Default)]
struct Books {
    wg: WaitGroup,
    handed_out: AtomicU64,
    done: AtomicU64,
}

impl Books {
    fn hand_out(&self) -> Token {
        let token = self.wg.token();
        self.handed_out.fetch_add(1, Ordering::Relaxed);
        token
    }

    fn finish(&self, token: Token) {
        self.done.fetch_add(1, Ordering::Relaxed);
        drop(token);
    }

    /// So much was handed out by whom this synchronizes with.
    fn seen(&self) -> u64 {
        self.handed_out.load(Ordering::Relaxed)
    }

    /// All work has been done that had been handed out when a wait began.
    #[track_caller]
    fn check(&self, handed_out: u64) {
        let done = self.done.load(Ordering::Relaxed);
        assert!(done >= handed_out, "{done} of {handed_out}");
    }

    #[track_caller]
    fn settle(&self) {
        assert_eq!(self.seen(), self.done.load(Ordering::Relaxed));
        assert_eq!((self.wg.count(), self.wg.waiters()), (0, 0));
    }
}

/// Hands out work to itself, some of which hands out more of it.
async fn work(books: Arc<Books>, seed: usize) {
    let mut dice = Dice::new(seed);
    for _ in 0..STEPS {
        let mut tokens = vec![books.hand_out()];
        while let Some(token) = tokens.pop() {
            match dice.below(8) {
                0 => yield_now().await,
                1 => tokens.push(books.hand_out()),
                _ => {}
            }
            books.finish(token);
        }
        if dice.below(4) == 0 {
            yield_now().await;
        }
    }
}

/// Waits in every way there is; how often it saw the end of a round.
async fn waits(books: Arc<Books>, seed: usize) -> u64 {
    let (mut dice, mut returned) = (Dice::new(seed), 0);
    let other = WaitGroup::new();
    let _stuck = other.token();
    for _ in 0..STEPS {
        let before = books.seen();
        let is_over = match dice.below(5) {
            0 => impatient(books.wg.wait(), dice.below(4)).await.is_some(),
            1 => impatient(books.wg.wait_owned(), dice.below(4)).await.is_some(),
            2 => select! { () = books.wg.wait() => true, () = other.wait() => false },
            3 => select! { () = books.wg.wait() => true, default => false },
            _ => {
                books.wg.wait().await;
                true
            }
        };
        if is_over {
            books.check(before);
            returned += 1;
        }
    }
    returned
}

#[test]
fn wg_04_wg_13_wg_14_waiters_come_and_go_through_rounds() {
    // Goal: TestWaitGroupRace. Rounds end whenever they do; nobody is left behind by one, and nobody
    // returns before the work that it knows of is done.
    let runtime = Builder::new_multi_thread().worker_threads(4).build().unwrap();
    let books = Arc::new(Books::default());
    let workers: Vec<_> = (0..3).map(|n| runtime.spawn(work(books.clone(), n))).collect();
    let waiters: Vec<_> = (7..10).map(|n| runtime.spawn(waits(books.clone(), n))).collect();
    runtime.block_on(async {
        for worker in workers {
            worker.await.unwrap();
        }
        for waiter in waiters {
            assert!(waiter.await.unwrap() >= 1);
        }
    });
    books.settle();
}

#[test]
fn wg_07_threads_that_meet_in_rounds() {
    // Goal: each round has waiters of its own, and the next begins while they are being released.
    const THREADS: u64 = 3;
    let rounds: Vec<(WaitGroup, AtomicU64)> = (0..ROUNDS).map(|_| Default::default()).collect();
    let shared = WaitGroup::new();
    let tokens: Vec<Vec<Token>> =
        (0..THREADS).map(|_| rounds.iter().map(|(round, _)| round.token()).collect()).collect();
    let mut programs: Vec<Program<'_, ()>> = Vec::new();
    for own in tokens {
        programs.push(Box::new(|| {
            for (token, (round, arrived)) in own.into_iter().zip(&rounds) {
                let again = shared.token();
                arrived.fetch_add(1, Ordering::Relaxed);
                drop(token);
                round.blocking_wait();
                assert_eq!(arrived.load(Ordering::Relaxed), THREADS);
                drop(again);
            }
        }));
    }
    programs.push(Box::new(|| (0..ROUNDS).for_each(|_| shared.blocking_wait())));
    race(programs);
    assert_eq!((shared.count(), shared.waiters()), (0, 0));
}

#[test]
fn wg_10_no_waiter_misses_a_panic() {
    // Goal: whoever waits until the tracked futures are gone raises the panic, however many wait and
    // give up; exactly one has the panic itself.
    for seed in 0..ROUNDS as usize / 4 + 1 {
        let wg = WaitGroup::new();
        let bad = wg.track(async {
            yield_now().await;
            panic!("no disk")
        });
        let good: Vec<_> = (0..3).map(|_| wg.track(yield_now())).collect();
        let mut programs: Vec<Program<'_, usize>> = Vec::new();
        let in_runtime = || Builder::new_current_thread().build().unwrap();
        programs.push(Box::new(move || {
            let runtime = in_runtime();
            usize::from(catch_unwind(AssertUnwindSafe(|| runtime.block_on(bad))).is_ok())
        }));
        programs.push(Box::new(move || {
            let runtime = in_runtime();
            good.into_iter().for_each(|future| runtime.block_on(future));
            0
        }));
        for own in 0..2 {
            let wg = &wg;
            programs.push(Box::new(move || {
                let mut dice = Dice::new(seed + own);
                let polls = dice.below(3);
                let gives_up =
                    AssertUnwindSafe(|| in_runtime().block_on(impatient(wg.wait(), polls)));
                let stays = AssertUnwindSafe(|| wg.blocking_wait());
                let gave_up = catch_unwind(gives_up).err();
                let raised = catch_unwind(stays).expect_err("it missed the panic");
                let is_itself = |panic: &Box<dyn std::any::Any + Send>| panic.is::<&'static str>();
                usize::from(gave_up.as_ref().is_some_and(is_itself))
                    + usize::from(is_itself(&raised))
            }));
        }
        assert_eq!(race(programs).iter().sum::<usize>(), 1);
        assert_eq!((wg.count(), wg.waiters()), (0, 0));
    }
}

//! Many tasks and threads at one [`Mutex`], some of which give up at any point: everything ends, nothing
//! is lost, and nothing is done twice.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use taut::chan;
use taut::select;
use taut::sync::{Mutex, OwnedMutexGuard};
use tokio::task::yield_now;

use crate::mutex::assert_idle;
use crate::support::{ROUNDS, race};

/// What each task does so often.
const COUNT: u32 = if cfg!(debug_assertions) { 10_000 } else { 20_000 };

/// Numbers that look like chance, the same each time.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: usize) -> Self {
        Self(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed as u64 + 1))
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Polls so often, and drops: the output, if there was one by then.
pub(crate) async fn impatient<F: Future>(future: F, polls: u64) -> Option<F::Output> {
    let mut future = pin!(future);
    for _ in 0..polls {
        let polled = std::future::poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await;
        if let Poll::Ready(output) = polled {
            return Some(output);
        }
        yield_now().await;
    }
    None
}

/// Adds one, in two steps.
async fn count(mut guard: OwnedMutexGuard<u32>, dice: &mut Dice) -> u32 {
    let before = *guard;
    if dice.below(4) == 0 {
        yield_now().await;
    }
    *guard = before + 1;
    1
}

/// Takes the lock in every way there is; how often it had it.
async fn hammer(mutex: Arc<Mutex<u32>>, seed: usize) -> u32 {
    let mut dice = Dice::new(seed);
    let mut had = 0;
    let (_open, idle) = chan::bounded::<()>(1);
    for _ in 0..COUNT {
        let guard = match dice.below(8) {
            0..=2 => Some(mutex.lock_owned().await),
            3 => mutex.try_lock_owned(),
            4 | 5 => impatient(mutex.lock_owned(), dice.below(4)).await,
            6 => {
                select::select! { guard = mutex.lock_owned() => Some(guard), _ = idle.recv() => None }
            }
            _ => select::select! { guard = mutex.lock_owned() => Some(guard), default => None },
        };
        if let Some(guard) = guard {
            had += count(guard, &mut dice).await;
        }
    }
    had
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn mu_01_tasks_that_count() {
    let mutex = Arc::new(Mutex::new(0));
    let tasks: Vec<_> = (0..6).map(|seed| tokio::spawn(hammer(Arc::clone(&mutex), seed))).collect();
    let mut had = 0;
    for task in tasks {
        had += task.await.unwrap();
    }
    assert_eq!(*mutex.lock().await, had);
    assert_idle(&mutex);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn mu_01_money_moved_between_accounts_is_conserved() {
    let accounts: Arc<Vec<_>> = Arc::new((0..4).map(|_| Arc::new(Mutex::new(1000))).collect());
    let tasks: Vec<_> = (0..4)
        .map(|seed| {
            let accounts = Arc::clone(&accounts);
            tokio::spawn(async move {
                let mut dice = Dice::new(seed);
                for _ in 0..COUNT {
                    let (one, other) = (dice.below(3) as usize, 3);
                    // Whichever is free first of two, and then the last.
                    let mut from = select::select! {
                        guard = accounts[one].lock() => guard,
                        guard = accounts[(one + 1) % 3].lock() => guard,
                    };
                    let Some(mut to) = impatient(accounts[other].lock(), 3).await else { continue };
                    if dice.below(2) == 0 {
                        std::mem::swap(&mut from, &mut to);
                    }
                    let sum = (*from).min(7);
                    *from -= sum;
                    *to += sum;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let mut sum = 0;
    for account in &*accounts {
        sum += *account.lock().await;
        assert_idle(account);
    }
    assert_eq!(sum, 4000);
}

#[test]
fn mu_01_threads_that_block_and_tasks_that_give_up() {
    for seed in 0..ROUNDS as usize / 8 + 1 {
        let mutex = Arc::new(Mutex::new(0));
        let had = race::<u32>(vec![
            Box::new(|| {
                (0..50)
                    .map(|_| {
                        *mutex.blocking_lock() += 1;
                        1
                    })
                    .sum()
            }),
            Box::new(|| {
                (0..50)
                    .map(|_| {
                        *mutex.blocking_lock_owned() += 1;
                        1
                    })
                    .sum()
            }),
            Box::new(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                runtime.block_on(async {
                    let mut had = 0;
                    for _ in 0..50 {
                        let polls = Dice::new(seed).below(3);
                        if let Some(mut guard) = impatient(mutex.lock(), polls).await {
                            *guard += 1;
                            had += 1;
                        }
                    }
                    had
                })
            }),
        ]);
        assert_eq!(*mutex.try_lock().unwrap(), had.iter().sum::<u32>());
        assert_idle(&mutex);
    }
}

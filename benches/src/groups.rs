//! The workloads with a wait group or a single flight, each written once for all Rust
//! implementations.
//!
//! Contract: as in `workloads.rs`. A wait that ends too soon, a call that gets no value and a second
//! flight beside a live one make a wrong checksum. `go/groups.go` does the same, shape by shape.

use std::hint::black_box;
use std::ops::Range;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use anyhow::Result;
use tokio::task::yield_now;

use crate::contexts::waits;
use crate::locks::{crowd, ledger};
use crate::workloads::{Ledger, Tally};

/// The one key that all ask for; Go's is a string as well.
pub(crate) const KEY: &str = "hot";
/// What all get.
const VALUE: u64 = 7;

/// Who waits for whose work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One task: a token is taken and dropped, and the group is at zero before and after.
    AddDone,
    /// So many tasks are spawned, each with a token, and waited for.
    Spawn { tasks: u64 },
    /// So many tasks want the same value, which takes a suspension to find.
    SingleFlight { tasks: u64 },
}

impl Shape {
    /// What one operation is.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::AddDone => "ns per token taken and dropped",
            Self::Spawn { .. } => "ns per task, until all are done",
            Self::SingleFlight { .. } => "ns per call",
        }
    }

    /// A run does a multiple of this many operations.
    pub(crate) fn batch(self) -> u64 {
        match self {
            Self::Spawn { tasks } => tasks,
            Self::AddDone | Self::SingleFlight { .. } => 1,
        }
    }

    /// The same with a crowd of so many to wait for at most.
    pub(crate) fn at_most(self, most: u64) -> Self {
        match self {
            Self::Spawn { tasks } => Self::Spawn { tasks: tasks.min(most) },
            Self::AddDone | Self::SingleFlight { .. } => self,
        }
    }

    pub(crate) fn tasks(self) -> u64 {
        match self {
            Self::AddDone => 1,
            Self::Spawn { tasks } | Self::SingleFlight { tasks } => tasks,
        }
    }
}

/// What waits until all of its tokens are dropped.
pub(crate) trait WaitGroup: Send + Sync + 'static {
    type Token: Send + 'static;

    fn new() -> Self;
    fn token(&self) -> Self::Token;
    /// No more tokens are taken.
    fn wait(self) -> impl Future<Output = ()> + Send;
}

/// One run of the work for all who ask meanwhile.
pub(crate) trait SingleFlight: Send + Sync + 'static {
    fn new() -> Self;
    /// Asks for the value under [`KEY`].
    fn run<F>(&self, work: impl FnOnce() -> F + Send) -> impl Future<Output = impl Answer> + Send
    where
        F: Future<Output = u64> + Send + 'static;
}

/// What a flight gives: the value, or a `Result` with it.
pub(crate) trait Answer {
    fn value(self) -> Option<u64>;
}

impl Answer for u64 {
    fn value(self) -> Option<u64> {
        Some(self)
    }
}

pub(crate) async fn add_done<G: WaitGroup>(ops: u64) -> Ledger {
    let group = G::new();
    for _ in 0..ops {
        drop(group.token());
    }
    // One token that is kept, to see that it would have been waited for.
    let mut ledger = Ledger::default();
    ledger.sent.note(ops);
    let token = group.token();
    let mut wait = pin!(group.wait());
    let waited = waits(wait.as_mut()).await;
    drop(token);
    if waited {
        wait.await;
        ledger.received.note(ops);
    }
    ledger
}

pub(crate) async fn spawn<G: WaitGroup>(tasks: u64, ops: u64) -> Ledger {
    let mut ledger = Ledger::default();
    for _ in 0..ops / tasks {
        // Leaked, as an `Arc` would be counted by all tasks at once.
        let done: &'static AtomicU64 = Box::leak(Box::default());
        let group = G::new();
        for number in 1..=tasks {
            let token = group.token();
            tokio::spawn(async move {
                done.fetch_add(number, Ordering::Relaxed);
                drop(token);
            });
        }
        group.wait().await;
        // Relaxed on purpose: the wait is to make all visible that was done before it.
        ledger.sent += Tally::new(tasks, (1..=tasks).sum());
        ledger.received += Tally::new(tasks, done.load(Ordering::Relaxed));
    }
    ledger
}

pub(crate) async fn single_flight<S: SingleFlight>(tasks: u64, ops: u64) -> Result<Ledger> {
    let flight = Arc::new(S::new());
    // Leaked for the same reason.
    let live: &'static AtomicBool = Box::leak(Box::default());
    let task = |_, numbers| ask(flight.clone(), live, numbers);
    Ok(ledger(ops, crowd(tasks, ops, task).await?))
}

/// The numbers of the calls that got the value.
async fn ask<S: SingleFlight>(
    flight: Arc<S>,
    live: &'static AtomicBool,
    numbers: Range<u64>,
) -> Tally {
    let mut answered = Tally::default();
    for number in numbers {
        if flight.run(|| work(live)).await.value() == Some(VALUE) {
            answered.note(number);
        }
    }
    answered
}

/// Finds the value, unless others do so at the same time.
async fn work(live: &'static AtomicBool) -> u64 {
    let alone = !live.swap(true, Ordering::Relaxed);
    yield_now().await;
    live.store(false, Ordering::Relaxed);
    if alone { black_box(VALUE) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Waits for nobody, and lets everybody fly.
    struct Hasty;

    impl WaitGroup for Hasty {
        type Token = ();

        fn new() -> Self {
            Self
        }

        fn token(&self) {}

        async fn wait(self) {}
    }

    impl SingleFlight for Hasty {
        fn new() -> Self {
            Self
        }

        fn run<F>(
            &self,
            work: impl FnOnce() -> F + Send,
        ) -> impl Future<Output = impl Answer> + Send
        where
            F: Future<Output = u64> + Send + 'static,
        {
            work()
        }
    }

    #[tokio::test]
    async fn who_waits_for_nobody_is_found_out() {
        let (tasks, ops) = (64, 640);
        assert!(add_done::<Hasty>(ops).await.verify(1).is_err());
        assert!(spawn::<Hasty>(tasks, ops).await.verify(ops).is_err());
        assert!(single_flight::<Hasty>(tasks, ops).await.unwrap().verify(ops).is_err());
    }
}

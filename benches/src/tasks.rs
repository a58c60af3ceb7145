//! The workloads that are about spawning and waiting, each written once for all Rust implementations.
//!
//! Contract: as in `workloads.rs`; a value is what a task gives when it ends, and has arrived when
//! who waits for the task has added it up. Two tasks too many at a time, in a row with a limit, and a
//! task that does not wait, in a row about memory, make a wrong checksum. `go/tasks.go` does the same,
//! shape by shape.

use std::marker::PhantomData;
use std::mem::take;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use tokio::task::yield_now;

use crate::groups::WaitGroup;
use crate::machine;
use crate::rows::Capacity;
use crate::stopwatch::Stopwatch;
use crate::together::Together;
use crate::workloads::{Channel, Ledger, Rx, Tally, pair};

/// At every fork of a tree.
pub(crate) const BRANCHES: u64 = 10;
/// One in so many rounds with a limit is looked at: all tasks count themselves in and out.
const SELDOM: u64 = 64;

/// Which tasks are spawned, and who waits for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// So many tasks, and what they give is added up.
    Join { tasks: u64 },
    /// The same with no more than `limit` at a time.
    FanOut { tasks: u64, limit: usize },
    /// So many tasks that wait, each on a channel of its own; what counts is their memory.
    Parked { tasks: u64 },
}

impl Shape {
    /// What one operation is.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::Join { .. } => "ns per task, until all have been waited for",
            Self::FanOut { .. } => "ns per task, at a limit",
            Self::Parked { .. } => "bytes per task that waits",
        }
    }

    /// A run does a multiple of this many operations.
    pub(crate) fn tasks(self) -> u64 {
        match self {
            Self::Join { tasks } | Self::FanOut { tasks, .. } | Self::Parked { tasks } => tasks,
        }
    }

    /// The same with a crowd of so many at most.
    pub(crate) fn at_most(self, most: u64) -> Self {
        let tasks = self.tasks().min(most);
        match self {
            Self::Join { .. } => Self::Join { tasks },
            Self::FanOut { limit, .. } => Self::FanOut { tasks, limit },
            Self::Parked { .. } => Self::Parked { tasks },
        }
    }
}

/// What a task gives: a number, or a `Result` with one.
pub(crate) trait Given: Send + 'static {
    fn give(number: u64) -> Self;
}

impl Given for u64 {
    fn give(number: u64) -> Self {
        number
    }
}

impl<E: Send + 'static> Given for Result<u64, E> {
    fn give(number: u64) -> Self {
        Ok(number)
    }
}

/// Where tasks are spawned and waited for.
pub(crate) trait Nursery: Send + Sized + 'static {
    type Given: Given;

    fn new() -> Self;
    fn spawn(&mut self, task: impl Future<Output = Self::Given> + Send + 'static);
    /// Waits for all, and adds up what they gave.
    fn sum(self) -> impl Future<Output = Result<Tally>> + Send;

    /// Spawns them in the way that is meant for an `async fn`, where that is another.
    fn spawn_all<F>(
        &mut self,
        tasks: impl Iterator<Item = F> + Send,
    ) -> impl Future<Output = ()> + Send
    where
        F: Future<Output = Self::Given> + Send + 'static,
    {
        async move { tasks.for_each(|task| self.spawn(task)) }
    }
}

/// Where tasks are spawned with a limit.
pub(crate) trait FanOut {
    type Given: Given;

    /// Spawns all, no more than `limit` at a time, waits for all, and adds up what they gave.
    fn fan_out<F>(
        limit: usize,
        tasks: impl Iterator<Item = F> + Send,
    ) -> impl Future<Output = Result<Tally>> + Send
    where
        F: Future<Output = Self::Given> + Send + 'static;
}

/// What one task waits for.
pub(crate) trait Gate {
    /// Opens it when dropped.
    type Key: Send + 'static;
    type Wait: Send + 'static;

    fn new() -> (Self::Key, Self::Wait);
    fn wait(wait: Self::Wait) -> impl Future<Output = ()> + Send;
}

/// The end of a channel without a buffer.
pub(crate) struct Closing<C>(PhantomData<C>);

impl<C: Channel<u64>> Gate for Closing<C> {
    type Key = C::Tx;
    type Wait = C::Rx;

    fn new() -> (C::Tx, C::Rx) {
        pair::<C, u64>(Capacity::Rendezvous)
    }

    async fn wait(mut rx: C::Rx) {
        drop(rx.recv().await);
    }
}

/// A wait group, with tasks that add what they give to one number.
pub(crate) struct Counted<G> {
    group: G,
    tasks: u64,
    /// Leaked, as an `Arc` would be counted by all tasks at once.
    sum: &'static AtomicU64,
}

impl<G: WaitGroup> Nursery for Counted<G> {
    type Given = u64;

    fn new() -> Self {
        Self { group: G::new(), tasks: 0, sum: Box::leak(Box::default()) }
    }

    fn spawn(&mut self, task: impl Future<Output = u64> + Send + 'static) {
        self.tasks += 1;
        let (token, sum) = (self.group.token(), self.sum);
        drop(tokio::spawn(async move {
            sum.fetch_add(task.await, Ordering::Relaxed);
            drop(token);
        }));
    }

    async fn sum(self) -> Result<Tally> {
        self.group.wait().await;
        // Relaxed on purpose: the wait is to make all visible that was done before it.
        Ok(Tally::new(self.tasks, self.sum.load(Ordering::Relaxed)))
    }
}

pub(crate) async fn join<N: Nursery>(tasks: u64, ops: u64) -> Result<Ledger> {
    let mut ledger = Ledger::default();
    for _ in 0..ops / tasks {
        let mut nursery = N::new();
        nursery.spawn_all((0..tasks).map(|number| async move { N::Given::give(number) })).await;
        ledger.received += nursery.sum().await?;
        ledger.sent += numbers(tasks);
    }
    Ok(ledger)
}

/// All numbers below this one.
pub(crate) fn numbers(end: u64) -> Tally {
    Tally::new(end, (0..end).sum())
}

/// How many tasks are at work, of those who are looked at.
struct Room {
    limit: usize,
    taken: AtomicUsize,
}

pub(crate) async fn fan_out<N: FanOut>(tasks: u64, limit: usize, ops: u64) -> Result<Ledger> {
    // Leaked for the same reason.
    let room: &'static Room = Box::leak(Box::new(Room { limit, taken: AtomicUsize::new(0) }));
    let mut ledger = Ledger::default();
    for round in 0..ops / tasks {
        let watched = round % SELDOM == 0;
        let work = (0..tasks).map(move |number| work::<N::Given>(room, watched, number));
        ledger.received += N::fan_out(limit, work).await?;
        ledger.sent += numbers(tasks);
    }
    Ok(ledger)
}

/// Gives the number, if not too many are at work.
async fn work<G: Given>(room: &'static Room, watched: bool, number: u64) -> G {
    if watched {
        let allowed = room.taken.fetch_add(1, Ordering::Relaxed) < room.limit;
        yield_now().await;
        room.taken.fetch_sub(1, Ordering::Relaxed);
        if !allowed {
            return G::give(u64::MAX);
        }
    }
    G::give(number)
}

/// A tree of tasks, each in the nursery of the one that spawned it.
pub(crate) async fn skynet<N: Nursery>(leaves: u64, ops: u64) -> Result<Ledger> {
    let mut ledger = Ledger::default();
    for _ in 0..ops / leaves {
        let mut root = N::new();
        branch(&mut root, 0, leaves);
        ledger += leaves_of(leaves, root.sum().await?.sum());
    }
    Ok(ledger)
}

/// No `async fn`, as it spawns itself.
fn branch<N: Nursery>(nursery: &mut N, first: u64, leaves: u64) {
    nursery.spawn(async move {
        if leaves == 1 {
            return N::Given::give(first);
        }
        let mut children = N::new();
        let share = leaves / BRANCHES;
        for index in 0..BRANCHES {
            branch(&mut children, first + index * share, share);
        }
        // A branch that has failed is missed at the root.
        N::Given::give(children.sum().await.map_or(0, |tally| tally.sum()))
    });
}

/// So many leaves at most, of a tree that is whole.
pub(crate) fn tree_within(leaves: u64, most: u64) -> u64 {
    leaves.min(BRANCHES.pow(most.ilog(BRANCHES)))
}

/// What a tree gave, and what it had to.
pub(crate) fn leaves_of(leaves: u64, sum: u64) -> Ledger {
    Ledger { sent: numbers(leaves), received: Tally::new(leaves, sum) }
}

/// What those who wait tell.
#[derive(Debug, Default)]
struct Crowd {
    parked: AtomicU64,
    done: AtomicU64,
    sum: AtomicU64,
}

/// Weighs the tasks when all of them wait, and then lets them end.
pub(crate) async fn parked<T: Together, G: Gate + 'static>(
    tasks: u64,
    watch: &mut Stopwatch,
) -> Result<Ledger> {
    let crowd = Arc::new(Crowd::default());
    let before = machine::memory()?;
    let keys = Arc::new(Mutex::new(Vec::with_capacity(tasks as usize)));
    let (kept, told) = (keys.clone(), crowd.clone());
    let waiting = (0..tasks).map(move |number| {
        let (key, wait) = G::new();
        kept.lock().unwrap_or_else(PoisonError::into_inner).push(key);
        park::<G>(told.clone(), wait, number)
    });
    let after = T::beside(waiting, async move {
        until(&crowd.parked, tasks).await;
        let early = crowd.done.load(Ordering::Relaxed);
        let after = machine::memory();
        drop(take(&mut *keys.lock().unwrap_or_else(PoisonError::into_inner)));
        until(&crowd.done, tasks).await;
        let sum = crowd.sum.load(Ordering::Relaxed);
        after.map(|after| (after, early, sum))
    });
    let (after, early, sum) = after.await??;
    watch.weigh(after.saturating_sub(before));
    Ok(Ledger { sent: numbers(tasks), received: Tally::new(tasks - early, sum) })
}

async fn park<G: Gate>(crowd: Arc<Crowd>, wait: G::Wait, number: u64) {
    crowd.parked.fetch_add(1, Ordering::Relaxed);
    G::wait(wait).await;
    crowd.sum.fetch_add(number, Ordering::Relaxed);
    crowd.done.fetch_add(1, Ordering::Release);
}

async fn until(counter: &AtomicU64, goal: u64) {
    while counter.load(Ordering::Acquire) < goal {
        yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::together::Spawned;

    /// Waits for nobody, and admits everybody.
    struct Hasty;

    impl Nursery for Hasty {
        type Given = u64;

        fn new() -> Self {
            Self
        }

        fn spawn(&mut self, task: impl Future<Output = u64> + Send + 'static) {
            drop(tokio::spawn(task));
        }

        async fn sum(self) -> Result<Tally> {
            Ok(Tally::default())
        }
    }

    impl FanOut for Hasty {
        type Given = u64;

        async fn fan_out<F>(_limit: usize, tasks: impl Iterator<Item = F> + Send) -> Result<Tally>
        where
            F: Future<Output = u64> + Send + 'static,
        {
            let mut given = Tally::default();
            for task in tasks.map(tokio::spawn).collect::<Vec<_>>() {
                given.note(task.await?);
            }
            Ok(given)
        }
    }

    impl Gate for Hasty {
        type Key = ();
        type Wait = ();

        fn new() -> ((), ()) {
            ((), ())
        }

        async fn wait((): ()) {}
    }

    #[tokio::test]
    async fn who_waits_for_nobody_or_admits_everybody_is_found_out() {
        let (tasks, ops) = (100, 1000);
        assert!(join::<Hasty>(tasks, ops).await.unwrap().verify(ops).is_err());
        assert!(skynet::<Hasty>(tasks, ops).await.unwrap().verify(ops).is_err());
        assert!(fan_out::<Hasty>(tasks, 16, ops).await.unwrap().verify(ops).is_err());
        let parked = parked::<Spawned, Hasty>(tasks, &mut Stopwatch::default()).await;
        assert!(parked.unwrap().verify(tasks).is_err());
    }
}
